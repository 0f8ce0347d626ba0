"""What takes the nodes and facts of an export, one after the other: one for each format."""

from __future__ import annotations

import json
from abc import ABC, abstractmethod

from kg.queries.export.columns import Row


class Sink(ABC):
    """Takes all nodes, then all facts, then is closed once, also after an error."""

    @abstractmethod
    def node(self, row: Row) -> None:
        """Take a node, with the columns of its label."""

    @abstractmethod
    def fact(self, row: Row) -> None:
        """Take a fact, with the columns of its type."""

    @abstractmethod
    def finish(self) -> None:
        """Write what comes last; nothing is taken any more."""

    @abstractmethod
    def close(self) -> None:
        """Let go of all files."""


def listed(values: list[str]) -> str | None:
    """Return a list as text, where a format has no lists: JSON, so that it can be taken apart again; none when it is empty.

    >>> listed(["Rīga", "Riga; Latvia"])
    '["Rīga", "Riga; Latvia"]'
    """
    return json.dumps(values, ensure_ascii=False) if values else None
