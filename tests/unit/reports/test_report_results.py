from __future__ import annotations

import csv
import io
import json
import re
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import JsonValue

from kg.queries.report_results import ReportResult, spreadsheet_cell
from kg.queries.reports.behind import SourceBehind
from kg.queries.reports.page import as_page

TODAY = date(2026, 1, 2)


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
    assert json.loads(answer.as_json())["data"] == {"as_of": "As of 2019.", "completeness": [], "sources": []}
    for text in (str(answer), answer.as_markdown(TODAY), as_page(answer, TODAY)):
        assert "As of 2019." in text
    assert "a; b. As of 2019." in answer.as_csv()


def test_every_form_names_the_sources_and_what_is_missing() -> None:
    source = SourceBehind(id="a", title="Polis web site", licence="CC0", edition="2025-05", as_of="May 2025")
    answer = result(row("Riga")).model_copy(
        update={"as_of": f"{source.aged}.", "sources": (source,), "completeness": ("63 of 70 members.",)}
    )
    for text in (str(answer), answer.as_markdown(TODAY), answer.as_csv(), answer.as_json(), as_page(answer, TODAY)):
        assert "Polis web site as of May 2025" in text
        assert "63 of 70 members." in text
    assert "CC0" in as_page(answer, TODAY)


def test_a_result_that_was_cut_says_so_and_an_empty_one_what_it_needs() -> None:
    assert "Cut after 1,000 rows" in str(result(row("Riga")).model_copy(update={"cut": 1000}))
    needs = result().model_copy(update={"needs": "twin towns (kg load wikidata)"})
    assert "This report needs twin towns (kg load wikidata)." in needs.as_markdown(TODAY)
    assert "needs twin towns" not in str(result(row("Riga")).model_copy(update={"needs": "twin towns"}))


def test_a_page_asks_no_other_host_and_shows_names_as_they_are() -> None:
    page = as_page(result(row("<script>alert(1)</script>")), TODAY)
    assert "<script" not in page
    assert "&lt;script&gt;" in page
    assert "default-src 'none'" in page
    assert not re.search(r"(src|href|url)\s*[=(]", page)


def test_heading_says_what_was_asked() -> None:
    assert result().heading == "Members: EMTA, at_least 5, running no"


def test_headings_are_words_for_people_and_names_for_programs() -> None:
    answer = result(row("Riga"))
    for text in (str(answer), answer.as_markdown(TODAY), as_page(answer, TODAY)):
        assert "As of" in text
        assert "as_of" not in text
    assert answer.as_csv().startswith("member,population,sources,as_of,data")
    assert json.loads(answer.as_json())["columns"][-1] == "as_of"


def test_sources_stand_with_their_ids_and_the_day_is_told() -> None:
    source = SourceBehind(id="polis-web", title="Polis web site", licence="CC0", as_of="May 2025")
    answer = result(row("Riga")).model_copy(update={"sources": (source,)})
    text = answer.as_markdown(TODAY)
    assert "| Source | Id | As of | Publisher | Licence | Address |" in text
    assert "| Polis web site | polis-web | May 2025 |  | CC0 |  |" in text
    assert "Made on 2026-01-02 by kg report run network-members." in text
    assert ">polis-web</td>" in as_page(answer, TODAY)


def test_a_wide_table_scrolls_on_the_screen_and_is_printed_smaller() -> None:
    assert '<div class="wide"><table>' in as_page(result(row("Riga")), TODAY)
    columns = tuple(f"column_{letter}" for letter in "abcdefghij")
    many = result().model_copy(update={"columns": columns, "rows": (dict.fromkeys(columns, "x"),)})
    assert '<div class="wide narrowest"><table>' in as_page(many, TODAY)
    assert ".wide { overflow-x: auto; }" in as_page(many, TODAY)


def test_csv_is_rectangular_and_keeps_numbers() -> None:
    rows = list(csv.reader(io.StringIO(result(row('Riga, "the" city\nof'), row(None)).as_csv())))
    assert rows == [
        ["member", "population", "sources", "as_of", "data"],
        ['Riga, "the" city of', "-5", "a; b", "2019", "a; b. As of 2019."],
        ["", "-5", "a; b", "2019", "a; b. As of 2019."],
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
    text = result(row("[a](x) | <b>*_`")).as_markdown(TODAY)
    line = text.splitlines()[4]
    assert line == r"| \[a\](x) \| \<b\>\*\_\` | -5 | a; b | 2019 |"


def test_control_characters_never_reach_the_terminal() -> None:
    assert "\x1b" not in str(result(row("Riga\x1b[2J")))
    assert "\x1b" not in result(row("Riga\x1b[2J")).as_csv()
