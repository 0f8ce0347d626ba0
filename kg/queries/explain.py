"""``kg explain``: why two places would, or do, work together."""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import date
from pathlib import Path

from kg.database.connection import Connection
from kg.queries.choose import check_engine, choose_engine
from kg.queries.entities import PLACES, Entity, check_name, resolve
from kg.queries.evidence import facts
from kg.queries.kinds.kind import Weights
from kg.queries.kinds.names import Kind, check_kind
from kg.queries.path_results import Explanation, PairQuery
from kg.queries.paths import DEFAULT_TOP, check_different, check_top, find_paths, links_of
from kg.queries.provenance import data_of
from kg.queries.ranking import Ranking
from kg.queries.reasons.build import Found, links, terms
from kg.queries.recommend import gone, weighting_of
from kg.queries.validity import parse_as_of


def explain(
    connection: Connection,
    start: str,
    end: str,
    *,
    kind: str = "exchange",
    top: int = DEFAULT_TOP,
    as_of: str | date | None = None,
    engine: str = "live",
    weights: str | Path | Weights | None = None,
) -> Explanation:
    """Return the reasons for two places to work together, with the numbers of ``recommend``, and the paths between them.

    The first of the two is the one that looks for partners. Nobody is left out here, and that the two work together already is set
    aside: the score is the one that they would have without it.

    Args:
        connection: The database.
        start: A city or region, by name or id.
        end: Another.
        kind: ``exchange``, ``project`` or ``twinning``.
        top: How many paths.
        as_of: Answer as of this date (partial: its last day); today unless given.
        engine: ``live`` or ``snapshot``, see :func:`kg.queries.recommend.recommend`.
        weights: A weights file to use instead of the package's, or weights.

    Raises:
        KgError: If a name is unknown or ambiguous, both are the same, or an option makes no sense.
    """
    check_name("start", start)
    check_name("end", end)
    checked, day = check_kind(kind), parse_as_of(as_of)
    check_engine(engine)
    check_top(top)
    weighting, _ = weighting_of(checked, weights)
    one, other = resolve(connection, start, PLACES), resolve(connection, end, PLACES)
    check_different(one, other)
    found = reasons_of(connection, one, [other.id], kind=checked, as_of=day, engine=engine, weights=weighting).get(
        other.id
    )
    if found is None:
        raise gone(other)
    paths = find_paths(connection, one, other, top=top, as_of=day)
    details = facts(connection, [*links(found), *links_of(paths)])
    built = terms(found, details, day)
    return Explanation(
        query=PairQuery(start=one.partner, end=other.partner, kind=checked, top=top, as_of=day.isoformat()),
        data=data_of(connection, details, day),
        score=math.fsum(term.value for term in built),
        terms=built,
        paths=paths,
    )


def reasons_of(
    connection: Connection,
    subject: Entity,
    others: Sequence[str],
    *,
    kind: Kind,
    as_of: date,
    engine: str = "live",
    weights: Weights | None = None,
) -> dict[str, tuple[Found, ...]]:
    """Return the reasons for each of some other places, by id; without one that is no city or region.

    Raises:
        KgError: The subject was removed meanwhile.
    """
    try:
        surroundings = choose_engine(connection, check_engine(engine), as_of).between(subject.id, others)
    except KeyError:
        raise gone(subject) from None
    ranking = Ranking.of(surroundings.pairs(), weights or weighting_of(kind, None)[0])
    ids = surroundings.world.snapshot.places.ids
    others_found = ranking.pairs.others.tolist()
    reasons = ranking.reasons_of(range(len(others_found)))
    return {ids[place]: found for place, found in zip(others_found, reasons, strict=True)}
