"""The known scores that ours is held against, each on what is known of the same kind."""

from __future__ import annotations

import time
from collections.abc import Mapping
from functools import cached_property

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from kg.queries.evaluation.cases import Sampled
from kg.queries.evaluation.embedding import embed
from kg.queries.evaluation.graph import total_activity
from kg.queries.evaluation.tasks import Task
from kg.queries.snapshot.layers import Floats
from kg.queries.world import World

#: The walker of PageRank starts again with this chance at each step; so many steps are summed.
RESTART = 0.15
STEPS = 20

#: Dimensions of the truncated decomposition.
DIMENSIONS = 64

_BLOCK = 200

_COUNTRY_LIFT = {"twinning": "twin_countries", "exchange": "network_countries", "project": "project_countries"}


class Baselines:
    """Single scores over the ties of one kind: twins, networks or projects."""

    def __init__(self, world: World, task: Task, *, embedding_seed: int | None = None) -> None:
        self.world, self.task = world, task
        self._embedding_seed = embedding_seed
        #: How long the embedding took, in seconds.
        self.embedding_seconds = 0.0
        ties = task.ties(world.snapshot)
        self.ties = sparse.csr_array(
            (np.ones(len(ties.columns)), ties.columns, ties.starts), shape=(ties.height, ties.width)
        )
        # Twins are both the places and what they share.
        self.between_places = ties is world.snapshot.twins

    def scores(self, sampled: Sampled) -> Mapping[str, NDArray[np.float64]]:
        """Return each score for the cases and those beside them, shape ``(n, 101)``."""
        shape = sampled.others.shape
        subjects = np.repeat(sampled.subjects, shape[1])
        others = sampled.others.ravel()
        found = {
            "common neighbours": self._shared(subjects, others, np.ones(self.ties.shape[1])),
            "Adamic-Adar": self._shared(subjects, others, 1.0 / np.log(np.maximum(self._sizes, 2.0))),
            "resource allocation": self._shared(subjects, others, 1.0 / np.maximum(self._sizes, 1.0)),
            "Jaccard": self._jaccard(subjects, others),
            "activity": total_activity(self.world.snapshot)[others],
            "activity in the kind": self.task.activity(self.world.snapshot)[others],
            "personalised PageRank": self._pagerank(subjects, others),
            "truncated SVD": self._decomposed(subjects, others),
        }
        if self._embedding_seed is not None:
            found["node2vec"] = self._embedded(subjects, others)
        features = sampled.features(self.world, ("size", "distance", _COUNTRY_LIFT[self.task.kind]))
        found["same population"] = -np.nan_to_num(features[:, :, 0], nan=np.inf)
        found["distance"] = -np.nan_to_num(features[:, :, 1], nan=np.inf)
        found["country pair"] = features[:, :, 2]
        return {name: values.reshape(shape) for name, values in found.items()}

    @cached_property
    def _sizes(self) -> Floats:
        return np.asarray(self.ties.sum(axis=0), np.float64).ravel()

    @cached_property
    def _degrees(self) -> Floats:
        return np.asarray(self.ties.sum(axis=1), np.float64).ravel()

    def _shared(self, subjects: NDArray[np.int64], others: NDArray[np.int64], worth: Floats) -> Floats:
        weighted = self.ties @ sparse.diags_array(worth)
        return np.asarray(self.ties[subjects].multiply(weighted[others]).sum(axis=1), np.float64).ravel()

    def _jaccard(self, subjects: NDArray[np.int64], others: NDArray[np.int64]) -> Floats:
        shared = self._shared(subjects, others, np.ones(self.ties.shape[1]))
        return shared / np.maximum(self._degrees[subjects] + self._degrees[others] - shared, 1.0)

    def _pagerank(self, subjects: NDArray[np.int64], others: NDArray[np.int64]) -> Floats:
        """T. Haveliwala, "Topic-sensitive PageRank", WWW 2002, with one place as the topic."""
        places, graph = self.ties.shape[0], self._graph
        step = sparse.csr_array(
            (sparse.diags_array(1.0 / np.maximum(np.asarray(graph.sum(axis=1)).ravel(), 1.0)) @ graph).T
        )
        found = np.zeros(len(subjects))
        queries = np.unique(subjects)
        for block in range(0, len(queries), _BLOCK):
            of_block = queries[block : block + _BLOCK]
            start = np.zeros((graph.shape[0], len(of_block)))
            start[of_block, np.arange(len(of_block))] = 1.0
            rank = start
            for _ in range(STEPS):
                rank = RESTART * start + (1.0 - RESTART) * (step @ rank)
            rows = np.flatnonzero((subjects >= of_block[0]) & (subjects <= of_block[-1]))
            found[rows] = rank[:places][others[rows], np.searchsorted(of_block, subjects[rows])]
        return found

    @cached_property
    def _graph(self) -> sparse.csr_array:
        """Places, and after them what they are tied by unless that is places too, as one undirected graph."""
        if self.between_places:
            return self.ties
        return sparse.csr_array(sparse.block_array([[None, self.ties], [self.ties.T, None]]))

    def _embedded(self, subjects: NDArray[np.int64], others: NDArray[np.int64]) -> Floats:
        points = self._points
        lengths = np.maximum(np.linalg.norm(points, axis=1), 1e-12)
        along = np.einsum("ij,ij->i", points[subjects], points[others])
        return np.asarray(along / (lengths[subjects] * lengths[others]), np.float64)

    @cached_property
    def _points(self) -> NDArray[np.float64]:
        assert self._embedding_seed is not None
        start = time.perf_counter()
        points = embed(self._graph, self._embedding_seed)
        self.embedding_seconds = time.perf_counter() - start
        return points

    def _decomposed(self, subjects: NDArray[np.int64], others: NDArray[np.int64]) -> Floats:
        most = min(self.ties.shape) - 1
        if most < 1 or not self.ties.nnz:
            return np.zeros(len(subjects))
        scaled = (
            sparse.diags_array(1.0 / np.sqrt(np.maximum(self._degrees, 1.0)))
            @ self.ties
            @ sparse.diags_array(1.0 / np.sqrt(np.maximum(self._sizes, 1.0)))
        )
        left, values, right = _truncated(sparse.csr_array(scaled), min(DIMENSIONS, most))
        ends = right.T if self.between_places else left * values
        return np.asarray(np.einsum("ij,ij->i", (left * values)[subjects], ends[others]), np.float64)


def _truncated(
    matrix: sparse.csr_array, dimensions: int
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """Return the leading singular vectors and values, the same at every call, which ARPACK's are not where values are equal.

    Randomised subspace iteration: N. Halko, P. Martinsson and J. Tropp, "Finding structure with randomness", SIAM Review 53
    (2011) 217-288, algorithm 4.4.
    """
    basis = np.random.default_rng(0).standard_normal((matrix.shape[1], min(dimensions + 10, *matrix.shape)))
    for _ in range(6):
        basis, _ = np.linalg.qr(matrix @ basis)
        basis, _ = np.linalg.qr(matrix.T @ basis)
    left, values, right = np.linalg.svd(matrix @ basis, full_matrices=False)
    return left[:, :dimensions], values[:dimensions], (right @ basis.T)[:dimensions]
