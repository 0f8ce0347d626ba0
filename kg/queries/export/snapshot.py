"""``kg snapshot export``: what recommendations need of the graph as two Parquet files, with licences and sources beside them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from kg.database.connection import Connection
from kg.database.read import read
from kg.database.state import state_of
from kg.errors import KgError
from kg.queries.export.columns import FACT_COLUMNS, NODE_COLUMNS
from kg.queries.export.credits import Credits
from kg.queries.export.placing import CITATION_FILE, LICENCE_FILE, check_folder, new_folder
from kg.queries.export.reading import editions, newest_edition
from kg.queries.export.run import Exported
from kg.queries.export.scope import TIMEOUT
from kg.queries.reports.behind import look_behind
from kg.queries.snapshot import parquet
from kg.queries.snapshot.store import snapshot_of

TITLE = "The snapshot: what recommendations need of the graph"

# Grouped by the server: thousands of nodes and facts rest on the same.
_NODES = """\
MATCH (n:{label}) WHERE n:Entity
RETURN n.sources AS sources, n.missing AS missing, {as_of} AS as_of, n.ended IS NOT NULL AS ended, count(*) AS number"""

_FACTS = """\
MATCH (a:Entity)-[f:{type}]->(b:Entity) WHERE f.key IS NOT NULL AND a <> b
RETURN f.sources AS sources, f.missing AS missing, f.as_of AS as_of, f.ended IS NOT NULL AS ended, count(*) AS number"""


def check_snapshot_target(folder: str | Path, *, option: str = "folder", force: bool = False) -> Path:
    """Return the folder that a snapshot can be exported to: before a database is asked anything.

    Args:
        folder: A new folder, an empty one, or one with an export.
        option: What it is called in messages.
        force: Replace what is there, if that is an export.

    Raises:
        KgError: Something is there already, nothing can be written there, or pyarrow is not installed.
    """
    path = Path(folder).expanduser().absolute()
    if path.is_symlink() or path.name in ("", ".."):
        path = path.resolve()
    if not path.name:
        raise KgError(f"{option} {path} cannot be written: name a folder in it.")
    parquet.pyarrow()
    check_folder(path, option, force=force)
    return path


def export_snapshot(
    connection: Connection,
    folder: str | Path,
    *,
    option: str = "folder",
    force: bool = False,
    today: date | None = None,
) -> Exported:
    """Write the snapshot of a graph to ``nodes.parquet`` and ``facts.parquet`` in a folder, with licences and sources; all or nothing.

    Args:
        connection: The database; only read.
        folder: Where to; see :func:`check_snapshot_target`.
        option: What it is called in messages.
        force: Replace what is there, if that is an export.
        today: The day that the files say they were made on; today unless given.

    Raises:
        KgError: The folder is refused, the graph was changed meanwhile or holds a value of another type, or pyarrow is missing.
    """
    path, day = check_snapshot_target(folder, option=option, force=force), today or datetime.now(UTC).date()
    state = state_of(connection)
    tables = snapshot_of(connection).tables
    credits_ = Credits(TITLE, look_behind(connection, ()))
    known = editions(connection)
    for label in NODE_COLUMNS:
        for row in _grouped(connection, _NODES.format(label=label, as_of="n.as_of"), known):
            credits_.node({"label": label, **row}, row["number"])
    for type_ in FACT_COLUMNS:
        for row in _grouped(connection, _FACTS.format(type=type_), known):
            credits_.fact({"type": type_, **row}, row["number"])
    if state_of(connection) != state:
        raise KgError(
            "The graph was changed while it was read, and what was read may not fit together: run this again when no load "
            "is under way. Nothing was written."
        )
    with new_folder(path, option, force=force) as draft:
        _write(draft, tables, {"title": TITLE, "made": day.isoformat()})
        (draft / LICENCE_FILE).write_text(credits_.licence(day), encoding="utf-8")
        (draft / CITATION_FILE).write_text(credits_.citation(day), encoding="utf-8")
    return Exported(
        title=TITLE,
        path=str(path),
        credits=(f"its {LICENCE_FILE}", f"its {CITATION_FILE}"),
        nodes=dict(sorted(credits_.nodes.items())),
        facts=dict(sorted(credits_.facts.items())),
        notes=(credits_.behind.age, *credits_.behind.completeness),
    )


def _grouped(connection: Connection, statement: str, known: Mapping[str, str]) -> Iterator[dict[str, Any]]:
    for row in read(connection, statement, timeout=TIMEOUT):
        listed = row["sources"] or []
        as_of = row["as_of"] or newest_edition(listed, row["missing"] or [], known, ended=row["ended"])
        yield {"sources": sorted(set(listed)), "as_of": as_of, "number": row["number"]}


def _write(folder: Path, tables: Any, about: Mapping[str, str]) -> None:
    arrow = parquet.pyarrow()
    try:
        parquet.write(folder, tables, about)
    except (arrow.ArrowException, TypeError, ValueError, OverflowError) as error:
        raise KgError(
            f"The graph has a value that has not the type of its column, which someone wrote by hand ({error}): correct it. "
            "Nothing was written."
        ) from error
