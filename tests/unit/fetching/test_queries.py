"""The questions to Wikidata, on a small graph of the same form: what is asked for comes, and nothing else."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import pytest
from rdflib import Graph
from rdflib.query import ResultRow

from kg.fetching.queries import QUESTIONS, page_query

GRAPH = Path(__file__).parents[2] / "data" / "wikidata" / "graph.ttl"
ENTITY = "http://www.wikidata.org/entity/"


@pytest.fixture(scope="module")
def graph() -> Graph:
    return Graph().parse(GRAPH)


def ask(graph: Graph, what: str, country: str = "LV", *, limit: int = 100, offset: int = 0) -> list[dict[str, str]]:
    rows: Iterable[ResultRow] = graph.query(page_query(what, country, limit=limit, offset=offset))  # type: ignore[assignment]
    return [
        {name: str(value).removeprefix(ENTITY) for name, value in row.asdict().items()} for row in sorted(rows, key=str)
    ]


def by_statement(rows: list[dict[str, str]]) -> dict[str, dict[str, str]]:
    return {row["statement"].removeprefix("statement/"): row for row in rows}


def test_a_twinning_comes_with_both_places_and_its_dates(graph: Graph) -> None:
    assert by_statement(ask(graph, "twins"))["Q1773-a"] == {
        "item": "Q1773",
        "itemLabel": "Riga",
        "country": "LV",
        "coord": "Point(24.1 56.9)",
        "population": "605273",
        "geonames": "456172",
        "kind": "municipality",
        "statement": "statement/Q1773-a",
        "target": "Q24879",
        "targetLabel": "Bremen",
        "targetCountry": "DE",
        "targetKind": "municipality",
        "start": "1985-01-01T00:00:00+00:00",
        "startPrecision": "9",
    }


def test_deprecated_statements_and_other_countries_stay_away(graph: Graph) -> None:
    assert set(by_statement(ask(graph, "twins"))) == {"Q1773-a", "Q1773-b", "Q3211-a"}
    assert set(by_statement(ask(graph, "twins", "DE"))) == {"Q24879-a"}
    assert ask(graph, "twins", "EE") == []


def test_each_further_value_of_an_end_is_a_row_of_the_same_statement(graph: Graph) -> None:
    rows = [row for row in ask(graph, "twins") if row["statement"].endswith("Q3211-a")]
    assert sorted(row["nuts"] for row in rows) == ["LV008", "LV00B"]


def test_a_region_is_told_from_a_municipality_and_a_country(graph: Graph) -> None:
    rows = by_statement(ask(graph, "twins"))
    assert {name: (row["kind"], row["targetKind"]) for name, row in rows.items()} == {
        "Q1773-a": ("municipality", "municipality"),
        "Q1773-b": ("municipality", "country"),
        "Q3211-a": ("region", "other"),
    }


def test_a_label_for_all_languages_does_where_there_is_no_english_one(graph: Graph) -> None:
    assert by_statement(ask(graph, "twins"))["Q3211-a"]["itemLabel"] == "Vidzeme"


def test_pages_follow_each_other_without_gap_or_overlap(graph: Graph) -> None:
    whole = set(by_statement(ask(graph, "twins")))
    pages = [set(by_statement(ask(graph, "twins", limit=1, offset=offset))) for offset in range(4)]
    assert [len(page) for page in pages] == [1, 1, 1, 0]
    assert set().union(*pages) == whole


def test_members_are_municipalities_and_regions_only(graph: Graph) -> None:
    rows = by_statement(ask(graph, "members"))
    assert set(rows) == {"Q1773-m"}
    assert rows["Q1773-m"]["organisationLabel"] == "Network of Invented Cities"
    assert (rows["Q1773-m"]["start"], rows["Q1773-m"]["startPrecision"]) == ("1999-05-01T00:00:00+00:00", "10")
    assert (rows["Q1773-m"]["end"], rows["Q1773-m"]["endPrecision"]) == ("2003-12-31T00:00:00+00:00", "11")


def test_heads_of_government_are_persons_with_nothing_private(graph: Graph) -> None:
    (row,) = ask(graph, "mayors")
    assert (row["person"], row["personLabel"], row["start"]) == (
        "Q88888881",
        "Jane Example",
        "2009-06-01T00:00:00+00:00",
    )
    assert not [name for name in row if "birth" in name.lower()]


@pytest.mark.parametrize("what", QUESTIONS)
def test_no_question_asks_for_births_or_contacts(what: str) -> None:
    text = page_query(what, "LV", limit=1, offset=0)
    # Date and place of birth, telephone, e-mail, street address.
    assert not [number for number in ("P569", "P19 ", "P1329", "P968", "P6375") if number in text]


@pytest.mark.parametrize("country", ["", "lv", "LVA", 'L"', "L}"])
def test_what_is_no_country_code_never_gets_into_a_query(country: str) -> None:
    with pytest.raises(ValueError, match="no ISO 3166-1 code"):
        page_query("twins", country, limit=1, offset=0)
