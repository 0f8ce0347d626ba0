"""Where counts come from: an engine gives, for one place, the part of the graph around it and whom to compare it with.

There are two, and they differ in nothing else: ``snapshot`` has the graph in memory, ``live`` asks Neo4j. What they give is scored
by the same function (:mod:`kg.queries.scoring`), so that the answers are equal.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from kg.queries.candidates import candidates
from kg.queries.comparison import Pairs
from kg.queries.kinds.kind import Weights
from kg.queries.snapshot.layers import Indices
from kg.queries.world import World


@dataclass(frozen=True, slots=True, eq=False)
class Surroundings:
    """One place and whom to compare it with.

    Attributes:
        world: The graph, or the part of it in which these places have all that is compared.
        subject: The position of the place among ``world.snapshot.places``.
        candidates: The positions of the others, ascending.
    """

    world: World
    subject: int
    candidates: Indices

    def pairs(self, others: Indices | None = None) -> Pairs:
        """Return the place with its candidates, or with some of them, to be counted."""
        return Pairs(self.world, self.subject, self.candidates if others is None else others)


class Engine(Protocol):
    """What finds the surroundings of a place as of its own date."""

    def around(self, subject: str, weights: Weights) -> Surroundings:
        """Return a place with all its candidates for a kind of partner.

        Raises:
            KeyError: No city or region has this id.
        """

    def between(self, subject: str, others: Sequence[str]) -> Surroundings:
        """Return a place with these others as candidates, in order of ids; what no city or region has as its id is left out.

        Raises:
            KeyError: No city or region has the id of the subject.
        """


@dataclass(frozen=True, slots=True, eq=False)
class SnapshotEngine:
    """The graph in memory."""

    world: World

    def around(self, subject: str, weights: Weights) -> Surroundings:
        """Return a place with all its candidates."""
        place = self.world.snapshot.position[subject]
        return Surroundings(self.world, place, candidates(self.world, place, weights))

    def between(self, subject: str, others: Sequence[str]) -> Surroundings:
        """Return a place with these others as candidates."""
        position = self.world.snapshot.position
        place = position[subject]
        found = sorted({position[other] for other in others if other in position} - {place})
        return Surroundings(self.world, place, np.array(found, np.int64))
