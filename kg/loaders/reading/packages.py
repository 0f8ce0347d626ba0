"""Workbooks that are zip archives (XLSX, ODS), looked through before they are opened.

The library that reads workbooks lays a sheet out as a full rectangle, and asks for its memory before anyone can say no: two
cells in opposite corners would end the program. It also cannot tell a formula that was never computed from an empty cell. So
all parts are read once as a stream here, which also finds what is damaged, unpacks without end, or is no workbook at all.
"""

from __future__ import annotations

import html
import re
import zipfile
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import chain
from pathlib import Path
from typing import Literal

from kg.errors import KgError
from kg.loaders.reading.streams import Counted, Readable
from kg.zips import UNREADABLE_ZIP, check_members

#: Cells that one sheet may span, filled or not; each takes 32 bytes when it is read.
MAX_CELLS = 20_000_000
#: What all parts of a workbook may come to, unpacked.
MAX_UNPACKED = 1024**3
#: How many parts it may have.
MAX_PARTS = 10_000
_CHUNK = 1 << 20
_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
#: Of a column and of a row; more than any sheet has.
_MOST_LETTERS, _MOST_DIGITS = 7, 9
#: What is looked at in one go; a row of a sheet is shorter.
_MAX_PIECE = 1 << 26

_DTD = re.compile(rb"<!(?:DOCTYPE|ENTITY)")
_CELL = re.compile(rb'<(?:\w+:)?c\s(?:[^<>"]*?\s)?r="([A-Za-z]{1,7})([0-9]{1,9})"[^<>]*?(/?)>')
_SHEET_ROOT = re.compile(rb"<(?:[^\s<>]*:)?worksheet[\s>]")
#: The beginning of any cell at all, and the same with what may stand in it: signs of quotation of either kind, with > between them.
_ANY_CELL = re.compile(rb"<(?:[^\s<>]*:)?c(?=[\s/>])")
_ANY_TAG = re.compile(rb"""<(?:[^\s<>]*:)?(row|c)((?:[\s/](?:[^<>"']|"[^"<]*"|'[^'<]*')*)?)>""")
_ANY_PLACE = re.compile(rb"""(?<![^\s"'])r\s*=\s*["']([A-Za-z]*)([0-9]*)""")
#: A formula with nothing computed; t="str" is one that came to an empty text.
_UNCOMPUTED = re.compile(
    rb'<(?:\w+:)?c\s(?![^>]*\bt="str")(?:[^>]*?\s)?r="([A-Za-z]{1,7})([0-9]{1,9})"[^>]*>\s*'
    rb"<(?:\w+:)?f(?:\s[^>]*?)?(?:/>|>[^<]*</(?:\w+:)?f>)\s*(?:<(?:\w+:)?v\s*/>|<(?:\w+:)?v></(?:\w+:)?v>)?\s*</(?:\w+:)?c>"
)
_ERROR = re.compile(rb'<(?:\w+:)?c\s([^>]*\bt="e"[^>]*)>(?:(?!</(?:\w+:)?c>).)*<(?:\w+:)?v>([^<]*)</', re.DOTALL)
_ODS_TOKEN = re.compile(
    rb"""<(/?)table:(table-row|table|table-cell|covered-table-cell)((?:\s(?:[^<>"']|"[^"<]*"|'[^'<]*')*?)?)(/?)>"""
)
_ANY_ODS_TOKEN = re.compile(rb"</?table:(?:table-row|table|table-cell|covered-table-cell)(?=[\s/>])")
_ODS_ROWS = re.compile(rb"""number-rows-repeated\s*=\s*["']\s*\+?(\d+)""")
_ODS_COLUMNS = re.compile(rb"""number-columns-repeated\s*=\s*["']\s*\+?(\d+)""")
_SHEET = re.compile(rb"<(?:\w+:)?sheet\s([^>]*)>")
_RELATION = re.compile(rb"<(?:\w+:)?Relationship\s([^>]*)>")


@dataclass(frozen=True, slots=True)
class Package:
    """What was found: the kind, and by sheet and row what is wrong with a cell that the library takes for empty."""

    kind: Literal["xlsx", "ods", "xls"]
    flaws: Mapping[str, Mapping[int, str]] = field(default_factory=dict)


def look_through(path: Path) -> Package:
    """Return what kind of workbook a zip archive is, once it is known that it can be opened safely.

    Raises:
        KgError: It is damaged, protected, another kind of file, unpacks to too much, declares entities of XML, or a sheet
            spans too many cells.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            if len(archive.infolist()) > MAX_PARTS:
                raise KgError(f"{path} has more than {MAX_PARTS:,} parts, as no workbook has: is it the right file?")
            check_members(archive, path.stat().st_size)
            kind = _kind(archive, path)
            left = MAX_UNPACKED
            flaws: dict[str, dict[int, str]] = {}
            for info in archive.infolist():
                with Counted(archive.open(info), str(path), packed=info.compress_size, most=left) as stream:
                    if found := _look_into(stream, info.filename, kind, path):
                        flaws[info.filename] = found
                    left -= stream.count
            return Package(kind, _by_sheet(archive, flaws) if flaws else {})
    except (*UNREADABLE_ZIP, KeyError) as error:  # the latter where a part is not there
        raise KgError(
            f"{path} is a damaged workbook ({error}), as after a broken download: download it again, or open it and save it anew"
        ) from error
    except RuntimeError as error:  # what zipfile says of encrypted members
        raise protected(path) from error


def protected(path: Path) -> KgError:
    """Return the message about a file that only opens with a password."""
    return KgError(f"{path} is protected by a password: open it, save it without one, and load it again")


def _kind(archive: zipfile.ZipFile, path: Path) -> Literal["xlsx", "ods"]:
    names = set(archive.namelist())
    if "xl/workbook.xml" in names:
        return "xlsx"
    if "xl/workbook.bin" in names:
        raise KgError(f"{path} is a binary workbook (XLSB): open it and save it as XLSX")
    if any(name.startswith(("word/", "ppt/")) for name in names):
        raise KgError(
            f"{path} is a document or a presentation and no workbook: copy its table into one, and save it as XLSX"
        )
    if "content.xml" in names and "META-INF/manifest.xml" in names:
        with archive.open("META-INF/manifest.xml") as manifest:
            if b"encryption-data" in manifest.read(_CHUNK):
                raise protected(path)
        return "ods"
    some = ", ".join(sorted(names)[:5])
    raise KgError(
        f"{path} is a zip archive and no workbook (it has {some or 'no members'}): unpack it, and load the table in it"
    )


def _look_into(stream: Readable, name: str, kind: str, path: Path) -> dict[int, str]:
    begin = stream.read(_CHUNK) or b""
    if kind == "ods" and name == "content.xml":
        _look_into_ods(_pieces(stream, b">", path, begin), path)
        return {}
    if kind == "ods":
        for _ in _pieces(stream, b">", path, begin):
            pass
        return {}
    # By what it holds: the library finds the sheets by a list in another part, which may call them anything.
    if _SHEET_ROOT.search(begin[:10_000]) or (name.startswith("xl/worksheets/") and name.endswith(".xml")):
        return _look_into_sheet(_pieces(stream, b"row>", path, begin), path)
    span = _Span(path)
    for piece in _pieces(stream, b">", path, begin):
        span.add(piece)
    return {}


def _pieces(stream: Readable, end: bytes, path: Path, begin: bytes) -> Iterator[bytes]:
    """Yield the stream, of which ``begin`` was read, in pieces that end where ``end`` does, so that nothing between two is cut."""
    rest = b""
    for chunk in chain((begin,), iter(lambda: stream.read(_CHUNK) or b"", b"")):
        if _DTD.search(chunk) or _DTD.search(rest[-16:] + chunk[:16]):
            raise KgError(
                f"{path} declares entities of XML, as no program that writes workbooks does: it was made to do harm, or open it "
                "and save it anew"
            )
        piece = rest + chunk
        cut = piece.rfind(end) + len(end)
        if cut >= len(end):
            yield piece[:cut]
            rest = piece[cut:]
        else:
            rest = piece
        if len(rest) > _MAX_PIECE:
            raise KgError(f"{path} has a row longer than {_MAX_PIECE / 1024**2:,.0f} MB: is it the right file?")
    if rest:
        yield rest


class _Span:
    """From where to where the cells of a sheet go, as the library that reads it will lay them out.

    Nearly all programs write cells in one way, which is looked for first; any other is followed tag by tag.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._rows: tuple[int, int] | None = None
        self._columns = (0, 0)
        self._row = self._column = 0

    def add(self, piece: bytes) -> None:
        """Take a piece into account that ends with a tag.

        Raises:
            KgError: There are too many cells by now.
        """
        found = _CELL.findall(piece)
        if len(_ANY_CELL.findall(piece)) != len(found):
            self._follow(piece)
            return
        filled = [(letters, digits) for letters, digits, empty in found if not empty]
        if filled:
            columns = {_column_number(letters) for letters in {letters for letters, _ in filled}}
            rows = {int(digits) for digits in {digits for _, digits in filled}}
            self._cover(min(rows), max(rows), min(columns), max(columns))
            self._row = max(rows)

    def _follow(self, piece: bytes) -> None:
        """Go through the tags: a row or a cell that does not say where it is comes after the one before."""
        tags = _ANY_TAG.findall(piece)
        if sum(tag == b"c" for tag, _ in tags) != len(_ANY_CELL.findall(piece)):
            raise _unusual(self._path)
        for tag, attributes in tags:
            places = _ANY_PLACE.findall(attributes)
            if any(len(letters) > _MOST_LETTERS or len(digits) > _MOST_DIGITS for letters, digits in places):
                raise _unusual(self._path)
            if tag == b"row":
                self._row = max((int(digits) for _, digits in places if digits), default=self._row + 1)
                self._column = 0
                continue
            self._row = max((int(digits) for _, digits in places if digits), default=max(self._row, 1))
            self._column = max((_column_number(letters) for letters, _ in places if letters), default=self._column + 1)
            if not attributes.endswith(b"/"):
                self._cover(self._row, self._row, self._column, self._column)

    def _cover(self, first: int, last: int, left: int, right: int) -> None:
        rows = self._rows or (first, last)
        columns = self._columns if self._rows else (left, right)
        self._rows = min(rows[0], first), max(rows[1], last)
        self._columns = min(columns[0], left), max(columns[1], right)
        _check_span((self._rows[1] - self._rows[0] + 1) * (self._columns[1] - self._columns[0] + 1), self._path)


def _unusual(path: Path) -> KgError:
    return KgError(
        f"{path} has cells that are written as no program writes them: it is damaged or was made to do harm; open it and save it anew"
    )


def _look_into_sheet(pieces: Iterable[bytes], path: Path) -> dict[int, str]:
    span = _Span(path)
    flaws: dict[int, str] = {}
    piece = b""
    for piece in pieces:
        span.add(piece)
        _find_flaws(piece, flaws)
    if not piece.rstrip().endswith(b"worksheet>"):
        raise KgError(f"{path} is a damaged workbook, a sheet of which ends too early: download it again")
    return flaws


def _find_flaws(piece: bytes, flaws: dict[int, str]) -> None:
    if b"f>" in piece or b"<f " in piece:
        for letters, digits in _UNCOMPUTED.findall(piece):
            flaws.setdefault(
                int(digits),
                f"the formula in cell {(letters + digits).decode()} was never computed: open the workbook in a spreadsheet "
                "program and save it",
            )
    if b't="e"' in piece:
        for attributes, value in _ERROR.findall(piece):
            place = _attribute(attributes, "r")
            row = place.lstrip(_LETTERS)[:_MOST_DIGITS]
            if value != b"#N/A" and row.isdecimal():  # that one says that there is no value
                flaws.setdefault(int(row), f"cell {place} has an error in place of a value: {value.decode()}")


def _column_number(letters: bytes) -> int:
    number = 0
    for letter in letters.upper():
        number = number * 26 + letter - 64
    return number


def _check_span(cells: int, path: Path) -> None:
    if cells > MAX_CELLS:
        raise KgError(
            f"{path} has a sheet that spans {cells:,} cells, more than {MAX_CELLS:,}: is there something far away from the table, in "
            "its last row or column? Delete that, or save the table as CSV UTF-8"
        )


def _look_into_ods(pieces: Iterable[bytes], path: Path) -> None:
    """Measure what the tables span: a cell and a row say how often they are repeated."""
    rows = bottom = widest = width = repeated = 0
    for piece in pieces:
        found = _ODS_TOKEN.findall(piece)
        if len(found) != len(_ANY_ODS_TOKEN.findall(piece)):
            raise _unusual(path)
        for closing, tag, attributes, _ in found:
            if closing:
                continue
            if tag == b"table":
                rows = bottom = widest = 0
            elif tag == b"table-row":
                repeated = _repeats(_ODS_ROWS, attributes)
                rows += repeated
                width = 0
            else:
                width += _repeats(_ODS_COLUMNS, attributes)
                if b"value-type=" in attributes or b"table:formula=" in attributes:
                    bottom, widest = rows, max(widest, width)
                    _check_span(bottom * widest, path)


def _repeats(pattern: re.Pattern[bytes], attributes: bytes) -> int:
    match = pattern.search(attributes)
    # Of a number of many digits it is enough that it is too large.
    return int(match[1][:18]) if match else 1


def _by_sheet(archive: zipfile.ZipFile, found: Mapping[str, dict[int, str]]) -> dict[str, dict[int, str]]:
    """Return what was found by the names of sheets instead of those of their parts."""
    part_of = {}
    for match in _RELATION.finditer(archive.read("xl/_rels/workbook.xml.rels")):
        target = _attribute(match[1], "Target")
        part_of[_attribute(match[1], "Id")] = target.lstrip("/") if target.startswith("/") else f"xl/{target}"
    by_sheet = {}
    for match in _SHEET.finditer(archive.read("xl/workbook.xml")):
        part = part_of.get(_attribute(match[1], r"\w+:id"), "")
        if part in found:
            by_sheet[_attribute(match[1], "name")] = found[part]
    return by_sheet


def _attribute(tag: bytes, name: str) -> str:
    match = re.search(rf'(?:^|\s){name}="([^"]*)"', tag.decode(errors="replace"))
    return html.unescape(match[1]) if match else ""
