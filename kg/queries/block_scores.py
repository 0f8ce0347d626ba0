"""The best partners of every place of a block, with what each term is worth: the lists of :class:`kg.queries.ranking.Ranking`.

Every term is the feature and the shape by which ``recommend`` scores; what is here only asks for it once where it is the same for
many pairs: a term of the other place alone, a term of two regions, a term of what the subject has none of.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from kg.queries.block import Block, Everyone
from kg.queries.comparison import Pairs
from kg.queries.features import FEATURES
from kg.queries.kinds.kind import Weights
from kg.queries.kinds.shapes import Shape
from kg.queries.ranking import Rule
from kg.queries.scoring import best
from kg.queries.snapshot.graph import Layer
from kg.queries.snapshot.layers import Floats, Indices, floats
from kg.queries.standing import OF_ITSELF, OF_PLACE, OF_REGION
from kg.queries.world import CLOSE, WIDE, WIDEST

#: Layers of which a subject has to have something, for the other place to make a difference.
_LAYERS: Mapping[str, tuple[str, ...]] = {
    "shared_networks": ("networks",),
    "shared_small_networks": ("networks",),
    "network_affinity_back": ("networks",),
    "shared_projects": ("town_projects",),
    "project_paths": ("town_projects",),
    "shared_events": ("events",),
    "shared_people": ("people",),
    "themes_matched": ("seeks", "offers"),
    "themes_shared": ("seeks", "offers"),
    "themes_in_projects": ("project_themes", "seeks", "offers"),
}

#: The same for twinnings.
_OF_TWINS = frozenset(("own_twins_there", "shared_twins", "specific_twins", "twin_paths"))

#: What two have in common in layers in which most are themselves.
_COMMON = {"shared_networks": "networks", "shared_small_networks": "networks", "shared_projects": "town_projects"}

#: Twinnings between surroundings, by how wide these are.
_SURROUNDINGS = {"near_twins": CLOSE, "near_twins_wide": WIDE, "near_twins_widest": WIDEST}

#: What is the same for all pairs of places of two sectors.
_OF_SECTORS = OF_REGION - OF_ITSELF

#: Terms that are quick to ask for, and of those that are asked late the first.
_QUICK = frozenset(("distance", "size"))

#: Those who can still come into the list go on alone when they are less than this part of all.
_WORTH_IT = 0.7

#: Sums of doubles in another order differ by less than this.
_ROUNDING = 1e-9


@dataclass(frozen=True, slots=True, eq=False)
class Best:
    """The best partners of a place, the best first.

    Attributes:
        subject: The position of the place.
        others: The positions of its partners.
        terms: What each term is worth, shape ``(len(others), len(weights.terms))``.
    """

    subject: int
    others: Indices
    terms: NDArray[np.float64]


class Finder:
    """What finds the best partners of every place of a graph.

    Args:
        everyone: The graph.
        weights: What makes the scores.
        existing: Which existing ties leave a place out.
        top: How many partners are looked for.
    """

    def __init__(self, everyone: Everyone, weights: Weights, existing: Sequence[Rule], top: int) -> None:
        self.everyone = everyone
        self.world = everyone.world
        self.weights = weights
        self.existing = existing
        self.top = top
        snapshot = self.world.snapshot
        #: Which places still are municipalities.
        self.lasting = everyone.lasting

        early = {*OF_PLACE, *_OF_SECTORS, *_SURROUNDINGS, "network_affinity"}
        early.update(name for name, layer in _COMMON.items() if _is_plain(getattr(snapshot, layer)))
        #: The terms that are asked for all pairs of a block at once.
        self.early = early & weights.terms.keys()
        late = [one for one in enumerate(weights.terms.items()) if one[1][0] not in early]
        self.late = sorted(late, key=lambda one: one[1][0] not in _QUICK)
        self.needed = {
            name: [snapshot.twins] * (name in _OF_TWINS)
            + [getattr(snapshot, layer).held for layer in _LAYERS.get(name, ())]
            for _, (name, _) in self.late
        }
        self._of_nothing: dict[str, float] = {}

    def worth_of_nothing(self, name: str, subject: int) -> float:
        """Return what a term is worth to this and every subject that has nothing of what it looks at, whoever the other is."""
        if name not in self._of_nothing:
            other = np.array([0 if subject else len(self.lasting) - 1])
            value = FEATURES[name](Pairs(self.world, subject, other))
            self._of_nothing[name] = float(self.weights.terms[name].of(value)[0])
        return self._of_nothing[name]

    @cached_property
    def of_place(self) -> Mapping[str, Floats]:
        """What the terms of a place alone are worth, for each place."""
        standing = self.world.standing
        return {
            name: standing.worth_of_place(name, shape) for name, shape in self.weights.terms.items() if name in OF_PLACE
        }

    def best(self, block: Block) -> Iterator[Best]:
        """Yield the best partners of each place of a block that still is a municipality and has any."""
        found = block.candidates(self.weights)
        found &= self.lasting
        for at, one in enumerate(block.subjects.tolist()):
            found[at, list(self.everyone.tied(one, self.existing))] = False
        found[~self.lasting[block.subjects]] = False
        # One after the other, in half the time of both positions at once.
        row, others = np.divmod(np.flatnonzero(found), found.shape[1])
        scored = _Scored(self, block, row, others)
        early = scored.early()
        score = early.sum(axis=0)
        for at, one in enumerate(block.subjects.tolist()):
            some = slice(scored.starts[at], scored.starts[at + 1])
            if some.start < some.stop:
                yield self._best(one, others[some], early[:, some], score[some])

    def _best(self, subject: int, others: Indices, early: NDArray[np.float64], score: Floats) -> Best:
        """Return the best of some others, of whom the early terms are known, shape ``(terms, others)``, and their sums."""
        asked: list[tuple[int, str, Shape]] = []
        nothing = np.zeros(len(early))
        for at, (name, shape) in self.late:
            rows = self.needed[name]
            if not rows or any(one.starts[subject] < one.starts[subject + 1] for one in rows):
                asked.append((at, name, shape))
            else:
                nothing[at] = self.worth_of_nothing(name, subject)
        kept = np.arange(len(others))
        pairs = Pairs(self.world, subject, others)
        worth: dict[int, Floats] = {}
        for number, (at, name, shape) in enumerate(asked):
            # Who cannot come into the list any more, whatever the other terms are worth, is looked at no further.
            still = score >= _bar(score, self.top) - sum(_range(shape) for _, _, shape in asked[number:]) - _ROUNDING
            if np.count_nonzero(still) < _WORTH_IT * len(kept):
                kept, score = kept[still], score[still]
                worth = {one: values[still] for one, values in worth.items()}
                pairs = Pairs(self.world, subject, others[kept])
            worth[at] = shape.of(FEATURES[name](pairs))
            score = score + worth[at]
        near = np.flatnonzero(score >= _bar(score, self.top) - _ROUNDING)
        kept = kept[near]
        terms = early[:, kept].T + nothing
        for at, values in worth.items():
            terms[:, at] = values[near]
        first = best(terms, others[kept], self.top)
        return Best(subject, others[kept[first]], terms[first])


def _bar(score: Floats, top: int) -> float:
    """Return the last of the highest scores."""
    return float(np.partition(score, len(score) - top)[len(score) - top]) if len(score) > top else -np.inf


def _range(shape: Shape) -> float:
    # A value that is not known is worth nothing.
    return max(*shape.worth, 0.0) - min(*shape.worth, 0.0)


class _Together(Pairs):
    """All pairs of a block, for what two have in common in layers that nobody is in through a body: sums of products."""

    def __init__(self, scored: _Scored) -> None:
        super().__init__(scored.world, 0, scored.others)
        self._scored = scored

    def shared(self, layer: Layer, worth: Floats) -> Floats:
        scored, held = self._scored, self._scored.everyone.held(layer)
        own = held[scored.block.subjects]
        some = np.unique(own.indices)
        values = own[:, some].toarray() * worth[some]
        table = floats(held[scored.unique][:, some] @ np.ascontiguousarray(values.T))
        return floats(table[scored.at, scored.row])

    @cached_property
    def small_networks(self) -> Floats:
        return self.aggregates.directory.small_networks[self.others]

    @cached_property
    def own_small_networks(self) -> Indices:
        counts = self.aggregates.directory.small_networks[self._scored.block.subjects]
        return np.asarray(counts[self._scored.row], np.int64)


class _Scored:
    """The pairs of a block: ``row`` is the position of the subject in it, ascending, ``others`` the other place."""

    def __init__(self, finder: Finder, block: Block, row: Indices, others: Indices) -> None:
        self._finder = finder
        self.block = block
        self.everyone = finder.everyone
        self.world = finder.world
        self.row = row
        self.others = others
        self.starts = np.searchsorted(row, np.arange(len(block.subjects) + 1)).tolist()
        self.unique = np.flatnonzero(np.bincount(others, minlength=len(finder.lasting)))
        self.at = np.searchsorted(self.unique, others)

    def early(self) -> NDArray[np.float64]:
        """Return what the terms are worth, shape ``(terms, pairs)``, with 0 for the late ones."""
        terms = self._finder.weights.terms
        found = np.zeros((len(terms), len(self.row)))
        if len(self.row):
            for at, (name, shape) in enumerate(terms.items()):
                if name in self._finder.early:
                    found[at] = self._worth(name, shape)
        return found

    def _worth(self, name: str, shape: Shape) -> Floats:
        if name in OF_PLACE:
            return self._of_place(name, shape)
        if name in _OF_SECTORS:
            group, _ = self.world.aggregates.directory.sectors
            return self.world.standing.worth_of_sectors(int(self.block.subjects[0]), name, shape)[group[self.others]]
        if name in _COMMON:
            return _worth(shape, FEATURES[name](_Together(self)))
        if name in _SURROUNDINGS:
            return _worth(shape, self._surroundings(_SURROUNDINGS[name]))
        return _worth(shape, self._affinity())

    def _of_place(self, name: str, shape: Shape) -> Floats:
        found = self._finder.of_place[name][self.others]
        # Of two that are twinned the tie itself is set aside.
        for row, twins in enumerate(self.block.twins):
            at = slice(self.starts[row], self.starts[row + 1])
            tied = at.start + np.flatnonzero(np.isin(self.others[at], twins)) if len(twins) else twins
            if len(tied):
                pairs = Pairs(self.world, int(self.block.subjects[row]), self.others[tied])
                found[tied] = shape.of(FEATURES[name](pairs))
        return found

    def _affinity(self) -> Floats:
        probable = np.append(self.block.affinity, np.zeros((len(self.block.subjects), 1)), axis=1)
        held = self._finder.everyone.small_networks[self.unique]
        table = floats(held @ np.ascontiguousarray(probable[:, self.world.named].T))
        return floats(table[self.at, self.row])

    def _surroundings(self, part: float) -> Floats:
        found = self.block.neighbours_twins(part, self.unique)[self.at, self.row]
        for row, twins in enumerate(self.block.twins):
            at = slice(self.starts[row], self.starts[row + 1])
            if len(twins) and self.block.located[row]:
                found[at] = np.maximum(found[at] - np.isin(self.others[at], twins), 0.0)
        return found


def _is_plain(layer: Layer) -> bool:
    """Return whether every place has each thing of a layer itself, none through a body that serves it."""
    return not (layer.held.marks >= 0).any() and bool((layer.held.weights == 1.0).all())


def _worth(shape: Shape, values: Floats) -> Floats:
    """Return what values are worth, of which most may be 0."""
    some = np.flatnonzero(values)
    if 2 * len(some) > len(values):
        return shape.of(values)
    found = np.full(len(values), shape.of(np.zeros(1))[0])
    found[some] = shape.of(values[some])
    return found
