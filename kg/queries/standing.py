"""Candidates that no path leads to: places whose country, region, size and activity speak for them, and those around twins of neighbours.

Most of what speaks for a partner is no path. These ways look at all places of the directory at once, and score what a kind's terms
say without a path; both engines have the same directory, so both find the same.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cached_property
from itertools import chain
from typing import TYPE_CHECKING, cast

import numpy as np
from numpy.typing import NDArray

from kg.queries.comparison import Pairs
from kg.queries.features import FEATURES
from kg.queries.measures import chord_of, chords, kilometres, nearness
from kg.queries.snapshot.graph import WIDER, Snapshot
from kg.queries.snapshot.layers import Floats, Indices, floats
from kg.queries.world import WIDE, World, reach

if TYPE_CHECKING:
    from kg.queries.kinds.kind import Weights
    from kg.queries.kinds.shapes import Shape
    from kg.queries.snapshot.directory import Directory

#: So many come in for their standing, and so many for twins of neighbours.
BY_STANDING = 800
BY_NEIGHBOURS = 300

#: Features that are the same for all places of a region, or nearly so.
OF_REGION = frozenset(
    (
        "twin_countries", "twin_regions", "twin_region_countries", "project_countries", "project_regions", "network_countries",
        "programme_share", "own_twins_there", "distance",
    )
)  # fmt: skip

#: Those of them in which places of one region differ as the one who asks.
OF_ITSELF = frozenset(("own_twins_there", "distance"))

#: Sums of doubles in another order differ by less than this.
_ROUNDING = 1e-9

#: Features that a place has whoever asks.
OF_PLACE = frozenset(("population", "twin_towns", "small_networks", "project_activity"))

#: Populations within a twentieth of each other count as one size.
_STEPS = 20.0

#: So many times as many as come in are scored first, to know what is too little.
_PLENTY = 4

#: So many twins of neighbours, the nearest, are looked around.
ENDS = 30


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
        self._in_order: dict[int, tuple[Weights, tuple[Indices, Floats, Indices, Indices]]] = {}

    def by_standing(self, subject: int, twins: Indices, weights: Weights) -> Indices:
        """Return the places abroad that score best by the terms that need no path, distance and size roughly.

        All are positions in the directory, ascending.
        """
        return self.by_standing_of(np.array([subject]), [twins], weights)[0]

    def by_standing_of(self, subjects: Indices, twins: Sequence[Indices], weights: Weights) -> list[Indices]:
        """Return :meth:`by_standing` of several places of one sector, each with its twins.

        What all of them score low enough is looked at only once: their country and region are the same.
        """
        country = self.directory.places.country
        group, stands = self.directory.sectors
        regions = self._worth_of_regions(subjects, twins, stands, weights)
        terms: list[tuple[Floats, Indices | None]] = [(regions, group), (self._worth_of_places(weights)[None], None)]
        if "size" in weights.terms:
            shape, feature = weights.terms["size"], FEATURES["size"]
            sizes = [
                shape.of(feature(_Standing(self, one, self._sized, some))) for one, some in self._each(subjects, twins)
            ]
            terms.append((np.array(sizes), self._step))
        if "their_twins_here" in weights.terms:
            terms.append((self._worth_of_their_twins(int(country[subjects[0]]), weights)[None], None))
        if len(subjects) > 1:
            abroad = country != country[subjects[0]]
            some = np.flatnonzero(abroad & self._within_reach(terms, abroad))
        else:
            some = self._in_reach(terms, int(country[subjects[0]]), weights)
        score = regions.take(group[some], axis=1)
        for worth, at in terms[1:]:
            score += worth.take(_of(at, some), axis=1)
        return [some[highest(row, BY_STANDING)] for row in score]

    def _worth_of_their_twins(self, country: int, weights: Weights) -> Floats:
        """Return how much more than none a place's twins in a country are worth, for each place."""
        shape, found = weights.terms["their_twins_here"], np.zeros(len(self.directory.places.ids))
        order, starts = self._twins_by_country
        here = order[starts[country] : starts[country + 1]]
        found[self.directory.abroad[here]] = shape.of(self.directory.abroad_count[here]) - shape.of(np.zeros(1))
        return found

    @cached_property
    def _twins_by_country(self) -> tuple[Indices, Indices]:
        """The entries of twins abroad in order of the countries where they are, and where each country begins among them."""
        abroad_in = self.directory.abroad_in
        order = np.argsort(abroad_in, kind="stable")
        starts = np.searchsorted(abroad_in, np.arange(len(self.directory.places.countries) + 1), sorter=order)
        return order, np.asarray(starts, np.int64)

    def _in_reach(self, terms: Sequence[tuple[Floats, Indices | None]], own: int, weights: Weights) -> Indices:
        """Return the places abroad that can be among the best of one place, ascending.

        Those worth least by themselves are not looked at.

        Args:
            terms: What terms are worth and of what each place has: of sectors the first, of places the second.
            own: The country of the one place.
            weights: What has the terms.
        """
        order, loss, group, country = self._by_worth(weights)
        first = order[: _PLENTY * BY_STANDING][country[: _PLENTY * BY_STANDING] != own]
        if len(first) < BY_STANDING:
            return np.flatnonzero(self.directory.places.country != own)
        score = sum(worth[0][_of(at, first)] for worth, at in terms)
        bar = np.partition(score, -BY_STANDING)[-BY_STANDING] - _ROUNDING
        regions, bar = terms[0][0][0], bar - sum(float(worth.max()) for worth, _ in terms[2:])
        number = int(np.searchsorted(loss, regions.max() - bar, side="right"))
        within = regions[group[:number]] - loss[:number] >= bar
        return np.sort(order[:number][within & (country[:number] != own)])

    def _by_worth(self, weights: Weights) -> tuple[Indices, Floats, Indices, Indices]:
        """Return the places in order of what they are worth whoever asks, the most first; minus that, and their sectors and countries."""
        if id(weights) not in self._in_order:
            loss = -self._worth_of_places(weights)
            order = np.argsort(loss, kind="stable")
            group, _ = self.directory.sectors
            self._in_order[id(weights)] = (
                weights,
                (order, loss[order], group[order], self.directory.places.country[order]),
            )
        return self._in_order[id(weights)][1]

    @staticmethod
    def _each(subjects: Indices, twins: Sequence[Indices]) -> Iterator[tuple[int, Indices]]:
        return zip(subjects.tolist(), twins, strict=True)

    @staticmethod
    def _within_reach(terms: Sequence[tuple[Floats, Indices | None]], allowed: NDArray[np.bool_]) -> NDArray[np.bool_]:
        """Return which places can be among the best of any row: those that at their best are as good as so many at their worst."""
        everyone = np.arange(len(allowed))
        least = sum(worth.min(axis=0)[_of(at, everyone)] for worth, at in terms)[allowed]
        if len(least) <= BY_STANDING:
            return allowed
        bar = np.partition(least, len(least) - BY_STANDING)[len(least) - BY_STANDING]
        return np.asarray(sum(worth.max(axis=0)[_of(at, everyone)] for worth, at in terms) >= bar - _ROUNDING)

    def _worth_of_regions(
        self, subjects: Indices, twins: Sequence[Indices], stands: Indices, weights: Weights
    ) -> Floats:
        """Return what the terms of regions are worth for each subject and each sector."""
        first = _Standing(self, int(subjects[0]), stands, twins[0])
        found = np.zeros((len(subjects), len(stands)))
        for name, shape in weights.terms.items():
            if name in OF_REGION - OF_ITSELF:
                found += shape.of(FEATURES[name](first))
            elif name in OF_ITSELF:
                for row, (one, some) in enumerate(self._each(subjects, twins)):
                    found[row] += shape.of(FEATURES[name](_Standing(self, one, stands, some)))
        return found

    def by_neighbours(self, world: World, subject: int) -> Indices:
        """Return the places around twins of neighbours, the most and the nearest of these first, as positions in the directory.

        Neighbours are near the one who asks, and those around their twins near these, as ``near_twins_wide`` counts it.

        Args:
            world: The graph, or the part of it that has the places near the subject with all their twins.
            subject: The position in it of the place that looks for partners.
        """
        snapshot, spacing, xyz = world.snapshot, float(world.spacing[subject]), self.directory.places.xyz
        if np.isnan(snapshot.places.xyz[subject, 0]):
            return np.zeros(0, np.int64)
        near, apart = snapshot.near(subject, reach(WIDE * spacing))
        of, at = snapshot.twins.entries(near)
        places, at = np.unique(snapshot.twins.columns[at], return_inverse=True)
        theirs = np.bincount(at, weights=nearness(apart, WIDE * spacing)[of], minlength=len(places))
        ends = world.in_directory[places]
        known = np.flatnonzero((places != subject) & (ends >= 0) & ~np.isnan(xyz[ends, 0]))
        # In order of ids, so that sums run in the same order whoever asks.
        known = np.sort(known[np.lexsort((ends[known], -theirs[known]))][:ENDS])
        if not len(known):
            return np.zeros(0, np.int64)
        ends = ends[known]
        placed, tree = self.directory.tree
        scale = WIDE * self._spacing[ends]
        # A tree may round at the rim as suits its boxes: taken a little wider, and cut by the distance itself.
        met = tree.query_ball_point(xyz[ends], chord_of(reach(scale)) * WIDER, return_sorted=False)
        end = np.repeat(np.arange(len(ends)), [len(some) for some in met])
        around = placed[np.fromiter(chain.from_iterable(met), np.int64, len(end))]
        away = kilometres(chords(xyz[around], xyz[ends[end]]))
        worth = np.where(away <= reach(scale)[end], theirs[known][end] * nearness(away, scale[end]), 0.0)
        score = floats(np.bincount(around, weights=worth))
        some = np.flatnonzero(score > 0.0)
        return np.asarray(some[best_of(score[some], BY_NEIGHBOURS)], np.int64)

    def _worth_of_places(self, weights: Weights) -> Floats:
        if id(weights) not in self._of_place:
            everyone = np.arange(len(self.directory.places.ids))
            pairs = _Standing(self, 0, everyone, np.zeros(0, np.int64))
            # The weights are kept beside what they are worth, so that nothing else can get their id.
            self._of_place[id(weights)] = weights, self._worth(weights, OF_PLACE, pairs)
        return self._of_place[id(weights)][1]

    def worth_of_place(self, name: str, shape: Shape) -> Floats:
        """Return what a term of :data:`OF_PLACE` is worth, for each place of the directory."""
        everyone = np.arange(len(self.directory.places.ids))
        return shape.of(FEATURES[name](_Standing(self, 0, everyone, np.zeros(0, np.int64))))

    def worth_of_sectors(self, subject: int, name: str, shape: Shape) -> Floats:
        """Return what a term of two regions is worth to a place and all of its sector, for each sector of the directory."""
        _, stands = self.directory.sectors
        return shape.of(FEATURES[name](_Standing(self, subject, stands, np.zeros(0, np.int64))))

    @staticmethod
    def _worth(weights: Weights, names: frozenset[str], pairs: Pairs) -> Floats:
        found = np.zeros(len(pairs.others))
        for name, shape in weights.terms.items():
            if name in names:
                found += shape.of(FEATURES[name](pairs))
        return found


def _of(at: Indices | None, places: Indices) -> Indices:
    """Return where the values of places stand: at the places themselves unless it is said where."""
    return places if at is None else at[places]


def highest(score: Floats, number: int) -> Indices:
    """Return the positions of the highest scores, ascending; of those that are the same the first."""
    if len(score) <= number:
        return np.arange(len(score))
    least = np.partition(score, len(score) - number)[len(score) - number]
    found = np.flatnonzero(score >= least)
    if len(found) > number:
        tied = np.flatnonzero(score[found] == least)
        found = np.delete(found, tied[number - len(found) :])
    return found


def best_of(score: Floats, number: int) -> Indices:
    """Return the positions of the best scores, the best first, ties in their order; none that is minus infinity."""
    least = np.partition(score, len(score) - number)[len(score) - number] if len(score) > number else -np.inf
    found = np.flatnonzero(score >= max(least, np.finfo(np.float64).min))
    return np.asarray(found[np.lexsort((found, -score[found]))][:number], np.int64)
