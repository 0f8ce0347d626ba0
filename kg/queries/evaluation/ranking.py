"""From scores to figures: ranks, their means, and how sure these are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

#: Resamples of a bootstrap interval, and the part of them inside it.
RESAMPLES = 1_000
INSIDE = 0.95


@dataclass(frozen=True, slots=True)
class Figures:
    """How well true partners rank among the places beside them.

    Attributes:
        cases: How many were ranked.
        mrr: The mean of one over the rank, with ``low`` and ``high`` as its 95 % bootstrap interval over clusters.
        hit_1: The part that ranks first; ``hit_3`` and ``hit_10`` the part among the first three and ten.
        auc: The chance that a true partner scores higher than another place.
    """

    cases: int
    mrr: float
    low: float
    high: float
    hit_1: float
    hit_3: float
    hit_10: float
    auc: float


def ranks(scores: NDArray[np.float64]) -> Floats:
    """Return the rank of the first score of each row, from 1; among equals it stands in the middle.

    Examples:
        >>> ranks(np.array([[2.0, 3.0, 1.0], [1.0, 1.0, 1.0]])).tolist()
        [2.0, 2.0]
    """
    true, others = scores[:, :1], scores[:, 1:]
    return np.asarray(1.0 + (others > true).sum(axis=1) + (others == true).sum(axis=1) / 2.0, np.float64)


def figures(rank: Floats, beside: int, clusters: Sequence[str], seed: int) -> Figures | None:
    """Return the figures of ranks among ``beside`` other places each; None without any.

    Intervals are bootstrapped over clusters, since cases of one query city, network or project are not independent (A. Davison
    and D. Hinkley, "Bootstrap Methods and their Application", 1997, section 3.8).
    """
    if not len(rank):
        return None
    low, high = interval(1.0 / rank, clusters, seed)
    return Figures(
        cases=len(rank),
        mrr=float((1.0 / rank).mean()),
        low=low,
        high=high,
        hit_1=float((rank <= 1).mean()),
        hit_3=float((rank <= 3).mean()),
        hit_10=float((rank <= 10).mean()),
        auc=float(1.0 - ((np.minimum(rank, beside + 1.0) - 1.0) / max(beside, 1)).mean()),
    )


def interval(values: Floats, clusters: Sequence[str], seed: int) -> tuple[float, float]:
    """Return the bootstrap interval of a mean, whole clusters drawn."""
    names, of = np.unique(np.asarray(clusters, dtype=object).astype(str), return_inverse=True)
    sums = np.bincount(of, weights=values, minlength=len(names))
    counts = np.bincount(of, minlength=len(names)).astype(np.float64)
    chance = np.random.default_rng(seed)
    drawn = chance.multinomial(len(names), np.full(len(names), 1.0 / len(names)), size=RESAMPLES)
    means = (drawn @ sums) / np.maximum(drawn @ counts, 1.0)
    edge = (1.0 - INSIDE) / 2.0
    low, high = np.quantile(means, [edge, 1.0 - edge])
    return float(low), float(high)


def gini(counts: Floats) -> float:
    """Return how unequally something is dealt: 0 when all have the same, towards 1 when one has all.

    Examples:
        >>> gini(np.array([1.0, 1.0, 1.0, 1.0])), gini(np.array([0.0, 0.0, 0.0, 4.0]))
        (0.0, 0.75)

    References:
        C. Gini, "Variabilità e mutabilità", 1912.
    """
    ordered = np.sort(counts)
    total = float(ordered.sum())
    if not total:
        return 0.0
    n = len(ordered)
    return float(2.0 * (np.arange(1, n + 1) * ordered).sum() / (n * total) - (n + 1.0) / n)
