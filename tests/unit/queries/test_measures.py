"""The formulas: against worked numbers, and the null model against links dealt anew."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kg.queries.measures import (
    expected_shared,
    kilometres,
    lift,
    meeting_rate,
    nearness,
    share,
    size_difference,
)

COUNTS = st.floats(0, 1e6)


def test_lift_is_zero_where_as_often_as_expected() -> None:
    assert lift(7.0, 7.0, 2.0) == 0.0


@given(COUNTS, COUNTS, st.floats(0.1, 10))
def test_lift_has_the_sign_of_observed_minus_expected(observed: float, expected: float, prior: float) -> None:
    assert np.sign(np.round(lift(observed, expected, prior), 12)) in (0.0, np.sign(observed - expected))


def test_what_two_places_share_by_chance_is_what_memberships_dealt_anew_give_on_average() -> None:
    # All ends keep their numbers: places with these degrees, networks with these sizes, dealt 4,000 times.
    degrees, sizes = np.array([6, 5, 4, 3, 3, 2, 2, 2, 1, 1, 1, 1, 1]), np.array([10, 8, 7, 4, 3])
    places, networks = np.repeat(np.arange(len(degrees)), degrees), np.repeat(np.arange(len(sizes)), sizes)
    chance = np.random.default_rng(3)
    met = []
    for _ in range(4_000):
        dealt = chance.permutation(networks)
        first, second = dealt[places == 0], dealt[places == 2]
        met.append(sum((first == network).sum() * (second == network).sum() for network in range(len(sizes))))
    expected = expected_shared(6.0, 4.0, meeting_rate(sizes.astype(float)))
    # The closed form takes the two ends as independent: exact up to one part in the number of links.
    assert np.mean(met) == pytest.approx(expected, rel=2 / sizes.sum() + 0.03)


def test_meeting_rate_of_nothing_is_zero() -> None:
    assert meeting_rate(np.zeros(0)) == 0.0


def test_share_of_nothing_is_zero() -> None:
    assert share(0.0, 0.0) == 0.0


def test_half_way_around_the_earth() -> None:
    assert kilometres(2.0) == pytest.approx(20_015.1, abs=0.1)


def test_one_degree_of_latitude() -> None:
    chord = 2 * np.sin(np.radians(0.5))
    assert kilometres(chord) == pytest.approx(111.195, abs=0.001)


@given(st.floats(0, 1e7), st.floats(0, 1e7))
def test_size_difference_is_symmetric(one: float, other: float) -> None:
    assert size_difference(one, other) == pytest.approx(size_difference(other, one), abs=1e-9)


def test_nearness_falls_with_distance() -> None:
    assert nearness(0.0, 20.0) == 1.0
    assert nearness(40.0, 20.0) == pytest.approx(np.exp(-2))
