"""The tables out of Neo4j, as lists that the server collects: a row for each of a million would take minutes.

To receive a list is as much work as it has values, so only those are asked for that a kind of node or fact can have.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from operator import itemgetter
from typing import Any

from kg.database.connection import Connection
from kg.database.read import read
from kg.garbage import no_collecting
from kg.queries.snapshot.tables import FactRow, NodeRow, Tables, in_order
from kg.schema.identity import SCHEME_PROPERTIES
from kg.schema.nodes import NODES, Node
from kg.schema.relationships import FACTS, Fact

#: Seconds for one of the large reads.
_TIMEOUT = 300

_NODES = """\
MATCH (n:{label})
WHERE n:Entity
RETURN collect([n.id, {values}]) AS nodes"""

# What has no key, or joins a node to itself, was put there by hand; the writer stores neither as a fact. Collected by their ends,
# of which there are fewer, so that each id comes once.
_FACTS = """\
MATCH (a:Entity)-[f:{type}]->(b:Entity)
WHERE f.key IS NOT NULL AND a <> b
WITH b, collect([a.id, f.key, {values}]) AS facts
RETURN collect([b.id, facts]) AS ends"""

#: Where a value of a row is stored, unless it is a property of the same name.
_STORED = {
    "longitude": "location.longitude",
    "latitude": "location.latitude",
    "nuts": SCHEME_PROPERTIES["nuts"],
}

_NODES_WITH = """\
UNWIND $ids AS id
MATCH (n:Entity {{id: id}})
RETURN collect([n.id, labels(n), {values}]) AS nodes""".format(
    values=", ".join(f"n.{_STORED.get(name, name)}" for name in NodeRow._fields[2:])
)

_FACTS_AT = """\
UNWIND $ids AS id
MATCH (a:Entity {{{{id: id}}}})-[f:{{types}}]-(b:Entity)
WHERE f.key IS NOT NULL AND a <> b
RETURN collect([type(f), startNode(f).id, endNode(f).id, f.key, {values}]) AS facts""".format(
    values=", ".join(f"f.{name}" for name in FactRow._fields[4:])
)


def tables_of_database(connection: Connection) -> Tables:
    """Return the tables of what is in a database.

    Nodes and facts have the ids and keys that they are stored with. Facts that ended, and requests that were closed or have
    expired, are there with the dates that say so.

    Args:
        connection: The database; only read.

    Returns:
        The tables; what a load that runs meanwhile writes may be in them in part, but every end of a fact is a node.

    Raises:
        KgError: The connection was lost, or the database takes too long.
    """
    with no_collecting():
        return _tables(connection)


def _tables(connection: Connection) -> Tables:
    nodes: dict[str, NodeRow] = {}
    for label, node in NODES.items():
        names = _node_values(node)
        spread = _spread(NodeRow._fields[2:], names)
        statement = _NODES.format(label=label, values=", ".join(f"n.{_STORED.get(name, name)}" for name in names))
        (found,) = read(connection, statement, timeout=_TIMEOUT)
        for id_, *values in found["nodes"]:
            name, *rest = spread(values)
            # By hand a node can get two labels of ours; it is one node all the same.
            nodes.setdefault(id_, NodeRow(id_, label, name or id_, *rest))
    facts: list[FactRow] = []
    for type_, fact in FACTS.items():
        names = _fact_values(fact)
        spread = _spread(FactRow._fields[4:], names)
        undirected = fact.undirected
        statement = _FACTS.format(type=type_, values=", ".join(f"f.{name}" for name in names))
        (found,) = read(connection, statement, timeout=_TIMEOUT)
        for end, of_end in found["ends"]:
            for start, key, *values in of_end:
                if start in nodes and end in nodes:
                    first, last = (end, start) if undirected and end < start else (start, end)
                    facts.append(FactRow(type_, key, first, last, *spread(values)))
    return in_order(nodes.values(), facts)


def nodes_with(connection: Connection, ids: Sequence[str]) -> dict[str, NodeRow]:
    """Return the rows that :func:`tables_of_database` has of the nodes with these ids, by id.

    Raises:
        KgError: The connection was lost, or the database takes too long.
    """
    (found,) = read(connection, _NODES_WITH, {"ids": list(ids)})
    nodes: dict[str, NodeRow] = {}
    for id_, labels, *values in found["nodes"]:
        label = next((label for label in NODES if label in labels), None)
        if label is not None:
            given = dict(zip(NodeRow._fields[2:], values, strict=True))
            known = {name: given[name] for name in _node_values(NODES[label])}
            nodes[id_] = NodeRow(id_, label, known.pop("name") or id_, **known)
    return nodes


def facts_at(connection: Connection, types: Iterable[str], ids: Sequence[str]) -> list[FactRow]:
    """Return the rows that :func:`tables_of_database` has of the facts of some types at some nodes, each once, in its order.

    Whether both ends are nodes of the graph is for the caller to see.

    Raises:
        KgError: The connection was lost, or the database takes too long.
    """
    (found,) = read(connection, _FACTS_AT.format(types="|".join(types)), {"ids": list(ids)})
    facts: set[FactRow] = set()
    for type_, start, end, key, *values in found["facts"]:
        fact = FACTS[type_]
        given = dict(zip(FactRow._fields[4:], values, strict=True))
        first, last = (end, start) if fact.undirected and end < start else (start, end)
        facts.add(FactRow(type_, key, first, last, **{name: given[name] for name in _fact_values(fact)}))
    return in_order((), facts).facts


def _spread(fields: Sequence[str], names: Sequence[str]) -> Callable[[list[Any]], Iterable[Any]]:
    """Return what puts values with some names into the order of all fields, with None where there is no value."""
    places = itemgetter(*(names.index(field) if field in names else len(names) for field in fields))
    return lambda values: places((*values, None))


def _node_values(kind: type[Node]) -> list[str]:
    """Return which values of a row nodes of a kind can have, besides id and label."""
    stored = {*kind.model_fields}
    if "location" in stored:
        stored |= {"longitude", "latitude"}
    if "nuts" in kind.schemes:
        stored.add("nuts")
    return [name for name in NodeRow._fields if name in stored]


def _fact_values(kind: type[Fact]) -> list[str]:
    """Return which values of a row facts of a kind can have, besides type, key and ends."""
    return [name for name in FactRow._fields if name in kind.model_fields.keys() - {"start", "end"} or name == "ended"]
