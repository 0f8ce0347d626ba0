"""Values as the importer reads them: fields of a line, parted by tabs, and elements of a list by U+001F.

Its format cannot say everything. Strings are trimmed, since that is the only way to write a list of one empty text (as one blank);
an empty list is no value at all; and a field does not go over several lines. What cannot be said is :data:`INEXPRESSIBLE`, and is
set by Cypher afterwards.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import Any, Final

from kg.database.bulk.columns import NUMBER, POINT, TEXT, TEXTS, TRUTH, WHOLE, WHOLES

DELIMITER = "\t"
ARRAY_DELIMITER = "\x1f"
#: A character for private use: the importer loses characters of a field in which the mark is doubled, so none may hold it.
_QUOTE = "\ue000"

#: How the importer is told of all this.
OPTIONS = ("--delimiter=TAB", "--array-delimiter=U+001F", "--quote=U+E000", "--trim-strings=true")

#: In place of a field, where the value cannot be written.
INEXPRESSIBLE: Final = None

_TAKEN = re.compile(f"[\x00-\x1f{_QUOTE}]")


def text(value: str) -> str | None:
    """Return a text as a field: as it is, unless it would be taken for another."""
    if value.isprintable() and value and value[0] != " " and value[-1] != " ":
        return value
    if _cannot_be_said(value):
        return INEXPRESSIBLE
    return value or _quoted(value)


def texts(values: Sequence[str]) -> str | None:
    """Return a list of texts as a field."""
    if len(values) == 1:
        # A list of one empty text: the blank is trimmed away after the list is taken apart.
        return text(values[0]) if values[0] else _BLANK
    if not values or any(_cannot_be_said(value) for value in values):
        return INEXPRESSIBLE
    field = ARRAY_DELIMITER.join(values)
    return _quoted(field) if ARRAY_DELIMITER in (field[0], field[-1]) else field


def _cannot_be_said(value: str) -> bool:
    return value != value.strip() or _TAKEN.search(value) is not None


def _quoted(field: str) -> str:
    return f"{_QUOTE}{field}{_QUOTE}"


_BLANK = _quoted(" ")


def whole(value: int) -> str:
    """Return a whole number as a field."""
    return str(value)


def wholes(values: Sequence[int]) -> str | None:
    """Return a list of whole numbers as a field."""
    return ARRAY_DELIMITER.join(map(str, values)) if values else INEXPRESSIBLE


def number(value: float) -> str:
    """Return a number as a field; its digits are those that tell it from any other."""
    return repr(float(value))


def truth(value: bool) -> str:
    """Return yes or no as a field."""
    return "true" if value else "false"


def point(value: Sequence[float]) -> str:
    """Return a place, longitude and latitude, as a field."""
    longitude, latitude = (f"{Decimal(repr(float(degrees))):f}" for degrees in value)
    return f"{{longitude: {longitude}, latitude: {latitude}}}"


#: How a value is written, by the type of its column.
WRITERS: dict[str, Callable[[Any], str | None]] = {
    TEXT: text,
    TEXTS: texts,
    WHOLE: whole,
    WHOLES: wholes,
    NUMBER: number,
    TRUTH: truth,
    POINT: point,
}
