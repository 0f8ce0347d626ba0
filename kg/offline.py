"""The graph without a database: straight from files to what recommendations are made from."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Unpack

from kg.database.claimed import Claimed
from kg.errors import KgError
from kg.home import judgements_file
from kg.places.judgements import read_judgements
from kg.schema.provenance import derive

if TYPE_CHECKING:
    from kg.loaders.base import Loader
    from kg.queries.choose import EngineName
    from kg.queries.engines import SnapshotEngine
    from kg.queries.entities import Entity
    from kg.queries.evidence import FactDetail, Link
    from kg.queries.filters import Wanted
    from kg.queries.names import NamesInMemory
    from kg.queries.recommend import RecommendOptions
    from kg.queries.results import Data, Recommendations
    from kg.queries.snapshot.tables import FactRow, Joined, NodeRow, Tables
    from kg.schema.provenance import Assertion, Source


def tables_of_loaders(loaders: Iterable[Loader]) -> Tables:
    """Return the tables of the graph that these loads would make of an empty database, one after the other.

    Rows are rejected, joined, followed by later editions and ended as by :func:`kg.loaders.loading.load`. Nodes are called by the
    best of their ids, which in a database may be another, since there a node keeps its first. One thing a database remembers and
    this does not: a fact whose end is called by an id that a later edition withdrew, and nobody else gives, is left out.

    Args:
        loaders: What to read, in the order in which it would be loaded.

    Returns:
        The tables; empty without loaders.

    Raises:
        KgError: An input cannot be read, comes after a newer edition of its scope, or lacks too much of what was in that.
    """
    from kg.queries.snapshot.tables import tables_of_claims

    claimed, _ = _claimed(loaders)
    return tables_of_claims(claimed.nodes, claimed.facts, claimed.sources)


def open_offline(files: Sequence[str | Path] = (), as_of: str | date | None = None) -> Offline:
    """Return the graph that the starter, the cities of GeoNames and some files come to, ready to be asked.

    Args:
        files: Paths, each recognised by its header or with its loader before it; see
            :func:`kg.loaders.choosing.loaders_of_files`.
        as_of: The date as of which facts count (partial: its last day); today unless given.

    Raises:
        KgError: A file is not there, no loader knows it or it cannot be read, or the date is none.
        ModuleNotFoundError: A package of the extra ``loaders`` is missing.
    """
    from kg.loaders.choosing import loaders_of_files
    from kg.loaders.geonames import GeoNames
    from kg.loaders.starter import Starter
    from kg.queries.validity import parse_as_of

    if isinstance(files, str | Path):
        files = [files]
    day = parse_as_of(as_of)
    named = loaders_of_files([str(file) for file in files])
    read = "the starter and GeoNames"
    if files:
        read = f"the starter, GeoNames and {len(files)} file{'s' if len(files) > 1 else ''}"
    return _offline([Starter(), GeoNames(), *named], day, read)


def offline_of_loaders(loaders: Iterable[Loader], as_of: date) -> Offline:
    """Return the graph that these loads would make of an empty database, ready to be asked.

    Raises:
        KgError: As of :func:`tables_of_loaders`.
    """
    loaders = list(loaders)
    return _offline(loaders, as_of, ", ".join(dict.fromkeys(loader.name for loader in loaders)) or "nothing")


def _offline(loaders: Iterable[Loader], as_of: date, read_from: str) -> Offline:
    from kg.queries.snapshot.tables import join_claims

    claimed, editions = _claimed(loaders)
    joined = join_claims(claimed.nodes, claimed.facts, claimed.sources)
    return Offline(as_of, joined, claimed, editions, read_from)


def _claimed(loaders: Iterable[Loader]) -> tuple[Claimed, dict[str, str]]:
    """Return what the loads claim, and the newest edition of each source of which the edition is the age of its facts."""
    from kg.loaders.fates import header_of, read_rows
    from kg.loaders.screening import edition_of, screen

    judgements = read_judgements(judgements_file())
    claimed = Claimed()
    editions: dict[str, str] = {}
    for loader in loaders:
        header = header_of(loader)
        claimed.check_order(header)
        with read_rows(loader, header) as fates:
            screen(fates, claimed.find, judgements)
            claimed.add(edition_of(fates, loader.sources), max_ended_share=loader.max_ended_share)
        if header.dates_facts:
            editions |= {source.id: max(header.edition, editions.get(source.id, "")) for source in loader.sources}
    return claimed, editions


@dataclass(frozen=True)
class Said:
    """Who says a fact: the ids of the sources, and as of when, the newest edition of a source that still lists it."""

    sources: tuple[str, ...]
    as_of: str | None


@dataclass(frozen=True, eq=False)
class Offline:
    """A graph made from files, as of a date; a :class:`kg.queries.knowledge.Knowledge`.

    Attributes:
        as_of: The date as of which facts count.
        joined: The tables, and what became of each claim.
        claimed: What the files claim.
        editions: The newest edition of each source of which the edition is the age of its facts.
        read_from: What was read, in words.
    """

    as_of: date
    joined: Joined
    claimed: Claimed
    editions: Mapping[str, str]
    read_from: str

    @property
    def tables(self) -> Tables:
        """All nodes and facts."""
        return self.joined.tables

    @cached_property
    def engine(self) -> SnapshotEngine:
        """What finds the surroundings of a place."""
        from kg.queries.engines import SnapshotEngine
        from kg.queries.snapshot.graph import Snapshot
        from kg.queries.world import World

        return SnapshotEngine(World.of(Snapshot.from_tables(self.tables, self.as_of)))

    @cached_property
    def nodes(self) -> Mapping[str, NodeRow]:
        """The nodes by id."""
        return {row.id: row for row in self.tables.nodes}

    @cached_property
    def sources(self) -> Mapping[str, Source]:
        """The sources that were read, by id."""
        return {source.id: source for source in self.claimed.sources}

    @cached_property
    def names(self) -> NamesInMemory:
        """Where ids and names are looked up; :func:`kg.queries.entities.resolve` and ``country_code`` take it for a connection."""
        from kg.places.names import search_names
        from kg.queries.entities import Entity
        from kg.queries.names import NamesInMemory
        from kg.schema.identity import split_reference

        names: dict[tuple[str, str], list[str]] = defaultdict(list)
        acronyms: dict[tuple[str, str], str] = {}
        for claim in self.claimed.nodes:
            if claim.assertion.missing:
                continue
            node = claim.label, self.joined.ids[claim.references[0]]
            values = claim.assertion.values
            names[node] += [values.get("title") or "", values.get("acronym") or "", *values.get("names", ())]
            if values.get("acronym"):
                acronyms.setdefault(node, values["acronym"])
        entities = [
            Entity(
                row.id,
                row.label,
                row.name,
                row.country,
                row.population,
                row.dissolved,
                tuple(sorted(search_names([row.name, *names[row.label, row.id]]))),
                acronyms.get((row.label, row.id)),
            )
            for row in self.tables.nodes
        ]
        return NamesInMemory(entities, {split_reference(name): id_ for name, id_ in self.joined.ids.items()})

    def resolve(self, text: str) -> Entity:
        """Return the one city or region that an id or a name means, a name with its country after a comma if need be.

        Raises:
            UnknownEntityError: There is none; the message suggests the nearest spellings.
            AmbiguousEntityError: There are several; the message lists them.
        """
        from kg.queries.entities import PLACES, resolve

        return resolve(self.names, text, PLACES)

    def recommend(self, place: str, **options: Unpack[RecommendOptions]) -> Recommendations:
        """Return the best partners for a city or region, each with its reasons.

        Args:
            place: A city or region by name or id.
            options: Those of :func:`kg.queries.recommend.recommend`; the date and the engine are those of this graph.

        Raises:
            KgError: As of that, or another date or the engine ``live`` is asked for.
        """
        from kg.queries.recommend import recommend

        options.setdefault("as_of", self.as_of)
        options.setdefault("engine", "snapshot")
        return recommend(self, place, **options)

    def engine_of(self, engine: EngineName, as_of: date) -> SnapshotEngine:
        """Return the engine, which is the one of this graph's date.

        Raises:
            KgError: Another one is asked for.
        """
        if engine != "snapshot":
            raise KgError(f"The engine (--engine) {engine} asks a database, and there is none: leave it out.")
        if as_of != self.as_of:
            raise KgError(
                f"This graph was opened as of {self.as_of.isoformat()}: for as_of {as_of.isoformat()} open it as of that."
            )
        return self.engine

    def fulfilling(self, wanted: Wanted, as_of: date) -> list[str]:
        """Return the ids of all cities and regions that fulfil what is asked for, ascending.

        Raises:
            KgError: Another date than this graph's is asked for.
        """
        from kg.queries.snapshot.fulfilling import fulfilling_in

        return fulfilling_in(self.engine_of("snapshot", as_of).world.snapshot, wanted)

    def count_places(self) -> int:
        """Return how many cities and regions there are."""
        return len(self.engine.world.snapshot.places.ids)

    def facts(self, links: Iterable[Link]) -> dict[str, FactDetail]:
        """Return these facts, by key."""
        from kg.queries.evidence import FactDetail

        found = {}
        for key in sorted({link.key for link in links} & self._facts.keys()):
            row, said = self._facts[key], self.said([key])[key]
            found[key] = FactDetail(
                key,
                row.type,
                row.start,
                row.end,
                row.since,
                row.until,
                row.as_of or said.as_of,
                self._post(key),
                said.sources,
            )
        return found

    def data(self, details: Mapping[str, FactDetail], as_of: date) -> Data:
        """Return what an answer with these facts rests on."""
        from kg.queries.provenance import ages
        from kg.queries.reports.behind import in_words
        from kg.queries.results import Data, SourceData

        known = ages(details.values())
        used = [self.sources[id_] for id_ in sorted({id_ for detail in details.values() for id_ in detail.sources})]
        return Data(
            sources=tuple(
                SourceData(
                    id=source.id,
                    title=source.title or source.id,
                    publisher=source.publisher,
                    licence=source.licence,
                    url=source.url,
                    age=known.get(source.id)
                    or (in_words(edition) if (edition := self.editions.get(source.id)) else None),
                )
                for source in used
            ),
            editions={source.id: self.editions[source.id] for source in used if self.editions.get(source.id)},
            as_of=as_of.isoformat(),
            facts=len(details),
            facts_without_since=sum(detail.lacks_since for detail in details.values()),
            read_from=self.read_from,
        )

    def said(self, keys: Iterable[str]) -> Mapping[str, Said]:
        """Return who says some facts, by their keys; a key of no fact is left out."""
        found = {}
        for key in keys:
            if key in self._assertions:
                some = self._assertions[key]
                standing = [one for one in some if not one.missing] or some
                editions = [self.editions[one.source] for one in standing if one.source in self.editions]
                found[key] = Said(tuple(sorted({one.source for one in some})), max(editions, default=None))
        return found

    def _post(self, key: str) -> str | None:
        """Return the post that a fact is about, as the graph shows it."""
        authorities = {id_: source.authority for id_, source in self.sources.items()}
        post = derive(self._assertions[key], authorities).get("post")
        return None if post is None else str(post)

    @cached_property
    def _facts(self) -> Mapping[str, FactRow]:
        return {row.key: row for row in self.tables.facts}

    @cached_property
    def _assertions(self) -> Mapping[str, list[Assertion]]:
        found: dict[str, list[Assertion]] = defaultdict(list)
        for claim in self.claimed.facts:
            key = self.joined.key(claim)
            if key is not None:
                found[key].append(claim.assertion)
        return dict(found)
