"""Tables as text: lines of cells between commas, semicolons, tabulators or bars."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable, Iterator
from typing import BinaryIO

from kg.errors import KgError, quoted
from kg.loaders.reading.dialects import SAMPLE, Dialect, find_dialect, find_encoding
from kg.loaders.reading.grids import Line, Wanted
from kg.loaders.reading.streams import explained
from kg.spreadsheets import RUNNABLE, unguarded

#: Characters that one line may have; a cell of a workbook has at most 32,767.
MAX_LINE = 1 << 20

#: ="00123", by which some programs keep Excel from making a number of it.
_KEPT_AS_TEXT = re.compile(r'="([^"]*)"')
#: A byte that is not UTF-8, as surrogateescape keeps it.
_NO_LETTER = re.compile("[\udc80-\udcff]")
_GUARDED = re.compile(rf"'[\s]*[{re.escape(RUNNABLE)}]")
_FORMULA = re.compile(r"=(?:[A-Z][A-Z0-9.]*\(|'?[^,;]*!?\$?[A-Z]{1,3}\$?\d+\b)")


def read_delimited(
    open_stream: Callable[[], BinaryIO],
    wanted: Wanted,
    *,
    where: str,
    encoding: str | None = None,
    delimiter: str | None = None,
) -> Iterator[Line]:
    """Yield the lines of a table of text; encoding and separator are found out where they are not said.

    Args:
        open_stream: Opens the bytes from their beginning; called twice or more.
        wanted: What is asked for: the separator is the one that gives these columns.
        where: The file, and the member in it, for messages.
        encoding: One that Python knows.
        delimiter: A single character.

    Raises:
        KgError: It cannot be read, is in another encoding, or is no table of text.
    """
    with explained(where):
        encoding, errors = find_encoding(open_stream, where, encoding)
        with open_stream() as binary, io.TextIOWrapper(binary, encoding, errors, newline="") as text:
            dialect = find_dialect(_sample(text, where), wanted, delimiter)
        with open_stream() as binary, io.TextIOWrapper(binary, encoding, errors, newline="") as text:
            yield from _lines(text, dialect, where)


def _other_encoding(where: str, text: io.TextIOWrapper, line: int) -> KgError:
    return KgError(
        f"{where} is not in {text.encoding} (line {line} or after): say in which it is, or save it as CSV UTF-8 and load it again"
    )


def _sample(text: io.TextIOWrapper, where: str) -> str:
    try:
        sample = text.read(SAMPLE)
    except UnicodeError as error:
        raise _other_encoding(where, text, 1) from error
    # The last line may be cut, and the last cell with it.
    whole = sample[: max(sample.rfind("\n"), sample.rfind("\r")) + 1]
    return whole if whole and len(sample) == SAMPLE else sample


class _Feed(Iterator[str]):
    """Lines for the csv module, which remembers those of the record under way and can take back all but the first of them."""

    def __init__(self, text: io.TextIOWrapper, where: str) -> None:
        self._text = text
        self._where = where
        self._again: list[str] = []
        self.under_way: list[str] = []
        self.number = 0

    def __next__(self) -> str:
        line = self._again.pop() if self._again else self._text.readline(MAX_LINE)
        if not line:
            raise StopIteration
        self.number += 1
        if len(line) >= MAX_LINE:
            raise KgError(
                f"{self._where}, line {self.number} is longer than {MAX_LINE:,} characters, as no row of a table is: is it the "
                "right file, and are there ends of lines in it?"
            )
        self.under_way.append(line)
        return line

    def take_back(self) -> str:
        """Put all lines of the record but its first back, and return that one."""
        first, *others = self.under_way
        self._again.extend(reversed(others))
        self.number -= len(others)
        return first


def _lines(text: io.TextIOWrapper, dialect: Dialect, where: str) -> Iterator[Line]:
    feed = _Feed(text, where)
    for _ in range(dialect.skip):
        next(feed)
    records = csv.reader(feed, delimiter=dialect.delimiter, quoting=dialect.quoting, skipinitialspace=True, strict=True)
    damaged = text.errors == "surrogateescape"
    while True:
        feed.under_way = []
        first = feed.number + 1
        try:
            cells = [cell.strip() for cell in next(records)]
        except StopIteration:
            return
        except csv.Error:
            start = _NO_LETTER.sub("\ufffd", feed.take_back())
            yield Line(first, start.strip().split(dialect.delimiter), "a quotation mark is missing, or one too many")
            continue
        except UnicodeError as error:
            raise _other_encoding(where, text, first) from error
        defect = ""
        # Most lines have none of it: looking at each cell of each line would take half of the time.
        written = "".join(feed.under_way)
        if "'" in written and _GUARDED.search(written):
            # What was written so that no spreadsheet runs it, by kg for one.
            cells = [unguarded(cell).strip() for cell in cells]
        if "=" in written or "\0" in written or (damaged and not written.isascii()):
            cells = [_clean(cell) for cell in cells]
            defect = _defect(cells)
            if defect and damaged:
                # A byte that is no letter can be neither printed nor written to the table of rejects.
                cells = [_NO_LETTER.sub("\ufffd", cell) for cell in cells]
        yield Line(first, cells, defect)


def _clean(cell: str) -> str:
    if cell.startswith('="') and (match := _KEPT_AS_TEXT.fullmatch(cell)):
        return match[1].strip()
    return cell


def _defect(cells: list[str]) -> str:
    for cell in cells:
        if "\0" in cell:
            return f"a NUL character in {quoted(cell)}: the file is damaged here"
        if cell.startswith("=") and _FORMULA.match(cell):
            return f"a formula in place of its value: {quoted(cell)}"
        if _NO_LETTER.search(cell):
            shown = _NO_LETTER.sub("\ufffd", cell)
            return f"letters that are not UTF-8 as the rest of the file: {quoted(shown)}"
    return ""
