"""How two nodes are connected: paths, and the explanation of a pair that has them beside its terms."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from kg.queries.as_graph import AsGraph, Link, PlainGraph, node_of
from kg.queries.display import Block, Cell, Line, Table
from kg.queries.kinds.names import Kind
from kg.queries.results import TERM_COLUMNS, Data, Model, Partner, Result, Scored, Shown, term_blocks, term_columns

_COLUMNS = ("rank", "pattern", "sentence", "specificity", "nodes", "evidence")


class PathNode(Model):
    """A node on a path. ``facts`` is the number of facts that touch it: the fewer, the more specific a path through it."""

    id: str
    label: str
    name: str
    facts: int


class PathRelationship(Model):
    """A fact on a path, in the direction in which it is stored."""

    key: str
    type: str
    start: str
    end: str
    since: str | None = None
    until: str | None = None
    as_of: str | None = None


class Path(Shown):
    """A way from one node to another, each step a fact.

    ``specificity`` is the product of ``1 / log(1 + facts)`` over the inner nodes; 1 for a direct fact. ``weak`` marks a path of
    last resort (the same country, region, theme, programme or seat).
    """

    pattern: str
    sentence: str
    specificity: float
    weak: bool
    nodes: tuple[PathNode, ...]
    relationships: tuple[PathRelationship, ...]

    def blocks(self) -> list[Block]:
        """Return the sentence."""
        return [Line(self.sentence)]


class PairQuery(Model):
    """Which two nodes were asked about; ``kind`` only where terms were asked for."""

    start: Partner
    end: Partner
    kind: Kind | None = None
    top: int
    as_of: str


class Paths(Result, AsGraph):
    """How two nodes are connected, most specific first; as a graph, what is on any of the paths."""

    frame_columns = _COLUMNS

    query: PairQuery
    data: Data
    paths: tuple[Path, ...]

    def blocks(self) -> list[Block]:
        """Return each path as a sentence."""
        title = Line(f"From {self.query.start.title} to {self.query.end.title}", "heading")
        return [title, *_path_blocks(self.paths), *self.data.blocks()]

    def records(self) -> list[dict[str, Cell]]:
        """Return one row per path."""
        return [_path_columns(rank, path) for rank, path in enumerate(self.paths, 1)]

    def as_graph(self) -> PlainGraph:
        """Return what is on any of the paths."""
        return _graph(self.query, self.paths, self.about)


class Explanation(Result, AsGraph, Scored):
    """Why two places would, or do, work together: the terms that ``recommend`` sums, and the paths between them.

    As a table, the terms; as a graph, what is on any of the paths.
    """

    frame_columns = TERM_COLUMNS

    query: PairQuery
    data: Data
    paths: tuple[Path, ...]

    def blocks(self) -> list[Block]:
        """Return the terms and the paths."""
        pair = f"{self.query.start.title} and {self.query.end.title}"
        shown: list[Block] = [Line(f"{pair} ({self.query.kind}): {self.score:.2f}", "heading")]
        shown += term_blocks(self.terms)
        shown.append(Line("Paths, most specific first", "heading"))
        return shown + _path_blocks(self.paths) + self.data.blocks()

    def records(self) -> list[dict[str, Cell]]:
        """Return one row per term."""
        return [term_columns(term) for term in self.terms]

    def as_graph(self) -> PlainGraph:
        """Return what is on any of the paths."""
        return _graph(self.query, self.paths, self.about)


def link_of(fact: PathRelationship) -> Link:
    """Return a fact as a link of a graph."""
    return Link(fact.start, fact.end, fact.model_dump(exclude={"key", "start", "end"}), fact.key)


def _graph(query: PairQuery, paths: tuple[Path, ...], about: Mapping[str, Any]) -> PlainGraph:
    nodes = {end.id: node_of(end) for end in (query.start, query.end)}
    links: dict[str, Link] = {}
    for rank, path in enumerate(paths, 1):
        for node in path.nodes:
            nodes.setdefault(node.id, {}).update(node.model_dump(exclude={"id"}))
        for fact in path.relationships:
            link = link_of(fact)
            # Of several paths over it, the most specific.
            links.setdefault(fact.key, replace(link, attributes={**link.attributes, "path": rank}))
    return PlainGraph(nodes, list(links.values()), facts=True, about=about)


def _path_columns(rank: int, path: Path) -> dict[str, Cell]:
    return {
        "rank": rank,
        "pattern": path.pattern,
        "sentence": path.sentence,
        "specificity": path.specificity,
        "nodes": " ".join(node.id for node in path.nodes),
        "evidence": " ".join(relationship.key for relationship in path.relationships),
    }


def _path_blocks(paths: tuple[Path, ...]) -> list[Block]:
    if not paths:
        return [Line("No path that says something.")]
    rows = tuple((rank, path.specificity, path.sentence) for rank, path in enumerate(paths, 1))
    blocks: list[Block] = [Table(("#", "Specific", "Path"), rows)]
    if all(path.weak for path in paths):
        blocks.append(Line("Only weak connections: the same country, region, theme, programme or seat."))
    return blocks
