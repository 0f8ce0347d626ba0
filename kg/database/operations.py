"""A set of writes that belong together, as the statements of one transaction."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from kg.database.stored import fact_row, node_row
from kg.schema import cypher
from kg.schema.cypher import NewFact, new_fact
from kg.schema.grouping import Regrouped, StoredFact, StoredNode
from kg.schema.identity import SCHEME_PROPERTIES
from kg.schema.provenance import Assertion, compact

Statement = tuple[str, dict[str, Any]]

_DELETE_NODES = "UNWIND $ids AS id MATCH (n:Entity {id: id}) DETACH DELETE n"
_SET_IDENTIFIERS = """\
UNWIND $rows AS row
MATCH (n:Entity {id: row.id})
OPTIONAL MATCH (i:Identifier)-[old:IDENTIFIES]->(n) WHERE NOT i.value IN row.values
DELETE old
WITH DISTINCT n, row
UNWIND row.values AS value
MERGE (i:Identifier {value: value})
MERGE (i)-[:IDENTIFIES]->(n)"""
#: An id may pass from one node to another; the one must be without it before the other can have it.
_GIVE_UP_IDS = "UNWIND $ids AS id MATCH (n:Entity {id: id}) SET " + ", ".join(
    f"n.{name} = null" for name in SCHEME_PROPERTIES.values()
)
_DELETE_LOOSE_IDENTIFIERS = "MATCH (i:Identifier) WHERE NOT (i)-[:IDENTIFIES]->() DELETE i"
#: In the transaction that ends things, so that nobody sees the one without the other.
_LEAVE = "MATCH (l:Load {id: $load}) SET l.ending = $left"
_CREATE_CHANGES = "UNWIND $rows AS row MERGE (c:Change {id: row.id}) ON CREATE SET c = row"


class Operations:
    """Writes collected by kind; :meth:`statements` puts them in the order in which no constraint is broken on the way."""

    def __init__(self, authorities: Mapping[str, str]) -> None:
        self._authorities = authorities
        self._deleted_facts: dict[str, list[str]] = defaultdict(list)
        self._deleted_nodes: list[str] = []
        self._updated_nodes: dict[str, list[StoredNode]] = defaultdict(list)
        self._created_nodes: dict[str, list[StoredNode]] = defaultdict(list)
        self._updated_facts: dict[str, list[StoredFact]] = defaultdict(list)
        self._created_facts: list[StoredFact] = []
        self._new_facts: list[NewFact] = []
        self._changes: list[dict[str, Any]] = []
        #: What was asked for of each node (by id) and fact (by key) that is written.
        self._steps: dict[str, list[Callable[[Operations], None]]] = defaultdict(list)
        self._identified: list[StoredNode] = []
        self._giving_up_ids: list[str] = []
        self._load = ""
        #: How many things a clean-up has still to end when these are stored; none where they belong to no clean-up.
        self.left: int | None = None

    def put_node(self, before: StoredNode | None, after: StoredNode) -> None:
        """Create a node, or replace what it is."""
        self._steps[after.id].append(lambda half: half.put_node(before, after))
        if before is None:
            self._created_nodes[after.label].append(after)
        else:
            self._updated_nodes[after.label].append(after)
            if before.scalar_ids.items() - after.scalar_ids.items():
                self._giving_up_ids.append(after.id)
        if after.further_ids or (before and before.further_ids):
            self._identified.append(after)

    def delete_node(self, node: StoredNode) -> None:
        """Remove a node that no fact touches any more, and its identifiers."""
        self._deleted_nodes.append(node.id)
        if node.further_ids:
            self._identified.append(node)

    def put_fact(self, before: StoredFact | None, after: StoredFact) -> None:
        """Create a fact, or replace what it is."""
        self._steps[after.key].append(lambda half: half.put_fact(before, after))
        (self._created_facts if before is None else self._updated_facts[after.relationship]).append(after)

    def make_facts(self, facts: Iterable[NewFact]) -> None:
        """Create facts; nothing else is asked for of these."""
        self._new_facts += facts

    def delete_fact(self, fact: StoredFact) -> None:
        """Remove a fact."""
        self._deleted_facts[fact.relationship].append(fact.key)

    def put_regrouped(
        self, nodes_before: Iterable[StoredNode], facts_before: Mapping[str, StoredFact], after: Regrouped
    ) -> None:
        """Lead from nodes, and the facts that touch them (by key), to what they are once joined or parted."""
        old = {node.id: node for node in nodes_before}
        new = {node.id: node for node in after.nodes}
        for id_, node in old.items():
            if id_ not in new:
                self.delete_node(node)
        for id_, node in new.items():
            if node != old.get(id_):
                self.put_node(old.get(id_), node)
        wanted = {fact.key: fact for fact in after.facts}
        for key, fact in facts_before.items():
            if key not in wanted:
                self.delete_fact(fact)
        for key, fact in wanted.items():
            if fact != facts_before.get(key):
                self.put_fact(facts_before.get(key), fact)

    def remember_node(self, load: str, node: StoredNode, before: Assertion) -> None:
        """Keep an assertion as it was before ``load`` changed or ended it."""
        self._steps[node.id].append(lambda half: half.remember_node(load, node, before))
        self._changes.append(_change(load, before, kind="node", type_=node.label))

    def remember_fact(self, load: str, fact: StoredFact, before: Assertion) -> None:
        """Keep an assertion as it was before ``load`` changed or ended it."""
        self._steps[fact.key].append(lambda half: half.remember_fact(load, fact, before))
        self._changes.append(_change(load, before, kind="fact", type_=fact.type, part=fact.part, spell=fact.spell))

    def leave(self, load: str, left: int) -> None:
        """Write down with the load how many things its clean-up has still to end when these are stored."""
        self._load, self.left = load, left

    def __len__(self) -> int:
        """How many nodes and facts are written."""
        return len(self._steps) + len(self._new_facts)

    def halves(self) -> tuple[Operations, Operations] | None:
        """Return the same as two, of which each can be stored by itself; none when it must be one transaction.

        What is removed makes room for what is created, so then it must. Each node or fact keeps its identifiers and what it was.
        """
        if self._deleted_facts or self._deleted_nodes or self._giving_up_ids or len(self) < 2:
            return None
        halves = Operations(self._authorities), Operations(self._authorities)
        for number, steps in enumerate(self._steps.values()):
            for step in steps:
                step(halves[2 * number >= len(self._steps)])
        middle = len(self._new_facts) // 2
        halves[0].make_facts(self._new_facts[:middle])
        halves[1].make_facts(self._new_facts[middle:])
        if self.left is not None:
            halves[0].leave(self._load, self.left + len(halves[1]))
            halves[1].leave(self._load, self.left)
        return halves

    def statements(self) -> list[Statement]:
        """Return the statements of one transaction."""
        rows = self._authorities
        statements: list[Statement] = [
            (cypher.delete_facts(type_), {"keys": keys}) for type_, keys in self._deleted_facts.items()
        ]
        if self._deleted_nodes:
            statements.append((_DELETE_NODES, {"ids": self._deleted_nodes}))
        if self._giving_up_ids:
            statements.append((_GIVE_UP_IDS, {"ids": self._giving_up_ids}))
        statements += [
            (cypher.update_nodes(label), {"rows": [node_row(node, rows) for node in nodes]})
            for label, nodes in self._updated_nodes.items()
        ]
        statements += [
            (cypher.create_nodes(label), {"rows": [node_row(node, rows) for node in nodes]})
            for label, nodes in self._created_nodes.items()
        ]
        if self._identified:
            identifiers = [{"id": node.id, "values": node.further_ids} for node in self._identified]
            statements += [(_SET_IDENTIFIERS, {"rows": identifiers}), (_DELETE_LOOSE_IDENTIFIERS, {})]
        statements += [
            (cypher.update_facts(type_), {"rows": [fact_row(fact, rows) for fact in facts]})
            for type_, facts in self._updated_facts.items()
        ]
        made: dict[str, list[NewFact]] = defaultdict(list)
        for fact in (
            *(new_fact(fact.relationship, fact_row(fact, rows)) for fact in self._created_facts),
            *self._new_facts,
        ):
            made[fact.relationship].append(fact)
        statements += [
            (cypher.create_facts(type_), {"kinds": cypher.kinds_of_facts(facts)}) for type_, facts in made.items()
        ]
        if self._changes:
            statements.append((_CREATE_CHANGES, {"rows": self._changes}))
        if self.left is not None and statements:
            statements.append((_LEAVE, {"load": self._load, "left": self.left}))
        return statements


def _change(load: str, before: Assertion, *, kind: str, type_: str, part: str = "", spell: str = "") -> dict[str, Any]:
    text = f"{load}\x1f{kind}\x1f{type_}\x1f{part}\x1f{spell}\x1f{before.identity}"
    return {
        "id": hashlib.blake2b(text.encode(), digest_size=12).hexdigest(),
        "load": load,
        "kind": kind,
        "type": type_,
        "part": part,
        "spell": spell,
        "before": compact([before.source, before.row, before.load, before.given, before.missing]),
    }
