"""What was true on a date, in Python and in Cypher, and when a fact is old enough to say so.

Dates in the graph may be partial (``2009``, ``2009-05``): ``since`` and ``start`` count from the first day, ``until`` and ``end``
to the last. Being ISO strings, they compare with a whole date as text: a prefix is smaller than what it is a prefix of.
"""

from __future__ import annotations

from datetime import UTC, date, datetime

from kg.errors import KgError, quoted
from kg.schema.dates import first_day, last_day
from kg.schema.relationships import CLOSED

#: A sentence gives the age of its facts ('as of 2019') when the source said so more than this many years before the as-of date.
YEARS_UNTIL_OLD = 2

_CLOSED = str(list(CLOSED))


def parse_as_of(text: str | date | None) -> date:
    """Return the as-of date: today (UTC) when there is none; the last day that a partial date covers.

    Raises:
        KgError: If ``text`` is not a date.
    """
    if text is None:
        return datetime.now(UTC).date()
    if isinstance(text, date):
        return text.date() if isinstance(text, datetime) else text
    if not isinstance(text, str):
        raise KgError(
            f"as_of (--as-of) must be a date or text such as '2019', '2019-05' or '2019-05-03', not {quoted(text)}."
        )
    try:
        return last_day(text.strip())
    except ValueError as error:
        raise KgError(f"The as-of date cannot be read: {error}.") from None


def valid(fact: str, *, request: bool = True) -> str:
    """Return the Cypher condition that the fact in a variable is true on ``$as_of`` (a whole ISO date).

    A fact without ``since`` counts as true. ``ended`` is the date of the edition that no longer listed it. A request that was met
    or withdrawn is true until the day on which that was; on no date when nobody said when that was. Where the fact can be no
    request, ``request=False`` spares the server to look.
    """
    lasting = (
        f"({fact}.since IS NULL OR {fact}.since <= $as_of)"
        f" AND ({fact}.until IS NULL OR {fact}.until >= substring($as_of, 0, size({fact}.until)))"
        f" AND ({fact}.ended IS NULL OR {fact}.ended > $as_of)"
    )
    if not request:
        return lasting
    return (
        f"{lasting} AND (NOT {fact}:SEEKS|OFFERS OR {fact}.status IS NULL OR NOT {fact}.status IN {_CLOSED}"
        f" OR {fact}.closed > $as_of)"
    )


def keyed(fact: str) -> str:
    """Return the Cypher condition that a loader wrote the fact in a variable: it has a key.

    Not ``key IS NOT NULL`` by itself, for which there is an index: right after a load the server still counts few keys, and would
    then go through all of them for every place, rather than through the facts of that place.
    """
    return f"({fact}.key IS NOT NULL) = true"


def begun(node: str) -> str:
    """Return the Cypher condition that a project or event in a variable had begun by ``$as_of``, or has no start."""
    return f"({node}.start IS NULL OR {node}.start <= $as_of)"


def not_over(node: str) -> str:
    """Return the Cypher condition that a project or event in a variable had not ended by ``$as_of``, or has no end."""
    return f"({node}.end IS NULL OR {node}.end >= substring($as_of, 0, size({node}.end)))"


def is_valid(as_of: date, since: str | None, until: str | None, ended: str | None = None) -> bool:
    """Return whether a fact with these dates is true on ``as_of``: the rule of :func:`valid`, but for requests that were closed.

    >>> is_valid(date(2019, 6, 1), "2009", "2019"), is_valid(date(2020, 1, 1), "2009", "2019")
    (True, False)
    """
    return (
        (since is None or first_day(since) <= as_of)
        and (until is None or last_day(until) >= as_of)
        and (ended is None or first_day(ended) > as_of)
    )


def is_over(as_of: date, until: str | None, ended: str | None = None) -> bool:
    """Return whether something with these dates had ended by ``as_of``."""
    return (until is not None and last_day(until) < as_of) or (ended is not None and first_day(ended) <= as_of)


def old_year(as_of: date, *ages: str | None) -> int | None:
    """Return the year that a sentence must give: of the oldest of its facts' dates when that is old, else None.

    >>> old_year(date(2026, 11, 22), "2019-06-17", "2025-05"), old_year(date(2020, 1, 1), "2019")
    (2019, None)
    """
    known = [age for age in ages if age]
    if not known:
        return None
    oldest = min(known, key=last_day)
    day = last_day(oldest)
    age = (as_of.year - day.year, (as_of.month, as_of.day) > (day.month, day.day))
    return day.year if age > (YEARS_UNTIL_OLD, False) else None
