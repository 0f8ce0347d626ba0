"""Candidates that no path leads to: places whose country, region, size and activity speak for them, and those around twins of neighbours.

Most of what speaks for a partner is no path. These ways look at all places of the directory at once, and score what a kind's terms
say without a path; both engines have the same directory, so both find the same.
"""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, cast

import numpy as np

from kg.queries.comparison import Pairs
from kg.queries.features import FEATURES
from kg.queries.measures import kilometres, nearness
from kg.queries.snapshot.graph import EARTH_KM, Snapshot
from kg.queries.snapshot.layers import Floats, Indices
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
        steps = np.nan_to_num(np.round(np.log(self.directory.population + 300.0) * _STEPS), nan=-1.0)
        _, self._sized, self._step = np.unique(steps, return_index=True, return_inverse=True)
        self._of_place: dict[int, tuple[Weights, Floats]] = {}

    def by_standing(self, subject: str, twins: list[str], weights: Weights) -> list[str]:
        """Return the places abroad that score best by the terms that need no path, distance and size roughly."""
        directory, position = self.directory, self.directory.position
        at = position.get(subject)
        if at is None:
            return []
        known = np.array([position[id_] for id_ in twins if id_ in position], np.int64)
        group, stands = directory.sectors
        of_region = self._worth(weights, _OF_REGION, _Standing(self, at, stands, known))
        score = of_region[group] + self._worth_of_places(weights)
        if "size" in weights.terms:
            size = FEATURES["size"](_Standing(self, at, self._sized, known))
            score += weights.terms["size"].of(size)[self._step]
        if "their_twins_here" in weights.terms:
            shape = weights.terms["their_twins_here"]
            here = directory.abroad_in == directory.country[at]
            score[directory.abroad[here]] += shape.of(directory.abroad_count[here]) - shape.of(np.zeros(1))
        score[directory.country == directory.country[at]] = -np.inf
        return self._best(score, BY_STANDING)

    def by_neighbours(self, world: World, subject: int) -> list[str]:
        """Return the places around twins of neighbours, the most and the nearest of these first.

        Args:
            world: The graph, or the part of it that has the places near the subject with all their twins.
            subject: The position of the place that looks for partners.
        """
        snapshot, spacing = world.snapshot, float(world.spacing[subject])
        if np.isnan(snapshot.places.xyz[subject, 0]):
            return []
        near, apart = snapshot.near(subject, neighbourhood(spacing))
        of, at = snapshot.twins.entries(near)
        theirs = np.bincount(
            snapshot.twins.columns[at], weights=nearness(apart, spacing)[of], minlength=snapshot.twins.height
        )
        theirs[subject] = 0.0
        position, xyz = self.directory.position, self.directory.xyz
        found = np.flatnonzero(theirs)
        ids = [snapshot.places.ids[place] for place in found]
        rows = [(-theirs[place], id_) for place, id_ in zip(found, ids, strict=True) if id_ in position]
        ends = [(position[id_], -worth) for worth, id_ in sorted(rows) if not np.isnan(xyz[position[id_], 0])][:_ENDS]
        if not ends:
            return []
        placed, tree = self.directory.tree
        known = World(self.world.snapshot, world.aggregates).spacing
        score = np.zeros(len(self.directory.ids))
        for end, worth in ends:
            reach = neighbourhood(float(known[end]))
            met = placed[np.sort(tree.query_ball_point(xyz[end], 2.0 * np.sin(reach / EARTH_KM / 2.0)))]
            away = kilometres(np.sqrt(((xyz[met] - xyz[end]) ** 2).sum(1)))
            score[met] += worth * nearness(away, float(known[end]))
        score[score == 0.0] = -np.inf
        return self._best(score, BY_NEIGHBOURS)

    def _worth_of_places(self, weights: Weights) -> Floats:
        if id(weights) not in self._of_place:
            everyone = np.arange(len(self.directory.ids))
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

    def _best(self, score: Floats, number: int) -> list[str]:
        known = np.flatnonzero(np.isfinite(score))
        if len(known) > number:
            least = np.partition(score[known], len(known) - number)[len(known) - number]
            known = known[score[known] >= least]
        order = np.lexsort((known, -score[known]))[:number]
        return [self.directory.ids[at] for at in known[order]]
