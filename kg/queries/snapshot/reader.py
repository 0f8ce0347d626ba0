"""The tables out of Neo4j, as lists that the server collects: a row for each of a million would take minutes.

To receive a list is as much work as it has values, so only those are asked for that a kind of node or fact can have, and facts come
in groups that have an end and all values in common. Two statements run at once, since the server uses a processor for each.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from itertools import chain, repeat
from operator import attrgetter, itemgetter
from typing import Any

import numpy as np
from numpy.typing import NDArray

from kg.database.connection import Connection
from kg.database.read import read
from kg.garbage import no_collecting
from kg.queries.snapshot.tables import FactRow, NodeRow, Tables, in_order
from kg.schema.identity import SCHEME_PROPERTIES
from kg.schema.nodes import NODES, Node
from kg.schema.relationships import FACTS, Fact

#: Seconds for one of the large reads.
_TIMEOUT = 300

#: So many statements run at once, each on a processor of the server.
_AT_ONCE = 2

_NODES = """\
MATCH (n:{label})
WHERE n:Entity
RETURN collect([n.id, {values}]) AS nodes"""

# What has no key, or joins a node to itself, was put there by hand; the writer stores neither as a fact. Memberships of a network
# differ in few values, so that a network has few groups; where all differ, a group is a fact, and no worse than a row. The id of a
# node that somebody made without one is false, which no node has: collect() would leave out a null, and the keys would not fit.
_FACTS = """\
MATCH (a:Entity)-[f:{type}]->(b:Entity)
WHERE f.key IS NOT NULL AND a <> b
WITH b, {values}, collect(coalesce(a.id, false)) AS starts, collect(f.key) AS keys
RETURN collect([b.id, starts, keys, {names}]) AS groups"""

# As FactRow._make does it, without a call of Python for each row.
_FACT: Callable[[Iterable[Any]], FactRow] = partial(tuple.__new__, FactRow)
_KEY = attrgetter("key")

Indices = NDArray[np.int64]
Objects = NDArray[np.object_]

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
    def ask(statement: str) -> list[Any]:
        ((answer,),) = (row.values() for row in read(connection, statement, timeout=_TIMEOUT))
        return list(answer)

    with ThreadPoolExecutor(_AT_ONCE) as pool:
        asked_nodes = {label: pool.submit(ask, _nodes_of(label)) for label in NODES}
        asked_facts = {type_: pool.submit(ask, _facts_of(type_)) for type_ in FACTS}
        nodes = _node_rows((label, asked_nodes.pop(label).result()) for label in NODES)
        rank = {row.id: at for at, row in enumerate(nodes)}
        ids = _objects([row.id for row in nodes])
        # One type is put together while the server looks for the next; its answer is let go before that.
        facts = {type_: _fact_rows(type_, asked_facts.pop(type_).result(), ids, rank) for type_ in FACTS}
    return Tables(nodes, list(chain.from_iterable(facts[type_] for type_ in sorted(facts))))


def _nodes_of(label: str) -> str:
    values = ", ".join(f"n.{_STORED.get(name, name)}" for name in _node_values(NODES[label]))
    return _NODES.format(label=label, values=values)


def _facts_of(type_: str) -> str:
    names = _fact_values(FACTS[type_])
    return _FACTS.format(type=type_, values=", ".join(f"f.{one} AS {one}" for one in names), names=", ".join(names))


def _node_rows(answers: Iterable[tuple[str, list[Any]]]) -> list[NodeRow]:
    """Return the rows of nodes, by id, from what was answered for each label."""
    nodes: dict[str, NodeRow] = {}
    for label, answer in answers:
        spread = _spread(NodeRow._fields[2:], _node_values(NODES[label]))
        for id_, *values in answer:
            if id_ is None:
                continue  # made by hand
            name, *rest = spread(values)
            # By hand a node can get two labels of ours; it is one node all the same.
            nodes.setdefault(id_, NodeRow(id_, label, name or id_, *rest))
    return in_order(nodes.values(), ()).nodes


def _fact_rows(type_: str, groups: list[Any], ids: Objects, rank: Mapping[str, int]) -> list[FactRow]:
    """Return the rows of facts of a type whose ends are known, by ends and key.

    Args:
        type_: The type.
        groups: What was answered for it: the id of an end, the ids of starts, the keys, and the values that these have in common.
        ids: The ids of the nodes, ascending. Rows have these, so that each text is there once.
        rank: The position of each id.
    """
    counts = np.array([len(keys) for _, _, keys, *_ in groups], np.int64)
    number = int(counts.sum())
    ends = np.repeat(np.array([rank.get(end, -1) for end, *_ in groups], np.int64), counts)
    some = chain.from_iterable(starts for _, starts, *_ in groups)
    starts = np.fromiter(map(rank.get, some, repeat(-1)), np.int64, number)
    keys = np.fromiter(chain.from_iterable(keys for _, _, keys, *_ in groups), object, number)
    at = np.repeat(np.arange(len(groups)), counts)
    columns = list(zip(*(values for _, _, _, *values in groups), strict=True))
    given = dict(zip(_fact_values(FACTS[type_]), columns, strict=True)) if groups else {}
    if FACTS[type_].undirected:
        starts, ends = np.minimum(starts, ends), np.maximum(starts, ends)
    pairs = starts * len(ids) + ends
    order = np.flatnonzero((starts >= 0) & (ends >= 0))
    order = order[np.argsort(pairs[order], kind="stable")]
    at = at[order]
    rest = [
        _objects(given[name])[at] if any(value is not None for value in given.get(name, ())) else repeat(None)
        for name in FactRow._fields[4:]
    ]
    rows = list(map(_FACT, zip(repeat(type_), keys[order], ids[starts[order]], ids[ends[order]], *rest)))
    return _by_key(rows, pairs[order])


def _by_key(rows: list[FactRow], pairs: Indices) -> list[FactRow]:
    """Return rows that are in the order of their ends, of which ``pairs`` are numbers, in that of their keys too."""
    alike = np.flatnonzero(pairs[1:] == pairs[:-1])
    if len(alike):
        # The first and the last of each run with the same ends.
        firsts = alike[np.diff(alike, prepend=-2) > 1]
        lasts = alike[np.diff(alike, append=alike[-1] + 2) > 1] + 1
        for first, last in zip(firsts.tolist(), lasts.tolist(), strict=True):
            rows[first : last + 1] = sorted(rows[first : last + 1], key=_KEY)
    return rows


def _objects(values: Sequence[Any]) -> Objects:
    return np.fromiter(values, object, len(values))


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
