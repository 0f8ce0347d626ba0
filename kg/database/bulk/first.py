"""What an edition comes to in an empty graph: the nodes and facts that :class:`kg.database.writer.EditionWriter` would create there.

Nothing has to be looked up, compared or joined with what is stored, so this is short; that both leave the same graph is tested.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain

from kg.database.names import FactGroups, Names, NodeGroups
from kg.database.new_facts import NewFacts
from kg.database.succession import Edition
from kg.database.written import Written
from kg.schema.cypher import NewFact
from kg.schema.grouping import StoredNode, new_id
from kg.schema.identity import best_first


class FirstEdition:
    """The nodes and facts of an edition that meets nothing.

    Args:
        edition: The edition; every reference of its facts is known.
        now: Milliseconds since 1970, when the nodes are made.
    """

    def __init__(self, edition: Edition, now: int) -> None:
        self._edition = edition
        self._new_facts = NewFacts(edition.claims, edition.authorities)
        self._now = now
        self._names = Names(edition.claims)
        #: The number of each node, by its stored id.
        self._numbers: dict[str, int] = {}
        self.written = Written.of(edition.claims)

    def nodes(self) -> Iterator[tuple[int, StoredNode]]:
        """Yield each node with a number of its own, beginning with 0."""
        claimed = self._edition.claims
        groups = NodeGroups(claimed, self._edition.node_numbers, self._names)
        for number in range(len(groups)):
            said = groups[number].claims
            claims = [claimed.node(one) for one in said]
            label = claims[0].label
            id_ = new_id(label, best_first(id_ for claim in claims for id_ in claim.ids), self._numbers)
            self._numbers[id_] = number
            for one in said:
                self._names.set(claimed.nodes.references[one], id_)
            yield number, StoredNode(label, id_, self._now, tuple([claim.assertion for claim in claims]))
        self.written.changed_nodes[self._edition.node_numbers] = True
        self.written.counts["nodes created"] = len(groups)

    def facts(self) -> Iterator[tuple[int, int, NewFact]]:
        """Yield the numbers of start and end and the fact, each fact once; all nodes must have been asked for before."""
        claimed, said = self._edition.claims, self._edition.fact_numbers
        ranks, ids = self._names.ranked(self._edition.ends)
        loops = ranks[claimed.facts.start.values[said]] == ranks[claimed.facts.end.values[said]]
        self.written.self_loops[said] = loops
        groups = FactGroups(claimed, said, ranks, ids)
        for same in chain.from_iterable(groups.batches()):
            fact = self._new_facts.make(same, self._new_facts.key_of(same))
            yield self._numbers[same.start], self._numbers[same.end], fact
        self.written.changed_facts[said] = True
        self.written.counts["facts created"] = len(groups)
