"""``kg why``: who says so, for a fact by its key, or for a node by its id or name."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

from kg.database.connection import Connection
from kg.database.read import read
from kg.errors import KgError, quoted
from kg.queries.entities import UnknownEntityError, check_name, resolve
from kg.queries.patterns import CLAUSES
from kg.queries.provenance import parse_given, sources
from kg.queries.results import Partner
from kg.queries.why_results import Statement, Why, WhyBetween
from kg.schema.nodes import NODES
from kg.schema.provenance import LISTS
from kg.schema.relationships import FACTS

#: What a node or fact holds beside the values that it shows.
_BOOKKEEPING = frozenset(
    (
        "id",
        "key",
        "sources",
        "rows",
        "loads",
        "given",
        "missing",
        "fingerprint",
        "search_names",
        "spell",
        "created",
        "ended",
    )
)

#: What may differ from source to source without a disagreement: alternate names add up, and each has its own age.
_NOT_COMPARED = frozenset(("names", "as_of"))

_FACT = "\nUNION ALL\n".join(
    f"MATCH (s)-[f:{type_}]->(e) WHERE f.key = $key\n"
    f"RETURN '{type_}' AS type, properties(f) AS properties,"
    " [s.id, labels(s), s.name, s.country] AS start, [e.id, labels(e), e.name, e.country] AS end"
    for type_ in FACTS
)

_BETWEEN = """\
MATCH (a:Entity {id: $start})-[f]-(b:Entity {id: $end}) WHERE f.key IS NOT NULL AND type(f) IN $types
WITH DISTINCT f, startNode(f) AS s, endNode(f) AS e
RETURN type(f) AS type, f.key AS key, properties(f) AS properties,
    [s.id, labels(s), s.name, s.country] AS start, [e.id, labels(e), e.name, e.country] AS end
ORDER BY type, key"""

_NODE = "MATCH (n:Entity {id: $id}) RETURN properties(n) AS properties"


def why(connection: Connection, key: str) -> Why:
    """Return every source behind a fact or node: its row, the edition, the values given, and where the sources differ.

    Args:
        connection: The database.
        key: The key of a fact, as in the evidence of a term; or the id or name of a node.

    Raises:
        KgError: If there is no such fact or node, or a name is ambiguous.
    """
    key = check_name("key", key).strip()
    if not key:
        raise KgError("The key is empty: give the key of a fact, or the id or name of a node.")
    rows = read(connection, _FACT, {"key": key})
    if rows:
        return _why_fact(connection, key, rows[0])
    try:
        entity = resolve(connection, key)
    except UnknownEntityError as error:
        near = " The nearest names:" if error.suggestions else ""
        raise UnknownEntityError(
            f"No fact has the key {quoted(key)}, and no node has it as its id or name.{near}", error.suggestions
        ) from None
    properties = read(connection, _NODE, {"id": entity.id})[0]["properties"]
    statements = _statements(connection, properties)
    country = f", {entity.country}" if entity.country else ""
    return Why(
        key=entity.id,
        type=entity.label,
        sentence=f"{entity.name}{country} ({entity.label})",
        shown=_shown(properties),
        ended=properties.get("ended"),
        statements=statements,
        differences=differences(statements),
    )


def why_between(connection: Connection, start: str, end: str) -> WhyBetween:
    """Return every source behind every fact that joins two nodes directly, in either direction; what has ended included.

    Args:
        connection: The database.
        start: The id or name of one node.
        end: The id or name of the other.

    Raises:
        KgError: If there is no such node, or a name is ambiguous.
    """
    one, other = resolve(connection, check_name("A", start)), resolve(connection, check_name("B", end))
    rows = read(connection, _BETWEEN, {"start": one.id, "end": other.id, "types": list(FACTS)})
    return WhyBetween(
        start=Partner(id=one.id, label=one.label, name=one.name, country=one.country),
        end=Partner(id=other.id, label=other.label, name=other.name, country=other.country),
        facts=tuple(_why_fact(connection, row["key"], row) for row in rows),
    )


def _why_fact(connection: Connection, key: str, row: Mapping[str, Any]) -> Why:
    start, end = _partner(row["start"]), _partner(row["end"])
    shown = _shown(row["properties"])
    statements = _statements(connection, row["properties"])
    clause = CLAUSES[row["type"]].format(start=start.name, end=end.name, post=shown.get("post") or "in office")
    said = ", ".join(f"{name} {value}" for name, value in shown.items() if name not in ("as_of", "post"))
    return Why(
        key=key,
        type=row["type"],
        sentence=f"{clause} ({said})." if said else f"{clause}.",
        start=start,
        end=end,
        shown=shown,
        ended=row["properties"].get("ended"),
        statements=statements,
        differences=differences(statements),
    )


def differences(statements: Sequence[Statement]) -> dict[str, dict[str, Any]]:
    """Return the values in which those sources that still list a thing differ: field -> source -> value.

    A source that does not give a value does not differ in it. Where one source differs between its own rows, the row is named too.
    """
    said: dict[str, list[tuple[Statement, Any]]] = defaultdict(list)
    for statement in statements:
        if not statement.missing:
            for name, value in statement.values.items():
                if name not in _NOT_COMPARED:
                    said[name].append((statement, value))
    found = {}
    for name, values in said.items():
        if len({json.dumps(value, sort_keys=True) for _, value in values}) > 1:
            ids = [statement.source.id for statement, _ in values]
            found[name] = {
                f"{statement.source.id} ({statement.row})"
                if ids.count(statement.source.id) > 1
                else statement.source.id: value
                for statement, value in values
            }
    return found


def _statements(connection: Connection, properties: Mapping[str, Any]) -> tuple[Statement, ...]:
    ids, rows, loads, given, missing = (properties.get(name) or [] for name in LISTS)
    known = sources(connection, ids)
    statements = []
    for id_, row, load, text, gone in zip(ids, rows, loads, given, missing, strict=True):
        values, edition = parse_given(text)
        statements.append(
            Statement(source=known[id_], row=row, edition=edition, load=load, values=values, missing=gone)
        )
    return tuple(statements)


def _shown(properties: Mapping[str, Any]) -> dict[str, Any]:
    """Return the values shown, as JSON has them: a point as [longitude, latitude]."""
    return {
        name: list(value) if isinstance(value, tuple) else value
        for name, value in sorted(properties.items())
        if name not in _BOOKKEEPING
    }


def _partner(node: Sequence[Any]) -> Partner:
    id_, labels, name, country = node
    return Partner(id=id_, label=next(label for label in labels if label in NODES), name=name or id_, country=country)
