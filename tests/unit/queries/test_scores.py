from __future__ import annotations

import doctest
import inspect
import math

import networkx as nx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kg.queries import scores

NODES = list(range(7))
EDGES = st.lists(st.tuples(st.sampled_from(NODES), st.sampled_from(NODES)).filter(lambda pair: pair[0] != pair[1]))
PAIR_SCORES = [scores.common_neighbours, scores.jaccard, scores.adamic_adar, scores.resource_allocation]


def as_mapping(graph: nx.Graph) -> dict[int, set[int]]:
    return {node: set(graph[node]) for node in graph}


def build(edges: list[tuple[int, int]]) -> nx.Graph:
    graph = nx.Graph()
    graph.add_nodes_from(NODES)
    graph.add_edges_from(edges)
    return graph


@given(EDGES)
def test_scores_agree_with_networkx(edges: list[tuple[int, int]]) -> None:
    graph = build(edges)
    ours = as_mapping(graph)
    pairs = [(u, v) for u in NODES for v in NODES if u < v]
    oracles = {
        scores.jaccard: nx.jaccard_coefficient(graph, pairs),
        scores.adamic_adar: nx.adamic_adar_index(graph, pairs),
        scores.resource_allocation: nx.resource_allocation_index(graph, pairs),
        scores.common_neighbours: ((u, v, len(list(nx.common_neighbors(graph, u, v)))) for u, v in pairs),
    }
    for score, expected in oracles.items():
        for u, v, value in expected:
            assert math.isclose(score(ours, u, v), value, rel_tol=1e-12), (score.__name__, u, v)
            assert score(ours, u, v) == score(ours, v, u)


@given(EDGES)
def test_specificity_is_adamic_adar_with_one_more_neighbour(edges: list[tuple[int, int]]) -> None:
    """A further node joined to everybody else's neighbours raises each degree by one, and nothing else between old nodes."""
    graph = build(edges)
    ours = as_mapping(graph)
    pendants = graph.copy()
    pendants.add_edges_from((node, f"pendant {node}") for node in NODES)
    for u, v, expected in nx.adamic_adar_index(pendants, [(0, 1), (2, 3), (0, 6)]):
        total = math.fsum(scores.specificity(len(ours[node])) for node in ours[u] & ours[v])
        assert math.isclose(total, expected, rel_tol=1e-12)


@pytest.mark.parametrize("score", PAIR_SCORES)
def test_a_node_that_is_not_there_and_twice_the_same_node(score: object) -> None:
    assert callable(score)
    with pytest.raises(KeyError, match="not in the graph"):
        score({1: {2}, 2: {1}}, 1, 3)
    with pytest.raises(ValueError, match="must differ"):
        score({1: {2}, 2: {1}}, 1, 1)


@given(st.integers(1, 10**6))
def test_more_members_say_less(members: int) -> None:
    assert scores.specificity(members) > scores.specificity(members + 1) > 0


def test_a_neighbour_without_members_is_refused() -> None:
    with pytest.raises(ValueError, match="at least one member"):
        scores.specificity(0)


@given(st.integers(1, 10**8), st.integers(1, 10**8))
def test_size_similarity_is_symmetric_and_one_only_for_equal_sizes(one: int, other: int) -> None:
    value = scores.size_similarity(one, other)
    assert value == scores.size_similarity(other, one)
    assert 0 < value <= 1
    assert (value == 1) == (one == other)


@pytest.mark.parametrize(("one", "other"), [(None, 5), (5, None), (None, None), (0, 5), (0, 0)])
def test_an_unknown_or_empty_population_is_similar_to_nothing(one: int | None, other: int | None) -> None:
    assert scores.size_similarity(one, other) == 0


def test_a_negative_population_is_refused() -> None:
    with pytest.raises(ValueError, match="negative"):
        scores.size_similarity(-1, 5)


def public_functions() -> list[str]:
    return [
        name
        for name, function in inspect.getmembers(scores, inspect.isfunction)
        if function.__module__ == scores.__name__ and not name.startswith("_")
    ]


@pytest.mark.parametrize("name", public_functions())
def test_every_function_has_formula_example_and_paper(name: str) -> None:
    text = inspect.getdoc(getattr(scores, name))
    assert text is not None
    for part in (".. math::", "Args:", "Returns:", "Raises:", "Examples:", ">>> graph = ", "References:"):
        assert part in text, part


def test_the_examples_run() -> None:
    result = doctest.testmod(scores)
    assert result.attempted >= len(public_functions())
    assert result.failed == 0
