"""All public sources in one graph: whatever the order, however often, and taken back again."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pytest

from kg.database.connection import Connection
from kg.database.digest import digest
from kg.database.schema import apply_schema
from kg.editing.undo import undo
from kg.loaders.base import Loader
from kg.loaders.loading import load

_EMPTY = "MATCH (n) CALL (n) { DETACH DELETE n } IN TRANSACTIONS OF 10000 ROWS"


@dataclass(frozen=True)
class Loaded:
    """All sources, loaded in their order into a database that had none: the digest before each, and that of the whole."""

    loads: list[Loader]
    before: list[str]
    whole: str


@pytest.fixture(scope="module")
def loaded(connection: Connection, loads: list[Loader]) -> Loaded:
    """Loaded once: the first test only looks, the next takes all of it back, the last begins anew."""
    apply_schema(connection)
    connection.run_schema(_EMPTY)
    before = []
    for loader in loads:
        before.append(digest(connection).value)
        load(connection, loader)
    return Loaded(loads, before, digest(connection).value)


def graph_of(connection: Connection, loads: Sequence[Loader]) -> str:
    connection.run_schema(_EMPTY)
    for loader in loads:
        load(connection, loader)
    return digest(connection).value


def test_every_fact_and_node_is_followed_back_to_a_row(connection: Connection, loaded: Loaded) -> None:
    assert digest(connection).value == loaded.whole
    for pattern in ("(x:Entity)", "()-[x]->() WHERE x.key IS NOT NULL"):
        bad = connection.run_read(
            f"MATCH {pattern} WITH x WHERE size(x.sources) = 0 OR size(x.sources) <> size(x.rows) "
            "OR size(x.rows) <> size(x.loads) OR any(row IN x.rows WHERE row = '') RETURN count(x) AS number",
            {},
        )
        assert bad == [{"number": 0}]
    unknown = connection.run_read(
        "MATCH (x:Entity) UNWIND x.sources AS source WITH DISTINCT source "
        "WHERE NOT EXISTS { (:Source {id: source}) } RETURN source",
        {},
    )
    assert unknown == []


def test_all_of_it_again_changes_nothing_and_each_can_be_taken_back(connection: Connection, loaded: Loaded) -> None:
    assert digest(connection).value == loaded.whole
    for loader in loaded.loads:
        report = load(connection, loader)
        assert (report.rows["written"], dict(report.changes)) == (0, {}), loader.scope
    assert digest(connection).value == loaded.whole
    for loader, before in zip(reversed(loaded.loads), reversed(loaded.before), strict=True):
        undo(connection, loader.scope)
        assert digest(connection).value == before, loader.scope


def test_the_order_in_which_sources_are_loaded_makes_no_difference(connection: Connection, loaded: Loaded) -> None:
    loads = loaded.loads
    assert graph_of(connection, loads[::-1]) == loaded.whole
    middle = len(loads) // 2
    assert graph_of(connection, [*loads[middle:], *loads[:middle]]) == loaded.whole
