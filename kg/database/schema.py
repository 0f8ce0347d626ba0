"""The schema in the connected database: making it, and telling what it lacks."""

from __future__ import annotations

import random
import re
import time

from neo4j.exceptions import Neo4jError

from kg.database.connection import Connection
from kg.database.driver_errors import BusyError
from kg.errors import KgError
from kg.schema import cypher

_CONSTRAINTS = """\
SHOW CONSTRAINTS YIELD name, type, entityType, labelsOrTypes, properties
RETURN name, type, entityType, labelsOrTypes, properties"""
_INDEXES = """\
SHOW INDEXES YIELD name, type, entityType, labelsOrTypes, properties, owningConstraint, state
WHERE owningConstraint IS NULL AND type <> 'LOOKUP'
RETURN name, CASE state WHEN 'FAILED' THEN type + ' that failed' ELSE type END AS type, entityType, labelsOrTypes,
       properties"""
_AWAIT = "CALL db.awaitIndexes(300)"
#: Where two make the schema at once on a busy server: seconds for which it is tried again, and refusals that are put up with.
_PATIENCE = 120
_REFUSALS = 3

_STATEMENT = re.compile(
    r"CREATE (?P<kind>CONSTRAINT|FULLTEXT INDEX|POINT INDEX|INDEX) (?P<name>\w+) IF NOT EXISTS "
    r"FOR \(\)?-?[(\[]?\w+:(?P<on>\w+).*?(?:REQUIRE|ON EACH|ON) [(\[]?(?P<properties>\w+\.\w+(?:, \w+\.\w+)*)"
)
#: Type, kind of what it is on, labels or relationship types, properties.
_Description = tuple[str, str, list[str], list[str]]

_TYPES = {"INDEX": "RANGE", "FULLTEXT INDEX": "FULLTEXT", "POINT INDEX": "POINT"}


def apply_schema(connection: Connection) -> None:
    """Make every constraint and index that is missing, and wait until they are ready.

    Raises:
        KgError: What somebody else put into the database stands in the way.
    """
    # Another kg may be making the same at this moment: the server ends one of two whose statements wait for each other, and
    # refuses what meets the half-made. A pause of random length lets one of the two pass.
    deadline, refusals = time.monotonic() + _PATIENCE, 0
    while True:
        try:
            return _apply(connection)
        except BusyError:
            if time.monotonic() > deadline:
                raise
        except Neo4jError:
            refusals += 1
            if refusals == _REFUSALS:
                raise
        time.sleep(random.uniform(0.1, 1.0))


def ensure(connection: Connection, name: str) -> None:
    """Make one constraint, where it is missing, and nothing else.

    Raises:
        KgError: What is in the database stands in the way.
    """
    if name not in _there(connection):
        _make(connection, next(item for item in cypher.constraints() if item.name == name))


def _apply(connection: Connection) -> None:
    there = _there(connection)
    for item in cypher.constraints():
        # What is left of a constraint whose making was cut off: the index that it was to own, owned by nobody.
        if item.name in there and there[item.name][0] == "RANGE" and there[item.name][1:] == _described(item)[1:]:
            connection.run_schema(f"DROP INDEX {item.name} IF EXISTS")
            del there[item.name]
    missing = [item for item in (*cypher.constraints(), *cypher.indexes()) if item.name not in there]
    if not missing:
        return
    try:
        # In one transaction, which takes a third of the time of one for each.
        connection.write_many([(item.statement, {}) for item in missing])
    except Neo4jError:
        # One of them cannot be made: find out which, and say why.
        for item in missing:
            _make(connection, item)
    connection.run_schema(_AWAIT)


def _is_of_type(found: str, wanted: str) -> bool:
    # The lines of Neo4j name uniqueness constraints differently.
    return found.endswith("UNIQUENESS") if wanted == "CONSTRAINT" else found == wanted


def _make(connection: Connection, item: cypher.SchemaItem) -> None:
    try:
        connection.run_schema(item.statement)
    except Neo4jError as error:
        if ".Schema." not in (error.code or ""):
            raise
        in_the_way = [
            name for name, (_, _, on, of) in _there(connection).items() if [on, of] == list(_described(item)[2:])
        ]
        named = f" ({', '.join(in_the_way)})" if in_the_way else ""
        raise KgError(
            f"{item.name} cannot be made, because of what is in this database already{named}: {(error.message or '').rstrip('.')}. Remove that, "
            "or use a database that is kg's own"
        ) from error


def check_schema(connection: Connection) -> list[str]:
    """Return what the connected database lacks or has differently, one sentence each; an empty list when nothing."""
    there = _there(connection)
    findings = []
    for item in (*cypher.constraints(), *cypher.indexes()):
        wanted = _described(item)
        found = there.get(item.name)
        what = "constraint" if wanted[0] == "CONSTRAINT" else "index"
        if found is None:
            findings.append(f"{what} {item.name} is missing: {item.statement}")
        elif found[1:] != wanted[1:] or not _is_of_type(found[0], wanted[0]):
            of_relationships = "relationships " if found[1] == "RELATIONSHIP" else ""
            found_on = f"{found[0]} on {of_relationships}{'|'.join(found[2] or [])}({', '.join(found[3] or [])})"
            findings.append(f"{what} {item.name} is different: found {found_on}, wanted {item.statement}")
    return findings


def foreign_names(connection: Connection) -> list[str]:
    """Return the names of the constraints and indexes in the connected database that are none of kg's."""
    return sorted(_there(connection).keys() - {item.name for item in (*cypher.constraints(), *cypher.indexes())})


def _there(connection: Connection) -> dict[str, _Description]:
    """Return the constraints and indexes of the database, by name."""
    return {
        row["name"]: (row["type"], row["entityType"], row["labelsOrTypes"], row["properties"])
        for statement in (_CONSTRAINTS, _INDEXES)
        for row in connection.run_read(statement, {})
    }


def _described(item: cypher.SchemaItem) -> _Description:
    match = _STATEMENT.fullmatch(item.statement) or _STATEMENT.match(item.statement)
    assert match is not None, item.statement
    entity_type = "RELATIONSHIP" if "()-[" in item.statement else "NODE"
    return (
        _TYPES.get(match["kind"], match["kind"]),
        entity_type,
        [match["on"]],
        [one.partition(".")[2] for one in match["properties"].split(", ")],
    )
