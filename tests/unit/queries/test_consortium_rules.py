"""The rules of calls: each with its source and date, and what the file must not say."""

from __future__ import annotations

from datetime import date

import pytest

from kg.errors import KgError
from kg.places.countries import countries
from kg.queries.consortium_rules import Rule, all_rules, find_rule, parse_rules

NEEDED = {
    "horizon-ria": {"min_members": 3, "max_members": None, "min_countries": 3, "min_in_eu": 1},
    "horizon-ia": {"min_members": 3, "max_members": None, "min_countries": 3, "min_in_eu": 1},
    "cerv-town-twinning": {"min_members": 2, "min_countries": 2, "min_in_eu": 1},
    "urbact-action-planning": {"min_members": 8, "max_members": 10},
    "interreg-europe": {"min_members": 5, "max_members": 16},
    "eui-city-to-city": {"only_area": True, "other_country_than_lead": True},
    "netzerocities-twinning": {"not_paired": True},
}

AREA = """
[areas.eu]
title = "the European Union"
beyond_eu = []
source = "https://example.org"
checked_on = 2026-11-25
note = "n"
"""

RULE = """
[rules.two]
title = "Two"
area = "eu"
min_members = 2
source = "https://example.org"
checked_on = 2026-11-25
note = "n"
"""


def test_the_rules_that_are_needed() -> None:
    assert {rule.id for rule in all_rules().rules} == NEEDED.keys()
    for name, values in NEEDED.items():
        rule = find_rule(name)
        assert {key: getattr(rule, key) for key in values} == values


@pytest.mark.parametrize("rule", all_rules().rules, ids=lambda rule: rule.id)
def test_every_rule_and_area_has_source_date_and_note(rule: Rule) -> None:
    for entry in (rule, rule.area, rule.lead_area or rule.area):
        assert entry.source.startswith("https://")
        assert date(2026, 1, 1) <= entry.checked_on <= date(2100, 1, 1)
        assert len(entry.note) > 30
    assert set(rule.area.beyond_eu) <= countries().keys()
    assert sorted(rule.area.beyond_eu) == list(rule.area.beyond_eu)
    assert rule.conditions[0] == rule.sizes


def test_the_list_of_rules_shows_source_and_date() -> None:
    shown = str(all_rules())
    for rule in all_rules().rules:
        assert rule.id in shown
    assert {record["checked_on"] for record in all_rules().records()} == {
        rule.checked_on.isoformat() for rule in all_rules().rules
    }
    assert all(str(record["source"]).startswith("https://") for record in all_rules().records())


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (AREA + RULE.replace('source = "https://example.org"\n', ""), "source"),
        (AREA + RULE.replace("checked_on = 2026-11-25\n", ""), "checked_on"),
        (AREA + RULE.replace('area = "eu"', 'area = "mars"'), "mars"),
        (AREA + RULE + "max_members = 1\n", "max_members is less"),
        (AREA + RULE + "min_countries = 3\n", "could not satisfy"),
        (AREA + RULE + "min_contries = 3\n", "min_contries"),
        ("rules = ", "Invalid"),
    ],
)
def test_a_file_with_a_mistake_is_refused(text: str, message: str) -> None:
    assert parse_rules(AREA + RULE).rules[0].id == "two"
    with pytest.raises(ValueError, match=message):
        parse_rules(text)


def test_an_unknown_rule_is_answered_with_the_list() -> None:
    with pytest.raises(KgError, match="choose one of horizon-ria, horizon-ia") as refused:
        find_rule("horizon")
    assert refused.value.exit_code == 2


@pytest.mark.parametrize(
    ("rule", "size", "message"),
    [
        ("urbact-action-planning", 4, "4 is below what urbact-action-planning wants: 8 to 10 members"),
        ("urbact-action-planning", 11, "11 is above what urbact-action-planning allows"),
        ("horizon-ria", 2, "2 is below what horizon-ria wants: at least 3 members"),
    ],
)
def test_a_size_outside_the_rule(rule: str, size: int, message: str) -> None:
    with pytest.raises(KgError, match=message):
        find_rule(rule).check_size(size)
    find_rule(rule).check_size(find_rule(rule).min_members)
