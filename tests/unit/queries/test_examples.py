"""The examples in docstrings of pure functions: what they print is what they say."""

from __future__ import annotations

import doctest
from types import ModuleType

import pytest

from kg.queries import measures, ranking
from kg.queries.evaluation import ranking as evaluation_ranking
from kg.queries.kinds import shapes


@pytest.mark.parametrize("module", [measures, ranking, evaluation_ranking, shapes], ids=lambda module: module.__name__)
def test_examples_hold(module: ModuleType) -> None:
    found = doctest.testmod(module)
    assert found.attempted
    assert found.failed == 0
