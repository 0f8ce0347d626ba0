"""One number for what a graph says, however it came about."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from kg.database.connection import Connection
from kg.database.stored import READ_TIMEOUT
from kg.schema.grouping import StoredNode
from kg.schema.identity import fact_key
from kg.schema.nodes import NODES
from kg.schema.provenance import from_lists
from kg.schema.relationships import FACTS

#: What depends on how a graph came about: ids and keys given when something was first made, loads and times.
_HISTORY = ("id", "key", "loads", "created", "fingerprint")

_NODES = """\
MATCH (n:Entity)
RETURN n.id AS id, labels(n) AS labels, n.created AS created,
       n {.*, location: CASE WHEN n.location IS NULL THEN null
                             ELSE [n.location.longitude, n.location.latitude] END} AS properties"""

_SOURCES = """\
MATCH (s:Source)
WHERE EXISTS { (l:Load)-[:READ]->(s) WHERE l.attempt_status[-1] <> 'undone' }
RETURN s {.id, .title, .publisher, .licence, .url, .authority} AS properties"""

_FACTS = """\
MATCH (a)-[r]->(b) WHERE type(r) IN $types
RETURN type(r) AS type, a.id AS start, b.id AS end, properties(r) AS properties"""


@dataclass(frozen=True, slots=True)
class Digest:
    """The digest of a graph, 64 hexadecimal digits, with the number of nodes and facts that it covers."""

    value: str
    nodes: int
    facts: int


def digest(connection: Connection) -> Digest:
    """Return the digest of the graph: SHA-256 over every node, fact and source in a form that loading order cannot change.

    Nodes go by the best of all ids asserted for them, facts by the key and direction that follow from these. Left out are stored
    ids and keys, fingerprints, loads, changes and times. Whatever is stored counts, so an edit by hand changes the digest.
    """
    lines = []
    names = {}
    for row in connection.run_read(_NODES, {}, timeout=READ_TIMEOUT):
        name = _canonical(row)
        names[row["id"]] = name
        lines.append(_line(["node", name, sorted(row["labels"]), _shown(row["properties"])]))
    nodes = len(lines)
    for row in connection.run_read(_FACTS, {"types": list(FACTS)}, timeout=READ_TIMEOUT):
        kind, properties = FACTS[row["type"]], row["properties"]
        start, end = (names.get(row[end], f"?/{row[end]}") for end in ("start", "end"))
        if kind.undirected and end < start:
            start, end = end, start
        part = str(properties.get(kind.part, "")) if kind.part else ""
        key = fact_key(kind.type, start, end, part=part, spell=properties.get("spell", ""))
        lines.append(_line(["fact", key, kind.type, start, end, _shown(properties)]))
    facts = len(lines) - nodes
    lines += [_line(["source", row["properties"]]) for row in connection.run_read(_SOURCES, {})]
    return Digest(hashlib.sha256("\n".join(sorted(lines)).encode()).hexdigest(), nodes, facts)


def _canonical(row: Mapping[str, Any]) -> str:
    # Nodes made by hand may be of no kind that there is.
    label = next((label for label in row["labels"] if label in NODES), "?")
    properties = row["properties"]
    assertions = tuple(from_lists(properties)) if "sources" in properties else ()
    return StoredNode(label, row["id"], 0, assertions).canonical_reference


def _line(parts: list[Any]) -> str:
    # What the database holds besides JSON's types (dates, points) was put there by hand, and counts as its text.
    return json.dumps(parts, sort_keys=True, separators=(",", ":"), ensure_ascii=False, default=str)


def _shown(properties: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in properties.items() if name not in _HISTORY and value is not None}
