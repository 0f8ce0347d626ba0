"""Whom a two-mode network would lose with one member: separate parts and cut vertices; pure, by igraph."""

from __future__ import annotations

from collections import Counter

from kg.queries.structure.affiliations import Affiliations
from kg.queries.structure.measures import graph_of
from kg.queries.structure.results import Extent


def extent_of(affiliations: Affiliations) -> Extent:
    """Return how large a two-mode network with at least one link is, and into how many parts it falls."""
    split = len(affiliations.members)
    parts = Counter(graph_of(affiliations).connected_components().membership[:split]).values()
    networks = sum(thing.layer == "network" for thing in affiliations.things)
    largest = max(range(len(affiliations.things)), key=lambda thing: (len(affiliations.members_of[thing]), -thing))
    return Extent(
        members=split,
        networks=networks,
        projects=len(affiliations.things) - networks,
        links=len(affiliations.links),
        links_through_bodies=len(affiliations.through),
        parts=len(parts),
        largest_part=max(parts),
        largest=affiliations.things[largest].partner,
        largest_members=len(affiliations.members_of[largest]),
    )


def cut_off(affiliations: Affiliations) -> dict[int, int]:
    """Return how many other members would be cut off without a member, by its index; only for those who cut somebody off.

    Without a cut vertex (an articulation point) its part falls into pieces: cut off are the members in all of these but the one
    with the most. A bridge in the sense of graph theory is a single membership whose end would separate something, nearly always
    one member of one network; cut vertices say the same of cities, so these are counted. In time linear in the number of links,
    by way of the tree of blocks and cut vertices (Hopcroft and Tarjan 1973, Algorithm 447, Communications of the ACM 16(6)).
    """
    split = len(affiliations.members)
    graph = graph_of(affiliations)
    blocks = [list(block) for block in graph.biconnected_components()]
    shared = Counter(vertex for block in blocks for vertex in block)
    pieces = _Pieces(blocks, {vertex for vertex, count in shared.items() if count > 1}, split)
    found = {}
    for vertex in sorted(pieces.cuts):
        sizes = pieces.around(vertex)
        lost = sum(sizes) - max(sizes)
        if vertex < split and lost:
            found[vertex] = lost
    return found


class _Pieces:
    """The forest of blocks and cut vertices, with the number of members below each of its nodes."""

    def __init__(self, blocks: list[list[int]], cuts: set[int], split: int) -> None:
        self.cuts = cuts
        self._blocks = blocks
        self._split = split
        self._blocks_of: dict[int, list[int]] = {cut: [] for cut in cuts}
        for index, block in enumerate(blocks):
            for vertex in block:
                if vertex in cuts:
                    self._blocks_of[vertex].append(index)
        #: Members in a block and below it, seen from the root; its own parent, a cut vertex, is not among them.
        self._below: list[int] = [0] * len(blocks)
        self._parent: list[int | None] = [None] * len(blocks)
        self._root: list[int] = [-1] * len(blocks)
        self._above: dict[int, int] = {}
        for index in range(len(blocks)):
            if self._root[index] < 0:
                self._count(index)

    def around(self, cut: int) -> list[int]:
        """Return the number of members in each piece that remains of the part of a cut vertex without it."""
        above = self._above[cut]
        below = [self._below[index] for index in self._blocks_of[cut] if index != above]
        rest = self._below[self._root[above]] - sum(below) - (cut < self._split)
        return [*below, rest]

    def _count(self, root: int) -> None:
        order = [root]
        self._root[root] = root
        for index in order:  # grows while it is read: parents before children
            for vertex in self._blocks[index]:
                if vertex in self.cuts and vertex != self._parent[index]:
                    self._above[vertex] = index
                    for child in self._blocks_of[vertex]:
                        if child != index:
                            self._parent[child], self._root[child] = vertex, root
                            order.append(child)
        for index in reversed(order):
            own = sum(vertex < self._split and vertex != self._parent[index] for vertex in self._blocks[index])
            self._below[index] += own
            parent = self._parent[index]
            if parent is not None:
                self._below[self._above[parent]] += self._below[index]
