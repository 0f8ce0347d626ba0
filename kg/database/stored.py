"""Nodes and facts with the assertions behind them: reading them, and the properties that they are stored with."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple, TypeVar

from kg.database.connection import Connection
from kg.places.names import normalise
from kg.schema import cypher
from kg.schema.grouping import StoredFact, StoredNode
from kg.schema.identity import reference, split_reference
from kg.schema.nodes import NODES
from kg.schema.provenance import LISTS, derive, from_lists, to_lists
from kg.schema.relationships import FACTS

#: Rows in one statement or transaction: enough to amortise the round trip, small enough for a transaction's memory.
BATCH = 5_000

#: Reading many long lists takes longer than an ordinary query.
READ_TIMEOUT = 600

Item = TypeVar("Item")

#: In so many parts what is known of the facts and nodes of a scope is asked for.
_PARTS_OF_FACTS, _PARTS_OF_NODES = 40, 20

_LISTS = ", ".join(f"n.{name} AS {name}" for name in LISTS)
_NODE = f"[label IN labels(n) WHERE label IN $labels][0] AS label, n.id AS id, n.created AS created, {_LISTS}"
_FACT_LISTS = ", ".join(f"r.{name} AS {name}" for name in LISTS)

_NODES_BY_ID = f"UNWIND $ids AS id MATCH (n:Entity {{id: id}}) RETURN {_NODE}"
_NODES_OF_SOURCES = f"MATCH (n:Entity) WHERE any(source IN n.sources WHERE source IN $sources) RETURN {_NODE}"
_NODES_OF_SCOPE = f"MATCH (n:Entity) WHERE any(load IN n.loads WHERE load STARTS WITH $prefix) RETURN {_NODE}"
_SOURCES = "MATCH (s:Source) RETURN s.id AS id, s.authority AS authority"
_SOME_IDS_TAKEN = "UNWIND $ids AS id MATCH (n:Entity {id: id}) RETURN n.id AS id"


#: What tells facts of some type apart; which of them it is follows from the type.
_PARTS = sorted({kind.part for kind in FACTS.values() if kind.part})
_FACT = (
    "coalesce(r.of, type(r)) AS type, startNode(r).id AS start, endNode(r).id AS end, coalesce(r.spell, '') AS spell, "
    + ", ".join(f"r.{part} AS {part}" for part in _PARTS)
    + f", {_FACT_LISTS}"
)
_FACTS_OF_SOURCES = f"MATCH ()-[r]->() WHERE any(source IN r.sources WHERE source IN $sources) RETURN {_FACT}"
_FACTS_OF_SCOPE = f"MATCH ()-[r]->() WHERE any(load IN r.loads WHERE load STARTS WITH $prefix) RETURN {_FACT}"
# In so many parts that one of them, a few lists of texts, is small beside what a load holds.
_SKIM_FACTS = (
    "MATCH ()-[r]->() WHERE any(load IN r.loads WHERE load STARTS WITH $prefix) "
    f"WITH r, coalesce(r.fingerprint, -1) AS print RETURN type(r) AS type, print % {_PARTS_OF_FACTS} AS part, "
    "collect(r.key) AS keys, collect(print) AS fingerprints, collect(size(r.sources)) AS sizes"
)
_SKIM_NODES = (
    "MATCH (n:Entity) WHERE any(load IN n.loads WHERE load STARTS WITH $prefix) "
    "WITH n, [label IN labels(n) WHERE label IN $labels][0] AS label, coalesce(n.fingerprint, -1) AS print "
    f"RETURN label, print % {_PARTS_OF_NODES} AS part, collect(n.id) AS ids, collect(print) AS fingerprints, "
    "collect(size(n.sources)) AS sizes, collect(n.sources[0]) AS sources, collect(n.rows[0]) AS rows"
)
_FACTS_TOUCHING = (
    f"UNWIND $ids AS id MATCH (:Entity {{id: id}})-[r]-() WHERE r.key IS NOT NULL WITH DISTINCT r RETURN {_FACT}"
)


def numbers(connection: Connection, labels: Iterable[str], types: Iterable[str]) -> dict[str, int]:
    """Return how many nodes of each label, and relationships of each type, there are.

    What there is none of need not be asked for, which saves a first load most of its questions.
    """
    # Each is a number that the store keeps, whatever the size of the graph; with anything beside it in a RETURN it would be counted.
    counts = {name: f"MATCH (n:{name}) RETURN count(n) AS {name}" for name in sorted(set(labels))}
    counts |= {name: f"MATCH ()-[r:{name}]->() RETURN count(r) AS {name}" for name in sorted(set(types))}
    statement = "\n".join([*(f"CALL () {{ {count} }}" for count in counts.values()), f"RETURN {', '.join(counts)}"])
    (row,) = connection.run_read(statement, {})
    return row


def batches(items: Sequence[Item], size: int = BATCH) -> Iterator[Sequence[Item]]:
    """Cut a sequence into pieces of at most ``size``."""
    return (items[start : start + size] for start in range(0, len(items), size))


def find_ids(connection: Connection, references: Iterable[str], *, identifiers: bool = True) -> dict[str, str]:
    """Return the stored id of each node that a reference names; references that name none are left out.

    ``identifiers`` says whether there may be further ids, as nodes of their own.
    """
    codes: dict[tuple[str, str], list[str]] = defaultdict(list)
    for name in set(references):
        label, id_ = split_reference(name)
        scheme, _, code = id_.partition(":")
        codes[label, scheme].append(code)
    found: dict[str, str] = {}
    for (label, scheme), some in codes.items():
        for batch in batches(some):
            for row in connection.run_read(cypher.find_nodes(label, scheme), {"codes": list(batch)}):
                found[reference(label, f"{scheme}:{row['code']}")] = row["id"]
        if not identifiers:
            continue
        rest = [f"{scheme}:{code}" for code in some if reference(label, f"{scheme}:{code}") not in found]
        for batch in batches(rest):
            for row in connection.run_read(cypher.find_nodes_by_identifier(label), {"values": list(batch)}):
                found[reference(label, row["value"])] = row["id"]
    return found


def ids_taken(connection: Connection, ids: Iterable[str]) -> set[str]:
    """Return those of ``ids`` that a node already has as its stored id."""
    return {
        row["id"]
        for batch in batches(sorted(set(ids)))
        for row in connection.run_read(_SOME_IDS_TAKEN, {"ids": list(batch)})
    }


def read_nodes(connection: Connection, ids: Iterable[str]) -> dict[str, StoredNode]:
    """Return the nodes with these stored ids."""
    nodes: dict[str, StoredNode] = {}
    for batch in batches(sorted(set(ids))):
        nodes |= _nodes(connection, _NODES_BY_ID, {"ids": list(batch)})
    return nodes


def read_nodes_of_scope(connection: Connection, scope: str) -> dict[str, StoredNode]:
    """Return the nodes of which loads of this scope assert something."""
    return _nodes(connection, _NODES_OF_SCOPE, {"prefix": f"{scope}@"})


def read_nodes_of_sources(connection: Connection, sources: Iterable[str]) -> dict[str, StoredNode]:
    """Return the nodes of which one of these sources asserts something."""
    return _nodes(connection, _NODES_OF_SOURCES, {"sources": list(sources)})


def _nodes(connection: Connection, statement: str, parameters: Mapping[str, Any]) -> dict[str, StoredNode]:
    rows = connection.run_read(statement, {**parameters, "labels": list(NODES)}, timeout=READ_TIMEOUT)
    return {
        row["id"]: StoredNode(row["label"], row["id"], row["created"], tuple(from_lists(row)))
        for row in rows
        if row["sources"] is not None
    }


def read_facts(connection: Connection, relationship: str, keys: Iterable[str]) -> dict[str, StoredFact]:
    """Return the facts with these keys that are stored as a type of relationship, by key."""
    statement = f"UNWIND $keys AS key MATCH ()-[r:{relationship} {{key: key}}]->() RETURN {_FACT}"
    facts: dict[str, StoredFact] = {}
    for batch in batches(sorted(set(keys))):
        facts |= _facts(connection, statement, {"keys": list(batch)})
    return facts


class SkimmedFacts(NamedTuple):
    """Some facts of one type of relationship: their keys, fingerprints, and how many assertions each holds."""

    relationship: str
    keys: Sequence[str]
    fingerprints: Sequence[int]
    sizes: Sequence[int]


def skim_facts(connection: Connection, scope: str) -> Iterator[SkimmedFacts]:
    """Yield what tells of each fact of a scope whether it is what it was, a part of them at a time."""
    with connection.stream_read(_SKIM_FACTS, {"prefix": f"{scope}@"}, timeout=READ_TIMEOUT) as stream:
        for relationship, _, keys, fingerprints, sizes in stream.rows:
            yield SkimmedFacts(relationship, keys, fingerprints, sizes)


class SkimmedNodes(NamedTuple):
    """Some nodes of one label: their ids, fingerprints, how many assertions each holds, and source and row of the first."""

    label: str
    ids: Sequence[str]
    fingerprints: Sequence[int]
    sizes: Sequence[int]
    sources: Sequence[str]
    rows: Sequence[str]


def skim_nodes(connection: Connection, scope: str) -> Iterator[SkimmedNodes]:
    """Yield what tells of each node of a scope whether it is what it was, a part of them at a time."""
    parameters = {"prefix": f"{scope}@", "labels": list(NODES)}
    with connection.stream_read(_SKIM_NODES, parameters, timeout=READ_TIMEOUT) as stream:
        for label, _, *lists in stream.rows:
            yield SkimmedNodes(label, *lists)


def read_facts_of_scope(connection: Connection, scope: str) -> dict[str, StoredFact]:
    """Return the facts, of all types, of which loads of this scope assert something."""
    return _facts(connection, _FACTS_OF_SCOPE, {"prefix": f"{scope}@"})


def read_facts_of_sources(connection: Connection, sources: Iterable[str]) -> dict[str, StoredFact]:
    """Return the facts, of all types, of which one of these sources asserts something."""
    return _facts(connection, _FACTS_OF_SOURCES, {"sources": list(sources)})


def read_facts_touching(connection: Connection, ids: Iterable[str]) -> dict[str, StoredFact]:
    """Return every fact that has one of these nodes at an end."""
    facts: dict[str, StoredFact] = {}
    for batch in batches(sorted(set(ids))):
        facts |= _facts(connection, _FACTS_TOUCHING, {"ids": list(batch)})
    return facts


def _facts(connection: Connection, statement: str, parameters: Mapping[str, Any]) -> dict[str, StoredFact]:
    facts = {}
    for row in connection.run_read(statement, parameters, timeout=READ_TIMEOUT):
        part = FACTS[row["type"]].part
        told_apart_by = row[part] if part else ""
        ends = row["start"], row["end"]
        fact = StoredFact(row["type"], *ends, told_apart_by, row["spell"], tuple(from_lists(row)))
        facts[fact.key] = fact
    return facts


def read_authorities(connection: Connection) -> dict[str, str]:
    """Return the authority of each source, by its id."""
    return {row["id"]: row["authority"] for row in connection.run_read(_SOURCES, {})}


def node_row(node: StoredNode, authorities: Mapping[str, str]) -> dict[str, Any]:
    """Return the row of the batch statement that stores a node (see :func:`kg.schema.cypher.create_nodes`)."""
    shown = derive(node.assertions, authorities)
    location = shown.pop("location", None)
    searched = [shown.get("name"), shown.get("acronym"), shown.get("title"), *shown.get("names", ())]
    properties = {
        **shown,
        "id": node.id,
        **node.scalar_ids,
        "created": node.created,
        "search_names": sorted({normalise(name) for name in searched if name} - {""}),
        "fingerprint": node.fingerprint,
        **to_lists(node.assertions),
    }
    return {"id": node.id, "properties": properties, "location": location}


def told_apart(relationship: str, type_: str, spell: str) -> dict[str, str]:
    """Return the properties of a fact that say of which type and spell it is, where its relationship does not."""
    told = {"of": type_} if relationship != type_ else {}
    return {**told, "spell": spell} if spell else told


def fact_row(fact: StoredFact, authorities: Mapping[str, str]) -> dict[str, Any]:
    """Return a fact as :func:`kg.schema.cypher.update_facts` takes it, and :func:`kg.schema.cypher.new_fact`."""
    shown = derive(fact.assertions, authorities)
    properties = {
        **shown,
        "key": fact.key,
        "fingerprint": fact.fingerprint,
        **to_lists(fact.assertions),
    }
    properties |= told_apart(fact.relationship, fact.type, fact.spell)
    return {"key": fact.key, "start": fact.start, "end": fact.end, "properties": properties}
