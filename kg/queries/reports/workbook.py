"""A result as a workbook: a cover with what it is and where it comes from, then the rows."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator, Sequence
from datetime import date
from typing import TYPE_CHECKING, Any

from pydantic import JsonValue

from kg.errors import KgError
from kg.queries.display import Cell
from kg.queries.reports.cells import cell, cell_text, heading, is_runnable
from kg.queries.reports.page import SOURCE_COLUMNS, source_row

if TYPE_CHECKING:
    from kg.queries.report_results import ReportResult

#: Rows of a sheet, one of them the header; characters of a cell.
LARGEST_SHEET = 1_048_576
LARGEST_CELL = 32_767
#: Spreadsheets keep numbers as floating point: whole numbers beyond this would change, so they are written as text.
EXACT = 2**53
WIDEST = 60
#: Rows after the first so many have no say in how wide a column is.
MEASURED = 1_000


def as_workbook(results: Sequence[ReportResult], today: date, *, notes: Sequence[str] = ()) -> bytes:
    """A workbook with a cover and a sheet for each result.

    Args:
        results: at least one; each of several gets a sheet named after what was asked.
        today: the day that the cover names.
        notes: what the cover says besides what is said of each result.

    Raises:
        KgError: openpyxl is not installed, or there are more rows than a sheet holds.
    """
    try:
        from openpyxl import Workbook
    except ImportError as error:
        raise KgError(
            "A workbook needs the package openpyxl: pip install 'localgov-kg[loaders]'. Or take --format csv."
        ) from error
    for result in results:
        if len(result.rows) >= LARGEST_SHEET:
            raise KgError(
                f"{result.heading}: {len(result.rows):,} rows are more than a sheet holds ({LARGEST_SHEET - 1:,}). "
                "Take fewer with --limit, or --format csv."
            )
    book = Workbook(write_only=True)
    titles = list(_sheet_titles(results))
    _cover(book, results, titles, today, notes)
    for result, title in zip(results, titles, strict=True):
        _data(book.create_sheet(title), result)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _sheet_titles(results: Sequence[ReportResult]) -> Iterator[str]:
    """Names of sheets: at most 31 characters, some not allowed, each once whatever its case."""
    taken = {"cover", "history"}
    for result in results:
        asked = ", ".join(result.asked.values()) if len(results) > 1 else ""
        if len(results) > 1 and not asked:
            asked = ", ".join(cell_text(value) for value in result.parameters.values() if value is not None)
        stem = re.sub(r"[\[\]:*?/\\\x00-\x1f]", " ", asked or "Data").strip(" '") or "Data"
        title, number = stem[:31], 1
        while title.casefold() in taken:
            number += 1
            title = f"{stem[: 31 - len(str(number)) - 1]} {number}"
        taken.add(title.casefold())
        yield title


def _cover(
    book: Any, results: Sequence[ReportResult], titles: Sequence[str], today: date, notes: Sequence[str]
) -> None:
    sheet = book.create_sheet("Cover")
    widths = (24, 24, 36, 36, 36, 60)
    for letter, width in zip("ABCDEF", widths, strict=True):
        sheet.column_dimensions[letter].width = width
    first = results[0]
    _append(sheet, [first.title], bold=True, size=14)
    _append(sheet, ["Report", first.report])
    _append(sheet, ["Date", f"{today:%Y-%m-%d}"])
    if len(results) == 1:
        for name, value in first.parameters.items():
            _append(sheet, ["Parameter", name, first.asked.get(name, ""), value])
        _append(sheet, ["Rows", len(first.rows)])
        for note in first.notes:
            _append(sheet, ["Data", note])
    else:
        _append(sheet, [])
        _append(sheet, ["Sheet", "Rows", "Data"], bold=True)
        for result, title in zip(results, titles, strict=True):
            _append(sheet, [title, len(result.rows), " ".join(result.notes)])
    for note in notes:
        _append(sheet, ["Data", note])
    sources = {source.id: source for result in results for source in result.sources}
    if sources:
        _append(sheet, [])
        _append(sheet, SOURCE_COLUMNS, bold=True)
        for source in sources.values():
            _append(sheet, source_row(source))


def _data(sheet: Any, result: ReportResult) -> None:
    for index, column in enumerate(result.columns):
        longest = max((len(cell_text(row[column])) for row in result.rows[:MEASURED]), default=0)
        # Widths and the frozen header have to be there before the first row.
        sheet.column_dimensions[_letter(index)].width = min(max(longest, len(heading(column))) + 2, WIDEST)
    sheet.freeze_panes = "A2"
    if result.columns:
        sheet.auto_filter.ref = f"A1:{_letter(len(result.columns) - 1)}{len(result.rows) + 1}"
    _append(sheet, [heading(column) for column in result.columns], bold=True)
    for row in result.rows:
        _append(sheet, [row[column] for column in result.columns])


def _letter(index: int) -> str:
    from openpyxl.utils import get_column_letter

    return get_column_letter(index + 1)


def _content(value: JsonValue) -> Cell:
    """A value as a cell; a whole number that a spreadsheet could not keep becomes text."""
    content = cell(value)
    if isinstance(content, str):
        # Not characters of XML; the others that are none are dropped where cells are made.
        return content.replace("\ufffe", "").replace("\uffff", "")[:LARGEST_CELL]
    return str(content) if isinstance(content, int) and abs(content) > EXACT else content


def _append(sheet: Any, values: Sequence[JsonValue], *, bold: bool = False, size: int = 11) -> None:
    from openpyxl.cell import WriteOnlyCell
    from openpyxl.styles import Font

    cells = []
    for value in values:
        content = _content(value)
        made = WriteOnlyCell(sheet, content)
        if isinstance(content, str):
            # As text, whatever it looks like: never a formula.
            made.data_type = "s"
            # And so that it stays text when somebody edits the cell; unlike an apostrophe in the text, nothing is seen of it.
            made.quotePrefix = is_runnable(value)
        if bold:
            made.font = Font(bold=True, size=size)
        cells.append(made)
    sheet.append(cells)
