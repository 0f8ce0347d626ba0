"""One real Neo4j for the whole test session: given by address, in a container, or a local server of our own."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from kg.database.connection import Connection, open_connection
from kg.database.server import ensure_running, home_of, stop
from kg.database.settings import Settings

#: Program files are shared by all homes that tests make; fetched once per checkout.
JARS = Path(os.environ.get("KG_JARS") or Path(__file__).parents[2] / ".kg" / "jars")
VERSION = os.environ.get("KG_NEO4J_VERSION") or "5.26"

_EMPTY = "MATCH (n) CALL (n) { DETACH DELETE n } IN TRANSACTIONS OF 10000 ROWS"


def local_settings(home: Path) -> Settings:
    """Settings of a local server in this home, whatever the environment says."""
    return Settings(NEO4J_URI=None, NEO4J_DATABASE=None, KG_HOME=home, KG_JARS=JARS, KG_NEO4J_VERSION=VERSION)


@pytest.fixture(scope="session")
def connection(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Connection]:
    """The session's Neo4j with whatever the tests before left in it; take ``database`` instead unless you do not care."""
    uri = os.environ.get("KG_TEST_NEO4J_URI")
    if uri:
        with open_connection(
            uri,
            os.environ.get("KG_TEST_NEO4J_USERNAME") or "neo4j",
            os.environ.get("KG_TEST_NEO4J_PASSWORD"),
            os.environ.get("KG_TEST_NEO4J_DATABASE"),
        ) as opened:
            yield opened
    elif os.environ.get("KG_TEST_CONTAINERS") == "1":
        from testcontainers.neo4j import Neo4jContainer

        with Neo4jContainer(os.environ.get("KG_TEST_CONTAINER_IMAGE") or "neo4j:5.26-community") as container:
            with open_connection(container.get_connection_url(), container.username, container.password) as opened:
                yield opened
    else:
        settings = local_settings(tmp_path_factory.mktemp("home"))
        try:
            ensure_running(settings)
            with open_connection(settings=settings) as opened:
                yield opened
        finally:
            stop(home_of(settings))


@pytest.fixture
def database(connection: Connection) -> Connection:
    """The session's Neo4j without any node; constraints and indexes stay."""
    connection.run_schema(_EMPTY)
    return connection
