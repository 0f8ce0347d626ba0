"""CORDIS: which rows of the two tables become which projects, participants and facts, and what never gets in."""

from __future__ import annotations

import csv
import io
import zipfile
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kg.errors import KgError
from kg.loaders.base import Outcome, Records, Rejected, Row, Skipped
from kg.loaders.cordis import Cordis
from kg.loaders.cordis_files import amount
from kg.places.query import Candidate, PlaceQuery, Resolution

DATA = Path(__file__).parents[2] / "data" / "cordis"
TABLES = ("project.csv", "organization.csv")


class Places:
    """Knows Genoa, and remembers what it was asked."""

    def __init__(self) -> None:
        self.asked: list[PlaceQuery] = []

    def resolve(self, query: PlaceQuery) -> Resolution:
        self.asked.append(query)
        if query.name != "Genova":
            return Resolution("unknown", 0.0)
        return Resolution(
            "resolved", 1.0, (Candidate("geonames:3176219", "Genoa", "IT", (8.94, 44.4), 580_097, 1.0, ()),)
        )

    def region_ids(self, name: str, country: str | None, level: str | None = None) -> tuple[str, ...]:
        return ("nuts:ITC33",) if name == "Genova" else ()


def packed(path: Path, tables: dict[str, bytes] | None = None) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in (tables or {name: (DATA / name).read_bytes() for name in TABLES}).items():
            archive.writestr(name, content)
    return path


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    return packed(tmp_path / "cordis-h2020projects-csv.zip")


def cordis(path: Path, **options: Any) -> Cordis:
    (loader,) = Cordis.for_files([path], resolver=Places(), **options)
    return loader


def outcomes(loader: Cordis) -> list[tuple[Row, Outcome]]:
    read = []
    for row in loader.extract():
        try:
            read.append((row, loader.transform(row)))
        except ValueError as error:
            read.append((row, Rejected(str(error))))
    return read


def facts(loader: Cordis, type_: str) -> set[tuple[str, str]]:
    return {
        (record.fact.start, record.fact.end)
        for _, outcome in outcomes(loader)
        if isinstance(outcome, Records)
        for record in outcome.facts
        if record.fact.type == type_
    }


def nodes(loader: Cordis) -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = {}
    for _, outcome in outcomes(loader):
        for record in outcome.nodes if isinstance(outcome, Records) else ():
            values = record.values
            for id_ in record.ids:
                known = found.setdefault(f"{record.node.label}/{id_}", values)
                assert known == values, f"{id_} has two descriptions"
    return found


def participation(loader: Cordis, start: str, project: str) -> dict[str, Any]:
    (values,) = (
        record.values
        for _, outcome in outcomes(loader)
        if isinstance(outcome, Records)
        for record in outcome.facts
        if (record.fact.start, record.fact.end) == (start, f"Project/cordis:{project}")
    )
    return dict(values)


def test_a_project_has_its_dates_and_its_budget(archive: Path) -> None:
    assert nodes(cordis(archive))["Project/cordis:900000001"] == {
        "name": "GREENSQUARE",
        "title": "Shade and water for the squares of middle-sized cities",
        "acronym": "GREENSQUARE",
        "kind": "project",
        "start": "2016-09-01",
        "end": "2020-02-29",
        "budget_eur": 2499999.75,
    }


def test_a_project_without_an_acronym_is_called_by_its_title(archive: Path) -> None:
    assert nodes(cordis(archive))["Project/cordis:900000003"]["name"] == "A project that never found an acronym"


def test_a_total_of_nothing_is_no_budget(archive: Path) -> None:
    assert "budget_eur" not in nodes(cordis(archive))["Project/cordis:900000002"]


def test_a_programme_that_the_starter_has_is_the_same_node(archive: Path) -> None:
    assert facts(cordis(archive), "FUNDED_BY") == {
        (f"Project/cordis:90000000{number}", "Programme/own:horizon-2020") for number in (1, 2, 3)
    }


def test_a_call_is_the_round_else_what_it_belongs_to(archive: Path) -> None:
    assert facts(cordis(archive), "PART_OF") == {
        (f"Call/own:{call}", "Programme/own:horizon-2020")
        for call in ("h2020-sc5-2016-twostage", "h2020-mg-2016-twostages", "h2020-smeinst-2018")
    }


def test_an_organisation_is_as_its_newest_row_says(archive: Path) -> None:
    assert nodes(cordis(archive))["Organisation/pic:800000002"] == {
        "name": "PANEPISTIMIO PERISTASEON",
        "acronym": "PP",
        "kind": "higher education",
        "country": "GR",
    }


def test_an_organisation_is_based_in_its_town(archive: Path) -> None:
    loader = cordis(archive)
    towns = nodes(loader)
    based = {start: towns[end]["name"] for start, end in facts(loader, "BASED_IN")}
    assert based == {
        "Organisation/pic:800000002": "Athina",
        "Organisation/pic:800000003": "Leeds",
        "Organisation/pic:800000005": "Cambridge Ma",
        "Organisation/pic:800000007": "København",
    }


def test_a_municipality_is_a_city_by_its_own_id_and_the_one_found(archive: Path) -> None:
    found = nodes(cordis(archive))
    assert found["City/pic:800000001"] is found["City/geonames:3176219"]
    assert found["City/pic:800000001"]["name"] == "Genova"


def test_a_town_hall_is_looked_up_with_where_it_stands(archive: Path) -> None:
    places = Places()
    (loader,) = Cordis.for_files([archive], resolver=places)
    outcomes(loader)
    (asked,) = (query for query in places.asked if query.subject == "pic:800000001")
    assert (asked.name, asked.country, asked.location, asked.region) == ("Genova", "IT", (8.932, 44.411), "ITC33")


def test_a_province_is_a_region_and_not_the_town_of_its_seat(archive: Path) -> None:
    found = nodes(cordis(archive))
    assert found["Region/pic:800000004"] is found["Region/nuts:ITC33"]
    assert "City/pic:800000004" not in found


def test_another_public_body_stays_an_organisation(archive: Path) -> None:
    assert nodes(cordis(archive))["Organisation/pic:800000007"]["kind"] == "public body"


def test_a_participant_has_its_role_and_its_share(archive: Path) -> None:
    assert participation(cordis(archive), "City/pic:800000001", "900000001") == {
        "role": "coordinator",
        "budget_eur": 284812.5,
    }


def test_who_left_before_the_end_is_a_former_participant(archive: Path) -> None:
    assert participation(cordis(archive), "Organisation/pic:800000003", "900000001") == {"role": "former participant"}


def test_an_organisation_no_longer_active_has_still_taken_part(archive: Path) -> None:
    assert participation(cordis(archive), "Region/pic:800000004", "900000001") == {
        "role": "associated partner",
        "budget_eur": 0,
    }


def test_an_organisation_from_beyond_the_list_of_countries_is_based_in_a_town_of_its_country(archive: Path) -> None:
    loader = cordis(archive)
    found = nodes(loader)
    assert found["Organisation/pic:800000005"]["country"] == "US"
    ((_, town),) = (pair for pair in facts(loader, "BASED_IN") if pair[0] == "Organisation/pic:800000005")
    assert found[town]["country"] == "US"
    assert not [pair for pair in facts(loader, "LOCATED_IN") if pair[0] == town]


def test_an_organisation_that_the_starter_has_is_the_same_node(tmp_path: Path) -> None:
    tables = {
        name: (DATA / name).read_bytes().replace(b"INSTITUTE OF RAILS", b"EUROCITIES ASBL").replace(b'"US"', b'"BE"')
        for name in TABLES
    }
    found = nodes(cordis(packed(tmp_path / "eurocities.zip", tables)))
    assert found["Organisation/pic:800000005"] is found["Organisation/own:eurocities"]


def test_a_natural_person_is_left_out(archive: Path) -> None:
    loader = cordis(archive)
    assert [row.id for row, outcome in outcomes(loader) if outcome == Skipped("a natural person")] == [
        "900000002:800000006:participant"
    ]
    assert "Organisation/pic:800000006" not in nodes(loader)


@pytest.mark.parametrize("name", ["DOE Mary Jane", "ŁĄCKA-O'NEIL Zoë", "VAN DER BERG Jan-Pieter"])
def test_a_name_in_the_manner_of_the_register_without_an_address_is_a_person(name: str, tmp_path: Path) -> None:
    tables = {table: (DATA / table).read_bytes().replace(b"DOE Mary Jane", name.encode()) for table in TABLES}
    assert "Organisation/pic:800000006" not in nodes(cordis(packed(tmp_path / "person.zip", tables)))


@pytest.mark.parametrize("name", ["BIG DATA GMBH", "Green Energy", "AIRBUS", "4D Print", "NEW SPACE 42 Labs"])
def test_another_name_is_an_organisation_though_its_address_is_missing(name: str, tmp_path: Path) -> None:
    tables = {table: (DATA / table).read_bytes().replace(b"DOE Mary Jane", name.encode()) for table in TABLES}
    assert "Organisation/pic:800000006" in nodes(cordis(packed(tmp_path / "firm.zip", tables)))


def test_two_rows_of_one_role_are_two_rows_of_one_fact(archive: Path) -> None:
    rows = {
        record.row: record.values["budget_eur"]
        for _, outcome in outcomes(cordis(archive))
        if isinstance(outcome, Records)
        for record in outcome.facts
        if record.fact.start == "Organisation/pic:800000007" and record.fact.type == "PARTICIPATES_IN"
    }
    assert rows == {"900000002:800000007:thirdParty:4": 10, "900000002:800000007:thirdParty:5": 20}


def test_a_row_that_cannot_be_read_says_why(archive: Path) -> None:
    reasons = {row.id: outcome.reason for row, outcome in outcomes(cordis(archive)) if isinstance(outcome, Rejected)}
    assert reasons.keys() == {
        "900000004",
        "900000004:800000001:coordinator",
        "900000003:800000003:coordinator",
        "999999999:800000003:participant",
    }
    assert "end 2018-10-31 is before start 2019-05-01" in reasons["900000004"]
    assert "project 900000004 is not in project.csv" in reasons["900000004:800000001:coordinator"]
    assert reasons["900000003:800000003:coordinator"] == "'xxxxx' is not an amount in euro"


def test_every_reference_of_a_row_that_is_read_is_described_in_such_a_row(archive: Path) -> None:
    loader = cordis(archive)
    described = nodes(loader)
    for type_ in ("PARTICIPATES_IN", "BASED_IN", "FUNDED_BY", "PART_OF", "LOCATED_IN"):
        assert {end for pair in facts(loader, type_) for end in pair} <= described.keys()


def test_what_is_private_goes_no_further_than_the_file(archive: Path) -> None:
    text = repr([(row, outcome) for row, outcome in outcomes(cordis(archive)) if "DOE" not in str(row.cells)])
    assert not [
        word for word in ("forms.example", "IT0000", "EL0000", "VIA DEL", "16124", "HIGH STREET") if word in text
    ]


def test_only_the_types_asked_for_and_their_projects(archive: Path) -> None:
    loader = cordis(archive, activity=("PUB",))
    skipped = Counter(outcome.rule for _, outcome in outcomes(loader) if isinstance(outcome, Skipped))
    assert skipped == {
        "project without a participant of the types asked for (--activity PUB)": 1,
        "not of the types asked for (--activity PUB)": 6,
    }
    assert {start for start, _ in facts(loader, "PARTICIPATES_IN")} == {
        "City/pic:800000001",
        "Region/pic:800000004",
        "Organisation/pic:800000007",
    }


def test_a_type_that_there_is_not_is_refused(archive: Path) -> None:
    with pytest.raises(KgError, match="--activity NGO: give one of HES, REC, PRC, PUB, OTH"):
        cordis(archive, activity=("NGO",))


def test_the_scope_is_the_programme_and_the_types_asked_for(archive: Path) -> None:
    assert cordis(archive).scope == "cordis?programme=H2020"
    assert cordis(archive, activity=("PUB", "HES")).scope == "cordis?programme=H2020&activity=HES,PUB"


def test_the_edition_is_the_newest_date_in_the_tables(archive: Path) -> None:
    assert cordis(archive).edition == "2021-03-09"
    assert cordis(archive, edition="2021-04").edition == "2021-04"


def test_without_dates_the_edition_must_be_given(tmp_path: Path) -> None:
    tables = {name: (DATA / name).read_bytes().replace(b"contentUpdateDate", b"somethingElse") for name in TABLES}
    loader = cordis(packed(tmp_path / "old.zip", tables))
    with pytest.raises(KgError, match="give --edition DATE"):
        loader.edition  # noqa: B018


def test_the_order_of_rows_and_columns_makes_no_difference(archive: Path, tmp_path: Path) -> None:
    tables = {}
    for name in TABLES:
        header, *lines = csv.reader((DATA / name).read_text(encoding="utf-8").splitlines(), delimiter=";")
        turned = io.StringIO()
        csv.writer(turned, delimiter=";").writerows(line[::-1] for line in (header, *reversed(lines)))
        tables[name] = turned.getvalue().encode("utf-8-sig")
    other = cordis(packed(tmp_path / "other.zip", tables))
    assert nodes(other) == nodes(cordis(archive))
    for type_ in ("PARTICIPATES_IN", "BASED_IN", "FUNDED_BY", "PART_OF", "LOCATED_IN"):
        assert facts(other, type_) == facts(cordis(archive), type_)


@pytest.mark.parametrize("given", [[DATA], [DATA / "organization.csv", DATA / "project.csv"]])
def test_the_two_tables_unpacked_are_one_load(given: Sequence[Path], archive: Path) -> None:
    (loader,) = Cordis.for_files(given, resolver=Places())
    assert facts(loader, "PARTICIPATES_IN") == facts(cordis(archive), "PARTICIPATES_IN")


def test_each_zip_is_a_load(tmp_path: Path) -> None:
    assert len(Cordis.for_files([packed(tmp_path / "a.zip"), packed(tmp_path / "b.zip"), DATA])) == 3


def test_one_table_alone_is_refused() -> None:
    with pytest.raises(KgError, match="project.csv: this is no data set of CORDIS"):
        Cordis.for_files([DATA / "project.csv"])


def test_a_zip_of_something_else_is_refused_with_what_is_in_it(tmp_path: Path) -> None:
    other = packed(tmp_path / "cities500.zip", {"cities500.txt": b"1\tRiga\n"})
    with pytest.raises(KgError, match="has no member project.csv.*cities500.txt"):
        list(cordis(other).extract())


def test_a_missing_column_is_named(tmp_path: Path) -> None:
    tables = {name: (DATA / name).read_bytes().replace(b"organisationID", b"pic") for name in TABLES}
    with pytest.raises(KgError, match="organization.csv has no column organisationID"):
        list(cordis(packed(tmp_path / "renamed.zip", tables)).extract())


def test_a_file_without_any_programme_is_refused(tmp_path: Path) -> None:
    tables = {name: (DATA / name).read_bytes().replace(b'"H2020"', b'""') for name in TABLES}
    with pytest.raises(KgError, match="of which framework programme"):
        cordis(packed(tmp_path / "none.zip", tables)).scope  # noqa: B018


@given(st.integers(0, 10**12), st.integers(0, 99), st.sampled_from(".,"))
def test_amounts_are_read_with_a_point_or_a_comma(whole: int, cents: int, mark: str) -> None:
    assert amount(f"{whole}{mark}{cents:02}") == pytest.approx(whole + cents / 100)
