"""Workbooks (XLSX, XLSM, XLS, ODS) as tables: their sheets, and their cells as text."""

from __future__ import annotations

import io
import struct
from collections.abc import Iterator, Mapping
from datetime import date, datetime, time, timedelta
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kg.errors import KgError
from kg.loaders.reading.grids import HEADER_WITHIN, Line, Wanted, base_names
from kg.loaders.reading.packages import Package, look_through, protected
from kg.loaders.reading.streams import explained

if TYPE_CHECKING:
    from python_calamine import CalamineSheet, CalamineWorkbook

#: Bytes of an older workbook; with 65,536 rows a sheet it cannot need more.
MAX_COMPOUND = 1 << 28
#: Of the records of an XLS: how the first begins, and the kinds that tell whether it is encrypted.
_BEGINNING = b"\x09\x08\x10\x00\x00\x06\x05\x00"
_FILE_PASS, _BOUND_SHEET, _END = 0x2F, 0x85, 0x0A


def read_workbook(path: Path, wanted: Wanted, *, sheet: str | None = None) -> tuple[Iterator[Line], str]:
    """Return the lines of one sheet, and its name.

    Args:
        path: The workbook.
        wanted: What is asked for.
        sheet: Name of the sheet; else the first that has the wanted columns, else the first with anything in it.

    Raises:
        KgError: It cannot be opened, has no such sheet, or no sheet has the columns.
    """
    from python_calamine import CalamineError

    workbook, package = _opened(path)
    try:
        chosen = _choose(workbook, path, wanted, sheet)
    except CalamineError as error:
        raise _unreadable(path, error) from error
    return _lines(chosen, package.flaws.get(chosen.name, {})), chosen.name


def _opened(path: Path) -> tuple[CalamineWorkbook, Package]:
    from python_calamine import CalamineError, load_workbook

    with explained(path), path.open("rb") as file:
        packed = file.read(2) == b"PK"
        package = look_through(path) if packed else _look_at_compound(path)
        try:
            # By content: opened by its path, it would be taken for what its ending says.
            return load_workbook(io.BytesIO(path.read_bytes())), package
        except CalamineError as error:
            raise _unreadable(path, error) from error


def _unreadable(path: Path, error: Exception) -> KgError:
    return KgError(
        f"{path} is a workbook that cannot be read ({error}): it is damaged or protected by a password; download it again, "
        "or open it and save it as XLSX without one"
    )


def _look_at_compound(path: Path) -> Package:
    """Tell the kinds of files apart that older programs, and encryption, put into Microsoft's compound format.

    Raises:
        KgError: It is protected, too large, or no workbook.
    """
    if path.stat().st_size > MAX_COMPOUND:
        raise KgError(f"{path} has more than {MAX_COMPOUND / 1024**2:,.0f} MB: open it and save it as XLSX")
    content = path.read_bytes()
    if "EncryptedPackage".encode("utf-16-le") in content:
        raise protected(path)
    if not any(name.encode("utf-16-le") in content for name in ("Workbook", "Book")):
        raise KgError(
            f"{path} is in the format of older office programs, and there is no workbook in it: it is damaged, or a document; "
            "download it again, or copy its table into a workbook and save that as XLSX"
        )
    if _has_password(content):
        raise protected(path)
    return Package("xls")


def _has_password(content: bytes) -> bool:
    """Return whether the records at the beginning of an XLS have the one that says how the others are encrypted."""
    place = content.find(_BEGINNING)
    while 0 <= place < len(content) - 4:
        kind, size = struct.unpack_from("<HH", content, place)
        if kind in {_BOUND_SHEET, _END}:
            return False
        if kind == _FILE_PASS:
            return True
        place += 4 + size
    return False


def sheet_names(path: Path) -> list[str]:
    """Return the names of the sheets of a workbook that may hold a table, in their order.

    Raises:
        KgError: It cannot be opened.
    """
    workbook, _ = _opened(path)
    return _tables(workbook)


def _tables(workbook: CalamineWorkbook) -> list[str]:
    """Return the names of the sheets with cells: charts and the like are sheets, too."""
    from python_calamine import SheetTypeEnum

    return [one.name for one in workbook.sheets_metadata if one.typ == SheetTypeEnum.WorkSheet]


def _choose(workbook: CalamineWorkbook, path: Path, wanted: Wanted, sheet: str | None) -> CalamineSheet:
    names = workbook.sheet_names
    if sheet is not None:
        if sheet not in names:
            raise KgError(f"{path} has no sheet {sheet}: it has {', '.join(names)}")
        return workbook.get_sheet_by_name(sheet)
    filled = [one for one in map(workbook.get_sheet_by_name, _tables(workbook)) if one.start is not None]
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


def _lines(sheet: CalamineSheet, flaws: Mapping[int, str] | None = None) -> Iterator[Line]:
    """Yield the rows of a sheet; the rows and cells before the first filled ones do count."""
    if sheet.start is None:
        return
    top, _ = sheet.start
    for number, cells in enumerate(sheet.iter_rows(), start=1):
        if number > top:
            yield Line(number, [as_text(cell) for cell in cells], (flaws or {}).get(number, ""))


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
