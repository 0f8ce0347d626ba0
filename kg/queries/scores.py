"""Scores of how close two nodes are, as pure functions on plain values.

A *graph* here is a mapping from each node to the set of its neighbours, every edge in both sets. All functions are symmetric in
their two nodes. They are the standard scores of link prediction, against which ``recommend`` is measured.
"""

from __future__ import annotations

import math
from collections.abc import Hashable, Mapping, Set
from typing import TypeVar

Node = TypeVar("Node", bound=Hashable)
Graph = Mapping[Node, Set[Node]]


def _shared(graph: Graph[Node], u: Node, v: Node) -> list[Node]:
    for node in (u, v):
        if node not in graph:
            raise KeyError(f"{node!r} is not in the graph")
    if u == v:
        raise ValueError(f"the two nodes must differ, both are {u!r}")
    return [node for node in graph[u] if node in graph[v]]


def common_neighbours(graph: Graph[Node], u: Node, v: Node) -> int:
    r"""Return the number of neighbours that two nodes share.

    .. math:: |\Gamma(u) \cap \Gamma(v)|

    Args:
        graph: Each node with the set of its neighbours.
        u: A node.
        v: Another node.

    Returns:
        A whole number, 0 when they share none.

    Raises:
        KeyError: If a node is not in the graph.
        ValueError: If both nodes are the same.

    Examples:
        >>> graph = {"a": {"b", "c", "d"}, "b": {"a", "c"}, "c": {"a", "b", "d", "e"}, "d": {"a", "c"}, "e": {"c"}}
        >>> common_neighbours(graph, "b", "d")
        2

    References:
        M. E. J. Newman, "Clustering and preferential attachment in growing networks", Physical Review E 64 (2001) 025102.
    """
    return len(_shared(graph, u, v))


def jaccard(graph: Graph[Node], u: Node, v: Node) -> float:
    r"""Return the share of all neighbours of two nodes that is common to both.

    .. math:: \frac{|\Gamma(u) \cap \Gamma(v)|}{|\Gamma(u) \cup \Gamma(v)|}

    Args:
        graph: Each node with the set of its neighbours.
        u: A node.
        v: Another node.

    Returns:
        From 0 to 1; 0 when neither has a neighbour.

    Raises:
        KeyError: If a node is not in the graph.
        ValueError: If both nodes are the same.

    Examples:
        >>> graph = {"a": {"b", "c", "d"}, "b": {"a", "c"}, "c": {"a", "b", "d", "e"}, "d": {"a", "c"}, "e": {"c"}}
        >>> jaccard(graph, "b", "e")
        0.5

    References:
        D. Liben-Nowell and J. Kleinberg, "The link-prediction problem for social networks", Journal of the American Society for
        Information Science and Technology 58 (2007) 1019-1031; after P. Jaccard (1901).
    """
    shared = len(_shared(graph, u, v))
    return shared / (len(graph[u]) + len(graph[v]) - shared) if shared else 0.0


def adamic_adar(graph: Graph[Node], u: Node, v: Node) -> float:
    r"""Return the number of shared neighbours, each weighted down by the logarithm of its degree.

    .. math:: \sum_{w \in \Gamma(u) \cap \Gamma(v)} \frac{1}{\log |\Gamma(w)|}

    Args:
        graph: Each node with the set of its neighbours.
        u: A node.
        v: Another node.

    Returns:
        0 or more. A shared neighbour has two neighbours at least, so no term is infinite.

    Raises:
        KeyError: If a node is not in the graph.
        ValueError: If both nodes are the same.

    Examples:
        >>> graph = {"a": {"b", "c", "d"}, "b": {"a", "c"}, "c": {"a", "b", "d", "e"}, "d": {"a", "c"}, "e": {"c"}}
        >>> round(adamic_adar(graph, "b", "d"), 4)  # a has three neighbours, c has four
        1.6316

    References:
        L. A. Adamic and E. Adar, "Friends and neighbors on the Web", Social Networks 25 (2003) 211-230.
    """
    return math.fsum(1 / math.log(len(graph[node])) for node in _shared(graph, u, v))


def resource_allocation(graph: Graph[Node], u: Node, v: Node) -> float:
    r"""Return the number of shared neighbours, each divided by its degree.

    .. math:: \sum_{w \in \Gamma(u) \cap \Gamma(v)} \frac{1}{|\Gamma(w)|}

    Args:
        graph: Each node with the set of its neighbours.
        u: A node.
        v: Another node.

    Returns:
        0 or more: the part of what one node sends to its neighbours, each passing it on in equal shares, that reaches the other.

    Raises:
        KeyError: If a node is not in the graph.
        ValueError: If both nodes are the same.

    Examples:
        >>> graph = {"a": {"b", "c", "d"}, "b": {"a", "c"}, "c": {"a", "b", "d", "e"}, "d": {"a", "c"}, "e": {"c"}}
        >>> round(resource_allocation(graph, "b", "d"), 4)
        0.5833

    References:
        T. Zhou, L. Lü and Y.-C. Zhang, "Predicting missing links via local information", European Physical Journal B 71 (2009)
        623-630.
    """
    return math.fsum(1 / len(graph[node]) for node in _shared(graph, u, v))


def specificity(members: int) -> float:
    r"""Return how much it says that two places share one neighbour: the less, the more members it has.

    .. math:: \frac{1}{\log(1 + n)}

    The weight of Adamic and Adar with one added to the count, so that it is finite for a neighbour with a single member (a body
    that serves both places) as well.

    Args:
        members: The number of members of the shared neighbour, 1 or more.

    Returns:
        1.443 for one member, 0.91 for two, 0.11 for 12,000.

    Raises:
        ValueError: If there is no member.

    Examples:
        >>> graph = {"a": {"b", "c", "d"}, "b": {"a", "c"}, "c": {"a", "b", "d", "e"}, "d": {"a", "c"}, "e": {"c"}}
        >>> round(specificity(len(graph["c"])), 4)
        0.6213

    References:
        L. A. Adamic and E. Adar, "Friends and neighbors on the Web", Social Networks 25 (2003) 211-230.
    """
    if members < 1:
        raise ValueError(f"a shared neighbour has at least one member, not {members}")
    return 1 / math.log(1 + members)


def size_similarity(population: int | None, other: int | None) -> float:
    r"""Return how similar two places are in size: the smaller population divided by the larger.

    .. math:: \frac{\min(p, q)}{\max(p, q)}

    Args:
        population: Inhabitants of one place; None when unknown.
        other: Inhabitants of the other; None when unknown.

    Returns:
        From 0 to 1: 1 for equal sizes, 0.5 when one has twice as many inhabitants, 0 when either is unknown or empty.

    Raises:
        ValueError: If a population is negative.

    Examples:
        >>> graph = {"Riga": 600_000, "Espoo": 300_000, "Plock": 120_000, "Gozo": None, "Oslo": 700_000}  # nodes, populations
        >>> size_similarity(graph["Riga"], graph["Espoo"])
        0.5
        >>> size_similarity(graph["Riga"], graph["Gozo"])
        0.0

    References:
        The ratio form of Jaccard for two quantities: M. Ružička, "Anwendung mathematisch-statistischer Methoden in der
        Geobotanik", Biológia (Bratislava) 13 (1958) 647-661.
    """
    for value in (population, other):
        if value is not None and value < 0:
            raise ValueError(f"a population cannot be negative: {value}")
    if not population or not other:
        return 0.0
    return min(population, other) / max(population, other)
