"""One number for what a graph says, however it came about."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Self

from neo4j.spatial import WGS84Point

from kg.database.connection import Connection
from kg.database.sorted_lines import SortedLines
from kg.database.stored import READ_TIMEOUT
from kg.schema.grouping import StoredNode
from kg.schema.identity import fact_key
from kg.schema.nodes import NODES
from kg.schema.provenance import from_lists
from kg.schema.relationships import FACTS

#: What depends on how a graph came about: ids and keys given when something was first made, loads and times.
_HISTORY = ("id", "key", "loads", "created", "fingerprint")

_NODES = "MATCH (n:Entity) RETURN labels(n) AS labels, properties(n) AS properties"

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


class Digester:
    """Makes a digest of nodes, then facts, as they come; most of them wait in a file until all are there.

    Use it as a context manager.
    """

    def __init__(self) -> None:
        self._lines = SortedLines()
        self._names: dict[str | None, str] = {}
        self._nodes = self._facts = 0

    def node(self, labels: Sequence[str], properties: Mapping[str, Any]) -> None:
        """Take a node that is an ``Entity``, with its labels in any order and all its properties."""
        name = _canonical(labels, properties)
        self._names[properties.get("id")] = name
        shown = _shown(properties)
        if "location" in shown:
            shown["location"] = _degrees(shown["location"])
        self._lines.add(_line(["node", name, sorted(labels), shown]))
        self._nodes += 1

    def fact(self, type_: str, start: str | None, end: str | None, properties: Mapping[str, Any]) -> None:
        """Take a fact, a relationship of one of the types in ``FACTS``, with the ids of its ends."""
        kind = FACTS[type_]
        first, last = (self._names.get(id_, f"?/{id_}") for id_ in (start, end))
        if kind.undirected and last < first:
            first, last = last, first
        part = str(properties.get(kind.part, "")) if kind.part else ""
        key = fact_key(kind.type, first, last, part=part, spell=properties.get("spell", ""))
        self._lines.add(_line(["fact", key, kind.type, first, last, _shown(properties)]))
        self._facts += 1

    def finish(self, connection: Connection) -> Digest:
        """Return the digest, once all nodes and facts are there; what is known of the sources is asked for."""
        for row in connection.run_read(_SOURCES, {}):
            self._lines.add(_line(["source", row["properties"]]))
        total = hashlib.sha256()
        for number, line in enumerate(self._lines):
            total.update(b"\n" + line if number else line)
        return Digest(total.hexdigest(), self._nodes, self._facts)

    def __enter__(self) -> Self:
        self._lines.__enter__()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._lines.__exit__(kind, error, trace)


def digest(connection: Connection) -> Digest:
    """Return the digest of the graph: SHA-256 over every node, fact and source in a form that loading order cannot change.

    Nodes go by the best of all ids asserted for them, facts by the key and direction that follow from these. Left out are stored
    ids and keys, fingerprints, loads, changes and times. Whatever is stored counts, so an edit by hand changes the digest.
    """
    with Digester() as digester:
        with connection.stream_read(_NODES, {}, timeout=READ_TIMEOUT) as nodes:
            for labels, properties in nodes.rows:
                digester.node(labels, properties)
        with connection.stream_read(_FACTS, {"types": list(FACTS)}, timeout=READ_TIMEOUT) as facts:
            for type_, start, end, properties in facts.rows:
                digester.fact(type_, start, end, properties)
        return digester.finish(connection)


def _canonical(labels: Sequence[str], properties: Mapping[str, Any]) -> str:
    # Nodes made by hand may be of no kind that there is.
    label = next((label for label in labels if label in NODES), "?")
    assertions = tuple(from_lists(properties)) if "sources" in properties else ()
    return StoredNode(label, properties.get("id"), 0, assertions).canonical_reference  # type: ignore[arg-type]


def _degrees(location: object) -> list[float | None]:
    # By hand it may be anything.
    return [location.longitude, location.latitude] if isinstance(location, WGS84Point) else [None, None]


def _line(parts: list[Any]) -> str:
    # What the database holds besides JSON's types (dates, points) was put there by hand, and counts as its text.
    return json.dumps(parts, sort_keys=True, separators=(",", ":"), ensure_ascii=False, default=str)


def _shown(properties: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in properties.items() if name not in _HISTORY and value is not None}
