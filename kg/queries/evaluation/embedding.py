"""node2vec, the peer that explains nothing: places as points, near where random walks meet them together.

A. Grover and J. Leskovec, "node2vec: scalable feature learning for networks", KDD 2016. Walks of second order over the ties of a
kind, with the parameters of the paper; skip-gram by gensim (extra ``embedding``).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from kg.errors import KgError

#: Dimensions, walks from each node, steps of a walk, and how far along it two nodes still count as together.
DIMENSIONS = 64
WALKS = 10
LENGTH = 40
WINDOW = 5

#: The chances to step back (1 / P) and to step outward (1 / Q), against that of a step to a common neighbour.
P = 1.0
Q = 0.5

_TRIES = 20


def embed(graph: sparse.csr_array, seed: int) -> NDArray[np.float64]:
    """Return a point for each node of an undirected graph, shape ``(n, 64)``; the origin for a node without ties.

    Raises:
        KgError: gensim is not installed.
    """
    try:
        from gensim.models import Word2Vec
    except ModuleNotFoundError:
        raise KgError(
            "--with-embedding needs gensim. Install the extra: pip install 'localgov-kg[embedding]'."
        ) from None
    paths = walks(graph, seed)
    sentences = [list(map(str, path)) for path in paths.tolist()]
    found = np.zeros((graph.shape[0], DIMENSIONS))
    if sentences:
        # With one worker the same seed gives the same points.
        model = Word2Vec(
            sentences, vector_size=DIMENSIONS, window=WINDOW, min_count=0, sg=1, workers=1, epochs=2, seed=seed
        )
        for name in model.wv.index_to_key:
            found[int(name)] = model.wv[name]
    return found


def walks(graph: sparse.csr_array, seed: int) -> NDArray[np.int64]:
    """Return random walks from every node with ties, shape ``(walks, LENGTH)``.

    A step from v, reached from t, goes to a neighbour x with a chance in proportion to ``1 / P`` where x is t, 1 where x is a
    neighbour of t, and ``1 / Q`` elsewhere: drawn by rejection, so that no table of second order is needed.
    """
    graph = sparse.csr_array(graph)
    graph.sort_indices()
    starts, ends, size = graph.indptr.astype(np.int64), graph.indices.astype(np.int64), graph.shape[0]
    keys = np.repeat(np.arange(size), np.diff(starts)) * size + ends
    chance = np.random.default_rng(seed)
    nodes = np.repeat(np.flatnonzero(np.diff(starts)), WALKS)
    paths = np.empty((len(nodes), LENGTH), np.int64)
    paths[:, 0] = nodes
    for step in range(1, LENGTH):
        here = paths[:, step - 1]
        chosen = _neighbour(here, starts, ends, chance)
        if step > 1:
            before = paths[:, step - 2]
            open_ = np.arange(len(nodes))
            for _ in range(_TRIES):
                weight = _bias(chosen[open_], before[open_], keys, size)
                rejected = chance.random(len(open_)) >= weight / max(1.0, 1.0 / P, 1.0 / Q)
                open_ = open_[rejected]
                if not len(open_):
                    break
                chosen[open_] = _neighbour(here[open_], starts, ends, chance)
        paths[:, step] = chosen
    return paths


def _neighbour(
    nodes: NDArray[np.int64], starts: NDArray[np.int64], ends: NDArray[np.int64], chance: np.random.Generator
) -> NDArray[np.int64]:
    degrees = starts[nodes + 1] - starts[nodes]
    drawn = starts[nodes] + (chance.random(len(nodes)) * degrees).astype(np.int64)
    return np.asarray(ends[drawn], np.int64)


def _bias(to: NDArray[np.int64], before: NDArray[np.int64], keys: NDArray[np.int64], size: int) -> NDArray[np.float64]:
    wanted = before * size + to
    at = np.minimum(np.searchsorted(keys, wanted), len(keys) - 1)
    together = keys[at] == wanted
    return np.where(to == before, 1.0 / P, np.where(together, 1.0, 1.0 / Q))
