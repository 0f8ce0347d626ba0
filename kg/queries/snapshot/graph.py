"""The graph in memory as of a date: places, and for each layer which of them has what."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property
from types import MappingProxyType

import numpy as np
from scipy.spatial import cKDTree

from kg.database.claims import claim_fact, claim_node
from kg.database.loads import LoadHeader
from kg.queries.measures import chord_of, chords, kilometres
from kg.queries.snapshot.layers import Floats, Indices, Rows
from kg.queries.snapshot.places import PLACE_LABELS, places_of
from kg.queries.snapshot.tables import FactRow, NodeRow, Tables, tables_of_claims
from kg.schema.provenance import Source
from kg.schema.records import FactRecord, NodeRecord, number_spells
from kg.schema.relationships import CLOSED, REQUESTS

#: What is left of a tie when a place has it only through a body that serves it.
THROUGH_A_BODY = 0.5

#: By so much a search in a tree is widened, far more than rounding can do and far less than a metre.
WIDER = 1.0 + 1e-9

_NONE: Mapping[str, Indices] = MappingProxyType({})


@dataclass(frozen=True, slots=True, eq=False)
class Layer:
    """The places that have each thing: networks, projects, events or themes.

    Attributes:
        things: Their ids, ascending; the columns of ``held``.
        held: A row for each place. The weight is 1 where the place itself has the thing and ``THROUGH_A_BODY`` where a body that
            serves it has; the mark is the position of that body, or -1.
        holders: The same by thing: a row for each thing.
        sizes: How many have each thing, organisations included, shape ``(len(things),)``.
    """

    things: tuple[str, ...]
    held: Rows
    holders: Rows
    sizes: Floats


@dataclass(frozen=True, slots=True, eq=False)
class Told:
    """What a part of a graph is told, because its own facts are too few to count it; ids, but for members.

    Attributes:
        places: The places that ``members`` names by their position here.
        members: For each network the places that are members themselves, besides those of whom there are facts.
        town_projects: For each town its projects, organisations with their seat there included; of every project that is named
            here all towns are.
        town_project_counts: How many such projects towns have in the whole graph.
        project_themes: For each place the themes of its projects.
        twin_counts: How many twins places have in the whole graph.
        event_sizes: How many took part in events, in the whole graph.
    """

    places: Sequence[str]
    members: Mapping[str, Sequence[int]]
    town_projects: Mapping[str, Sequence[str]]
    town_project_counts: Mapping[str, int]
    project_themes: Mapping[str, Sequence[str]]
    twin_counts: Mapping[str, int]
    event_sizes: Mapping[str, int]


class Snapshot:
    """All that scores need to know of a graph as of a date, in memory.

    Attributes:
        as_of: The date as of which facts count.
        places: The cities and regions.
        networks: Networks by their members.
        projects: Projects by the places that take part.
        events: Events by who took part.
        people: People by where they hold a post.
        seeks: Themes by who seeks them.
        offers: Themes by who offers them.
        project_themes: Themes by the places that work or worked on them in a project.
        town_projects: The same, with each organisation counted as the town where it has its seat or that it serves.
        twins: The twinnings that are in force, in both directions; the weight is 1.
    """

    def __init__(self, tables: Tables, as_of: date, told: Told | None = None) -> None:
        self.as_of = as_of
        self._told = told
        self._nodes = {node.id: node for node in tables.nodes}
        self._facts: dict[str, list[FactRow]] = defaultdict(list)
        for fact in tables.facts:
            self._facts[fact.type].append(fact)
        self.places = places_of(tables.nodes, self._facts["LOCATED_IN"], self._nodes)
        self.position: Mapping[str, int] = {id_: position for position, id_ in enumerate(self.places.ids)}
        self._day = as_of.isoformat()

    @classmethod
    def from_tables(cls, tables: Tables, as_of: date, told: Told | None = None) -> Snapshot:
        """Return the snapshot of these tables as of a date; of a part of a graph with what it is told of the whole."""
        return cls(tables, as_of, told)

    @classmethod
    def from_records(
        cls, nodes: Iterable[NodeRecord], facts: Iterable[FactRecord], sources: Iterable[Source], as_of: date
    ) -> Snapshot:
        """Return the snapshot of what rows of an edition of this date say, without a database.

        Records are joined, and values derived, as a load into an empty database does it; see
        :func:`kg.queries.snapshot.tables.tables_of_claims`. ``kg/offline.py`` does the same for files.
        """
        header = LoadHeader("records", as_of.isoformat(), "", "records")
        return cls.from_tables(
            tables_of_claims(
                [claim_node(record, header) for record in nodes],
                [claim_fact(record, header) for record in number_spells(list(facts))],
                sources,
            ),
            as_of,
        )

    def is_valid(self, fact: FactRow) -> bool:
        """Whether a fact is true on the date: the rule of :func:`kg.queries.validity.valid`."""
        day = self._day
        return (
            (fact.since is None or fact.since <= day)
            and (fact.until is None or fact.until >= day[: len(fact.until)])
            and (fact.ended is None or fact.ended > day)
            and (
                fact.type not in REQUESTS
                or fact.status not in CLOSED
                or (fact.closed is not None and fact.closed > day)
            )
        )

    def has_begun(self, fact: FactRow) -> bool:
        """Whether the project or event of a fact had begun by the date, or has no known start."""
        start = self._nodes[fact.end].start
        return start is None or start <= self._day

    def node(self, id_: str) -> NodeRow | None:
        """Return the node with an id, or None."""
        return self._nodes.get(id_)

    def facts_of(self, type_: str, id_: str) -> Sequence[FactRow]:
        """Return all facts of a type that begin or end at a node, true on the date or not, in the order of the tables."""
        if type_ not in self._by_end:
            index: dict[str, list[FactRow]] = defaultdict(list)
            for fact in self._facts.get(type_, ()):
                index[fact.start].append(fact)
                index[fact.end].append(fact)
            self._by_end[type_] = index
        return self._by_end[type_].get(id_, ())

    @cached_property
    def _by_end(self) -> dict[str, Mapping[str, list[FactRow]]]:
        return {}

    def expect(self, types: Iterable[str], ids: Iterable[str]) -> None:
        """Say which facts will be asked for; where they are to be fetched, they then come together."""

    def expect_nodes(self, ids: Iterable[str]) -> None:
        """Say which nodes will be asked for."""

    def expect_places(self, places: Iterable[int]) -> None:
        """Say of which places reasons will be asked for."""

    def is_place(self, id_: str) -> bool:
        """Whether a node is a city or region."""
        node = self.node(id_)
        return node is not None and node.label in PLACE_LABELS

    def region_name(self, code: str) -> str | None:
        """Return the name of the region with a NUTS code, or None."""
        return self._region_names.get(code)

    @cached_property
    def _region_names(self) -> Mapping[str, str]:
        return {node.nuts: node.name for node in self._nodes.values() if node.label == "Region" and node.nuts}

    @cached_property
    def _tree(self) -> tuple[Indices, cKDTree]:
        placed = np.flatnonzero(~np.isnan(self.places.xyz[:, 0]))
        return placed, cKDTree(self.places.xyz[placed])

    def near(self, place: int, kilometres_around: float) -> tuple[Indices, Floats]:
        """Return the places within so many kilometres of one that has a location, itself included, and how far away each is."""
        placed, tree = self._tree
        # A tree may round at the rim as suits its boxes: taken a little wider, and cut by the distance itself.
        found = np.sort(placed[tree.query_ball_point(self.places.xyz[place], chord_of(kilometres_around) * WIDER)])
        apart = kilometres(self._chords(place, found))
        within = apart <= kilometres_around
        return found[within], apart[within]

    def nearest(self, place: int, number: int) -> Indices:
        """Return the places nearest to one that has a location, without itself, the nearest first (then by id)."""
        placed, tree = self._tree
        chord, _ = tree.query(self.places.xyz[place], k=[min(number + 1, len(placed))])
        # All that are as far away as the last one, of which the tree would choose any.
        found = np.sort(placed[tree.query_ball_point(self.places.xyz[place], chord[0] * WIDER)])
        found = found[np.lexsort((found, self._chords(place, found)))]
        return np.asarray(found[found != place][:number], np.int64)

    def _chords(self, place: int, others: Indices) -> Floats:
        return chords(self.places.xyz[others], self.places.xyz[place])

    @cached_property
    def serving(self) -> Mapping[str, tuple[FactRow, ...]]:
        """Which bodies serve places, by body."""
        found: dict[str, list[FactRow]] = defaultdict(list)
        for fact in self._facts["SERVES"]:
            if self.is_valid(fact) and fact.end in self.position:
                found[fact.start].append(fact)
        return {body: tuple(facts) for body, facts in found.items()}

    @cached_property
    def networks(self) -> Layer:
        """Networks by their members."""
        if self._told is None:
            return self._layer("MEMBER_OF", self.is_valid)
        position = np.array([self.position[id_] for id_ in self._told.places], np.int64)
        members = {network: position[np.array(some, np.int64)] for network, some in self._told.members.items()}
        return self._layer("MEMBER_OF", self.is_valid, members)

    @cached_property
    def projects(self) -> Layer:
        """Projects by the places that take part; who took part has worked together, whatever has ended since."""
        return self._layer("PARTICIPATES_IN", self.has_begun)

    @cached_property
    def events(self) -> Layer:
        """Events by who took part."""
        layer = self._layer("TOOK_PART_IN", self.has_begun)
        if self._told is None:
            return layer
        sizes = np.array([float(self._told.event_sizes[event]) for event in layer.things], np.float64)
        return replace(layer, sizes=sizes)

    @cached_property
    def people(self) -> Layer:
        """People by where they hold a post."""
        return self._layer("HOLDS_POST", self.is_valid)

    @cached_property
    def seeks(self) -> Layer:
        """Themes by who seeks them."""
        return self._layer("SEEKS", self.is_valid)

    @cached_property
    def offers(self) -> Layer:
        """Themes by who offers them."""
        return self._layer("OFFERS", self.is_valid)

    @cached_property
    def project_themes(self) -> Layer:
        """Themes by the places that take or took part in a project about them."""
        if self._told is not None:
            return self._as_layer(_entries(self._told.project_themes))
        themes: dict[str, list[str]] = defaultdict(list)
        for fact in self._facts["ABOUT"]:
            if self.is_valid(fact):
                themes[fact.start].append(fact.end)
        held: dict[str, set[str]] = defaultdict(set)
        for fact in self._facts["PARTICIPATES_IN"]:
            if fact.start in self.position and self.has_begun(fact):
                held[fact.start].update(themes.get(fact.end, ()))
        return self._as_layer(_entries(held))

    @cached_property
    def town_projects(self) -> Layer:
        """Projects by the towns whose municipality, or an organisation with its seat there, takes part."""
        if self._told is not None:
            return self._as_layer(_entries(self._told.town_projects))
        seats: dict[str, list[str]] = defaultdict(list)
        for fact in self._facts["BASED_IN"]:
            if fact.end in self.position:
                seats[fact.start].append(fact.end)
        held: dict[str, set[str]] = defaultdict(set)
        for fact in self._facts["PARTICIPATES_IN"]:
            if self.has_begun(fact):
                for place in (fact.start,) if fact.start in self.position else seats.get(fact.start, ()):
                    held[place].add(fact.end)
        return self._as_layer(_entries(held))

    @cached_property
    def twins(self) -> Rows:
        """The twinnings in force, in both directions."""
        ties = {
            (self.position[fact.start], self.position[fact.end])
            for fact in self._facts["TWINNED_WITH"]
            if self.is_valid(fact) and fact.start in self.position and fact.end in self.position
        }
        n = len(self.places.ids)
        return Rows.of(((a, b, 1.0, -1) for one in ties for a, b in (one, one[::-1])), n, n)

    @cached_property
    def twin_counts(self) -> Floats:
        """How many twins each place has."""
        return self._counts(self.twins, None if self._told is None else self._told.twin_counts)

    @cached_property
    def town_project_counts(self) -> Floats:
        """How many projects each town has, those of organisations with their seat there included."""
        return self._counts(self.town_projects.held, None if self._told is None else self._told.town_project_counts)

    @cached_property
    def programme(self) -> Mapping[str, str]:
        """The programme that funds each project, the first by id where several do."""
        found: dict[str, str] = {}
        for fact in self._facts["FUNDED_BY"]:
            found.setdefault(fact.start, fact.end)
        return found

    def _layer(self, type_: str, counts: Callable[[FactRow], bool], direct: Mapping[str, Indices] = _NONE) -> Layer:
        """Return the layer of facts of a type, and of ``direct`` ones: for each thing the places that have it themselves.

        Of what there are direct ones only these are counted in ``sizes``.
        """
        holders: dict[str, set[str]] = defaultdict(set)
        bodies = {body: position for position, body in enumerate(sorted(self.serving))}
        through: dict[tuple[str, str], set[int]] = defaultdict(set)
        for fact in self._facts[type_]:
            if counts(fact):
                holder, thing = held_by(fact)
                holders[thing].add(holder)
                for served in self.serving.get(holder, ()):
                    through[served.end, thing].add(bodies[holder])
        # As sets only of what bodies have too: there are few such things, and many members.
        themselves = {thing: set(direct[thing].tolist()) for thing in {thing for _, thing in through} & direct.keys()}
        entries = [
            # Two places served by one body share nothing by that body alone; with two bodies there is always another.
            (place, thing, THROUGH_A_BODY, min(some) if len(some) == 1 else -1)
            for (place, thing), some in through.items()
            if place not in holders[thing] and self.position[place] not in themselves.get(thing, ())
        ]
        entries += [
            (place, thing, 1.0, -1) for thing, some in holders.items() for place in some if place in self.position
        ]
        sizes = {thing: len(some) for thing, some in holders.items()}
        return self._as_layer(entries, sizes | {thing: len(some) for thing, some in direct.items()}, direct)

    def _counts(self, rows: Rows, told: Mapping[str, int] | None) -> Floats:
        found = rows.counts.astype(np.float64)
        for id_, count in (told or {}).items():
            found[self.position[id_]] = count
        return found

    def _as_layer(
        self,
        entries: Collection[tuple[str, str, float, int]],
        sizes: Mapping[str, int] | None = None,
        direct: Mapping[str, Indices] = _NONE,
    ) -> Layer:
        """Return the layer of entries (place, thing, weight, mark) and of direct ones, and of things with these sizes."""
        ids = sorted({entry[1] for entry in entries} if sizes is None else sizes)
        column = {id_: position for position, id_ in enumerate(ids)}
        places, things, weights, marks = zip(*entries, strict=True) if entries else ((), (), (), ())
        columns = np.array([column[thing] for thing in direct], np.int64)
        more = np.repeat(columns, [len(some) for some in direct.values()])
        held = Rows.of_arrays(
            np.concatenate([np.array([self.position[place] for place in places], np.int64), *direct.values()]),
            np.concatenate([np.array([column[thing] for thing in things], np.int64), more]),
            np.concatenate([np.array(weights, np.float64), np.ones(len(more))]),
            np.concatenate([np.array(marks, np.int64), np.full(len(more), -1)]),
            len(self.places.ids),
            len(ids),
        )
        holders = held.transposed()
        found = holders.counts.astype(np.float64) if sizes is None else np.array([float(sizes[id_]) for id_ in ids])
        return Layer(tuple(ids), held, holders, found)


def held_by(fact: FactRow) -> tuple[str, str]:
    """Return who has something by a fact, and what: of a person with a post the place or body has the person."""
    return (fact.end, fact.start) if fact.type == "HOLDS_POST" else (fact.start, fact.end)


def _entries(held: Mapping[str, Iterable[str]]) -> list[tuple[str, str, float, int]]:
    return [(place, thing, 1.0, -1) for place, things in held.items() for thing in things]
