"""Rows as CSV, written while they come."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TextIO

from pydantic import JsonValue

from kg.queries.reports.cells import spreadsheet_cell


def write_csv(
    out: TextIO,
    columns: Sequence[str],
    rows: Iterable[Mapping[str, JsonValue]],
    data: Callable[[Mapping[str, JsonValue]], str],
    *,
    header: bool = True,
) -> int:
    """Write rows as CSV in which no cell is one that a spreadsheet would run.

    Args:
        out: where to; opened with ``newline=""``.
        columns: of the rows, in order.
        rows: taken one by one.
        data: what a row rests on. It is a cell of each row and not a line of its own: the file stays rectangular, and the
            age goes where the rows go.
        header: whether to write the names of the columns first.

    Returns:
        How many rows there were.
    """
    writer = csv.writer(out, lineterminator="\r\n")
    if header:
        writer.writerow([*columns, "data"])
    count = 0
    for row in rows:
        writer.writerow([*(spreadsheet_cell(row[column]) for column in columns), spreadsheet_cell(data(row))])
        count += 1
    return count
