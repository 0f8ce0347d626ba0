"""Dates, numbers and missing values as tables write them."""

from __future__ import annotations

from calendar import month_name
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kg.loaders.reading.values import check_layout, parse_date, parse_number, parse_whole, present
from kg.schema.dates import check_partial_date


@pytest.mark.parametrize("text", ["", "  ", "-", "–", "n/a", "N/A", "NA", "#N/A", "null", "NaN", None])
def test_what_stands_for_nothing_is_none(text: str | None) -> None:
    assert present(text) is None
    assert parse_date(text or "") is None
    assert parse_number(text or "") is None
    assert parse_whole(text or "") is None


def test_what_stands_for_nothing_can_be_said() -> None:
    assert present("NA", missing={"unknown"}) == "NA"
    assert present("Unknown", missing={"unknown"}) is None


@pytest.mark.parametrize(
    ("text", "date_"),
    [
        ("2009", "2009"),
        ("2009.0", "2009"),
        ("2009-05", "2009-05"),
        ("2009/05", "2009-05"),
        ("05/2009", "2009-05"),
        ("May 2009", "2009-05"),
        ("mai 2009", "2009-05"),
        ("2009-05-03", "2009-05-03"),
        ("2009/05/03", "2009-05-03"),
        ("2009.5.3", "2009-05-03"),
        ("20090503", "2009-05-03"),
        ("03.05.2009", "2009-05-03"),
        ("3. 5. 2009", "2009-05-03"),
        ("03/05/2009", "2009-05-03"),
        ("3-5-2009", "2009-05-03"),
        ("3 May 2009", "2009-05-03"),
        ("3rd May, 2009", "2009-05-03"),
        ("May 3, 2009", "2009-05-03"),
        ("3. Mai 2009", "2009-05-03"),
        ("3 de mayo de 2009", "2009-05-03"),
        ("1er janvier 2010", "2010-01-01"),
        ("3 września 2009", "2009-09-03"),
        ("2009-05-03 00:00:00", "2009-05-03"),
        ("2009-05-03T12:30:00.000+02:00", "2009-05-03"),
        ("03/05/2009 09:15", "2009-05-03"),
        ("+2009-05-03T00:00:00Z", "2009-05-03"),
        ("+2009-00-00T00:00:00Z", "2009"),
        ("29.02.2024", "2024-02-29"),
    ],
)
def test_layouts_that_are_known(text: str, date_: str) -> None:
    assert parse_date(text) == date_


def test_month_first_only_when_said() -> None:
    assert parse_date("03/05/2009", day_first=False) == "2009-03-05"
    assert parse_date("05/13/2009", day_first=False) == "2009-05-13"
    with pytest.raises(ValueError, match=r"'05/13/2009' is not a date that exists, with the day first"):
        parse_date("05/13/2009")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("soon", "is not a date"),
        ("ca. 2009", "is not a date"),
        ("2009/2010", "is not a date"),
        ("39936", "is not a date"),
        ("3 Foo 2009", "is not a date"),
        ("3 listopada 2009", "is not a date"),
        ("31.02.2009", "not a date that exists"),
        ("2009-13", "not a date that exists"),
        ("29 February 2023", "not a date that exists"),
        ("2009-00-03", "not a date that exists"),
        ("0000", "not a date that exists"),
        ("03/05/09", "its year has two digits"),
        ("3-May-09", "its year has two digits"),
        ("x" * 10_000, "is not a date"),
    ],
)
def test_what_is_no_date_is_refused(text: str, message: str) -> None:
    with pytest.raises(ValueError, match=message) as caught:
        parse_date(text)
    assert len(str(caught.value)) < 300


def test_layouts_that_are_said_are_the_only_ones() -> None:
    assert parse_date("05.03.2009", ["MM.DD.YYYY"]) == "2009-05-03"
    assert parse_date("3 maj 2009", ["YYYY", "D MMM YYYY"]) == "2009-05-03"
    assert parse_date("2009 r.", ["YYYY r."]) == "2009"
    with pytest.raises(ValueError, match=r"'2009-05-03' is not a date in the layout DD.MM.YYYY or YYYY"):
        parse_date("2009-05-03", ["DD.MM.YYYY", "YYYY"])
    with pytest.raises(ValueError, match="in the layout"):
        parse_date("31.02.2009", ["DD.MM.YYYY"])


@pytest.mark.parametrize("layout", ["", "DD.MM", "DD YYYY", "YYYY YYYY", "MM MMM YYYY", "%d.%m.%Y"])
def test_what_is_no_layout_is_refused(layout: str) -> None:
    with pytest.raises(ValueError, match="is no layout of a date"):
        check_layout(layout)


@given(st.dates(min_value=date(1000, 1, 1)))
def test_every_day_is_read_from_every_layout(day: date) -> None:
    month = month_name[day.month]
    texts = [
        day.isoformat(),
        f"{day.day:02}.{day.month:02}.{day.year}",
        f"{day.day}/{day.month}/{day.year}",
        f"{day.year}/{day.month}/{day.day}",
        f"{day.day} {month} {day.year}",
        f"{day.isoformat()} 00:00:00",
    ]
    assert {parse_date(text) for text in texts} == {day.isoformat()}


@given(st.text(max_size=30) | st.text("0123456789-/. TZ:+mayMAY", max_size=12))
def test_any_text_is_a_date_or_nothing_or_refused(text: str) -> None:
    try:
        found = parse_date(text)
    except ValueError:
        return
    assert found is None or check_partial_date(found) == found


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("0", 0),
        ("1234", 1234),
        ("1.5", 1.5),
        ("1,5", 1.5),
        ("0.123", 0.123),
        ("52.2434979", 52.2434979),
        ("1.234,5", 1234.5),
        ("1,234.5", 1234.5),
        ("892,228.58", 892228.58),
        ("1.234.567", 1234567),
        ("1 234", 1234),
        ("1\u00a0234,56 €", 1234.56),
        ("1\u202f234", 1234),
        ("1'234.50", 1234.5),
        ("1’234", 1234),
        ("€ 1.234.567", 1234567),
        ("EUR 5", 5),
        ("5 kr.", 5),
        ("120 zł", 120),
        ("-5", -5),
        ("−5", -5),
        ("€ -5", -5),
        ("-€5", -5),
        ("(1,234.00)", -1234),
        ("1e6", 1e6),
        ("1.5E+3", 1500),
    ],
)
def test_numbers_that_can_be_told(text: str, number: float) -> None:
    assert parse_number(text) == number


@pytest.mark.parametrize(
    ("text", "decimal", "number"),
    [("1,234", ".", 1234), ("1,234", ",", 1.234), ("1.234", ".", 1.234), ("1.234", ",", 1234), ("1 234", ",", 1234)],
)
def test_the_mark_of_decimals_can_be_said(text: str, decimal: str, number: float) -> None:
    assert parse_number(text, decimal=decimal) == number


@pytest.mark.parametrize("text", ["1,234", "1.234", "-12.345", "€ 123,456"])
def test_what_could_be_two_numbers_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="say what marks the decimals"):
        parse_number(text)


@pytest.mark.parametrize(
    ("text", "decimal"),
    [
        ("many", None),
        ("12%", None),
        ("1.2 million", None),
        ("1.2.3", None),
        ("12 34", None),
        ("1,23,456.7", None),
        ("inf", None),
        ("1e999", None),
        ("1,5", "."),
        ("1.5", ","),
        ("1.234,5", "."),
        ("9" * 400, None),
    ],
)
def test_what_is_no_number_is_refused(text: str, decimal: str | None) -> None:
    with pytest.raises(ValueError, match="is not a number") as caught:
        parse_number(text, decimal=decimal)
    assert len(str(caught.value)) < 300


def test_a_mark_of_decimals_is_a_point_or_a_comma() -> None:
    with pytest.raises(ValueError, match="does not mark decimals"):
        parse_number("1", decimal=";")


@given(
    st.integers(-(10**12), 10**12),
    st.integers(0, 99),
    st.sampled_from([(",", "."), (".", ","), (" ", ","), (" ", "."), ("\u00a0", ","), ("'", ".")]),
    st.sampled_from(["{}", "€ {}", "{} EUR", "{} €"]),
)
def test_every_amount_is_read_as_any_country_writes_it(
    whole: int, cents: int, marks: tuple[str, str], currency: str
) -> None:
    thousands, decimal = marks
    text = currency.format(f"{whole:,}".replace(",", thousands) + f"{decimal}{cents:02}")
    expected = float(f"{whole}.{cents:02}")
    assert parse_number(text) == expected
    if thousands in ",. ":
        assert parse_number(text, decimal=decimal) == expected


@pytest.mark.parametrize(
    ("text", "number"), [("12,345", 12345), ("12.345", 12345), ("119714.0", 119714), ("1 234 567", 1234567), ("-3", -3)]
)
def test_whole_numbers(text: str, number: int) -> None:
    assert parse_whole(text) == number


@pytest.mark.parametrize("text", ["1.5", "0.123", "1,25"])
def test_what_is_not_whole_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="is not a whole number"):
        parse_whole(text)
