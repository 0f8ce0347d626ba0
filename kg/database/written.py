"""What writing an edition came to."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Self

import numpy as np
from numpy.typing import NDArray

from kg.database.claim_store import ClaimStore
from kg.database.claims import Claim, NodeClaim


@dataclass
class Written:
    """Which claims changed something and which join a node to itself, by their numbers, and counts of what was done to the graph."""

    changed_nodes: NDArray[np.bool_]
    changed_facts: NDArray[np.bool_]
    self_loops: NDArray[np.bool_]
    counts: Counter[str] = field(default_factory=Counter)

    @classmethod
    def of(cls, claims: ClaimStore) -> Self:
        """Return what is so before any of these claims is written."""
        nodes, facts = len(claims.nodes.key), len(claims.facts.key)
        return cls(np.zeros(nodes, bool), np.zeros(facts, bool), np.zeros(facts, bool))

    def change(self, claims: Iterable[Claim]) -> None:
        """Let these claims have changed something."""
        for claim in claims:
            (self.changed_nodes if isinstance(claim, NodeClaim) else self.changed_facts)[claim.number] = True
