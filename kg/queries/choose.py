"""Which engine answers: the one place where that is decided."""

from __future__ import annotations

import threading
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
    lock: threading.Lock = field(default_factory=threading.Lock)


class _Reading:
    """Lets one thread of many read the graph of a connection, and the others have what it read."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        #: How many readings have begun, and what the latest found.
        self.begun = 0
        self.held: _Held | None = None


@dataclass(slots=True)
class _Counted:
    """The counts over the whole graph of one connection, by date."""

    state: State
    counts: OrderedDict[date, Aggregates] = field(default_factory=OrderedDict)


_COUNTED: WeakKeyDictionary[Connection, _Counted] = WeakKeyDictionary()
_HELD: WeakKeyDictionary[Connection, _Held] = WeakKeyDictionary()
_READING: WeakKeyDictionary[Connection, _Reading] = WeakKeyDictionary()
_LOCK = threading.Lock()

#: A graph that changes while it is read is read again, so often at most.
_READINGS = 3


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

    While one load is under way, the graph as it was before it answers, where that is in memory: half an edition is no graph. Of
    several threads one reads, and the others wait for it.

    Raises:
        KgError: The connection was lost, or the database takes too long.
    """
    held = _held(connection)
    with held.lock:
        if as_of not in held.engines:
            held.engines[as_of] = SnapshotEngine(World.of(Snapshot.from_tables(held.tables, as_of)))
            while len(held.engines) > _DATES:
                held.engines.popitem(last=False)
        held.engines.move_to_end(as_of)
        return held.engines[as_of]


def _held(connection: Connection) -> _Held:
    """Return the graph of a connection as it is, read again where it has changed."""
    state = state_of(connection)
    held = _HELD.get(connection)
    if held is not None and _holds(held.state, state):
        return held
    with _LOCK:
        reading = _READING.setdefault(connection, _Reading())
        begun = reading.begun
    with reading.lock:
        # Whatever another thread began to read after this one asked is as new as this one needs.
        if reading.held is not None and reading.begun > begun:
            return reading.held
        held = _HELD.get(connection)
        if held is not None and _holds(held.state, state):
            return held
        for _ in range(_READINGS):
            reading.begun += 1
            state = state_of(connection)
            read = reading.held = _Held(state, snapshot_of(connection).tables)
            if state_of(connection) == state:
                # One of a load that is not finished is for those who ask now, and for nobody later.
                if is_settled(state):
                    _HELD[connection] = read
                break
        assert reading.held is not None
        return reading.held


def _holds(held: State, now: State) -> bool:
    """Whether a graph that was read in one state still answers in another: the same, or that of a load that has begun since."""
    if is_settled(now):
        return held == now
    # Nothing has happened since but that a load, or taking one back, has begun.
    return (
        is_settled(held)
        and now["unfinished"] == 1
        and 0 <= now["attempts"] - held["attempts"] <= 1
        and held["undone"] == now["undone"]
        and held["database"] == now["database"]
    )


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
    _READING.pop(connection, None)
    _COUNTED.pop(connection, None)
