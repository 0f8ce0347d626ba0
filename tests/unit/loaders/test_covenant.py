"""Signatories of the Covenant of Mayors: who they are, since when, and what is not to be made of the file."""

from __future__ import annotations

import csv
from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest

from kg.database.claims import claim_fact
from kg.database.loads import LoadHeader
from kg.errors import KgError
from kg.loaders.base import Outcome, Records, Rejected
from kg.loaders.covenant import COVENANT, Covenant
from kg.loaders.fates import outcome_of
from kg.loaders.starter import Starter
from kg.places.query import PlaceQuery, Resolution
from kg.places.resolve import Resolver
from kg.schema.provenance import derive
from kg.schema.records import FactRecord
from kg.schema.relationships import MemberOf

FIXTURE = Path(__file__).parents[2] / "data" / "covenant" / "signatories.csv"


class Unknowing(Resolver):
    """A resolver without a gazetteer, which keeps what it is asked."""

    def __init__(self) -> None:
        self.asked: dict[str, PlaceQuery] = {}

    def resolve(self, query: PlaceQuery) -> Resolution:
        self.asked[query.name] = query
        return Resolution("unknown", 0.0)

    def region_ids(self, name: str, country: str | None, level: str | None = None) -> tuple[str, ...]:
        return ()


def outcomes(path: Path = FIXTURE, resolver: Unknowing | None = None) -> dict[str, Outcome]:
    loader = Covenant([path], edition="2024-01", resolver=resolver or Unknowing())
    found: dict[str, Outcome] = {}
    for row in loader.extract():
        found[row.id] = outcome_of(loader, row)
    return found


@pytest.fixture(scope="module")
def read() -> dict[str, Outcome]:
    return outcomes()


def records(outcome: Outcome) -> Records:
    assert isinstance(outcome, Records), outcome
    return outcome


def facts(outcome: Outcome, type_: str) -> list[tuple[str, str, dict[str, object]]]:
    return [
        (record.fact.start.partition("/")[0], record.fact.end.partition("/")[0], record.values)
        for record in records(outcome).facts
        if record.fact.type == type_
    ]


def test_a_municipality_is_a_signatory_since_its_adhesion(read: dict[str, Outcome]) -> None:
    assert facts(read["101"], "MEMBER_OF") == [
        (
            "City",
            "Organisation",
            {
                "role": "signatory",
                "status": "published",
                "since": "2012-03-05",
                "commitments": ["2020", "2030", "adaptation"],
            },
        )
    ]


def test_what_it_declared_is_of_the_day_of_adhesion(read: dict[str, Outcome]) -> None:
    (city,) = (node for node in records(read["101"]).nodes if node.node.label == "City")
    assert city.row == "101"
    assert "gcom:DK9001" in city.ids
    assert city.values == {
        "name": "Alderhaven",
        "country": "DK",
        "population": 12500,
        "location": [9.42, 55.61],
        "resolution": "unknown",
        "as_of": "2012-03-05",
    }


def test_a_signatory_on_hold_stays_one_with_that_status(read: dict[str, Outcome]) -> None:
    ((_, _, values),) = facts(read["103"], "MEMBER_OF")
    assert values["status"] == "on hold"


def test_a_group_is_an_organisation_that_serves_its_municipalities(read: dict[str, Outcome]) -> None:
    assert facts(read["200"], "MEMBER_OF")[0][0] == "Organisation"
    assert facts(read["102"], "SERVES") == [("Organisation", "City", {})]
    (serves,) = (record.fact for record in records(read["102"]).facts if record.fact.type == "SERVES")
    (member,) = (record.fact for record in records(read["200"]).facts if record.fact.type == "MEMBER_OF")
    assert serves.start == member.start


def test_a_group_is_described_alike_by_its_own_row_and_by_its_members(read: dict[str, Outcome]) -> None:
    described = [
        (node.ids, node.values)
        for id_ in ("102", "200")
        for node in records(read[id_]).nodes
        if node.node.name == "Valle Finta"
    ]
    assert len(described) == 2
    assert described[0] == described[1]


def test_a_group_without_a_row_serves_and_is_no_signatory(read: dict[str, Outcome]) -> None:
    assert facts(read["103"], "SERVES") == [("Organisation", "City", {})]
    names = [node.node.name for node in records(read["103"]).nodes if node.row == "201"]
    assert names == ["Colline senza riga"]


def test_coordinator_and_supporter_support_a_municipality(read: dict[str, Outcome]) -> None:
    assert facts(read["101"], "SUPPORTS") == [
        ("Organisation", "City", {"role": "coordinator"}),
        ("Organisation", "City", {"role": "supporter"}),
    ]


def test_a_supporter_that_the_starter_has_is_that_very_organisation(read: dict[str, Outcome]) -> None:
    assert ("own:climate-alliance",) in [node.ids for node in records(read["101"]).nodes]


def test_a_mayor_held_the_post_on_the_day_of_adhesion_and_nothing_more_is_said(read: dict[str, Outcome]) -> None:
    assert facts(read["101"], "HOLDS_POST") == [
        ("Person", "City", {"post": "mayor at adhesion", "as_of": "2012-03-05"})
    ]
    (person,) = (node for node in records(read["101"]).nodes if node.node.label == "Person")
    assert person.values == {"name": "Ida Holm Brandt", "as_of": "2012-03-05"}


def test_mayors_of_one_name_are_two_persons(read: dict[str, Outcome]) -> None:
    persons = {
        node.ids for id_ in ("101", "102") for node in records(read[id_]).nodes if node.node.name == "Ida Holm Brandt"
    }
    assert len(persons) == 2


@pytest.mark.parametrize("id_", ["103", "200", "108", "115"])
def test_no_person_where_none_is_named_or_it_is_unclear_of_what(read: dict[str, Outcome], id_: str) -> None:
    assert not facts(read[id_], "HOLDS_POST")


def test_a_province_is_a_region_and_a_union_an_organisation(read: dict[str, Outcome]) -> None:
    assert facts(read["108"], "MEMBER_OF")[0][0] == "Region"
    assert facts(read["109"], "MEMBER_OF")[0][0] == "Organisation"
    assert not facts(read["108"], "SUPPORTS")


def test_coordinates_of_many_rows_or_in_whole_degrees_are_no_place() -> None:
    resolver = Unknowing()
    outcomes(resolver=resolver)
    assert [resolver.asked[name].location for name in ("Borgo Finto", "Erta", "Gradaz")] == [None, None, None]
    assert resolver.asked["Alderhaven"].location == (9.42, 55.61)


def test_a_municipality_beyond_the_list_of_countries_is_not_lost(read: dict[str, Outcome]) -> None:
    (city,) = (node for node in records(read["110"]).nodes if node.node.label == "City")
    assert city.values["country"] == "LB"
    assert not facts(read["110"], "LOCATED_IN")


def test_rows_that_cannot_be_read_are_rejected_with_the_column(read: dict[str, Outcome]) -> None:
    reasons = {id_: outcome.reason for id_, outcome in read.items() if isinstance(outcome, Rejected)}
    assert reasons.keys() == {"111", "112", "113", "114"}
    assert reasons["111"].startswith("date_of_adhesion: 'in spring'")
    assert reasons["112"] == "organisation_id or organisation_name is empty"
    assert reasons["113"] == "group_profile is 'perhaps', neither true nor false"
    assert reasons["114"].startswith("population_adhesion: 'many'")


def workbook(path: Path, dataset: str | None) -> Path:
    from openpyxl import Workbook

    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = "README"
    sheet.append(["Collection Title", "Global Covenant of Mayors"])
    if dataset:
        sheet.append(["Dataset", dataset])
    table = book.create_sheet("1")
    with FIXTURE.open(encoding="utf-8", newline="") as file:
        for cells in csv.reader(file):
            table.append([{"TRUE": True, "FALSE": False}.get(cell, cell) for cell in cells])
    book.save(path)
    return path


def test_the_workbook_says_its_release_and_reads_like_the_table(tmp_path: Path) -> None:
    path = workbook(tmp_path / "df1.xlsx", "GCoM - MyCovenant, 9th\xa0Release\xa0-\xa0march  2031")
    assert Covenant([path], resolver=Unknowing()).edition == "2031-03"
    assert outcomes(path) == outcomes()


@pytest.mark.parametrize("dataset", [None, "GCoM - MyCovenant"])
def test_without_a_release_the_edition_must_be_given(tmp_path: Path, dataset: str | None) -> None:
    path = workbook(tmp_path / "df1.xlsx", dataset)
    with pytest.raises(KgError, match="--edition"):
        _ = Covenant([path], resolver=Unknowing()).edition
    with pytest.raises(KgError, match="--edition"):
        _ = Covenant([FIXTURE], resolver=Unknowing()).edition


@pytest.mark.parametrize(
    ("dates", "expected"),
    [(("03/05/2012", "25/12/2012"), "2012-05-03"), (("03/05/2012", "12/25/2012"), "2012-03-05")],
)
def test_which_part_of_a_date_is_the_day_follows_from_the_whole_table(
    tmp_path: Path, dates: tuple[str, str], expected: str
) -> None:
    text = FIXTURE.read_text(encoding="utf-8").replace("2012-03-05", dates[0]).replace("2011-05-09", dates[1])
    path = tmp_path / "saved.csv"
    path.write_text(text, encoding="utf-8")
    ((_, _, values),) = facts(outcomes(path)["101"], "MEMBER_OF")
    assert values["since"] == expected


def test_another_table_is_refused_and_the_columns_named(tmp_path: Path) -> None:
    path = tmp_path / "other.csv"
    path.write_text("organisation_id,name\n1,Alderhaven\n", encoding="utf-8")
    with pytest.raises(KgError, match="organisation_name"):
        list(Covenant([path], edition="2024", resolver=Unknowing()).extract())


def test_the_starter_calls_this_source_the_same() -> None:
    assert COVENANT in Starter().sources


def test_the_real_release(shared_data: Path) -> None:
    path = shared_data / "covenant-of-mayors" / "df1_Signatories_2024.xlsx"
    assert Covenant([path], resolver=Unknowing()).edition == "2024-01"
    read = outcomes(path)
    assert len(read) == 11_973
    assert not [outcome for outcome in read.values() if not isinstance(outcome, Records)]
    statuses = Counter(values["status"] for outcome in read.values() for _, _, values in facts(outcome, "MEMBER_OF"))
    assert statuses == {"published": 9_720, "on hold": 2_253}
    signatories = Counter(start for outcome in read.values() for start, _, _ in facts(outcome, "MEMBER_OF"))
    assert signatories["City"] > 11_500


def test_who_signed_again_has_the_commitments_of_both_rows() -> None:
    header = LoadHeader("covenant", "2024-01", "0" * 12, "covenant 1")
    assertions = []
    for row, made in (("1", ("2020",)), ("2", ("2030", "adaptation"))):
        fact = MemberOf(start="City/gcom:BE1", end="Organisation/own:covenant-of-mayors", commitments=made)
        assertions.append(claim_fact(FactRecord(fact, COVENANT.id, row), header).assertion)
    assert derive(assertions, {COVENANT.id: "publisher"})["commitments"] == ["2020", "2030", "adaptation"]


@pytest.mark.parametrize(
    ("name", "country", "label", "shown"),
    [("Moerbeke 2030", "be", "City", "Moerbeke"), ("Ialoveni (Rayon)", "md", "Region", "Ialoveni (Rayon)")],
)
def test_names_that_say_more_than_the_municipality(name: str, country: str, label: str, shown: str) -> None:
    loader = Covenant([FIXTURE], edition="2024-01", resolver=Unknowing())
    first = next(iter(loader.extract()))
    outcome = records(
        loader.transform(replace(first, cells={**first.cells, "organisation_name": name, "country_code": country}))
    )
    assert [(node.node.label, node.node.name) for node in outcome.nodes if "gcom:DK9001" in node.ids] == [
        (label, shown)
    ]
