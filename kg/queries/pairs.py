"""The score of any two places: the number by which ``recommend`` ranks, for pairs that nobody has to recommend."""

from __future__ import annotations

import warnings
from collections.abc import Sequence, Sized
from datetime import date
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from kg.database.connection import Connection
from kg.errors import KgError, quoted
from kg.queries.choose import choose_engine
from kg.queries.kinds.kind import Weights
from kg.queries.kinds.names import check_kind
from kg.queries.recommend import weighting_of
from kg.queries.scoring import scores
from kg.queries.validity import parse_as_of


class ScorePairs(Protocol):
    """What scores pairs of places: ids of cities or regions in, a float array of shape ``(n,)`` out, NaN for an unknown one."""

    def __call__(self, pairs: Sequence[tuple[str, str]], *, kind: str) -> NDArray[np.float64]:
        """Return the score of each pair."""


def score_pairs(
    connection: Connection,
    pairs: Sequence[tuple[str, str]],
    *,
    kind: str = "exchange",
    as_of: str | date | None = None,
    weights: str | Path | Weights | None = None,
) -> NDArray[np.float64]:
    """Return the score of each pair, current partners included: the sum of the terms that ``explain`` gives for it.

    A tie between the two themselves is set aside. The graph is read into memory once and then kept until it changes.

    Args:
        connection: The database.
        pairs: Ids of cities or regions; the first of each is the one that looks for partners.
        kind: ``exchange``, ``project`` or ``twinning``.
        as_of: Score as of this date (partial: its last day); today unless given.
        weights: A weights file to use instead of the package's, or weights.

    Returns:
        Scores of shape ``(n,)`` for ``n`` pairs; NaN, with a warning, where the graph has no city or region with one of the ids,
        and where both are the same.

    Raises:
        KgError: If the kind or the date makes no sense, or something that is given as a pair is none.
    """
    checked, day = check_kind(kind), parse_as_of(as_of)
    weighting, _ = weighting_of(checked, weights)
    if not len(pairs):
        return np.zeros(0)
    odd = next((pair for pair in pairs if not _is_pair(pair)), None)
    if odd is not None:
        raise KgError(
            f"pairs must be pairs of ids, such as [('geonames:456172', 'geonames:660158')], not {quoted(odd)}."
        )
    # For many subjects one graph in memory is better than a question for each.
    engine = choose_engine(connection, "snapshot", day)
    of_subject: dict[str, list[int]] = {}
    for position, (one, _) in enumerate(pairs):
        of_subject.setdefault(one, []).append(position)
    found = np.full(len(pairs), np.nan)
    for one, positions in of_subject.items():
        try:
            surroundings = engine.between(one, [pairs[position][1] for position in positions])
        except KeyError:
            continue
        place = surroundings.world.snapshot.position
        known = [position for position in positions if pairs[position][1] in place and pairs[position][1] != one]
        if known:
            candidates = surroundings.candidates
            at = np.searchsorted(candidates, [place[pairs[position][1]] for position in known])
            found[known] = scores(surroundings.pairs(), weighting)[at]
    unknown = np.flatnonzero(np.isnan(found)).tolist()
    if unknown:
        one, other = pairs[unknown[0]]
        warnings.warn(
            f"{len(unknown)} of {len(pairs)} pairs have no score, such as {one}, {other}: the graph has no city or region with "
            "one of the ids, or both are the same.",
            stacklevel=2,
        )
    return found


def _is_pair(given: object) -> bool:
    return isinstance(given, Sized) and not isinstance(given, str) and len(given) == 2
