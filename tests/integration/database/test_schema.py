"""Making the schema, and telling what a database lacks or has differently."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from kg.database.connection import Connection
from kg.database.schema import apply_schema, check_schema
from kg.errors import KgError


@pytest.fixture
def ready(database: Connection) -> Iterator[Connection]:
    """An empty database with the schema, which it has again afterwards."""
    apply_schema(database)
    yield database
    for name in ("city_name", "mine"):
        database.run_schema(f"DROP INDEX {name} IF EXISTS")
    database.run_schema("DROP CONSTRAINT mine IF EXISTS")
    database.run_write("MATCH (n) DETACH DELETE n")
    apply_schema(database)


def test_applying_twice_is_applying_once(ready: Connection) -> None:
    assert check_schema(ready) == []
    apply_schema(ready)
    assert check_schema(ready) == []


def test_what_is_missing_is_named_and_made(ready: Connection) -> None:
    for statement in (
        "CONSTRAINT member_of_key",
        "CONSTRAINT city_geonames_id",
        "INDEX entity_names",
        "INDEX city_name",
    ):
        ready.run_schema(f"DROP {statement}")
    findings = check_schema(ready)
    assert [finding.partition(" is ")[0] for finding in findings] == [
        "constraint city_geonames_id",
        "constraint member_of_key",
        "index entity_names",
        "index city_name",
    ]
    assert all(" is missing: CREATE " in finding for finding in findings)
    apply_schema(ready)
    assert check_schema(ready) == []


@pytest.mark.parametrize(
    ("statement", "found"),
    [
        ("CREATE INDEX city_name FOR (n:City) ON (n.dissolved)", "RANGE on City(dissolved)"),
        ("CREATE INDEX city_name FOR (n:Town) ON (n.name)", "RANGE on Town(name)"),
        ("CREATE TEXT INDEX city_name FOR (n:City) ON (n.name)", "TEXT on City(name)"),
        ("CREATE INDEX city_name FOR (n:City) ON (n.name, n.country)", "RANGE on City(name, country)"),
        ("CREATE INDEX city_name FOR ()-[n:City]-() ON (n.name)", "RANGE on relationships City(name)"),
    ],
)
def test_what_is_different_is_named_with_both(ready: Connection, statement: str, found: str) -> None:
    ready.run_schema("DROP INDEX city_name")
    ready.run_schema(statement)
    (finding,) = check_schema(ready)
    assert finding.startswith(f"index city_name is different: found {found}, wanted CREATE INDEX city_name")


def test_an_index_of_ones_own_in_the_way_of_a_constraint_is_named(ready: Connection) -> None:
    ready.run_schema("DROP CONSTRAINT city_geonames_id")
    ready.run_schema("CREATE INDEX mine FOR (n:City) ON (n.geonames_id)")
    with pytest.raises(KgError, match=r"city_geonames_id.*mine"):
        apply_schema(ready)


def test_nodes_that_break_a_constraint_are_named(ready: Connection) -> None:
    ready.run_schema("DROP CONSTRAINT city_geonames_id")
    ready.run_write("UNWIND [1, 2] AS n CREATE (:City {geonames_id: '1'})")
    with pytest.raises(KgError, match="city_geonames_id"):
        apply_schema(ready)


def test_what_a_cut_off_constraint_left_behind_is_found_and_mended(database: Connection) -> None:
    """Neo4j builds the index of a constraint first: a kill in between leaves it, and the constraint cannot be made beside it."""
    apply_schema(database)
    database.run_schema("DROP CONSTRAINT city_geonames_id")
    database.run_schema("CREATE INDEX city_geonames_id FOR (n:City) ON (n.geonames_id)")
    assert [finding.partition(":")[0] for finding in check_schema(database)] == [
        "constraint city_geonames_id is different"
    ]
    apply_schema(database)
    assert check_schema(database) == []


def test_several_at_once_make_one_schema(ready: Connection) -> None:
    for item in ready.run_read("SHOW CONSTRAINTS YIELD name"):
        ready.run_schema(f"DROP CONSTRAINT {item['name']}")
    with ThreadPoolExecutor(3) as threads:
        for making in [threads.submit(apply_schema, ready) for _ in range(3)]:
            making.result(timeout=180)
    assert check_schema(ready) == []
