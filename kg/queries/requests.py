"""``kg seek list``, ``kg offer list`` and ``kg match``: what is sought and offered, and who fits whom."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any, get_args

from kg.database.connection import Connection
from kg.database.read import read
from kg.errors import KgError, quoted
from kg.queries.entities import Entity
from kg.queries.evidence import Link, facts
from kg.queries.matching import best_of_each, differs_in_role, match_requests, state_on, way_of
from kg.queries.paths import DEFAULT_TOP, check_top
from kg.queries.provenance import data_of
from kg.queries.request_results import (
    Matches,
    MatchQuery,
    Request,
    RequestList,
    RequestQuery,
    State,
    Status,
    Verb,
)
from kg.queries.results import LeftOut, LeftOutPartner, Partner
from kg.queries.themes import find_member, find_theme
from kg.queries.validity import parse_as_of
from kg.schema.dates import first_day
from kg.schema.nodes import NODES
from kg.schema.relationships import CLOSED, Offers, Seeks

#: The type of fact that each verb stands for.
TYPES: Mapping[Verb, type[Seeks] | type[Offers]] = {"seek": Seeks, "offer": Offers}
_VERBS: Mapping[str, Verb] = {kind.type: verb for verb, kind in TYPES.items()}

_STATUSES: Mapping[Status, tuple[State, ...]] = {
    "open": ("open",),
    "closed": ("met", "withdrawn", "ended"),
    "expired": ("expired",),
    "all": get_args(State),
}
_REASONS: Mapping[Status, str] = {
    "open": "open",
    "closed": "closed (met, withdrawn or no longer listed)",
    "expired": "expired",
}

_REQUESTS = """\
MATCH (n)-[r:SEEKS|OFFERS]->(t:Theme)
WHERE type(r) IN $types AND ($who IS NULL OR n.id = $who) AND ($themes IS NULL OR t.id IN $themes)
RETURN type(r) AS type, r.key AS key, r.request AS number, r.role AS role, r.since AS since, r.until AS until,
    r.closed AS closed, r.status AS status, r.note AS note, r.ended AS ended,
    [n.id, [label IN labels(n) WHERE label IN $labels][0], n.name, n.country] AS who, [t.id, t.name] AS theme"""


def requests(
    connection: Connection,
    verb: str | None = None,
    place: str | None = None,
    *,
    theme: str | None = None,
    status: str = "open",
    as_of: str | date | None = None,
) -> RequestList:
    """Return what is sought and offered.

    Args:
        connection: The database.
        verb: ``seek`` or ``offer``; both unless given.
        place: Only by this city, region or organisation, a name or id.
        theme: Only on this theme, a name or id.
        status: ``open``, ``closed`` (met, withdrawn, or no longer listed by its source), ``expired`` or ``all``.
        as_of: As it was on this date (partial: its last day); today unless given. What was made later is not seen.

    Raises:
        KgError: A name is unknown or ambiguous, or an option makes no sense.
    """
    asked = None if verb is None else check_verb(verb)
    wanted = check_status(status)
    day = parse_as_of(as_of)
    who = None if place is None else find_member(connection, place)
    topic = None if theme is None else find_theme(connection, theme)
    every = _read(connection, day, verb=asked, who=who, themes=None if topic is None else [topic.id])
    listed = [request for request in every if request.state in _STATUSES[wanted]]
    rest = [request for request in every if request not in listed]
    return RequestList(
        query=RequestQuery(
            verb=asked,
            partner=None if who is None else who.partner,
            theme=None if topic is None else topic.partner,
            status=wanted,
            as_of=day.isoformat(),
        ),
        data=data_of(connection, facts(connection, map(_link, listed)), day),
        left_out=_left_out(rest, ""),
        requests=tuple(listed),
    )


def match(
    connection: Connection,
    place: str,
    *,
    theme: str | None = None,
    top: int = DEFAULT_TOP,
    as_of: str | date | None = None,
) -> Matches:
    """Return who offers what a place seeks, who seeks what it offers, and who seeks the same.

    Only requests that were open on the date count; the answer says how many closed and expired ones, and how many of another
    role, it leaves out. Who offers is the mentor and who seeks the learner, unless a request is for a project: then lead goes
    with partner.

    Args:
        connection: The database.
        place: A city, region or organisation, a name or id.
        theme: Only on this theme, a name or id.
        top: How many matches of each way.
        as_of: As it was on this date (partial: its last day); today unless given.

    Raises:
        KgError: A name is unknown or ambiguous, or an option makes no sense.
    """
    check_top(top)
    day = parse_as_of(as_of)
    who = find_member(connection, place)
    topic = None if theme is None else find_theme(connection, theme)
    ours = _read(connection, day, who=who, themes=None if topic is None else [topic.id])
    own = [request for request in ours if request.state == "open"]
    others = _read(connection, day, themes=sorted({request.theme.id for request in own})) if own else []
    fitting = [other for other in others if any(way_of(mine, other) for mine in own)]
    found = match_requests(own, [other for other in fitting if other.state == "open"], day)
    counts, kept = best_of_each(found, top)
    used = {request.key: request for one in kept for request in (one.ours, one.theirs)}
    used |= {request.key: request for request in own}
    left_out = _left_out([one for one in ours if one not in own], f"requests of {who.name} itself that are ", "own_")
    left_out |= _left_out([one for one in fitting if one.state != "open"], "requests that would fit but are ")
    apart = [one for one in others if one.state == "open" and one not in fitting]
    apart = [one for one in apart if any(differs_in_role(mine, one) for mine in own)]
    if apart:
        left_out["role"] = _named("open requests on the same themes for which the roles do not fit", apart)
    return Matches(
        query=MatchQuery(
            partner=who.partner,
            theme=None if topic is None else topic.partner,
            top=top,
            as_of=day.isoformat(),
        ),
        data=data_of(connection, facts(connection, map(_link, used.values())), day),
        left_out=left_out,
        requests=tuple(own),
        found=counts,
        matches=kept,
    )


def check_verb(verb: str) -> Verb:
    """Return a verb, ``seek`` or ``offer``.

    Raises:
        KgError: It is neither.
    """
    for known in TYPES:
        if verb == known:
            return known
    raise KgError(f"verb must be 'seek' or 'offer', not {quoted(verb)}.")


def check_status(status: str) -> Status:
    """Return a status to list.

    Raises:
        KgError: It is none.
    """
    for known in _STATUSES:
        if status == known:
            return known
    raise KgError(f"status (--status) must be one of {', '.join(_STATUSES)}, not {quoted(status)}.")


def _read(
    connection: Connection,
    day: date,
    *,
    verb: Verb | None = None,
    who: Entity | None = None,
    themes: Sequence[str] | None = None,
) -> list[Request]:
    """Return the requests that had been made by a day, in whatever state, by name, theme and number."""
    parameters = {
        "types": [TYPES[verb].type] if verb else [kind.type for kind in TYPES.values()],
        "who": who.id if who else None,
        "themes": themes,
        "labels": list(NODES),
    }
    rows = [row for row in read(connection, _REQUESTS, parameters) if not _is_later(row, day)]
    details = facts(connection, (Link(row["key"], row["who"][0], row["theme"][0]) for row in rows))
    found = []
    for row in rows:
        id_, label, name, country = row["who"]
        theme, theme_name = row["theme"]
        detail = details[row["key"]]
        state = state_on(day, status=row["status"], closed=row["closed"], until=row["until"], ended=row["ended"])
        found.append(
            Request(
                key=row["key"],
                number=row["number"],
                verb=_VERBS[row["type"]],
                partner=Partner(id=id_, label=label, name=name or id_, country=country),
                theme=Partner(id=theme, label="Theme", name=theme_name or theme),
                role=row["role"] or TYPES[_VERBS[row["type"]]].usual_role,
                state=state,
                since=row["since"],
                until=row["until"],
                closed=row["closed"] if state in CLOSED else None,
                note=row["note"],
                as_of=detail.as_of,
                sources=tuple(dict.fromkeys(detail.sources)),
            )
        )
    return sorted(found, key=_order)


def _is_later(row: Mapping[str, Any], day: date) -> bool:
    return row["since"] is not None and first_day(row["since"]) > day


def _order(request: Request) -> tuple[Any, ...]:
    # Numbers by their length first, so that 10 comes after 9; those of other sources may be any text.
    number = (len(request.number), request.number)
    return (request.partner.name, request.partner.id, request.verb, request.theme.name, number, request.key)


def _link(request: Request) -> Link:
    return Link(request.key, request.partner.id, request.theme.id)


def _left_out(rest: Iterable[Request], what: str, prefix: str = "") -> dict[str, LeftOut]:
    """Return what of ``rest`` is in each state, told by the reason for which it is not listed."""
    several = list(rest)
    told = {}
    for status, reason in _REASONS.items():
        some = [request for request in several if request.state in _STATUSES[status]]
        if some:
            told[f"{prefix}{status}"] = _named(f"{what}{reason}", some)
    return told


def _named(reason: str, some: Sequence[Request]) -> LeftOut:
    partners = tuple(
        LeftOutPartner(
            **one.partner.model_dump(),
            because=f"{one.partner.name} {one.verb}s {one.theme.name} as {one.role}"
            + ("" if one.state == "open" else f", {one.standing}"),
        )
        for one in some
    )
    return LeftOut(reason=reason, count=len(partners), partners=partners)
