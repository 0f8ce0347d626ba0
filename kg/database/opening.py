"""Opening a connection: to the database that is named, to the environment's, or to the local server, started on demand."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import neo4j

from kg.database.connection import Connection
from kg.database.driver_connection import DriverConnection, open_driver
from kg.database.driver_errors import BrokenDatabaseError, not_neo4j
from kg.database.passwords import Password
from kg.database.server import Reporter, ServerInfo, answers, end_broken, ensure_running
from kg.database.settings import Settings
from kg.errors import KgError

if TYPE_CHECKING:
    import py2neo

#: Below this, Cypher that we use is missing.
OLDEST_VERSION = (5, 26)


def open_connection(
    uri: str | None = None,
    username: str | None = None,
    password: str | None = None,
    database: str | None = None,
    *,
    driver: neo4j.Driver | None = None,
    graph: py2neo.Graph | None = None,
    settings: Settings | None = None,
    report: Reporter | None = None,
) -> Connection:
    """Connect to the database named here, else in the environment, else to the local server, started on demand.

    Args:
        uri: ``bolt://``, ``neo4j://``, or one of them with ``+s`` (TLS) or ``+ssc`` (TLS, self-signed certificate).
        username: ``neo4j`` unless given or set.
        password: none is sent when neither given nor set.
        database: the server's default unless given or set.
        driver: an open driver to use instead; it stays open on ``close``.
        graph: an open ``py2neo.Graph`` to use instead (extra ``py2neo``); it stays open too.
        settings: what to use for what is not given; the environment unless given.
        report: who hears of a local server's start; a bar or plain lines on stderr unless given.

    Raises:
        KgError: nothing answers there, the password is wrong, what answers is not Neo4j or is older than 5.26, or the
            local server cannot be started.
    """
    password = Password.of(password)
    settings = settings or Settings()
    if driver is not None and graph is not None:
        raise KgError("Give either an open driver or a py2neo.Graph, not both.")
    if (driver is not None or graph is not None) and (uri or username or password):
        raise KgError("An open driver or graph has its address and user already: leave out uri, username and password.")
    if graph is not None:
        # Imported here because py2neo is an extra.
        from kg.database.py2neo_adapter import Py2neoConnection

        if database is not None:
            raise KgError("A py2neo.Graph has its database already: leave out database, or make the Graph with name=.")
        return _checked(Py2neoConnection(graph), graph.service.uri)
    if driver is not None:
        given = "the address of the given driver"
        return _checked(DriverConnection(driver, database, place=given, owned=False), given)
    uri = uri or settings.neo4j_uri
    if uri is None:
        if username or password:
            raise KgError("A username or password needs an address: give --uri too, or set NEO4J_URI.")
        server = ensure_running(settings, report, new_ports=True)
        try:
            return _open(server.uri, (server.username, server.password), database or server.database, server=server)
        except BrokenDatabaseError:
            end_broken(server)
            server = ensure_running(settings, report, new_ports=True)
            return _open(server.uri, (server.username, server.password), database or server.database, server=server)
        except KgError:
            answers(server)  # has its own word on a password that was changed
            raise
    if password is None and settings.neo4j_password is not None:
        password = Password(settings.neo4j_password.get_secret_value())
    auth = None if password is None else (username or settings.neo4j_username, password)
    return _open(uri, auth, database or settings.neo4j_database)


def _open(
    uri: str, auth: tuple[str, str] | None, database: str | None, *, server: ServerInfo | None = None
) -> Connection:
    connection = DriverConnection(open_driver(uri, auth), database, place=uri, owned=True, server=server)
    try:
        return _checked(connection, uri)
    except BaseException:
        connection.close()
        raise


def _checked(connection: Connection, place: str) -> Connection:
    version = connection.server_version()
    found = re.match(r"(\d+)\.(\d+)", version)
    if found is None:
        raise not_neo4j(place)
    if (int(found[1]), int(found[2])) < OLDEST_VERSION:
        raise KgError(
            f"The Neo4j at {place} is version {version}, and kg needs 5.26 or later: upgrade it, or leave NEO4J_URI "
            "unset to use a Neo4j of your own that kg runs."
        )
    return connection
