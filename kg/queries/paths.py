"""Paths between any two nodes: by the allowed patterns, the most specific first, each as a sentence and as nodes and facts.

A path is put together from both ends: what one end reaches in one or two steps is joined with what the other reaches. The second
step only ever follows facts in their stored direction (from a body to its networks, never from a network to its members), so
that a network with ten thousand members costs no more than one with ten.
"""

from __future__ import annotations

import itertools
import math
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from kg.database.connection import Connection
from kg.database.read import read
from kg.errors import KgError, quoted
from kg.queries.entities import Entity, check_name, resolve
from kg.queries.evidence import FactDetail, Link, facts
from kg.queries.path_results import PairQuery, Path, PathNode, PathRelationship, Paths
from kg.queries.patterns import CLAUSES, STRONG, WEAK, WEAK_LABELS, Pattern, Signature, between, flip, signatures
from kg.queries.provenance import data_of
from kg.queries.validity import old_year, parse_as_of, valid
from kg.schema.nodes import NODES

DEFAULT_TOP = 10


def _signed(fact: str, begin: str) -> str:
    """Return the Cypher text of one step read from the node ``begin``: ``MEMBER_OF>`` or ``<MEMBER_OF``."""
    return f"CASE WHEN startNode({fact}) = {begin} THEN type({fact}) + '>' ELSE '<' + type({fact}) END"


_DIRECT = f"""\
MATCH (a:Entity {{id: $start}}), (b:Entity {{id: $end}})
MATCH (a)-[f]-(b)
WHERE {valid("f")}
RETURN f.key AS key"""

_ONE_BETWEEN = f"""\
MATCH (a:Entity {{id: $start}}), (b:Entity {{id: $end}})
MATCH (a)-[f]-(x)-[g]-(b)
WITH [{_signed("f", "a")}, {_signed("g", "x")}] AS signature, x, f, g
WHERE signature IN $signatures AND {valid("f")} AND {valid("g")}
RETURN signature, x.id AS node, [f.key, g.key] AS keys"""

# What a node reaches in two steps, the second in stored direction, by the beginnings in $signatures.
_TWO_STEPS = f"""\
MATCH (a:Entity {{id: $start}})-[f]-(x)
WITH a, x, f, {_signed("f", "a")} AS first
WHERE first IN $first AND {valid("f")}
MATCH (x)-[g]->(m)
WITH x, m, f, g, [first, type(g) + '>'] AS signature
WHERE signature IN $signatures AND m.id <> $start AND {valid("g")}
RETURN signature, [x.id, m.id] AS nodes, [f.key, g.key] AS keys"""

# The facts that lead from some nodes to an end.
_LAST_STEP = f"""\
UNWIND $nodes AS node
MATCH (m:Entity {{id: node}}), (b:Entity {{id: $end}})
MATCH (m)-[f]-(b)
WITH node, f, {_signed("f", "m")} AS step
WHERE step IN $steps AND {valid("f")}
RETURN node, step, f.key AS key"""

_NODES = """\
MATCH (n:Entity) WHERE n.id IN $ids
RETURN n.id AS id, n.name AS name, labels(n) AS labels,
    COUNT { (n)--() } - COUNT { (n)<-[:IDENTIFIES]-() } AS facts"""


@dataclass(frozen=True, slots=True)
class Route:
    """A path by the ids of its inner nodes and the keys of its facts, before anything else of it is read."""

    signature: Signature
    inner: tuple[str, ...]
    keys: tuple[str, ...]

    @property
    def backwards(self) -> Route:
        """The same read from the other end."""
        return Route(flip(self.signature), self.inner[::-1], self.keys[::-1])

    def is_simple(self, start: str, end: str) -> bool:
        """Whether it passes no node and no fact twice."""
        nodes = (start, *self.inner, end)
        return len(set(nodes)) == len(nodes) and len(set(self.keys)) == len(self.keys)


def path(
    connection: Connection, start: str, end: str, *, top: int = DEFAULT_TOP, as_of: str | date | None = None
) -> Paths:
    """Return the most specific paths between any two nodes, named as for :func:`kg.queries.entities.resolve`.

    Only patterns of :mod:`kg.queries.patterns` are followed. Paths of last resort are looked for when there are no others. The
    specificity of a path is the product of ``1 / log(1 + facts)`` over its inner nodes, so that one through a network with ten
    thousand members comes after one through something small; a direct fact has 1. Ties go to the shorter path, then by key.

    Args:
        connection: The database.
        start: Where the path begins, a name or id.
        end: Where it ends.
        top: How many paths.
        as_of: Follow what was true on this date (partial: its last day); today unless given.

    Raises:
        KgError: If a name is unknown or ambiguous, both are the same, or an option makes no sense.
    """
    check_name("start", start)
    check_name("end", end)
    check_top(top)
    day = parse_as_of(as_of)
    one, other = resolve(connection, start), resolve(connection, end)
    check_different(one, other)
    found = find_paths(connection, one, other, top=top, as_of=day)
    return Paths(
        query=PairQuery(start=one.partner, end=other.partner, top=top, as_of=day.isoformat()),
        data=data_of(connection, facts(connection, links_of(found)), day),
        paths=found,
    )


def check_top(top: int) -> None:
    """Raise :class:`KgError` unless ``top`` is a number of answers that one can ask for."""
    if not is_whole(top) or not 1 <= top <= 1000:
        raise KgError(f"top (--top) must be a whole number between 1 and 1000, not {quoted(top)}.")


def is_whole(number: object) -> bool:
    """Return whether something is a whole number; yes and no are not, although Python counts them as 1 and 0."""
    return isinstance(number, int) and not isinstance(number, bool)


def check_different(one: Entity, other: Entity) -> None:
    """Raise :class:`KgError` when two nodes that should differ are the same."""
    if one.id == other.id:
        raise KgError(f"Both are {one.line}: give two different ones.")


def links_of(paths: Iterable[Path]) -> list[Link]:
    """Return the facts on some paths."""
    return [Link(fact.key, fact.start, fact.end) for path in paths for fact in path.relationships]


def find_paths(connection: Connection, start: Entity, end: Entity, *, top: int, as_of: date) -> tuple[Path, ...]:
    """Return the most specific paths between two nodes; weak ones when there are no others."""
    finder = _Finder(connection, start, end, as_of)
    direct = finder.direct()
    for weak, allowed in ((False, STRONG), (True, STRONG + WEAK)):
        patterns = _by_signature(between(allowed, start.label, end.label))
        routes = [route for route in finder.routes(patterns) if route.is_simple(start.id, end.id)]
        nodes = finder.nodes([*direct, *routes])
        if not weak:
            routes = [route for route in routes if not any(nodes[id_].label in WEAK_LABELS for id_ in route.inner)]
        chosen = sorted([*direct, *routes], key=lambda route: _order(route, nodes))[:top]
        if chosen:
            details = facts(connection, [link for route in chosen for link in _links(route, start.id, end.id)])
            return tuple(
                build_path(
                    route,
                    patterns.get(route.signature),
                    nodes,
                    details,
                    ends=(start.id, end.id),
                    as_of=as_of,
                    weak=weak and bool(route.inner),
                )
                for route in chosen
            )
    return ()


def _by_signature(patterns: Iterable[Pattern]) -> dict[Signature, Pattern]:
    return {signature: pattern for pattern in patterns for signature in signatures(pattern)}


@dataclass(frozen=True, slots=True)
class _Finder:
    """Reads the routes between two nodes."""

    connection: Connection
    start: Entity
    end: Entity
    as_of: date

    def _query(self, cypher: str, **parameters: Any) -> list[dict[str, Any]]:
        given = {"start": self.start.id, "end": self.end.id, "as_of": self.as_of.isoformat(), **parameters}
        return read(self.connection, cypher, given)

    def direct(self) -> list[Route]:
        """Return the facts between the two, of whatever type."""
        return [Route((), (), (row["key"],)) for row in self._query(_DIRECT)]

    def routes(self, allowed: Collection[Signature]) -> list[Route]:
        """Return all routes with an allowed signature through one, two or three nodes."""
        two = [list(signature) for signature in allowed if len(signature) == 2]
        rows = self._query(_ONE_BETWEEN, signatures=two) if two else []
        found = [Route(tuple(row["signature"]), (row["node"],), tuple(row["keys"])) for row in rows]
        longer = {signature for signature in allowed if len(signature) > 2}
        if not longer:
            return found
        ahead = self._two_steps(self.start.id, longer)
        behind = self._two_steps(self.end.id, {flip(signature) for signature in longer})
        found += self._with_last_step(ahead, self.end.id, longer)
        back = {flip(signature) for signature in longer}
        found += [route.backwards for route in self._with_last_step(behind, self.start.id, back)]
        found += join(ahead, behind, longer)
        return list({route.keys: route for route in found}.values())

    def _two_steps(self, start: str, allowed: Iterable[Signature]) -> list[Route]:
        beginnings = sorted({signature[:2] for signature in allowed if signature[1].endswith(">")})
        first = sorted({beginning[0] for beginning in beginnings})
        if not beginnings:
            return []
        rows = self._query(_TWO_STEPS, start=start, first=first, signatures=list(map(list, beginnings)))
        return [Route(tuple(row["signature"]), tuple(row["nodes"]), tuple(row["keys"])) for row in rows]

    def _with_last_step(self, halves: Sequence[Route], end: str, allowed: Collection[Signature]) -> list[Route]:
        """Return the routes of three steps that begin with one of the halves."""
        steps = {signature[2] for signature in allowed if len(signature) == 3}
        middles = sorted({half.inner[-1] for half in halves} - {end})
        if not steps or not middles:
            return []
        last: dict[str, list[tuple[str, str]]] = defaultdict(list)
        for row in self._query(_LAST_STEP, nodes=middles, end=end, steps=sorted(steps)):
            last[row["node"]].append((row["step"], row["key"]))
        return [
            Route((*half.signature, step), half.inner, (*half.keys, key))
            for half in halves
            for step, key in last[half.inner[-1]]
            if (*half.signature, step) in allowed
        ]

    def nodes(self, routes: Iterable[Route]) -> dict[str, PathNode]:
        """Return the two ends and the nodes on the routes, by id."""
        ids = {self.start.id, self.end.id, *(id_ for route in routes for id_ in route.inner)}
        return {
            row["id"]: PathNode(
                id=row["id"],
                label=next(label for label in row["labels"] if label in NODES),
                name=row["name"] or row["id"],
                facts=row["facts"],
            )
            for row in read(self.connection, _NODES, {"ids": sorted(ids)})
        }


def join(ahead: Iterable[Route], behind: Iterable[Route], allowed: Collection[Signature]) -> list[Route]:
    """Return the routes of four steps made of a half from either end that meet in the same node.

    Args:
        ahead: Halves that begin at the start; the last node of each is where it may meet another.
        behind: Halves that begin at the end.
        allowed: Signatures of whole routes.
    """
    meeting: dict[str, list[Route]] = defaultdict(list)
    for half in behind:
        meeting[half.inner[-1]].append(half.backwards)
    return [
        Route(half.signature + rest.signature, half.inner + rest.inner[1:], half.keys + rest.keys)
        for half in ahead
        for rest in meeting[half.inner[-1]]
        if half.signature + rest.signature in allowed
    ]


def specificity(inner: Iterable[PathNode]) -> float:
    """Return the product of ``1 / log(1 + facts)`` over the inner nodes of a path, 1 when there is none."""
    return math.prod((1 / math.log(1 + node.facts) for node in inner), start=1.0)


def _order(route: Route, nodes: Mapping[str, PathNode]) -> tuple[Any, ...]:
    return -specificity(nodes[id_] for id_ in route.inner), len(route.keys), route.keys


def _links(route: Route, start: str, end: str) -> list[Link]:
    nodes = (start, *route.inner, end)
    return [Link(key, *ends) for key, ends in zip(route.keys, itertools.pairwise(nodes), strict=True)]


def build_path(
    route: Route,
    pattern: Pattern | None,
    nodes: Mapping[str, PathNode],
    details: Mapping[str, FactDetail],
    *,
    ends: tuple[str, str],
    as_of: date,
    weak: bool,
) -> Path:
    """Return a route as a path with its sentence: the pattern's, else one clause for each fact; with the age of an old fact."""
    along = tuple(nodes[id_] for id_ in (ends[0], *route.inner, ends[1]))
    steps = [details[key] for key in route.keys]
    if pattern is not None and pattern.sentence is not None:
        text = pattern.sentence.format(*(node.name for node in along))
    else:
        text = "; ".join(_clause(step, nodes) for step in steps)
    year = old_year(as_of, *(step.as_of for step in steps))
    return Path(
        pattern=pattern.name if pattern else steps[0].type,
        sentence=f"{text}, as of {year}." if year else f"{text}.",
        specificity=specificity(along[1:-1]),
        weak=weak,
        nodes=along,
        relationships=tuple(
            PathRelationship(
                key=step.key,
                type=step.type,
                start=step.start,
                end=step.end,
                since=step.since,
                until=step.until,
                as_of=step.as_of,
            )
            for step in steps
        ),
    )


def _clause(step: FactDetail, nodes: Mapping[str, PathNode]) -> str:
    return CLAUSES[step.type].format(
        start=nodes[step.start].name, end=nodes[step.end].name, post=step.post or "in office"
    )
