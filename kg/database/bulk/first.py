"""What an edition comes to in an empty graph: the nodes and facts that :class:`kg.database.writer.EditionWriter` would create there.

Nothing has to be looked up, compared or joined with what is stored, so this is short; that both leave the same graph is tested.
"""

from __future__ import annotations

from collections.abc import Iterator

from kg.database.claims import FactClaim
from kg.database.succession import Edition
from kg.database.written import Written
from kg.schema.grouping import Groups, StoredFact, StoredNode, new_id
from kg.schema.identity import best_first, fact_key, reference
from kg.schema.relationships import FACTS


class FirstEdition:
    """The nodes and facts of an edition that meets nothing.

    Args:
        edition: The edition; every reference of its facts is known.
        now: Milliseconds since 1970, when the nodes are made.
    """

    def __init__(self, edition: Edition, now: int) -> None:
        self._edition = edition
        self._now = now
        #: The stored id of each node, by its number, and the number that each reference names.
        self._ids: list[str] = []
        self._numbers: dict[str, int] = {}
        self.written = Written.of(edition.claims)

    def nodes(self) -> Iterator[tuple[int, StoredNode]]:
        """Yield each node with a number of its own, beginning with 0."""
        claimed, groups = self._edition.claims, Groups[str]()
        for said in self._edition.node_numbers.tolist():
            groups.join(claimed.names_of_node(said))
        same: dict[str, list[int]] = {}
        for said in self._edition.node_numbers.tolist():
            same.setdefault(groups.find(claimed.names_of_node(said)[0]), []).append(said)
        del groups
        taken: set[str] = set()
        for number, some in enumerate(same.values()):
            claims = [claimed.node(said) for said in some]
            label = claims[0].label
            ids = best_first(id_ for claim in claims for id_ in claim.ids)
            node = StoredNode(label, new_id(label, ids, taken), self._now, tuple([claim.assertion for claim in claims]))
            taken.add(node.id)
            self._ids.append(node.id)
            self._numbers |= {reference(label, id_): number for id_ in ids}
            yield number, node
        self.written.changed_nodes[self._edition.node_numbers] = True
        self.written.counts["nodes created"] = len(self._ids)

    def facts(self) -> Iterator[tuple[int, int, StoredFact]]:
        """Yield the numbers of start and end and the fact, each fact once; all nodes must have been asked for before."""
        said: dict[str, int | list[int]] = {}
        for claim in self._edition.facts:
            start, end = self._ends(claim)
            if start == end:
                self.written.self_loops[claim.number] = True
            key = fact_key(claim.type, self._ids[start], self._ids[end], part=claim.part, spell=claim.spell)
            before = said.setdefault(key, claim.number)
            if before == claim.number:
                continue
            if isinstance(before, list):
                before.append(claim.number)
            else:
                said[key] = [before, claim.number]
        for key, some in said.items():
            claims = [self._edition.claims.fact(number) for number in (some if isinstance(some, list) else [some])]
            first = claims[0]
            start, end = self._ends(first)
            assertions = tuple([claim.assertion for claim in claims])
            fact = StoredFact(first.type, self._ids[start], self._ids[end], first.part, first.spell, assertions)
            fact.__dict__["key"] = key  # as reckoned just now
            yield start, end, fact
        self.written.changed_facts[self._edition.fact_numbers] = True
        self.written.counts["facts created"] = len(said)

    def _ends(self, claim: FactClaim) -> tuple[int, int]:
        """Return the numbers of the ends of the fact that a claim speaks of, as it is stored: see :meth:`StoredFact.ordered`."""
        start, end = self._numbers[claim.start], self._numbers[claim.end]
        if FACTS[claim.type].undirected and self._ids[end] < self._ids[start]:
            return end, start
        return start, end
