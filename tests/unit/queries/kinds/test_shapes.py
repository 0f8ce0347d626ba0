"""Shapes: what a value is worth."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from kg.queries.kinds.shapes import Shape

LINE = Shape(at=(0, 10), worth=(0, 2))


@pytest.mark.parametrize(("value", "worth"), [(-5, 0.0), (0, 0.0), (5, 1.0), (10, 2.0), (99, 2.0)])
def test_a_line_runs_straight_between_its_points_and_stays_beyond(value: float, worth: float) -> None:
    assert LINE.of(np.array([float(value)]))[0] == worth


def test_with_an_offset_the_line_runs_over_the_logarithm() -> None:
    shape = Shape(offset=0, at=(1, 100), worth=(0, 2))
    assert shape.of(np.array([10.0]))[0] == pytest.approx(1.0)


def test_what_is_unknown_is_worth_nothing() -> None:
    assert Shape(at=(0,), worth=(3,)).of(np.array([np.nan, 0.0])).tolist() == [0.0, 3.0]


@given(st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=9))
def test_worth_stays_between_the_least_and_the_most(values: list[float]) -> None:
    shape = Shape(offset=5, at=(0, 3, 20), worth=(-1, 4, 0.5))
    found = shape.of(np.array(values))
    assert ((found >= -1) & (found <= 4)).all()


@pytest.mark.parametrize(
    ("values", "says"),
    [
        ({"at": (0, 1), "worth": (0,)}, "each point needs one worth"),
        ({"at": (1, 1), "worth": (0, 1)}, "must ascend"),
        ({"at": (0, 1), "worth": (0, 1), "offset": 0}, "logarithm"),
        ({"at": (0, float("nan")), "worth": (0, 1)}, "finite"),
        ({"at": (), "worth": ()}, "at least 1"),
        ({"at": (0, 1), "worth": (0, 1e308)}, "less than or equal"),
        ({"at": (0, 1), "worth": (-1e308, 0)}, "greater than or equal"),
        ({"at": (0, 5e-324), "worth": (0, 1)}, "so close"),
        ({"at": (1e12 - 0.0001, 1e12), "worth": (0, 1), "offset": 1}, "so close"),
    ],
)
def test_a_shape_that_makes_no_sense_is_refused(values: dict[str, object], says: str) -> None:
    with pytest.raises(ValidationError, match=says):
        Shape.model_validate(values)
