"""Saying that two nodes are one."""

from __future__ import annotations

from dataclasses import dataclass

from kg.database import stored
from kg.database.connection import Connection
from kg.database.turn import turn
from kg.editing.statements import person_source, state
from kg.errors import KgError, quoted
from kg.places.judgements import Judgements
from kg.schema.grouping import StoredNode
from kg.schema.identity import check_id, reference
from kg.schema.nodes import NODES
from kg.schema.provenance import derive
from kg.schema.records import NodeRecord


@dataclass(frozen=True, slots=True)
class Merged:
    """What was made one: the ids, the name that stays, and the scope by which ``kg undo`` takes it back."""

    kept: str
    other: str
    name: str
    scope: str
    changed: bool


def merge(
    connection: Connection, first: str, second: str, *, by: str, judgements: Judgements, label: str | None = None
) -> Merged:
    """State that two nodes are one: the older keeps its id, all facts of both are its own from now on, and it can be undone.

    Args:
        connection: The database.
        first: The id of one, whose name is the one to show; it must be in the graph.
        second: The id of the other; when nothing has it yet, the first gets it, and what comes later with it joins.
        by: Who says so.
        judgements: What persons said before: two that were called different are not merged.
        label: The kind of node, where one id stands for several (a city and a region of one Wikidata item).

    Raises:
        KgError: There is no such node, they are of different kinds, or a person called them different.
    """
    person_source(by)
    for id_ in (first, second):
        _check(id_)
    if first == second:
        raise KgError(f"{first} is one node already: name two ids")
    with turn(connection) as mine:
        kept = _find(connection, first, label)
        if kept is None:
            raise KgError(
                f"nothing in the graph has the id {quoted(first)}: name one that is there, as `kg why` shows it"
            )
        other = _find(connection, second, kept.label)
        if other is None and (somewhere := _find(connection, second, None)):
            raise KgError(
                f"{first} is a {kept.label} and {second} is a {somewhere.label}: only nodes of one kind can be one"
            )
        ids = {first, second, *kept.ids, *(other.ids if other else ())}
        for one, another in sorted((one, another) for one in ids for another in ids if one < another):
            if said := judgements.different(one, another):
                raise KgError(
                    f"{one} and {another} were called different by {said.by} on {said.date} ({said.reason or 'no reason given'}): "
                    f"they are not merged. If that was wrong, take it back first: kg review withdraw {one} {another}"
                )
        scope = f"merge:{first}={second}"
        if other is not None and other.id == kept.id:
            return Merged(kept.id, second, _name(connection, kept), scope, changed=False)
        name = _name(connection, kept)
        record = NodeRecord(NODES[kept.label](name=name), (first, second), person_source(by).id, f"{first}={second}")
        state(mine, scope, by, [record])
    return Merged(kept.id, second, name, scope, changed=True)


def _check(id_: str) -> None:
    try:
        check_id(id_)
    except ValueError as error:
        raise KgError(f"{error}; `kg why NAME` shows the ids of a node") from error


def _find(connection: Connection, id_: str, label: str | None) -> StoredNode | None:
    scheme = id_.partition(":")[0]
    labels = [label] if label else [kind for kind, node in NODES.items() if scheme in node.schemes]
    found = stored.find_ids(connection, [reference(kind, id_) for kind in labels])
    nodes = stored.read_nodes(connection, set(found.values()))
    if len(nodes) > 1:
        kinds = ", ".join(sorted(node.label for node in nodes.values()))
        raise KgError(f"{id_} is the id of several nodes ({kinds}): say which with --label")
    return next(iter(nodes.values()), None)


def _name(connection: Connection, node: StoredNode) -> str:
    return str(derive(node.assertions, stored.read_authorities(connection))["name"])
