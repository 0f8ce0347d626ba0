"""The way to the database: one small interface, by the Neo4j driver (here) or by py2neo (``py2neo_adapter``)."""

from __future__ import annotations

import logging
import re
from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager, suppress
from dataclasses import dataclass
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self
from urllib.parse import urlsplit

import neo4j
from neo4j.exceptions import ClientError, ConfigurationError, DriverError, Neo4jError

from kg.database.driver_errors import BrokenDatabaseError, explain_driver_errors, is_memory_limit, not_neo4j
from kg.database.passwords import Password
from kg.database.server import Reporter, ServerInfo, answers, end_broken, ensure_running
from kg.database.settings import Settings
from kg.errors import KgError

if TYPE_CHECKING:
    import py2neo

# Without a handler of somebody's, Python would print the driver's "will be retried" between the lines of a command.
logging.getLogger("neo4j").addHandler(logging.NullHandler())

#: Below this, Cypher that we use is missing.
OLDEST_VERSION = (5, 26)

Parameters = Mapping[str, Any]
Rows = list[dict[str, Any]]

VERSION = "CALL dbms.components() YIELD name, versions WHERE name = 'Neo4j Kernel' RETURN versions[0] AS version"


@dataclass(frozen=True)
class Explained:
    """What the server would do for a statement: ``r`` or another type, the plan's root, and what it warns of.

    A plan is a dictionary with ``operatorType``, ``args`` and, where it has any, ``children``. ``warnings`` are pairs of a
    GQLSTATUS code and a sentence. ``columns`` are those of its rows, as far as they are known.
    """

    type: str
    plan: Mapping[str, Any]
    warnings: tuple[tuple[str, str], ...]
    columns: tuple[str, ...] = ()


@dataclass(frozen=True)
class Stream:
    """Rows as they come from the server, each a list of values in the order of ``names``."""

    names: list[str]
    rows: Iterator[Sequence[Any]]


class Connection(ABC):
    """An open database. Use it from as many threads as you like; close it once.

    Rows come back as dictionaries; maps, lists and scalars are Python's, points and dates the driver's.
    """

    #: What is raised for a statement that the server refuses as it is written.
    refusals: tuple[type[Exception], ...] = (ClientError,)

    def __init__(self, database: str | None) -> None:
        self._database = database

    @property
    def database(self) -> str | None:
        """The database's name; ``None`` is the server's default."""
        return self._database

    @property
    def server(self) -> ServerInfo | None:
        """The local server, where this connection goes to the one that kg runs; ``None`` where it goes elsewhere."""
        return None

    def reopen(self, server: ServerInfo) -> None:
        """Go to the local server, which was started anew, once more.

        Raises:
            KgError: this connection does not go to it.
        """
        raise KgError(f"This connection does not go to the local server of {server.home.folder}.")

    @property
    @abstractmethod
    def driver(self) -> neo4j.Driver:
        """The Neo4j driver, for Cypher of one's own.

        Raises:
            KgError: this connection goes through py2neo, which has none.
        """

    @abstractmethod
    def run_read(self, cypher: str, parameters: Parameters | None = None, timeout: float | None = 60) -> Rows:
        """One statement in READ mode, which refuses every write; tried again when the connection fails.

        Outside this package's database room, ``kg.database.read.read`` is the way to call it.
        """

    @abstractmethod
    def stream_read(
        self, cypher: str, parameters: Parameters | None = None, timeout: float | None = 60
    ) -> AbstractContextManager[Stream]:
        """One statement in READ mode, its rows one by one while the block runs; never tried again."""

    @abstractmethod
    def explain(
        self, cypher: str, parameters: Parameters | None = None, timeout: float | None = 60, *, warnings: bool = False
    ) -> Explained:
        """What the server would do for a statement, which is not run; with what it warns of, if asked for."""

    @abstractmethod
    def write_many(self, statements: Sequence[tuple[str, Parameters]], timeout: float | None = None) -> list[Rows]:
        """Several statements in one transaction: all of them or none; tried again after a deadlock or a lost connection.

        Returns:
            The rows of each statement, in order.
        """

    @abstractmethod
    def run_schema(self, cypher: str, parameters: Parameters | None = None) -> Rows:
        """One statement in a transaction of the server's own (constraints; ``CALL { ... } IN TRANSACTIONS``).

        It is never tried again, since the server may have done a part of it.
        """

    @abstractmethod
    def hold(self, cypher: str) -> AbstractContextManager[None]:
        """Run one statement in a transaction that stays open, with its locks, while the block runs, and is then rolled back."""

    @abstractmethod
    def server_version(self) -> str:
        """The version of the Neo4j that answers, asked once without trying again; empty when it is not Neo4j."""

    @abstractmethod
    def close(self) -> None:
        """Close what this connection opened; a driver or graph that was handed in stays open."""

    def run_write(self, cypher: str, parameters: Parameters | None = None, timeout: float | None = None) -> Rows:
        """One statement in a transaction; tried again after a deadlock or a lost connection."""
        return self.write_many([(cypher, parameters or {})], timeout)[0]

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


class _TooLargeError(Exception):
    """Takes what the server says of memory past the driver, which would try the same again for as long as it may."""

    def __init__(self, said: Neo4jError) -> None:
        super().__init__()
        self.said = said


class DriverConnection(Connection):
    """A connection by the official driver."""

    def __init__(
        self,
        driver: neo4j.Driver,
        database: str | None,
        *,
        place: str,
        owned: bool,
        server: ServerInfo | None = None,
    ) -> None:
        super().__init__(database)
        self._driver = driver
        self._place = place
        self._server = server
        self._local = server is not None
        self._owned = owned

    @property
    def server(self) -> ServerInfo | None:
        """The local server, where kg runs it."""
        return self._server

    def reopen(self, server: ServerInfo) -> None:
        """Go to the local server once more; what the driver remembers (bookmarks among it) may be of another store."""
        if self._server is None:
            super().reopen(server)
        self._driver.close()
        self._driver = _driver(server.uri, (server.username, server.password))
        self._place, self._server = server.uri, server

    @property
    def driver(self) -> neo4j.Driver:
        """The Neo4j driver."""
        return self._driver

    def _session(self, access_mode: str) -> neo4j.Session:
        # One bookmark manager for all sessions: on a cluster, a read then sees the write before it.
        return self._driver.session(
            database=self._database,
            default_access_mode=access_mode,
            bookmark_manager=self._driver.execute_query_bookmark_manager,
        )

    def run_read(self, cypher: str, parameters: Parameters | None = None, timeout: float | None = 60) -> Rows:
        """One statement in READ mode."""

        @neo4j.unit_of_work(timeout=timeout)
        def work(transaction: neo4j.ManagedTransaction) -> Rows:
            return _rows(transaction.run(cypher, dict(parameters or {})))

        with (
            explain_driver_errors(self._place, timeout, local=self._local),
            self._session(neo4j.READ_ACCESS) as session,
        ):
            return session.execute_read(work)

    @contextmanager
    def stream_read(
        self, cypher: str, parameters: Parameters | None = None, timeout: float | None = 60
    ) -> Iterator[Stream]:
        """One statement in READ mode, its rows one by one."""

        def rows(result: neo4j.Result) -> Iterator[Sequence[Any]]:
            # Here and not around the block: an error of whoever uses the rows is not the database's.
            with explain_driver_errors(self._place, timeout, local=self._local):
                for record in result:
                    yield record.values()

        with self._session(neo4j.READ_ACCESS) as session:
            with explain_driver_errors(self._place, timeout, local=self._local):
                transaction = session.begin_transaction(timeout=timeout)
                result = transaction.run(cypher, dict(parameters or {}))
                names = list(result.keys())
            try:
                yield Stream(names, rows(result))
            finally:
                # What was read is read; what was not is not fetched.
                with suppress(Neo4jError, DriverError, OSError):
                    transaction.rollback()

    def explain(
        self, cypher: str, parameters: Parameters | None = None, timeout: float | None = 60, *, warnings: bool = False
    ) -> Explained:
        """What the server would do for a statement, which is not run."""
        severity = neo4j.NotificationMinimumSeverity

        @neo4j.unit_of_work(timeout=timeout)
        def work(transaction: neo4j.ManagedTransaction) -> tuple[neo4j.ResultSummary, tuple[str, ...]]:
            result = transaction.run(f"EXPLAIN {cypher}", dict(parameters or {}))
            columns = tuple(result.keys())
            return result.consume(), columns

        with (
            explain_driver_errors(self._place, timeout, local=self._local),
            self._driver.session(
                database=self._database,
                default_access_mode=neo4j.READ_ACCESS,
                bookmark_manager=self._driver.execute_query_bookmark_manager,
                notifications_min_severity=severity.INFORMATION if warnings else severity.OFF,
            ) as session,
        ):
            summary, columns = session.execute_read(work)
        said = tuple(
            (status.gql_status, status.status_description)
            for status in summary.gql_status_objects
            if status.is_notification
        )
        return Explained(summary.query_type or "", summary.plan or {}, said, columns)

    def write_many(self, statements: Sequence[tuple[str, Parameters]], timeout: float | None = None) -> list[Rows]:
        """Several statements in one transaction."""

        @neo4j.unit_of_work(timeout=timeout)
        def work(transaction: neo4j.ManagedTransaction) -> list[Rows]:
            try:
                return [_rows(transaction.run(cypher, dict(parameters))) for cypher, parameters in statements]
            except Neo4jError as error:
                if is_memory_limit(error):
                    raise _TooLargeError(error) from error
                raise

        with (
            explain_driver_errors(self._place, timeout, local=self._local),
            self._session(neo4j.WRITE_ACCESS) as session,
        ):
            try:
                return session.execute_write(work)
            except _TooLargeError as error:
                raise error.said from None

    def run_schema(self, cypher: str, parameters: Parameters | None = None) -> Rows:
        """One statement in a transaction of the server's own."""
        with explain_driver_errors(self._place, None, local=self._local), self._session(neo4j.WRITE_ACCESS) as session:
            return _rows(session.run(cypher, dict(parameters or {})))

    @contextmanager
    def hold(self, cypher: str) -> Iterator[None]:
        """Keep a transaction open, without a time-out."""
        with self._session(neo4j.WRITE_ACCESS) as session:
            with explain_driver_errors(self._place, None, local=self._local):
                transaction = session.begin_transaction(timeout=0)
                transaction.run(cypher).consume()
            try:
                yield
            finally:
                # When the server is gone, so is the transaction; what happened in the block says why.
                with suppress(Neo4jError, DriverError, OSError):
                    transaction.rollback()

    def server_version(self) -> str:
        """The version of the Neo4j that answers."""
        with explain_driver_errors(self._place, None, local=self._local), self._session(neo4j.READ_ACCESS) as session:
            try:
                return version_in(_rows(session.run(neo4j.Query(VERSION, timeout=30))))
            except ClientError as error:
                if (error.code or "").startswith(("Neo.ClientError.Procedure.", "Neo.ClientError.Statement.")):
                    return ""  # something like Neo4j, without this procedure
                raise

    def close(self) -> None:
        """Close the driver, unless it was handed in."""
        if self._owned:
            self._driver.close()


def _rows(result: neo4j.Result) -> Rows:
    # Not Result.data(), which walks through every list that comes back: some hold a million values.
    names = result.keys()
    return [dict(zip(names, record, strict=True)) for record in result]


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
        # Imported here because it imports this module.
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
    connection = DriverConnection(_driver(uri, auth), database, place=uri, owned=True, server=server)
    try:
        return _checked(connection, uri)
    except BaseException:
        connection.close()
        raise


def _driver(uri: str, auth: tuple[str, str] | None) -> neo4j.Driver:
    if not re.match(r"(bolt|neo4j)(\+s|\+ssc)?://[^/]", uri):
        raise KgError(
            f"{uri!r} is not the address of a Neo4j: it begins with bolt:// or neo4j://, or with bolt+s:// or "
            "neo4j+s:// where the server uses TLS (Aura does)."
        )
    try:
        urlsplit(uri).port  # noqa: B018 - it raises when the port is no number
        return neo4j.GraphDatabase.driver(
            uri,
            auth=auth,
            connection_timeout=10,
            connection_acquisition_timeout=20,
            max_transaction_retry_time=15,
            # Hints for the author of a query are of no use to the person who runs a command.
            notifications_min_severity=neo4j.NotificationMinimumSeverity.OFF,
        )
    except (ValueError, ConfigurationError) as error:
        raise KgError(f"{uri!r} is not an address that can be used: {error}.") from error


def version_in(rows: Rows) -> str:
    """The version among the rows of ``VERSION``; empty when there is none."""
    return str(rows[0]["version"]) if rows else ""


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
