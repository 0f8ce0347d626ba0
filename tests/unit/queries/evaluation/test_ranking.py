"""Ranks, means and intervals."""

from __future__ import annotations

import numpy as np
import pytest

from kg.queries.evaluation.ranking import figures, gini, interval, ranks


def test_the_best_of_all_ranks_first() -> None:
    assert ranks(np.array([[5.0, 1.0, 2.0]])).tolist() == [1.0]


def test_among_equals_one_stands_in_the_middle() -> None:
    assert ranks(np.zeros((1, 5))).tolist() == [3.0]


def test_a_score_that_says_nothing_has_the_rank_of_chance() -> None:
    found = figures(ranks(np.zeros((20, 101))), 100, ["a"] * 20, 7)
    assert found is not None
    assert found.auc == pytest.approx(0.5)
    assert found.mrr == pytest.approx(1 / 51)


def test_hits_count_ranks_up_to_their_number() -> None:
    found = figures(np.array([1.0, 2.0, 4.0, 11.0]), 100, list("abcd"), 7)
    assert found is not None
    assert (found.hit_1, found.hit_3, found.hit_10) == (0.25, 0.5, 0.75)


def test_one_that_is_never_found_counts_as_a_miss() -> None:
    found = figures(np.array([1.0, np.inf]), 100, ["a", "b"], 7)
    assert found is not None
    assert (found.mrr, found.hit_10, found.auc) == (0.5, 0.5, 0.5)


def test_nothing_has_no_figures() -> None:
    assert figures(np.zeros(0), 100, [], 7) is None


def test_the_interval_of_many_alike_clusters_holds_the_mean() -> None:
    values = np.random.default_rng(0).random(400)
    low, high = interval(values, [str(at) for at in range(400)], 7)
    assert low < values.mean() < high
    assert high - low == pytest.approx(2 * 1.96 * values.std() / 20, rel=0.15)


def test_an_interval_over_clusters_is_wider_than_one_over_cases() -> None:
    # Ten clusters of forty equal values each are ten observations, not four hundred.
    values = np.repeat(np.random.default_rng(0).random(10), 40)
    low, high = interval(values, np.repeat(np.arange(10), 40).astype(str).tolist(), 7)
    narrow, wide = interval(values, [str(at) for at in range(400)], 7)
    assert high - low > 3 * (wide - narrow)


def test_gini_is_between_equal_and_all_for_one() -> None:
    assert gini(np.ones(9)) == pytest.approx(0.0)
    assert gini(np.array([0.0] * 9 + [3.0])) == pytest.approx(0.9)
    assert gini(np.zeros(3)) == 0.0
