"""Storing what belongs together in one transaction, or in smaller ones where the server has not the memory for it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from kg.database.connection import Connection
from kg.database.driver_errors import MemoryLimitError
from kg.database.operations import Operations

Statements = Sequence[tuple[str, dict[str, Any]]]


class Store:
    """Stores operations; once a transaction was too large for the server, all that follow are smaller than that one."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        #: So many nodes and facts at most in one transaction, once that is known.
        self.most: int | None = None

    def store(self, operations: Operations, statements: Statements | None = None) -> None:
        """Store operations; ``statements`` are theirs, where they have been made already.

        Each transaction is stored whole or not at all. When there is an error, those before it stay: what they hold is complete,
        and the same load run once more finds it as it should be.

        Raises:
            MemoryLimitError: Not even a single node or fact could be stored, or what has to be one transaction.
            KgError: As the connection says.
        """
        halves = None
        if self.most is not None and len(operations) > self.most:
            halves = operations.halves()
        if halves is None:
            try:
                self._connection.write_many(operations.statements() if statements is None else statements)
            except MemoryLimitError:
                halves = operations.halves()
                if halves is None:
                    raise
                self.most = max(len(operations) // 2, 1)
        for half in halves or ():
            self.store(half)
