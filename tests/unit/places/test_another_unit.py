"""Units that bear the name of a place and are another one: districts, neighbours, the country around a town."""

from __future__ import annotations

import pytest

from kg.places.districts import numbered_district
from kg.places.gazetteer import SqliteGazetteer
from kg.places.query import PlaceQuery
from kg.places.resolve import Resolver
from kg.places.search import Search

from .conftest import PLACES

KAUNAS, BERA = (23.910, 54.902), (-1.681, 43.280)


def found(resolver: Resolver, query: PlaceQuery) -> tuple[str, str | None]:
    answer = resolver.resolve(query)
    return answer.status, answer.best.name if answer.best else None


@pytest.mark.parametrize(
    "name",
    [
        "Budapest XIII",
        "Budapest XIII. kerület",
        "13th district of Budapest",
        "Budapest Főváros XIII. kerület Angyalföld Önkormányzata",
        "BUDAPEST 13",
    ],
)
def test_numbered_district_is_its_own_place(resolver: Resolver, name: str) -> None:
    assert found(resolver, PlaceQuery(name, "HU")) == ("resolved", "Budapest XIII. kerület")


@pytest.mark.parametrize(
    ("name", "country"),
    [
        ("Budapest XII. kerület", "HU"),
        ("Budapest XVIII", "HU"),
        ("Praha 6", "CZ"),
        ("Městská část Praha 6", "CZ"),
        ("District of Budapest", "HU"),
    ],
)
def test_district_without_a_place_of_its_own_is_never_the_city(resolver: Resolver, name: str, country: str) -> None:
    assert resolver.resolve(PlaceQuery(name, country)).status == "review"


@pytest.mark.parametrize(("name", "country"), [("Lille Cedex 2", "FR"), ("Riga 5", "LV"), ("Budapest", "HU")])
def test_number_of_the_post_is_no_district(gazetteer: SqliteGazetteer, name: str, country: str) -> None:
    assert numbered_district(name, country, Search(gazetteer)) is None
    assert Resolver(gazetteer).resolve(PlaceQuery(name, country)).status == "resolved"


@pytest.mark.parametrize("name", ["Homburg-Vilbel", "Rottenburg-Frankfurt", "Rottenburg and Frankfurt Council"])
def test_county_is_not_one_of_the_places_for_which_it_is_named(resolver: Resolver, name: str) -> None:
    assert resolver.resolve(PlaceQuery(name, "DE")).status != "resolved"


@pytest.mark.parametrize("location", [None, (28.142, 47.636)])
@pytest.mark.parametrize("name", ["Sîngerei Noi", "Sîngerei Mic", "Nou Sîngerei"])
def test_word_more_is_another_place(resolver: Resolver, name: str, location: tuple[float, float] | None) -> None:
    assert resolver.resolve(PlaceQuery(name, "MD", location=location)).status != "resolved"


@pytest.mark.parametrize(
    ("query", "status"),
    [
        (PlaceQuery("Kaunas", "LT", location=KAUNAS, population=353_800), "resolved"),
        (PlaceQuery("Kaunas", "LT", location=KAUNAS, population=120_000), "resolved"),
        (PlaceQuery("Kaunas", "LT", location=KAUNAS, population=40_000), "review"),
        (PlaceQuery("Kaunas", "LT", population=86_600), "review"),
        (PlaceQuery("Kaunas District Municipality", "LT", location=KAUNAS, population=86_600), "review"),
        (PlaceQuery("Kaunas", "LT", population=400), "resolved"),
    ],
)
def test_much_smaller_unit_is_left_to_a_person(resolver: Resolver, query: PlaceQuery, status: str) -> None:
    assert resolver.resolve(query).status == status


@pytest.mark.parametrize(
    ("query", "status"),
    [
        (PlaceQuery("Bera", "ES", population=80_000), "resolved"),
        (PlaceQuery("Bera", "ES", population=300_000), "review"),
        (PlaceQuery("Bera", "ES", location=BERA, population=300_000), "resolved"),
        (PlaceQuery("Concello de Bera", "ES", population=80_000), "review"),
    ],
)
def test_larger_municipality_may_be_named_for_a_small_place(resolver: Resolver, query: PlaceQuery, status: str) -> None:
    assert resolver.resolve(query).status == status


def test_place_of_the_very_name_and_size_elsewhere_is_left_to_a_person(resolver: Resolver) -> None:
    answer = resolver.resolve(PlaceQuery("Vera", "ES", location=BERA, population=13_985))
    assert answer.status == "review"
    assert {one.name for one in answer.candidates} == {"Vera", "Bera"}
    assert found(resolver, PlaceQuery("Vera", "ES", location=BERA, population=3_800)) == ("resolved", "Bera")


def test_every_place_is_found_with_its_own_population(resolver: Resolver) -> None:
    for _, name, country, latitude, longitude, population, _ in PLACES:
        query = PlaceQuery(name, country, location=(longitude, latitude), population=population)
        assert resolver.resolve(query).status == "resolved", name
