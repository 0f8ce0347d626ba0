"""Ranking everyone: the true partners among all active cities abroad, not among a hundred."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from kg.queries.comparison import Pairs
from kg.queries.evaluation.cases import Trial, pool
from kg.queries.evaluation.graph import total_activity
from kg.queries.evaluation.ranking import gini, interval
from kg.queries.evaluation.tasks import Task
from kg.queries.kinds.kind import Weights
from kg.queries.scoring import features, term_values
from kg.queries.snapshot.layers import Floats, Indices
from kg.queries.world import World

#: The length of the lists that are looked at.
TOP = 10

#: At most so many query cities, drawn at random.
QUERIES = 500

Score = Callable[[int, Indices], Floats]


@dataclass(frozen=True, slots=True)
class Lists:
    """How good and how fair the lists of a score are.

    Attributes:
        queries: How many cities asked.
        mrr: The mean of one over the rank of the best-ranked true partner, with its interval.
        hit_10: The part of queries with a true partner among the first ten.
        cities: How many distinct cities all lists together name.
        countries: How many countries a list has on average.
        gini: How unequally the places in the lists are dealt among the cities that could be named.
    """

    queries: int
    mrr: float
    low: float
    high: float
    hit_10: float
    cities: int
    countries: float
    gini: float


def everyone(
    trial: Trial, task: Task, world: World, weights: Weights, seed: int
) -> tuple[Mapping[str, Lists], Mapping[str, Lists]]:
    """Return the lists of our score and of two most-active lists: for all query cities, and for newcomers (one link or none).

    A query city has held-out partners in the pool; all active cities abroad are ranked but those that it is known to work with.
    """
    snapshot = world.snapshot
    activity, of_kind = total_activity(snapshot), task.activity(snapshot)
    cities = pool(snapshot)
    active = cities[activity[cities] > 0]
    true = {
        snapshot.position[subject]: {snapshot.position[partner] for partner in partners}
        for subject, partners in trial.held_out.items()
        if partners
    }
    queries = np.array(sorted(true), np.int64)
    if len(queries) > QUERIES:
        queries = np.sort(np.random.default_rng(seed).permutation(queries)[:QUERIES])
    scores: Mapping[str, Score] = {
        "ours": lambda subject, others: _ours(world, weights, subject, others),
        "most active": lambda _, others: activity[others],
        "most active in the kind": lambda _, others: of_kind[others] + activity[others] / 1e6,
    }
    found: dict[str, list[tuple[float, NDArray[np.int64]]]] = {name: [] for name in scores}
    newcomer = []
    for subject in queries.tolist():
        known = task.partners(snapshot, subject)
        others = active[(snapshot.places.country[active] != snapshot.places.country[subject]) & ~np.isin(active, known)]
        partners = np.isin(others, np.array(sorted(true[subject]), np.int64))
        if not partners.any():
            continue
        newcomer.append(of_kind[subject] <= 1)
        for name, score in scores.items():
            values = score(subject, others)
            best = values[partners].max()
            rank = 1.0 + float((values > best).sum())
            found[name].append((1.0 / rank, others[np.lexsort((others, -values))[:TOP]]))
    new = np.array(newcomer, bool)
    return (
        {name: _lists(rows, world, len(active), seed) for name, rows in found.items() if rows},
        {
            name: _lists([row for row, is_new in zip(rows, new, strict=True) if is_new], world, len(active), seed)
            for name, rows in found.items()
            if new.any()
        },
    )


def _ours(world: World, weights: Weights, subject: int, others: Indices) -> Floats:
    return np.asarray(term_values(features(Pairs(world, subject, others), weights), weights).sum(axis=1), np.float64)


def _lists(rows: Sequence[tuple[float, Indices]], world: World, candidates: int, seed: int) -> Lists:
    reciprocal = np.array([row[0] for row in rows])
    low, high = interval(reciprocal, [str(at) for at in range(len(rows))], seed)
    named, times = np.unique(np.concatenate([row[1] for row in rows]), return_counts=True)
    country = world.snapshot.places.country
    return Lists(
        queries=len(rows),
        mrr=float(reciprocal.mean()),
        low=low,
        high=high,
        hit_10=float((reciprocal >= 1.0 / TOP).mean()),
        cities=len(named),
        countries=float(np.mean([len(np.unique(country[row[1]])) for row in rows])),
        gini=gini(np.concatenate([times.astype(np.float64), np.zeros(max(0, candidates - len(named)))])),
    )
