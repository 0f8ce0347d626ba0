"""Communities of a two-mode network, and who belongs to several; pure, by igraph."""

from __future__ import annotations

import random
import threading
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from kg.queries.structure.affiliations import Affiliations
from kg.queries.structure.measures import graph_of, igraph, rounded

#: How often Leiden goes over the communities that it has: twice as many added less than 0.001 to the modularity where measured.
ITERATIONS = 10

#: A loss as small comes from the rounding of fractions.
_NOTHING = 1e-9

_GENERATOR = threading.Lock()


@dataclass(frozen=True, slots=True)
class Grouping:
    """The community of each member and each thing, in the order of theirs; 0 is the largest."""

    members: tuple[int, ...]
    things: tuple[int, ...]
    modularity: float

    @property
    def count(self) -> int:
        """How many communities there are."""
        return max((*self.members, *self.things), default=-1) + 1


def leiden(affiliations: Affiliations, resolution: float, seed: int) -> Grouping:
    """Return the communities that Leiden finds, the same every time for the same network, resolution and seed.

    What is maximised is the modularity of two-mode networks: links within communities beyond those expected when every member
    and every thing keeps its number of links and these end anywhere on the other side.

    Args:
        affiliations: The two-mode network.
        resolution: Above 1 gives smaller communities, below 1 larger ones.
        seed: Where the random numbers of Leiden begin. Python's own random numbers stay as they are.

    Returns:
        The grouping; communities are numbered by members, then things, then the first member (or thing), the largest first.

    Traag, Waltman and van Eck 2019, From Louvain to Leiden: guaranteeing well-connected communities, Scientific Reports 9;
    Barber 2007, Modularity and community detection in bipartite networks, Physical Review E 76.
    """
    # Of a graph directed from members to things, the modularity for directed graphs is Barber's: members have no links that come
    # in, things none that go out. Both degrees are given because igraph 1.0.0, left to itself, maximises something else.
    graph = graph_of(affiliations, directed=True)
    library = igraph()
    with _GENERATOR:
        library.set_random_number_generator(random.Random(seed))
        try:
            found = graph.community_leiden(
                objective_function="modularity",
                resolution=resolution,
                n_iterations=ITERATIONS,
                node_weights=graph.outdegree(),
                node_in_weights=graph.indegree(),
            )
        finally:
            library.set_random_number_generator(random)  # igraph's own choice, which it cannot be asked for
    membership = _settled(graph.get_edgelist(), found.membership, resolution)
    ordered = _numbered(membership, len(affiliations.members))
    split = len(affiliations.members)
    members, things = tuple(ordered[:split]), tuple(ordered[split:])
    return Grouping(members, things, modularity(affiliations, members, things, resolution))


def modularity(affiliations: Affiliations, members: Sequence[int], things: Sequence[int], resolution: float) -> float:
    """Return the modularity of Barber 2007: the share of links within communities, less ``resolution`` times the share expected.

    Args:
        affiliations: The two-mode network, with at least one link.
        members: The community of each member.
        things: The community of each thing.
        resolution: How much the expected share counts; 1 is Barber's formula.

    Returns:
        Below 1; 0 when all is one community and the resolution 1.
    """
    count = len(affiliations.links)
    inside = sum(members[member] == things[thing] for member, thing in affiliations.links)
    ours = Counter(members[member] for member, _ in affiliations.links)
    theirs = Counter(things[thing] for _, thing in affiliations.links)
    expected = sum(ours[community] * theirs[community] for community in ours)
    return rounded(inside / count - resolution * expected / count**2)


def excess(affiliations: Affiliations, grouping: Grouping) -> tuple[list[float], list[float]]:
    """Return for each member and thing its links within its community beyond those expected by chance: how typical it is there.

    Half of the sum over all, divided by the number of links, is the modularity at resolution 1.
    """
    ours = Counter(grouping.members[member] for member, _ in affiliations.links)
    theirs = Counter(grouping.things[thing] for _, thing in affiliations.links)
    count = len(affiliations.links)
    member_values = [
        sum(grouping.things[thing] == community for thing in own) - len(own) * theirs[community] / count
        for own, community in zip(affiliations.things_of, grouping.members, strict=True)
    ]
    thing_values = [
        sum(grouping.members[member] == community for member in own) - len(own) * ours[community] / count
        for own, community in zip(affiliations.members_of, grouping.things, strict=True)
    ]
    return list(map(rounded, member_values)), list(map(rounded, thing_values))


@dataclass(frozen=True, slots=True)
class Outline:
    """A community: its members and its things, the most typical first, and the share of its members' links that stay within."""

    members: tuple[int, ...]
    things: tuple[int, ...]
    inside: float


def outline(affiliations: Affiliations, grouping: Grouping) -> list[Outline]:
    """Return the communities in the order of their numbers."""
    typical_members, typical_things = excess(affiliations, grouping)
    members: list[list[int]] = [[] for _ in range(grouping.count)]
    things: list[list[int]] = [[] for _ in range(grouping.count)]
    for member in sorted(range(len(typical_members)), key=lambda one: (-typical_members[one], one)):
        members[grouping.members[member]].append(member)
    for thing in sorted(range(len(typical_things)), key=lambda one: (-typical_things[one], one)):
        things[grouping.things[thing]].append(thing)
    links = Counter(grouping.members[member] for member, _ in affiliations.links)
    inside = Counter(
        grouping.members[member]
        for member, thing in affiliations.links
        if grouping.members[member] == grouping.things[thing]
    )
    return [
        Outline(tuple(members[one]), tuple(things[one]), rounded(inside[one] / links[one]) if links[one] else 0.0)
        for one in range(grouping.count)
    ]


def participation(links: Iterable[int]) -> float:
    """Return the participation coefficient: 1 less the sum of the squared shares of each community in the links of a vertex.

    Args:
        links: How many links lead to each community.

    Returns:
        0 when all lead to one community, up to 1 - 1 / n when they are spread evenly over n.

    Guimerà and Amaral 2005, Functional cartography of complex metabolic networks, Nature 433.

    >>> participation([2, 2]), participation([3])
    (0.5, 0.0)
    """
    counts = list(links)
    whole = sum(counts)
    return rounded(1 - sum(count**2 for count in counts) / whole**2) if whole else 0.0


def _settled(links: Sequence[tuple[int, int]], membership: Sequence[int], resolution: float) -> list[int]:
    """Return the communities with each vertex that is alone in one moved to a neighbouring one, where nothing is lost by it.

    Leiden moves a vertex only for a gain. Where all are in one network no grouping gains anything, and each would stay alone.
    """
    settled, count = list(membership), len(links)
    neighbours: list[list[int]] = [[] for _ in settled]
    starts, ends = Counter[int](), Counter[int]()
    for start, end in links:
        neighbours[start].append(end)
        neighbours[end].append(start)
        starts[settled[start]] += 1
        ends[settled[end]] += 1
    sizes = Counter(settled)
    members = {start for start, _ in links}
    for vertex, near in enumerate(neighbours):
        if sizes[settled[vertex]] > 1:
            continue
        own, other = (starts, ends) if vertex in members else (ends, starts)
        gains = {
            community: inside - resolution * len(near) * other[community] / count
            for community, inside in Counter(settled[one] for one in near).items()
        }
        best = min(gains, key=lambda community: (-rounded(gains[community]), community))
        if gains[best] > -_NOTHING:
            own[settled[vertex]] -= len(near)
            own[best] += len(near)
            sizes[settled[vertex]] -= 1
            sizes[best] += 1
            settled[vertex] = best
    return settled


def _numbered(membership: Sequence[int], members: int) -> list[int]:
    """Return the communities numbered by size: igraph's numbers follow the run, not the communities."""
    size = Counter(membership[:members])
    whole = Counter(membership)
    first: dict[int, int] = {}
    for vertex, community in enumerate(membership):
        first.setdefault(community, vertex)
    order = sorted(first, key=lambda community: (-size[community], -whole[community], first[community]))
    number = {community: index for index, community in enumerate(order)}
    return [number[community] for community in membership]
