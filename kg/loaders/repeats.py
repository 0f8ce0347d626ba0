"""The same edition once more, known to change nothing without reading it.

What a load leaves behind is a function of three things: what the files say, by what they are read, and the graph that it meets.
A load that was finished and finds its own result changes nothing, whatever happened in between. So the files need not be read when

- the latest standing load of the scope is this one: same edition, same checksum over all files, same loader and version, and its last
  attempt ended in full, so that it was neither cut off nor taken back;
- its records would be the same: program, packages, gazetteer, options and judgements are what they were (:mod:`kg.loaders.inputs`);
- the graph says what it said when that attempt ended (:mod:`kg.database.content`). Another load, an undo, a merger, an answer or a
  source that is trusted otherwise makes it say something else, and then rows may find other nodes, or be rejected no longer;
- no row was rejected, or the rejected rows would have to be shown again.

A loader of which any of this cannot be told is read as ever. Nothing is written: the load keeps its place in the history.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from kg.database import loads
from kg.database.connection import Connection
from kg.database.content import content_of
from kg.database.loads import UNDONE, LoadHeader


@dataclass(frozen=True, slots=True)
class Repeated:
    """A load that would change nothing: what became of its rows, were it run once more."""

    id: str
    rows: Mapping[str, int]
    skipped: Mapping[str, int]


def repeated(connection: Connection, header: LoadHeader, inputs: str) -> Repeated | None:
    """Return what a load would come to that is known to change nothing; none when it has to be run.

    Args:
        connection: Where it would load into.
        header: Which edition it is.
        inputs: What its records follow from besides the files, see :func:`kg.loaders.inputs.inputs_of`.
    """
    standing = [row["id"] for row in loads.history(connection, header.scope) if row["status"] != UNDONE]
    # The same edition may stand once more further back, as another run.
    if not standing or standing[0].partition("#")[2].partition(".")[0] != header.id.partition("#")[2]:
        return None
    last = loads.finished(connection, standing[0])
    if last is None or last.get("rows_rejected") != 0:
        return None
    same = (header.scope, header.edition, header.checksum, header.loader, header.dates_facts, inputs)
    if same != tuple(last.get(name) for name in ("scope", "edition", "checksum", "loader", "dates_facts", "inputs")):
        return None
    if last.get("content") != content_of(connection, loads.fact_totals(connection)):
        return None
    rows = {
        "read": last["rows_read"],
        "written": 0,
        "unchanged": last["rows_written"] + last["rows_unchanged"],
        "skipped": last["rows_skipped"],
        "rejected": 0,
    }
    return Repeated(last["id"], rows, dict(zip(last["skipped_rules"], last["skipped_rows"], strict=True)))
