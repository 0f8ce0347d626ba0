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
from kg.queries.ranking import Rule, ties
from kg.queries.scoring import best
from kg.queries.snapshot.graph import Layer
from kg.queries.snapshot.layers import Floats, Indices, Rows, floats
from kg.queries.standing import OF_PLACE, OF_REGION
from kg.queries.validity import is_over
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

#: Twinnings between surroundings, by how wide these are.
_SURROUNDINGS = {"near_twins": CLOSE, "near_twins_wide": WIDE, "near_twins_widest": WIDEST}

#: What takes long and decides little comes last, for those only that it can still bring into the list.
_LATE = ("distance", "size")

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
        rows = enumerate(snapshot.places.rows)
        over = [at for at, row in rows if row.dissolved is not None and is_over(snapshot.as_of, None, row.dissolved)]
        #: Which places still are municipalities.
        self.lasting = np.ones(len(snapshot.places.ids), bool)
        self.lasting[over] = False

    @cached_property
    def of_place(self) -> Mapping[str, Floats]:
        """What the terms of a place alone are worth, for each place."""
        standing = self.world.standing
        return {
            name: standing.worth_of_place(name, shape)
            for name, shape in self.weights.terms.items()
            if name in OF_PLACE
        }

    def best(self, block: Block) -> Iterator[Best]:
        """Yield the best partners of each place of a block that still is a municipality."""
        found = block.candidates(self.weights)
        found &= self.lasting
        for row, one in enumerate(block.subjects.tolist()):
            found[row, list(ties(self.world.snapshot, one, self.existing))] = False
        found[~self.lasting[block.subjects]] = False
        # One after the other, in half the time of both positions at once.
        row, others = np.divmod(np.flatnonzero(found), found.shape[1])
        scored = _Scored(self, block, row, others)
        early, late = scored.early(), [name for name in self.weights.terms if name in _LATE]
        highest = sum(max(self.weights.terms[name].worth) for name in late)
        for at, one in enumerate(block.subjects.tolist()):
            some = slice(scored.starts[at], scored.starts[at + 1])
            if some.start == some.stop:
                continue
            kept, own = others[some], early[:, some]
            if late and len(kept) > 4 * self.top:
                at = self._within_reach(one, kept, own, highest)
                kept, own = kept[at], own[:, at]
            terms = self._with_late(one, kept, own)
            first = best(terms, kept, self.top)
            yield Best(one, kept[first], terms[first])

    def _within_reach(self, subject: int, others: Indices, early: NDArray[np.float64], highest: float) -> Indices:
        """Return who can still be among the best, whatever the late terms are worth."""
        number, rough = 4 * self.top, early.sum(axis=0)
        first = np.argpartition(rough, len(rough) - number)[len(rough) - number :]
        sums = self._with_late(subject, others[first], early[:, first]).sum(axis=1)
        bar = np.partition(sums, number - self.top)[number - self.top]
        return np.flatnonzero(rough + highest >= bar - _ROUNDING)

    def _with_late(self, subject: int, others: Indices, early: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return all terms, shape ``(others, terms)``."""
        found = np.ascontiguousarray(early.T)
        pairs = Pairs(self.world, subject, others)
        for at, (name, shape) in enumerate(self.weights.terms.items()):
            if name in _LATE:
                found[:, at] = shape.of(FEATURES[name](pairs))
        return found


class _Scored:
    """The pairs of a block: ``row`` is the position of the subject in it, ascending, ``others`` the other place."""

    def __init__(self, finder: Finder, block: Block, row: Indices, others: Indices) -> None:
        self._finder = finder
        self.block = block
        self.world = finder.world
        self._row = row
        self._others = others
        self.starts = np.searchsorted(row, np.arange(len(block.subjects) + 1)).tolist()
        self._unique = np.flatnonzero(np.bincount(others, minlength=len(finder.lasting)))
        self._at = np.searchsorted(self._unique, others)
        self._pairs: dict[int, Pairs] = {}
        self._common: dict[Rows, NDArray[np.bool_]] = {}

    def early(self) -> NDArray[np.float64]:
        """Return what the terms are worth, shape ``(terms, pairs)``, with 0 for the late ones."""
        terms = self._finder.weights.terms
        found = np.zeros((len(terms), len(self._row)))
        if len(self._row):
            for at, (name, shape) in enumerate(terms.items()):
                if name not in _LATE:
                    found[at] = self._worth(name, shape)
        return found

    def _worth(self, name: str, shape: Shape) -> Floats:
        if name in OF_PLACE:
            return self._of_place(name, shape)
        if name in OF_REGION and name not in _OF_TWINS:
            group, _ = self.world.aggregates.directory.sectors
            return self.world.standing.worth_of_sectors(int(self.block.subjects[0]), name, shape)[group[self._others]]
        if name in _SURROUNDINGS:
            return _worth(shape, self._surroundings(_SURROUNDINGS[name]))
        if name == "network_affinity":
            return _worth(shape, self._affinity())
        if name in _OF_TWINS:
            return self._each(name, shape, self.world.snapshot.twins.counts[self.block.subjects] > 0)
        if name in _LAYERS:
            layers = (getattr(self.world.snapshot, layer) for layer in _LAYERS[name])
            return self._each(name, shape, sum(layer.held.counts[self.block.subjects] for layer in layers) > 0)
        return self._each(name, shape, np.ones(len(self.block.subjects), bool))

    def _of_place(self, name: str, shape: Shape) -> Floats:
        found = self._finder.of_place[name][self._others]
        # Of two that are twinned the tie itself is set aside.
        for row, twins in enumerate(self.block.twins):
            at = slice(self.starts[row], self.starts[row + 1])
            tied = at.start + np.flatnonzero(np.isin(self._others[at], twins)) if len(twins) else twins
            if len(tied):
                pairs = Pairs(self.world, int(self.block.subjects[row]), self._others[tied])
                found[tied] = shape.of(FEATURES[name](pairs))
        return found

    def _each(self, name: str, shape: Shape, has: NDArray[np.bool_]) -> Floats:
        """Ask for each subject by itself; of those that have nothing, whoever the other is, for one pair."""
        found = np.zeros(len(self._row))
        nothing: float | None = None
        for row, has_some in enumerate(has.tolist()):
            at = slice(self.starts[row], self.starts[row + 1])
            if at.start == at.stop:
                continue
            if has_some:
                found[at] = _worth(shape, FEATURES[name](self._of_row(row)))
            else:
                if nothing is None:
                    one = Pairs(self.world, int(self.block.subjects[row]), self._others[at][:1])
                    nothing = float(shape.of(FEATURES[name](one))[0])
                found[at] = nothing
        return found

    def _of_row(self, row: int) -> Pairs:
        if row not in self._pairs:
            others = self._others[self.starts[row] : self.starts[row + 1]]
            self._pairs[row] = _Row(self, row, others)
        return self._pairs[row]

    def common(self, layer: Layer, row: int) -> Indices:
        """Return which of the pairs of a subject have something of a layer in common, by their position among these."""
        if layer.held not in self._common:
            own = self._finder.everyone.held(layer)[self.block.subjects]
            some = np.unique(own.indices)
            held = self._finder.everyone.held(layer)[self._unique][:, some]
            self._common[layer.held] = np.asarray(held @ np.ascontiguousarray(own[:, some].toarray().T)) > 0.0
        at = slice(self.starts[row], self.starts[row + 1])
        return np.flatnonzero(self._common[layer.held][self._at[at], row])

    def _affinity(self) -> Floats:
        probable = np.append(self.block.affinity, np.zeros((len(self.block.subjects), 1)), axis=1)
        held = self._finder.everyone.small_networks[self._unique]
        table = floats(held @ np.ascontiguousarray(probable[:, self.world.named].T))
        return floats(table[self._at, self._row])

    def _surroundings(self, part: float) -> Floats:
        found = self.block.neighbours_twins(part, self._unique)[self._at, self._row]
        for row, twins in enumerate(self.block.twins):
            at = slice(self.starts[row], self.starts[row + 1])
            if len(twins) and self.block.located[row]:
                found[at] = np.maximum(found[at] - np.isin(self._others[at], twins), 0.0)
        return found


class _Row(Pairs):
    """The pairs of one subject of a block."""

    def __init__(self, scored: _Scored, row: int, others: Indices) -> None:
        super().__init__(scored.world, int(scored.block.subjects[row]), others)
        self._scored = scored
        self._row = row

    def shared(self, layer: Layer, worth: Floats) -> Floats:
        at = self._scored.common(layer, self._row)
        found = np.zeros(len(self.others))
        if len(at):
            found[at] = Pairs(self.world, self.subject, self.others[at]).shared(layer, worth)
        return found

    @cached_property
    def small_networks(self) -> Floats:
        return self.aggregates.directory.small_networks[self.others]


def _worth(shape: Shape, values: Floats) -> Floats:
    """Return what values are worth, of which most may be 0."""
    some = np.flatnonzero(values)
    if 2 * len(some) > len(values):
        return shape.of(values)
    found = np.full(len(values), shape.of(np.zeros(1))[0])
    found[some] = shape.of(values[some])
    return found
