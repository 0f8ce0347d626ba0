"""The list of countries: the mission's area and nothing that was forgotten."""

from __future__ import annotations

from kg.places.countries import countries, mission_area

#: Members of the Council of Europe in 2026, and Kosovo.
AREA = (
    "AD AL AM AT AZ BA BE BG CH CY CZ DE DK EE ES FI FR GB GE GR HR HU IE IS IT LI LT LU LV MC MD ME MK MT NL NO PL PT "
    "RO RS SE SI SK SM TR UA XK"
)


def test_the_missions_area_is_the_council_of_europe_and_kosovo() -> None:
    assert mission_area() == tuple(AREA.split())
    assert len(mission_area()) == 46 + 1


def test_belarus_and_russia_are_history() -> None:
    assert {code for code, entry in countries().items() if entry.area == "history"} == {"BY", "RU"}


def test_every_country_goes_by_its_code() -> None:
    assert all(code == entry.code and len(code) == 2 and code.isupper() for code, entry in countries().items())
    assert all(entry.name for entry in countries().values())
