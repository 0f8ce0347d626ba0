"""What a term can be worth, told without asking for it: never less and never more than what it is worth."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kg.queries.kinds.kind import KINDS, Kind, weights
from kg.queries.kinds.shapes import Shape
from kg.queries.limits import Brackets, between

SHAPES = [
    Shape(at=(0.0, 0.5, 3.0, 1000.0), worth=(0.1, -0.7, 1.3, 0.2)),
    Shape(at=(1.5, 6.8, 340.0), worth=(8.0, -4.0, -1.0), offset=5.0),
    Shape(at=(1.0,), worth=(2.0,)),
    *(shape for kind in KINDS for shape in weights(kind).terms.values()),
]

VALUES = st.one_of(st.just(0.0), st.just(float("nan")), st.floats(0.0, 1e6), st.floats(0.0, 1.0), st.floats(1e9, 1e11))


@given(values=st.lists(VALUES, min_size=1, max_size=20), shape=st.sampled_from(SHAPES))
def test_a_term_lies_between_its_brackets(values: list[float], shape: Shape) -> None:
    some = np.array(values)
    least, most = Brackets(shape).of(some)
    assert (least - 1e-12 <= shape.of(some)).all()
    assert (shape.of(some) <= most + 1e-12).all()


@pytest.mark.parametrize("kind", KINDS)
def test_brackets_are_narrow(kind: Kind) -> None:
    values = np.geomspace(1e-3, 1e4, 1000)
    for name, shape in weights(kind).terms.items():
        if len(shape.at) > 1:
            steepest = np.abs(np.diff(shape.of(np.geomspace(1e-3, 1e4, 100_000)))).max() * 100_000 / np.log(1e7)
            least, most = Brackets(shape).of(values)
            assert (most - least).max() <= 0.02 * steepest + 1e-9, name


@given(
    ends=st.tuples(st.floats(0.0, 2000.0), st.floats(0.0, 2000.0)),
    part=st.floats(0.0, 1.0),
    shape=st.sampled_from(SHAPES),
)
def test_between_two_values_a_term_is_between_what_it_can_be(
    ends: tuple[float, float], part: float, shape: Shape
) -> None:
    low, high = min(ends), max(ends)
    value = min(max(low + part * (high - low), low), high)
    least, most = between(shape, np.array([low]), np.array([high]))
    assert least[0] - 1e-12 <= shape.of(np.array([value]))[0] <= most[0] + 1e-12
