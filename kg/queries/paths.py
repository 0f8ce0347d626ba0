"""Paths between any two nodes: by the allowed patterns, the most specific first, each as a sentence and as nodes and facts."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

from kg.database.connection import Connection
from kg.database.read import read
from kg.errors import KgError
from kg.queries.entities import Entity, resolve
from kg.queries.evidence import facts
from kg.queries.patterns import CLAUSES, DIRECT, STRONG, WEAK, Pattern, between, cypher
from kg.queries.provenance import data_of
from kg.queries.results import PairQuery, Path, PathNode, PathRelationship, Paths
from kg.queries.validity import old_year, parse_as_of
from kg.schema.nodes import NODES

DEFAULT_TOP = 10


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
    check_top(top)
    day = parse_as_of(as_of)
    one, other = resolve(connection, start), resolve(connection, end)
    check_different(one, other)
    found = find_paths(connection, one, other, top=top, as_of=day)
    keys = [relationship.key for found_path in found for relationship in found_path.relationships]
    return Paths(
        query=PairQuery(start=one.partner, end=other.partner, top=top, as_of=day.isoformat()),
        data=data_of(connection, facts(connection, keys), day),
        paths=found,
    )


def check_top(top: int) -> None:
    """Raise :class:`KgError` unless ``top`` is a number of answers that one can ask for."""
    if not 1 <= top <= 1000:
        raise KgError(f"--top must be between 1 and 1000, not {top}.")


def check_different(one: Entity, other: Entity) -> None:
    """Raise :class:`KgError` when two nodes that should differ are the same."""
    if one.id == other.id:
        raise KgError(f"Both are {one.line}: give two different ones.")


def find_paths(connection: Connection, start: Entity, end: Entity, *, top: int, as_of: date) -> tuple[Path, ...]:
    """Return the most specific paths between two nodes; weak ones when there are no others."""
    given = {"start": start.id, "end": end.id, "as_of": as_of.isoformat(), "limit": top}
    for weak, allowed in ((False, STRONG), (True, STRONG + WEAK)):
        patterns = between(allowed, start.label, end.label)
        queries = [DIRECT, *(cypher(pattern, weak=weak) for pattern in patterns)]
        rows = read(connection, "\nUNION ALL\n".join(map(_as_branch, queries)), given)
        if rows:
            by_name = {pattern.name: pattern for pattern in patterns}
            paths = [_path(row, by_name.get(row["pattern"]), as_of, weak=weak) for row in rows]
            return tuple(sorted(paths, key=_order)[:top])
    return ()


def _as_branch(query: str) -> str:
    """Return a query as one branch of a union, its ORDER BY and LIMIT its own."""
    return f"CALL () {{\n{query}\n}}\nRETURN pattern, specificity, nodes, facts"


def _order(found: Path) -> tuple[Any, ...]:
    keys = [relationship.key for relationship in found.relationships]
    return -found.specificity, len(keys), keys


def _path(row: dict[str, Any], pattern: Pattern | None, as_of: date, *, weak: bool) -> Path:
    nodes = tuple(
        PathNode(id=id_, label=next(label for label in labels if label in NODES), name=name or id_, facts=count)
        for id_, name, labels, count in row["nodes"]
    )
    posts = [fact[7] for fact in row["facts"]]
    relationships = tuple(
        PathRelationship(key=key, type=type_, start=start, end=end, since=since, until=until, as_of=age)
        for key, type_, start, end, since, until, age, _, _ in row["facts"]
    )
    return Path(
        pattern=pattern.name if pattern else relationships[0].type,
        sentence=sentence(nodes, relationships, posts, pattern, as_of),
        # Computed here from the counts shown, so that the number does not hang on the server's logarithm.
        specificity=math.prod(1 / math.log(1 + node.facts) for node in nodes[1:-1]),
        weak=weak,
        nodes=nodes,
        relationships=relationships,
    )


def sentence(
    nodes: Sequence[PathNode],
    relationships: Sequence[PathRelationship],
    posts: Sequence[str | None],
    pattern: Pattern | None,
    as_of: date,
) -> str:
    """Return a path in words: the pattern's sentence, else one clause for each fact, with the age of the oldest fact if it is old."""
    names = {node.id: node.name for node in nodes}
    if pattern is not None and pattern.sentence is not None:
        text = pattern.sentence.format(*(node.name for node in nodes))
    else:
        text = "; ".join(_clauses(relationships, posts, names))
    year = old_year(as_of, *(relationship.as_of for relationship in relationships))
    return f"{text}, as of {year}." if year else f"{text}."


def _clauses(
    relationships: Sequence[PathRelationship], posts: Sequence[str | None], names: dict[str, str]
) -> Iterable[str]:
    for relationship, post in zip(relationships, posts, strict=True):
        yield CLAUSES[relationship.type].format(
            start=names[relationship.start], end=names[relationship.end], post=post or "in office"
        )
