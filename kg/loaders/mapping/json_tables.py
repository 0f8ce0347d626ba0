"""JSON as a table: one object a line, or one document with a list of objects."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from kg.errors import KgError
from kg.loaders.base import Row
from kg.loaders.reading.json_files import json_text, read_json, read_json_lines


def read_json_table(path: Path, *, lines: bool) -> Iterator[Row]:
    """Yield objects as rows; the members of objects within them are columns such as ``address.country``.

    Args:
        path: The file.
        lines: Whether it is one object a line; else one document: a list of objects, or an object that holds one such list.

    Raises:
        KgError: It cannot be read, or there is no such list.
    """
    if lines:
        yield from map(flat, read_json_lines(path))
        return
    for number, item in enumerate(_list_in(read_json(path), path), start=1):
        cells = dict(_flattened("", item))
        yield Row(path.name, number, cells, Row.content_id(number, cells))


def is_json_lines(start: bytes) -> bool:
    """Return whether the beginning of a file that is JSON is one object a line, rather than a document."""
    try:
        return isinstance(json.loads(start.strip().split(b"\n", 1)[0]), dict)
    except ValueError:
        return False


def _list_in(document: Any, path: Path) -> list[Mapping[str, Any]]:
    lists = [document] if isinstance(document, list) else []
    if isinstance(document, dict):
        lists = [value for value in document.values() if isinstance(value, list)]
    lists = [one for one in lists if one and all(isinstance(item, dict) for item in one)]
    if len(lists) != 1:
        raise KgError(
            f"{path} is JSON with {len(lists)} lists of objects at its top, where a table is one: keep that one, or write one "
            "object a line (JSON lines)"
        )
    return lists[0]


def flat(row: Row) -> Row:
    """Return a row with the members of its objects, which are cells of JSON, as columns of their own."""
    if not any(cell.startswith("{") for cell in row.cells.values()):
        return row
    return Row(row.file, row.line, dict(_flattened("", _parsed(row.cells))), row.id, row.defect)


def _parsed(cells: Mapping[str, str]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, cell in cells.items():
        found[name] = cell
        if cell.startswith("{"):
            try:
                found[name] = json.loads(cell)
            except ValueError:
                continue
    return found


def _flattened(before: str, values: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for name, value in values.items():
        if isinstance(value, dict):
            yield from _flattened(f"{before}{name}.", value)
        else:
            yield before + name, json_text(value)
