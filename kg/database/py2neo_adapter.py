"""A connection through a ``py2neo.Graph``, for users who have one open (extra ``py2neo``).

py2neo is end-of-life and speaks an old version of the protocol; the driver is always the better way.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, TypeVar

import neo4j
from neo4j.spatial import CartesianPoint, WGS84Point

from kg.database.connection import VERSION, Connection, Explained, Parameters, Rows, Stream, version_in
from kg.errors import KgError

if TYPE_CHECKING:
    import py2neo

T = TypeVar("T")

ATTEMPTS = 5


class Py2neoConnection(Connection):
    """A connection by the ``run`` of a ``py2neo.Graph``, which stays open on ``close``.

    py2neo cannot hand a time-out to the server: ``timeout`` has no effect, the server's own limit has. Points become
    the driver's; dates stay py2neo's.
    """

    def __init__(self, graph: py2neo.Graph) -> None:
        from py2neo.errors import ClientError

        super().__init__(graph.name)
        self._graph = graph
        self.refusals = (ClientError,)

    @property
    def driver(self) -> neo4j.Driver:
        """There is none."""
        raise KgError(
            "This connection goes through a py2neo.Graph, which has no Neo4j driver: use that Graph for Cypher of your "
            "own, or connect by address."
        )

    def run_read(self, cypher: str, parameters: Parameters | None = None, timeout: float | None = 60) -> Rows:  # noqa: ARG002 - see the class
        """One statement in READ mode."""
        return self._retried(True, lambda transaction: _rows(transaction, cypher, parameters))

    @contextmanager
    def stream_read(
        self, cypher: str, parameters: Parameters | None = None, timeout: float | None = 60
    ) -> Iterator[Stream]:
        """One statement in READ mode; py2neo fetches all rows before the first is there."""
        rows = self.run_read(cypher, parameters, timeout)
        yield Stream(list(rows[0]) if rows else [], (list(row.values()) for row in rows))

    def explain(
        self,
        cypher: str,
        parameters: Parameters | None = None,
        timeout: float | None = 60,  # noqa: ARG002 - see the class
        *,
        warnings: bool = False,  # noqa: ARG002 - it has none
    ) -> Explained:
        """What the server would do for a statement; py2neo hands no warnings on, nor columns where there are no rows."""
        summary = self._retried(
            True, lambda transaction: transaction.run(f"EXPLAIN {cypher}", dict(parameters or {})).summary()
        )
        return Explained(str(summary.get("type") or ""), summary.get("plan") or {}, ())

    def write_many(
        self,
        statements: Sequence[tuple[str, Parameters]],
        timeout: float | None = None,  # noqa: ARG002 - see the class
    ) -> list[Rows]:
        """Several statements in one transaction."""
        return self._retried(
            False, lambda transaction: [_rows(transaction, cypher, parameters) for cypher, parameters in statements]
        )

    def run_schema(self, cypher: str, parameters: Parameters | None = None) -> Rows:
        """One statement in a transaction of the server's own."""
        with _explained(self._graph):
            return _rows(self._graph, cypher, parameters)

    @contextmanager
    def hold(self, cypher: str) -> Iterator[None]:
        """Keep a transaction open, as long as the server allows."""
        with _explained(self._graph):
            transaction = self._graph.begin()
            _rows(transaction, cypher, None)
        try:
            yield
        finally:
            self._graph.rollback(transaction)

    def server_version(self) -> str:
        """The version of the Neo4j that answers."""
        with _explained(self._graph):
            return version_in(_rows(self._graph, VERSION, None))

    def close(self) -> None:
        """Do nothing: whoever opened the graph closes it."""

    def _retried(self, readonly: bool, work: Callable[[Any], T]) -> T:
        from py2neo.errors import Neo4jError

        for attempt in range(1, ATTEMPTS + 1):
            transaction = None
            try:
                with _explained(self._graph):
                    transaction = self._graph.begin(readonly=readonly)
                    result = work(transaction)
                    self._graph.commit(transaction)
                    return result
            except Neo4jError as error:
                self._graph.rollback(transaction)
                if attempt == ATTEMPTS or not error.should_retry():
                    raise
                # Two that deadlocked would meet again if both came back at once.
                time.sleep(random.uniform(0, 0.1 * 2**attempt))
            except BaseException:
                self._graph.rollback(transaction)
                raise
        raise AssertionError("the last attempt returns or raises")


def _rows(runner: Any, cypher: str, parameters: Parameters | None) -> Rows:
    return [
        {name: _driver_value(value) for name, value in row.items()}
        for row in runner.run(cypher, dict(parameters or {})).data()
    ]


def _driver_value(value: Any) -> Any:
    match value:
        case list():
            return [_driver_value(item) for item in value]
        case dict():
            return {name: _driver_value(item) for name, item in value.items()}
        case tuple() if hasattr(value, "srid"):
            return (WGS84Point if value.srid in (4326, 4979) else CartesianPoint)(value)
        case _:
            return value


@contextmanager
def _explained(graph: py2neo.Graph) -> Iterator[None]:
    from py2neo.errors import (
        ConnectionBroken,
        ConnectionUnavailable,
        Neo4jError,
        ServiceUnavailable,
    )

    place = graph.service.uri
    try:
        yield
    except (ConnectionBroken, ConnectionUnavailable, ServiceUnavailable, OSError) as error:
        raise KgError(f"The py2neo.Graph has no connection to {place}: see that the server runs. ({error})") from error
    except Neo4jError as error:
        if "TransactionTimedOut" in str(error.code):
            raise KgError(f"A query at {place} took longer than the server allows and was ended.") from error
        raise
