"""Which engine answers: the one place where that is decided."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass, field
from datetime import date
from typing import Literal, get_args
from weakref import WeakKeyDictionary

from kg.database.connection import Connection
from kg.errors import KgError, quoted
from kg.queries.engines import Engine, SnapshotEngine
from kg.queries.features import World
from kg.queries.snapshot.graph import Snapshot
from kg.queries.snapshot.state import State, is_settled, state_of
from kg.queries.snapshot.store import snapshot_of
from kg.queries.snapshot.tables import Tables

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

    Both names give the graph in memory for now: it is read once for each connection, from
    the file beside the database if that is current, and again when the graph has changed.

    Args:
        connection: The database.
        engine: ``live`` or ``snapshot``.
        as_of: The day as of which.

    Raises:
        KgError: The connection was lost, or the database takes too long.
    """
    del engine
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


def forget(connection: Connection) -> None:
    """Drop the graph of a connection from memory, so that it is read again: after a change that its state does not show."""
    _HELD.pop(connection, None)
