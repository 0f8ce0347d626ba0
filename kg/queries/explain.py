"""``kg explain``: why two places would, or do, work together."""

from __future__ import annotations

import math
from datetime import date

from kg.database.connection import Connection
from kg.queries.entities import PLACES, check_name, resolve
from kg.queries.evidence import facts, shared_with
from kg.queries.paths import DEFAULT_TOP, check_different, check_top, find_paths, links_of
from kg.queries.provenance import data_of
from kg.queries.results import Explanation, PairQuery
from kg.queries.terms import build_terms
from kg.queries.validity import parse_as_of
from kg.queries.weights import check_kind, weights


def explain(
    connection: Connection,
    start: str,
    end: str,
    *,
    kind: str = "exchange",
    top: int = DEFAULT_TOP,
    as_of: str | date | None = None,
) -> Explanation:
    """Return the reasons for two places to work together, with the numbers of ``recommend``, and the paths between them.

    Nobody is left out here: for a pair that works together already, this is a reason among the others.

    Args:
        connection: The database.
        start: A city or region, by name or id.
        end: Another.
        kind: ``exchange``, ``project`` or ``twinning``.
        top: How many paths.
        as_of: Answer as of this date (partial: its last day); today unless given.

    Raises:
        KgError: If a name is unknown or ambiguous, both are the same, or an option makes no sense.
    """
    check_name("start", start)
    check_name("end", end)
    checked = check_kind(kind)
    check_top(top)
    day = parse_as_of(as_of)
    one, other = resolve(connection, start, PLACES), resolve(connection, end, PLACES)
    check_different(one, other)
    shared = shared_with(connection, one.id, day, only=other.id).get(other.id, [])
    paths = find_paths(connection, one, other, top=top, as_of=day)
    details = facts(connection, [*(link for each in shared for link in each.links), *links_of(paths)])
    terms = build_terms(one.place, other.place, shared, details=details, weights=weights(checked), as_of=day)
    return Explanation(
        query=PairQuery(start=one.partner, end=other.partner, kind=checked, top=top, as_of=day.isoformat()),
        data=data_of(connection, details, day),
        score=math.fsum(term.value for term in terms),
        terms=terms,
        paths=paths,
    )
