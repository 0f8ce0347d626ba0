"""Counts over the whole graph, kept in one node beside it that is no part of what the graph says.

The node is no ``Entity`` and touches no other, so no query and no digest meets it. It says of which state of the graph the counts
are, and on which days they hold; who reads them compares.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from kg.database.connection import Connection

_TABLE = "table_"

_READ = "MATCH (a:Aggregate) RETURN properties(a) AS properties"

_STORE = "CREATE (a:Aggregate) SET a = $properties"

_CLEAR = "MATCH (a:Aggregate) DELETE a"

_MOVE = "MATCH (a:Aggregate {state: $before}) SET a.state = $after RETURN count(a) AS moved"


@dataclass(frozen=True, slots=True)
class StoredAggregates:
    """Counts as they are stored.

    Attributes:
        tables: The tables, each as a JSON text.
        state: Of which state of the graph they are, see :func:`kg.database.state.fingerprint`.
        first: The first day as of which they hold.
        last: The last one; none when no fact that is known by then begins or ends later.
    """

    tables: Mapping[str, str]
    state: str
    first: date
    last: date | None

    def hold(self, as_of: date) -> bool:
        """Whether they are the counts as of a day too, since nothing that is counted begins or ends in between."""
        return self.first <= as_of and (self.last is None or as_of <= self.last)


def read_aggregates(connection: Connection) -> StoredAggregates | None:
    """Return the counts that are stored, of whichever state of the graph they are."""
    rows = connection.run_read(_READ, {})
    if len(rows) != 1:
        return None
    properties = rows[0]["properties"]
    tables = {name.removeprefix(_TABLE): text for name, text in properties.items() if name.startswith(_TABLE)}
    last = properties["last"]
    return StoredAggregates(
        tables, properties["state"], date.fromisoformat(properties["first"]), date.fromisoformat(last) if last else None
    )


def store_aggregates(connection: Connection, aggregates: StoredAggregates) -> None:
    """Store counts in place of those that were stored."""
    properties = {_TABLE + name: text for name, text in aggregates.tables.items()} | {
        "state": aggregates.state,
        "first": aggregates.first.isoformat(),
        "last": aggregates.last.isoformat() if aggregates.last else "",
    }
    connection.write_many([(_CLEAR, {}), (_STORE, {"properties": properties})])


def move_aggregates(connection: Connection, before: str, after: str) -> bool:
    """Say that counts of one state are those of another, in which nothing that is counted differs; return whether there were any."""
    return bool(connection.run_write(_MOVE, {"before": before, "after": after})[0]["moved"])
