"""The score of any two places: the number by which ``recommend`` ranks, for pairs that nobody has to recommend."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from kg.database.connection import Connection
from kg.database.read import read
from kg.queries.evidence import shared_with
from kg.queries.terms import total
from kg.queries.validity import parse_as_of
from kg.queries.weights import check_kind, weights

_POPULATIONS = "MATCH (n:City|Region) WHERE n.id IN $ids RETURN n.id AS id, n.population AS population"


class ScorePairs(Protocol):
    """What scores pairs of places: ids of cities or regions in, a float array of shape ``(n,)`` out, NaN for an unknown one."""

    def __call__(self, pairs: Sequence[tuple[str, str]], *, kind: str) -> NDArray[np.float64]:
        """Return the score of each pair."""


def score_pairs(
    connection: Connection, pairs: Sequence[tuple[str, str]], *, kind: str = "exchange", as_of: str | date | None = None
) -> NDArray[np.float64]:
    """Return the score of each pair, current partners included: the sum of the terms that ``explain`` gives for it.

    Args:
        connection: The database.
        pairs: Ids of cities or regions; the first of each is the one that looks for partners.
        kind: ``exchange``, ``project`` or ``twinning``.
        as_of: Score as of this date (partial: its last day); today unless given.

    Returns:
        Scores of shape ``(n,)`` for ``n`` pairs; NaN where the graph has no city or region with one of the ids.

    Raises:
        KgError: If the kind or the date makes no sense.
    """
    weighting, day = weights(check_kind(kind)), parse_as_of(as_of)
    ids = sorted({id_ for pair in pairs for id_ in pair})
    population = {row["id"]: row["population"] for row in read(connection, _POPULATIONS, {"ids": ids})} if ids else {}
    partners: dict[str, list[int]] = {}
    for position, (one, other) in enumerate(pairs):
        if one in population and other in population:
            partners.setdefault(one, []).append(position)
    scores = np.full(len(pairs), np.nan)
    for one, positions in partners.items():
        # All that surrounds a place costs little more than what it shares with one other.
        only = pairs[positions[0]][1] if len(positions) == 1 else None
        shared = shared_with(connection, one, day, only)
        for position in positions:
            other = pairs[position][1]
            scores[position] = total(shared.get(other, ()), population[one], population[other], weighting)
    return scores
