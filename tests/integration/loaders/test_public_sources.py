"""All public sources in one graph: whatever the order, however often, and taken back again."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from kg.database.connection import Connection
from kg.database.digest import digest
from kg.database.schema import apply_schema
from kg.editing.undo import undo
from kg.loaders.base import Loader
from kg.loaders.loading import load

_EMPTY = "MATCH (n) CALL (n) { DETACH DELETE n } IN TRANSACTIONS OF 10000 ROWS"


@pytest.fixture(scope="module")
def ready(connection: Connection) -> Connection:
    apply_schema(connection)
    return connection


def graph_of(connection: Connection, loads: Sequence[Loader]) -> str:
    connection.run_schema(_EMPTY)
    for loader in loads:
        load(connection, loader)
    return digest(connection).value


def test_the_order_in_which_sources_are_loaded_makes_no_difference(ready: Connection, loads: list[Loader]) -> None:
    forwards = graph_of(ready, loads)
    assert forwards == graph_of(ready, loads[::-1])
    middle = len(loads) // 2
    assert forwards == graph_of(ready, [*loads[middle:], *loads[:middle]])


def test_all_of_it_again_changes_nothing_and_each_can_be_taken_back(ready: Connection, loads: list[Loader]) -> None:
    states = []
    ready.run_schema(_EMPTY)
    for loader in loads:
        states.append(digest(ready).value)
        load(ready, loader)
    whole = digest(ready).value
    for loader in loads:
        report = load(ready, loader)
        assert (report.rows["written"], dict(report.changes)) == (0, {}), loader.scope
    assert digest(ready).value == whole
    for loader, before in zip(reversed(loads), reversed(states), strict=True):
        undo(ready, loader.scope)
        assert digest(ready).value == before, loader.scope


def test_every_fact_and_node_is_followed_back_to_a_row(ready: Connection, loads: list[Loader]) -> None:
    graph_of(ready, loads)
    for pattern in ("(x:Entity)", "()-[x]->() WHERE x.key IS NOT NULL"):
        bad = ready.run_read(
            f"MATCH {pattern} WITH x WHERE size(x.sources) = 0 OR size(x.sources) <> size(x.rows) "
            "OR size(x.rows) <> size(x.loads) OR any(row IN x.rows WHERE row = '') RETURN count(x) AS number",
            {},
        )
        assert bad == [{"number": 0}]
    unknown = ready.run_read(
        "MATCH (x:Entity) UNWIND x.sources AS source WITH DISTINCT source "
        "WHERE NOT EXISTS { (:Source {id: source}) } RETURN source",
        {},
    )
    assert unknown == []
