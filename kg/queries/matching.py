"""Which requests fit: plain functions on plain values."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import date

from kg.queries.request_results import Match, Request, State, Way
from kg.queries.validity import is_over, old_year
from kg.schema.dates import first_day
from kg.schema.relationships import CLOSED, Role

#: Who goes with whom; the first two meet in an exchange, the others in a project.
COUNTERPARTS: Mapping[Role, Role] = {"mentor": "learner", "learner": "mentor", "lead": "partner", "partner": "lead"}
_EXCHANGE: tuple[Role, ...] = ("mentor", "learner")
_WAYS: tuple[Way, ...] = ("offers", "seeks", "seeks_too")


def state_on(as_of: date, *, status: str | None, closed: str | None, until: str | None, ended: str | None) -> State:
    """Return whether a request that had been made by a date was open on it; what became of it where not.

    One that was closed on a day that nobody gave counts as closed on every date.

    >>> state_on(date(2026, 6, 1), status="met", closed="2026-07", until="2026", ended=None)
    'open'
    >>> state_on(date(2027, 1, 1), status=None, closed=None, until="2026", ended=None)
    'expired'
    """
    if status in CLOSED and (closed is None or first_day(closed) <= as_of):
        return "met" if status == "met" else "withdrawn"
    if is_over(as_of, until):
        return "expired"
    return "ended" if is_over(as_of, None, ended) else "open"


def way_of(ours: Request, theirs: Request) -> Way | None:
    """Return how another's request fits ours, None when it does not: another theme, another role, or both only offer.

    Mentor goes with learner, lead with partner. Who seeks the same seeks it for the same: two learners are peers, and of those
    who seek a project one may lead what the other joins.
    """
    if ours.theme.id != theirs.theme.id or ours.partner.id == theirs.partner.id:
        return None
    match ours.verb, theirs.verb:
        case "seek", "offer":
            return "offers" if COUNTERPARTS[ours.role] == theirs.role else None
        case "offer", "seek":
            return "seeks" if COUNTERPARTS[ours.role] == theirs.role else None
        case "seek", "seek":
            return "seeks_too" if (ours.role in _EXCHANGE) == (theirs.role in _EXCHANGE) else None
    return None


def differs_in_role(ours: Request, theirs: Request) -> bool:
    """Return whether two requests would fit, were it not for their roles."""
    same = ours.theme.id == theirs.theme.id and ours.partner.id != theirs.partner.id
    return same and (ours.verb, theirs.verb) != ("offer", "offer") and way_of(ours, theirs) is None


def match_requests(ours: Iterable[Request], theirs: Sequence[Request], as_of: date) -> list[Match]:
    """Return all that fits among open requests, in the order of the ways; of one way, those whose roles complete each other first.

    Args:
        ours: The open requests of one place.
        theirs: Those of others.
        as_of: The date from which ages count.
    """
    found = [
        Match(
            way=way,
            partner=other.partner,
            theme=other.theme,
            ours=own,
            theirs=other,
            sentence=_sentence(way, own, other, as_of),
            evidence=(own.key, other.key),
        )
        for own in ours
        for other in theirs
        if (way := way_of(own, other))
    ]
    return sorted(found, key=_order)


def best_of_each(matches: Iterable[Match], top: int) -> tuple[dict[Way, int], tuple[Match, ...]]:
    """Return how many matches there are of each way, and the first ``top`` of each."""
    counted: Counter[Way] = Counter()
    kept = []
    for match in matches:
        counted[match.way] += 1
        if counted[match.way] <= top:
            kept.append(match)
    return {way: counted[way] for way in _WAYS}, tuple(kept)


def _order(match: Match) -> tuple[object, ...]:
    completing = COUNTERPARTS[match.ours.role] == match.theirs.role
    names = match.theme.name, match.partner.name, match.partner.id, match.theirs.key, match.ours.key
    return (_WAYS.index(match.way), not completing, *names)


def _sentence(way: Way, ours: Request, theirs: Request, as_of: date) -> str:
    here, there = ours.partner.name, theirs.partner.name
    roles = f"{there} as {theirs.role}, {here} as {ours.role}"
    match way:
        case "offers":
            told = f"{there} offers and {here} seeks {ours.theme.name}: {roles}"
        case "seeks":
            told = f"{there} seeks and {here} offers {ours.theme.name}: {roles}"
        case _:
            both = f"both as {ours.role}" if ours.role == theirs.role else roles
            told = f"Both seek {ours.theme.name}: {both}"
    year = old_year(as_of, ours.as_of, theirs.as_of)
    return f"{told}, as of {year}." if year else f"{told}."
