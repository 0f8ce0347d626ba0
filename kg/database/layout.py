"""Which layout a graph is of: how what sources say is laid down in nodes and properties, which a later kg may do otherwise.

A graph says so itself, in one node beside it that is no ``Entity`` and touches no other. The first change that kg makes to an
empty database writes it; `kg schema migrate` moves it on (see :mod:`kg.database.migrations`). Graphs made before layouts were
written down have no such node, and are of layout 0. While a restore is under way another node says so.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from kg import __version__
from kg.database.connection import Connection
from kg.errors import KgError

#: The layout that this kg reads and writes: the number of the last step in :mod:`kg.database.migrations`.
LAYOUT = 2

#: What is kept beside the graph and is no part of it: a database with nothing else is empty.
BESIDE = ("Aggregate", "Layout", "Restore", "Turn")

_READ = """\
CALL () { OPTIONAL MATCH (l:Layout) RETURN collect(l {.number, .made_by, .versions, .under_way}) AS layouts }
CALL () { OPTIONAL MATCH (r:Restore) RETURN collect(r {.file, .began}) AS restores }
CALL () { MATCH (l:Load) RETURN count(l) > 0 AS is_loaded }
RETURN layouts, restores, is_loaded"""

_RECORD = """\
OPTIONAL MATCH (l:Layout)
WITH count(l) AS there WHERE there = 0
CREATE (:Layout {number: $number, made: $now, made_by: $kg, steps: [], applied: [], versions: [], under_way: ''})"""


@dataclass(frozen=True, slots=True)
class Standing:
    """How a graph stands to this kg.

    Attributes:
        recorded: The layout that it says it is of; none when it does not say.
        is_loaded: Whether anything was ever loaded by kg.
        kg: The version of kg that last gave it its layout, empty when it does not say.
        under_way: The step of a migration that was begun and not finished; empty when there is none.
        restoring: The file of a restore that was begun and not finished, and when; none when there is none.
    """

    recorded: int | None
    is_loaded: bool
    kg: str = ""
    under_way: str = ""
    restoring: tuple[str, str] | None = None

    @property
    def layout(self) -> int:
        """The layout it is of: what was made by hand, or not yet, is of whatever this kg writes."""
        if self.recorded is not None:
            return self.recorded
        return 0 if self.is_loaded else LAYOUT


def standing(connection: Connection) -> Standing:
    """Return how a graph stands to this kg.

    Raises:
        KgError: The connection was lost.
    """
    (row,) = connection.run_read(_READ, {})
    restoring = next(((restore["file"], restore["began"]) for restore in row["restores"]), None)
    if not row["layouts"]:
        return Standing(None, row["is_loaded"], restoring=restoring)
    found = row["layouts"][0]
    by = (found["versions"] or [found["made_by"]])[-1]
    return Standing(found["number"], row["is_loaded"], by, found["under_way"], restoring)


def refuse_other(connection: Connection) -> None:
    """Refuse to change a graph of another layout, or half a one.

    Raises:
        KgError: The graph is of another layout, or a restore into it was broken off.
    """
    found = standing(connection)
    refuse_half(found)
    refuse_newer(found)
    if found.layout < LAYOUT:
        raise KgError(f"{_older(found)} Nothing was changed.")


def record() -> tuple[str, dict[str, Any]]:
    """Return the statement that writes the present layout down, where none is: part of the first change of all."""
    return _RECORD, {"number": LAYOUT, "now": now(), "kg": __version__}


def refuse_newer(found: Standing) -> None:
    """Refuse a graph that a newer kg has laid out.

    Raises:
        KgError: It is one.
    """
    if found.layout > LAYOUT:
        raise KgError(f"{_newer(found)} Nothing was changed.")


def refuse_half(found: Standing) -> None:
    """Refuse a graph of which a restore has written only a part.

    Raises:
        KgError: It is one.
    """
    if found.restoring:
        raise KgError(_half(found.restoring))


def remark(found: Standing) -> str | None:
    """Return what somebody should know who only reads this graph; none when all is well."""
    if found.restoring:
        return _half(found.restoring)
    if found.layout > LAYOUT:
        return f"{_newer(found)} Until then answers may lack what is new, and nothing can be changed."
    if found.layout < LAYOUT:
        return f"{_older(found)} Until then answers may be those of the older kg, and nothing can be changed."
    return None


def now() -> str:
    """Return the time as it is stored: ISO 8601, in UTC."""
    return datetime.now(UTC).isoformat(timespec="seconds")


def _newer(found: Standing) -> str:
    return (
        f"This graph is of layout {found.layout}, written by kg {found.kg}, and this kg ({__version__}) knows layouts up to "
        f"{LAYOUT}: update kg (pip install --upgrade localgov-kg)."
    )


def _older(found: Standing) -> str:
    begun = f", and its step {found.under_way} was broken off" if found.under_way else ""
    return (
        f"This graph is of layout {found.layout}{begun}, and this kg works with layout {LAYOUT}: run `kg schema migrate`, after "
        "a `kg backup FILE`."
    )


def _half(restoring: tuple[str, str]) -> str:
    file, began = restoring
    return (
        f"What is in this database is only a part: the restore of {file}, begun {began}, was broken off. Run `kg restore` with "
        "that file again, which removes the part and begins anew."
    )
