"""Keeps the counts over the whole graph current: what changes the graph runs inside, and is followed by a new count."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime

from kg.database.aggregates import move_aggregates, read_aggregates, store_aggregates
from kg.database.connection import Connection
from kg.database.state import fingerprint


class Change:
    """What a change of the graph may say while it is made."""

    #: Whether it left everything that is counted as it was, although it is recorded.
    changed_nothing: bool = False


@contextmanager
def counted(connection: Connection) -> Iterator[Change]:
    """Count anew after the block, unless that changed nothing; not when the block fails: then what is stored is seen to be old."""
    before = fingerprint(connection)
    change = Change()
    yield change
    if change.changed_nothing:
        move_aggregates(connection, before, fingerprint(connection))
    recount(connection)


def recount(connection: Connection, as_of: date | None = None) -> bool:
    """Store the counts of the graph as it is, as of today unless another day is given; return whether that was needed."""
    from kg.queries.live.stored import count

    day = as_of or datetime.now(UTC).date()
    stored = read_aggregates(connection)
    if stored is not None and stored.hold(day) and stored.state == fingerprint(connection):
        return False
    store_aggregates(connection, count(connection, day))
    return True
