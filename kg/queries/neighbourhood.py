"""What stands around one thing: its own facts, and the facts between those that they lead to."""

from __future__ import annotations

from datetime import date

from kg.database.connection import Connection
from kg.database.read import read
from kg.errors import KgError
from kg.queries.as_graph import AsGraph, PlainGraph, node_of
from kg.queries.display import Block, Cell, Line, Table
from kg.queries.entities import resolve
from kg.queries.evidence import Link, facts
from kg.queries.path_results import PathNode, PathRelationship, link_of
from kg.queries.paths import check_top
from kg.queries.provenance import data_of
from kg.queries.results import Data, Model, Partner, Result
from kg.queries.validity import parse_as_of, valid

#: Neighbours that are asked for unless told otherwise.
DEFAULT_TOP = 100

#: Around these the largest come first: of hundreds of members, who reads it knows those. Around others, those that few facts
#: touch, as on a path: a small project says more of a city than its country.
LARGEST_FIRST = ("Organisation", "Project", "Region", "Country")

_NEIGHBOURS = f"""\
MATCH (n:Entity {{id: $id}})-[f]-(m:Entity)
WHERE m <> n AND {valid("f")}
WITH DISTINCT m
WITH m, COUNT {{ (m)--() }} AS facts, CASE WHEN $largest THEN -coalesce(m.population, 0) ELSE 0 END AS large
ORDER BY large, CASE WHEN $largest THEN -facts ELSE facts END, m.id
WITH collect({{id: m.id, label: [label IN labels(m) WHERE label <> 'Entity' AND label <> 'Network'
    AND label <> 'Association'][0], name: m.name, facts: facts}}) AS nodes
RETURN size(nodes) AS found, nodes[..$top] AS neighbours"""

# Only outwards: that is few facts also of a country or a network.
_TIES = f"""\
UNWIND $ids AS id
MATCH (a:Entity {{id: id}})-[f]->(b:Entity)
WHERE b.id IN $ids AND a <> b AND {valid("f")}
RETURN f.key AS key, a.id AS start, b.id AS end ORDER BY key"""


class NeighbourhoodQuery(Model):
    """What was asked about."""

    subject: Partner
    top: int
    as_of: str


class Neighbourhood(Result, AsGraph):
    """What one thing has facts with, and all facts between these.

    Around a network, project, region or country the largest come first (inhabitants, then facts); around anything else those that
    the fewest facts touch.
    """

    frame_columns = ("id", "label", "name", "how", "facts")

    query: NeighbourhoodQuery
    data: Data
    found: int
    neighbours: tuple[PathNode, ...]
    ties: tuple[PathRelationship, ...]

    @property
    def order(self) -> str:
        """Which neighbours come first, in words."""
        if self.query.subject.label in LARGEST_FIRST:
            return "those with the most inhabitants first"
        return "the most specific first (those that the fewest facts touch)"

    def blocks(self) -> list[Block]:
        """Return a row per neighbour, with what ties it to the subject."""
        subject = self.query.subject
        shown: list[Block] = [Line(f"Around {subject.title}, as of {self.query.as_of}", "heading")]
        if not self.neighbours:
            shown.append(Line("Nothing: the graph has no fact about it on that day."))
        else:
            rows = tuple((node.name, node.label, self._how(node.id), node.facts) for node in self.neighbours)
            shown.append(Table(("Name", "Kind", "How", "Facts"), rows))
        if self.found > len(self.neighbours):
            shown.append(Line(f"{self.found - len(self.neighbours):,} more are left out: {self.order}.", "dim"))
        return shown + self.data.blocks(keys=False)

    def records(self) -> list[dict[str, Cell]]:
        """Return one row per neighbour."""
        return [
            {"id": node.id, "label": node.label, "name": node.name, "how": self._how(node.id), "facts": node.facts}
            for node in self.neighbours
        ]

    def as_graph(self) -> PlainGraph:
        """Return the subject, its neighbours and the facts between them."""
        subject = self.query.subject
        nodes = {subject.id: node_of(subject)}
        nodes |= {node.id: node.model_dump(exclude={"id"}) for node in self.neighbours}
        return PlainGraph(nodes, [link_of(tie) for tie in self.ties], facts=True, about=self.about)

    def _how(self, id_: str) -> str:
        ends = {id_, self.query.subject.id}
        return ", ".join(
            dict.fromkeys(tie.type.lower().replace("_", " ") for tie in self.ties if {tie.start, tie.end} == ends)
        )


def neighbourhood(
    connection: Connection, name: str, *, top: int = DEFAULT_TOP, as_of: str | date | None = None
) -> Neighbourhood:
    """Return what a node, by name or id, has facts with on a date, and all facts between these.

    Args:
        connection: The database.
        name: Anything in the graph.
        top: Neighbours at most; those are kept that come first in the order of :class:`Neighbourhood`.
        as_of: Facts that are true on this date (partial: its last day); today unless given.

    Raises:
        KgError: If it is unknown or ambiguous, or an option makes no sense.
    """
    check_top(top)
    day = parse_as_of(as_of)
    subject = resolve(connection, name)
    given = {"id": subject.id, "top": top, "as_of": day.isoformat()}
    largest = subject.label in LARGEST_FIRST
    rows = read(connection, _NEIGHBOURS, {**given, "largest": largest})
    if not rows:
        raise KgError(f"{subject.name} is no longer in the graph: run this again.")
    neighbours = tuple(PathNode(**row) for row in rows[0]["neighbours"])
    ids = [subject.id, *(node.id for node in neighbours)]
    links = [Link(**_as_link(row)) for row in read(connection, _TIES, {**given, "ids": ids})]
    details = facts(connection, links)
    ties = tuple(
        PathRelationship(
            key=fact.key,
            type=fact.type,
            start=fact.start,
            end=fact.end,
            since=fact.since,
            until=fact.until,
            as_of=fact.as_of,
        )
        for _, fact in sorted(details.items())
    )
    return Neighbourhood(
        query=NeighbourhoodQuery(subject=subject.partner, top=top, as_of=day.isoformat()),
        data=data_of(connection, details, day),
        found=rows[0]["found"],
        neighbours=neighbours,
        ties=ties,
    )


def _as_link(row: dict[str, str]) -> dict[str, str]:
    return {"key": row["key"], "one": row["start"], "other": row["end"]}
