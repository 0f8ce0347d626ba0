"""JSON as files: one document, or one value on each line."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Collection, Iterator
from pathlib import Path
from typing import Any, NoReturn

from kg.errors import KgError, quoted
from kg.loaders.base import Row
from kg.loaders.reading.grids import RowId
from kg.loaders.reading.streams import explained, open_bytes

#: What a document may come to; it is read as a whole, and takes several times its size then.
MAX_BYTES = 256 * 1024**2
MAX_DEPTH = 100
#: Characters of one line of JSON lines.
MAX_LINE = 1 << 24
#: Brackets, and texts as a whole, since brackets inside them do not count.
_BRACKETS = re.compile(r'[\[\]{}]|"[^"\\]*(?:\\.[^"\\]*)*"', re.DOTALL)


def read_json(path: Path, *, most: int = MAX_BYTES, depth: int = MAX_DEPTH) -> Any:
    """Return the value of a JSON document in UTF-8 or UTF-16, packed by gzip or not.

    Args:
        path: The file.
        most: Number of bytes allowed, unpacked.
        depth: How deep its lists and objects may be nested.

    Raises:
        KgError: It cannot be read, is empty, too large, too deep, HTML, or no JSON: a name twice in an object and NaN are none.
    """
    with explained(path), open_bytes(path, most) as stream:
        content = stream.read()
    return _parse(content, str(path), depth)


def _parse(content: bytes, where: str, depth: int) -> Any:
    try:
        text = content.decode(json.detect_encoding(content))
    except UnicodeDecodeError as error:
        raise KgError(f"{where} is no JSON: it is not UTF-8 (byte {error.start + 1:,}); download it again") from error
    text = text.removeprefix("\ufeff")
    start = text[:200].lstrip()
    if not start:
        raise KgError(f"{where} is empty: is it the right file, and was it downloaded completely?")
    if start.startswith("<"):
        raise KgError(
            f"{where} is a web page or XML and no JSON: open it to see what it says, it may be the publisher's message of an "
            "error, and download the JSON again"
        )
    _check_depth(text, where, depth)
    try:
        return json.loads(text, object_pairs_hook=_distinct, parse_constant=_refuse)
    except json.JSONDecodeError as error:
        ends = error.pos >= len(text.rstrip())
        raise KgError(
            f"{where} is no JSON that can be read: {error.msg}, line {error.lineno}, column {error.colno}"
            + (", where the file ends; was it downloaded completely?" if ends else "; download it again")
        ) from error
    except ValueError as error:
        raise KgError(f"{where} is no JSON that can be read: {error}") from error


def _distinct(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        repeated, _ = Counter(name for name, _ in pairs).most_common(1)[0]
        raise ValueError(f"an object has the name {quoted(repeated)} twice, and which one counts cannot be told")
    return found


def _refuse(constant: str) -> NoReturn:
    raise ValueError(f"{constant} is no number of JSON; leave the value out or write null")


def _check_depth(text: str, where: str, most: int) -> None:
    """Refuse nesting so deep that the parser would run out of stack; brackets inside strings do not count."""
    depth = 0
    for match in _BRACKETS.finditer(text):
        if match[0] in "[{":
            depth += 1
            if depth > most:
                raise KgError(
                    f"{where} is nested more than {most} levels deep, as no data set is: is it the right file?"
                )
        elif match[0] in "]}":
            depth -= 1


def read_json_lines(path: Path, *, columns: Collection[str] = (), row_id: RowId | None = None) -> Iterator[Row]:
    """Yield each line of JSON lines as a row: an object whose values become text; lists and objects stay JSON.

    A line that is no object is a row with a defect.

    Raises:
        KgError: The file cannot be read, is empty, or no line has one of these columns.
    """
    found: set[str] = set()
    rows = 0
    with explained(path), open_bytes(path) as stream:
        number = 0
        while line := stream.readline(MAX_LINE):
            number += 1
            if len(line) >= MAX_LINE:
                raise KgError(
                    f"{path}, line {number} is longer than {MAX_LINE:,} bytes: is it JSON lines, one object a line?"
                )
            if not line.strip(b" \t\r\n\xef\xbb\xbf"):
                continue
            row = _as_row(path, number, line, row_id)
            if not rows and row.defect:
                raise KgError(f"{path} is no JSON lines, one object a line: {row.defect}")
            rows += 1
            found |= row.cells.keys()
            yield row
    if not rows:
        raise KgError(f"{path} is empty: is it the right file, and was it downloaded completely?")
    if missing := [name for name in columns if name not in found]:
        raise KgError(f"{path} has no {', '.join(missing)} in any of its lines: is it the right file?")


def _as_row(path: Path, number: int, line: bytes, row_id: RowId | None) -> Row:
    cells: dict[str, str] = {}
    defect = ""
    try:
        value = _parse(line, f"line {number}", MAX_DEPTH)
        if isinstance(value, dict):
            cells = {name: json_text(cell) for name, cell in value.items()}
        else:
            defect = "no object, {…}"
    except KgError as error:
        defect = str(error)
    if row_id is not None and not defect:
        return Row(path.name, number, cells, row_id(cells))
    return Row(path.name, number, cells, Row.content_id(number, cells), defect)


def json_text(value: Any) -> str:
    """Return a value as a cell: null is empty, yes and no are ``true`` and ``false``, lists and objects stay JSON.

    >>> json_text(None), json_text(True), json_text(3.0), json_text(["a", 1])
    ('', 'true', '3', '["a", 1]')
    """
    if value is None:
        return ""
    if isinstance(value, str):
        return value.strip()
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return json.dumps(value, ensure_ascii=False, default=str)
