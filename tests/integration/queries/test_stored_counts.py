"""Counts over the whole graph are stored when it changes, and used only where they are what would be counted."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from kg.database.aggregates import read_aggregates
from kg.database.connection import Connection
from kg.database.digest import digest
from kg.database.state import fingerprint
from kg.graph import KnowledgeGraph
from kg.loaders.base import Loader
from kg.loaders.geonames_dump import GeoNamesDump
from kg.loaders.networks import Networks
from kg.queries.live import stored
from kg.queries.live.stored import aggregates_of_database
from kg.queries.snapshot.aggregates import Aggregates
from kg.queries.snapshot.graph import Snapshot
from kg.queries.snapshot.reader import tables_of_database

DATA = Path(__file__).parents[2] / "data"
NODE = "MATCH (a:Aggregate) RETURN elementId(a) AS id"


def cities() -> Loader:
    (loader,) = GeoNamesDump.for_files([DATA / "geonames" / "cities500.txt"], min_population=500)
    return loader


def networks() -> Loader:
    (loader,) = Networks.for_files([DATA / "networks" / "memberships.csv"])
    return loader


@pytest.fixture
def graph(database: Connection) -> KnowledgeGraph:
    return KnowledgeGraph(database)


def counted(connection: Connection, day: date) -> dict[str, object]:
    return Aggregates.of(Snapshot.from_tables(tables_of_database(connection), day)).as_json()


@pytest.fixture
def never_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is not stored cannot be had."""
    monkeypatch.delattr(stored, "tables_of_database")


def today() -> date:
    return datetime.now(UTC).date()


def test_a_load_stores_the_counts_of_what_it_left(graph: KnowledgeGraph, monkeypatch: pytest.MonkeyPatch) -> None:
    graph.load(cities())
    graph.load(networks())
    found = read_aggregates(graph.connection)
    assert found is not None
    assert found.state == fingerprint(graph.connection)
    expected = counted(graph.connection, today())
    monkeypatch.delattr(stored, "tables_of_database")
    assert aggregates_of_database(graph.connection, today()).as_json() == expected
    assert expected["members"]["rows"]  # type: ignore[index]


def test_a_load_that_changes_nothing_counts_nothing(graph: KnowledgeGraph, monkeypatch: pytest.MonkeyPatch) -> None:
    graph.load(networks())
    (before,) = graph.connection.run_read(NODE)
    monkeypatch.delattr(stored, "tables_of_database")
    assert not graph.load(networks()).changes
    assert graph.connection.run_read(NODE) == [before]
    assert aggregates_of_database(graph.connection, today()).as_json()


def test_several_changes_are_counted_once(graph: KnowledgeGraph) -> None:
    with graph.several_changes():
        graph.load(cities())
        graph.load(networks())
        assert read_aggregates(graph.connection) is None
    assert aggregates_of_database(graph.connection, today()).as_json() == counted(graph.connection, today())


def test_a_trial_run_stores_nothing(graph: KnowledgeGraph) -> None:
    graph.load(cities(), dry_run=True)
    assert read_aggregates(graph.connection) is None


def test_an_undo_counts_again(graph: KnowledgeGraph) -> None:
    graph.load(cities())
    before = read_aggregates(graph.connection)
    graph.load(networks())
    graph.undo()
    after = read_aggregates(graph.connection)
    assert before is not None
    assert after is not None
    assert (after.tables, after.state) == (before.tables, fingerprint(graph.connection))


def test_what_a_place_seeks_is_counted(graph: KnowledgeGraph) -> None:
    graph.load(cities())
    name = graph.connection.run_read("MATCH (c:City) RETURN c.id AS id ORDER BY id LIMIT 1")[0]["id"]
    graph.seek(name, "invented theme", by="tester", new_theme=True)
    assert aggregates_of_database(graph.connection, today()).themes.total == 1.0
    assert aggregates_of_database(graph.connection, today()).as_json() == counted(graph.connection, today())


def test_what_was_made_by_hand_makes_stored_counts_old(graph: KnowledgeGraph) -> None:
    graph.load(networks())
    graph.connection.run_write("MATCH (:Entity)-[f:MEMBER_OF]->(:Entity) WITH f ORDER BY f.key LIMIT 1 DELETE f")
    found = read_aggregates(graph.connection)
    assert found is not None
    assert found.state != fingerprint(graph.connection)
    assert aggregates_of_database(graph.connection, today()).as_json() == counted(graph.connection, today())


def test_counts_of_a_day_on_which_other_facts_count_are_not_used(graph: KnowledgeGraph) -> None:
    graph.load(networks())
    graph.connection.run_write("MATCH ()-[f:MEMBER_OF]->() WITH f ORDER BY f.key LIMIT 2 SET f.since = '2031'")
    graph.connection.run_write("MATCH (a:Aggregate) DELETE a")
    graph.load(networks())
    found = read_aggregates(graph.connection)
    assert found is not None
    assert found.last == date(2030, 12, 31)
    for day in (date(2030, 12, 31), date(2031, 1, 1)):
        assert aggregates_of_database(graph.connection, day).as_json() == counted(graph.connection, day)


def test_the_digest_does_not_know_of_counts(graph: KnowledgeGraph) -> None:
    graph.load(networks())
    before = digest(graph.connection)
    graph.connection.run_write("MATCH (a:Aggregate) DELETE a")
    assert digest(graph.connection) == before
