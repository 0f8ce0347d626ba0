"""Held-out partnerships, and for each the other places that a recommendation must tell its partner from."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from kg.queries.comparison import Pairs
from kg.queries.features import FEATURES
from kg.queries.snapshot.graph import Snapshot
from kg.queries.snapshot.layers import Floats, Indices
from kg.queries.snapshot.tables import Tables
from kg.queries.world import World

#: How many others stand beside each true partner.
NEGATIVES = 100


@dataclass(frozen=True, slots=True)
class Case:
    """A partnership that was held out, seen from one side.

    Attributes:
        subject: The id of the place that looks for partners.
        partner: The id of the one it has.
        cluster: What the case belongs to (query city, network or project): cases of one cluster are not independent.
    """

    subject: str
    partner: str
    cluster: str


@dataclass(frozen=True, slots=True)
class Trial:
    """What is known, and what is held out of it.

    Attributes:
        known: The tables without all that was held out, in whatever source it stood.
        cases: The held-out partnerships, both directions, each pair once.
        partners: For each subject all its partners, known and held out: none of them may stand as a negative.
        held_out: For each subject the partners abroad that it has by what was held out alone; cases are these or a sample of them.
    """

    known: Tables
    cases: tuple[Case, ...]
    partners: Mapping[str, AbstractSet[str]]
    held_out: Mapping[str, AbstractSet[str]]


@dataclass(frozen=True, slots=True, eq=False)
class Sampled:
    """Cases with their negatives, as positions among the places of a world.

    Attributes:
        subjects: Shape ``(n,)``, ascending.
        others: Shape ``(n, 101)``; the first of each row is the true partner.
        clusters: The cluster of each case.
    """

    subjects: Indices
    others: Indices
    clusters: tuple[str, ...]

    def features(self, world: World, names: Sequence[str]) -> NDArray[np.float64]:
        """Return the features of all of them, shape ``(n, 101, len(names))``; NaN where unknown."""
        found = np.empty((*self.others.shape, len(names)))
        changes = np.flatnonzero(np.diff(self.subjects)) + 1
        for start, end in itertools.pairwise([0, *changes.tolist(), len(self.subjects)]):
            if start == end:
                continue
            pairs = Pairs(world, int(self.subjects[start]), self.others[start:end].ravel())
            for at, name in enumerate(names):
                found[start:end, :, at] = FEATURES[name](pairs).reshape(end - start, -1)
        return found


def pool(snapshot: Snapshot) -> Indices:
    """Return the cities that are compared: those whose country and location are known, and that still exist."""
    places = snapshot.places
    is_city = np.array([row.label == "City" and row.dissolved is None for row in places.rows], bool)
    return np.flatnonzero(is_city & (places.country > 0) & ~np.isnan(places.xyz[:, 0]))


def sample(
    snapshot: Snapshot, cases: Iterable[Case], partners: Mapping[str, AbstractSet[str]], keys: Sequence[Floats]
) -> Sampled:
    """Return for each case the true partner and the 100 places most like it, all of other countries than the subject.

    Args:
        snapshot: What is known.
        cases: The cases; one whose places are not in the pool is left out.
        partners: For each subject those that may not stand as negatives.
        keys: What makes places alike, the most important first; the 100 are those nearest in the order by these.

    Returns:
        The cases that have so many others, by subject.
    """
    places, cities = snapshot.places, pool(snapshot)
    order = cities[np.lexsort(tuple(key[cities] for key in reversed(keys)))]
    rank = np.full(len(places.ids), -1)
    rank[order] = np.arange(len(order))
    found: list[tuple[int, NDArray[np.int64], str]] = []
    excluded: dict[int, Indices] = {}
    for case in cases:
        subject, partner = snapshot.position[case.subject], snapshot.position[case.partner]
        if rank[subject] < 0 or rank[partner] < 0 or places.country[subject] == places.country[partner]:
            continue
        if subject not in excluded:
            known = partners.get(case.subject, ())
            excluded[subject] = np.array(
                [snapshot.position[id_] for id_ in known if id_ in snapshot.position], np.int64
            )
        others = _most_alike(order, rank, places.country, subject, partner, excluded[subject])
        if others is not None:
            found.append((subject, np.r_[partner, others], case.cluster))
    found.sort(key=lambda row: row[0])
    return Sampled(
        np.array([row[0] for row in found], np.int64),
        np.array([row[1] for row in found], np.int64).reshape(-1, NEGATIVES + 1),
        tuple(row[2] for row in found),
    )


def _most_alike(
    order: Indices, rank: Indices, country: Indices, subject: int, partner: int, excluded: Indices
) -> Indices | None:
    around = 3 * NEGATIVES
    while True:
        low, high = max(0, rank[partner] - around), min(len(order), rank[partner] + around + 1)
        near = order[low:high]
        fits = (country[near] != country[subject]) & (near != partner) & ~np.isin(near, excluded)
        # With a window that ends at an edge of the order, the nearest beyond its other end may be nearer.
        if fits.sum() >= NEGATIVES or (low == 0 and high == len(order)):
            break
        around *= 2
    if fits.sum() < NEGATIVES:
        return None
    near = near[fits]
    apart = np.abs(rank[near] - rank[partner])
    return np.asarray(near[np.argsort(apart, kind="stable")[:NEGATIVES]], np.int64)
