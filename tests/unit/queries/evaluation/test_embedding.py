"""Walks of node2vec, and points of places that walks meet together."""

from __future__ import annotations

import itertools

import numpy as np
from scipy import sparse

from kg.queries.evaluation.embedding import LENGTH, WALKS, embed, walks

#: Two rings of forty nodes, joined by one edge, and a node without any.
RING = 40
RINGS = [(at + ring, (at + 1) % RING + ring) for ring in (0, RING) for at in range(RING)] + [(0, RING)]
NODES = 2 * RING + 1


def graph() -> sparse.csr_array:
    rows, columns = np.array(RINGS).T
    cells = sparse.coo_array((np.ones(len(RINGS)), (rows, columns)), shape=(NODES, NODES))
    return sparse.csr_array(cells + cells.T)


def test_walks_go_along_edges_only() -> None:
    edges = {edge for pair in RINGS for edge in (pair, pair[::-1])}
    found = walks(graph(), 1)
    assert found.shape == (2 * RING * WALKS, LENGTH)
    assert {(int(one), int(other)) for path in found for one, other in itertools.pairwise(path)} <= edges


def test_every_node_with_ties_begins_as_many_walks() -> None:
    assert np.bincount(walks(graph(), 1)[:, 0], minlength=NODES).tolist() == [WALKS] * 2 * RING + [0]


def test_walks_lean_outward() -> None:
    # On a ring a step either goes back or outward; with P = 1 and Q = 0.5 outward is twice as likely.
    found = walks(graph(), 2)
    inner = np.isin(found[:, 1:-1], [0, RING], invert=True)
    back = (found[:, 2:] == found[:, :-2])[inner].mean()
    assert 0.28 < back < 0.39


def test_the_same_seed_walks_the_same_way() -> None:
    assert np.array_equal(walks(graph(), 3), walks(graph(), 3))


def test_neighbours_are_nearer_than_nodes_of_the_other_ring() -> None:
    points = embed(graph(), 7)
    points /= np.maximum(np.linalg.norm(points, axis=1, keepdims=True), 1e-12)
    near = np.mean([points[one] @ points[other] for one, other in RINGS[:-1]])
    far = np.mean([points[at] @ points[at + RING] for at in range(5, RING - 5)])
    assert near > far + 0.1
    assert not points[2 * RING].any()
