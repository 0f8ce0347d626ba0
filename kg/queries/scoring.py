"""The score: one pure function of features and shapes, for both engines."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from kg.queries.comparison import Pairs
from kg.queries.features import FEATURES, NEAR_TWINS
from kg.queries.kinds.kind import Weights
from kg.queries.snapshot.layers import Floats, Indices

#: Sums of doubles in another order differ by less than this; whoever is so close to the last place in a list is summed exactly.
_CLOSE = 1e-9


def features(pairs: Pairs, weights: Weights) -> NDArray[np.float64]:
    """Return the features of the pairs, shape ``(n, len(weights.terms))``, in the order of the terms; NaN where unknown."""
    pairs.look_around(max((NEAR_TWINS.get(name, 0.0) for name in weights.terms), default=0.0))
    columns = [FEATURES[name](pairs) for name in weights.terms]
    return np.column_stack(columns) if columns else np.zeros((len(pairs.others), 0))


def term_values(values: NDArray[np.float64], weights: Weights) -> NDArray[np.float64]:
    """Return what each feature is worth, of the same shape."""
    return np.column_stack([shape.of(values[:, at]) for at, shape in enumerate(weights.terms.values())])


def exact(terms: NDArray[np.float64]) -> Floats:
    """Return the score of each row: ``math.fsum`` of its terms, shape ``(n,)``."""
    return np.array([math.fsum(row) for row in terms.tolist()], np.float64)


def scores(pairs: Pairs, weights: Weights) -> Floats:
    """Return the score of each pair, shape ``(n,)``: exactly the sum of its terms."""
    return exact(term_values(features(pairs, weights), weights))


def best(terms: NDArray[np.float64], places: Indices, top: int) -> Indices:
    """Return the positions of the ``top`` rows with the highest scores, best first, ties by place (in order of ids)."""
    rough = terms.sum(axis=1)
    if len(rough) > top > 0:
        least = np.partition(rough, len(rough) - top)[len(rough) - top]
        close = np.flatnonzero(rough >= least - _CLOSE)
    else:
        close = np.arange(len(rough))
    found = exact(terms[close])
    return close[np.lexsort((places[close], -found))][:top]
