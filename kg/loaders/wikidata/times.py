"""Dates as Wikidata writes them: with a precision beside them, or with zeros for what is not known."""

from __future__ import annotations

import re

from kg.schema.dates import check_partial_date

_TIME = re.compile(
    r"\+?0*(?P<year>[0-9]{4})-(?P<month>[0-9]{2})-(?P<day>[0-9]{2})(T[0-9:.]+(Z|[+-][0-9:]+)?)?", re.ASCII
)
#: Wikidata's numbers for the precision of a date; whatever is coarser than a year is no date here.
_YEAR, _MONTH, _DAY = 9, 10, 11


def partial_date(text: str, precision: str = "") -> str | None:
    """Return the partial date that a time of Wikidata comes to; None for one that is unknown or vaguer than a year.

    Without a precision the first of January means the year alone, since that is how Wikidata writes a year, and a date that says
    less than the source knows is still true.

    >>> partial_date("2009-05-03T00:00:00Z", "11"), partial_date("2009-05-01T00:00:00Z", "10"), partial_date("+2009-00-00")
    ('2009-05-03', '2009-05', '2009')
    >>> partial_date("2009-01-01T00:00:00Z"), partial_date("2009-01-01T00:00:00Z", "11"), partial_date("2000-01-01", "8")
    ('2009', '2009-01-01', None)

    Raises:
        ValueError: It is no time.
    """
    match = _TIME.fullmatch(text)
    if match is None:
        raise ValueError(f"{text!r} is no date")
    year, month, day = match["year"], match["month"], match["day"]
    if precision:
        try:
            given = int(float(precision))
        except OverflowError as error:
            raise ValueError(f"{precision[:20]!r} is no precision") from error
    elif month == "00" or (month, day) == ("01", "01"):
        given = _YEAR
    else:
        given = _MONTH if day == "00" else _DAY
    if given < _YEAR:
        return None
    if given == _YEAR or month == "00":
        return check_partial_date(year)
    if given == _MONTH or day == "00":
        return check_partial_date(f"{year}-{month}")
    return check_partial_date(f"{year}-{month}-{day}")
