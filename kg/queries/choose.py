"""Which engine answers: the one place where that is decided."""

from __future__ import annotations

import hashlib
from collections import OrderedDict
from dataclasses import dataclass, field
from datetime import date
from typing import Literal, get_args
from weakref import WeakKeyDictionary

from kg.database.connection import Connection
from kg.database.read import read
from kg.errors import KgError, quoted
from kg.queries.engines import Engine, SnapshotEngine
from kg.queries.features import World
from kg.queries.snapshot.graph import Snapshot
from kg.queries.snapshot.reader import tables_of_database
from kg.queries.snapshot.tables import Tables

EngineName = Literal["live", "snapshot"]
ENGINES: tuple[EngineName, ...] = get_args(EngineName)

#: So many as-of dates are kept in memory for each connection.
_DATES = 3

# Every write of ours is a Load with its attempts; the counts, which the database keeps, tell of writes by hand.
_STATE = """\
MATCH (n) WITH count(n) AS nodes
CALL () { MATCH ()-[r]->() RETURN count(r) AS facts }
OPTIONAL MATCH (l:Load)
WITH nodes, facts, l ORDER BY l.id
RETURN nodes, facts, collect([l.id, l.attempt_started, l.attempt_finished, l.attempt_status]) AS loads"""


@dataclass(slots=True)
class _Held:
    """The graph of one connection as it was read, and what was made of it."""

    state: str
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

    Both names give the graph in memory for now: it is read once for each connection, and again when the graph has changed.

    Args:
        connection: The database.
        engine: ``live`` or ``snapshot``.
        as_of: The day as of which.

    Raises:
        KgError: The connection was lost, or the database takes too long.
    """
    del engine
    state = _state(connection)
    held = _HELD.get(connection)
    if held is None or held.state != state:
        held = _HELD[connection] = _Held(state, tables_of_database(connection))
    if as_of not in held.engines:
        held.engines[as_of] = SnapshotEngine(World.of(Snapshot.from_tables(held.tables, as_of)))
        while len(held.engines) > _DATES:
            held.engines.popitem(last=False)
    held.engines.move_to_end(as_of)
    return held.engines[as_of]


def _state(connection: Connection) -> str:
    (row,) = read(connection, _STATE)
    return hashlib.sha256(repr(sorted(row.items())).encode()).hexdigest()
