from __future__ import annotations

import doctest
from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kg.errors import KgError
from kg.queries import validity
from kg.queries.validity import is_over, is_valid, old_year, parse_as_of

DAYS = st.dates(date(1950, 1, 1), date(2050, 1, 1))
PARTIAL = st.builds(lambda day, length: day.isoformat()[:length], DAYS, st.sampled_from([4, 7, 10]))


def text_rule(as_of: date, since: str | None, until: str | None, ended: str | None) -> bool:
    """The rule as the Cypher of ``valid`` states it: comparisons of text."""
    day = as_of.isoformat()
    return (
        (since is None or since <= day)
        and (until is None or until >= day[: len(until)])
        and (ended is None or ended > day)
    )


@given(DAYS, st.none() | PARTIAL, st.none() | PARTIAL, st.none() | PARTIAL)
def test_text_comparison_in_cypher_means_the_same(
    as_of: date, since: str | None, until: str | None, ended: str | None
) -> None:
    assert is_valid(as_of, since, until, ended) == text_rule(as_of, since, until, ended)


@given(DAYS, st.none() | PARTIAL, st.none() | PARTIAL)
def test_what_is_over_is_not_valid(as_of: date, until: str | None, ended: str | None) -> None:
    assert is_over(as_of, until, ended) == (not is_valid(as_of, None, until, ended))


def test_since_counts_from_the_first_day_and_until_to_the_last() -> None:
    assert is_valid(date(2009, 1, 1), "2009", "2009")
    assert is_valid(date(2009, 12, 31), "2009", "2009-12")
    assert not is_valid(date(2008, 12, 31), "2009", None)
    assert not is_valid(date(2009, 6, 1), None, "2009-05")


@pytest.mark.parametrize(
    ("age", "year"),
    [("2019", 2019), ("2024-11-22", None), ("2024-11-21", 2024), ("2024", None), ("2023", 2023), (None, None)],
)
def test_a_fact_is_old_after_two_years(age: str | None, year: int | None) -> None:
    assert old_year(date(2026, 11, 22), age) == year


def test_the_oldest_fact_gives_the_year() -> None:
    assert old_year(date(2026, 11, 22), "2025", None, "2012-03", "2019") == 2012


def test_the_as_of_date() -> None:
    assert parse_as_of(None) == datetime.now(UTC).date()
    assert parse_as_of("2019") == date(2019, 12, 31)
    assert parse_as_of(" 2020-02 ") == date(2020, 2, 29)
    assert parse_as_of(date(2020, 1, 2)) == date(2020, 1, 2)
    with pytest.raises(KgError, match="write 2009, 2009-05 or 2009-05-03"):
        parse_as_of("last spring")


def test_the_examples_in_the_documentation() -> None:
    assert doctest.testmod(validity).failed == 0
