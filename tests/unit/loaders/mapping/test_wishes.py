"""A table of what cities seek and offer, by the mapping that the documentation shows."""

from __future__ import annotations

import doctest
from collections.abc import Callable
from pathlib import Path

import pytest

from kg.loaders import known_themes
from kg.loaders.base import Outcome, Records, Rejected, Row

DATA = Path(__file__).parents[3] / "data" / "table"


@pytest.fixture
def found(outcomes: Callable[[Path, str], list[tuple[Row, Outcome]]]) -> dict[str, Outcome]:
    """What became of each row, by its number in the table."""
    mapping = (DATA / "wishes.yaml").read_text(encoding="utf-8")
    return {row.id: outcome for row, outcome in outcomes(DATA / "wishes.csv", mapping)}


def test_each_row_is_a_request(found: dict[str, Outcome]) -> None:
    facts = [record for one in found.values() if isinstance(one, Records) for record in one.facts]
    wishes = [record for record in facts if record.fact.type in ("SEEKS", "OFFERS")]
    assert [(record.fact.type, record.row, record.values) for record in wishes] == [
        ("SEEKS", "rt-1", {"request": "rt-1", "until": "2026-12-31", "note": "Night buses"}),
        ("OFFERS", "rt-2", {"request": "rt-2", "role": "lead", "status": "met", "closed": "2026-10"}),
        ("SEEKS", "rt-3", {"request": "rt-3", "role": "partner", "until": "2027"}),
    ]


def test_a_theme_of_the_starter_is_called_as_it_is_there_and_any_other_is_of_the_source(
    found: dict[str, Outcome],
) -> None:
    themes = {
        row: [(record.ids, record.node.name, record.node.names) for record in one.nodes if record.node.label == "Theme"]
        for row, one in found.items()
        if isinstance(one, Records)
    }
    mobility = (("own:sustainable-mobility",), "Sustainable urban mobility and public transport", ("Urban mobility",))
    assert themes["rt-1"] == themes["rt-2"] == [mobility]
    ((ids, name, _),) = themes["rt-3"]
    assert ids[0].startswith("own:exchange-list")
    assert name == "River bathing"


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ("rt-4", "note: it looks as if it held an e-mail address"),
        ("rt-5", "role: Input should be 'learner', 'lead' or 'partner'"),
    ],
)
def test_a_contact_or_the_role_of_the_other_side_rejects_the_row(
    found: dict[str, Outcome], row: str, reason: str
) -> None:
    assert found[row] == Rejected(reason)


def test_the_examples_in_the_documentation() -> None:
    assert doctest.testmod(known_themes).attempted
    assert doctest.testmod(known_themes).failed == 0
