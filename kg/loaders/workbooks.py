"""Workbooks (XLSX, XLSM, XLS, ODS) as tables: their sheets, and their cells as text."""

from __future__ import annotations

import io
from collections.abc import Iterator, Mapping
from datetime import date, datetime, time, timedelta
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kg.errors import KgError
from kg.loaders.grids import HEADER_WITHIN, Line, Wanted, base_names
from kg.loaders.packages import Package, look_through

if TYPE_CHECKING:
    from python_calamine import CalamineSheet, CalamineWorkbook

#: Bytes of an older workbook; with 65,536 rows a sheet it cannot need more.
MAX_COMPOUND = 1 << 28


def read_workbook(path: Path, wanted: Wanted, *, sheet: str | None = None) -> tuple[Iterator[Line], str]:
    """Return the lines of one sheet, and its name.

    Args:
        path: The workbook.
        wanted: What is asked for.
        sheet: Name of the sheet; else the first that has the wanted columns, else the first with anything in it.

    Raises:
        KgError: It cannot be opened, has no such sheet, or no sheet has the columns.
    """
    from python_calamine import CalamineError, load_workbook

    with path.open("rb") as file:
        packed = file.read(2) == b"PK"
    package = look_through(path) if packed else _look_at_compound(path)
    try:
        # By content: opened by its path, it would be taken for what its ending says.
        workbook = load_workbook(io.BytesIO(path.read_bytes()))
        chosen = _choose(workbook, path, wanted, sheet)
    except CalamineError as error:
        raise KgError(
            f"{path} is a workbook that cannot be read ({error}): it is damaged or protected by a password; download it again, "
            "or open it and save it as XLSX without one"
        ) from error
    return _lines(chosen, package.uncomputed.get(chosen.name, {})), chosen.name


def _look_at_compound(path: Path) -> Package:
    """Tell the kinds of files apart that older programs, and encryption, put into Microsoft's compound format.

    Raises:
        KgError: It is protected, too large, or no workbook.
    """
    if path.stat().st_size > MAX_COMPOUND:
        raise KgError(f"{path} has more than {MAX_COMPOUND / 1024**2:,.0f} MB: open it and save it as XLSX")
    content = path.read_bytes()
    if "EncryptedPackage".encode("utf-16-le") in content:
        raise KgError(f"{path} is protected by a password: open it, save it without one, and load it again")
    if not any(name.encode("utf-16-le") in content for name in ("Workbook", "Book")):
        raise KgError(
            f"{path} is no workbook, perhaps a document of Word: copy its table into one, and save it as XLSX"
        )
    return Package("xls")


def _choose(workbook: CalamineWorkbook, path: Path, wanted: Wanted, sheet: str | None) -> CalamineSheet:
    names = workbook.sheet_names
    if sheet is not None:
        if sheet not in names:
            raise KgError(f"{path} has no sheet {sheet}: it has {', '.join(names)}")
        return workbook.get_sheet_by_name(sheet)
    filled = [one for one in map(workbook.get_sheet_by_name, names) if one.total_height]
    if not filled:
        raise KgError(f"{path} is a workbook with nothing in it: is it the right file?")
    # A sheet that describes the columns has their names, too, but not in its first row.
    for within in (1, HEADER_WITHIN):
        for candidate in filled:
            if not wanted.columns or _has_columns(candidate, wanted, within):
                return candidate
    raise KgError(
        f"none of the sheets of {path} ({', '.join(names)}) has the columns {', '.join(wanted.columns)}: is it the right file?"
    )


def _has_columns(sheet: CalamineSheet, wanted: Wanted, within: int) -> bool:
    """Return whether one of the first filled rows, or the row that is said to be the header, has all wanted columns."""
    if wanted.names:
        return True
    filled = (line for line in _lines(sheet) if any(line.cells))
    if wanted.header_row is not None:
        filled = (line for line in filled if line.number == wanted.header_row)
    return any(set(wanted.columns) <= set(base_names(line.cells)) for line in islice(filled, within))


def _lines(sheet: CalamineSheet, uncomputed: Mapping[int, str] | None = None) -> Iterator[Line]:
    """Yield the rows of a sheet; the rows and cells before the first filled ones do count."""
    if sheet.start is None:
        return
    top, _ = sheet.start
    for number, cells in enumerate(sheet.iter_rows(), start=1):
        if number > top:
            defect = ""
            if uncomputed and number in uncomputed:
                defect = (
                    f"the formula in cell {uncomputed[number]} was never computed: open the workbook in a spreadsheet program "
                    "and save it"
                )
            yield Line(number, [as_text(cell) for cell in cells], defect)


def as_text(cell: Any) -> str:
    """Return a cell as text: whole numbers without a fraction, dates in ISO form, days without a time.

    >>> as_text(3.0), as_text(0.1), as_text(True), as_text(datetime(2009, 5, 3)), as_text(" Riga ")
    ('3', '0.1', 'true', '2009-05-03', 'Riga')
    """
    match cell:
        case None:
            return ""
        case str():
            return cell.strip()
        case bool():
            return "true" if cell else "false"
        case float():
            return str(int(cell)) if cell.is_integer() else repr(cell)
        case datetime():
            return cell.date().isoformat() if cell.time() == time() else cell.isoformat(sep=" ", timespec="seconds")
        case date() | time():
            return cell.isoformat()
        case timedelta():
            return str(cell)
    return str(cell)
