"""The tables of a graph are the same whether a database holds it or none does."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import pytest

from kg.database.connection import Connection
from kg.database.schema import apply_schema
from kg.loaders.base import Loader
from kg.loaders.geonames import GeoNames
from kg.loaders.loading import load
from kg.loaders.starter import Starter
from kg.offline import tables_of_loaders
from kg.queries.snapshot.reader import tables_of_database
from kg.queries.snapshot.tables import FactRow, NodeRow, Tables


@pytest.fixture
def ready(database: Connection) -> Connection:
    apply_schema(database)
    return database


def test_an_empty_database_has_empty_tables(database: Connection) -> None:
    assert tables_of_database(database) == tables_of_loaders([]) == Tables([], [])


@pytest.mark.parametrize("turned", [False, True])
def test_of_all_sources_and_the_starter(
    ready: Connection,
    loads: Sequence[Loader],
    content_of_database: Callable[[Connection], tuple[list[object], list[object]]],
    content_of_tables: Callable[[Tables], tuple[list[object], list[object]]],
    turned: bool,
) -> None:
    loaders = [Starter(), GeoNames(min_population=100_000, only_countries=["LV", "FI"]), *loads]
    if turned:
        loaders.reverse()
    for loader in loaders:
        load(ready, loader)
    nodes, facts = content_of_tables(tables_of_loaders(loaders))
    stored_nodes, stored_facts = content_of_database(ready)
    assert nodes == stored_nodes
    assert facts == stored_facts
    assert len(facts) > 2_500


def test_rows_of_a_database_are_as_stored_and_in_order(ready: Connection) -> None:
    load(ready, Starter())
    tables = tables_of_database(ready)
    ids = {row.id for row in tables.nodes}
    assert [row.id for row in tables.nodes] == sorted(ids)
    assert tables.facts == sorted(tables.facts, key=lambda row: (row.type, row.start, row.end, row.key))
    (counted,) = ready.run_read(
        "MATCH (n:Entity) WITH count(n) AS nodes MATCH ()-[r]->() WHERE r.key IS NOT NULL AND type(r) <> 'SELF_LOOP' "
        "RETURN nodes, count(r) AS facts"
    )
    assert (len(tables.nodes), len(tables.facts)) == (counted["nodes"], counted["facts"])
    assert {row.start for row in tables.facts} | {row.end for row in tables.facts} <= ids


def test_what_was_put_there_by_hand_breaks_nothing(ready: Connection) -> None:
    ready.run_write(
        "CREATE (a:Entity:City {id: 'own:a'})-[:TWINNED_WITH {key: 'k', since: '2001'}]->(b:Entity:City:Region {id: '0:b'}),"
        " (a)-[:TWINNED_WITH {key: 'loop'}]->(a), (a)-[:TWINNED_WITH]->(b), (a)-[:SELF_LOOP {key: 's'}]->(a),"
        " (a)-[:MEMBER_OF {key: 'm'}]->(:Entity {id: 'mine'})"
    )
    tables = tables_of_database(ready)
    assert [(row.id, row.label, row.name) for row in tables.nodes] == [
        ("0:b", "City", "0:b"),
        ("own:a", "City", "own:a"),
    ]
    assert [(row.key, row.start, row.end, row.since) for row in tables.facts] == [("k", "0:b", "own:a", "2001")]


def test_every_value_of_a_row_is_read(ready: Connection) -> None:
    ready.run_write(
        "CREATE (r:Entity:Region {id: 'nuts:FI1', name: 'R', country: 'FI', population: 3, nuts_id: 'FI1'}),"
        " (c:Entity:City {id: 'own:c', name: 'C', location: point({longitude: 24.5, latitude: 60.2}), dissolved: '2011'}),"
        " (p:Entity:Project {id: 'own:p', name: 'P', kind: 'pairing', start: '2020', end: '2022'}),"
        " (t:Entity:Theme {id: 'own:t', name: 'T'}),"
        " (r)-[:SEEKS {key: 'k', request: '1', role: 'lead', since: '2020', until: '2025', status: 'met', closed: '2024-05',"
        " as_of: '2023', ended: '2026'}]->(t)"
    )
    assert tables_of_database(ready) == Tables(
        [
            NodeRow("nuts:FI1", "Region", "R", "FI", 3, nuts="FI1"),
            NodeRow("own:c", "City", "C", longitude=24.5, latitude=60.2, dissolved="2011"),
            NodeRow("own:p", "Project", "P", kind="pairing", start="2020", end="2022"),
            NodeRow("own:t", "Theme", "T"),
        ],
        [FactRow("SEEKS", "k", "nuts:FI1", "own:t", "lead", "2020", "2025", "2026", "2023", "met", "2024-05")],
    )


def test_facts_with_the_same_ends_are_in_the_order_of_their_keys(ready: Connection) -> None:
    ready.run_write(
        "CREATE (a:Entity:Person {id: 'own:a', name: 'A'}), (b:Entity:City {id: 'own:b', name: 'B'}),"
        " (c:Entity:City {id: 'own:c', name: 'C'})"
        " FOREACH (key IN ['5', '1', '3'] | CREATE (a)-[:HOLDS_POST {key: key, since: '2001'}]->(b))"
        " FOREACH (key IN ['4', '2'] | CREATE (a)-[:HOLDS_POST {key: key, until: key}]->(c))"
        " CREATE (a)-[:HOLDS_POST {key: '0'}]->(b)"
    )
    assert tables_of_database(ready).facts == [
        FactRow("HOLDS_POST", "0", "own:a", "own:b"),
        *(FactRow("HOLDS_POST", key, "own:a", "own:b", since="2001") for key in "135"),
        *(FactRow("HOLDS_POST", key, "own:a", "own:c", until=key) for key in "24"),
    ]


def test_values_that_no_writer_of_ours_writes_are_read_as_they_are(ready: Connection) -> None:
    ready.run_write(
        "CREATE (a:Entity:City {id: 'own:a', name: 'A'}), (b:Entity:Organisation {id: 'own:b', name: 'B'}),"
        " (c:Entity:Organisation {id: 'own:c', name: 'C'}), (:Entity:City)-[:MEMBER_OF {key: 'none'}]->(b)"
        " CREATE (a)-[:MEMBER_OF {key: '1', role: ['x', 'y'], since: ''}]->(b),"
        " (a)-[:MEMBER_OF {key: '2', role: ['z', 'x'], since: ''}]->(c)"
    )
    assert [(row.key, row.role, row.since) for row in tables_of_database(ready).facts] == [
        ("1", ["x", "y"], ""),
        ("2", ["z", "x"], ""),
    ]
