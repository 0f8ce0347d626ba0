"""The tables of the graph kept in a file beside the database, and read from the database again when it has changed."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from kg.database.connection import Connection
from kg.database.state import State, is_settled, state_of
from kg.errors import KgError
from kg.home import snapshots_folder
from kg.queries.snapshot import arrow
from kg.queries.snapshot.reader import tables_of_database
from kg.queries.snapshot.tables import Tables

_NO_PYARROW = "The snapshot is not kept, so each time the graph is read anew: pyarrow is not installed (pip install 'localgov-kg[arrow]')."
_UNFINISHED = (
    "The snapshot is not kept, so each time the graph is read anew: a load is under way or was broken off. `kg sources --loaded` "
    "names it; load it again, or take it back with `kg undo`."
)
_CHANGING = "The snapshot is not kept this time: the graph changed while it was read."


@dataclass(frozen=True, slots=True)
class Taken:
    """Tables and where they came from.

    Attributes:
        tables: The graph.
        read_from: ``file`` or ``database``.
        note: What a user should know, where the file could not be kept; else ``None``.
    """

    tables: Tables
    read_from: str
    note: str | None = None


@dataclass(frozen=True, slots=True)
class Kept:
    """The file that is kept of a database.

    Attributes:
        path: Where it is, or would be.
        taken: When it was taken, ISO 8601 in UTC; ``None`` without a file that can be read.
        size: Its bytes.
        is_current: Whether the graph is still as it was then.
        nodes, facts: How many are in it.
        note: Why none is kept, where that is so.
    """

    path: Path
    taken: str | None
    size: int
    is_current: bool
    nodes: int = 0
    facts: int = 0
    note: str | None = None


def snapshot_of(connection: Connection, *, refresh: bool = False) -> Taken:
    """Return the tables of a database: from the file beside it when the graph has not changed since, else read again and kept.

    Whether it changed is asked of the record of loads and of the counts of nodes and facts, see :mod:`kg.database.state`;
    a value that was changed by hand is not seen.

    Args:
        connection: The database; only read.
        refresh: Read it again, whatever the file says.

    Raises:
        KgError: The connection was lost, or the database takes too long.
    """
    if not arrow.is_available():
        return Taken(tables_of_database(connection), "database", _NO_PYARROW)
    state = state_of(connection)
    path = _path(state)
    if not refresh and is_settled(state) and _state_in(arrow.read_about(path)) == state:
        tables = arrow.read(path)
        if tables is not None:
            return Taken(tables, "file")
    tables = tables_of_database(connection)
    if not is_settled(state):
        return Taken(tables, "database", _UNFINISHED)
    if state_of(connection) != state:
        return Taken(tables, "database", _CHANGING)
    about = {
        "state": state,
        "taken": datetime.now(UTC).isoformat(timespec="seconds"),
        "nodes": len(tables.nodes),
        "facts": len(tables.facts),
    }
    try:
        arrow.write(path, tables, about)
    except arrow.NotStorableError as error:
        return Taken(tables, "database", f"The snapshot is not kept: {path} cannot be written ({error}).")
    return Taken(tables, "database")


def kept(connection: Connection) -> Kept:
    """Return what is kept of a database, without reading or writing its tables.

    Raises:
        KgError: The connection was lost.
    """
    state = state_of(connection)
    path = _path(state)
    if not arrow.is_available():
        return Kept(path, None, 0, False, note=_NO_PYARROW)
    note = None if is_settled(state) else _UNFINISHED
    about = arrow.read_about(path)
    if about is None:
        return Kept(path, None, 0, False, note=note)
    current = is_settled(state) and _state_in(about) == state
    numbers = (about.get("nodes", 0), about.get("facts", 0))
    return Kept(path, about.get("taken"), path.stat().st_size, current, *numbers, note=note)


def drop(connection: Connection) -> None:
    """Remove the file that is kept of a database: somebody in it is to be forgotten.

    Raises:
        KgError: The connection was lost, or the file may not be removed.
    """
    path = _path(state_of(connection))
    try:
        path.unlink(missing_ok=True)
    except OSError as error:
        raise KgError(
            f"{path} still has what was removed, and cannot be deleted ({error.strerror}): delete it"
        ) from error


def _state_in(about: dict[str, Any] | None) -> object:
    return about.get("state") if about else None


def _path(state: State) -> Path:
    # By the id that the database has for itself: the address of a local server is another at each start.
    name = hashlib.blake2b(str(state["database"]).encode(), digest_size=8).hexdigest()
    return snapshots_folder() / f"{name}.arrow"
