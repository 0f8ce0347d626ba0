"""Tables as files: reading those of sources, and writing what of them was rejected."""

from __future__ import annotations

import csv
import hashlib
import re
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from pathlib import Path

from kg.errors import KgError
from kg.loaders.base import Row
from kg.loaders.reading.delimited import read_delimited
from kg.loaders.reading.grids import Wanted, read_rows
from kg.loaders.reading.parquet import read_parquet
from kg.loaders.reading.streams import explained, open_bytes
from kg.loaders.reading.workbooks import read_workbook
from kg.spreadsheets import written


def write_rejects(path: Path, rejects: Sequence[tuple[Row, str]]) -> None:
    """Write the rejected rows to a CSV: file, line, reason, then the cells of the rows as they were, but that no spreadsheet runs them.

    Raises:
        KgError: The file cannot be written.
    """
    columns = list(dict.fromkeys(name for row, _ in rejects for name in row.cells))
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("w", encoding="utf-8", errors="backslashreplace", newline="") as file:
            table = csv.writer(file, lineterminator="\n")
            table.writerow(["file", "line", "reason", *map(written, columns)])
            for row, reason in rejects:
                cells = (row.cells.get(name, "") for name in columns)
                table.writerow([written(row.file), row.line, written(reason), *map(written, cells)])
    except OSError as error:
        raise KgError(
            f"cannot write the {len(rejects)} rejected rows to {path} ({error.strerror or error}): give another file with "
            "--rejects and load again, which changes nothing else"
        ) from error


def read_csv(
    path: Path, *, row_id: Callable[[Mapping[str, str]], str] | None = None, columns: Collection[str] = ()
) -> Iterable[Row]:
    """Yield the rows of a CSV file in UTF-8 with a header; cells are stripped.

    Args:
        path: The file.
        row_id: The source's own id of a row; its number and content where there is none.
        columns: Those that must be there.

    Raises:
        KgError: The file cannot be read, is not UTF-8, has not these columns, or a row has not as many cells as the header.
    """
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            table = csv.reader(file, strict=True)
            header = [name.strip() for name in next(table, ())]
            _check_header(path, header, columns)
            name, width = path.name, len(header)
            for line in table:
                if not line:
                    continue
                if len(line) != width:
                    raise KgError(
                        f"{path}, line {table.line_num}: not as many cells as the header has ({width}); "
                        "is a comma or a quotation mark missing?"
                    )
                cells = dict(zip(header, map(str.strip, line), strict=True))
                number = table.line_num
                yield Row(name, number, cells, row_id(cells) if row_id else Row.content_id(number, cells))
    except OSError as error:
        raise KgError(f"cannot read {path}: {error.strerror or error}") from error
    except UnicodeDecodeError as error:
        raise KgError(f"{path} is not UTF-8: save it as CSV UTF-8 and load it again") from error
    except csv.Error as error:
        raise KgError(f"{path} is not a CSV file that can be read: {error}") from error


def _check_header(path: Path, header: Sequence[str], columns: Collection[str]) -> None:
    if missing := [name for name in columns if name not in header]:
        raise KgError(
            f"{path} has no column {', '.join(missing)}: is it the right file, and is its first line the header?"
        )
    if repeated := [name for name, number in Counter(header).items() if number > 1]:
        raise KgError(f"{path} has the column {', '.join(repeated)} twice: remove or rename one of them")


def read_table(
    path: Path,
    *,
    columns: Collection[str] = (),
    row_id: Callable[[Mapping[str, str]], str] | None = None,
    sheet: str | None = None,
    encoding: str | None = None,
    delimiter: str | None = None,
    header_row: int | None = None,
    names: Sequence[str] = (),
) -> Iterator[Row]:
    """Yield the rows of a table, whatever it is kept in: recognised by its content, not by its name.

    It may be text (comma, semicolon, tabulator or bar between cells; packed by gzip or not), a workbook (XLSX, XLSM, XLS, ODS)
    or Parquet.
    Cells are stripped text: whole numbers without a fraction, dates in ISO form, yes and no as ``true`` and ``false``. A row
    that does not fit under the header is a row with a ``defect``, which the frame rejects; one without content is no row.

    Args:
        path: The file.
        columns: Those that must be there; they also tell the header, the sheet and the separator.
        row_id: The source's own id of a row; its number and content where there is none.
        sheet: Of a workbook; else the first that has the columns.
        encoding: Of text; else it is found out.
        delimiter: Of text; else it is found out.
        header_row: Number of the header's line in the file, from 1; else the first that has the columns.
        names: Names of the columns, for a table without a header.

    Raises:
        KgError: The file cannot be read, is no table, or has not these columns.
    """
    wanted = Wanted(columns, row_id, header_row, names)
    with explained(path), open_bytes(path) as stream:
        start = stream.read(1024)
    if start.startswith((b"PK\x03\x04", b"PK\x05\x06", b"\xd0\xcf\x11\xe0")):
        lines, name = read_workbook(path, wanted, sheet=sheet)
        yield from read_rows(lines, wanted, file=path.name, where=f"{path}, sheet {name}")
    elif start.startswith(b"PAR1"):
        yield from read_parquet(path, columns=columns, row_id=row_id)
    else:
        _refuse_other_kinds(start, path)
        lines = read_delimited(
            lambda: open_bytes(path), wanted, where=str(path), encoding=encoding, delimiter=delimiter
        )
        yield from read_rows(lines, wanted, file=path.name, where=str(path))


def _refuse_other_kinds(start: bytes, path: Path) -> None:
    """Refuse what begins as other kinds of files do, each with what to do about it."""
    begin = start.removeprefix(b"\xef\xbb\xbf").lstrip()[:200].lower()
    if begin.startswith(
        (b"<!doctype html", b"<html", b"<head", b"<body", b"<table", b"<div", b"<!--", b"<meta", b"<script")
    ):
        raise KgError(
            f"{path} is a web page, whatever its name says: open it in a browser to see whether it is the publisher's message of an "
            "error; download the table again, or open it in a spreadsheet program and save it as XLSX"
        )
    if begin.startswith((b"<?xml", b"<workbook")):
        raise KgError(f"{path} is XML and no table: if a spreadsheet program opens it, save it there as XLSX")
    if re.match(rb"\[\s*[\[{\"\]]|\{\s*[\"}]", begin):
        raise KgError(f"{path} is JSON and no table of lines and columns: is it the right file for this loader?")
    if begin.startswith(b"%pdf"):
        raise KgError(f"{path} is a PDF: ask its publisher for the table as XLSX or CSV")


def checksum(paths: Iterable[Path]) -> str:
    """Return the SHA-256 over the names and contents of files, in the order of their names."""
    total = hashlib.sha256()
    for path in sorted(paths, key=lambda path: path.name):
        total.update(path.name.encode())
        with explained(path), path.open("rb") as file:
            while piece := file.read(1 << 20):
                total.update(piece)
    return total.hexdigest()
