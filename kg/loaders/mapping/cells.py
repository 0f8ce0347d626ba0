"""What a value of a mapping comes to in one row."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from kg.errors import quoted
from kg.loaders.mapping.kinds import Kind, read_as
from kg.loaders.mapping.values import DateValue, NumberValue, Value


@dataclass(frozen=True, slots=True)
class Defaults:
    """How dates and numbers are written, where a value does not say so itself."""

    date: tuple[str, ...] = ()
    decimal: str | None = None


def texts(value: Value, cells: Mapping[str, str]) -> list[str]:
    """Return the texts of a value in a row: one, or as many as its cell is split into; empty ones stay in their places.

    Raises:
        ValueError: A text is not among those that ``values`` lists, and the others are to be rejected.
    """
    parts = _split(_whole(value, cells), value.split)
    return [_translate(_take(part, value.take), value) for part in parts]


def _whole(value: Value, cells: Mapping[str, str]) -> str:
    if value.value is not None:
        return value.value
    if value.column is not None:
        return cells.get(value.column, "")
    found = [cells[name] for name in (value.columns or value.first_of) if cells.get(name)]
    return value.join.join(found) if value.columns else found[0] if found else ""


def _split(text: str, separator: str | None) -> list[str]:
    if separator is None:
        return [text]
    if text.startswith("["):
        try:
            listed = json.loads(text)
        except ValueError:
            listed = None
        if isinstance(listed, list):
            return ["" if item is None else str(item).strip() for item in listed] or [""]
    parts = [part.strip() for part in re.split(r"\r?\n", text)] if separator == "\n" else text.split(separator)
    parts = [part.strip() for part in parts]
    while len(parts) > 1 and not parts[-1]:
        parts.pop()
    return parts


def _take(text: str, pattern: str | None) -> str:
    if pattern is None:
        return text
    match = re.search(pattern, text)
    if match is None:
        return ""
    return ((match[1] if match.re.groups else match[0]) or "").strip()


def _translate(text: str, value: Value) -> str:
    if value.values and text:
        text = _look_up(text, value)
    return text or value.default or ""


def _look_up(text: str, value: Value) -> str:
    known = value.values
    if text in known:
        return known[text] or ""
    folded = {key.casefold(): instead for key, instead in known.items()}
    if text.casefold() in folded:
        return folded[text.casefold()] or ""
    if value.others == "reject":
        raise ValueError(f"{value.told}: {quoted(text)} is none of {', '.join(known)}")
    return text if value.others == "keep" else ""


def read(kind: Kind, value: Value, text: str, defaults: Defaults) -> Any:
    """Return one text of a value as its kind; None when it is empty, or when it cannot be read and then counts as empty.

    Raises:
        ValueError: It cannot be read; the message names the column.
    """
    if not text:
        return None
    layouts = (value.date if isinstance(value, DateValue) else ()) or defaults.date
    decimal = (value.decimal if isinstance(value, NumberValue) else None) or defaults.decimal
    try:
        return read_as(kind, text, layouts=layouts, decimal=decimal)
    except ValueError as error:
        if value.unreadable == "empty":
            return None
        raise ValueError(f"{value.told}: {error}") from error
