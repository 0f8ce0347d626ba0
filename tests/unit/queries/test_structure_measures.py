"""Centrality, communities and cuts against values from paper and against networkx."""

from __future__ import annotations

import doctest
import itertools
import math
import random
import sys

import igraph
import networkx as nx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kg.errors import KgError
from kg.queries.structure import grouping, measures, sentences
from kg.queries.structure.affiliations import Affiliations, Thing, Who
from kg.queries.structure.central import rank
from kg.queries.structure.community_bridges import find_spans, joined_pairs
from kg.queries.structure.cuts import cut_off, extent_of
from kg.queries.structure.grouping import Grouping, excess, leiden, modularity, outline
from kg.queries.structure.measures import betweenness, closeness, degree, graph_of, pagerank, pivots_for, rounded

Edges = list[tuple[int, int]]

#: Two groups of four, each in two networks of its own, and member 4 in one network of either.
TWO_GROUPS = [
    *itertools.product((0, 1, 2, 3), (0, 1)),
    *itertools.product((5, 6, 7, 8), (2, 3)),
    (4, 0),
    (4, 2),
]


def two_mode(edges: Edges) -> Affiliations:
    """Members and things numbered as in the edges; ids sort as the numbers do. Nobody is without a link."""
    members = sorted({member for member, _ in edges})
    things = sorted({thing for _, thing in edges})
    return Affiliations(
        members=tuple(Who(f"m{member:03}", "City", f"City {member}", "LV") for member in members),
        things=tuple(Thing(f"t{thing:03}", f"Network {thing}", "network") for thing in things),
        links=tuple(sorted({(members.index(member), things.index(thing)) for member, thing in edges})),
    )


def oracle(affiliations: Affiliations) -> nx.Graph:
    graph = nx.Graph()
    graph.add_nodes_from(("m", index) for index in range(len(affiliations.members)))
    graph.add_nodes_from(("t", index) for index in range(len(affiliations.things)))
    graph.add_edges_from((("m", member), ("t", thing)) for member, thing in affiliations.links)
    return graph


def flat(values: tuple[list[float], list[float]]) -> dict[tuple[str, int], float]:
    return {(side, index): value for side, some in zip("mt", values, strict=True) for index, value in enumerate(some)}


#: How long an example takes says more of the machine than of the code.
unhurried = settings(deadline=None)

edges_of_any_graph = st.lists(st.tuples(st.integers(0, 7), st.integers(0, 4)), min_size=1, max_size=30)


def test_the_examples_in_the_documentation() -> None:
    for module in (measures, grouping, sentences):
        assert doctest.testmod(module).attempted
        assert doctest.testmod(module).failed == 0


def test_a_star_by_hand() -> None:
    """One network with four members: it lies between all six pairs, which is the most there can be; its members between none."""
    star = two_mode([(0, 0), (1, 0), (2, 0), (3, 0)])
    assert degree(star) == ([1.0] * 4, [1.0])
    assert betweenness(star) == ([0.0] * 4, [1.0])
    assert closeness(star) == ([1.0] * 4, [1.0])
    assert pagerank(star)[0] == pytest.approx([1.0] * 4)


def test_a_chain_by_hand() -> None:
    """0 - a - 1 - b - 2: the middle member lies on the four paths from {0, a} to {b, 2}."""
    chain = two_mode([(0, 0), (1, 0), (1, 1), (2, 1)])
    assert degree(chain) == ([0.5, 1.0, 0.5], pytest.approx([2 / 3, 2 / 3]))
    most = measures.most_betweenness(3, 2)
    assert betweenness(chain)[0] == pytest.approx([0.0, 4 / most, 0.0])
    # From the end: its network at 1, the next member at 2, and then 3 and 4; at most two at 1 and two at 2.
    assert closeness(chain)[0] == pytest.approx([(1 + 1 / 2 + 1 / 3 + 1 / 4) / 3, 1.0, (1 + 1 / 2 + 1 / 3 + 1 / 4) / 3])


@unhurried
@given(edges_of_any_graph)
def test_centralities_agree_with_networkx(edges: Edges) -> None:
    affiliations = two_mode(edges)
    graph = oracle(affiliations)
    members = [node for node in graph if node[0] == "m"]
    others, size = len(affiliations.things), len(members)
    assert flat(degree(affiliations)) == pytest.approx(nx.bipartite.degree_centrality(graph, members))
    raw = nx.betweenness_centrality(graph, normalized=False)
    most = {"m": measures.most_betweenness(size, others), "t": measures.most_betweenness(others, size)}
    expected = {node: value / most[node[0]] if most[node[0]] else 0.0 for node, value in raw.items()}
    assert flat(betweenness(affiliations)) == pytest.approx(expected)
    nearest = {"m": others + (size - 1) / 2, "t": size + (others - 1) / 2}
    harmonic = {node: value / nearest[node[0]] for node, value in nx.harmonic_centrality(graph).items()}
    assert flat(closeness(affiliations)) == pytest.approx(harmonic)
    ranks = nx.pagerank(graph, tol=1e-12, max_iter=1000)
    mean = {
        side: sum(v for n, v in ranks.items() if n[0] == side) / count for side, count in (("m", size), ("t", others))
    }
    assert flat(pagerank(affiliations)) == pytest.approx({n: v / mean[n[0]] for n, v in ranks.items()}, rel=1e-6)


def test_normalised_as_networkx_does() -> None:
    affiliations = two_mode(TWO_GROUPS)
    graph = oracle(affiliations)
    members = [node for node in graph if node[0] == "m"]
    assert flat(betweenness(affiliations)) == pytest.approx(nx.bipartite.betweenness_centrality(graph, members))


@unhurried
@given(edges_of_any_graph)
def test_an_estimate_from_every_vertex_is_exact(edges: Edges) -> None:
    affiliations = two_mode(edges)
    everyone = range(len(affiliations.members) + len(affiliations.things))
    assert flat(betweenness(affiliations, everyone)) == pytest.approx(flat(betweenness(affiliations)))
    assert flat(closeness(affiliations, everyone)) == pytest.approx(flat(closeness(affiliations)))


def test_an_estimate_from_half_is_near_and_the_same_each_time() -> None:
    dice = random.Random(1)
    affiliations = two_mode([(dice.randrange(200), dice.randrange(40)) for _ in range(900)])
    sample = pivots_for(affiliations, 120, seed=7)
    assert sample is not None
    assert sample == pivots_for(affiliations, 120, seed=7) != pivots_for(affiliations, 120, seed=8)
    for measure, tolerance in ((betweenness, 0.35), (closeness, 0.1)):
        exact, estimate = measure(affiliations)[1], measure(affiliations, sample)[1]
        assert estimate == pytest.approx(exact, rel=tolerance)


def test_only_a_large_graph_is_estimated(monkeypatch: pytest.MonkeyPatch) -> None:
    affiliations = two_mode(TWO_GROUPS)
    assert pivots_for(affiliations, None, 7) is None
    monkeypatch.setattr(measures, "MOST_STEPS", 10)
    monkeypatch.setattr(measures, "PIVOTS", 5)
    assert len(pivots_for(affiliations, None, 7) or ()) == 5
    assert pivots_for(affiliations, 10_000, 7) is None


@unhurried
@given(edges_of_any_graph, st.randoms(use_true_random=False))
def test_names_of_ids_change_no_value(edges: Edges, dice: random.Random) -> None:
    renamed = list(range(8))
    dice.shuffle(renamed)
    before = two_mode(edges)
    after = two_mode([(renamed[member], thing) for member, thing in edges])
    old = [int(who.id[1:]) for who in before.members]
    new = {who.id: index for index, who in enumerate(after.members)}
    for measure in (degree, betweenness, closeness):
        was, now = measure(before)[0], measure(after)[0]
        assert was == [now[new[f"m{renamed[member]:03}"]] for member in old], "exactly: rounding leaves no noise"


@pytest.mark.parametrize("measure", ["degree", "betweenness", "closeness", "pagerank"])
def test_equals_are_ranked_by_id(measure: str) -> None:
    order = [index for index, _ in rank(two_mode(TWO_GROUPS), measure, "members")]  # type: ignore[arg-type]
    assert [index for index in order if index != 4] == [0, 1, 2, 3, 5, 6, 7, 8]
    if measure in ("betweenness", "closeness"):
        assert order[0] == 4


# Communities --------------------------------------------------------------------------------------------------------------


def naive_modularity(affiliations: Affiliations, members: list[int], things: list[int], resolution: float) -> float:
    """Barber's formula as he writes it: a sum over all pairs of a member and a thing."""
    linked = set(affiliations.links)
    count = len(linked)
    return (
        sum(
            ((member, thing) in linked)
            - resolution * len(affiliations.things_of[member]) * len(affiliations.members_of[thing]) / count
            for member, thing in itertools.product(range(len(members)), range(len(things)))
            if members[member] == things[thing]
        )
        / count
    )


def best_modularity(affiliations: Affiliations) -> float:
    """Over every way to group a very small network."""
    whole = len(affiliations.members) + len(affiliations.things)
    split = len(affiliations.members)
    best = -1.0
    for labels in itertools.product(range(3), repeat=whole - 1):
        chosen = [0, *labels]
        best = max(best, naive_modularity(affiliations, chosen[:split], chosen[split:], 1.0))
    return best


@unhurried
@given(edges_of_any_graph, st.integers(0, 100), st.sampled_from([0.5, 1.0, 2.0]))
def test_modularity_is_the_sum_over_pairs(edges: Edges, seed: int, resolution: float) -> None:
    affiliations = two_mode(edges)
    dice = random.Random(seed)
    members = [dice.randrange(3) for _ in affiliations.members]
    things = [dice.randrange(3) for _ in affiliations.things]
    expected = naive_modularity(affiliations, members, things, resolution)
    assert modularity(affiliations, members, things, resolution) == pytest.approx(expected, abs=1e-9)


def test_two_groups_are_found() -> None:
    affiliations = two_mode(TWO_GROUPS)
    found = leiden(affiliations, 1.0, 7)
    assert found.things in ((0, 0, 1, 1), (1, 1, 0, 0))
    assert found.members[0] == found.members[3] == found.things[0]
    assert found.members[5] == found.members[8] == found.things[2]
    # 17 of 18 links are within; one group has 9 links of its members and 9 of its things, or 10 and 9.
    assert found.modularity == pytest.approx(17 / 18 - (10 * 9 + 8 * 9) / 18**2)


def test_what_leiden_maximises_is_the_modularity_of_two_modes() -> None:
    """Small enough for every grouping into three to be tried; igraph without both degrees given falls short of it."""
    affiliations = two_mode([(0, 0), (0, 1), (1, 0), (1, 1), (2, 1), (2, 2), (3, 2), (3, 0)])
    best = best_modularity(affiliations)
    assert leiden(affiliations, 1.0, 7).modularity == pytest.approx(best)
    assert best_modularity(two_mode(TWO_GROUPS[:5])) == pytest.approx(
        leiden(two_mode(TWO_GROUPS[:5]), 1.0, 7).modularity
    )


@unhurried
@given(edges_of_any_graph)
def test_communities_hang_together_and_are_never_worse_than_one(edges: Edges) -> None:
    affiliations = two_mode(edges)
    found = leiden(affiliations, 1.0, 7)
    assert found.modularity >= 0
    graph = oracle(affiliations)
    for number in range(found.count):
        nodes = [("m", index) for index, one in enumerate(found.members) if one == number]
        nodes += [("t", index) for index, one in enumerate(found.things) if one == number]
        assert nx.is_connected(graph.subgraph(nodes))
    sizes = [found.members.count(number) for number in range(found.count)]
    assert sizes == sorted(sizes, reverse=True)


def test_the_same_every_time_and_nobody_elses_random_numbers() -> None:
    dice = random.Random(3)
    affiliations = two_mode([(dice.randrange(80), dice.randrange(30)) for _ in range(300)])
    random.seed(11)
    before = random.getstate()
    first = leiden(affiliations, 1.0, 7)
    assert random.getstate() == before
    random.seed(12)
    igraph.Graph.Erdos_Renyi(n=20, p=0.5)
    assert leiden(affiliations, 1.0, 7) == first
    random.seed(5)
    one = igraph.Graph.Erdos_Renyi(n=20, p=0.5).get_edgelist()
    random.seed(5)
    assert igraph.Graph.Erdos_Renyi(n=20, p=0.5).get_edgelist() == one, "igraph listens to Python's random again"


@pytest.mark.parametrize("resolution", [0.5, 1.0])
def test_who_gains_nothing_anywhere_is_not_left_alone(resolution: float) -> None:
    """One network with all its members: every grouping has modularity 0 at resolution 1."""
    star = leiden(two_mode([(member, 0) for member in range(5)]), resolution, 7)
    assert set(star.members) == set(star.things) == {0}


def test_a_higher_resolution_gives_more_communities() -> None:
    dice = random.Random(3)
    affiliations = two_mode([(dice.randrange(80), dice.randrange(30)) for _ in range(300)])
    assert leiden(affiliations, 0.1, 7).count < leiden(affiliations, 1.0, 7).count < leiden(affiliations, 8.0, 7).count


@unhurried
@given(edges_of_any_graph)
def test_what_is_typical_adds_up_to_the_modularity(edges: Edges) -> None:
    affiliations = two_mode(edges)
    found = leiden(affiliations, 1.0, 7)
    members, things = excess(affiliations, found)
    assert math.fsum(members) / len(affiliations.links) == pytest.approx(found.modularity, abs=1e-8)
    assert math.fsum(things) / len(affiliations.links) == pytest.approx(found.modularity, abs=1e-8)
    outlines = outline(affiliations, found)
    assert sorted(member for one in outlines for member in one.members) == list(range(len(members)))
    assert sorted(thing for one in outlines for thing in one.things) == list(range(len(things)))


def test_the_typical_member_is_not_the_one_that_joins() -> None:
    affiliations = two_mode(TWO_GROUPS)
    outlines = outline(affiliations, leiden(affiliations, 1.0, 7))
    larger = next(one for one in outlines if 4 in one.members)
    assert larger.members[-1] == 4
    assert larger.inside == pytest.approx(9 / 10)


# Bridges ------------------------------------------------------------------------------------------------------------------


def test_who_joins_two_groups() -> None:
    affiliations = two_mode(TWO_GROUPS)
    found = leiden(affiliations, 1.0, 7)
    (span,) = find_spans(affiliations, found, "betweenness")
    assert span.member == 4
    assert span.participation == 0.5
    assert span.cuts_off == 4
    assert span.betweenness == betweenness(affiliations)[0][4]
    assert joined_pairs([span]) == {(0, 1): 1}
    (other,) = find_spans(affiliations, found, "participation")
    assert other.betweenness is None


def test_participation_ranks_the_even_before_the_uneven() -> None:
    affiliations = two_mode([(0, 0), (0, 1), (0, 2), (0, 3), (1, 0), (1, 2), (2, 0), (3, 1), (4, 2), (5, 3)])
    split = Grouping((0, 0, 0, 0, 1, 1), (0, 0, 0, 1), 0.0)
    spans = find_spans(affiliations, split, "participation")
    assert (spans[0].member, spans[0].participation) == (0, 0.375)
    even = Grouping((0, 0, 0, 0, 1, 1), (0, 0, 1, 1), 0.0)
    spans = find_spans(affiliations, even, "participation")
    assert [(span.member, span.participation) for span in spans] == [(0, 0.5), (1, 0.5)], "more links first"


@unhurried
@given(edges_of_any_graph)
def test_cut_off_is_who_no_longer_hangs_on_the_largest_rest(edges: Edges) -> None:
    affiliations = two_mode(edges)
    graph = oracle(affiliations)
    expected = {}
    for member in range(len(affiliations.members)):
        part = nx.node_connected_component(graph, ("m", member)) - {("m", member)}
        pieces = [sum(node[0] == "m" for node in piece) for piece in nx.connected_components(graph.subgraph(part))]
        if pieces and sum(pieces) > max(pieces):
            expected[member] = sum(pieces) - max(pieces)
    assert cut_off(affiliations) == expected


def test_a_long_chain_needs_no_deep_recursion() -> None:
    length = 3 * sys.getrecursionlimit()
    chain = two_mode([(index, index + step) for index in range(length) for step in (0, 1)])
    found = cut_off(chain)
    assert found[length // 2] == min(length // 2, length - 1 - length // 2)
    assert len(found) == length - 2


# Small and strange --------------------------------------------------------------------------------------------------------


def test_one_member_of_one_network() -> None:
    alone = two_mode([(0, 0)])
    for measure, value in ((degree, 1.0), (betweenness, 0.0), (closeness, 1.0), (pagerank, 1.0)):
        assert measure(alone) == ([value], [value])
    found = leiden(alone, 1.0, 7)
    assert (found.members, found.things, found.modularity) == ((0,), (0,), 0.0)
    assert find_spans(alone, found, "betweenness") == []
    assert extent_of(alone).parts == 1


def test_separate_parts_are_compared_all_the_same() -> None:
    apart = two_mode([(0, 0), (1, 0), (2, 0), (3, 1), (4, 1)])
    assert extent_of(apart).parts == 2
    assert extent_of(apart).largest_part == 3
    assert closeness(apart)[0][0] > closeness(apart)[0][3] > 0
    assert leiden(apart, 1.0, 7).count == 2


def test_rounding_keeps_small_values() -> None:
    assert rounded(1.23456789012345e-9) == 1.23456789e-9
    assert rounded(0.1 + 0.2) == 0.3


def test_without_igraph_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "igraph", None)
    with pytest.raises(KgError, match=r"needs the package igraph: pip install 'localgov-kg\[structure\]'"):
        graph_of(two_mode([(0, 0)]))
