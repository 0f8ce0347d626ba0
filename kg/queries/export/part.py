"""A part of the graph in memory: as tables of pandas, and as a graph of networkx or igraph."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

from pydantic import JsonValue

from kg.database.connection import Connection
from kg.queries.as_graph import AsGraph, Link, PlainGraph
from kg.queries.display import Block, Cell, Line, Table
from kg.queries.export.columns import FACT_COLUMNS, NODE_COLUMNS, Row, every
from kg.queries.export.reading import Reading
from kg.queries.export.scope import Asked, find_scope
from kg.queries.frames import frame
from kg.queries.provenance import data_from
from kg.queries.reports.cells import cell
from kg.queries.results import Data, Result
from kg.queries.validity import parse_as_of
from kg.schema.relationships import FACTS, Spell

if TYPE_CHECKING:
    import pandas as pd


class Part(Result, AsGraph):
    """Nodes, and all facts between them, with what the schema documents of each; see ``docs/schema.md``.

    ``nodes`` are sorted by id, ``facts`` by start, type and end. Values that are not known are ``None``.
    """

    frame_columns = ("id", "label", "name")

    title: str
    data: Data
    nodes: tuple[dict[str, JsonValue], ...]
    facts: tuple[dict[str, JsonValue], ...]

    def blocks(self) -> list[Block]:
        """Return how much of what it has."""
        shown: list[Block] = [Line(self.title, "heading")]
        for column, rows, what in (("Kind", self.nodes, "label"), ("Fact", self.facts, "type")):
            counts = Counter(str(row[what]) for row in rows)
            if counts:
                shown.append(Table((column, "Number"), tuple(counts.most_common())))
        return shown + self.data.blocks(keys=False)

    def records(self) -> list[dict[str, Cell]]:
        """Return one row per node, with the columns that any of them has a value in."""
        return [{name: cell(value) for name, value in row.items()} for row in _together(self.nodes, _NODES)]

    def to_df(self) -> pd.DataFrame:
        """Return the nodes as a pandas DataFrame with the columns that any of them has a value in; lists stay lists.

        Raises:
            KgError: pandas is not installed (extra ``notebooks``).
        """
        return frame(_together(self.nodes, _NODES), self.frame_columns, self.about)

    def facts_df(self) -> pd.DataFrame:
        """Return the facts as a pandas DataFrame with the columns that any of them has a value in; lists stay lists.

        Raises:
            KgError: pandas is not installed (extra ``notebooks``).
        """
        return frame(_together(self.facts, _FACTS), ("key", "type", "start", "end"), self.about)

    def as_graph(self) -> PlainGraph:
        """Return its nodes and facts."""
        nodes = {str(row["id"]): _without(row, "id") for row in self.nodes}
        links = [
            Link(str(row["start"]), str(row["end"]), _without(row, "start", "end", "key"), str(row["key"]))
            for row in self.facts
        ]
        return PlainGraph(nodes, links, facts=True, about=self.about)


_NODES = tuple(column.name for column in every(NODE_COLUMNS))
_FACTS = tuple(column.name for column in every(FACT_COLUMNS))


def part(connection: Connection, asked: Asked) -> Part:
    """Return a part of the graph.

    Args:
        connection: The database.
        asked: Which part, from :func:`kg.queries.export.scope.check_asked`; all of a large graph needs some gigabytes.

    Raises:
        KgError: A name is unknown or ambiguous.
    """
    scope = find_scope(connection, asked)
    reading = Reading(connection, scope)
    nodes, facts = tuple(reading.nodes()), tuple(reading.facts())
    known = {row["id"] for row in nodes}
    facts = tuple(row for row in facts if {row["start"], row["end"]} <= known)  # others were removed meanwhile
    sources = {source for row in (*nodes, *facts) for source in row["sources"]}
    undated = sum(row.get("since") is None for row in facts if issubclass(FACTS[row["type"]], Spell))
    data = data_from(connection, sources, facts=len(facts), undated=undated, as_of=scope.day or parse_as_of(None))
    return Part(title=scope.title, data=data, nodes=nodes, facts=facts)


def _together(rows: tuple[dict[str, JsonValue], ...], names: tuple[str, ...]) -> list[dict[str, JsonValue]]:
    used = {name for row in rows for name, value in row.items() if value not in (None, [])}
    kept = [name for name in names if name in used]
    return [{name: row.get(name) for name in kept} for row in rows]


def _without(row: Row, *names: str) -> dict[str, Any]:
    return {name: value for name, value in row.items() if name not in names and value != []}
