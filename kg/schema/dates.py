"""Partial dates: `2009`, `2009-05`, `2009-05-03`, as sources give them."""

from __future__ import annotations

import calendar
import re
from datetime import date
from functools import lru_cache
from typing import Annotated

from pydantic import AfterValidator

_PATTERN = re.compile(r"(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?", re.ASCII)


def check_partial_date(text: str) -> str:
    """Return ``text`` when it is a year, a year and month, or a day that exists.

    >>> check_partial_date("2009-05")
    '2009-05'

    Raises:
        ValueError: It is none of these.
    """
    first_day(text)
    return text


@lru_cache(maxsize=4096)  # of a million rows few have a date of their own
def first_day(text: str) -> date:
    """Return the first day that a partial date covers: ``since`` and ``start`` count from here.

    >>> first_day("2009-05")
    datetime.date(2009, 5, 1)

    Raises:
        ValueError: It is not a partial date.
    """
    match = _PATTERN.fullmatch(text)
    if match is None:
        raise ValueError(f"{text!r} is not a date: write 2009, 2009-05 or 2009-05-03")
    year, month, day = match.groups()
    try:
        return date(int(year), int(month or 1), int(day or 1))
    except ValueError as error:
        raise ValueError(f"{text!r} is not a date that exists") from error


def last_day(text: str) -> date:
    """Return the last day that a partial date covers: ``until`` and ``end`` count to here.

    >>> last_day("2024-02")
    datetime.date(2024, 2, 29)

    Raises:
        ValueError: It is not a partial date.
    """
    first = first_day(text)
    match len(text):
        case 4:
            return date(first.year, 12, 31)
        case 7:
            return date(first.year, first.month, calendar.monthrange(first.year, first.month)[1])
        case _:
            return first


#: Properties that are the beginning and the end of one span.
SPANS = (("since", "until"), ("start", "end"), ("founded", "dissolved"), ("opens", "closes"))


def are_in_order(first: str | None, last: str | None) -> bool:
    """Return whether a span can begin and end so: not when its last day is before its first; an open end always can.

    >>> are_in_order("2009-05", "2009"), are_in_order("2009-05", "2009-04"), are_in_order("2009", None)
    (True, False, True)
    """
    return not (first and last) or last_day(last) >= first_day(first)


PartialDate = Annotated[str, AfterValidator(check_partial_date)]
