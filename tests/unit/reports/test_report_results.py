from __future__ import annotations

import csv
import io
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import JsonValue

from kg.queries.report_results import ReportResult, spreadsheet_cell


def result(*rows: dict[str, JsonValue]) -> ReportResult:
    return ReportResult(
        report="network-members",
        title="Members",
        parameters={"network": "own:emta", "country": None, "at_least": 5, "running": False},
        asked={"network": "EMTA"},
        columns=("member", "population", "sources", "as_of"),
        rows=rows,
    )


def row(member: JsonValue, as_of: str | None = "2019") -> dict[str, JsonValue]:
    return {"member": member, "population": -5, "sources": ["a", "b"], "as_of": as_of}


@pytest.mark.parametrize(
    ("dates", "line"),
    [
        ([], "No rows."),
        ([None], "None of the lists that this is known from has a date."),
        (["2019", "2019"], "As of 2019."),
        (["2019", "2012-05"], "As of 2012-05 to 2019."),
        (["2019", None], "As of 2019; 1 of 2 rows are from lists without a date."),
    ],
)
def test_age_line(dates: list[str | None], line: str) -> None:
    assert result(*(row("Riga", date) for date in dates)).age == line


def test_every_form_carries_the_age() -> None:
    answer = result(row("Riga"))
    assert answer.age == "As of 2019."
    assert json.loads(answer.as_json())["data"] == {"as_of": "As of 2019."}
    for text in (str(answer), answer.as_csv(), answer.as_markdown()):
        assert "As of 2019." in text


def test_heading_says_what_was_asked() -> None:
    assert result().heading == "Members: EMTA, at_least 5, running no"


def test_csv_is_rectangular_and_keeps_numbers() -> None:
    rows = list(csv.reader(io.StringIO(result(row('Riga, "the" city\nof'), row(None)).as_csv())))
    assert rows == [
        ["member", "population", "sources", "as_of", "data"],
        ['Riga, "the" city of', "-5", "a; b", "2019", "As of 2019."],
        ["", "-5", "a; b", "2019", "As of 2019."],
    ]


@pytest.mark.parametrize("first", ["=", "+", "-", "@", "\t=", "\r@", " =", "\N{FULLWIDTH EQUALS SIGN}", "\x00="])
def test_a_cell_that_a_spreadsheet_would_run_is_disarmed(first: str) -> None:
    written = next(csv.reader(io.StringIO(result(row(f"{first}cmd|' /C calc'!A0")).as_csv().partition("\r\n")[2])))
    assert written[0].startswith("'")
    assert "cmd|" in written[0]


@given(st.recursive(st.none() | st.booleans() | st.integers() | st.text(), st.lists))
def test_no_text_cell_starts_a_formula(value: JsonValue) -> None:
    written = spreadsheet_cell(value)
    assert not (isinstance(written, str) and written.strip()[:1] in set("=+-@\t\r"))


def test_markdown_shows_names_as_they_are() -> None:
    text = result(row("[a](x) | <b>*_`")).as_markdown()
    line = text.splitlines()[4]
    assert line == r"| \[a\](x) \| \<b\>\*\_\` | -5 | a; b | 2019 |"


def test_control_characters_never_reach_the_terminal() -> None:
    assert "\x1b" not in str(result(row("Riga\x1b[2J")))
    assert "\x1b" not in result(row("Riga\x1b[2J")).as_csv()
