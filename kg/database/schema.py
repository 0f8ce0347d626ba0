"""The schema in the connected database: making it, and telling what it lacks."""

from __future__ import annotations

import re

from kg.database.connection import Connection
from kg.schema import cypher

_CONSTRAINTS = """\
SHOW CONSTRAINTS YIELD name, type, entityType, labelsOrTypes, properties
RETURN name, type, entityType, labelsOrTypes, properties"""
_INDEXES = """\
SHOW INDEXES YIELD name, type, entityType, labelsOrTypes, properties, owningConstraint, state
WHERE owningConstraint IS NULL AND type <> 'LOOKUP'
RETURN name, type, entityType, labelsOrTypes, properties, state"""
_AWAIT = "CALL db.awaitIndexes(300)"

_STATEMENT = re.compile(
    r"CREATE (?P<kind>CONSTRAINT|FULLTEXT INDEX|POINT INDEX|INDEX) (?P<name>\w+) IF NOT EXISTS "
    r"FOR \(\)?-?[(\[]?\w+:(?P<on>\w+).*?(?:REQUIRE|ON EACH|ON) [(\[]?\w+\.(?P<property>\w+)"
)
_TYPES = {"INDEX": "RANGE", "FULLTEXT INDEX": "FULLTEXT", "POINT INDEX": "POINT"}


def apply_schema(connection: Connection) -> None:
    """Make every constraint and index that is missing, and wait until they are ready."""
    for item in (*cypher.constraints(), *cypher.indexes()):
        connection.run_schema(item.statement)
    connection.run_schema(_AWAIT)


def check_schema(connection: Connection) -> list[str]:
    """Return what the connected database lacks or has differently, one sentence each; an empty list when nothing."""
    there = {
        row["name"]: (row["type"], row["labelsOrTypes"], row["properties"])
        for statement in (_CONSTRAINTS, _INDEXES)
        for row in connection.run_read(statement, {})
    }
    findings = []
    for item in (*cypher.constraints(), *cypher.indexes()):
        wanted = _described(item)
        found = there.get(item.name)
        what = "constraint" if wanted[0] == "CONSTRAINT" else "index"
        if found is None:
            findings.append(f"{what} {item.name} is missing: {item.statement}")
        elif found[1:] != wanted[1:] or (wanted[0] != "CONSTRAINT" and found[0] != wanted[0]):
            found_on = f"{found[0]} on {'|'.join(found[1] or [])}({', '.join(found[2] or [])})"
            findings.append(f"{what} {item.name} is different: found {found_on}, wanted {item.statement}")
    return findings


def _described(item: cypher.SchemaItem) -> tuple[str, list[str], list[str]]:
    match = _STATEMENT.fullmatch(item.statement) or _STATEMENT.match(item.statement)
    assert match is not None, item.statement
    return _TYPES.get(match["kind"], match["kind"]), [match["on"]], [match["property"]]
