"""How central a vertex of a two-mode network is; pure, by igraph, which is imported here and in ``grouping`` and ``cuts`` alone.

Members and things are the two sides; a measure is normalised by the most that a vertex of its side could have (Borgatti and
Everett 1997, Network analysis of 2-mode data, Social Networks 19(3)), since a network can have thousands of links and a city
never can. No projection is made: a network of 12,000 members would become 72 million links, and a link in common with 12,000
others would count as much as one in common with three.

Measured on an invented network of 130,000 members, 33,000 things and 938,000 links, on two shared cores: degree at once, PageRank
1 s; betweenness 0.06 s and closeness 0.04 s for each vertex from which shortest paths are followed, so hours for all. Beyond
:data:`MOST_STEPS` vertices times links the two are therefore estimated from :data:`PIVOTS` vertices drawn at random.
"""

from __future__ import annotations

import math
import random
from collections.abc import Sequence
from operator import add
from typing import Any

from kg.errors import KgError
from kg.queries.structure.affiliations import Affiliations

#: Vertices times links up to which shortest paths are followed from every vertex: about 20 seconds.
MOST_STEPS = 400_000_000

#: Vertices from which they are followed beyond that.
PIVOTS = 500

#: Digits of a value that count: two values that differ only by the order of an addition are equal, and tie.
DIGITS = 10

#: No shortest path of a network that people made is as long.
_LONGEST = 10_000


def igraph() -> Any:
    """Return the library.

    Raises:
        KgError: If it is not installed; the message says what to install.
    """
    try:
        import igraph as library
    except ModuleNotFoundError as error:
        raise KgError("this needs the package igraph: pip install 'localgov-kg[structure]'") from error
    return library


def graph_of(affiliations: Affiliations, *, directed: bool = False) -> Any:
    """Return the igraph Graph: members first, then things, in their order; directed from member to thing where asked for."""
    members = len(affiliations.members)
    edges = [(member, members + thing) for member, thing in affiliations.links]
    return igraph().Graph(n=members + len(affiliations.things), edges=edges, directed=directed)


def pivots_for(affiliations: Affiliations, wanted: int | None, seed: int) -> tuple[int, ...] | None:
    """Return the vertices from which shortest paths are followed; None means every one.

    Args:
        affiliations: The two-mode network.
        wanted: How many, else all up to :data:`MOST_STEPS` and :data:`PIVOTS` beyond.
        seed: Where the drawing begins.
    """
    vertices = len(affiliations.members) + len(affiliations.things)
    if wanted is None:
        wanted = vertices if vertices * len(affiliations.links) <= MOST_STEPS else PIVOTS
    return None if wanted >= vertices else tuple(random.Random(seed).sample(range(vertices), wanted))


def degree(affiliations: Affiliations) -> tuple[list[float], list[float]]:
    """Return the degree centrality of members and of things: links as share of those possible.

    A member of all things has 1, a thing of all members has 1.

    Returns:
        Two lists, in the order of ``members`` and of ``things``, each value between 0 and 1.

    Freeman 1978, Centrality in social networks: conceptual clarification, Social Networks 1(3); for two modes Borgatti and
    Everett 1997.
    """
    members, things = len(affiliations.members), len(affiliations.things)
    return (
        [rounded(len(own) / things) for own in affiliations.things_of],
        [rounded(len(own) / members) for own in affiliations.members_of],
    )


def betweenness(affiliations: Affiliations, pivots: Sequence[int] | None = None) -> tuple[list[float], list[float]]:
    """Return the betweenness centrality of members and of things: on how many shortest paths between others each lies.

    Of several shortest paths between two, each counts for its share. Vertices in separate parts have no path between them and
    add nothing. Divided by the most that a vertex of its side could have in a two-mode network of this size.

    Args:
        affiliations: The two-mode network.
        pivots: Follow the paths that begin in these vertices only, and scale up (Brandes and Pich 2007, Centrality estimation
            in large networks, International Journal of Bifurcation and Chaos 17(7)); all unless given.

    Returns:
        Two lists, in the order of ``members`` and of ``things``, between 0 and 1 (an estimate may be above).

    Freeman 1977, A set of measures of centrality based on betweenness, Sociometry 40(1); computed as in Brandes 2001, A faster
    algorithm for betweenness centrality, Journal of Mathematical Sociology 25(2); normalised as in Borgatti and Everett 1997.
    """
    members, things = len(affiliations.members), len(affiliations.things)
    graph = graph_of(affiliations)
    if pivots is None:
        found = graph.betweenness(directed=False)
    else:
        scale = (members + things) / len(pivots)
        found = [scale * value for value in graph.betweenness(directed=False, sources=list(pivots))]
    return (
        _shares(found[:members], most_betweenness(members, things)),
        _shares(found[members:], most_betweenness(things, members)),
    )


def most_betweenness(own: int, other: int) -> float:
    """Return the highest betweenness that a vertex can have, with so many vertices on its own side and on the other.

    >>> most_betweenness(1, 3), most_betweenness(1, 1)
    (3.0, 0.0)
    """
    if not own or not other:
        return 0.0
    whole, rest = divmod(own - 1, other)
    return (
        other**2 * (whole + 1) ** 2 + other * (whole + 1) * (2 * rest - whole - 1) - rest * (2 * whole - rest + 3)
    ) / 2


def closeness(affiliations: Affiliations, pivots: Sequence[int] | None = None) -> tuple[list[float], list[float]]:
    """Return the harmonic closeness of members and of things: the sum of 1 / distance to all others, unreachable ones adding 0.

    The harmonic form is taken because what people join falls into separate parts, between which Freeman's closeness, the inverse
    of the sum of distances, is not defined. Divided by the most possible: all of the other side at distance 1 and all of the own
    at 2.

    Args:
        affiliations: The two-mode network.
        pivots: Measure the distances to these vertices only, and scale up (Eppstein and Wang 2004, Fast approximation of
            centrality, Journal of Graph Algorithms and Applications 8(1)); all unless given.

    Returns:
        Two lists, in the order of ``members`` and of ``things``, between 0 and 1 (an estimate may be above).

    Marchiori and Latora 2000, Harmony in the small-world, Physica A 285; Borgatti and Everett 1997.
    """
    members, things = len(affiliations.members), len(affiliations.things)
    graph = graph_of(affiliations)
    if pivots is None:
        found = [0.0 if math.isnan(value) else value for value in graph.harmonic_centrality(normalized=False)]
    else:
        found = _estimated_harmonic(graph, pivots)
    return (
        _shares(found[:members], things + (members - 1) / 2),
        _shares(found[members:], members + (things - 1) / 2),
    )


def pagerank(affiliations: Affiliations) -> tuple[list[float], list[float]]:
    """Return the PageRank of members and of things, each as multiple of the average of its side.

    A walker goes from a member to something that it is in, from there to one of its members, and so on, and begins anew with
    probability 0.15. So a network adds more the fewer share it, and the value is defined on separate parts too, where the
    eigenvector centrality is 0 outside one of them.

    Returns:
        Two lists, in the order of ``members`` and of ``things``; 1 is the average.

    Brin and Page 1998, The anatomy of a large-scale hypertextual web search engine, Computer Networks 30.
    """
    found = graph_of(affiliations).pagerank(directed=False, damping=0.85)
    members = len(affiliations.members)
    return _against_average(found[:members]), _against_average(found[members:])


def rounded(value: float) -> float:
    """Return a value with :data:`DIGITS` significant digits."""
    return float(f"{value:.{DIGITS}g}")


def _shares(values: Sequence[float], most: float) -> list[float]:
    return [rounded(value / most) if most > 0 else 0.0 for value in values]


def _against_average(values: Sequence[float]) -> list[float]:
    whole = math.fsum(values)
    return [rounded(value * len(values) / whole) for value in values]


def _estimated_harmonic(graph: Any, pivots: Sequence[int]) -> list[float]:
    nearness: dict[float, float] = {0: 0.0, math.inf: 0.0}
    nearness |= {distance: 1 / distance for distance in range(1, min(graph.vcount(), _LONGEST) + 1)}
    total = [0.0] * graph.vcount()
    for pivot in pivots:
        total = list(map(add, total, map(nearness.__getitem__, graph.distances(source=[pivot])[0])))
    chosen = frozenset(pivots)
    others = graph.vcount() - 1
    # A vertex is never at a distance from itself: one that was drawn has a pivot less.
    return [value * others / max(len(chosen) - (vertex in chosen), 1) for vertex, value in enumerate(total)]
