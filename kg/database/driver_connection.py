"""A connection by the official driver of Neo4j."""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import Any
from urllib.parse import urlsplit

import neo4j
from neo4j.exceptions import ClientError, ConfigurationError, DriverError, Neo4jError

from kg.database.connection import VERSION, Connection, Explained, Parameters, Rows, Stream, version_in
from kg.database.driver_errors import explain_driver_errors, is_memory_limit
from kg.database.server import ServerInfo
from kg.errors import KgError

# Without a handler of somebody's, Python would print the driver's "will be retried" between the lines of a command.
logging.getLogger("neo4j").addHandler(logging.NullHandler())


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
        self._driver = open_driver(server.uri, (server.username, server.password))
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
            return _rows(transaction.run(cypher, _quiet(parameters)))

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
                result = transaction.run(cypher, _quiet(parameters))
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
            result = transaction.run(f"EXPLAIN {cypher}", _quiet(parameters))
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
                return [_rows(transaction.run(cypher, _quiet(parameters))) for cypher, parameters in statements]
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
            return _rows(session.run(cypher, _quiet(parameters)))

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


class _Quiet(list[Any]):
    """A list that does not tell its items.

    The driver makes a text of all parameters of every statement for a log, whether anybody reads it or not: for a batch of rows
    several megabytes, which takes as long as packing them; and rows belong in no log.
    """

    def __repr__(self) -> str:
        return f"<a list of {len(self)}>"


def _quiet(parameters: Parameters | None) -> dict[str, Any]:
    items = (parameters or {}).items()
    return {name: _Quiet(value) if type(value) is list else value for name, value in items}


def _rows(result: neo4j.Result) -> Rows:
    # Not Result.data(), which walks through every list that comes back: some hold a million values.
    names = result.keys()
    return [dict(zip(names, record, strict=True)) for record in result]


def open_driver(uri: str, auth: tuple[str, str] | None) -> neo4j.Driver:
    """Return a driver for an address; nothing is sent yet.

    Raises:
        KgError: it is not the address of a Neo4j.
    """
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
