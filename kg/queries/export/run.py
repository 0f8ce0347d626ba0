"""``kg export``: the graph, or a part of it, as files for other programs."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Literal, get_args

from kg.database.connection import Connection
from kg.database.state import state_of
from kg.errors import KgError, quoted
from kg.queries.display import Block, Cell, Line, Table
from kg.queries.export import parquet
from kg.queries.export.credits import Credits
from kg.queries.export.graphml import GraphML
from kg.queries.export.placing import (
    CITATION_FILE,
    LICENCE_FILE,
    beside,
    check_files,
    check_folder,
    new_files,
    new_folder,
)
from kg.queries.export.reading import Reading
from kg.queries.export.scope import Asked, Scope, find_scope
from kg.queries.export.sink import Sink
from kg.queries.export.tables import CsvTables, zip_folder
from kg.queries.reports.behind import look_behind
from kg.queries.results import Result

#: How an export is written.
Form = Literal["graphml", "csv", "parquet"]
FORMS: tuple[Form, ...] = get_args(Form)

#: Hears what is being read, and how many of it were.
Progress = Callable[[str, int], None]

#: Nodes or facts after which the progress is told.
_TOLD = 5_000


@dataclass(frozen=True, slots=True)
class Target:
    """Where an export goes and how it is written there; ``option`` names it in messages."""

    path: Path
    form: Form
    option: str
    force: bool

    @property
    def is_zip(self) -> bool:
        """Whether all tables go into one file."""
        return self.form == "csv" and self.path.suffix.lower() == ".zip"

    @property
    def files(self) -> tuple[Path, ...] | None:
        """The files that are written; none where it is a folder."""
        if self.form == "graphml":
            return (self.path, *self.credits)
        return (self.path,) if self.is_zip else None

    @property
    def credits(self) -> tuple[Path, Path]:
        """The files with licences and sources: beside a file of GraphML, else within what is written."""
        return beside(self.path) if self.form == "graphml" else (Path(LICENCE_FILE), Path(CITATION_FILE))


class Exported(Result):
    """What was written, and where."""

    frame_columns = ("what", "kind", "number")

    title: str
    path: str
    credits: tuple[str, ...]
    """The files that say licences and sources, or where they are."""
    nodes: Mapping[str, int]
    facts: Mapping[str, int]
    notes: tuple[str, ...]
    """How old the data are and what is missing."""

    def blocks(self) -> list[Block]:
        """Return how much of what there is, and where."""
        rows = tuple((row["kind"], row["number"]) for row in self.records())
        total = f"{sum(self.nodes.values()):,} nodes and {sum(self.facts.values()):,} facts are in {self.path}"
        return [
            Line(self.title, "heading"),
            *((Table(("Kind", "Number"), rows),) if rows else ()),
            Line(f"{total}; their sources and licences in {' and '.join(self.credits)}."),
            *(Line(note, "dim") for note in self.notes),
        ]

    def records(self) -> list[dict[str, Cell]]:
        """Return one row for each kind of node and of fact."""
        return [
            {"what": what, "kind": kind, "number": number}
            for what, counts in (("node", self.nodes), ("fact", self.facts))
            for kind, number in counts.items()
        ]


def check_target(out: str | Path, form: str | None = None, *, option: str = "out", force: bool = False) -> Target:
    """Return where an export goes, when it can go there: before a database is asked anything.

    Args:
        out: A file for GraphML; a folder, or a file that ends in ``.zip``, for CSV; a folder for Parquet.
        form: ``graphml``, ``csv`` or ``parquet``; by the ending ``.graphml`` or ``.zip`` unless given.
        option: What it is called in messages.
        force: Replace what is there, if that is an export.

    Raises:
        KgError: The form is none, something is there already, nothing can be written there, or pyarrow is not installed.
    """
    path = Path(out).expanduser()
    # A link still is one afterwards, and the folder where one is has a name.
    if path.is_symlink() or path.name in ("", ".."):
        path = Path(os.path.realpath(path))
    if not path.name:
        raise KgError(f"{option} {path} cannot be written: name a file or folder in it.")
    known = {".graphml": "graphml", ".zip": "csv"}.get(path.suffix.lower())
    chosen = next((one for one in FORMS if one == (known if form is None else form)), None)
    if chosen is None:
        given = "its ending does not say how" if form is None else f"{quoted(form)} is no form"
        raise KgError(f"{option} {path}: {given}. form must be one of {', '.join(FORMS)}.")
    target = Target(path, chosen, option, force)
    if chosen == "parquet":
        parquet.pyarrow()
    if target.files is None:
        check_folder(path, option, force=force)
    else:
        check_files(target.files, option, force=force)
    return target


def export(
    connection: Connection, asked: Asked, target: Target, *, today: date | None = None, progress: Progress | None = None
) -> Exported:
    """Write a part of the graph to files, all of them or none.

    Args:
        connection: The database.
        asked: Which part, from :func:`kg.queries.export.scope.check_asked`.
        target: Where and how, from :func:`check_target`.
        today: The day that the files say they were made on; today unless given.
        progress: Hears what is being read, and how many of it were.

    Raises:
        KgError: A name is unknown or ambiguous, the graph was changed meanwhile, or the files cannot be written.
    """
    day = today or datetime.now(UTC).date()
    state = state_of(connection)
    scope = find_scope(connection, asked)
    credits_ = Credits(scope.title, look_behind(connection, scope.entities))
    with _opened(target) as folder:
        tables = folder / "tables" if target.is_zip else folder
        tables.mkdir(exist_ok=True)
        _write(Reading(connection, scope), _sink(target, tables, scope, day), credits_, progress)
        if state_of(connection) != state:
            raise KgError(
                "The graph was changed while it was read, and what was read may not fit together: run this again when no load "
                "is under way. Nothing was written."
            )
        licence, citation = target.credits
        (tables / licence.name).write_text(credits_.licence(day), encoding="utf-8")
        (tables / citation.name).write_text(credits_.citation(day), encoding="utf-8")
        if target.is_zip:
            zip_folder(tables, folder / target.path.name)
    return Exported(
        title=scope.title,
        path=str(target.path),
        credits=tuple(str(file) if target.form == "graphml" else f"its {file}" for file in target.credits),
        nodes=dict(sorted(credits_.nodes.items())),
        facts=dict(sorted(credits_.facts.items())),
        notes=(credits_.behind.age, *credits_.behind.completeness),
    )


@contextmanager
def _opened(target: Target) -> Iterator[Path]:
    if target.files is None:
        with new_folder(target.path, target.option, force=target.force) as folder:
            yield folder
    else:
        with new_files(target.files, target.option, force=target.force) as folder:
            yield folder


def _sink(target: Target, folder: Path, scope: Scope, day: date) -> Sink:
    about = {"title": scope.title, "as_of": (scope.day or day).isoformat()}
    match target.form:
        case "graphml":
            return GraphML(folder / target.path.name, about)
        case "csv":
            return CsvTables(folder)
        case _:
            return parquet.ParquetTables(folder, about)


def _write(reading: Reading, sink: Sink, seen: Credits, progress: Progress | None) -> None:
    def told(what: str, number: int) -> None:
        if progress is not None and number % _TOLD == 0:
            progress(what, number)

    try:
        for number, row in enumerate(reading.nodes(), 1):
            sink.node(row)
            seen.node(row)
            told("nodes", number)
        for number, row in enumerate(reading.facts(), 1):
            sink.fact(row)
            seen.fact(row)
            told("facts", number)
        sink.finish()
    finally:
        sink.close()
