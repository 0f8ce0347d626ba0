"""Answers of a SPARQL end point: statements folded, unknown values left out, dates by their precision."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kg.errors import KgError
from kg.loaders.base import Outcome, Records, Rejected
from kg.loaders.wikidata import Wikidata
from kg.loaders.wikidata.times import partial_date
from kg.places.query import PlaceQuery, Resolution
from kg.schema.dates import check_partial_date
from kg.schema.records import number_spells

DATA = Path(__file__).parents[2] / "data" / "wikidata"


class Unknowing:
    """A resolver without a gazetteer."""

    def resolve(self, query: PlaceQuery) -> Resolution:
        return Resolution("unknown", 0.0)

    def region_ids(self, name: str, country: str | None, level: str | None = None) -> tuple[str, ...]:
        return ()


def loads(path: Path, edition: str | None = None) -> list[Wikidata]:
    return list(Wikidata.for_files([path], edition=edition, resolver=Unknowing()))


def outcomes(loader: Wikidata) -> dict[str, Outcome]:
    found: dict[str, Outcome] = {}
    for row in loader.extract():
        try:
            outcome = loader.transform(row)
        except ValueError as error:
            outcome = Rejected(str(error))
        found[f"{row.id}#{row.line}"] = outcome
    return found


def answer(tmp_path: Path, *bindings: dict[str, Any], **beside: Any) -> Path:
    path = tmp_path / "answer.json"
    variables = sorted({name for binding in bindings for name in binding} | {"item", "target"})
    path.write_text(
        json.dumps({**beside, "head": {"vars": variables}, "results": {"bindings": list(bindings)}}), encoding="utf-8"
    )
    return path


def item(number: str) -> dict[str, str]:
    return {"type": "uri", "value": f"http://www.wikidata.org/entity/{number}"}


def literal(value: str) -> dict[str, str]:
    return {"type": "literal", "value": value}


def test_a_file_is_one_load_for_each_country_asked_for() -> None:
    assert [(load.scope, load.edition) for load in loads(DATA / "twins.json")] == [
        ("wikidata-twins?country=DE", "2026-11-23"),
        ("wikidata-twins?country=LV", "2026-11-23"),
    ]


def test_an_answer_that_does_not_tell_countries_apart_is_one_load(tmp_path: Path) -> None:
    (load,) = loads(answer(tmp_path, {"item": item("Q1"), "target": item("Q2")}), edition="2026")
    assert (load.scope, load.edition) == ("wikidata-twins", "2026")
    (outcome,) = outcomes(load).values()
    assert isinstance(outcome, Records)
    assert [node.reference for node in outcome.nodes] == ["City/wikidata:Q1", "City/wikidata:Q2"]


def test_what_becomes_of_each_solution() -> None:
    found = outcomes(loads(DATA / "twins.json")[1])
    told = {
        name: type(outcome).__name__
        if isinstance(outcome, Records)
        else getattr(outcome, "rule", None) or outcome.reason
        for name, outcome in found.items()
    }
    assert told == {
        "Q1773-0a#1": "Records",
        "Q1773-0a#2": "the statement of an earlier row, with another value of its ends",
        "Q1773-0b#3": "the value is unknown to Wikidata",
        "Q1773-0c#4": "the value is unknown to Wikidata",
        "Q1773-0d#5": "neither a municipality nor a region but of the kind country",
        "Q1773-0e#6": "Records",
        "Q1773-0f#7": "'Bremen' is no Wikidata item",
        "Q1773-0g#8": "'some day' is no date",
    }


def test_a_twinning_has_the_dates_of_its_qualifiers_and_both_places() -> None:
    outcome = outcomes(loads(DATA / "twins.json")[1])["Q1773-0a#1"]
    assert isinstance(outcome, Records)
    twinning = outcome.facts[0]
    assert (twinning.row, twinning.values) == ("Q1773-0a", {"since": "1985"})
    riga = outcome.nodes[0]
    assert riga.ids == ("geonames:456172", "wikidata:Q1773")
    assert riga.values == {
        "name": "Riga",
        "country": "LV",
        "population": 641007,
        "location": [24.106388888, 56.948888888],
    }


def test_the_same_pair_from_the_other_end_joins_the_same_nodes() -> None:
    german, latvian = (outcomes(load) for load in loads(DATA / "twins.json"))
    (back,), there = german.values(), latvian["Q1773-0a#1"]
    assert isinstance(back, Records)
    assert isinstance(there, Records)
    assert {back.facts[0].fact.start, back.facts[0].fact.end} == {there.facts[0].fact.start, there.facts[0].fact.end}


def test_what_is_said_to_be_a_region_is_one() -> None:
    outcome = outcomes(loads(DATA / "twins.json")[1])["Q1773-0e#6"]
    assert isinstance(outcome, Records)
    assert outcome.facts[0].fact.end == "Region/wikidata:Q3211"


def test_a_network_of_the_starter_is_called_by_its_own_id_too() -> None:
    (load,) = loads(DATA / "members.json", edition="2026-11")
    assert load.scope == "wikidata-members?country=LV"
    eurocities, other = outcomes(load).values()
    assert isinstance(eurocities, Records)
    assert isinstance(other, Records)
    assert eurocities.facts[0].values == {"since": "1999-05", "until": "2003-12-31"}
    ids = [node.ids for outcome in (eurocities, other) for node in outcome.nodes if node.node.label == "Organisation"]
    assert ids == [("wikidata:Q77777771", "own:eurocities"), ("wikidata:Q7777777",)]


def test_two_terms_of_one_person_are_two_spells_of_a_post() -> None:
    (load,) = loads(DATA / "mayors.json")
    facts = [outcome.facts[0] for outcome in outcomes(load).values() if isinstance(outcome, Records)]
    assert [(fact.values, fact.spell) for fact in number_spells(facts)] == [
        ({"post": "head of government", "since": "2009", "until": "2013-06-01"}, ""),
        ({"post": "head of government", "since": "2017-06-01"}, "2"),
    ]
    assert {fact.fact.start for fact in facts} == {"Person/wikidata:Q88888888"}


def test_the_rejected_first_row_of_a_statement_does_not_take_the_others_with_it(tmp_path: Path) -> None:
    statement = {"type": "uri", "value": "http://www.wikidata.org/entity/statement/Q1-a"}
    pair = {"item": item("Q1"), "target": item("Q2"), "statement": statement}
    (load,) = loads(
        answer(tmp_path, pair | {"start": literal("soon")}, pair | {"start": literal("2009-01-01")}), "2026"
    )
    assert [type(outcome) for outcome in outcomes(load).values()] == [Rejected, Records]


@pytest.mark.parametrize(
    "coordinates", ["Point(700 10)", "Point(1)", "<http://www.wikidata.org/entity/Q405> Point(1 2)", "Point(a b)", ""]
)
def test_a_point_that_is_none_on_earth_is_left_out(tmp_path: Path, coordinates: str) -> None:
    (load,) = loads(answer(tmp_path, {"item": item("Q1"), "coord": literal(coordinates), "target": item("Q2")}), "2026")
    (outcome,) = outcomes(load).values()
    assert isinstance(outcome, Records)
    assert "location" not in outcome.nodes[0].values


@pytest.mark.parametrize(
    ("document", "said"),
    [
        ("{}", "no answer of a SPARQL end point"),
        ('{"head": {"vars": ["item"]}, "results": {"bindings": []}}', "has the variables item; wanted are"),
        ('{"head": {"vars": ["item", "target"]}, "results": {"bindings": [1]}}', "no answer of a SPARQL end point"),
        ('{"head": {"vars": ["item", "target"]}, "results": {"bindings": [{"item": {}}]}}', "no answer of a SPARQL"),
        ('{"head": {"vars": ["item", "target"]}, "results": {"bind', "is no JSON that can be read"),
    ],
)
def test_json_that_is_no_such_answer_is_one_clear_error(tmp_path: Path, document: str, said: str) -> None:
    path = tmp_path / "answer.json"
    path.write_text(document, encoding="utf-8")
    with pytest.raises(KgError, match=said):
        loads(path)


@given(st.dates(), st.sampled_from(["", "7", "8", "9", "10", "11", "14"]))
def test_a_date_is_a_partial_date_that_says_no_more_than_was_given(day: Any, precision: str) -> None:
    found = partial_date(f"{day.isoformat()}T00:00:00Z", precision)
    if precision in ("7", "8"):
        assert found is None
    else:
        assert found is not None
        assert day.isoformat().startswith(check_partial_date(found))


@pytest.mark.parametrize("text", ["soon", "2009", "-0044-03-15T00:00:00Z", "2009-02-30T00:00:00Z", "+12009-01-01"])
def test_what_is_no_date_of_our_times_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="date"):
        partial_date(text, "11")


@pytest.mark.parametrize("country", ["Latvia", "http://www.wikidata.org/entity/Q211", "L@", ""])
def test_a_country_that_is_no_code_makes_no_part(tmp_path: Path, country: str) -> None:
    rows = [{"item": item("Q1"), "target": item("Q2"), "country": literal(code)} for code in ("LV", country)]
    (load,) = loads(answer(tmp_path, *rows), "2026")
    assert load.scope == "wikidata-twins"
