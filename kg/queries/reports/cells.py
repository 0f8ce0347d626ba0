"""One value of a report's row as one cell: of a table, of a spreadsheet, of Markdown."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Mapping

from pydantic import JsonValue

from kg.queries.display import Cell, clean
from kg.spreadsheets import guarded, runs


def plain(value: object) -> JsonValue:
    """A value from the database as one that JSON has; dates, points and numbers that are none become text."""
    if isinstance(value, float) and not math.isfinite(value):
        return str(value)
    if value is None or isinstance(value, str | int | float | bool):
        return value
    if isinstance(value, list | tuple) and not hasattr(value, "srid"):
        return [plain(item) for item in value]
    if isinstance(value, Mapping):
        return {str(key): plain(item) for key, item in value.items()}
    return str(value)


def cell(value: JsonValue) -> Cell:
    """A value as one cell: lists joined, yes and no in words, one line without control characters."""
    if value is None or (isinstance(value, int | float) and not isinstance(value, bool)):
        return value
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list):
        return "; ".join(cell_text(item) for item in value)
    return " ".join(clean(value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)).splitlines())


def cell_text(value: JsonValue) -> str:
    """A value as the text of one cell; nothing for null."""
    content = cell(value)
    return "" if content is None else str(content)


def is_runnable(value: JsonValue) -> bool:
    """Whether a spreadsheet could take a value for a formula."""
    return _runs(value, cell(value))


def _runs(value: JsonValue, content: Cell) -> bool:
    if not isinstance(content, str):
        return False
    return runs(value if isinstance(value, str) else content) or runs(content)


def spreadsheet_cell(value: JsonValue) -> Cell:
    """A value as a cell that a spreadsheet shows and never runs: text that would be a formula gets an apostrophe."""
    content = cell(value)
    if not isinstance(content, str):
        return content
    return f"'{content}" if _runs(value, content) else guarded(content)


def heading(column: str) -> str:
    """The name of a column in words, for people; CSV and JSON keep the name.

    >>> heading("first_through")
    'First through'
    """
    words = column.replace("_", " ")
    return words[:1].upper() + words[1:]


def markdown_text(text: str) -> str:
    """Text that Markdown shows as it is."""
    return re.sub(r"([\\`*_\[\]<>|#~])", r"\\\1", text)
