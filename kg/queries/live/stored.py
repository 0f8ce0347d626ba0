"""Counts over the whole graph for the live engine: those that are stored where they hold, else counted anew.

Both engines answer equally because these are, whenever they are used, exactly what the engine in memory would count: of the same
state of the graph, and of a day from which the day asked for differs by no fact that begins or ends.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date, timedelta

from kg.database.aggregates import StoredAggregates, read_aggregates
from kg.database.connection import Connection
from kg.database.state import fingerprint
from kg.queries.snapshot.aggregates import Aggregates
from kg.queries.snapshot.graph import Snapshot
from kg.queries.snapshot.reader import tables_of_database
from kg.queries.snapshot.tables import Tables
from kg.schema.dates import first_day, last_day

_DAY = timedelta(days=1)

#: Facts that count on some days only; those of other types always do, or from the start of a project or event.
_DATED = frozenset({"MEMBER_OF", "TWINNED_WITH", "SERVES", "SEEKS", "OFFERS", "ABOUT"})
_STARTING = frozenset({"Project", "Event"})


def aggregates_of_database(connection: Connection, as_of: date) -> Aggregates:
    """Return the counts as of a day: read, which takes milliseconds, or counted, which takes seconds and stores nothing.

    Raises:
        KgError: The connection was lost, or the database takes too long.
    """
    stored = read_aggregates(connection)
    if stored is not None and stored.hold(as_of) and stored.state == fingerprint(connection):
        return Aggregates.from_json({name: json.loads(text) for name, text in stored.tables.items()})
    return Aggregates.of(Snapshot.from_tables(tables_of_database(connection), as_of))


def count(connection: Connection, as_of: date) -> StoredAggregates:
    """Return the counts of a graph as of a day, as they are stored; the database is only read."""
    state = fingerprint(connection)
    tables = tables_of_database(connection)
    first, last = days_alike(tables, as_of)
    found = Aggregates.of(Snapshot.from_tables(tables, as_of)).as_json()
    return StoredAggregates(
        {name: json.dumps(table, separators=(",", ":")) for name, table in found.items()}, state, first, last
    )


def days_alike(tables: Tables, as_of: date) -> tuple[date, date | None]:
    """Return the first and the last day around one on which the same facts count; none where no later day differs."""
    first, following = date.min, date.max
    try:
        for day in _days_of_change(tables):
            if day <= as_of:
                first = max(first, day)
            else:
                following = min(following, day)
    except (ValueError, OverflowError):
        return as_of, as_of  # a date that somebody wrote by hand: who knows what it means on other days
    return first, None if following == date.max else following - _DAY


def _days_of_change(tables: Tables) -> Iterator[date]:
    """Return the days on which something begins to count, or does not count any more."""
    for node in tables.nodes:
        if node.start is not None and node.label in _STARTING:
            yield first_day(node.start)
    for fact in tables.facts:
        if fact.type in _DATED:
            if fact.until is not None:
                yield last_day(fact.until) + _DAY
            yield from (first_day(one) for one in (fact.since, fact.ended, fact.closed) if one is not None)
