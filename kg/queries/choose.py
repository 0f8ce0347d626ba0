"""Which engine answers: the one place where that is decided."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass, field
from datetime import date
from typing import Literal, get_args
from weakref import WeakKeyDictionary

from kg.database.connection import Connection
from kg.database.state import State, is_settled, state_of
from kg.errors import KgError, quoted
from kg.queries.engines import Engine, SnapshotEngine
from kg.queries.live.engine import LiveEngine
from kg.queries.live.stored import aggregates_of_database
from kg.queries.snapshot.aggregates import Aggregates
from kg.queries.snapshot.graph import Snapshot
from kg.queries.snapshot.store import snapshot_of
from kg.queries.snapshot.tables import Tables
from kg.queries.world import World

EngineName = Literal["live", "snapshot"]
ENGINES: tuple[EngineName, ...] = get_args(EngineName)

#: So many as-of dates are kept in memory for each connection.
_DATES = 3


@dataclass(slots=True)
class _Held:
    """The graph of one connection as it was read, and what was made of it."""

    state: State
    tables: Tables
    engines: OrderedDict[date, SnapshotEngine] = field(default_factory=OrderedDict)


@dataclass(slots=True)
class _Counted:
    """The counts over the whole graph of one connection, by date."""

    state: State
    counts: OrderedDict[date, Aggregates] = field(default_factory=OrderedDict)


_COUNTED: WeakKeyDictionary[Connection, _Counted] = WeakKeyDictionary()
_HELD: WeakKeyDictionary[Connection, _Held] = WeakKeyDictionary()


def check_engine(engine: str) -> EngineName:
    """Return ``engine`` when there is one of this name.

    Raises:
        KgError: There is none; the message lists them.
    """
    for known in ENGINES:
        if engine == known:
            return known
    raise KgError(f"There is no engine (--engine) {quoted(engine)}: choose one of {', '.join(ENGINES)}.")


def choose_engine(connection: Connection, engine: EngineName, as_of: date) -> Engine:
    """Return what finds the surroundings of places as of a date.

    ``live`` asks the database for each place. ``snapshot`` is the graph in memory: it is read once for each connection, from the
    file beside the database if that is current, and again when the graph has changed.

    Args:
        connection: The database.
        engine: ``live`` or ``snapshot``.
        as_of: The day as of which.

    Raises:
        KgError: The connection was lost, or the database takes too long.
    """
    if engine == "live":
        return LiveEngine(connection, as_of, _counts(connection, state_of(connection), as_of))
    return snapshot_engine(connection, as_of)


def snapshot_engine(connection: Connection, as_of: date) -> SnapshotEngine:
    """Return the engine that has the whole graph in memory, as :func:`choose_engine` does.

    Raises:
        KgError: The connection was lost, or the database takes too long.
    """
    state = state_of(connection)
    held = _HELD.get(connection)
    # While a load is under way, the graph changes and its state does not show it.
    if held is None or held.state != state or not is_settled(state):
        held = _HELD[connection] = _Held(state, snapshot_of(connection).tables)
    if as_of not in held.engines:
        held.engines[as_of] = SnapshotEngine(World.of(Snapshot.from_tables(held.tables, as_of)))
        while len(held.engines) > _DATES:
            held.engines.popitem(last=False)
    held.engines.move_to_end(as_of)
    return held.engines[as_of]


def _counts(connection: Connection, state: State, as_of: date) -> Aggregates:
    """Return the counts over the whole graph as of a date, those in memory where the graph has not changed since."""
    counted = _COUNTED.get(connection)
    if counted is None or counted.state != state or not is_settled(state):
        counted = _COUNTED[connection] = _Counted(state)
    if as_of not in counted.counts:
        counted.counts[as_of] = aggregates_of_database(connection, as_of)
        while len(counted.counts) > _DATES:
            counted.counts.popitem(last=False)
    counted.counts.move_to_end(as_of)
    return counted.counts[as_of]


def forget(connection: Connection) -> None:
    """Drop the graph of a connection and its counts from memory, so that they are read again: after a change that its state does not show."""
    _HELD.pop(connection, None)
    _COUNTED.pop(connection, None)
