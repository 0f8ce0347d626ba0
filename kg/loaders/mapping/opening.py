"""The table of a mapping: which kind of file it is, which of its lines is the header, and whether it has the columns."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from collections.abc import Mapping as Dictionary
from dataclasses import replace
from itertools import chain, islice
from pathlib import Path
from typing import Any

from kg.errors import KgError, quoted
from kg.loaders.base import Row
from kg.loaders.mapping.blocks import nearest
from kg.loaders.mapping.columns import Use, constants, uses
from kg.loaders.mapping.document import Document, Loc
from kg.loaders.mapping.json_tables import flat, is_json_lines, read_json_table
from kg.loaders.mapping.model import FileBlock, Mapping
from kg.loaders.mapping.reading import refuse
from kg.loaders.reading.grids import HEADER_WITHIN, name_columns
from kg.loaders.reading.parquet import read_parquet
from kg.loaders.reading.streams import explained, open_bytes
from kg.loaders.reading.tables import read_table
from kg.places.names import normalise

#: Kinds of files whose rows are objects with names, rather than lines under a header.
RECORDS = ("jsonl", "json", "parquet")

#: Rows of JSON lines in which a column must be found.
_FIRST_ROWS = 500
#: Columns that a line may have which is looked at without its header.
_MOST_COLUMNS = 400
_MOST_NAMED = 40


def open_table(path: Path, mapping: Mapping, document: Document) -> Iterator[Row]:
    """Yield the rows of a table with the columns spelt as the mapping spells them.

    Raises:
        KgError: The file cannot be read, or has not the columns; the message says where the mapping names them.
    """
    kind = mapping.file.format or find_format(path)
    if kind in RECORDS:
        return _from_records(path, kind, mapping, document)
    return _from_lines(path, mapping, document)


def find_format(path: Path) -> str:
    """Return which kind of table a file is, by its content: ``parquet``, ``jsonl``, ``json``, or ``csv`` for what read_table tells.

    Raises:
        KgError: It cannot be read.
    """
    with explained(path), open_bytes(path) as stream:
        start = stream.read(1 << 20)
    if start.startswith(b"PAR1"):
        return "parquet"
    begin = start.removeprefix(b"\xef\xbb\xbf").lstrip()
    if begin.startswith(b"{") and is_json_lines(begin):
        return "jsonl"
    return "json" if begin.startswith(b"{") or re.match(rb"\[\s*\{", begin) else "csv"


def _from_records(path: Path, kind: str, mapping: Mapping, document: Document) -> Iterator[Row]:
    rows = read_records(path, kind)
    first = list(islice(rows, _FIRST_ROWS))
    if not first:
        raise KgError(f"{path} has no rows: is it the whole file?")
    header = list(dict.fromkeys(name for row in first for name in row.cells))
    spelt = _spell(mapping, header, path, document)
    for row in chain(first, rows):
        yield _respelt(row, spelt)


def read_records(path: Path, kind: str) -> Iterator[Row]:
    """Yield the rows of JSON or Parquet; the members of objects are columns such as ``address.country``."""
    return map(flat, read_parquet(path)) if kind == "parquet" else read_json_table(path, lines=kind == "jsonl")


def _from_lines(path: Path, mapping: Mapping, document: Document) -> Iterator[Row]:
    file = mapping.file
    if file.columns:
        spelt = _spell(mapping, file.columns, path, document)
        rows = read_lines(path, file, names=file.columns)
        yield from (_respelt(row, spelt) for row in rows)
        return
    names = list(dict.fromkeys(use.column for use in uses(mapping)))
    try:
        rows = read_lines(path, file, columns=names, header_row=file.header)
        first = next(rows)
    except KgError as refused:
        # The columns may only be spelt a little differently: then their line is the header.
        part, line, header = _likeliest_header(path, file, names, refused)
        spelt = _spell(mapping, header, path, document)
        rows = read_lines(path, part, columns=list(dict.fromkeys(spelt.values())), header_row=line)
        yield from (_respelt(row, spelt) for row in rows)
        return
    _spell(mapping, list(first.cells), path, document)
    yield from chain([first], rows)


def read_lines(path: Path, file: FileBlock, **options: Any) -> Iterator[Row]:
    """Yield the rows of a table of lines, written as the mapping says; see :func:`kg.loaders.reading.tables.read_table`."""
    delimiter = "\t" if file.format == "tsv" and not file.delimiter else file.delimiter
    return read_table(path, sheet=file.sheet, encoding=file.encoding, delimiter=delimiter, **options)


def first_lines(path: Path, file: FileBlock, most: int = HEADER_WITHIN) -> list[tuple[int, list[str]]]:
    """Return the first lines of a table, whichever of them is the header: their numbers and cells.

    Raises:
        KgError: The file cannot be read.
    """
    names = [f"\0{place}" for place in range(_MOST_COLUMNS)]
    lines = []
    for row in islice(read_lines(path, file, names=names), most):
        cells = list(row.cells.values())
        while cells and not cells[-1]:
            cells.pop()
        lines.append((row.line, cells))
    return lines


def sheet_names(path: Path) -> tuple[str, ...]:
    """Return the names of the sheets of a workbook; none for a table of another kind."""
    from python_calamine import CalamineError, load_workbook

    try:
        return tuple(load_workbook(str(path)).sheet_names)
    except (CalamineError, OSError, ValueError):
        return ()


def _likeliest_header(
    path: Path, file: FileBlock, names: Sequence[str], refused: KgError
) -> tuple[FileBlock, int, list[str]]:
    """Return the sheet and the line that have the most of the columns, and the names in that line.

    Raises:
        KgError: No line has anything in it; then what ``refused`` says is the reason.
    """
    wanted = {normalise(name) for name in names}
    found: list[tuple[int, FileBlock, int, list[str]]] = []
    for sheet in (file.sheet,) if file.sheet else sheet_names(path) or (None,):
        part = file.model_copy(update={"sheet": sheet})
        try:
            lines = first_lines(path, part)
        except KgError:
            continue
        for number, cells in lines:
            if file.header in (None, number) and any(cells):
                header = name_columns(cells)
                found.append((len(wanted & {normalise(name) for name in header}), part, number, header))
    if not found:
        raise refused
    # max() keeps the first of equals: the uppermost line of the first sheet.
    _, part, number, header = max(found, key=lambda one: one[0])
    return part, number, header


def _spell(mapping: Mapping, header: Sequence[str], path: Path, document: Document) -> dict[str, str]:
    """Return, for each column that the mapping names, the table's spelling of it.

    Raises:
        KgError: The table has not these columns, or a constant of the mapping is the name of one.
    """
    folded = Counter(normalise(name) for name in header)
    near = {normalise(name): name for name in header if folded[normalise(name)] == 1}
    spelt: dict[str, str] = {}
    wrong: list[tuple[Loc, str]] = []
    for use in uses(mapping):
        if use.column in header:
            spelt[use.column] = use.column
        elif normalise(use.column) in near:
            spelt[use.column] = near[normalise(use.column)]
        else:
            wrong.append((use.loc, _no_column(use, header, path)))
    for value in constants(mapping):
        if value.value in header and (*value.loc, "value") not in document.values:
            told = f"{quoted(value.value)} is a column of {path.name}, and stands here as a constant: write {{column: {value.value}}}"
            wrong.append((value.loc, f"{told}, or {{value: {value.value}}} if it is meant so"))
    if wrong:
        raise refuse(document, wrong)
    return spelt


def _no_column(use: Use, header: Sequence[str], path: Path) -> str:
    meant = nearest(use.column, header)
    hint = f"; did you mean {quoted(meant)}?" if meant else "."
    listed = ", ".join(quoted(name, 40) for name in header[:_MOST_NAMED]) + (", …" if len(header) > _MOST_NAMED else "")
    constant = f" (the same for every row is written {{value: {use.column}}})" if use.short else ""
    return f"{path.name} has no column {quoted(use.column)}{hint} It has {listed}{constant}"


def _respelt(row: Row, spelt: Dictionary[str, str]) -> Row:
    if all(name == found for name, found in spelt.items()):
        return row
    theirs = {found: name for name, found in spelt.items()}
    cells = {theirs.get(name, name): cell for name, cell in row.cells.items()}
    cells |= {name: row.cells.get(found, "") for name, found in spelt.items()}
    return replace(row, cells=cells)
