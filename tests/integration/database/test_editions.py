"""Editions of overlapping sources, loaded in any interleaving, give one graph; and what is taken back was never there.

The sources are drawn so that they meet: a source may know a city by its GeoNames id, by its Wikidata id or by both, so nodes of
one source turn out to be the same only when another speaks, rows vanish and return, and values change and change back.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from kg.database.connection import Connection
from kg.database.digest import digest
from kg.database.schema import apply_schema
from kg.editing.undo import undo
from kg.loaders.base import Loader, Outcome, Records, Row
from kg.loaders.loading import load
from kg.offline import tables_of_loaders
from kg.queries.snapshot.tables import Tables
from kg.schema.identity import best_first, reference
from kg.schema.nodes import City, Organisation
from kg.schema.provenance import Source
from kg.schema.records import FactRecord, NodeRecord
from kg.schema.relationships import MemberOf, TwinnedWith

SOURCES = {
    "first": Source("first", "First", "First", "CC0", "", "network"),
    "second": Source("second", "Second", "Second", "CC0", "", "aggregator"),
}
#: The same two places under both schemes; a row that gives ids of both places makes them one.
IDS = ("geonames:1", "geonames:2", "wikidata:Q1", "wikidata:Q2")
YEARS = ("2019", "2020", "2021")

EMPTY = "MATCH (n) DETACH DELETE n"


@pytest.fixture(autouse=True, scope="module")
def _skim_always() -> Iterator[None]:
    """Leave unread whatever fingerprints say is unchanged, of small editions too."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("kg.database.scope._WORTH_IT", 0)
        yield


@dataclass(frozen=True)
class CityRow:
    row: str
    ids: tuple[str, ...]
    population: int
    member_since: str | None
    twins: tuple[str, ...]
    #: The source has an id of its own for the city, and facts call it by that.
    own: bool = False


@dataclass(frozen=True)
class EditionOf:
    source: str
    year: str
    rows: tuple[CityRow, ...]


class Synthetic(Loader):
    """A loader of rows that are made up."""

    name = "synthetic"
    max_ended_share = 1

    def __init__(self, edition: EditionOf) -> None:
        self._edition = edition

    @property
    def scope(self) -> str:
        return self._edition.source

    @property
    def edition(self) -> str:
        return self._edition.year

    @property
    def sources(self) -> Sequence[Source]:
        return (SOURCES[self._edition.source],)

    def checksum(self) -> str:
        return f"{hash(self._edition) & 0xFFFFFFFF:08x}"

    def extract(self) -> Iterable[Row]:
        network = Row("synthetic", 0, {}, "network")
        return [network, *(Row("synthetic", line, {}, row.row) for line, row in enumerate(self._edition.rows, start=1))]

    def transform(self, row: Row) -> Outcome:
        source = self._edition.source
        network = reference("Organisation", "own:network")
        if row.line == 0:
            return Records((NodeRecord(Organisation(name="Network", kind="network"), ("own:network",), source, "n"),))
        said = self._edition.rows[row.line - 1]
        own = f"own:{source}-{said.row}"
        called = reference("City", own if said.own else best_first(said.ids)[0])
        city = City(name=f"City {said.row}", population=said.population)
        facts = []
        if said.member_since is not None:
            fact = MemberOf(start=called, end=network, since=said.member_since or None)
            facts.append(FactRecord(fact, source, said.row))
        known = {id_ for other in self._edition.rows for id_ in other.ids}
        facts += [
            FactRecord(TwinnedWith(start=called, end=reference("City", twin)), source, said.row)
            for twin in said.twins
            if twin in known
        ]
        ids = (*said.ids, own) if said.own else said.ids
        return Records((NodeRecord(city, ids, source, said.row),), tuple(facts))


@st.composite
def city_rows(draw: st.DrawFn) -> tuple[CityRow, ...]:
    rows = []
    for name in draw(st.lists(st.sampled_from("abc"), unique=True, min_size=1)):
        ids = draw(st.lists(st.sampled_from(IDS), unique=True, min_size=1, max_size=2))
        twins = draw(st.lists(st.sampled_from(IDS), unique=True, max_size=1))
        population = draw(st.integers(1, 2))
        since = draw(st.sampled_from([None, "", "2001", "2002"]))
        rows.append(CityRow(name, tuple(ids), population, since, tuple(twins), draw(st.booleans())))
    return tuple(rows)


@st.composite
def histories(draw: st.DrawFn) -> tuple[list[EditionOf], list[EditionOf]]:
    """Draw editions of both sources, and two interleavings that each keep the order of every source."""
    editions = {
        source: [EditionOf(source, year, draw(city_rows())) for year in YEARS[: draw(st.integers(1, 3))]]
        for source in SOURCES
    }
    one, other = [
        _interleave(editions, draw(st.permutations([source for source, some in editions.items() for _ in some])))
        for _ in range(2)
    ]
    return one, other


def _interleave(editions: dict[str, list[EditionOf]], order: Sequence[str]) -> list[EditionOf]:
    left = {source: iter(some) for source, some in editions.items()}
    return [next(left[source]) for source in order]


def run(connection: Connection, editions: Iterable[EditionOf]) -> str:
    connection.run_write(EMPTY)
    for edition in editions:
        load(connection, Synthetic(edition), max_ended_share=1)
    return digest(connection).value


@pytest.fixture(scope="module")
def ready(connection: Connection) -> Connection:
    apply_schema(connection)
    return connection


quick = settings(
    max_examples=8,
    deadline=None,
    phases=(Phase.explicit, Phase.reuse, Phase.generate),
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)


@quick
@given(histories())
def test_any_interleaving_gives_the_same_graph(
    ready: Connection, history: tuple[list[EditionOf], list[EditionOf]]
) -> None:
    one, other = history
    assert run(ready, one) == run(ready, other)


@quick
@given(histories())
def test_the_last_editions_again_change_nothing(
    ready: Connection, history: tuple[list[EditionOf], list[EditionOf]]
) -> None:
    editions, _ = history
    before = run(ready, editions)
    for edition in {edition.source: edition for edition in editions}.values():
        report = load(ready, Synthetic(edition), max_ended_share=1)
        assert report.rows["written"] == 0
        assert not any(report.changes.values())
    assert digest(ready).value == before


@quick
@given(histories(), st.integers(0, 5))
def test_undo_gives_the_graph_in_which_the_load_never_ran(
    ready: Connection, history: tuple[list[EditionOf], list[EditionOf]], chosen: int
) -> None:
    editions, _ = history
    source = editions[chosen % len(editions)].source
    latest = max((edition for edition in editions if edition.source == source), key=lambda edition: edition.year)
    never = run(ready, [edition for edition in editions if edition != latest])
    run(ready, editions)
    undo(ready, source)
    assert digest(ready).value == never


@quick
@given(histories())
def test_the_same_tables_follow_without_a_database(
    ready: Connection,
    content_of_database: Callable[[Connection], object],
    content_of_tables: Callable[[Tables], object],
    history: tuple[list[EditionOf], list[EditionOf]],
) -> None:
    editions, _ = history
    run(ready, editions)
    assert content_of_tables(tables_of_loaders(map(Synthetic, editions))) == content_of_database(ready)
