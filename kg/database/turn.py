"""One at a time: whoever loads or undoes has the database to itself, and others wait for their turn.

A load reads what is there, decides, and writes; another that wrote in between would be overwritten. The turn is a lock of the
database's own, held by an open transaction, so it is free again when the process that had it dies.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager

from kg.database.connection import Connection
from kg.database.driver_errors import TimedOutError
from kg.database.layout import refuse_other
from kg.errors import KgError

#: The lock is on this value in the index behind the uniqueness of Load.id; nothing is left of the node.
_TAKE = "CREATE (turn:Load {id: 'turn'}) DELETE turn"

#: Seconds for one look whether the turn is free, and for all of them.
_LOOK = 3
_PATIENCE = 900


@contextmanager
def turn(connection: Connection, *, any_layout: bool = False) -> Iterator[None]:
    """Have the database to oneself while the block runs, to change a graph of the present layout.

    Args:
        connection: The database, with the constraints of the schema: without them nobody keeps anybody out.
        any_layout: Do not ask which layout the graph is of; the caller does.

    Raises:
        KgError: Another has had it for a quarter of an hour; or the graph is of another layout, or half restored.
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
        yield
