"""How many of the best of all places are among the candidates: what is lost by not comparing a place with all others."""

from __future__ import annotations

import numpy as np

from kg.queries.candidates import candidates
from kg.queries.comparison import Pairs
from kg.queries.kinds.kind import Weights
from kg.queries.scoring import best, features, term_values
from kg.queries.world import World


def recall(world: World, subject: int, weights: Weights, top: int = 10) -> float:
    """Return which part of the ``top`` places abroad with the highest scores of all is among the candidates of a place.

    Args:
        world: A whole graph.
        subject: The position of the place that looks for partners.
        weights: What makes the scores.
        top: How many are looked at.

    Returns:
        From 0 to 1; NaN where there is no place abroad.
    """
    country = world.snapshot.places.country
    others = np.flatnonzero(country != country[subject])
    terms = term_values(features(Pairs(world, subject, others), weights), weights)
    found = others[best(terms, others, top)]
    return float(np.isin(found, candidates(world, subject, weights)).mean()) if len(found) else float("nan")
