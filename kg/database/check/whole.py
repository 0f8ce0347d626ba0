"""Looking at a whole database: every node and fact by itself, and what only shows among all of them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from kg.database.check.findings import Checked
from kg.database.check.one import Known, fact_breaches, node_breaches
from kg.database.connection import Connection
from kg.database.loads import INTERRUPTED, UNDONE
from kg.database.read import read
from kg.database.schema import check_schema
from kg.database.state import is_settled, state_of
from kg.schema.grouping import StoredNode
from kg.schema.nodes import NODES
from kg.schema.provenance import from_lists
from kg.schema.relationships import FACTS, SELF_LOOP

#: Seconds for one look at all nodes or facts.
_TIMEOUT = 1_800

#: Nodes that are kg's own and no entities.
_BOOKS = ("Source", "Load", "Change", "Identifier", "Aggregate", "Forgotten", "Layout", "Restore", "Turn")

#: Whoever breaks only these still says which ids it has.
_STILL_READABLE = {"kind", "shown"}

#: How the attempts of a load may have ended.
_STATUSES = ("running", "complete", INTERRUPTED, "undoing", UNDONE)

_NODES = """\
MATCH (n:Entity)
RETURN labels(n), n {.*, location: CASE WHEN n.location IS NULL THEN null
                                     ELSE [n.location.longitude, n.location.latitude] END}"""

_FACTS = """\
MATCH (a)-[r]->(b) WHERE type(r) IN $types
RETURN type(r), CASE WHEN a:Entity THEN [label IN labels(a) WHERE label IN $labels][0] END, a.id,
    CASE WHEN b:Entity THEN [label IN labels(b) WHERE label IN $labels][0] END, b.id, properties(r)"""

_SOURCES = "MATCH (s:Source) RETURN s.id AS id, s.authority AS authority"
_LOADS = """\
MATCH (l:Load) OPTIONAL MATCH (l)-[:READ]->(s:Source)
RETURN l.id AS id, collect(s.id) AS sources, l.complete AS complete,
    l.attempt_started AS started, l.attempt_finished AS finished, l.attempt_status AS status"""
_CHANGES = "MATCH (c:Change) WHERE NOT EXISTS { MATCH (:Load {id: c.load}) } RETURN c.id AS id, c.load AS load"
_IDENTIFIERS = """\
MATCH (i:Identifier) OPTIONAL MATCH (i)-[:IDENTIFIES]->(n)
RETURN i.value AS value, collect(n.id) AS ids"""
_SAME_KEY = """\
MATCH ()-[r]->() WHERE type(r) IN $types AND r.key IS NOT NULL
WITH type(r) AS type, r.key AS key, count(*) AS number WHERE number > 1
RETURN type, key, number"""
_SAME_ID = "MATCH (n:Entity) WITH n.id AS id, count(*) AS number WHERE number > 1 RETURN id, number"
_STRANGE_NODES = """\
MATCH (n) WHERE NOT n:Entity AND none(label IN labels(n) WHERE label IN $books)
UNWIND CASE labels(n) WHEN [] THEN ['no label'] ELSE labels(n) END AS label
RETURN label, count(*) AS number ORDER BY label"""
_STRANGE_FACTS = """\
MATCH (:Entity)-[r]-() WHERE NOT type(r) IN $types
RETURN type(r) AS type, count(DISTINCT r) AS number ORDER BY type"""


def check(connection: Connection, *, most: int = 20) -> Checked:
    """Look whether the rules of the graph hold.

    Everything that is stored is reckoned anew from what the sources gave, by the functions that the writer uses, and compared.

    Args:
        connection: The database, which is only read.
        most: How many findings of each rule are kept.

    Raises:
        KgError: The connection was lost, or the server ended a look that took too long.
    """
    checked = Checked(most=most)
    before = state_of(connection)
    lacking = check_schema(connection)
    for sentence in lacking:
        checked.add("schema", *_named(sentence))
    known = _known(connection, checked)
    silent, owned = _check_nodes(connection, known, checked)
    touched = _check_facts(connection, known, checked)
    for id_, label in silent.items():
        if id_ not in touched:
            checked.add("source", f"{label} {id_}", "nobody says so, and no fact touches it")
    _check_identifiers(connection, owned, checked)
    if lacking:
        _check_unique(connection, checked)
    for row in read(connection, _CHANGES, timeout=_TIMEOUT):
        checked.add("change", f"Change {row['id']}", f"there is no load {row['load']}")
    _add_notes(connection, checked)
    if not is_settled(before):
        checked.notes.append(
            "A load is going on or was broken off: some findings may be of its half-way state. Run the same kg load again, "
            "which goes on with it, and then kg check."
        )
    elif state_of(connection) != before:
        checked.notes.append("The graph changed meanwhile: findings may be of that. Run kg check again.")
    return checked


def _named(sentence: str) -> tuple[str, str]:
    kind, name, rest = sentence.split(" ", 2)
    return f"{kind} {name}", rest


@contextmanager
def _rows(connection: Connection, cypher: str, **parameters: Any) -> Iterator[Iterator[Sequence[Any]]]:
    with connection.stream_read(cypher, parameters, timeout=_TIMEOUT) as stream:
        yield stream.rows


def _known(connection: Connection, checked: Checked) -> Known:
    authorities = {row["id"]: row["authority"] for row in read(connection, _SOURCES)}
    loads = {}
    for row in read(connection, _LOADS):
        loads[row["id"]] = row["sources"]
        attempts = [row[name] for name in ("started", "finished", "status")]
        thing = f"Load {row['id']}"
        if not all(isinstance(some, list) and some for some in attempts) or len({len(some) for some in attempts}) != 1:
            checked.add("load", thing, "its attempts do not each have a beginning, an end and how they ended")
            continue
        status = row["status"]
        if unknown := [one for one in status if one not in _STATUSES]:
            checked.add("load", thing, f"an attempt ended as {unknown[0]!r}, which kg does not know")
        elif row["complete"] is not (status[-1] == "complete"):
            checked.add("load", thing, f"complete is {row['complete']}, and the last attempt {status[-1]}")
    return Known(authorities, loads)


def _check_nodes(
    connection: Connection, known: Known, checked: Checked
) -> tuple[dict[str, str], dict[str, tuple[str, str]]]:
    """Check every node; return those of which nobody says anything (label by id), and who has which id besides those shown.

    The latter maps a further id, as it should stand in an Identifier, to the label and id of its node.
    """
    silent: dict[str, str] = {}
    further: dict[str, tuple[str, str]] = {}
    holders: dict[tuple[str, str], str] = {}
    with _rows(connection, _NODES) as rows:
        for labels, properties in rows:
            checked.nodes += 1
            label = next((label for label in labels if label in NODES), "Entity")
            id_ = properties.get("id")
            thing = f"{label} {id_}"
            breaches = list(node_breaches(labels, properties, known))
            for rule, says in breaches:
                checked.add(rule, thing, says)
            if not properties.get("sources"):
                if not breaches:
                    silent[id_] = label
                continue
            if not {rule for rule, _ in breaches} <= _STILL_READABLE:
                continue
            node = StoredNode(label, id_, 0, tuple(from_lists(properties)))
            for one in node.ids:
                if (other := holders.setdefault((label, one), id_)) != id_:
                    checked.add("identity", thing, f"it has the id {one}, which {label} {other} has too: they are one")
            for one in node.further_ids:
                further[one] = (label, id_)
    return silent, further


def _check_facts(connection: Connection, known: Known, checked: Checked) -> set[str]:
    """Check every fact; return the ids of the nodes that facts touch."""
    touched: set[str] = set()
    with _rows(connection, _FACTS, types=[*FACTS, SELF_LOOP], labels=list(NODES)) as rows:
        for type_, start_label, start, end_label, end, properties in rows:
            checked.facts += 1
            touched |= {start, end}
            breaches = fact_breaches(type_, (start_label or "", start), (end_label or "", end), properties, known)
            for rule, says in breaches:
                checked.add(rule, f"{type_} {properties.get('key') or f'{start} -> {end}'}", says)
    return touched


def _check_identifiers(connection: Connection, further: dict[str, tuple[str, str]], checked: Checked) -> None:
    there = set()
    for row in read(connection, _IDENTIFIERS, timeout=_TIMEOUT):
        value, ids = row["value"], row["ids"]
        there.add(value)
        wanted = further.get(value)
        if wanted is None:
            checked.add("identity", f"Identifier {value}", "no node has this as a further id")
        elif ids != [wanted[1]]:
            names = ", ".join(map(str, sorted(ids, key=str))) or "nothing"
            checked.add("identity", f"Identifier {value}", f"it names {names}, and should name {wanted[1]}")
    for value, (label, id_) in further.items():
        if value not in there:
            checked.add("identity", f"{label} {id_}", f"its further id {value} has no Identifier")


def _check_unique(connection: Connection, checked: Checked) -> None:
    """Look for what the constraints would not let in, where they are not all there."""
    for row in read(connection, _SAME_KEY, {"types": [*FACTS, SELF_LOOP]}, timeout=_TIMEOUT):
        checked.add("key", f"{row['type']} {row['key']}", f"{row['number']:,} facts have this key")
    for row in read(connection, _SAME_ID, timeout=_TIMEOUT):
        checked.add("identity", f"Entity {row['id']}", f"{row['number']:,} nodes have this id")


def _add_notes(connection: Connection, checked: Checked) -> None:
    for row in read(connection, _STRANGE_NODES, {"books": list(_BOOKS)}, timeout=_TIMEOUT):
        checked.notes.append(
            f"{row['number']:,} nodes with {_label(row['label'])} are not kg's and were not looked at."
        )
    types = [*FACTS, SELF_LOOP, "IDENTIFIES"]
    for row in read(connection, _STRANGE_FACTS, {"types": types}, timeout=_TIMEOUT):
        checked.notes.append(f"{row['number']:,} relationships {row['type']} are not kg's and were not looked at.")


def _label(label: str) -> str:
    return label if label == "no label" else f"label {label}"
