"""What ``import kg`` gives, and how errors show what was given."""

from __future__ import annotations

import doctest

import kg
from kg import errors
from kg.errors import quoted
from kg.places import countries


def test_completion_offers_the_public_names_and_nothing_else() -> None:
    assert set(dir(kg)) == {*kg.__all__, "__version__"}
    for name in dir(kg):
        assert getattr(kg, name) is not None


def test_what_was_given_is_shown_short() -> None:
    assert quoted("é" * 5000) == "'" + "é" * 59 + "…'"
    assert len(quoted(list(range(5000)))) < 300


def test_the_examples_in_the_documentation() -> None:
    assert doctest.testmod(errors).attempted
    assert doctest.testmod(errors).failed == 0
    assert doctest.testmod(countries).failed == 0
