"""Nodes and facts of a part of the graph, page by page, always in the same order."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from kg.database.connection import Connection
from kg.database.read import read
from kg.queries.export.columns import FACT_COLUMNS, NODE_COLUMNS, Column, Row, every
from kg.queries.export.scope import COUNTS, TIMEOUT, Scope
from kg.schema.contacts import check_no_contact
from kg.schema.nodes import NODES
from kg.schema.relationships import FACTS

#: Nodes that are read at a time, or from which facts are: the memory that is needed grows with it, and the time hardly falls.
PAGE = 500

_ANY_FACT = "|".join(FACTS)
_ANY_NODE = "|".join(NODES)
_POINT = {"longitude": "n.location.longitude", "latitude": "n.location.latitude"}


def _values(variable: str, columns: tuple[Column, ...], without: set[str]) -> str:
    return ", ".join(
        f"{column.name}: {_POINT.get(column.name, f'{variable}.{column.name}')}"
        for column in columns
        if column.name not in without
    )


# In the order of the index on the id, so that the server sorts nothing either.
IDS = """\
MATCH (n:Entity) WHERE n.id > $after
RETURN n.id AS id ORDER BY n.id LIMIT $page"""

_NODES = f"""\
UNWIND $ids AS id
MATCH (n:Entity {{id: id}})
WHERE n:{_ANY_NODE} AND ($all OR n.ended IS NULL OR n.ended > $as_of
    OR EXISTS {{ (n)-[f:{_ANY_FACT}]-(:{_ANY_NODE}) WHERE {COUNTS} }})
RETURN n.id AS id, [label IN labels(n) WHERE label IN $labels][0] AS label, n.missing AS missing,
    {{{_values("n", every(NODE_COLUMNS), {"id", "label"})}}} AS known"""

_FACTS = f"""\
UNWIND $ids AS id
MATCH (a:Entity {{id: id}})-[f:{_ANY_FACT}]->(b:{_ANY_NODE})
WHERE a:{_ANY_NODE} AND b.id IS NOT NULL AND {COUNTS}
RETURN f.key AS key, type(f) AS type, a.id AS start, b.id AS end, f.missing AS missing,
    {{{_values("f", every(FACT_COLUMNS), {"key", "type", "start", "end"})}}} AS known"""

_EDITIONS = "MATCH (s:Source) WHERE s.edition IS NOT NULL RETURN s.id AS id, s.edition AS edition"

_TYPES = {type_: place for place, type_ in enumerate(FACTS)}
_NAMES_OF_NODES = {label: [column.name for column in columns] for label, columns in NODE_COLUMNS.items()}
_NAMES_OF_FACTS = {type_: [column.name for column in columns] for type_, columns in FACT_COLUMNS.items()}


class Reading:
    """A part of the graph as it is read, so many nodes, or the facts from so many nodes, at a time.

    Each statement is a transaction of its own: what another changes meanwhile may be seen in one and not in the next.
    """

    def __init__(self, connection: Connection, scope: Scope, page: int = PAGE) -> None:
        self._page = page
        self._connection = connection
        self._scope = scope
        self._ids = None if scope.ids is None else frozenset(scope.ids)
        self._editions = editions(connection)

    def nodes(self) -> Iterator[Row]:
        """Yield the nodes, by id."""
        # What was asked for by name is wanted even if no source lists it any more.
        parameters = {"all": self._ids is not None or self._scope.day is None, "labels": list(NODES)}
        for rows in self._pages(_NODES, parameters):
            for row in sorted(rows, key=lambda row: str(row["id"])):
                yield self._row(row, _NAMES_OF_NODES[row["label"]])

    def facts(self) -> Iterator[Row]:
        """Yield the facts between them: by id of their start, type, id of their end, key."""
        for rows in self._pages(_FACTS, {}):
            within = [row for row in rows if self._ids is None or row["end"] in self._ids]
            for row in sorted(within, key=lambda row: (row["start"], _TYPES[row["type"]], row["end"], row["key"])):
                yield self._row(row, _NAMES_OF_FACTS[row["type"]])

    def _pages(self, statement: str, parameters: Mapping[str, Any]) -> Iterator[list[dict[str, Any]]]:
        given = {**parameters, "as_of": self._scope.as_of}
        for ids in self._pages_of_ids():
            yield read(self._connection, statement, {**given, "ids": ids}, timeout=TIMEOUT)

    def _pages_of_ids(self) -> Iterator[list[str]]:
        if self._scope.ids is not None:
            for at in range(0, len(self._scope.ids), self._page):
                yield list(self._scope.ids[at : at + self._page])
            return
        after = ""
        while rows := read(self._connection, IDS, {"after": after, "page": self._page}, timeout=TIMEOUT):
            yield [row["id"] for row in rows]
            after = rows[-1]["id"]

    def _row(self, found: dict[str, Any], names: list[str]) -> Row:
        """Return the values of a node or fact, in the order of its columns."""
        missing = found.pop("missing") or []
        values = {**found.pop("known"), **found}
        listed = values["sources"] or []
        if values["as_of"] is None:
            values["as_of"] = newest_edition(listed, missing, self._editions, ended=bool(values["ended"]))
        values["sources"] = sorted(set(listed))
        if values.get("note") is not None and not _may_be_told(values["note"]):
            values["note"] = None
        return {name: values[name] for name in names}


def editions(connection: Connection) -> dict[str, str]:
    """Return the edition of each source that has one."""
    return {row["id"]: row["edition"] for row in read(connection, _EDITIONS)}


def newest_edition(
    listed: Sequence[str], missing: Sequence[str], editions_: Mapping[str, str], *, ended: bool
) -> str | None:
    """Return how old something without a date of its own is: as old as the newest edition that still lists it.

    Args:
        listed: The sources that list or listed it.
        missing: For each of them the date of the edition that lacked it, empty while it is there.
        editions_: The edition of each source.
        ended: Whether no source lists it any more.
    """
    return max(
        (
            editions_[source]
            for source, gone in zip(listed, missing, strict=False)
            if source in editions_ and (not gone or ended)
        ),
        default=None,
    )


def _may_be_told(note: str) -> bool:
    # The writer refuses such notes; what was written into a database by hand it has not seen.
    try:
        check_no_contact(note)
    except ValueError:
        return False
    return True
