"""The best partners of every place of a block, with what each term is worth: the lists of :class:`kg.queries.ranking.Ranking`.

Every term is the feature and the shape by which ``recommend`` scores; what is here only asks for it once where it is the same for
many pairs (a term of the other place alone, of two regions, of what the subject has none of), and not at all where a pair cannot come
into the list any more, whatever it is worth.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import chain, pairwise

import numpy as np
from numpy.typing import NDArray

from kg.queries.block import Block, Everyone
from kg.queries.block_pairs import BlockPairs
from kg.queries.comparison import Pairs
from kg.queries.features import FEATURES, NEAR_TWINS
from kg.queries.kinds.kind import Weights
from kg.queries.limits import Brackets, Limits
from kg.queries.ranking import Rule
from kg.queries.scoring import best
from kg.queries.snapshot.graph import Layer
from kg.queries.snapshot.layers import Floats, Indices, floats
from kg.queries.standing import OF_ITSELF, OF_PLACE, OF_REGION

#: Terms that are the same for all pairs of places of two sectors.
_OF_SECTORS = OF_REGION - OF_ITSELF

#: What two have in common in layers in which most are themselves.
_COMMON = {"shared_networks": "networks", "shared_small_networks": "networks", "shared_projects": "town_projects"}

#: Terms that are asked for all pairs of a block at once, in steps; after each those go on who can still come into a list. First what
#: is quick to ask or says most, at last what takes longest.
_STEPS = (
    (
        "own_twins_there",
        "their_twins_here",
        "shared_twins",
        "specific_twins",
        "twin_paths",
        "project_paths",
        "network_affinity",
    ),
    ("distance", "size"),
    tuple(_COMMON),
    tuple(NEAR_TWINS),
)

#: Those who can still come into the list go on alone when they are less than this part of all.
_WORTH_IT = 0.8

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

        self.limits = Limits(snapshot, weights)
        terms = weights.terms
        self.at = {name: at for at, name in enumerate(terms)}
        self.of_places = [name for name in terms if name in OF_PLACE]
        self.of_sectors = [name for name in terms if name in _OF_SECTORS]
        apart = {name for name, layer in _COMMON.items() if not _is_plain(getattr(snapshot, layer))}
        steps = (tuple(name for name in step if name in terms and name not in apart) for step in _STEPS)
        #: The terms that are asked for all pairs of a block at once, step by step.
        self.steps = [step for step in steps if step]
        asked = {*self.of_places, *self.of_sectors, *chain.from_iterable(self.steps)}
        #: The terms that are asked for each place by itself.
        self.late = tuple(name for name in terms if name not in asked)
        self.brackets = {name: Brackets(terms[name]) for name in chain.from_iterable(self.steps)}
        self._of_nothing: dict[str, float] = {}

    def worth_of_nothing(self, name: str, subject: int) -> float:
        """Return what a term is worth to this and every subject that has nothing of what it looks at, whoever the other is."""
        if name not in self._of_nothing:
            other = np.array([0 if subject else len(self.lasting) - 1])
            value = FEATURES[name](Pairs(self.world, subject, other))
            self._of_nothing[name] = float(self.weights.terms[name].of(value)[0])
        return self._of_nothing[name]

    @cached_property
    def worth_of_places(self) -> Floats:
        """What the terms of a place alone are worth, shape ``(terms of places, places)``."""
        standing, terms = self.world.standing, self.weights.terms
        found = [standing.worth_of_place(name, terms[name]) for name in self.of_places]
        return floats(found).reshape(len(found), -1)

    @cached_property
    def worth_of_place(self) -> Floats:
        """Their sum, for each place."""
        return floats(self.worth_of_places.sum(axis=0)) if self.of_places else np.zeros(len(self.lasting))

    def best(self, block: Block) -> Iterator[Best]:
        """Yield the best partners of each place of a block that still is a municipality and has any."""
        found = block.candidates(self.weights)
        found &= self.lasting
        for at, one in enumerate(block.subjects.tolist()):
            found[at, list(self.everyone.tied(one, self.existing))] = False
        found[~self.lasting[block.subjects]] = False
        # One after the other, in half the time of both positions at once.
        row, others = np.divmod(np.flatnonzero(found), found.shape[1])
        if not len(row):
            return
        scored = _Scored(self, BlockPairs(block, row, others))
        for number, step in enumerate(self.steps):
            scored.narrow((*chain.from_iterable(self.steps[number:]), *self.late))
            for name in step:
                scored.ask(name)
            if number == 0:
                scored.look_around()
        scored.narrow(self.late)
        scored.settle()
        for at in range(len(block.subjects)):
            if scored.pairs.starts[at] < scored.pairs.starts[at + 1]:
                yield scored.best(at)


class _Scored:
    """The pairs of a block that can still come into a list, and between which two numbers the score of each is."""

    def __init__(self, finder: Finder, pairs: BlockPairs) -> None:
        self._finder = finder
        self._weights = finder.weights
        self.pairs = pairs
        block, world = pairs.block, finder.world
        self._group, _ = world.aggregates.directory.sectors
        standing, subject, terms = world.standing, int(block.subjects[0]), finder.weights.terms
        found = [standing.worth_of_sectors(subject, name, terms[name]) for name in finder.of_sectors]
        #: What the terms of two sectors are worth, shape ``(terms of sectors, sectors)``.
        self._of_sectors = floats(found).reshape(len(found), -1)
        self._codes = finder.limits.codes[block.subjects].tolist()
        known = finder.worth_of_place
        if found:
            known = known + self._of_sectors.sum(axis=0)[self._group]
        #: What the terms that have been asked for are worth together, at least and at most.
        self._least = known[pairs.others]
        for row, at in pairs.tied_of.items():
            others = pairs.others[at]
            self._least[at] += self._of_tied(row, others).sum(axis=0) - finder.worth_of_places[:, others].sum(axis=0)
        self._most = self._least
        #: The same of single terms that have not been asked for yet.
        self._rough: dict[str, tuple[Floats, Floats]] = {}
        if "distance" in terms:
            self._rough["distance"] = pairs.about_distance(terms["distance"])
        if "size" in terms:
            self._rough["size"] = pairs.about_size(terms["size"])
        #: The features that have been asked for of all pairs.
        self._values: dict[str, Floats] = {}

    def _of_tied(self, row: int, others: Indices) -> NDArray[np.float64]:
        """Return what the terms of a place are worth of places that are twinned with a subject: the tie itself is set aside."""
        pairs = Pairs(self._finder.world, int(self.pairs.block.subjects[row]), others)
        found = [self._weights.terms[name].of(FEATURES[name](pairs)) for name in self._finder.of_places]
        return floats(found).reshape(len(found), len(others))

    def narrow(self, names: tuple[str, ...]) -> None:
        """Leave out who cannot come into the list any more, whatever the terms are worth that have not been asked for yet."""
        limits, pairs = self._finder.limits, self.pairs
        at = pairs.row * limits.number + limits.codes[pairs.others]
        least, most = limits.tables(self._codes, tuple(name for name in names if name not in self._rough))
        lowest, highest = self._least + least.ravel()[at], self._most + most.ravel()[at]
        for low, high in self._rough.values():
            lowest += low
            highest += high
        bars = [_bar(lowest[start:end], self._finder.top) for start, end in pairwise(pairs.starts)]
        kept = np.flatnonzero(highest >= (np.array(bars) - _ROUNDING)[pairs.row])
        if len(kept) < _WORTH_IT * len(lowest):
            self.pairs, self._least, self._most = pairs.kept(kept), self._least[kept], self._most[kept]
            self._values = {name: values[kept] for name, values in self._values.items()}
            self._rough = {name: (low[kept], high[kept]) for name, (low, high) in self._rough.items()}

    def ask(self, name: str) -> None:
        """Ask for a feature of all pairs."""
        pairs = self.pairs
        values = pairs.affinity if name == "network_affinity" else FEATURES[name](pairs)
        low, high = self._finder.brackets[name].of(values)
        self._values[name] = values
        self._rough.pop(name, None)
        self._least, self._most = self._least + low, self._most + high

    def look_around(self) -> None:
        """Reckon roughly what twinnings of neighbours can be worth, where that is much."""
        for name, part in NEAR_TWINS.items():
            shape = self._weights.terms.get(name)
            if shape and max(shape.worth) - min(shape.worth) > 1.0:
                self._rough[name] = self.pairs.about_surroundings(shape, part)

    def settle(self) -> None:
        """Reckon what the features that have been asked for are worth exactly."""
        finder, others = self._finder, self.pairs.others
        self._terms = np.zeros((len(self._weights.terms), len(others)))
        for name, values in self._values.items():
            self._terms[finder.at[name]] = self._weights.terms[name].of(values)
        for name, worth in zip(finder.of_sectors, self._of_sectors, strict=True):
            self._terms[finder.at[name]] = worth[self._group[others]]
        for name, worth in zip(finder.of_places, finder.worth_of_places, strict=True):
            self._terms[finder.at[name]] = worth[others]
        rows = np.array([finder.at[name] for name in finder.of_places], np.int64)
        for row, at in self.pairs.tied_of.items():
            self._terms[rows[:, None], at] = self._of_tied(row, others[at])

    def best(self, row: int) -> Best:
        """Return the best partners of one place, asking for the terms that are asked for each by itself."""
        finder, limits, shapes = self._finder, self._finder.limits, self._weights.terms
        some = slice(self.pairs.starts[row], self.pairs.starts[row + 1])
        subject, code, others = int(self.pairs.block.subjects[row]), self._codes[row], self.pairs.others[some]
        terms = self._terms[:, some]
        asked = tuple(name for name in finder.late if not limits.is_known(code, name))
        for name in finder.late:
            if name not in asked:
                terms[finder.at[name]] = finder.worth_of_nothing(name, subject)
        if asked:
            score = terms.sum(axis=0)
            for number, name in enumerate(asked):
                if len(others) > finder.top:
                    least, most = limits.of(code, asked[number:])
                    codes = limits.codes[others]
                    still = score + most[codes] >= _bar(score + least[codes], finder.top) - _ROUNDING
                    if np.count_nonzero(still) < _WORTH_IT * len(others):
                        others, score, terms = others[still], score[still], terms[:, still]
                worth = shapes[name].of(FEATURES[name](Pairs(finder.world, subject, others)))
                terms[finder.at[name]] = worth
                score = score + worth
        first = best(terms.T, others, finder.top)
        return Best(subject, others[first], terms.T[first])


def _bar(score: Floats, top: int) -> float:
    """Return the last of the highest scores."""
    return float(np.partition(score, len(score) - top)[len(score) - top]) if len(score) > top else -np.inf


def _is_plain(layer: Layer) -> bool:
    """Return whether every place has each thing of a layer itself, none through a body that serves it."""
    return not (layer.held.marks >= 0).any() and bool((layer.held.weights == 1.0).all())
