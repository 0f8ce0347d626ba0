"""One real Neo4j for the whole test session: given by address, in a container, or a local server of our own.

Of several processes (``-n auto``) each is a session and has a local server of its own.

``KG_TEST_NEO4J_URI`` (with ``..._USERNAME``, ``..._PASSWORD``, ``..._DATABASE``) names one that runs: its content is
removed. ``KG_TEST_CONTAINERS=1`` starts the official image, or that of ``KG_TEST_CONTAINER_IMAGE``. Else a local server is
started in a temporary home; ``KG_NEO4J_VERSION`` chooses its line and ``KG_JARS`` where its program files are kept.
"""

from __future__ import annotations

import os
import secrets
import shutil
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from kg.database.connection import Connection
from kg.database.opening import open_connection
from kg.database.server import Quiet, ensure_running, home_of, stop
from kg.database.settings import Settings
from kg.database.stored import READ_TIMEOUT
from kg.queries.choose import forget
from kg.queries.snapshot.reader import tables_of_database
from kg.queries.snapshot.tables import Tables
from kg.schema.grouping import StoredNode
from kg.schema.nodes import NODES
from kg.schema.provenance import from_lists
from tests.integration.bolt import Statement
from tests.integration.proxy import Proxy

#: Program files are shared by all homes that tests make; fetched once per checkout.
JARS = Path(os.environ.get("KG_JARS") or Path(__file__).parents[2] / ".kg" / "jars").absolute()
NEO4J_VERSION = os.environ.get("KG_NEO4J_VERSION") or "5.26"

_EMPTY = "MATCH (n) CALL (n) { DETACH DELETE n } IN TRANSACTIONS OF 10000 ROWS"

_ASSERTED = """\
MATCH (n:Entity)
RETURN n.id AS id, [label IN labels(n) WHERE label IN $labels][0] AS label,
    n {.sources, .rows, .loads, .given, .missing} AS lists"""

#: Rows of nodes and of facts, without what depends on how a graph came about.
Content = tuple[list[tuple[object, ...]], list[tuple[object, ...]]]


@dataclass(frozen=True)
class Address:
    """How to reach the session's Neo4j."""

    uri: str
    username: str
    password: str = field(repr=False)
    database: str | None

    @property
    def environment(self) -> dict[str, str]:
        """The variables with which ``kg`` finds it."""
        given = {"URI": self.uri, "USERNAME": self.username, "PASSWORD": self.password, "DATABASE": self.database}
        return {f"NEO4J_{name}": value for name, value in given.items() if value is not None}


def local_settings(home: Path) -> Settings:
    """Settings of a local server in this home, whatever the environment says."""
    return Settings(
        NEO4J_URI=None,
        NEO4J_USERNAME="neo4j",
        NEO4J_PASSWORD=None,
        NEO4J_DATABASE=None,
        KG_HOME=home,
        KG_JARS=JARS,
        KG_NEO4J_VERSION=NEO4J_VERSION,
    )


@pytest.fixture(scope="session")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Address]:
    """The session's Neo4j, running; stopped at the end when it was started here."""
    uri = os.environ.get("KG_TEST_NEO4J_URI")
    if uri:
        if "PYTEST_XDIST_WORKER" in os.environ:
            # One process's tests would remove what another's have loaded.
            raise pytest.UsageError("KG_TEST_NEO4J_URI is one database: run the tests in one process, without -n")
        yield Address(
            uri,
            os.environ.get("KG_TEST_NEO4J_USERNAME") or "neo4j",
            os.environ.get("KG_TEST_NEO4J_PASSWORD") or "",
            os.environ.get("KG_TEST_NEO4J_DATABASE"),
        )
    elif os.environ.get("KG_TEST_CONTAINERS") == "1":
        from testcontainers.community.neo4j import Neo4jContainer

        image = os.environ.get("KG_TEST_CONTAINER_IMAGE") or "neo4j:5.26-community"
        with Neo4jContainer(image, username="neo4j", password=secrets.token_urlsafe(16)) as container:
            yield Address(container.get_connection_url(), container.username, container.password, None)
    else:
        settings = local_settings(tmp_path_factory.mktemp("home"))
        try:
            server = ensure_running(settings, Quiet())
            yield Address(server.uri, server.username, str(server.password), server.database)
        finally:
            stop(home_of(settings))


@pytest.fixture(scope="session")
def connection(address: Address) -> Iterator[Connection]:
    """The session's Neo4j with what the tests before left in it; ask for ``database`` unless that does not matter."""
    with open_connection(address.uri, address.username, address.password, address.database) as opened:
        yield opened


@pytest.fixture(autouse=True)
def _nobody_judged_anything(monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory) -> None:
    """What the person at this machine decided on places is no matter of the tests."""
    monkeypatch.setenv("KG_JUDGEMENTS", str(tmp_path_factory.getbasetemp() / "judgements.csv"))


@pytest.fixture(scope="session", autouse=True)
def snapshots(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Where graphs that were read are kept, also for fixtures that live longer than a test: in no home of the developer's."""
    home = tmp_path_factory.getbasetemp() / "unused-home"
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("KG_HOME", str(home))
        yield home / "snapshots"


@pytest.fixture
def database(connection: Connection, snapshots: Path) -> Connection:
    """The session's Neo4j without any node; constraints and indexes stay.

    What was kept of it goes as well: graphs that tests write by hand may be alike in all that tells of a change.
    """
    connection.run_schema(_EMPTY)
    forget(connection)
    shutil.rmtree(snapshots, ignore_errors=True)
    return connection


@pytest.fixture
def kg_environment(address: Address, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """``kg``, here or as a process of its own, finds the session's Neo4j through the environment."""
    for name, value in address.environment.items():
        monkeypatch.setenv(name, value)
    return address.environment


def content_of(tables: Tables, names: Mapping[str, str]) -> Content:
    """Return the rows by these names instead of ids, and without keys, which follow from ids."""
    facts = []
    for type_, _, start, end, *values in tables.facts:
        ends = [names[start], names[end]]
        facts.append((type_, *(sorted(ends) if type_ == "TWINNED_WITH" else ends), *values))
    nodes = [(names[row.id], *row[1:]) for row in tables.nodes]
    return sorted(nodes, key=repr), sorted(facts, key=repr)


@pytest.fixture(scope="session")
def content_of_database() -> Callable[[Connection], Content]:
    """The tables of a database, its nodes by the best of all ids asserted for them, as the digest names them."""

    def content(connection: Connection) -> Content:
        names = {
            row["id"]: StoredNode(row["label"], row["id"], 0, tuple(from_lists(row["lists"]))).canonical_reference
            for row in connection.run_read(_ASSERTED, {"labels": list(NODES)}, timeout=READ_TIMEOUT)
        }
        return content_of(tables_of_database(connection), names)

    return content


@pytest.fixture(scope="session")
def content_of_tables() -> Callable[[Tables], Content]:
    """Tables made without a database, to compare with those of one."""
    return lambda tables: content_of(tables, {row.id: f"{row.label}/{row.id}" for row in tables.nodes})


@pytest.fixture(scope="module")
def heard() -> list[Statement]:
    """What has gone through the proxy."""
    return []


@pytest.fixture(scope="module")
def proxy(address: Address, heard: list[Statement]) -> Iterator[Proxy]:
    target = urlsplit(address.uri)
    with Proxy((target.hostname or "", target.port or 7687), heard=heard) as proxy:
        yield proxy
