"""Results and how they look, without a database."""

from __future__ import annotations

import csv
import doctest
import io
import re

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from pydantic import ValidationError
from rich.console import Console

from kg.cli.present import as_csv
from kg.queries import display, provenance
from kg.queries.display import Line, Table, to_html, to_text
from kg.queries.path_results import Path
from kg.queries.results import (
    Data,
    LeftOut,
    LeftOutPartner,
    Newcomers,
    Partner,
    Recommendation,
    Recommendations,
    RecommendQuery,
    SourceData,
    Term,
)
from kg.queries.why import differences
from kg.queries.why_results import Statement

EVIL = "<script>alert(1)</script>[red]\x1b[31m\u202e"


def term(value: float, sentence: str = "Both are members of EMTA (35 members).") -> Term:
    return Term(type="shared_networks", label="Shared networks", value=value, sentence=sentence, evidence=("a", "b"))


def answer(name: str = "Espoo", terms: int = 2) -> Recommendations:
    reasons = tuple(term(0.25) for _ in range(terms))
    partner = Partner(id="geonames:660129", label="City", name=name, country="FI")
    return Recommendations(
        query=RecommendQuery(
            partner=Partner(id="geonames:456172", label="City", name="Riga", country="LV"),
            kind="exchange",
            top=10,
            countries=(),
            exclude_countries=(),
            min_population=None,
            max_population=None,
            as_of="2026-11-22",
            include_existing=False,
        ),
        data=Data(
            sources=(SourceData(id="list", title="A list"),),
            editions={"list": "2025"},
            as_of="2026-11-22",
            facts=2,
            facts_without_since=1,
        ),
        left_out={
            "current_twinning": LeftOut(
                reason="already twinned with Riga",
                count=1,
                partners=(LeftOutPartner(id="x", label="City", name="Rostock", because="Rostock, since 1961"),),
            ),
            "own_country": LeftOut(reason="in the same country (ask for them with --country LV)", count=12_345),
        },
        recommendations=(Recommendation(partner=partner, score=0.25 * terms, terms=reasons),),
    )


def test_a_score_that_is_not_the_sum_of_its_terms_is_refused() -> None:
    with pytest.raises(ValidationError, match="not the sum"):
        Recommendation(partner=Partner(id="a", label="City", name="A"), score=0.6, terms=(term(0.5),))


def test_results_are_frozen() -> None:
    result = answer()
    with pytest.raises(ValidationError):
        result.recommendations = ()  # type: ignore[misc]


def test_json_and_back() -> None:
    assert Recommendations.model_validate_json(answer().model_dump_json()) == answer()


def test_what_a_reader_sees() -> None:
    text = str(answer())
    assert "Partners for Riga, LV (exchange), as of 2026-11-22" in text
    assert "0.25 Both are members of EMTA (35 members)." in text
    assert "Left out, already twinned with Riga: 1 (Rostock, since 1961)." in text
    assert "Left out, in the same country (ask for them with --country LV): 12,345." in text
    assert "2 facts used, 1 of them without a known beginning and taken as true." in text
    assert "0.50 and 2 more reasons." in str(answer(terms=8))


def test_what_takes_from_a_score_stands_behind_what_adds_to_it() -> None:
    against = term(-0.75, "Riga and Espoo lie 4,000 km apart.")
    terms = (*(term(0.25) for _ in range(6)), against)
    row = answer().recommendations[0].model_copy(update={"score": 0.75, "terms": terms})
    shown = answer().model_copy(update={"recommendations": (row,)})
    assert "-0.75 and 1 more reason." in str(shown)
    assert Recommendation.model_validate(row.model_dump()) == row


def test_a_count_against_chance_is_in_json_and_csv() -> None:
    counted = term(0.5).model_copy(update={"observed": 5.0, "expected": 1.25})
    row = answer().recommendations[0].model_copy(update={"score": 0.5, "terms": (counted,)})
    result = answer().model_copy(update={"recommendations": (row,)})
    assert '"observed":5.0,"expected":1.25' in result.model_dump_json()
    (cells,) = csv.DictReader(io.StringIO(as_csv(result)))
    assert (cells["observed"], cells["expected"]) == ("5.0", "1.25")


def test_newcomers_and_what_would_improve_the_list_are_said() -> None:
    newcomers = Newcomers(rule="a place with at most one twin town", share=1 / 3, partners=("geonames:660129",))
    shown = str(answer().model_copy(update={"newcomers": newcomers, "improve": "What would improve this: more."}))
    assert "Newcomers: 1 (a place with at most one twin town); at least 33 % of the list is for them." in shown
    assert "What would improve this: more." in shown


def test_one_of_the_answers_shows_itself_too() -> None:
    row = answer().recommendations[0]
    assert "Espoo, FI: 0.50" in str(row)
    assert str(row).count("Both are members of EMTA (35 members).") == 2
    assert "<h4>Espoo, FI: 0.50</h4>" in row._repr_html_()
    assert str(row.terms[0]) == "0.25 Both are members of EMTA (35 members)."
    path = Path(pattern="", sentence="Riga is in X.", specificity=1, weak=False, nodes=(), relationships=())
    assert str(path) == "Riga is in X."
    console = Console(width=120, file=io.StringIO())
    console.print(row, path)
    assert "Riga is in X." in console.file.getvalue()  # type: ignore[attr-defined]


def test_names_are_never_markup() -> None:
    page = answer(EVIL)._repr_html_()
    assert "<script>" not in page
    assert "&lt;script&gt;" in page
    assert "\x1b" not in str(answer(EVIL))
    assert "[red]" in str(answer(EVIL))


def shown(text: str) -> list[Line | Table]:
    return [Line(text), Table(("A", "B"), ((text, 1.5), (None, None)))]


@given(st.text())
@example("<")
@example("<script>alert(1)</script>")
def test_nothing_of_a_text_steers_a_terminal_or_a_page(text: str) -> None:
    page = to_html(shown(text))
    own = ("one\ntwo", "12", "2024-05", "x" * 40)
    own_tags = {tag for harmless in own for tag in re.findall(r"<[^>]*>", to_html(shown(harmless)))}
    assert set(re.findall(r"<[^>]*>", page)) <= own_tags
    assert "<" not in re.sub(r"<[^>]*>", "", page)
    assert not any(ord(character) < 32 and character != "\n" for character in to_text(shown(text)))


def test_a_terminal_gets_the_same_words() -> None:
    console = Console(width=120, file=io.StringIO())
    console.print(answer())
    assert "Both are members of EMTA" in console.file.getvalue()  # type: ignore[attr-defined]


def test_the_rows_of_a_table_of_nothing() -> None:
    assert to_text([Table(("A",), ())]).strip().startswith("A")


@pytest.mark.parametrize("name", ["=1+1", "+1", "-1", "@x", "\t=1", "＝1"])
def test_csv_has_no_cell_that_a_spreadsheet_runs(name: str) -> None:
    rows = list(csv.DictReader(io.StringIO(as_csv(answer(name)))))
    assert len(rows) == 2
    assert rows[0]["name"].startswith("'")
    assert rows[0]["evidence"] == "a b"
    assert float(rows[0]["score"]) == 0.5


def test_csv_of_an_empty_answer_is_empty() -> None:
    assert as_csv(answer().model_copy(update={"recommendations": ()})) == ""


def statement(source: str, row: str = "1", missing: str = "", **values: object) -> Statement:
    return Statement(
        source=SourceData(id=source, title=source),
        row=row,
        edition="2025",
        load="list@2025#0",
        values=values,
        missing=missing,
    )


def test_where_sources_differ() -> None:
    said = [
        statement("a", since="1999", role="member", as_of="2025", names=["X"]),
        statement("b", since="2001", as_of="2017", names=["Y"]),
        statement("c", since="1888", missing="2020"),
    ]
    assert differences(said) == {"since": {"a": "1999", "b": "2001"}}
    assert differences([said[0], statement("b", since="1999")]) == {}
    assert differences([statement("a", "1", since="1999"), statement("a", "2", since="2000")]) == {
        "since": {"a (1)": "1999", "a (2)": "2000"}
    }


def test_the_examples_in_the_documentation() -> None:
    assert doctest.testmod(display).failed == 0
    assert doctest.testmod(provenance).failed == 0


def test_what_is_nearly_nothing_is_shown_without_a_sign() -> None:
    row = answer().recommendations[0].model_copy(update={"score": -0.001, "terms": (term(-0.001),)})
    assert "0.00 Both are members" in str(answer().model_copy(update={"recommendations": (row,)}))
    assert "-0.00" not in str(answer().model_copy(update={"recommendations": (row,)}))
    assert display.show(-0.001) == "0.00"
    assert display.show(-1234.5) == "-1,234.50"
