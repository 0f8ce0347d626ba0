"""Two further ways in, tried out: by where a place lies and how much it does, and by the twins of neighbours.

Most of what speaks for a partner is no path: that its country and region work with one's own, that it does much of the kind, and
that it is of one's size. ``by_groups`` scores that much of a kind for every place, the part that only depends on the region once for
each region. ``by_near_twins`` finds the places around the twins of the neighbours. Both want only what is small enough to be stored:
of the regions their counts, of each place its region, size and three counts.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from scipy.spatial import cKDTree

from kg.queries.features import FEATURES, Pairs, World, neighbourhood
from kg.queries.kinds.kind import Weights
from kg.queries.measures import kilometres, nearness
from kg.queries.snapshot.graph import EARTH_KM
from kg.queries.snapshot.layers import Floats, Indices

#: Features that are the same for all places of a region, or nearly so.
OF_REGION = frozenset(
    (
        "twin_countries", "twin_regions", "twin_region_countries", "project_countries", "project_regions", "network_countries",
        "programme_share", "own_twins_there", "distance",
    )
)  # fmt: skip
#: Features that a place has whoever asks, but for a tie between the two.
OF_PLACE = frozenset(("population", "twin_towns", "small_networks", "project_activity"))

#: Of populations within so much of each other one is compared: a twentieth.
_STEPS = 20.0
#: So many twins of neighbours, the nearest, are looked around.
_ENDS = 30


class Ways:
    """What both need of a world, made once."""

    def __init__(self, world: World) -> None:
        self.world = world
        places = world.snapshot.places
        everyone = np.arange(len(places.ids))
        # The place of each region that lies most in its middle speaks for it.
        groups = np.column_stack([places.region, places.larger, places.country])
        _, group = np.unique(groups, axis=0, return_inverse=True)
        self.region = group.ravel()
        placed = ~np.isnan(places.xyz[:, 0])
        middle = np.zeros((self.region.max() + 1, 3))
        np.add.at(middle, self.region[placed], places.xyz[placed])
        middle /= np.maximum(np.linalg.norm(middle, axis=1, keepdims=True), 1e-9)
        apart = np.where(placed, ((places.xyz - middle[self.region]) ** 2).sum(1), 9.0)
        order = np.lexsort((everyone, apart, self.region))
        self.speaker = order[np.searchsorted(self.region[order], np.arange(len(middle)))]
        steps = np.nan_to_num(np.round(np.log(places.population + 300.0) * _STEPS), nan=-1.0)
        _, first, self.step = np.unique(steps, return_index=True, return_inverse=True)
        self.sized = first
        self.placed = np.flatnonzero(placed)
        self.tree = cKDTree(places.xyz[placed])
        self._of_place: dict[int, Floats] = {}

    def of_place(self, weights: Weights) -> Floats:
        """Return for each place what it is worth whoever asks."""
        if id(weights) not in self._of_place:
            everyone = np.arange(len(self.world.snapshot.places.ids))
            pairs = Pairs(self.world, 0, everyone)
            found = np.zeros(len(everyone))
            for name, shape in weights.terms.items():
                if name in OF_PLACE:
                    found += shape.of(FEATURES[name](pairs))
            self._of_place[id(weights)] = found
        return self._of_place[id(weights)]

    def by_groups(self, subject: int, weights: Weights, number: int = 500) -> Indices:
        """Return the best by the terms of a kind that need no path, the size in steps and the distance by region."""
        regions = Pairs(self.world, subject, self.speaker)
        of_region = np.zeros(len(self.speaker))
        for name, shape in weights.terms.items():
            if name in OF_REGION:
                of_region += shape.of(FEATURES[name](regions))
        score = of_region[self.region] + self.of_place(weights)
        if "size" in weights.terms:
            size = FEATURES["size"](Pairs(self.world, subject, self.sized))
            score += weights.terms["size"].of(size)[self.step]
        if "their_twins_here" in weights.terms:
            # Only those that have a twin in the country of the subject: found from there.
            twins, places = self.world.snapshot.twins, self.world.snapshot.places
            here = np.flatnonzero(places.country == places.country[subject])
            _, at = twins.entries(here[twins.counts[here] > 0])
            count = np.bincount(twins.columns[at], minlength=len(score)).astype(np.float64)
            some = np.flatnonzero(count)
            shape = weights.terms["their_twins_here"]
            score[some] += shape.of(count[some]) - shape.of(np.zeros(1))
        score[subject] = -np.inf
        return _best(score, number)

    def by_near_twins(self, subject: int, number: int = 300) -> Indices:
        """Return the places around twins of neighbours, the most and the nearest of these first."""
        snapshot, spacing = self.world.snapshot, self.world.spacing
        xyz, twins = snapshot.places.xyz, snapshot.twins
        if np.isnan(xyz[subject, 0]):
            return np.zeros(0, np.int64)
        near, apart = snapshot.near(subject, neighbourhood(float(spacing[subject])))
        of, at = twins.entries(near)
        theirs = np.bincount(
            twins.columns[at], weights=nearness(apart, float(spacing[subject]))[of], minlength=twins.height
        ).astype(np.float64)
        theirs[np.isnan(xyz[:, 0])] = 0.0
        theirs[subject] = 0.0
        ends = _best(theirs, _ENDS)
        ends = ends[theirs[ends] > 0]
        reach = np.array([neighbourhood(float(one)) for one in spacing[ends]])
        met = self.tree.query_ball_point(xyz[ends], 2.0 * np.sin(reach / EARTH_KM / 2.0))
        of = np.repeat(np.arange(len(ends)), [len(some) for some in met])
        around = self.placed[np.concatenate([np.asarray(some, np.int64) for some in met])] if len(ends) else ends
        away = kilometres(np.sqrt(((xyz[around] - xyz[ends[of]]) ** 2).sum(1)))
        worth = theirs[ends[of]] * np.exp(-away / spacing[ends[of]])
        score = np.bincount(around, weights=worth, minlength=len(theirs)).astype(np.float64)
        score[subject] = 0.0
        found = _best(score, number)
        return found[score[found] > 0]


def _best(score: Floats, number: int) -> Indices:
    """Return the positions of the highest, the highest first, ties by position."""
    number = min(number, len(score))
    least = np.partition(score, len(score) - number)[len(score) - number]
    close = np.flatnonzero(score >= least)
    return np.asarray(close[np.lexsort((close, -score[close]))][:number], np.int64)


@lru_cache(maxsize=1)
def ways_of(world: World) -> Ways:
    """Return the ways of a world, made at the first call."""
    return Ways(world)
