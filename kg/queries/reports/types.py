"""The types of a report's parameters, and what a person may type for each."""

from __future__ import annotations

import difflib
import math
from collections.abc import Callable, Iterable

from pydantic import JsonValue

from kg.places.country_names import country_code
from kg.schema.dates import check_partial_date

#: Whole numbers of Neo4j have 64 bits.
LARGEST = 2**63 - 1


def text_value(text: str) -> str:
    """Any text."""
    return text


def integer_value(text: str) -> int:
    """A whole number, 0 or more, such as ``50000``."""
    number = int(text)
    if not 0 <= number <= LARGEST:
        raise ValueError(text)
    return number


def number_value(text: str) -> float:
    """A number, such as ``0.5``."""
    number = float(text)
    if not math.isfinite(number):
        raise ValueError(text)
    return number


def boolean_value(text: str) -> bool:
    """``yes`` or ``no``, in any of the usual spellings."""
    lowered = text.strip().lower()
    if lowered in {"yes", "y", "true", "1"}:
        return True
    if lowered in {"no", "n", "false", "0"}:
        return False
    raise ValueError(text)


def date_value(text: str) -> str:
    """A year, a month or a day: ``2024``, ``2024-05`` or ``2024-05-03``."""
    return check_partial_date(text)


def country_value(text: str) -> str:
    """A country by its name or its code of two letters, such as ``Finland`` or ``FI``."""
    code = country_code(text)
    if code is None:
        raise ValueError(text)
    return code


#: parameter type -> how its text is read; the docstring's first line says what it takes.
TYPES: dict[str, Callable[[str], JsonValue]] = {
    "text": text_value,
    "whole number": integer_value,
    "number": number_value,
    "yes or no": boolean_value,
    "date": date_value,
    "country": country_value,
}


def takes(type_: str) -> str:
    """What a type of ``TYPES`` takes, as plain text without a full stop.

    >>> takes("yes or no")
    'yes or no, in any of the usual spellings'
    """
    return (TYPES[type_].__doc__ or "").splitlines()[0].rstrip(".").replace("``", "")


#: parameter type -> labels among which a name is looked for; the value that the query gets is the node's id.
ENTITIES: dict[str, tuple[str, ...]] = {
    "city": ("City",),
    "region": ("Region",),
    "place": ("City", "Region"),
    "network": ("Organisation",),
    "organisation": ("Organisation",),
    "person": ("Person",),
    "project": ("Project",),
    "programme": ("Programme",),
    "event": ("Event",),
    "theme": ("Theme",),
}


def did_you_mean(given: str, known: Iterable[str]) -> str:
    """A sentence with a leading blank that names what may have been meant; empty when nothing is like it.

    >>> did_you_mean("netwrok", ["network", "city"])
    ' did you mean network?'
    """
    near = difflib.get_close_matches(given.lower(), list(known), n=3, cutoff=0.6)
    return f" did you mean {' or '.join(near)}?" if near else ""
