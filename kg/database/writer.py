"""Records into the graph: the one writer that every loader uses.

An edition is written in phases, each of which can be repeated: nodes, then facts, both in batches of one transaction each. What
is already there is left alone, so a load that was cut off at any point and is run again ends where an undisturbed one does.
"""

from __future__ import annotations

import time
from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial

from kg.database import stored
from kg.database.behind import Behind
from kg.database.claims import Claim, FactClaim, claim_key, holder_subject
from kg.database.connection import Connection
from kg.database.operations import Operations
from kg.database.scope import FactsOfScope, facts_of_scope
from kg.database.shrinking import Store
from kg.database.succession import Edition, Succession
from kg.schema.grouping import Groups, StoredFact, StoredNode, new_id, regroup
from kg.schema.identity import best_first, reference, split_reference
from kg.schema.provenance import Assertion
from kg.schema.relationships import SELF_LOOP

Progress = Callable[[str, int, int], None]


@dataclass
class Written:
    """What a load did: the claims that changed something, those that join a node to itself, and counts by what happened."""

    changed: set[str] = field(default_factory=set)
    self_loops: set[str] = field(default_factory=set)
    counts: Counter[str] = field(default_factory=Counter)


@dataclass
class _Same:
    """What the edition says of one thing, and the stored nodes that already are that thing."""

    label: str
    incoming: dict[str, Claim] = field(default_factory=dict)
    existing: list[str] = field(default_factory=list)

    @property
    def ids(self) -> list[str]:
        return best_first(id_ for claim in self.incoming.values() for id_ in claim.assertion.names["i"])


class EditionWriter:
    """Writes an edition: creates, updates, joins and ends, and nothing that is already so; in a dry run, only says what would be.

    Every reference of the edition's facts must be known. Make it, let it refuse, then write: what is already there is read once,
    when it is made.
    """

    def __init__(
        self, connection: Connection, edition: Edition, *, dry_run: bool = False, progress: Progress | None = None
    ) -> None:
        self._connection = connection
        self._edition = edition
        self._load = edition.header.id
        self._scope = edition.header.scope
        self._dry_run = dry_run
        self._progress = progress
        known = stored.read_authorities(connection)
        given = {source.id: source.authority for source in edition.sources}
        self._authorities = known | given
        self._reappraised = [id_ for id_, authority in given.items() if known.get(id_, authority) != authority]
        self._now = int(time.time() * 1000)
        labels = {"Entity", "Identifier", *(claim.label for claim in edition.nodes)}
        labels |= {split_reference(end)[0] for claim in edition.facts for end in claim.ends}
        self._numbers = stored.numbers(connection, labels, {SELF_LOOP, *(claim.type for claim in edition.facts)})
        self._empty = not self._numbers["Entity"]
        self._scope_nodes = {} if self._empty else stored.read_nodes_of_scope(connection, self._scope)
        self._ids = self._find_ids(
            {name for claim in edition.nodes for name in claim.references}
            | {end for claim in edition.facts for end in claim.ends}
        )
        self._of_scope = FactsOfScope()
        if not self._empty:
            self._of_scope = facts_of_scope(connection, self._scope, edition.facts, self._stored)
        calling = {
            name
            for fact in self._of_scope.read.values()
            for assertion in fact.assertions
            if assertion.scope == self._scope
            for name in assertion.names.values()
        }
        if unchanged := self._of_scope.unchanged:
            calling.update(end for claim in edition.facts if claim.key in unchanged for end in claim.ends)
        self._succession = Succession(edition, calling)
        #: Facts as joining nodes left them, by key; none where there is no such fact any more. A dry run has them only here.
        self._moved: dict[str, StoredFact | None] = {}
        self._behind: Behind | None = None
        self._stores = Store(connection)
        self.written = Written()

    def write(self) -> Written:
        """Write nodes, then facts, and return what that came to once all of it is stored."""
        with Behind() as self._behind:
            self._write_nodes()
            self._write_facts()
        self._behind = None
        return self.written

    def reappraise(self) -> None:
        """Derive again what is shown from sources whose authority is no longer what it was when it was written."""
        if not self._reappraised:
            return
        nodes = stored.read_nodes_of_sources(self._connection, self._reappraised)
        facts = stored.read_facts_of_sources(self._connection, self._reappraised)
        for node_batch in stored.batches(list(nodes.values())):
            operations = Operations(self._authorities)
            for node in node_batch:
                operations.put_node(node, node)
            self._store(operations)
        for fact_batch in stored.batches(list(facts.values())):
            operations = Operations(self._authorities)
            for fact in fact_batch:
                operations.put_fact(fact, fact)
            self._store(operations)

    def check_ended_share(self, max_ended_share: float) -> None:
        """Refuse an edition that lacks too much.

        Raises:
            RefusedError: It lacks more than ``max_ended_share`` of what one of its sources asserted in this scope before.
        """
        holders: list[StoredNode | StoredFact] = [*self._scope_nodes.values(), *self._of_scope.read.values()]
        said = ((holder_subject(holder), assertion) for holder in holders for assertion in holder.assertions)
        unchanged = self._of_scope.unchanged
        again = Counter(claim.assertion.source for claim in self._edition.facts if claim.key in unchanged)
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

    def _find_ids(self, names: Iterable[str]) -> dict[str, str]:
        asked = [name for name in names if self._numbers[split_reference(name)[0]]]
        return stored.find_ids(self._connection, asked, identifiers=self._numbers["Identifier"] > 0)

    def _after(
        self, subject: str, before: Sequence[Assertion], incoming: Mapping[str, Claim]
    ) -> tuple[tuple[Assertion, ...], list[Assertion]]:
        """Return the assertions as the edition leaves them, and those of earlier loads that it changed, as they were.

        ``incoming`` are the claims that the edition makes of this thing, by identity.
        """
        rest = dict(incoming)
        after, replaced = [], []
        for assertion in before:
            again = rest.pop(assertion.identity, None)
            now = self._succession.after(subject, assertion, again.assertion if again else None)
            if now != assertion:
                self.written.changed.add(claim_key(subject, assertion))
                if assertion.load != self._load:
                    replaced.append(assertion)
            if now is not None:
                after.append(now)
        self.written.changed.update([claim.key for claim in rest.values()])
        return (*after, *(claim.assertion for claim in rest.values())), replaced

    # Nodes ------------------------------------------------------------------------------------------------------------

    def _write_nodes(self) -> None:
        names = {name for claim in self._edition.nodes for name in claim.references}
        groups: Groups[str] = Groups()
        for claim in self._edition.nodes:
            called = claim.references
            groups.join([*called, *(f"={self._ids[name]}" for name in called if name in self._ids)])
        found = {id_: groups.find(f"={id_}") for name, id_ in sorted(self._ids.items()) if name in names}
        same: dict[str, _Same] = {}
        for claim in self._edition.nodes:
            group = groups.find(claim.references[0])
            here = same.setdefault(group, _Same(claim.label))
            here.incoming[claim.assertion.identity] = claim
        for id_, group in found.items():
            same[group].existing.append(id_)
        unsaid = [_Same(node.label, existing=[id_]) for id_, node in self._scope_nodes.items() if id_ not in found]
        held = self._scope_nodes | stored.read_nodes(self._connection, found.keys() - self._scope_nodes.keys())

        regrouping = [here for here in same.values() if self._must_regroup(here, held)]
        apart = {id(here) for here in regrouping}
        self._write_single_nodes([*(here for here in same.values() if id(here) not in apart), *unsaid], held)
        for here in regrouping:
            self._regroup(here.label, [held[id_] for id_ in here.existing], here.incoming)

    def _write_single_nodes(self, groups: Sequence[_Same], held: Mapping[str, StoredNode]) -> None:
        wanted = {id_ for here in groups if not here.existing for id_ in here.ids}
        taken = set() if self._empty else stored.ids_taken(self._connection, wanted)
        done = 0
        for batch in stored.batches(groups):
            operations = Operations(self._authorities)
            for here in batch:
                before = held[here.existing[0]] if here.existing else None
                after, replaced = self._after(here.label, before.assertions if before else (), here.incoming)
                if before is None:
                    node = StoredNode(here.label, new_id(here.label, here.ids, taken), self._now, after)
                    taken.add(node.id)
                else:
                    node = replace(before, assertions=after)
                self._ids |= {reference(node.label, id_): node.id for id_ in here.ids}
                if node != before:
                    operations.put_node(before, node)
                    self._count("nodes", before, node)
                for assertion in replaced:
                    operations.remember_node(self._load, node, assertion)
            self._store(operations)
            done += len(batch)
            if self._progress:
                self._progress("nodes", done, len(groups))

    def _must_regroup(self, here: _Same, held: Mapping[str, StoredNode]) -> bool:
        """Whether nodes may join or part: several turn out to be one, or what held one together is withdrawn."""
        if len(here.existing) != 1:
            return len(here.existing) > 1
        assertions = held[here.existing[0]].assertions
        together = len(assertions) > 1 or len(here.incoming) > 1
        return together and any(self._succession.is_superseded(here.label, assertion) for assertion in assertions)

    def _regroup(self, label: str, nodes: list[StoredNode], incoming: Mapping[str, Claim]) -> None:
        """Join nodes that turn out to be the same, or part one, in one transaction, with all facts that touch them."""
        self._settle()
        operations = Operations(self._authorities)
        facts = self._facts_touching({node.id for node in nodes})
        rest = dict(incoming)
        now_nodes = []
        for number, node in enumerate(nodes, start=1):
            held = {assertion.identity for assertion in node.assertions}
            # What no node holds yet is added to the last one; regrouping finds the place that is its own.
            mine = {identity: rest.pop(identity) for identity in list(rest) if identity in held or number == len(nodes)}
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
        self._ids |= {reference(node.label, id_): node.id for node in target.nodes for id_ in node.ids}

    def _facts_touching(self, ids: Collection[str]) -> dict[str, StoredFact]:
        facts = stored.read_facts_touching(self._connection, ids) | self._moved
        return {key: fact for key, fact in facts.items() if fact and (fact.start in ids or fact.end in ids)}

    # Facts ------------------------------------------------------------------------------------------------------------

    def _write_facts(self) -> None:
        incoming: dict[str, list[FactClaim]] = {}
        subjects: dict[str, StoredFact] = {}
        unchanged = {claim: key for claim, key in self._of_scope.unchanged.items() if key not in self._moved}
        for claim in self._edition.facts:
            if self._ids[claim.start] == self._ids[claim.end]:
                self.written.self_loops.add(claim.key)
            if claim.key not in unchanged and (fact := self._stored(claim)):
                incoming.setdefault(fact.key, []).append(claim)
                subjects[fact.key] = fact
        of_scope = {key: fact for key, fact in self._of_scope.read.items() if key not in self._moved}
        moved = {key: fact for key, fact in self._moved.items() if fact}
        of_scope |= {
            key: fact for key, fact in moved.items() if any(made.scope == self._scope for made in fact.assertions)
        }
        held = of_scope | moved
        held |= self._read_elsewhere(fact for key, fact in subjects.items() if key not in held)
        todo = sorted({*subjects, *of_scope}, key=lambda key: _by_start(held.get(key) or subjects[key]))
        done = 0
        for batch in stored.batches(todo):
            operations = Operations(self._authorities)
            for key in batch:
                before = held.get(key)
                subject = before or subjects[key]
                said = {claim.assertion.identity: claim for claim in incoming.get(key, ())}
                after, replaced = self._after(holder_subject(subject), before.assertions if before else (), said)
                fact = subject.saying(after)
                if fact != before:
                    operations.put_fact(before, fact)
                    self._count("facts", before, fact)
                for assertion in replaced:
                    operations.remember_fact(self._load, fact, assertion)
            self._store(operations)
            done += len(batch)
            if self._progress:
                self._progress("facts", done, len(todo))

    def _read_elsewhere(self, facts: Iterable[StoredFact]) -> dict[str, StoredFact]:
        """Return those facts, of which this scope says nothing so far, that others assert.

        There are none when this scope made all that there are of the type; those that went from one type of relationship to another
        as nodes joined are among what was moved, and not looked for here.
        """
        elsewhere: dict[str, list[str]] = defaultdict(list)
        for fact in facts:
            if self._numbers[fact.relationship] > self._of_scope.numbers.get(fact.relationship, 0):
                elsewhere[fact.relationship].append(fact.key)
        if elsewhere:
            self._settle()
        read: dict[str, StoredFact] = {}
        for relationship, keys in elsewhere.items():
            found = stored.read_facts(self._connection, relationship, keys)
            read |= {key: fact for key, fact in found.items() if key not in self._moved}
        return read

    def _stored(self, claim: FactClaim) -> StoredFact | None:
        """Return the fact that a claim speaks of, without assertions; none while one of its ends is not there."""
        start, end = self._ids.get(claim.start), self._ids.get(claim.end)
        if start is None or end is None:
            return None
        return StoredFact(claim.type, start, end, claim.part, claim.spell, ()).ordered()

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
