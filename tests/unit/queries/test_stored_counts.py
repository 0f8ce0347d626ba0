"""On which days the same facts count."""

from __future__ import annotations

from datetime import date

import pytest

from kg.queries.live.stored import days_alike
from kg.queries.snapshot.tables import FactRow, NodeRow, Tables

DAY = date(2026, 5, 1)


def days(*facts: FactRow, nodes: tuple[NodeRow, ...] = ()) -> tuple[date, date | None]:
    return days_alike(Tables(list(nodes), list(facts)), DAY)


def member(**dates: str) -> FactRow:
    return FactRow("MEMBER_OF", "key", "own:a", "own:b", **dates)


def test_without_dates_all_days_are_alike() -> None:
    assert days(member()) == (date.min, None)


@pytest.mark.parametrize(
    ("dates", "expected"),
    [
        ({"since": "2026-05"}, (DAY, None)),
        ({"since": "2026-05-02"}, (date.min, DAY)),
        ({"since": "2027"}, (date.min, date(2026, 12, 31))),
        ({"until": "2026"}, (date.min, date(2026, 12, 31))),
        ({"until": "2026-05-01"}, (date.min, DAY)),
        ({"until": "2026-04-30"}, (DAY, None)),
        ({"ended": "2026-06"}, (date.min, date(2026, 5, 31))),
        ({"ended": "2026-05-01"}, (DAY, None)),
        ({"since": "2010", "until": "2030-02"}, (date(2010, 1, 1), date(2030, 2, 28))),
    ],
)
def test_days_differ_where_a_fact_begins_or_ends(dates: dict[str, str], expected: tuple[date, date | None]) -> None:
    assert days(member(**dates)) == expected


def test_the_start_of_projects_and_events_counts_and_no_other() -> None:
    project, programme = NodeRow("p", "Project", "p", start="2027"), NodeRow("q", "Programme", "q", start="2026-06")
    assert days(nodes=(project, programme)) == (date.min, date(2026, 12, 31))


def test_dates_of_facts_that_always_count_make_no_difference() -> None:
    assert days(FactRow("BASED_IN", "key", "own:a", "own:b", ended="2026-06")) == (date.min, None)


def test_a_date_that_is_none_makes_the_counts_those_of_one_day() -> None:
    assert days(member(since="2010"), member(until="some day")) == (DAY, DAY)
