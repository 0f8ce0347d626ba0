"""Finding out how a table of text is written: its encoding, its separator, and whether cells stand in quotation marks."""

from __future__ import annotations

import codecs
import csv
import re
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from typing import BinaryIO, Literal

from kg.errors import KgError, quoted
from kg.loaders.reading.code_pages import likeliest_page
from kg.loaders.reading.grids import Wanted, name_columns

#: Characters from which the separator is found out.
SAMPLE = 1 << 16

DELIMITERS = (",", ";", "\t", "|")
#: Those between which quotation marks may be letters like others, since what they separate seldom has them inside.
_UNQUOTED = ("\t", "|")

_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)

_MULTIBYTE = re.compile(rb"[\xc2-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}|[\xf0-\xf4][\x80-\xbf]{3}")
_HIGH = re.compile(rb"[\x80-\xff]")
_CHUNK = 1 << 18
#: Bytes of lines with letters beyond ASCII from which the encoding is guessed.
_EVIDENCE = 1 << 17


@dataclass(frozen=True, slots=True)
class Dialect:
    """How a table of text is cut into cells; ``skip`` lines at its beginning are no part of it."""

    delimiter: str
    quoting: Literal[0, 3] = csv.QUOTE_MINIMAL
    skip: int = 0


def find_encoding(open_stream: Callable[[], BinaryIO], where: str, said: str | None = None) -> tuple[str, str]:
    """Return the encoding, and what to do with bytes that do not fit it (``strict`` or ``surrogateescape``).

    What is said counts; else a mark at the beginning; else UTF-8 if all of it is; else, when most of its letters are
    UTF-8, UTF-8 with damaged places; else the code page in which its letters make the likeliest text.

    Raises:
        KgError: It is in none of them, is no text, or the encoding said is unknown.
    """
    if said is not None:
        try:
            name = codecs.lookup(said).name
            "".encode(name)  # some are no encodings of text
        except (LookupError, ValueError) as error:
            raise KgError(f"{quoted(said)} is not the name of an encoding: such as utf-8, cp1252 or utf-16") from error
        return ("utf-8-sig" if name == "utf-8" else name), "strict"
    with open_stream() as stream:
        start = stream.read(_CHUNK)
        for mark, name in _MARKS:
            if start.startswith(mark):
                return name, "strict"
        nul = start.count(0)
        if nul > len(start) // 8:
            return _without_mark(start, where), "strict"
        good, evidence = _look_for_utf8(start, stream)
    if good:
        return "utf-8", "strict"
    if nul > 8:
        raise _no_text(where)
    sequences = len(_MULTIBYTE.findall(evidence))
    strays = len(_HIGH.findall(_MULTIBYTE.sub(b"", evidence)))
    if sequences > strays:
        return "utf-8", "surrogateescape"
    page = likeliest_page(evidence)
    if page is None:
        raise KgError(
            f"{where} is in an encoding that cannot be found out: say in which it is, or save it as CSV UTF-8"
        )
    return page, "strict"


def _look_for_utf8(start: bytes, stream: BinaryIO) -> tuple[bool, bytes]:
    """Return whether all of a stream is UTF-8, and lines with bytes beyond ASCII, as many as it takes to tell what else it is."""
    decoder = codecs.getincrementaldecoder("utf-8")()
    evidence = bytearray()
    good = True
    chunk = start
    while chunk and (good or len(evidence) < _EVIDENCE):
        if good:
            try:
                decoder.decode(chunk)
            except UnicodeDecodeError:
                good = False
        if len(evidence) < _EVIDENCE and not chunk.isascii():
            for line in chunk.splitlines():
                if not line.isascii():
                    evidence += line[:4096] + b"\n"
        chunk = stream.read(_CHUNK)
    return good, bytes(evidence[:_EVIDENCE])


def _no_text(where: str) -> KgError:
    return KgError(f"{where} is no table of text: what kind of file is it? Save it as CSV UTF-8 or as XLSX")


def _without_mark(start: bytes, where: str) -> str:
    """Return which UTF-16 has every other byte zero, as that of Latin letters has."""
    even, odd = start[::2].count(0), start[1::2].count(0)
    if odd > 4 * even:
        return "utf-16-le"
    if even > 4 * odd:
        return "utf-16-be"
    raise _no_text(where)


def find_dialect(sample: str, wanted: Wanted, delimiter: str | None = None) -> Dialect:
    """Return how the table is written, judged by its beginning.

    The separator that gives the wanted columns is the one; else that under which the most lines have as many cells as the
    header. Quotation marks are letters like others when only so the lines come out even.

    Raises:
        KgError: The separator said is not a single character.
    """
    if delimiter is not None and len(delimiter) != 1:
        raise KgError(f"the separator {quoted(delimiter)} is not a single character")
    sample = sample.lstrip("\ufeff")
    skip = 0
    if match := re.match(r"sep=(.)\r?\n", sample):
        sample, skip, delimiter = sample[match.end() :], 1, delimiter or match[1]
    candidates = [
        Dialect(one, quoting, skip)
        for one in ((delimiter,) if delimiter else DELIMITERS)
        for quoting in (csv.QUOTE_MINIMAL, csv.QUOTE_NONE)
        if quoting == csv.QUOTE_MINIMAL or ('"' in sample and one in _UNQUOTED)
    ]
    # max() keeps the first of equals: quotation marks are looked upon as such, and a comma separates, unless others do better.
    return max(candidates, key=lambda dialect: _fitness(sample, dialect, wanted))


def _fitness(sample: str, dialect: Dialect, wanted: Wanted) -> tuple[int, float, int]:
    records: list[list[str]] = []
    reader = csv.reader(
        sample.splitlines(keepends=True),
        delimiter=dialect.delimiter,
        quoting=dialect.quoting,
        skipinitialspace=True,
        strict=True,
    )
    broken = 0
    while len(records) < 200:
        try:
            record = next(reader)
        except StopIteration:
            break
        except csv.Error:
            broken += 1
            if broken > 20:
                break
            continue
        if any(cell.strip() for cell in record):
            records.append([cell.strip() for cell in record])
    if not records:
        return 0, 0.0, 0
    found = max(len(set(wanted.columns) & set(name_columns(record))) for record in records[:40])
    widths = Counter(len(record) for record in records)
    width, number = max(widths.items(), key=lambda item: (item[1] if item[0] > 1 else 0, item[0]))
    if width == 1:
        return found, 0.0, 0
    return found, number / (len(records) + broken), width
