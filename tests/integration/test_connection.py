"""Reading and writing on a real Neo4j, and what a person is told when it refuses."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import neo4j
import pytest
from neo4j.exceptions import ClientError, ConstraintError
from neo4j.spatial import WGS84Point

from kg.database.connection import Connection
from kg.database.opening import open_connection
from kg.database.read import read
from kg.errors import KgError

from .conftest import Address

COUNT = "MATCH (n) RETURN count(n) AS nodes"
SLOW = "UNWIND range(1, 100000) AS a UNWIND range(1, 100000) AS b WITH a + b AS c RETURN max(c) AS most"


def test_written_rows_are_read_back(database: Connection) -> None:
    written = database.write_many(
        [
            ("CREATE (n:City {name: $name}) RETURN n.name AS name", {"name": "Rīga"}),
            ("CREATE (:City {name: 'Tartu'})", {}),
        ]
    )
    assert written == [[{"name": "Rīga"}], []]
    assert read(database, "MATCH (n:City) RETURN n.name AS name ORDER BY name") == [{"name": "Rīga"}, {"name": "Tartu"}]


def test_a_value_of_each_kind_comes_back(database: Connection) -> None:
    parameters: dict[str, Any] = {"map": {"list": [1, 2.5, None, True, "ķ"]}}
    rows = read(database, "RETURN $map AS map, point({latitude: 1.0, longitude: 2.0}) AS place", parameters)
    assert rows == [{**parameters, "place": WGS84Point((2.0, 1.0))}]


@pytest.mark.parametrize(
    "cypher", ["CREATE (:City)", "CREATE INDEX never FOR (n:City) ON (n.name)", "MATCH (n) DELETE n"]
)
def test_a_read_cannot_write(database: Connection, cypher: str) -> None:
    with pytest.raises(ClientError):
        read(database, cypher)
    assert read(database, COUNT) == [{"nodes": 0}]


def test_a_read_that_takes_too_long_is_ended(database: Connection) -> None:
    with pytest.raises(KgError, match=r"longer than 0\.2 seconds"):
        read(database, SLOW, timeout=0.2)


def test_what_somebody_ended_is_told_from_a_mistake(database: Connection) -> None:
    running = (
        "SHOW TRANSACTIONS YIELD transactionId, currentQuery WHERE currentQuery = $text RETURN transactionId AS id"
    )
    with ThreadPoolExecutor(1) as threads:
        asked = threads.submit(read, database, SLOW)
        with database.driver.session(database=database.database) as session:
            while not (ids := [row["id"] for row in session.run(running, text=SLOW)]):
                assert not asked.done()
            session.run("TERMINATE TRANSACTIONS $ids", ids=ids).consume()
        with pytest.raises(KgError, match="Somebody had the Neo4j at .* end this"):
            asked.result()


def test_of_several_statements_all_are_written_or_none(database: Connection) -> None:
    with pytest.raises(ClientError):
        database.write_many([("CREATE (:City)", {}), ("CREATE (:City {x: 1/0})", {})])
    assert read(database, COUNT) == [{"nodes": 0}]


def test_a_broken_constraint_is_the_programs_to_handle(database: Connection) -> None:
    database.run_schema("CREATE CONSTRAINT connection_test IF NOT EXISTS FOR (n:Once) REQUIRE n.name IS UNIQUE")
    try:
        with pytest.raises(ConstraintError):
            database.run_write("UNWIND [1, 2] AS number CREATE (:Once {name: $name})", {"name": "Rīga"})
    finally:
        database.run_schema("DROP CONSTRAINT connection_test")


def test_the_server_may_divide_a_statement_into_transactions(database: Connection) -> None:
    rows = database.run_schema(
        "UNWIND range(1, 10) AS number CALL (number) { CREATE (n:City {number: number}) RETURN n.number AS made } "
        "IN TRANSACTIONS OF 3 ROWS RETURN sum(made) AS made"
    )
    assert rows == [{"made": 55}]


def test_threads_may_share_a_connection(database: Connection) -> None:
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda number: database.run_write("CREATE (:City {number: $n})", {"n": number}), range(20)))
    assert read(database, COUNT) == [{"nodes": 20}]


def test_a_driver_that_was_handed_in_stays_open(address: Address) -> None:
    with neo4j.GraphDatabase.driver(address.uri, auth=(address.username, address.password)) as driver:
        with open_connection(driver=driver, database=address.database) as opened:
            assert opened.driver is driver
            assert read(opened, "RETURN 1 AS one") == [{"one": 1}]
        assert driver.execute_query("RETURN 2 AS two").records[0]["two"] == 2


def test_the_environment_is_enough(kg_environment: dict[str, str]) -> None:
    with open_connection() as opened:
        assert opened.server_version().split(".")[0] in {"5", "2025", "2026"}


@pytest.mark.parametrize("password", ["wrong", None])
def test_a_wrong_password_is_called_that(address: Address, password: str | None) -> None:
    with pytest.raises(KgError, match=r"does not accept this user and password.*NEO4J_PASSWORD") as caught:
        open_connection(address.uri, address.username, password)
    assert address.password not in str(caught.value)


def test_a_database_that_does_not_exist_is_called_that(address: Address) -> None:
    with pytest.raises(KgError, match=r"has no such database.*NEO4J_DATABASE"):
        open_connection(address.uri, address.username, address.password, "nosuchdatabase")
