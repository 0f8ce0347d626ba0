"""Names to places: what is joined, what is left to a person, and what must always hold."""

from __future__ import annotations

import math
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kg.places.gazetteer import SqliteGazetteer
from kg.places.judgements import COLUMNS, Judgement, Judgements
from kg.places.query import PlaceQuery, Resolution
from kg.places.resolve import THRESHOLD, Resolver, default_resolver

from .conftest import PLACES


def judged(answer: str, candidate: str) -> Judgements:
    return Judgements((Judgement(answer, "own:x", candidate, "", "", "", "", ""),))


def found(answer: Resolution) -> str | None:
    return answer.best.name if answer.best else None


@pytest.mark.parametrize(
    ("name", "country", "expected"),
    [
        ("Riga", "LV", "Riga"),
        ("RĪGA", "LV", "Riga"),
        ("Рига", "LV", "Riga"),
        ("Comune di Genova", "IT", "Genoa"),
        ("Bolzano/Bozen", "IT", "Bolzano"),
        ("BOLZANO - BOZEN", "IT", "Bolzano"),
        ("Stadt Frankfurt am Main", "DE", "Frankfurt am Main"),
        ("Stockholms stad", "SE", "Stockholm"),
        ("Älmhults", "SE", "Älmhult"),
        ("ΘΕΣΣΑΛΟΝΙΚΗ", "GR", "Thessaloníki"),
        ("Dimos Irakliou", "GR", "Irákleion"),
        ("Targovishte Municipality", "BG", "Targovishte"),
        ("LILLE CEDEX", "FR", "Lille"),
        ("St Etienne", "FR", "Saint-Étienne"),
        ("Barbastro Huesca", "ES", "Barbastro"),
        ("Montferrer i Castellbò", "ES", "Montferrer"),
        ("Dresden OT Pillnitz", "DE", "Dresden"),
        ("Rottenburg am Neckar", "DE", "Rottenburg"),
        ("Humenn", "SK", "Humenné"),
        ("San Sebasti", "ES", "San Sebastián"),
        ("Strasbroug", "FR", "Strasbourg"),
        ("Wörth", "DE", "Wörth am Rhein"),
        ("Muenchen", "DE", "Munich"),
        ("Münster", "DE", "Münster"),
    ],
)
def test_resolves(resolver: Resolver, name: str, country: str, expected: str) -> None:
    answer = resolver.resolve(PlaceQuery(name, country))
    assert found(answer) == expected
    assert answer.candidates[0].evidence


@pytest.mark.parametrize(
    ("name", "country"),
    [
        ("Provincia di Trieste", "IT"),
        ("Lille Métropole", "FR"),
        ("Communauté de communes de Lille", "FR"),
        ("Landkreis Rottenburg", "DE"),
        ("Union of Municipalities of Riga Region", "LV"),
    ],
)
def test_other_bodies_are_not_the_town_of_their_seat(resolver: Resolver, name: str, country: str) -> None:
    assert resolver.resolve(PlaceQuery(name, country)).status != "resolved"


def test_name_that_several_places_bear_is_left_to_a_person(resolver: Resolver) -> None:
    answer = resolver.resolve(PlaceQuery("Castro", "IT"))
    assert answer.status == "review"
    assert {one.id for one in answer.candidates} == {"geonames:9000001", "geonames:9000002"}
    assert answer.confidence < THRESHOLD


@pytest.mark.parametrize(
    "query",
    [
        PlaceQuery("Castro", "IT", location=(18.42, 40.01)),
        PlaceQuery("Castro (Trieste)", "IT", location=(18.42, 40.01)),
    ],
)
def test_location_decides(resolver: Resolver, query: PlaceQuery) -> None:
    best = resolver.resolve(query).best
    assert best is not None
    assert best.id == "geonames:9000002"


def test_city_is_meant_rather_than_a_quarter_of_another_city(resolver: Resolver) -> None:
    best = resolver.resolve(PlaceQuery("Salamanca", "ES")).best
    assert best is not None
    assert best.id == "geonames:3110044"


def test_place_that_is_said_to_be_elsewhere_is_left_to_a_person(resolver: Resolver) -> None:
    assert resolver.resolve(PlaceQuery("Riga", "LV", location=(24.1, 57.0))).status == "resolved"
    assert resolver.resolve(PlaceQuery("Riga", "LV", location=(2.1, 48.2))).status == "review"


def test_whole_degrees_say_nothing(resolver: Resolver) -> None:
    assert resolver.resolve(PlaceQuery("Riga", "LV", location=(2.0, 48.0))) == resolver.resolve(
        PlaceQuery("Riga", "LV")
    )


def test_like_name_needs_a_place_at_the_very_location(resolver: Resolver) -> None:
    assert resolver.resolve(PlaceQuery("Almhuld", "SE", location=(14.14, 56.55))).status == "resolved"
    assert resolver.resolve(PlaceQuery("Almhuld", "SE", location=(14.14, 56.65))).status == "review"


def test_country_is_heeded(resolver: Resolver) -> None:
    assert resolver.resolve(PlaceQuery("Riga", "EE")).status == "unknown"


def test_territory_counts_as_its_country(resolver: Resolver) -> None:
    answer = resolver.resolve(PlaceQuery("Saint-Denis", "FR"))
    assert answer.status == "review"
    assert {one.country for one in answer.candidates} == {"FR", "RE"}


@pytest.mark.parametrize(
    ("name", "status"), [("Reykjavik", "resolved"), ("London", "review"), ("Älmhult", "review"), ("Bozen", "review")]
)
def test_without_a_country_only_a_large_place_with_a_name_of_its_own(
    resolver: Resolver, name: str, status: str
) -> None:
    assert resolver.resolve(PlaceQuery(name, None)).status == status


@pytest.mark.parametrize("name", ["Reykjavi", "Strasbroug", "Stadt Frankfurt am Main", "Barbastro Huesca"])
def test_without_a_country_only_names_as_they_are_written_are_looked_up(resolver: Resolver, name: str) -> None:
    assert resolver.resolve(PlaceQuery(name, None)).status == "unknown"


def test_exact_id_needs_no_name(resolver: Resolver) -> None:
    answer = resolver.resolve(PlaceQuery("whatever", "LV", ids=("wikidata:Q1773", "geonames:456172")))
    assert (found(answer), answer.confidence) == ("Riga", 1.0)
    assert answer.candidates[0].evidence[0].kind == "id"


@pytest.mark.parametrize("id_", ["geonames:1", "wikidata:Q1773", "geonames:²"])
def test_id_that_is_not_held_leaves_the_name(resolver: Resolver, id_: str) -> None:
    answer = resolver.resolve(PlaceQuery("Riga", "LV", ids=(id_,)))
    assert found(answer) == "Riga"
    assert answer.candidates[0].evidence[0].kind == "name"


def test_other_names_of_the_query_are_tried(resolver: Resolver) -> None:
    assert found(resolver.resolve(PlaceQuery("Capital", "LV", names=("Riga",)))) == "Riga"


def test_no_removes_a_candidate(gazetteer: SqliteGazetteer) -> None:
    resolver = Resolver(gazetteer, judged("no", "geonames:9000001"))
    best = resolver.resolve(PlaceQuery("Castro", "IT", subject="own:x")).best
    assert best is not None
    assert best.id == "geonames:9000002"
    assert resolver.resolve(PlaceQuery("Castro", "IT", subject="own:y")).status == "review"


@pytest.mark.parametrize("candidate", ["geonames:9000001", "wikidata:Q42"])
def test_yes_decides(gazetteer: SqliteGazetteer, candidate: str) -> None:
    resolver = Resolver(gazetteer, judged("yes", candidate))
    answer = resolver.resolve(PlaceQuery("Castro", "IT", subject="own:x"))
    assert answer.best is not None
    assert answer.best.id == candidate
    assert [one.kind for one in answer.best.evidence] == ["judgement"]


def test_default_resolver_heeds_the_users_judgements(
    gazetteer: SqliteGazetteer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "judgements.csv"
    path.write_text(",".join(COLUMNS) + "\nyes,own:x,geonames:456172,,,,,,\n", encoding="utf-8")
    monkeypatch.setenv("KG_JUDGEMENTS", str(path))
    monkeypatch.setattr("kg.places.resolve.open_gazetteer", lambda: gazetteer)
    default_resolver.cache_clear()
    try:
        assert found(default_resolver().resolve(PlaceQuery("?", "LV", subject="own:x"))) == "Riga"
    finally:
        default_resolver.cache_clear()


NAMES = st.sampled_from([(place[1], place[2]) for place in PLACES])
WORDS = st.sampled_from(
    ["{}", "{} (x)", "Stadt {}", "Comune di {}", "{} kommun", "{}/Bozen", "{}, {}", "{} am Main", "{} Cedex"]
)


@given(NAMES, WORDS)
def test_case_does_not_matter(resolver: Resolver, place: tuple[str, str], pattern: str) -> None:
    name, country = pattern.format(*[place[0]] * 2), place[1]
    answers = {found(resolver.resolve(PlaceQuery(text, country))) for text in (name, name.upper(), name.lower())}
    assert len(answers - {None}) <= 1


@given(NAMES)
def test_own_name_is_found_or_left_to_a_person(resolver: Resolver, place: tuple[str, str]) -> None:
    answer = resolver.resolve(PlaceQuery(*place))
    assert answer.status in ("resolved", "review")
    assert any(one.name == place[0] for one in answer.candidates)


@given(st.sampled_from(PLACES), WORDS)
def test_true_location_never_loses_an_answer(
    resolver: Resolver, place: tuple[int, str, str, float, float, int, tuple[str, ...]], pattern: str
) -> None:
    name = pattern.format(*[place[1]] * 2)
    before = resolver.resolve(PlaceQuery(name, place[2])).best
    if before is not None:
        after = resolver.resolve(PlaceQuery(name, place[2], location=before.location)).best
        assert after is not None
        assert after.id == before.id


@given(
    st.text(max_size=50),
    st.sampled_from(["IT", "DE", "GR", "UA", None, "XX"]),
    st.none() | st.tuples(st.floats(-180, 180), st.floats(-90, 90)),
    st.none() | st.integers(0, 10**8),
)
def test_any_query_has_an_answer_that_is_sound(
    resolver: Resolver, name: str, country: str | None, location: tuple[float, float] | None, population: int | None
) -> None:
    answer = resolver.resolve(PlaceQuery(name, country, location=location, population=population, region=name))
    assert 0 <= answer.confidence <= 1
    assert (answer.status == "resolved") == (answer.best is not None)
    assert answer.status != "resolved" or answer.confidence >= THRESHOLD
    assert answer.status != "unknown" or not answer.candidates
    assert all(0 <= one.score <= answer.confidence + 1e-9 and math.isfinite(one.score) for one in answer.candidates)
    assert answer == resolver.resolve(PlaceQuery(name, country, location=location, population=population, region=name))


@pytest.mark.parametrize(
    ("name", "country", "level", "expected"),
    [
        (
            "Catalunya",
            "ES",
            "autonomous community",
            ("wikidata:Q5705", "own:catalonia", "own:region-es-region-catalunya"),
        ),
        ("Provincie Gelderland", "NL", None, ("wikidata:Q775", "own:gelderland", "own:region-nl-province-gelderland")),
        ("Gelderland", "NL", "county", ("own:region-nl-county-gelderland",)),
        ("Lubelskie", "PL", None, ("own:region-pl-lubelskie",)),
        ("Λακωνία", "GR", "region", ("own:region-gr-region-lakonia",)),
        ("Catalunya", None, None, ()),
        ("?", "ES", None, ()),
    ],
)
def test_region_ids(
    resolver: Resolver, name: str, country: str | None, level: str | None, expected: tuple[str, ...]
) -> None:
    assert resolver.region_ids(name, country, level) == expected


def test_two_tiers_of_one_name_are_two_regions(resolver: Resolver) -> None:
    province, region = (resolver.region_ids("Murcia", "ES", level) for level in ("province", "autonomous community"))
    assert not set(province) & set(region)


def test_two_sources_of_one_region_agree(resolver: Resolver) -> None:
    assert set(resolver.region_ids("Regione Liguria", "IT")) & set(resolver.region_ids("LIGURIA", "IT", "region"))
