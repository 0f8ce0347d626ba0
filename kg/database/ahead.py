"""Asking ahead: what is stored of a scope is asked for while the rows of its next edition are still being read.

The server has nothing to do while rows are read, and needs about as long to look through a scope.
"""

from __future__ import annotations

import threading
from types import TracebackType
from typing import Any, Self

from kg.database import loads
from kg.database.connection import Connection
from kg.database.layout import standing
from kg.database.skimmed import Skimmed, skim
from kg.database.state import is_settled, loads_of


class Ahead:
    """Asks for what tells of the nodes and facts of a scope, from a thread of its own; nothing where the scope was never loaded.

    Use it as a context manager. Others may write meanwhile: what was found counts only for who has the turn and finds that
    nothing was loaded, edited, taken back or migrated since. Where it does not count, or could not be asked for, one asks again.

    Args:
        connection: The database.
        scope: The scope.
    """

    def __init__(self, connection: Connection, scope: str) -> None:
        self._connection, self._scope = connection, scope
        self._found: tuple[Any, Skimmed] | None = None
        self._thread = threading.Thread(target=self._work, name="kg asking ahead", daemon=True)

    def skimmed(self, connection: Connection) -> Skimmed | None:
        """Return what was found, once; none where it does not count. Call it with the turn, or when nothing will be written.

        Raises:
            KgError: The connection was lost.
        """
        self._thread.join()
        found, self._found = self._found, None
        if found is None:
            return None
        state, skimmed = found
        return skimmed if state == _state(connection) else None

    def _work(self) -> None:
        try:
            if not any(row["status"] != loads.UNDONE for row in loads.history(self._connection, self._scope)):
                return
            state = _state(self._connection)
            # While somebody writes, the graph changes without its state.
            if is_settled(state["loads"]):
                self._found = state, skim(self._connection, self._scope)
        except Exception:  # noqa: BLE001 - whatever it is, who asks again meets it and tells of it
            return

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._thread.join()


def _state(connection: Connection) -> dict[str, Any]:
    return {"loads": loads_of(connection), "layout": standing(connection).layout}
