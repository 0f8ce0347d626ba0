"""Partial dates: only real ones pass, and each covers a span of days."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kg.schema.dates import check_partial_date, first_day, last_day

partial_dates = st.builds(lambda day, length: day.isoformat()[:length], st.dates(), st.sampled_from([4, 7, 10]))


@given(partial_dates)
def test_a_partial_date_covers_from_its_first_to_its_last_day(text: str) -> None:
    first, last = first_day(text), last_day(text)
    assert first <= last
    assert first.isoformat().startswith(text)
    assert last.isoformat().startswith(text)
    if last < date.max:
        assert not (last + timedelta(days=1)).isoformat().startswith(text)
    assert check_partial_date(text) == text


@given(partial_dates, partial_dates)
def test_text_order_never_contradicts_the_order_of_days(one: str, other: str) -> None:
    if one < other:
        assert first_day(one) <= first_day(other)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "209",
        "20090",
        "0000",
        "2009-5",
        "2009-13",
        "2009-00",
        "2009-02-29",
        "2009-05-3",
        "2009-05-03T00:00",
        "2009-05-03\n",
        " 2009",
        "-2009",
        "２００９",
        "٢٠٠٩",
        "2009/05",
        "05.2009",
    ],
)
def test_what_is_no_date_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="is not a date"):
        check_partial_date(text)


def test_february_ends_with_its_last_day() -> None:
    assert last_day("2024-02") == date(2024, 2, 29)
    assert last_day("2023-02") == date(2023, 2, 28)
    assert last_day("1900-02") == date(1900, 2, 28)
