"""Fitting: planted shapes come back."""

from __future__ import annotations

import numpy as np
import pytest

from kg.queries.evaluation.fitting import NEUTRAL, OFFSETS, POINTS, fit
from kg.queries.features import FEATURES


def groups(utility: float, seed: int = 0, number: int = 600) -> np.ndarray:
    """Groups of 20 places in which the chance to be the partner is the softmax of utility times the second feature."""
    chance = np.random.default_rng(seed)
    cube = chance.random((number, 20, 2)) * 10
    score = utility * cube[:, :, 1] + chance.gumbel(size=(number, 20))
    best = score.argmax(axis=1)
    rows = np.arange(number)
    cube[rows, 0], cube[rows, best] = cube[rows, best].copy(), cube[rows, 0].copy()
    return cube


def test_a_planted_slope_is_found_and_nothing_where_there_is_none() -> None:
    shapes, loss = fit(groups(0.5), ["shared_twins", "own_twins_there"])
    planted, idle = shapes["own_twins_there"], shapes["shared_twins"]
    rise = planted.of(np.array([9.0]))[0] - planted.of(np.array([1.0]))[0]
    assert rise == pytest.approx(0.5 * 8, rel=0.15)
    assert np.ptp(idle.of(np.linspace(0, 10, 50))) < 0.6
    assert loss < np.log(20)


def test_a_neutral_value_is_worth_nothing() -> None:
    shapes, _ = fit(groups(0.5), ["shared_twins", "own_twins_there"])
    assert shapes["own_twins_there"].of(np.array([NEUTRAL["own_twins_there"]]))[0] == pytest.approx(0.0, abs=2e-3)


def test_without_a_neutral_value_the_mean_worth_is_nothing() -> None:
    cube = groups(0.3) + 1
    shapes, _ = fit(cube, ["distance", "population"])
    assert shapes["population"].of(cube[:, :, 1].ravel()).mean() == pytest.approx(0.0, abs=2e-3)


def test_a_feature_that_is_always_the_same_or_unknown_is_worth_nothing() -> None:
    cube = groups(0.5, number=50)
    cube[:, :, 0] = np.nan
    shapes, _ = fit(cube, ["distance", "own_twins_there"])
    assert shapes["distance"].of(np.array([1.0, 500.0, np.nan])).tolist() == [0.0, 0.0, 0.0]


def test_shapes_have_few_readable_points() -> None:
    shapes, _ = fit(groups(0.5), ["shared_twins", "own_twins_there"])
    for shape in shapes.values():
        assert 2 <= len(shape.at) <= 2 * POINTS
        assert all(float(f"{point:.2g}") == point for point in shape.at)


def test_the_same_seed_fits_the_same() -> None:
    assert fit(groups(0.5), ["shared_twins", "own_twins_there"], most=100) == fit(
        groups(0.5), ["shared_twins", "own_twins_there"], most=100
    )


def test_nothing_to_fit_on_is_refused() -> None:
    with pytest.raises(ValueError, match="nothing to fit on"):
        fit(np.zeros((0, 20, 1)), ["distance"])


def test_scales_are_given_for_features_that_there_are() -> None:
    assert set(OFFSETS) | set(NEUTRAL) <= set(FEATURES)
