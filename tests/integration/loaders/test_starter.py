"""The shipped starter on a real Neo4j: nothing is rejected, nothing is lost, and it is all there with its source."""

from __future__ import annotations

import csv

import pytest

from kg.database.connection import Connection
from kg.database.digest import digest
from kg.database.schema import apply_schema
from kg.editing.undo import undo
from kg.loaders.geonames import GeoNames
from kg.loaders.loading import LoadReport, load
from kg.loaders.starter import DATA, Starter


@pytest.fixture(scope="module")
def loaded(connection: Connection) -> tuple[Connection, LoadReport]:
    """The starter, loaded once for the tests that only look."""
    connection.run_schema("MATCH (n) CALL (n) { DETACH DELETE n } IN TRANSACTIONS OF 10000 ROWS")
    apply_schema(connection)
    return connection, load(connection, Starter())


def rows(name: str) -> list[dict[str, str]]:
    with (DATA / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_every_row_is_written(loaded: tuple[Connection, LoadReport]) -> None:
    _, report = loaded
    assert report.rejects == ()
    assert report.rows["written"] == report.rows["read"] == sum(report.rows.values()) - report.rows["read"]


@pytest.mark.parametrize(
    ("name", "label"), [("organisations", "Organisation"), ("people", "Person"), ("cities", "City")]
)
def test_everything_of_a_table_is_found_by_its_id_with_its_sources(
    loaded: tuple[Connection, LoadReport], name: str, label: str
) -> None:
    connection, _ = loaded
    given: dict[str, set[str]] = {}
    for row in rows(name):
        given.setdefault(row["id"], set()).add(row["source"])
    found = connection.run_read(
        f"MATCH (n:{label}) OPTIONAL MATCH (s:Source) WHERE s.id IN n.sources "
        "RETURN n.own_id AS id, n.name AS name, collect(DISTINCT s.id) AS sources, n.ended AS ended"
    )
    assert {row["id"]: set(row["sources"]) for row in found} == given
    assert all(row["name"] and not row["ended"] for row in found)


def test_every_fact_names_sources_that_the_graph_describes(loaded: tuple[Connection, LoadReport]) -> None:
    connection, _ = loaded
    assert (
        connection.run_read(
            "MATCH ()-[r]->() WHERE r.key IS NOT NULL AND "
            "(size(r.sources) = 0 OR any(id IN r.sources WHERE NOT EXISTS { (:Source {id: id}) })) RETURN r.key"
        )
        == []
    )


def test_every_fact_has_its_age(loaded: tuple[Connection, LoadReport]) -> None:
    connection, _ = loaded
    assert connection.run_read("MATCH ()-[r]->() WHERE r.key IS NOT NULL AND r.as_of IS NULL RETURN r.key") == []


def test_the_five_lists_are_parallel_and_hold_no_null(loaded: tuple[Connection, LoadReport]) -> None:
    connection, _ = loaded
    check = (
        "WITH x, [size(x.sources), size(x.rows), size(x.loads), size(x.given), size(x.missing)] AS sizes "
        "WHERE any(size IN sizes WHERE size IS NULL OR size <> sizes[0]) RETURN x.id AS id"
    )
    assert connection.run_read(f"MATCH (x:Entity) {check}") == []
    assert connection.run_read(f"MATCH ()-[x]->() WHERE x.key IS NOT NULL {check}") == []


def test_again_changes_nothing(loaded: tuple[Connection, LoadReport]) -> None:
    connection, first = loaded
    before = digest(connection)
    report = load(connection, Starter())
    assert report.load == first.load
    assert report.rows["unchanged"] == report.rows["read"]
    assert not any(report.changes.values())
    assert digest(connection) == before


def test_geonames_describes_the_same_cities_and_can_be_taken_back(loaded: tuple[Connection, LoadReport]) -> None:
    connection, _ = loaded
    before = digest(connection)
    loader = GeoNames(min_population=100_000, only_countries=["LV", "FI", "EE", "LT"])
    report = load(connection, loader)
    assert report.rejects == ()
    assert report.rows["written"] > 10
    riga = connection.run_read("MATCH (n:City {geonames_id: '456172'}) RETURN n.own_id AS own, n.sources AS sources")
    assert [row["own"] for row in riga] == ["riga-lv"]
    assert "geonames" in riga[0]["sources"]
    assert load(connection, loader).rows["written"] == 0
    undo(connection, loader.scope)
    assert digest(connection) == before
