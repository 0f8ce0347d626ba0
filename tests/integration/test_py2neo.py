"""A ``py2neo.Graph`` as connection: the same answers as by the driver."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest
from neo4j.spatial import WGS84Point

from kg.database.connection import Connection
from kg.database.opening import open_connection
from kg.database.read import read
from kg.errors import KgError

from .conftest import Address

if TYPE_CHECKING:
    import py2neo as py2neo_types

py2neo = pytest.importorskip("py2neo", reason="the extra `py2neo` is not installed")


@pytest.fixture
def graph(address: Address) -> Iterator[py2neo_types.Graph]:
    graph = py2neo.Graph(address.uri, auth=(address.username, address.password), name=address.database)
    yield graph
    graph.service.connector.close()


@pytest.fixture
def through_py2neo(graph: py2neo_types.Graph, database: Connection) -> Connection:
    """Depends on ``database``, so that it is empty at first."""
    return open_connection(graph=graph)


def test_the_same_rows_come_by_either_way(through_py2neo: Connection, database: Connection) -> None:
    through_py2neo.run_write(
        "CREATE (:City {name: $name, location: point({latitude: 56.9, longitude: 24.1})})", {"name": "Rīga"}
    )
    query = "MATCH (n:City) RETURN n.name AS name, [n.location] AS places, {deep: n.location} AS map"
    rows = read(through_py2neo, query)
    assert rows == read(database, query)
    assert rows[0]["places"] == [WGS84Point((24.1, 56.9))]
    assert isinstance(rows[0]["map"]["deep"], WGS84Point)


def test_a_read_cannot_write(through_py2neo: Connection, database: Connection) -> None:
    with pytest.raises(py2neo.ClientError, match="read access mode"):
        read(through_py2neo, "CREATE (:City)")
    assert read(database, "MATCH (n) RETURN count(n) AS nodes") == [{"nodes": 0}]


def test_of_several_statements_all_are_written_or_none(through_py2neo: Connection, database: Connection) -> None:
    with pytest.raises(py2neo.ClientError):
        through_py2neo.write_many([("CREATE (:City)", {}), ("CREATE (:City {x: 1/0})", {})])
    assert read(database, "MATCH (n) RETURN count(n) AS nodes") == [{"nodes": 0}]
    assert through_py2neo.write_many([("CREATE (:City)", {}), ("RETURN $n AS n", {"n": 1})]) == [[], [{"n": 1}]]
    assert read(database, "MATCH (n) RETURN count(n) AS nodes") == [{"nodes": 1}]


def test_the_server_may_divide_a_statement_into_transactions(through_py2neo: Connection) -> None:
    cypher = "UNWIND range(1, 5) AS n CALL (n) { CREATE (:City) } IN TRANSACTIONS OF 2 ROWS RETURN count(*) AS made"
    assert through_py2neo.run_schema(cypher) == [{"made": 5}]


def test_the_graph_stays_open(through_py2neo: Connection, graph: py2neo_types.Graph) -> None:
    through_py2neo.close()
    assert graph.evaluate("RETURN 1") == 1


def test_there_is_no_driver(through_py2neo: Connection) -> None:
    with pytest.raises(KgError, match=r"py2neo\.Graph, which has no Neo4j driver"):
        _ = through_py2neo.driver


def test_a_graph_and_a_database_name_are_refused(graph: py2neo_types.Graph) -> None:
    with pytest.raises(KgError, match="has its database already"):
        open_connection(graph=graph, database="neo4j")
