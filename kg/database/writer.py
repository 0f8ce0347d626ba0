"""Records into the graph: the one writer that every loader uses.

An edition is written in phases, each of which can be repeated: nodes, then facts, both in batches of one transaction each. What
is already there is left alone, so a load that was cut off at any point and is run again ends where an undisturbed one does.
"""

from __future__ import annotations

import time
from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import partial
from types import MappingProxyType

import numpy as np

from kg.database import stored
from kg.database.behind import Behind
from kg.database.claim_store import LABELS, TYPES, Numbers
from kg.database.claims import Claim, FactClaim, NodeClaim, holder_subject
from kg.database.connection import Connection
from kg.database.names import FactGroups, Names, NodeGroups, SameFact
from kg.database.new_facts import NewFacts
from kg.database.operations import Operations
from kg.database.scope import FactsOfScope, NodesOfScope, facts_of_scope, nodes_of_scope, short
from kg.database.shrinking import Store
from kg.database.skimmed import Skimmed, skim
from kg.database.succession import Edition, Succession
from kg.database.written import Written
from kg.schema.grouping import StoredFact, StoredNode, new_id, regroup
from kg.schema.identity import best_first, reference, split_reference
from kg.schema.provenance import Assertion
from kg.schema.relationships import SELF_LOOP

Progress = Callable[[str, int, int], None]

#: Of so many facts the keys are reckoned at once.
_KEYS_AT_ONCE = 50_000

#: So many nodes are one transaction. A node is several kB until it is stored, and three transactions are in memory at a time.
_NODES_AT_ONCE = 1_000


class EditionWriter:
    """Writes an edition: creates, updates, joins and ends, and nothing that is already so; in a dry run, only says what would be.

    Every reference of the edition's facts must be known. Make it, let it refuse, then write: which of it is there already is looked
    up when it is made, unless it was ``skimmed`` before.
    """

    def __init__(
        self,
        connection: Connection,
        edition: Edition,
        *,
        dry_run: bool = False,
        progress: Progress | None = None,
        skimmed: Skimmed | None = None,
    ) -> None:
        self._connection = connection
        self._edition = edition
        self._claims = edition.claims
        self._load = edition.header.id
        self._scope = edition.header.scope
        self._dry_run = dry_run
        self._progress = progress
        self._authorities = stored.read_authorities(connection) | edition.authorities
        self._now = int(time.time() * 1000)
        self._new_facts = NewFacts(self._claims, self._authorities)
        facts = self._claims.facts
        self._used = edition.ends
        self._numbers = self._count_stored()
        self._empty = not self._numbers["Entity"]
        self._names = Names(self._claims)
        self._nodes_of_scope, self._of_scope = NodesOfScope(), FactsOfScope()
        if not self._empty:
            skimmed = skimmed or skim(connection, self._scope)
            self._nodes_of_scope = nodes_of_scope(connection, edition, skimmed.nodes)
            self._find_names()
            self._of_scope = facts_of_scope(connection, edition, skimmed.facts, self._keys_of)
        calling = {
            name
            for fact in self._of_scope.read.values()
            for assertion in fact.assertions
            if assertion.scope == self._scope
            for name in assertion.names.values()
        }
        unchanged = self._of_scope.unchanged
        for column in (facts.start, facts.end):
            calling.update(self._claims.references.all[code] for code in np.unique(column.values[unchanged]).tolist())
        self._succession = Succession(edition, calling)
        #: Facts as joining nodes left them, by key; none where there is no such fact any more. A dry run has them only here.
        self._moved: dict[str, StoredFact | None] = {}
        #: Ids that nodes were given by this load.
        self._taken: set[str] = set()
        self._behind: Behind | None = None
        self._stores = Store(connection)
        self.written = Written.of(self._claims)

    def _count_stored(self) -> Mapping[str, int]:
        """Return how many nodes and facts there are of each kind that matters; of all kinds none where there is no node."""
        # The long question is the most expensive one of a first load, and needless there.
        if not stored.numbers(self._connection, {"Entity"}, ())["Entity"]:
            return Counter()
        names = self._claims.references.all
        labels = {LABELS[code] for code in np.unique(self._claims.nodes.label.values[self._edition.node_numbers])}
        labels |= {split_reference(names[code])[0] for code in self._used.tolist()}
        types = {TYPES[code] for code in np.unique(self._claims.facts.type.values[self._edition.fact_numbers])}
        return stored.numbers(self._connection, {"Entity", "Identifier", *labels}, {SELF_LOOP, *types})

    def _find_names(self) -> None:
        """Find out which stored nodes are named by what the edition says."""
        references = self._claims.nodes.references
        for number, id_ in zip(self._nodes_of_scope.unchanged.tolist(), self._nodes_of_scope.ids, strict=True):
            self._names.set(references[number], id_)
        said = np.zeros(len(references), bool)
        said[self._edition.node_numbers] = True
        used = np.union1d(references.flat.values[said[references.owners]], self._used)
        asked = [name for name in self._names.unknown(used.tolist()) if self._numbers[split_reference(name)[0]]]
        self._names.learn(stored.find_ids(self._connection, asked, identifiers=self._numbers["Identifier"] > 0))

    def _keys_of(self, numbers: Numbers) -> Iterator[str | None]:
        """Yield the keys of the facts that claims speak of, none where an end is not there."""
        facts, key = self._claims.facts, self._new_facts.key
        columns = (facts.type, facts.start, facts.end, facts.told_by)
        # Not all at once: as Python's own numbers they take ten times the room.
        for begin in range(0, len(numbers), _KEYS_AT_ONCE):
            some = numbers[begin : begin + _KEYS_AT_ONCE]
            for type_, start, end, told in zip(*(column.values[some].tolist() for column in columns), strict=True):
                one, other = self._names[start], self._names[end]
                yield None if one is None or other is None else key(type_, told, one, other)

    def write(self) -> Written:
        """Write nodes, then facts, and return what that came to once all of it is stored."""
        with Behind() as self._behind:
            self._write_nodes()
            self._write_facts()
        self._behind = None
        return self.written

    def check_ended_share(self, max_ended_share: float) -> None:
        """Refuse an edition that lacks too much.

        Raises:
            RefusedError: It lacks more than ``max_ended_share`` of what one of its sources asserted in this scope before.
        """
        holders: list[StoredNode | StoredFact] = [*self._nodes_of_scope.read.values(), *self._of_scope.read.values()]
        said = ((holder_subject(holder), assertion) for holder in holders for assertion in holder.assertions)
        again: Counter[str] = Counter()
        for columns, unchanged in (
            (self._claims.nodes, self._nodes_of_scope.unchanged),
            (self._claims.facts, self._of_scope.unchanged),
        ):
            for code, number in enumerate(np.bincount(columns.source.values[unchanged]).tolist()):
                again[self._claims.sources.all[code]] += number
        self._succession.check_ended_share(said, max_ended_share, again)

    def _store(self, operations: Operations) -> None:
        # Not even made in a dry run: new sources, whose authority decides on values, are not stored then.
        if not self._dry_run and (statements := operations.statements()):
            if self._behind:
                self._behind.send(partial(self._stores.store, operations, statements))
            else:
                self._stores.store(operations, statements)

    def _settle(self) -> None:
        """Wait until all that was written can be read."""
        if self._behind:
            self._behind.settle()

    def _after(
        self, subject: str, before: Sequence[Assertion], claims: Sequence[Claim]
    ) -> tuple[tuple[Assertion, ...], list[Assertion]]:
        """Return the assertions as the edition leaves them, and those of earlier loads that it changed, as they were.

        ``claims`` are those that the edition makes of this thing.
        """
        if not before:
            self.written.change(claims)
            return tuple([claim.assertion for claim in claims]), []
        rest = {claim.assertion.identity: claim for claim in claims}
        after, replaced = [], []
        for assertion in before:
            again = rest.pop(assertion.identity, None)
            now = self._succession.after(subject, assertion, again.assertion if again else None)
            if now != assertion:
                self.written.change([again] if again else [])
                if assertion.load != self._load:
                    replaced.append(assertion)
            if now is not None:
                after.append(now)
        self.written.change(rest.values())
        return (*after, *(claim.assertion for claim in rest.values())), replaced

    # Nodes ------------------------------------------------------------------------------------------------------------

    def _write_nodes(self) -> None:
        of_scope = self._nodes_of_scope
        said = np.setdiff1d(self._edition.node_numbers, of_scope.unchanged, assume_unique=True)
        groups = NodeGroups(self._claims, said, self._names)
        unsaid = dict(of_scope.read)
        regrouping: list[tuple[list[StoredNode], list[NodeClaim]]] = []
        done = 0
        for batch in stored.batches(range(len(groups)), _NODES_AT_ONCE):
            found = [groups[place] for place in batch]
            some = [(group.existing, [self._claims.node(number) for number in group.claims]) for group in found]
            held = self._read_nodes(id_ for existing, _ in some for id_ in existing)
            for existing, _ in some:
                for id_ in existing:
                    unsaid.pop(id_, None)
            together = [([held[id_] for id_ in existing], claims) for existing, claims in some]
            apart = [self._must_regroup(*group) for group in together]
            regrouping += [group for group, is_apart in zip(together, apart, strict=True) if is_apart]
            self._write_single_nodes([group for group, is_apart in zip(together, apart, strict=True) if not is_apart])
            done += len(batch)
            if self._progress:
                self._progress("nodes", done, len(groups) + len(unsaid))
        for left in stored.batches(list(unsaid.values()), _NODES_AT_ONCE):
            self._write_single_nodes([([node], []) for node in left])
            done += len(left)
            if self._progress:
                self._progress("nodes", done, len(groups) + len(unsaid))
        for nodes, claims in regrouping:
            self._regroup(nodes, claims)

    def _read_nodes(self, ids: Iterable[str]) -> Mapping[str, StoredNode]:
        """Return the nodes of these ids as they were before the load."""
        read = self._nodes_of_scope.read
        wanted = set(ids)
        here = {id_: read[id_] for id_ in wanted & read.keys()}
        return here | stored.read_nodes(self._connection, wanted - read.keys())

    def _write_single_nodes(self, groups: Sequence[tuple[list[StoredNode], list[NodeClaim]]]) -> None:
        """Write what is one node before and after, or a new one, in one transaction."""
        if not self._empty:
            wanted = {id_ for nodes, claims in groups if not nodes for claim in claims for id_ in claim.ids}
            self._taken |= stored.ids_taken(self._connection, wanted)
        operations = Operations(self._authorities)
        for nodes, claims in groups:
            before = nodes[0] if nodes else None
            label = before.label if before else claims[0].label
            after, replaced = self._after(label, before.assertions if before else (), claims)
            if before is None:
                ids = claims[0].ids if len(claims) == 1 else best_first(id_ for claim in claims for id_ in claim.ids)
                node = StoredNode(label, new_id(label, ids, self._taken), self._now, after)
                if len(claims) == 1:
                    # It was reckoned when the row was read.
                    node.__dict__["fingerprint"] = self._claims.nodes.fingerprint[claims[0].number]
                self._taken.add(node.id)
            else:
                node = replace(before, assertions=after)
            for claim in claims:
                self._names.set(self._claims.nodes.references[claim.number], node.id)
            if node != before:
                operations.put_node(before, node)
                self._count("nodes", before, node)
            for assertion in replaced:
                operations.remember_node(self._load, node, assertion)
        self._store(operations)

    def _must_regroup(self, nodes: Sequence[StoredNode], claims: Sequence[NodeClaim]) -> bool:
        """Whether nodes may join or part: several turn out to be one, or what held one together is withdrawn."""
        if len(nodes) != 1:
            return len(nodes) > 1
        assertions = nodes[0].assertions
        together = len(assertions) > 1 or len(claims) > 1
        return together and any(self._succession.is_superseded(nodes[0].label, assertion) for assertion in assertions)

    def _regroup(self, nodes: list[StoredNode], claims: Sequence[NodeClaim]) -> None:
        """Join nodes that turn out to be the same, or part one, in one transaction, with all facts that touch them."""
        self._settle()
        label = nodes[0].label
        operations = Operations(self._authorities)
        facts = self._facts_touching({node.id for node in nodes})
        rest = {claim.assertion.identity: claim for claim in claims}
        now_nodes = []
        for number, node in enumerate(nodes, start=1):
            held = {assertion.identity for assertion in node.assertions}
            # What no node holds yet is added to the last one; regrouping finds the place that is its own.
            mine = [rest.pop(identity) for identity in list(rest) if identity in held or number == len(nodes)]
            after, replaced = self._after(label, node.assertions, mine)
            now_nodes.append(replace(node, assertions=after))
            for assertion in replaced:
                operations.remember_node(self._load, node, assertion)
        ids = {id_ for node in now_nodes for id_ in node.ids}
        taken = stored.ids_taken(self._connection, ids) - {node.id for node in nodes}
        target = regroup(now_nodes, facts.values(), taken=taken, now=self._now)
        operations.put_regrouped(nodes, facts, target)
        self._moved |= dict.fromkeys(facts) | {fact.key: fact for fact in target.facts}
        self._store(operations)
        fewer = len(nodes) - len(target.nodes)
        self.written.counts["nodes joined"] += max(fewer, 0)
        self.written.counts["nodes parted"] += max(-fewer, 0)
        self.written.counts["nodes updated"] += not fewer
        self._names.learn({reference(node.label, id_): node.id for node in target.nodes for id_ in node.ids})

    def _facts_touching(self, ids: Collection[str]) -> dict[str, StoredFact]:
        facts = stored.read_facts_touching(self._connection, ids) | self._moved
        return {key: fact for key, fact in facts.items() if fact and (fact.start in ids or fact.end in ids)}

    # Facts ------------------------------------------------------------------------------------------------------------

    def _write_facts(self) -> None:
        facts, said = self._claims.facts, self._edition.fact_numbers
        ranks, ids = self._names.ranked(self._used)
        self.written.self_loops[said] = ranks[facts.start.values[said]] == ranks[facts.end.values[said]]
        unchanged = self._of_scope.unchanged
        if self._moved:
            unchanged = unchanged[~np.isin(self._of_scope.keys, [short(key) for key in self._moved])]
        groups = FactGroups(self._claims, np.setdiff1d(said, unchanged, assume_unique=True), ranks, ids)
        unsaid = {key: fact for key, fact in self._of_scope.read.items() if key not in self._moved}
        moved = {key: fact for key, fact in self._moved.items() if fact}
        held = unsaid | moved
        unsaid |= {
            key: fact for key, fact in moved.items() if any(made.scope == self._scope for made in fact.assertions)
        }
        self._settle()
        done = 0
        for batch in groups.batches():
            some = {self._new_facts.key_of(same): same for same in batch}
            here = {which: held[which] for which in some if which in held}
            before = here | self._read_elsewhere({which: same for which, same in some.items() if which not in here})
            for which in before:
                unsaid.pop(which, None)
            claimed = [
                (fact, [self._claims.fact(number) for number in some[which].claims]) for which, fact in before.items()
            ]
            self._write_batch_of_facts(claimed, {which: same for which, same in some.items() if which not in before})
            done += len(batch)
            if self._progress:
                self._progress("facts", done, len(groups) + len(unsaid))
        for left in stored.batches(sorted(unsaid.values(), key=_by_start)):
            done += len(left)
            rest = len(groups) + len(unsaid) - done
            self._write_batch_of_facts([(fact, []) for fact in left], left=rest)
            if self._progress:
                self._progress("facts", done, len(groups) + len(unsaid))

    def _write_batch_of_facts(
        self,
        facts: Sequence[tuple[StoredFact, Sequence[FactClaim]]],
        new: Mapping[str, SameFact] = MappingProxyType({}),
        *,
        left: int | None = None,
    ) -> None:
        """Write facts in one transaction: each as it was and what the edition claims of it, and new ones by their keys.

        Where these belong to the clean-up, ``left`` is how many are still to come.
        """
        operations = Operations(self._authorities)
        if left is not None:
            operations.leave(self._load, left)
        for before, claims in facts:
            after, replaced = self._after(holder_subject(before), before.assertions, claims)
            fact = before.saying(after)
            if fact != before:
                operations.put_fact(before, fact)
                self._count("facts", before, fact)
            for assertion in replaced:
                operations.remember_fact(self._load, fact, assertion)
        if not self._dry_run:
            operations.make_facts(self._new_facts.make(same, key) for key, same in new.items())
        self.written.changed_facts[[number for same in new.values() for number in same.claims]] = True
        self.written.counts["facts created"] += len(new)
        self._store(operations)

    def _read_elsewhere(self, facts: Mapping[str, SameFact]) -> dict[str, StoredFact]:
        """Return those facts, of which this scope says nothing so far, that others assert.

        There are none when this scope made all that there are of the type; those that went from one type of relationship to another
        as nodes joined are among what was moved, and not looked for here.
        """
        elsewhere: dict[str, list[str]] = defaultdict(list)
        for key, same in facts.items():
            relationship = SELF_LOOP if same.start == same.end else TYPES[same.type]
            if self._numbers[relationship] > self._of_scope.numbers.get(relationship, 0):
                elsewhere[relationship].append(key)
        read: dict[str, StoredFact] = {}
        for relationship, some in elsewhere.items():
            found = stored.read_facts(self._connection, relationship, some)
            read |= {key: fact for key, fact in found.items() if key not in self._moved}
        return read

    def _count(self, what: str, before: StoredNode | StoredFact | None, after: StoredNode | StoredFact) -> None:
        if before is None:
            self.written.counts[f"{what} created"] += 1
        elif all(a.missing for a in after.assertions) and not all(a.missing for a in before.assertions):
            self.written.counts[f"{what} ended"] += 1
        else:
            self.written.counts[f"{what} updated"] += 1


def _by_start(fact: StoredFact) -> tuple[str, str, str]:
    """Sorting by start node spares the server most of the work of finding the dense ends again."""
    return fact.start, fact.type, fact.end
