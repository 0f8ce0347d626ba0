"""From who is in what to who shares how much: the projection of a two-mode network on one of its sides.

Two members are joined by the networks that both are in (Breiger 1974, The duality of persons and groups, Social Forces 53(2)),
two networks by the members that both have.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from itertools import combinations
from typing import Any, Literal, get_args

from kg.errors import KgError, quoted
from kg.queries.as_graph import AsGraph, Link, PlainGraph
from kg.queries.display import Block, Cell, Line, Table
from kg.queries.results import Data, Model, Partner, Result

#: On which side: its nodes remain.
Side = Literal["members", "networks"]
SIDES: tuple[Side, ...] = get_args(Side)

#: Pairs of members in common networks, counted once for each network, beyond which nobody could use the graph.
MOST_PAIRS = 2_000_000


class ProjectionTie(Model):
    """Two that share something.

    ``shared`` is how much: networks that both members are in, or members that both networks have. ``jaccard`` is that of all that
    either of them has, between 0 and 1.
    """

    one: str
    other: str
    shared: int
    jaccard: float


class Projection(Result, AsGraph):
    """Members joined by the networks that they share, or networks joined by their common members; the most shared first."""

    frame_columns = ("one_id", "one", "other_id", "other", "shared", "jaccard")

    side: Side
    title: str
    data: Data
    nodes: tuple[Partner, ...]
    counts: tuple[int, ...]
    """Of each node in how much it is, or how many members it has."""
    ties: tuple[ProjectionTie, ...]

    def blocks(self) -> list[Block]:
        """Return a row for each two."""
        shown: list[Block] = [Line(self.title, "heading")]
        if not self.ties:
            return [*shown, Line("No two share anything."), *self.data.blocks(keys=False)]
        rows = tuple((row["one"], row["other"], row["shared"], row["jaccard"]) for row in self.records())
        return [*shown, Table(("One", "Other", "Shared", "Jaccard"), rows), *self.data.blocks(keys=False)]

    def records(self) -> list[dict[str, Cell]]:
        """Return one row for each two that share something."""
        names = {node.id: node.name for node in self.nodes}
        return [
            {
                "one_id": tie.one,
                "one": names[tie.one],
                "other_id": tie.other,
                "other": names[tie.other],
                "shared": tie.shared,
                "jaccard": tie.jaccard,
            }
            for tie in self.ties
        ]

    def as_graph(self) -> PlainGraph:
        """Return its nodes, and the ties with what is shared as ``weight``."""
        word = "memberships" if self.side == "members" else "members"
        nodes = {
            node.id: {**_attributes(node), word: count} for node, count in zip(self.nodes, self.counts, strict=True)
        }
        links = [Link(tie.one, tie.other, {"weight": tie.shared, "jaccard": tie.jaccard}) for tie in self.ties]
        return PlainGraph(nodes, links, facts=False, about=self.about)


def check_side(side: str) -> Side:
    """Return the side when there is such a one.

    Raises:
        KgError: There is not.
    """
    found = next((known for known in SIDES if known == side), None)
    if found is None:
        raise KgError(f"onto must be one of {', '.join(SIDES)}, not {quoted(side)}.")
    return found


def project(
    side: Side,
    title: str,
    data: Data,
    members: Mapping[str, tuple[Partner, Iterable[str]]],
    networks: Iterable[Partner],
) -> Projection:
    """Return who shares how much.

    Args:
        side: Whose nodes remain.
        title: What it is, for a reader.
        data: What it rests on.
        members: By id, each with the ids of the networks that it is in.
        networks: All of them.

    Raises:
        KgError: There would be too many ties.
    """
    within = {id_: frozenset(of) for id_, (_, of) in members.items()}
    listed = list(networks)
    has: dict[str, set[str]] = {network.id: set() for network in listed}
    for id_, of in within.items():
        for network in of:
            has[network].add(id_)
    groups: Collection[Collection[str]]
    if side == "members":
        nodes, sets, groups = [partner for partner, _ in members.values()], within, has.values()
    else:
        nodes, sets, groups = listed, {id_: frozenset(some) for id_, some in has.items()}, within.values()
    pairs = sum(len(group) * (len(group) - 1) // 2 for group in groups)
    if pairs > MOST_PAIRS:
        raise KgError(
            f"{len(within):,} members would be joined {pairs:,} times, and no more than {MOST_PAIRS:,} are. Ask for smaller "
            "networks, or for the projection onto networks."
        )
    shared = Counter(pair for group in groups for pair in combinations(sorted(group), 2))
    ties = [
        ProjectionTie(one=one, other=other, shared=number, jaccard=number / len(sets[one] | sets[other]))
        for (one, other), number in shared.items()
    ]
    return Projection(
        side=side,
        title=title,
        data=data,
        nodes=tuple(nodes),
        counts=tuple(len(sets[node.id]) for node in nodes),
        ties=tuple(sorted(ties, key=lambda tie: (-tie.shared, -tie.jaccard, tie.one, tie.other))),
    )


def _attributes(node: Partner) -> dict[str, Any]:
    return node.model_dump(exclude={"id", "networks"})
