"""Taking the latest load of a scope back."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from kg.database import loads, stored
from kg.database.connection import Connection
from kg.database.operations import Operations
from kg.database.turn import turn
from kg.errors import KgError
from kg.schema.grouping import Groups, StoredFact, StoredNode, regroup
from kg.schema.identity import reference
from kg.schema.provenance import Assertion

_MADE_NODES = "MATCH (n:Entity) WHERE $load IN n.loads RETURN n.id AS id"
_MADE_FACTS = "MATCH ()-[r]->() WHERE $load IN r.loads RETURN type(r) AS relationship, r.key AS key"
_CHANGES = "MATCH (c:Change {load: $load}) RETURN c.kind AS kind, c.type AS type, c.part AS part, c.spell AS spell, c.before AS before"
_OPEN = "MATCH (l:Load {id: $load}) SET l.complete = false, l.ending = null, l.attempt_status = l.attempt_status[..-1] + 'undoing'"
_CLOSE = """\
MATCH (l:Load {id: $load})
SET l.complete = false, l.attempt_status = l.attempt_status[..-1] + 'undone'
WITH l
OPTIONAL MATCH (c:Change {load: $load})
DELETE c"""
_READ = "MATCH (:Load {id: $load})-[:READ]->(s:Source) RETURN s.id AS id"
_OF_SOURCE = """\
MATCH (l:Load) WHERE l.attempt_status[-1] <> $undone
    AND ($source IS NULL OR EXISTS { (l)-[:READ]->(:Source {id: $source}) })
RETURN l.id AS id, l.scope AS scope ORDER BY l.sequence DESC LIMIT 1"""
_SCOPES = "MATCH (l:Load) WHERE l.attempt_status[-1] <> $undone RETURN DISTINCT l.scope AS scope ORDER BY scope"


@dataclass(frozen=True, slots=True)
class Undone:
    """What was taken back: the load, and how many nodes and facts went or changed."""

    load: str
    nodes_removed: int
    nodes_changed: int
    facts_removed: int
    facts_changed: int


@dataclass(frozen=True, slots=True)
class _Change:
    kind: str
    type: str
    part: str
    spell: str
    before: Assertion


def undo(connection: Connection, what: str | None = None) -> Undone:
    """Take the latest load of a scope or source back: the graph is then as if that load had never run.

    ``what`` is a scope, the id of a load, or the id of a source; the latest load of all when it is not given. What the load first asserted goes; what it changed or ended returns. A node that only this load asserted stays, as ended, if a
    fact of another source touches it. An undo that was cut off is finished by running it again.

    Raises:
        KgError: Nothing of that scope is loaded, or the named load is not the latest of its scope.
    """
    with turn(connection) as mine:
        load = _latest(connection, what)
        mine.run_write(_OPEN, {"load": load})
        changes = [
            _Change(row["kind"], row["type"], row["part"], row["spell"], Assertion(*json.loads(row["before"])))
            for row in connection.run_read(_CHANGES, {"load": load})
        ]
        return _Undo(mine, load, changes).run()


def _latest(connection: Connection, what: str | None) -> str:
    if what is None or not loads.history(connection, what.rpartition("@")[0] or what):
        latest = connection.run_read(_OF_SOURCE, {"source": what, "undone": loads.UNDONE})
        if latest:
            return str(latest[0]["id"])
    if what is None:
        raise KgError("nothing is loaded, so nothing can be taken back")
    return _latest_of_scope(connection, what)


def _latest_of_scope(connection: Connection, scope_or_load: str) -> str:
    scope = scope_or_load.rpartition("@")[0] or scope_or_load
    standing = [row["id"] for row in loads.history(connection, scope) if row["status"] != loads.UNDONE]
    if not standing:
        known = ", ".join(row["scope"] for row in connection.run_read(_SCOPES, {"undone": loads.UNDONE})) or "nothing"
        raise KgError(f"nothing is loaded under {scope!r}, so nothing can be taken back; loaded are: {known}")
    if "@" in scope_or_load and scope_or_load not in standing:
        raise KgError(f"there is no load {scope_or_load!r}; the loads of {scope} are: {', '.join(standing)}")
    if "@" in scope_or_load and scope_or_load != standing[0]:
        newer = standing[: standing.index(scope_or_load)]
        raise KgError(f"{scope_or_load} is not the latest load of {scope}: take back first {', '.join(newer)}")
    return str(standing[0])


class _Undo:
    def __init__(self, connection: Connection, load: str, changes: Iterable[_Change]) -> None:
        self._connection = connection
        self._load = load
        self._edition = load.rpartition("@")[2].partition("#")[0]
        self._authorities = stored.read_authorities(connection)
        self._changes = list(changes)
        names = {name for change in self._changes for name in _called(change)}
        self._ids = stored.find_ids(connection, names)
        self._counts: dict[str, int] = defaultdict(int)

    def run(self) -> Undone:
        self._undo_facts()
        self._undo_nodes()
        sources = [row["id"] for row in self._connection.run_read(_READ, {"load": self._load})]
        self._connection.write_many([(_CLOSE, {"load": self._load}), loads.set_editions(sources)])
        counts = self._counts
        return Undone(self._load, counts["-nodes"], counts["~nodes"], counts["-facts"], counts["~facts"])

    def _undo_facts(self) -> None:
        before: dict[str, dict[str, Assertion]] = defaultdict(dict)
        keys: dict[str, set[str]] = defaultdict(set)
        for change in self._changes:
            if change.kind == "fact":
                fact = self._fact(change)
                before[fact.key][change.before.identity] = change.before
                keys[fact.relationship].add(fact.key)
        for row in self._connection.run_read(_MADE_FACTS, {"load": self._load}, stored.READ_TIMEOUT):
            keys[row["relationship"]].add(row["key"])
        for relationship, some in keys.items():
            facts = stored.read_facts(self._connection, relationship, some)
            for batch in stored.batches(list(facts.items())):
                operations = Operations(self._authorities)
                for key, fact in batch:
                    after = replace(fact, assertions=self._as_before(fact.assertions, before[key]))
                    if not after.assertions:
                        operations.delete_fact(fact)
                        self._counts["-facts"] += 1
                    elif after != fact:
                        operations.put_fact(fact, after)
                        self._counts["~facts"] += 1
                self._connection.write_many(operations.statements())

    def _undo_nodes(self) -> None:
        before: dict[str, dict[str, Assertion]] = defaultdict(dict)
        together: Groups[str] = Groups()
        for change in self._changes:
            if change.kind == "node":
                # The load may have withdrawn ids, by which other nodes go now: what it was then belongs to all of these.
                holders = sorted({self._ids[name] for name in _called(change) if name in self._ids})
                together.join(holders)
                before[holders[0]][change.before.identity] = change.before
        made = {row["id"] for row in self._connection.run_read(_MADE_NODES, {"load": self._load}, stored.READ_TIMEOUT)}
        wanted = made | before.keys() | {id_ for id_ in self._ids.values() if together.size(id_) > 1}
        nodes = stored.read_nodes(self._connection, wanted)
        facts = stored.read_facts_touching(self._connection, nodes)
        touching: dict[str, dict[str, StoredFact]] = defaultdict(dict)
        for key, fact in facts.items():
            touching[fact.start][key] = touching[fact.end][key] = fact
        regrouping: dict[str, list[tuple[StoredNode, StoredNode]]] = defaultdict(list)
        for batch in stored.batches(list(nodes.values())):
            operations = Operations(self._authorities)
            for node in batch:
                after = replace(node, assertions=self._as_before(node.assertions, before[node.id]))
                if together.size(node.id) > 1 or _falls_apart(after):
                    regrouping[together.find(node.id)].append((node, after))
                elif not after.assertions and touching[node.id]:
                    kept = tuple(assertion.gone(self._edition) for assertion in node.assertions)
                    operations.put_node(node, replace(node, assertions=kept))
                    self._counts["~nodes"] += 1
                elif not after.assertions:
                    operations.delete_node(node)
                    self._counts["-nodes"] += 1
                elif after != node:
                    operations.put_node(node, after)
                    self._counts["~nodes"] += 1
            self._connection.write_many(operations.statements())
        for some in regrouping.values():
            self._regroup(some)

    def _regroup(self, changed: Sequence[tuple[StoredNode, StoredNode]]) -> None:
        """Part and join nodes in one transaction with the facts that touch them, which may have been moved by an earlier one."""
        before, after = [node for node, _ in changed], [node for _, node in changed]
        facts = stored.read_facts_touching(self._connection, [node.id for node in before])
        ids = {id_ for node in after for id_ in node.ids}
        taken = stored.ids_taken(self._connection, ids) - {node.id for node in before}
        target = regroup(after, facts.values(), taken=taken, now=min(node.created for node in before))
        operations = Operations(self._authorities)
        operations.put_regrouped(before, facts, target)
        self._connection.write_many(operations.statements())
        self._counts["~nodes"] += 1

    def _fact(self, change: _Change) -> StoredFact:
        start, end = (self._ids[name] for name in _called(change))
        return StoredFact(change.type, start, end, change.part, change.spell, ()).ordered()

    def _as_before(self, assertions: Iterable[Assertion], before: Mapping[str, Assertion]) -> tuple[Assertion, ...]:
        rest = dict(before)
        kept = [rest.pop(assertion.identity, assertion) for assertion in assertions if assertion.load != self._load]
        return (*kept, *rest.values())


def _called(change: _Change) -> list[str]:
    names: dict[str, Any] = change.before.names
    if change.kind == "node":
        return [reference(change.type, id_) for id_ in names["i"]]
    return [names["f"], names["t"]]


def _falls_apart(node: StoredNode) -> bool:
    groups: Groups[str] = Groups()
    for assertion in node.assertions:
        groups.join(assertion.names["i"])
    return len({groups.find(assertion.names["i"][0]) for assertion in node.assertions}) > 1
