"""``kg recommend --all``: the best partners of every city and region, as one table."""

from __future__ import annotations

import csv
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kg.database.connection import Connection
from kg.errors import KgError
from kg.queries.choose import choose_engine
from kg.queries.kinds.kind import Weights
from kg.queries.kinds.names import check_kind
from kg.queries.paths import DEFAULT_TOP, check_top
from kg.queries.ranking import EXISTING, Ranking, sort_out
from kg.queries.recommend import weighting_of
from kg.queries.report_results import spreadsheet_cell
from kg.queries.snapshot.tables import NodeRow
from kg.queries.validity import is_over, parse_as_of

if TYPE_CHECKING:
    import pyarrow as pa

#: Columns of the table with their Arrow types: one row for each place and partner.
COLUMNS = {
    "id": "string",
    "name": "string",
    "country": "string",
    "rank": "int32",
    "partner_id": "string",
    "partner_name": "string",
    "partner_country": "string",
    "score": "float64",
}

#: Endings of files that can be written.
ENDINGS = (".csv", ".parquet", ".arrow")

_PLACES = "MATCH (n:City) RETURN collect(n.id) AS ids UNION ALL MATCH (n:Region) RETURN collect(n.id) AS ids"

Row = tuple[str, str, str | None, int, str, str, str | None, float]


def recommend_all(
    connection: Connection,
    *,
    kind: str = "exchange",
    top: int = DEFAULT_TOP,
    as_of: str | date | None = None,
    include_existing: bool = False,
    weights: str | Path | Weights | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> pa.Table:
    """Return the best partners abroad of every city and region, with the scores that ``recommend`` gives.

    Args:
        connection: The database.
        kind: ``exchange``, ``project`` or ``twinning``.
        top: How many for each.
        as_of: Answer as of this date (partial: its last day); today unless given.
        include_existing: Keep those with a current twinning or a running common project.
        weights: A weights file to use instead of the package's, or weights.
        progress: Hears how many places are done, and of how many.

    Returns:
        An Arrow table with the columns of :data:`COLUMNS`, by id of the place, then rank. Places that are no longer municipalities
        have no rows, and are nobody's partners.

    Raises:
        KgError: If an option makes no sense, or pyarrow is not installed.
    """
    arrow = _pyarrow()
    rows = everybody(
        connection,
        kind=kind,
        top=top,
        as_of=as_of,
        include_existing=include_existing,
        weights=weights,
        progress=progress,
    )
    return _table(arrow, rows)


def everybody(
    connection: Connection,
    *,
    kind: str = "exchange",
    top: int = DEFAULT_TOP,
    as_of: str | date | None = None,
    include_existing: bool = False,
    weights: str | Path | Weights | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> Iterator[Row]:
    """Yield the rows of :func:`recommend_all`, one after the other, without pyarrow; the arguments are the same.

    Raises:
        KgError: If an option makes no sense.
    """
    checked, day = check_kind(kind), parse_as_of(as_of)
    check_top(top)
    weighting, _ = weighting_of(checked, weights)
    # For so many the graph in memory is better than a question for each.
    finder = choose_engine(connection, "snapshot", day)
    ids = sorted({id_ for row in connection.run_read(_PLACES) for id_ in row["ids"]})
    for number, id_ in enumerate(ids):
        if progress is not None:
            progress(number, len(ids))
        try:
            surroundings = finder.around(id_, weighting)
        except KeyError:  # removed meanwhile
            continue
        snapshot = surroundings.world.snapshot
        row: NodeRow = snapshot.places.rows[surroundings.subject]
        if row.dissolved is not None and is_over(day, None, row.dissolved):
            continue
        kept, _ = sort_out(
            snapshot,
            surroundings.subject,
            surroundings.candidates,
            existing=() if include_existing else EXISTING[checked],
        )
        ranking = Ranking.of(surroundings.pairs(kept), weighting)
        for rank, at in enumerate(ranking.order(top).tolist(), 1):
            other = snapshot.places.rows[kept[at]]
            yield id_, row.name, row.country, rank, other.id, other.name, other.country, ranking.score(at)
    if progress is not None:
        progress(len(ids), len(ids))


def check_out(file: Path) -> None:
    """Refuse a file that could not be written for its ending, or for want of pyarrow.

    Raises:
        KgError: The ending is none of :data:`ENDINGS`, or pyarrow is not installed.
    """
    if file.suffix.lower() not in ENDINGS:
        raise KgError(f"--out {file}: its ending does not say how to write it. Known are {', '.join(ENDINGS)}.")
    if file.suffix.lower() != ".csv":
        _pyarrow()


def write_everybody(rows: Iterator[Row], file: Path) -> int:
    """Write rows of :func:`everybody` to a file, as its ending says, and return how many.

    Raises:
        KgError: The ending is not known, pyarrow is not installed, or the file cannot be written.
    """
    check_out(file)
    first = next(rows, None)
    rows = iter(()) if first is None else chain([first], rows)
    ending = file.suffix.lower()
    try:
        with _whole(file) as new:
            return _write_csv(rows, new) if ending == ".csv" else _write_arrow(rows, new, parquet=ending == ".parquet")
    except OSError as error:
        raise KgError(f"--out {file} cannot be written: {error.strerror or error}. Name another file.") from error


@contextmanager
def _whole(file: Path) -> Iterator[Path]:
    """Give a new file to write to, which takes the place of ``file`` at the end: no half table looks like a whole one."""
    target = file.resolve()
    if target.exists() and not (target.is_file() and os.access(target.parent, os.W_OK)):
        yield target
        return
    new = target.with_name(f".{target.name}.{os.getpid()}")
    try:
        yield new
        new.replace(target)
    finally:
        new.unlink(missing_ok=True)


def _write_csv(rows: Iterator[Row], file: Path) -> int:
    number = 0
    # The byte order mark makes Excel read the names of cities in their own letters.
    with file.open("w", encoding="utf-8-sig", newline="") as out:
        writer = csv.writer(out, lineterminator="\r\n")
        writer.writerow(COLUMNS)
        for *cells, score in rows:
            writer.writerow([*map(spreadsheet_cell, cells), repr(score)])
            number += 1
    return number


def _write_arrow(rows: Iterator[Row], file: Path, *, parquet: bool) -> int:
    arrow = _pyarrow()
    table = _table(arrow, rows)
    if parquet:
        from pyarrow.parquet import write_table

        write_table(table, file)
    else:
        with arrow.OSFile(str(file), "wb") as sink, arrow.ipc.new_file(sink, table.schema) as writer:
            writer.write_table(table)
    return int(table.num_rows)


def _table(arrow: Any, rows: Iterator[Row]) -> Any:
    schema = arrow.schema([(name, getattr(arrow, type_)()) for name, type_ in COLUMNS.items()])
    columns: list[list[object]] = [[] for _ in COLUMNS]
    for row in rows:
        for column, cell in zip(columns, row, strict=True):
            column.append(cell)
    return arrow.table(dict(zip(COLUMNS, columns, strict=True)), schema=schema)


def _pyarrow() -> Any:
    try:
        import pyarrow as pa
    except ImportError as error:
        raise KgError(
            "A table of all recommendations needs pyarrow: install it with pip install 'localgov-kg[arrow]'; "
            "kg recommend --all --out FILE.csv does without."
        ) from error
    return pa
