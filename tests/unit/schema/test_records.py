"""Nodes and facts as rows give them: what is accepted, what is made of it, and what is refused with which word."""

from __future__ import annotations

import json
import re
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from kg.schema.identity import SCHEMES, check_id
from kg.schema.nodes import NODES, City, Organisation, Point, Project, Record, check_text
from kg.schema.provenance import compact
from kg.schema.records import FactRecord, NodeRecord
from kg.schema.relationships import FACTS, MEMBERS, Fact, HoldsPost, MemberOf, ParticipatesIn, Seeks, TwinnedWith

RIGA, TURKU, NETWORK = "City/geonames:456172", "City/geonames:633679", "Organisation/own:network"


@given(st.text())
def test_text_is_normal_or_refused(text: str) -> None:
    try:
        checked = check_text(text)
    except ValueError:
        return
    assert checked == unicodedata.normalize("NFC", checked)
    assert checked == " ".join(checked.split())
    assert check_text(checked) == checked


@pytest.mark.parametrize(
    ("text", "shown"),
    [("Rīga", "Rīga"), ("  Riga \t\n city ", "Riga city"), ("Ri\u00a0ga", "Ri ga"), ("'); DROP", "'); DROP")],
)
def test_text_is_composed_and_its_white_space_folded(text: str, shown: str) -> None:
    assert City(name=text).name == shown


@pytest.mark.parametrize(
    "text", ["", "  ", "\u00a0", "Ri\x00ga", "\x1b[31mRiga", "Ri\x7fga", "Ri\u202ega", "Ri\u2066ga", "\ud800"]
)
def test_text_that_hides_something_or_says_nothing_is_refused(text: str) -> None:
    with pytest.raises(ValidationError):
        City(name=text)


def test_text_longer_than_an_index_takes_is_refused() -> None:
    assert City(name="x" * 1000).name
    with pytest.raises(ValidationError, match="longer than"):
        City(name="x" * 5000)


@pytest.mark.parametrize(
    "website",
    [
        "https://www.riga.lv",
        "http://a.b/c?d=e#f",
        "www.riga.lv",
        "riga.lv:8080/en",
        "https://xn--rga-eya.example/ceļš",
    ],
)
def test_a_website_is_an_address(website: str) -> None:
    assert City(name="Riga", website=website).website == website


@pytest.mark.parametrize(
    "website",
    [
        "riga",
        "javascript:alert(1).x",
        "data:text/html,<b>.x",
        "ftp://riga.lv",
        "https://riga.lv/\x1b[31m",
        "https://riga.lv/ a",
        'https://riga.lv/"onclick=x',
        "https://riga.lv/<b>",
        "https://user:password@riga.lv",
        "https://riga.lv/" + "a" * 500,
    ],
)
def test_a_website_that_is_none_is_refused(website: str) -> None:
    with pytest.raises(ValidationError):
        City(name="Riga", website=website)


@pytest.mark.parametrize(
    "values",
    [
        {"population": -1},
        {"population": 2**63},
        {"population": "1e3x"},
        {"location": (181, 0)},
        {"location": (0, 91)},
        {"location": (float("nan"), 0)},
        {"country": "lv"},
        {"country": "LV\n"},
        {"dissolved": "soon"},
        {"mayor": "x"},
        {"as_of": "2020-00"},
    ],
)
def test_values_that_cannot_be_are_refused(values: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        City(name="Riga", **values)  # type: ignore[arg-type]


@pytest.mark.parametrize("budget", [-1, float("inf"), float("nan"), "inf"])
def test_a_budget_is_a_number(budget: object) -> None:
    with pytest.raises(ValidationError):
        Project(name="x", budget_eur=budget)
    with pytest.raises(ValidationError):
        ParticipatesIn(start=RIGA, end="Project/own:x", budget_eur=budget)


def test_nothing_can_be_changed_afterwards() -> None:
    city = City(name="Riga")
    with pytest.raises(ValidationError):
        city.name = "Rīga"


@pytest.mark.parametrize(
    ("ids", "reason"),
    [
        ((), "no id"),
        (("iso:LV",), "cannot be the id of a City"),
        (("geonames:x",), "not a code"),
        (("riga",), "not an id"),
    ],
)
def test_a_node_record_needs_ids_of_its_kind(ids: tuple[str, ...], reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        NodeRecord(City(name="Riga"), ids, "source", "row")


def test_a_region_never_takes_the_geonames_id_of_its_seat() -> None:
    with pytest.raises(ValueError, match="cannot be the id of a Region"):
        NodeRecord(NODES["Region"](name="Catalonia"), ("geonames:3128760",), "source", "row")


@pytest.mark.parametrize("row", ["\0", "a\0b", "\ud800", "Rīga \udfff"])
def test_a_row_whose_name_cannot_be_stored_is_refused(row: str) -> None:
    with pytest.raises(ValueError, match="cannot be stored"):
        NodeRecord(City(name="Riga"), ("geonames:456172",), "source", row)
    with pytest.raises(ValueError, match="cannot be stored"):
        FactRecord(MemberOf(start=RIGA, end=NETWORK), "source", row)


@pytest.mark.parametrize(("source", "row"), [("", "row"), ("source", "")])
def test_a_record_without_source_or_row_is_refused(source: str, row: str) -> None:
    with pytest.raises(ValueError, match="no source or row"):
        NodeRecord(City(name="Riga"), ("geonames:456172",), source, row)
    with pytest.raises(ValueError, match="no source or row"):
        FactRecord(MemberOf(start=RIGA, end=NETWORK), source, row)


def test_a_record_goes_by_its_best_id_and_gives_only_what_it_has() -> None:
    record = NodeRecord(
        City(name="Riga", location=(24.1, 56.9)), ("own:riga", "wikidata:Q1773", "geonames:456172"), "s", "r"
    )  # type: ignore[arg-type]
    assert record.reference == RIGA
    assert record.values == {"name": "Riga", "location": [24.1, 56.9]}


@pytest.mark.parametrize(
    ("model", "start", "end"),
    [
        (MemberOf, RIGA, TURKU),
        (MemberOf, NETWORK, RIGA),
        (TwinnedWith, RIGA, NETWORK),
        (MemberOf, "City", NETWORK),
        (MemberOf, RIGA, "Organisation"),
        (MemberOf, "City/", NETWORK),
        (MemberOf, "City/riga", NETWORK),
        (MemberOf, "City/iso:LV", NETWORK),
        (MemberOf, "Village/own:x", NETWORK),
    ],
)
def test_a_fact_joins_only_what_it_may(model: type[Fact], start: str, end: str) -> None:
    with pytest.raises(ValidationError):
        model(start=start, end=end)


@given(
    st.sampled_from((*MEMBERS, "Village")),
    st.sampled_from((*SCHEMES, "osm")),
    st.sampled_from(["456172", "0456172", "Q1773", "LV", "riga", "Riga", "a b", "", " ", "\n", "LV\x7f", "a" * 121]),
)
def test_an_end_has_an_id_of_its_label(label: str, scheme: str, code: str) -> None:
    start = f"{label}/{scheme}:{code}"
    try:
        is_one = check_id(f"{scheme}:{code}").partition(":")[0] in NODES[label].schemes
    except (KeyError, ValueError):
        is_one = False
    if is_one:
        assert MemberOf(start=start, end=NETWORK).start == start
    else:
        with pytest.raises(ValidationError, match="is not an id|cannot be the id of|does not join"):
            MemberOf(start=start, end=NETWORK)


def test_a_spell_ends_after_it_begins() -> None:
    assert MemberOf(start=RIGA, end=NETWORK, since="2009-06", until="2009").until == "2009"
    with pytest.raises(ValidationError, match="until 2008 is before since 2009"):
        MemberOf(start=RIGA, end=NETWORK, since="2009", until="2008")


def test_a_post_tells_facts_apart() -> None:
    with pytest.raises(ValidationError):
        HoldsPost(start="Person/own:x", end=RIGA)  # type: ignore[call-arg]
    assert FactRecord(HoldsPost(start="Person/own:x", end=RIGA, post="mayor"), "s", "r").part == "mayor"
    assert FactRecord(MemberOf(start=RIGA, end=NETWORK, role="president"), "s", "r").part == ""


def test_the_model_has_what_the_brief_of_the_model_lists() -> None:
    assert set(NODES) == {
        *("City", "Region", "Country", "Organisation", "Person", "Project", "Programme", "Call", "Event", "Theme")
    }
    assert all(kind.type == type_ for type_, kind in FACTS.items())
    assert [type_ for type_, kind in FACTS.items() if kind.undirected] == ["TWINNED_WITH"]
    assert {type_: kind.part for type_, kind in FACTS.items() if kind.part} == {
        "HOLDS_POST": "post",
        "SUPPORTS": "role",
        "SEEKS": "request",
        "OFFERS": "request",
    }
    assert "birth" not in " ".join(field for kind in NODES.values() for field in kind.model_fields)


def test_an_organisation_may_be_of_any_kind() -> None:
    assert Organisation(name="x", kind="transport authority").kind == "transport authority"


def test_a_project_that_ends_before_it_begins_is_refused() -> None:
    with pytest.raises(ValidationError, match="end 2015 is before start 2018"):
        Project(name="LATE", start="2018", end="2015")


def test_a_request_that_is_open_has_no_day_on_which_it_was_closed() -> None:
    ends = {"start": "City/own:a", "end": "Theme/own:b", "request": "1"}
    assert Seeks(**ends, status="met").closed is None
    with pytest.raises(ValidationError, match="closed 2026, but its status is not one of met, withdrawn"):
        Seeks(**ends, closed="2026")


@pytest.mark.parametrize("kind", [*NODES.values(), *FACTS.values()])
def test_every_value_is_a_text_a_number_or_a_list_of_them(kind: type[Record]) -> None:
    text = json.dumps(kind.model_json_schema()["properties"])
    assert set(re.findall(r'"type": "(\w+)"', text)) <= {"string", "integer", "number", "array", "null"}
    assert "additionalProperties" not in text


@pytest.mark.parametrize(
    "record",
    [
        NodeRecord(
            City(name="Riga", names=("Rīga", "Rixa"), population=600_000, location=Point(24.1, 57)),
            ("own:riga",),
            "s",
            "1",
        ),
        FactRecord(MemberOf(start="City/own:riga", end="Organisation/own:net", commitments=("2030", "2050")), "s", "1"),
        FactRecord(ParticipatesIn(start="City/own:riga", end="Project/own:p", budget_eur=10), "s", "1"),
    ],
)
def test_values_are_those_of_pydantic(record: NodeRecord | FactRecord) -> None:
    made = record.node if isinstance(record, NodeRecord) else record.fact
    expected = made.model_dump(mode="json", exclude_none=True, exclude={"start", "end"})
    assert compact(record.values) == compact({name: value for name, value in expected.items() if value != []})
