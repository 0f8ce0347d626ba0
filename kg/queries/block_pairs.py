"""The pairs of a block of places, counted at once for all of them as :class:`kg.queries.comparison.Pairs` counts those of one."""

from __future__ import annotations

from functools import cached_property
from itertools import pairwise
from typing import Any, cast

import numpy as np

from kg.queries.block import Block
from kg.queries.comparison import Pairs
from kg.queries.snapshot.graph import Layer
from kg.queries.snapshot.layers import Floats, Indices, floats


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
    def tie(self) -> Floats:
        found = np.zeros(len(self.others))
        found[self.tied] = 1.0
        return found

    @cached_property
    def own_twins_there(self) -> Floats:
        places = self.snapshot.places
        there = np.array(
            [np.bincount(places.country[twins], minlength=len(places.countries)) for twins in self.block.twins]
        )
        return floats(there[self.row, places.country[self.others]] - self.tie)

    @cached_property
    def their_twins_here(self) -> Floats:
        directory = self.aggregates.directory
        here, known = np.zeros(len(self.snapshot.places.ids)), directory.abroad_in == self.block.country
        here[directory.abroad[known]] = directory.abroad_count[known]
        return floats(here[self.others] - self.tie)

    def neighbours_twins(self, part: float) -> Floats:
        found = self.of_table(self.block.neighbours_twins(part, self.unique))
        located = self.tied[self.block.located[self.row[self.tied]]]
        found[located] = np.maximum(found[located] - 1.0, 0.0)
        return found

    def shared(self, layer: Layer, worth: Floats) -> Floats:
        held = self.block.everyone.held(layer)
        own = held[self.block.subjects]
        some = np.unique(own.indices)
        values = own[:, some].toarray() * worth[some]
        return self.of_table(floats(held[self.unique][:, some] @ np.ascontiguousarray(values.T)))

    @cached_property
    def small_networks(self) -> Floats:
        return self.aggregates.directory.small_networks[self.others]

    @cached_property
    def own_small_networks(self) -> Indices:
        counts = self.aggregates.directory.small_networks[self.block.subjects]
        return np.asarray(counts[self.row], np.int64)

    @cached_property
    def affinity(self) -> Floats:
        """How many of the other's small networks the subject would probably be in."""
        probable = np.append(self.block.affinity, np.zeros((len(self.block.subjects), 1)), axis=1)
        held = self.block.everyone.small_networks[self.unique]
        return self.of_table(floats(held @ np.ascontiguousarray(probable[:, self.world.named].T)))
