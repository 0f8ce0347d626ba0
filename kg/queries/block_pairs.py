"""The pairs of a block of places, counted at once for all of them as :class:`kg.queries.comparison.Pairs` counts those of one."""

from __future__ import annotations

from functools import cached_property
from itertools import pairwise
from typing import Any, cast

import numpy as np
from scipy import sparse

from kg.queries.block import SIZE_STEP, Block
from kg.queries.comparison import Pairs
from kg.queries.kinds.shapes import Shape
from kg.queries.limits import between
from kg.queries.measures import kilometres
from kg.queries.snapshot.graph import Layer
from kg.queries.snapshot.layers import Floats, Indices, Rows, floats

#: By so much limits of distances are widened.
_KILOMETRE = 0.001


class BlockPairs(Pairs):
    """Pairs of places of a block and others.

    What two have in common is a sum of products, which holds in layers that nobody is in through a body.

    Args:
        block: The block.
        row: The position of one place in the block, ascending, shape ``(n,)``.
        others: The position of the other place, ascending for each row, shape ``(n,)``.
    """

    def __init__(self, block: Block, row: Indices, others: Indices) -> None:
        # One for each pair: features that look up what the subject is, look up as many.
        subjects: Any = block.subjects[row]
        super().__init__(block.world, cast("int", subjects), others)
        self._in_common: dict[Rows, tuple[Floats, Indices, sparse.csr_array]] = {}
        self.block = block
        self.row = row
        self.starts: list[int] = np.searchsorted(row, np.arange(len(block.subjects) + 1)).tolist()

    def kept(self, some: Indices) -> BlockPairs:
        """Return some of the pairs, ascending."""
        return BlockPairs(self.block, self.row[some], self.others[some])

    @cached_property
    def unique(self) -> Indices:
        """The other places, each once, ascending."""
        return np.flatnonzero(np.bincount(self.others, minlength=len(self.snapshot.places.ids)))

    @cached_property
    def _at(self) -> Indices:
        """Where in a table of shape ``(unique, subjects)`` each pair stands."""
        positions = np.zeros(len(self.snapshot.places.ids), np.int64)
        positions[self.unique] = np.arange(len(self.unique)) * len(self.block.subjects)
        return np.asarray(positions[self.others] + self.row, np.int64)

    def of_table(self, table: Floats) -> Floats:
        """Return for each pair what a table of shape ``(unique, subjects)`` says."""
        return floats(table.ravel()[self._at])

    @cached_property
    def tied(self) -> Indices:
        """Which of the pairs are twinned, ascending."""
        found = [np.zeros(0, np.int64)]
        for twins, (start, end) in zip(self.block.twins, pairwise(self.starts), strict=True):
            if len(twins):
                at = start + np.searchsorted(self.others[start:end], twins)
                some = at[at < end]
                found.append(some[self.others[some] == twins[at < end]])
        return np.concatenate(found)

    @cached_property
    def tied_of(self) -> dict[int, Indices]:
        """The same by the position of the subject."""
        row = self.row[self.tied]
        return {one: self.tied[row == one] for one in np.unique(row).tolist()}

    @cached_property
    def tie(self) -> Floats:
        """1 where the two are twinned."""
        found = np.zeros(len(self.others))
        found[self.tied] = 1.0
        return found

    @cached_property
    def km(self) -> Floats:
        """How far apart the two are; NaN where unknown."""
        xyz = self.snapshot.places.xyz
        own = xyz[self.block.subjects]
        apart = [(xyz[self.others, axis] - own[self.row, axis]) ** 2 for axis in range(3)]
        return kilometres(np.sqrt(apart[0] + apart[1] + apart[2]))

    @cached_property
    def own_twins(self) -> Floats:
        """How many other twins each subject has."""
        counts = np.array([len(twins) for twins in self.block.twins], np.float64)
        return floats(counts[self.row] - self.tie)

    @cached_property
    def own_twins_there(self) -> Floats:
        """How many other twins the subject has in the country of the other place."""
        places = self.snapshot.places
        there = np.array(
            [np.bincount(places.country[twins], minlength=len(places.countries)) for twins in self.block.twins]
        )
        return floats(there[self.row, places.country[self.others]] - self.tie)

    @cached_property
    def their_twins_here(self) -> Floats:
        """How many other twins the other place has in the country of the subjects."""
        directory = self.aggregates.directory
        here, known = np.zeros(len(self.snapshot.places.ids)), directory.abroad_in == self.block.country
        here[directory.abroad[known]] = directory.abroad_count[known]
        return floats(here[self.others] - self.tie)

    def neighbours_twins(self, part: float) -> Floats:
        """Return :meth:`kg.queries.comparison.Pairs.neighbours_twins`."""
        found = self.of_table(self.block.neighbours_twins(part, self.unique))
        located = self.tied[self.block.located[self.row[self.tied]]]
        found[located] = np.maximum(found[located] - 1.0, 0.0)
        return found

    @cached_property
    def shared_twins(self) -> Floats:
        """How many twins both have."""
        twins = self.block.everyone.twins
        return self._of_cells(twins[self.block.subjects] @ twins)

    @cached_property
    def specific_twins(self) -> Floats:
        """The same, each as one over the number of its twins."""
        twins = self.block.everyone.twins
        return self._of_cells(_times(twins[self.block.subjects], self._each_twin(-1.0)) @ twins)

    @cached_property
    def twin_paths(self) -> Floats:
        """Paths of length three within the twinnings."""
        twins, root = self.block.everyone.twins, self._each_twin(-0.5)
        reached = _times(_times(twins[self.block.subjects], root) @ twins, root)
        reached = self._without_itself(reached)
        found = self._of_cells(reached @ twins)
        for row, at in self.tied_of.items():  # not through the tie itself
            found[at] = Pairs(self.world, int(self.block.subjects[row]), self.others[at]).twin_paths
        return found

    @cached_property
    def project_paths(self) -> Floats:
        """For each other place the projects of the subject's partners in which it takes part."""
        layer, everyone, subjects = self.snapshot.town_projects, self.block.everyone, self.block.subjects
        held, holders = everyone.held(layer), everyone.holders_of_projects
        counts, sizes = np.maximum(self.snapshot.town_project_counts, 1.0), np.maximum(layer.sizes, 1.0)
        own = held[subjects]
        partners = self._without_itself(_times(own, 1.0 / sizes) @ holders)
        reached = sparse.csr_array(_times(_times(partners, 1.0 / np.sqrt(counts)) @ held, 1.0 / sizes))
        row = np.repeat(np.arange(len(subjects)), np.diff(reached.indptr))
        mine = np.repeat(np.arange(len(subjects)), np.diff(own.indptr)) * held.shape[1] + own.indices
        reached.data[np.isin(row * held.shape[1] + reached.indices, mine)] = 0.0
        return self._of_cells(reached @ holders)

    def _each_twin(self, power: float) -> Floats:
        return floats(np.maximum(self.snapshot.twin_counts, 1.0) ** power)

    def _without_itself(self, cells: sparse.csr_array) -> sparse.csr_array:
        """Return what leads from each subject to places, nothing to itself, in the order of places."""
        found = sparse.csr_array(cells)
        found.data[np.repeat(self.block.subjects, np.diff(found.indptr)) == found.indices] = 0.0
        found.sort_indices()
        return found

    def _of_cells(self, cells: sparse.csr_array) -> Floats:
        """Return for each pair what a sparse matrix of shape ``(subjects, places)`` says."""
        width = cells.shape[1]
        key = np.repeat(np.arange(cells.shape[0]), np.diff(cells.indptr)) * width + cells.indices
        at = np.searchsorted(self._keys, key)
        known = np.flatnonzero(at < len(self._keys))
        known = known[self._keys[at[known]] == key[known]]
        found = np.zeros(len(self.others))
        found[at[known]] = cells.data[known]
        return found

    @cached_property
    def _keys(self) -> Indices:
        return np.asarray(self.row * len(self.snapshot.places.ids) + self.others, np.int64)

    def shared(self, layer: Layer, worth: Floats) -> Floats:
        """Return for each pair the sum of ``worth`` over the things that both have."""
        own, things, held = self._common(layer)
        return self.of_table(floats(held @ (own * worth[things, None])))

    def _common(self, layer: Layer) -> tuple[Floats, Indices, sparse.csr_array]:
        """Return which of some things the subjects have, shape ``(things, subjects)``, the things, and who of the others has them."""
        if layer.held not in self._in_common:
            held = self.block.everyone.held(layer)
            own = held[self.block.subjects]
            things = np.unique(own.indices)
            some = np.ascontiguousarray(own[:, things].toarray().T)
            self._in_common[layer.held] = some, things, held[self.unique][:, things]
        return self._in_common[layer.held]

    @cached_property
    def small_networks(self) -> Floats:
        """How many small networks each other place is in."""
        return self.aggregates.directory.small_networks[self.others]

    @cached_property
    def own_small_networks(self) -> Indices:
        """How many small networks each subject is in."""
        counts = self.aggregates.directory.small_networks[self.block.subjects]
        return np.asarray(counts[self.row], np.int64)

    @cached_property
    def affinity(self) -> Floats:
        """How many of the other's small networks the subject would probably be in."""
        probable = np.append(self.block.affinity, np.zeros((len(self.block.subjects), 1)), axis=1)
        held = self.block.everyone.small_networks[self.unique]
        return self.of_table(floats(held @ np.ascontiguousarray(probable[:, self.world.named].T)))

    # What terms are worth roughly, from what is the same for many pairs ----------------------------------------------------

    def about_distance(self, shape: Shape) -> tuple[Floats, Floats]:
        """Return what distance is worth at least and at most, as both sectors are known to lie."""
        middle, wide, placed = self.block.everyone.around_sectors
        group, _ = self.aggregates.directory.sectors
        own = group[self.block.subjects[0]]
        apart = np.sqrt(((middle - middle[own]) ** 2).sum(1))
        low, high = apart - wide - wide[own], apart + wide + wide[own]
        low, high = kilometres(np.maximum(low, 0.0)), kilometres(high)
        least, most = between(shape, low - _KILOMETRE, high + _KILOMETRE)
        unknown = ~placed | ~placed[own]
        least[unknown], most[unknown] = np.minimum(least[unknown], 0.0), np.maximum(most[unknown], 0.0)
        at = group[self.others]
        return least[at], most[at]

    def about_size(self, shape: Shape) -> tuple[Floats, Floats]:
        """Return what the difference in size is worth at least and at most, from steps of sizes."""
        step, middle = self.block.everyone.sizes
        own = np.log(self.snapshot.places.population[self.block.subjects] + 300.0)
        apart = np.abs(own[:, None] - middle)
        low = np.exp(np.maximum(apart - 0.51 * SIZE_STEP, 0.0))
        least, most = between(shape, low, np.exp(apart + 0.51 * SIZE_STEP))
        at = self.row * len(middle) + step[self.others]
        return least.ravel()[at], most.ravel()[at]

    def about_surroundings(self, shape: Shape, part: float) -> tuple[Floats, Floats]:
        """Return what twinnings between surroundings are worth at least and at most to any of the subjects."""
        most_there = self.block.neighbours_twins_at_most(part, self.unique)
        least, most = between(shape, np.zeros(len(self.unique)), most_there)
        at = self._at // len(self.block.subjects)
        return least[at], most[at]


def _times(cells: sparse.csr_array, worth: Floats) -> sparse.csr_array:
    """Return a matrix with each column times what it is worth."""
    found = sparse.csr_array(cells)
    return sparse.csr_array((found.data * worth[found.indices], found.indices, found.indptr), shape=found.shape)
