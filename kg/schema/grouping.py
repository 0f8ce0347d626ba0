"""Which assertions speak of the same thing: nodes that share an exact id are one node.

Everything here is a pure function of assertions, so that nodes join when a source brings the id that connects them and part
again when that is taken back, and the result never depends on the order of loading.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Hashable, Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Generic, TypeVar

from kg.schema.identity import SCHEME_PROPERTIES, best_first, fact_key, reference, slug, split_reference
from kg.schema.provenance import Assertion, fingerprint
from kg.schema.relationships import FACTS, SELF_LOOP

Item = TypeVar("Item", bound=Hashable)


@dataclass(frozen=True)
class StoredNode:
    """A node as stored: its id, given once and kept, when it was made (milliseconds since 1970), and its assertions."""

    label: str
    id: str
    created: int
    assertions: tuple[Assertion, ...]

    @cached_property
    def ids(self) -> list[str]:
        """All ids asserted for it, best first."""
        return best_first(id_ for assertion in self.assertions for id_ in assertion.names["i"])

    @cached_property
    def scalar_ids(self) -> dict[str, str]:
        """The id that it holds as a property in each scheme: the first of that scheme."""
        scalars: dict[str, str] = {}
        for id_ in self.ids:
            scheme, _, code = id_.partition(":")
            scalars.setdefault(SCHEME_PROPERTIES[scheme], code)
        return scalars

    @cached_property
    def fingerprint(self) -> int:
        """The fingerprint of its assertions."""
        return fingerprint(self.assertions)

    @property
    def further_ids(self) -> list[str]:
        """The ids that it holds as Identifier nodes."""
        scalars = self.scalar_ids
        further = []
        for id_ in self.ids:
            scheme, _, code = id_.partition(":")
            if scalars[SCHEME_PROPERTIES[scheme]] != code:
                further.append(id_)
        return further

    @property
    def canonical_reference(self) -> str:
        """The reference by the best of all ids asserted for it, whichever id it got when it was made."""
        ids = self.ids
        return reference(self.label, ids[0] if ids else self.id)


@dataclass(frozen=True)
class StoredFact:
    """A fact as stored: type, ends (node ids), what tells it from others between the same ends, and its assertions."""

    type: str
    start: str
    end: str
    part: str
    spell: str
    assertions: tuple[Assertion, ...]

    @cached_property
    def key(self) -> str:
        """The key that follows from type, ends, part and spell."""
        return fact_key(
            self.type, self.start, self.end, part=self.part, spell=self.spell, undirected=FACTS[self.type].undirected
        )

    @cached_property
    def fingerprint(self) -> int:
        """The fingerprint of its assertions."""
        return fingerprint(self.assertions)

    @property
    def relationship(self) -> str:
        """The type of the relationship that it is stored as."""
        return SELF_LOOP if self.start == self.end else self.type

    def saying(self, assertions: tuple[Assertion, ...]) -> StoredFact:
        """Return the fact with other assertions; what it is stays the same, so its key is not reckoned again."""
        fact = StoredFact(self.type, self.start, self.end, self.part, self.spell, assertions)
        if "key" in self.__dict__:
            fact.__dict__["key"] = self.key
        return fact

    def ordered(self) -> StoredFact:
        """Return the fact with the ends of an undirected type in order: smaller id first."""
        if FACTS[self.type].undirected and self.end < self.start:
            return replace(self, start=self.end, end=self.start)
        return self


class Groups(Generic[Item]):
    """Disjoint sets that grow together (union-find)."""

    def __init__(self) -> None:
        self._parents: dict[Item, Item] = {}
        self._sizes: dict[Item, int] = {}

    def find(self, item: Item) -> Item:
        """Return the representative of the set that holds ``item``."""
        parents = self._parents
        root = item
        while parents.setdefault(root, root) != root:
            root = parents[root]
        while parents[item] != root:
            parents[item], item = root, parents[item]
        return root

    def join(self, items: Iterable[Item]) -> None:
        """Make one set of the sets that hold ``items``."""
        first: Item | None = None
        for item in items:
            if first is None:
                first = self.find(item)
            elif (other := self.find(item)) != (root := self.find(first)):
                self._parents[other] = root
                self._sizes[root] = self.size(root) + self._sizes.pop(other, 1)

    def size(self, item: Item) -> int:
        """Return the number of items in the set that holds ``item``."""
        return self._sizes.get(self.find(item), 1)


def new_id(label: str, ids: Collection[str], taken: Collection[str]) -> str:
    """Return the id for a node to be made: the best of its ids that no node has, else one of our own that names label and id."""
    ordered = best_first(ids)
    for id_ in ordered:
        if id_ not in taken:
            return id_
    own = f"own:{label.lower()}-{slug(ordered[0].replace(':', ' '))}"
    number = 1
    while (candidate := own if number == 1 else f"{own}-{number}") in taken:
        number += 1
    return candidate


@dataclass(frozen=True)
class Regrouped:
    """What :func:`regroup` found: nodes and facts as they should be."""

    nodes: list[StoredNode]
    facts: list[StoredFact]


def regroup(
    nodes: Iterable[StoredNode], facts: Iterable[StoredFact], *, taken: Collection[str] = (), now: int = 0
) -> Regrouped:
    """Return the nodes and facts that follow from the assertions behind ``nodes`` and behind all ``facts`` that touch them.

    Nodes of one label that share an id become one, under the id of the oldest; a node whose assertions no longer share an id is
    parted, and the part that holds its id, or else its first assertion, keeps that id. Facts follow the names by which their
    rows called the ends; facts that then coincide are united. A node without
    assertions stays as long as a fact touches it.
    """
    nodes = sorted(nodes, key=lambda node: (node.created, node.id))
    facts = list(facts)
    groups: Groups[str] = Groups()
    members: dict[str, list[tuple[StoredNode, Assertion]]] = defaultdict(list)
    for node in nodes:
        for assertion in node.assertions:
            groups.join(reference(node.label, id_) for id_ in assertion.names["i"])
    for node in nodes:
        for assertion in node.assertions:
            members[groups.find(reference(node.label, assertion.names["i"][0]))].append((node, assertion))

    homes = _homes(nodes, groups)
    kept: dict[str, StoredNode] = {}
    for node in nodes:
        kept.setdefault(homes[node.id], node)
    result: dict[str, StoredNode] = {}
    taken = set(taken) | {node.id for node in nodes}
    for group in sorted({*members, *kept}):
        asserted = tuple(assertion for _, assertion in members.get(group, ()))
        if group in kept:
            result[group] = replace(kept[group], assertions=asserted)
        else:
            label = split_reference(group)[0]
            ids = {id_ for assertion in asserted for id_ in assertion.names["i"]}
            made = StoredNode(label, new_id(label, ids, taken), now, asserted)
            taken.add(made.id)
            result[group] = made

    owners: dict[str, set[str]] = defaultdict(set)
    for node in nodes:
        for id_ in node.ids:
            owners[reference(node.label, id_)].add(node.id)

    def ends_of(fact: StoredFact, assertion: Assertion) -> tuple[str, str]:
        names = _called(fact, assertion, owners)
        start, end = (
            stored if stored not in homes else result[groups.find(name) if name in owners else homes[stored]].id
            for name, stored in zip(names, (fact.start, fact.end), strict=True)
        )
        return start, end

    moved = _move(facts, ends_of)
    touched = {end for fact in moved for end in (fact.start, fact.end)}
    staying = [node for node in result.values() if node.assertions or node.id in touched]
    return Regrouped(staying, moved)


def _homes(nodes: Iterable[StoredNode], groups: Groups[str]) -> dict[str, str]:
    """Return, for each stored node, the group that keeps its id."""
    homes = {}
    for node in nodes:
        own = next((id_ for id_ in node.ids if id_ == node.id), None)
        name = own or (node.assertions[0].names["i"][0] if node.assertions else node.id)
        homes[node.id] = groups.find(reference(node.label, name))
    return homes


def _called(fact: StoredFact, assertion: Assertion, owners: Mapping[str, set[str]]) -> tuple[str, str]:
    """Return the names that a row used for the start and for the end, in the stored direction."""
    start, end = assertion.names["f"], assertion.names["t"]
    if FACTS[fact.type].undirected:
        of_start, of_end = owners.get(start, set()), owners.get(end, set())
        if (fact.end in of_start and fact.start not in of_start) or (fact.start in of_end and fact.end not in of_end):
            return end, start
    return start, end


def _move(facts: Iterable[StoredFact], ends_of: Callable[[StoredFact, Assertion], tuple[str, str]]) -> list[StoredFact]:
    """Return the facts by the ends that each of their assertions now names, united where they coincide."""
    united: dict[str, StoredFact] = {}
    for fact in facts:
        parts: dict[tuple[str, str], list[Assertion]] = defaultdict(list)
        for assertion in fact.assertions:
            parts[ends_of(fact, assertion)].append(assertion)
        for (start, end), assertions in parts.items():
            part = replace(fact, start=start, end=end, assertions=tuple(assertions)).ordered()
            if part.key in united:
                before = united[part.key]
                united[part.key] = replace(before, assertions=before.assertions + part.assertions)
            else:
                united[part.key] = part
    return list(united.values())
