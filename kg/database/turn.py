"""One at a time: whoever loads or undoes has the database to itself, and others wait for their turn.

A load reads what is there, decides, and writes; another that wrote in between would be overwritten. The turn is a lock of the
database's own, held by an open transaction, so it is free again when the process that had it dies. It is free, too, when that
transaction is lost and the process lives: its connection may be cut, alone of several, or an administrator may end it. So who has the
turn signs for it, and each transaction that writes looks at the signature: after another has signed, nothing more is written.
"""

from __future__ import annotations

import secrets
import time
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, suppress
from typing import TYPE_CHECKING

from neo4j.exceptions import DriverError, Neo4jError

from kg.database.connection import Connection, Explained, Parameters, Rows, Stream
from kg.database.driver_errors import TimedOutError
from kg.database.layout import refuse_other
from kg.errors import KgError

if TYPE_CHECKING:
    import neo4j

#: The lock is on this value in the index behind the uniqueness of Load.id; nothing is left of the node.
_TAKE = "CREATE (turn:Load {id: 'turn'}) DELETE turn"

_SIGN = """\
MERGE (t:Turn {id: 'turn'})
WITH count(t) AS signed
MATCH (t:Turn) SET t.holder = $holder"""

# Setting something locks the node until the end of the transaction: who signs next waits for that, and then reads what it wrote. Cypher
# has no way to fail on purpose but this: what is divided by zero takes the transaction with it.
_LOOK_AT = """\
MATCH (t:Turn) SET t.seen = true
WITH collect(t.holder) AS holders
RETURN 1 / CASE WHEN $holder IN holders AND all(holder IN holders WHERE holder = $holder) THEN 1 ELSE 0 END AS mine"""
_DIVIDED_BY_ZERO = "ArithmeticError"

_HAND_BACK = "MATCH (t:Turn {holder: $holder}) DELETE t"

#: Seconds for one look whether the turn is free, and for all of them.
_LOOK = 3
_PATIENCE = 900


@contextmanager
def turn(connection: Connection, *, any_layout: bool = False) -> Iterator[Connection]:
    """Have the database to oneself while the block runs, to change a graph of the present layout.

    What the block writes goes through the connection that it is given.

    Args:
        connection: The database, with the constraints of the schema: without them nobody keeps anybody out.
        any_layout: Do not ask which layout the graph is of; the caller does.

    Raises:
        KgError: Another has had it for a quarter of an hour; or the graph is of another layout, or half restored; or, from a write in
            the block, another has it by now.
    """
    deadline = time.monotonic() + _PATIENCE
    while True:
        try:
            connection.run_write(_TAKE, timeout=_LOOK)
            break
        except TimedOutError:
            if time.monotonic() > deadline:
                raise KgError(
                    f"another kg has been loading into this database for {_PATIENCE // 60} minutes: wait until it has "
                    "finished, or end it, and run the same command again"
                ) from None
    with connection.hold(_TAKE):
        if not any_layout:
            refuse_other(connection)
        holder = secrets.token_hex(8)
        connection.run_write(_SIGN, {"holder": holder})
        try:
            yield _Signed(connection, holder)
        finally:
            # Left behind, it is signed by the next: so it is not tried for half a minute where the server is gone.
            with suppress(KgError, Neo4jError, DriverError, OSError):
                connection.run_schema(_HAND_BACK, {"holder": holder})


class _Signed(Connection):
    """A connection that writes as long as the turn is this holder's."""

    def __init__(self, connection: Connection, holder: str) -> None:
        super().__init__(connection.database)
        self._connection = connection
        self._look_at = (_LOOK_AT, {"holder": holder})

    @property
    def driver(self) -> neo4j.Driver:
        return self._connection.driver

    def run_read(self, cypher: str, parameters: Parameters | None = None, timeout: float | None = 60) -> Rows:
        return self._connection.run_read(cypher, parameters, timeout)

    def stream_read(
        self, cypher: str, parameters: Parameters | None = None, timeout: float | None = 60
    ) -> AbstractContextManager[Stream]:
        return self._connection.stream_read(cypher, parameters, timeout)

    def explain(
        self, cypher: str, parameters: Parameters | None = None, timeout: float | None = 60, *, warnings: bool = False
    ) -> Explained:
        return self._connection.explain(cypher, parameters, timeout, warnings=warnings)

    def write_many(self, statements: Sequence[tuple[str, Parameters]], timeout: float | None = None) -> list[Rows]:
        try:
            _, *rows = self._connection.write_many([self._look_at, *statements], timeout)
        except Exception as error:
            # Of the driver or of py2neo, whose errors have nothing but the code in common.
            if _DIVIDED_BY_ZERO in str(getattr(error, "code", "")):
                raise KgError(
                    "the database let go of the turn to write, as when a connection is cut, and another kg has it now: nothing more "
                    "was written. Run the same command again when that one has finished; it goes on where this one was stopped"
                ) from error
            raise
        return rows

    def run_schema(self, cypher: str, parameters: Parameters | None = None) -> Rows:
        return self._connection.run_schema(cypher, parameters)

    def hold(self, cypher: str) -> AbstractContextManager[None]:
        return self._connection.hold(cypher)

    def server_version(self) -> str:
        return self._connection.server_version()

    def close(self) -> None:
        self._connection.close()
