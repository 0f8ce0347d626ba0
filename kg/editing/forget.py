"""Removing a person, and keeping them out of what is loaded later."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from kg.database import stored
from kg.database.connection import Connection
from kg.database.forgotten import STORE, read_forgotten
from kg.database.turn import turn
from kg.errors import KgError, quoted
from kg.places.names import normalise
from kg.schema.grouping import StoredNode
from kg.schema.identity import check_id, reference
from kg.schema.nodes import Person
from kg.schema.provenance import Assertion
from kg.schema.relationships import FACTS

#: The kinds of fact that may have a person at an end.
_OF_PERSONS = [type_ for type_, kind in FACTS.items() if any("Person" in pair for pair in kind.pairs)]

_NAMED = """\
MATCH (p:Person) WHERE $name IN p.search_names
OPTIONAL MATCH (p)-[:HOLDS_POST]->(body)
WITH p, body ORDER BY body.name
RETURN p.id AS id, p.name AS name, [name IN collect(DISTINCT body.name) WHERE name IS NOT NULL][..3] AS bodies
ORDER BY id"""

_CHANGES = (
    "MATCH (c:Change) WHERE c.type IN $types RETURN c.id AS id, c.kind AS kind, c.type AS type, c.before AS before"
)

_REMOVE_CHANGES = "UNWIND $ids AS id MATCH (c:Change {id: id}) DELETE c"
_REMOVE_IDENTIFIERS = "UNWIND $ids AS id MATCH (i:Identifier)-[:IDENTIFIES]->(:Person {id: id}) DETACH DELETE i"
_REMOVE_PERSONS = """\
UNWIND $ids AS id
MATCH (p:Person {id: id})
OPTIONAL MATCH (p)-[fact]-()
WITH p, count(fact) AS facts
DETACH DELETE p
RETURN sum(facts) AS facts"""
#: That two persons are one was stated under their ids.
_MERGERS = "MATCH (l:Load) WHERE l.scope STARTS WITH 'merge:' RETURN l.id AS id, l.scope AS scope"
_REMOVE_LOADS = "UNWIND $ids AS id MATCH (l:Load {id: id}) DETACH DELETE l"


@dataclass(frozen=True, slots=True)
class Forgot:
    """What was removed: persons and facts about them, and how many ids were put on the list."""

    persons: int
    facts: int
    ids: int


def forget(connection: Connection, person: str, *, everyone: bool = False) -> Forgot:
    """Remove a person and every fact about them, also from what loads changed, and keep them out of later loads.

    It cannot be undone: nothing is left of which it could be. Loads know the person by the ids that the graph has now; a source
    that has the same person under another id brings them back.

    Args:
        connection: The database.
        person: An id, also of somebody who is not in the graph, or a name as it is shown.
        everyone: Remove all persons of that name.

    Raises:
        KgError: Nobody in the graph has that name, or several have.
    """
    with turn(connection) as mine:
        ids = _ids_of(connection, person, everyone=everyone)
        nodes = stored.read_nodes(connection, _stored_ids(connection, ids))
        names = {id_ for node in nodes.values() for id_ in (node.id, *node.ids)} | set(ids)
        before = read_forgotten(connection)
        after = before.with_ids(names)
        statements: list[tuple[str, dict[str, Any]]] = [
            (STORE, after.parameters),
            (_REMOVE_CHANGES, {"ids": _changes_about(connection, names)}),
            (_REMOVE_LOADS, {"ids": _mergers_of(connection, names)}),
            (_REMOVE_IDENTIFIERS, {"ids": sorted(nodes)}),
            (_REMOVE_PERSONS, {"ids": sorted(nodes)}),
        ]
        removed = mine.write_many(statements, stored.READ_TIMEOUT)[-1]
    return Forgot(len(nodes), removed[0]["facts"] if removed else 0, len(after.hashes - before.hashes))


def remember(connection: Connection, id_: str) -> bool:
    """Let a person into later loads again, by an id that was forgotten; return whether it was on the list.

    Raises:
        KgError: It is no id of a person.
    """
    _check(id_)
    with turn(connection) as mine:
        forgotten = read_forgotten(connection)
        if not forgotten.has(id_):
            return False
        mine.run_write(STORE, forgotten.without_ids([id_]).parameters)
    return True


def _ids_of(connection: Connection, person: str, *, everyone: bool) -> list[str]:
    if person.partition(":")[0] in Person.schemes:
        _check(person)
        return [person]
    name = normalise(person)
    found = connection.run_read(_NAMED, {"name": name}) if name else []
    if not found:
        raise KgError(
            f"nobody in the graph is called {quoted(person)}: give the name as it is shown, or an id such as wikidata:Q5; an id "
            "may also be of somebody who is not in the graph yet"
        )
    if len(found) > 1 and not everyone:
        said = "; ".join(f"{row['id']}{_of(row['bodies'])}" for row in found)
        raise KgError(
            f"{len(found)} persons are called {quoted(person)} ({said}): name one by its id, or all of them with --everyone"
        )
    return [row["id"] for row in found]


def _of(bodies: Sequence[str]) -> str:
    return f" of {', '.join(bodies)}" if bodies else ""


def _check(id_: str) -> None:
    try:
        scheme = check_id(id_).partition(":")[0]
    except ValueError as error:
        raise KgError(f"{error}; `kg why NAME` shows the ids of a person") from error
    if scheme not in Person.schemes:
        raise KgError(f"{id_} cannot be the id of a person (only {', '.join(Person.schemes)})")


def _stored_ids(connection: Connection, ids: Iterable[str]) -> set[str]:
    some = set(ids)
    found = stored.find_ids(connection, [reference("Person", id_) for id_ in some])
    # The id that a node was given may no longer be among those that its sources say.
    return set(found.values()) | {node.id for node in stored.read_nodes(connection, some).values() if _is_person(node)}


def _is_person(node: StoredNode) -> bool:
    return node.label == "Person"


def _changes_about(connection: Connection, ids: set[str]) -> list[str]:
    names = {reference("Person", id_) for id_ in ids}
    found = []
    for row in connection.run_read(_CHANGES, {"types": ["Person", *_OF_PERSONS]}, stored.READ_TIMEOUT):
        before = Assertion(*json.loads(row["before"])).names
        called = (
            [reference("Person", id_) for id_ in before["i"]] if row["kind"] == "node" else [before["f"], before["t"]]
        )
        if not names.isdisjoint(called):
            found.append(row["id"])
    return found


def _mergers_of(connection: Connection, ids: set[str]) -> list[str]:
    rows = connection.run_read(_MERGERS, {})
    return [row["id"] for row in rows if not ids.isdisjoint(row["scope"].removeprefix("merge:").split("="))]
