"""Candidates that no path leads to: places whose country, region, size and activity speak for them, and those around twins of neighbours.

Most of what speaks for a partner is no path. These ways look at all places of the directory at once, and score what a kind's terms
say without a path; both engines have the same directory, so both find the same.
"""

from __future__ import annotations

from functools import cached_property
from itertools import chain
from typing import TYPE_CHECKING, cast

import numpy as np

from kg.queries.comparison import Pairs
from kg.queries.features import FEATURES
from kg.queries.measures import kilometres, nearness
from kg.queries.snapshot.graph import EARTH_KM, Snapshot
from kg.queries.snapshot.layers import Floats, Indices, floats
from kg.queries.world import World, neighbourhood

if TYPE_CHECKING:
    from kg.queries.kinds.kind import Weights
    from kg.queries.snapshot.directory import Directory

#: So many come in for their standing, and so many for twins of neighbours.
BY_STANDING = 500
BY_NEIGHBOURS = 300

#: Features that are the same for all places of a region, or nearly so.
_OF_REGION = frozenset(
    (
        "twin_countries", "twin_regions", "twin_region_countries", "project_countries", "project_regions", "network_countries",
        "programme_share", "own_twins_there", "distance",
    )
)  # fmt: skip

#: Features that a place has whoever asks.
_OF_PLACE = frozenset(("population", "twin_towns", "small_networks", "project_activity"))

#: Populations within a twentieth of each other count as one size.
_STEPS = 20.0

#: So many twins of neighbours, the nearest, are looked around.
_ENDS = 30


class _Directories:
    """A snapshot of which only the places are known."""

    def __init__(self, directory: Directory) -> None:
        self.places = directory.places


class _Standing(Pairs):
    """A place and others of the directory, with what that says of them."""

    def __init__(self, standing: Standing, subject: int, others: Indices, twins: Indices) -> None:
        super().__init__(standing.world, subject, others)
        self._directory = standing.directory
        self._twins = twins

    @cached_property
    def tie(self) -> Floats:
        return np.isin(self.others, self._twins).astype(np.float64)

    @cached_property
    def other_twins(self) -> Floats:
        return self._directory.twins[self.others]

    @cached_property
    def own_twins_there(self) -> Floats:
        places = self.snapshot.places
        there = np.bincount(places.country[self._twins], minlength=len(places.countries))
        return there[places.country[self.others]].astype(np.float64)

    @cached_property
    def small_networks(self) -> Floats:
        return self._directory.small_networks[self.others]

    @cached_property
    def project_activity(self) -> Floats:
        return self._directory.projects[self.others]


class Standing:
    """What both ways need of a directory, made once for one set of counts over the whole graph."""

    def __init__(self, world: World) -> None:
        self.directory = world.aggregates.directory
        self.world = World(cast("Snapshot", _Directories(self.directory)), world.aggregates)
        steps = np.nan_to_num(np.round(np.log(self.directory.places.population + 300.0) * _STEPS), nan=-1.0)
        _, self._sized, self._step = np.unique(steps, return_index=True, return_inverse=True)
        self._spacing = self.world.spacing
        self._of_place: dict[int, tuple[Weights, Floats]] = {}

    def by_standing(self, subject: int, twins: Indices, weights: Weights) -> Indices:
        """Return the places abroad that score best by the terms that need no path, distance and size roughly.

        All are positions in the directory.
        """
        directory = self.directory
        group, stands = directory.sectors
        of_region = self._worth(weights, _OF_REGION, _Standing(self, subject, stands, twins))
        score = of_region[group] + self._worth_of_places(weights)
        if "size" in weights.terms:
            size = FEATURES["size"](_Standing(self, subject, self._sized, twins))
            score += weights.terms["size"].of(size)[self._step]
        if "their_twins_here" in weights.terms:
            shape = weights.terms["their_twins_here"]
            here = directory.abroad_in == directory.places.country[subject]
            score[directory.abroad[here]] += shape.of(directory.abroad_count[here]) - shape.of(np.zeros(1))
        score[directory.places.country == directory.places.country[subject]] = -np.inf
        return _best(score, BY_STANDING)

    def by_neighbours(self, world: World, subject: int) -> Indices:
        """Return the places around twins of neighbours, the most and the nearest of these first, as positions in the directory.

        Args:
            world: The graph, or the part of it that has the places near the subject with all their twins.
            subject: The position in it of the place that looks for partners.
        """
        snapshot, spacing, xyz = world.snapshot, float(world.spacing[subject]), self.directory.places.xyz
        if np.isnan(snapshot.places.xyz[subject, 0]):
            return np.zeros(0, np.int64)
        near, apart = snapshot.near(subject, neighbourhood(spacing))
        of, at = snapshot.twins.entries(near)
        places, at = np.unique(snapshot.twins.columns[at], return_inverse=True)
        theirs = np.bincount(at, weights=nearness(apart, spacing)[of], minlength=len(places))
        ends = world.in_directory[places]
        known = np.flatnonzero((places != subject) & (ends >= 0) & ~np.isnan(xyz[ends, 0]))
        # In order of ids, so that sums run in the same order whoever asks.
        known = np.sort(known[np.lexsort((ends[known], -theirs[known]))][:_ENDS])
        if not len(known):
            return np.zeros(0, np.int64)
        ends = ends[known]
        placed, tree = self.directory.tree
        scale = self._spacing[ends]
        met = tree.query_ball_point(xyz[ends], 2.0 * np.sin(neighbourhood(scale) / EARTH_KM / 2.0), return_sorted=False)
        end = np.repeat(np.arange(len(ends)), [len(some) for some in met])
        around = placed[np.fromiter(chain.from_iterable(met), np.int64, len(end))]
        away = kilometres(np.sqrt(((xyz[around] - xyz[ends[end]]) ** 2).sum(1)))
        score = floats(np.bincount(around, weights=theirs[known][end] * nearness(away, scale[end])))
        some = np.flatnonzero(score > 0.0)
        return np.asarray(some[_best(score[some], BY_NEIGHBOURS)], np.int64)

    def _worth_of_places(self, weights: Weights) -> Floats:
        if id(weights) not in self._of_place:
            everyone = np.arange(len(self.directory.places.ids))
            pairs = _Standing(self, 0, everyone, np.zeros(0, np.int64))
            # The weights are kept beside what they are worth, so that nothing else can get their id.
            self._of_place[id(weights)] = weights, self._worth(weights, _OF_PLACE, pairs)
        return self._of_place[id(weights)][1]

    @staticmethod
    def _worth(weights: Weights, names: frozenset[str], pairs: Pairs) -> Floats:
        found = np.zeros(len(pairs.others))
        for name, shape in weights.terms.items():
            if name in names:
                found += shape.of(FEATURES[name](pairs))
        return found


def _best(score: Floats, number: int) -> Indices:
    """Return the positions of the best scores, the best first, ties in their order; none that is minus infinity."""
    least = np.partition(score, len(score) - number)[len(score) - number] if len(score) > number else -np.inf
    found = np.flatnonzero(score >= max(least, np.finfo(np.float64).min))
    return np.asarray(found[np.lexsort((found, -score[found]))][:number], np.int64)
