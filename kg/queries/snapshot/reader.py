"""The tables out of Neo4j, as lists that the server collects: a row for each of a million would take minutes."""

from __future__ import annotations

from kg.database.connection import Connection
from kg.database.read import read
from kg.queries.snapshot.tables import FactRow, NodeRow, Tables, in_order
from kg.schema.nodes import NODES
from kg.schema.relationships import FACTS

#: Seconds for one of the large reads.
_TIMEOUT = 300

# A list for each label and for each type, so that no one list holds the whole graph, with the values in the order of the row.
_NODES = """\
MATCH (n:{label})
WHERE n:Entity
RETURN collect([n.id, n.name, n.country, n.population, n.location.longitude, n.location.latitude, n.kind, n.start, n.end,
    n.dissolved, n.nuts_id]) AS nodes"""

# What has no key, or joins a node to itself, was put there by hand; the writer stores neither as a fact.
_FACTS = """\
MATCH (a:Entity)-[f:{type}]->(b:Entity)
WHERE f.key IS NOT NULL AND a <> b
RETURN collect([f.key, a.id, b.id, f.role, f.since, f.until, f.ended, f.as_of, f.status, f.closed]) AS facts"""


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
    nodes: dict[str, NodeRow] = {}
    for label in NODES:
        (row,) = read(connection, _NODES.format(label=label), timeout=_TIMEOUT)
        for id_, name, *values in row["nodes"]:
            # By hand a node can get two labels of ours; it is one node all the same.
            nodes.setdefault(id_, NodeRow(id_, label, name or id_, *values))
    facts: list[FactRow] = []
    for type_, kind in FACTS.items():
        (row,) = read(connection, _FACTS.format(type=type_), timeout=_TIMEOUT)
        for key, start, end, *values in row["facts"]:
            if start in nodes and end in nodes:
                first, last = (end, start) if kind.undirected and end < start else (start, end)
                facts.append(FactRow(type_, key, first, last, *values))
    return in_order(nodes.values(), facts)
