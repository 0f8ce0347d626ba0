"""What tests of many places at once share."""

from __future__ import annotations

import pytest

from kg.queries import block, candidates, standing, surroundings


@pytest.fixture
def few(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let so few come in by each way that most places do not, and take so few at a time that a region is several blocks."""
    monkeypatch.setattr(candidates, "EACH", 4)
    monkeypatch.setattr(candidates, "IN_EACH", 2)
    monkeypatch.setattr(candidates, "HUB", 12)
    monkeypatch.setattr(standing, "BY_STANDING", 5)
    monkeypatch.setattr(standing, "BY_NEIGHBOURS", 3)
    monkeypatch.setattr(standing, "ENDS", 3)
    monkeypatch.setattr(block, "MOST", 3)
    monkeypatch.setattr(surroundings, "_AT_ONCE", 7)
