"""Spellings that meet under one key, and the names that a source's writing may hold."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kg.places.countries import countries
from kg.places.keys import place_key
from kg.places.transliterate import to_latin
from kg.places.variants import is_of_another_body, joined, nominatives, variants

COUNTRIES = st.sampled_from([*countries(), None])


@pytest.mark.parametrize(
    ("one", "other", "country"),
    [
        ("Saint-Étienne", "St. Etienne", "FR"),
        ("Sankt Pölten", "St. Poelten", "AT"),
        ("Sint-Niklaas", "St Niklaas", "BE"),
        ("München", "Muenchen", "DE"),
        ("Århus", "Aarhus", "DK"),
        ("L'Aquila", "Aquila", "IT"),
        ("Χανιά", "Hania", "GR"),
        ("Αγία Βαρβάρα", "Aghia Varvara", "GR"),
        ("Чернігів", "Chernihiv", "UA"),
        ("Търговище", "Targovishte", "BG"),
        ("Ниш", "Niš", "RS"),
        ("Atzeneta", "Azeneta", "ES"),
        ("Pojana", "Poiana", "IT"),
    ],
)
def test_spellings_meet(one: str, other: str, country: str) -> None:
    assert place_key(one, country) == place_key(other, country)


@pytest.mark.parametrize(
    ("one", "other", "country"), [("Halle", "Hall", "AT"), ("Linz", "Lienz", "AT"), ("Brno", "Berno", "CZ")]
)
def test_different_names_do_not(one: str, other: str, country: str) -> None:
    assert place_key(one, country) != place_key(other, country)


@given(st.text(max_size=40), COUNTRIES)
def test_key_heeds_neither_case_nor_repetition(text: str, country: str | None) -> None:
    assert place_key(text.casefold(), country) == place_key(text.casefold().casefold(), country)
    assert place_key(f"  {text} ", country) == place_key(text, country)


@pytest.mark.parametrize(
    ("text", "country", "latin"),
    [
        ("Ηράκλειο", "GR", "irakleio"),
        ("Εύβοια", "GR", "evvoia"),
        ("Μπάνια", "GR", "bania"),
        ("Згорани", "UA", "zghorany"),
        ("Ялта", "UA", "yalta"),
        ("София", "BG", "sofia"),
        ("Љубљана", "RS", "ljubljana"),
        ("თბილისი", "GE", "tbilisi"),
        ("Rīga", "LV", "Rīga"),
    ],
)
def test_transliteration(text: str, country: str, latin: str) -> None:
    assert to_latin(text, country) == latin


@pytest.mark.parametrize(
    ("name", "country", "expected"),
    [
        ("Comune di Genova", "IT", "Genova"),
        ("Stockholms stad", "SE", "Stockholm"),
        ("Bolzano/Bozen", "IT", "Bozen"),
        ("Halle (Saale)", "DE", "Halle"),
        ("Menton Cedex 2", "FR", "Menton"),
        ("Dublin 4", "IE", "Dublin"),
        ("København K", "DK", "København"),
        ("RA Emmen", "NL", "Emmen"),
        ("Las Palmas, Islas Canarias", "ES", "Las Palmas"),
        ("Gloucester UK", "GB", "Gloucester"),
        ("Landau/Isar", "DE", "Landau"),
        ("Boulogne s/ Mer", "FR", "Boulogne sur Mer"),
        ("Neumarkt i.d.OPf.", "DE", "Neumarkt"),
        ("Nizhyn Amalgamated Community", "UA", "nizhyn"),
    ],
)
def test_name_is_among_the_variants(name: str, country: str, expected: str) -> None:
    assert expected.casefold() in [variant.text.casefold() for variant in variants(name, country)]


def test_what_stands_after_a_german_slash_is_a_river() -> None:
    texts = [variant.text for variant in variants("Stein/Enns", "AT")]
    assert "Stein" in texts
    assert "Enns" not in texts


@given(st.text(max_size=60), COUNTRIES)
def test_name_as_written_comes_first_and_nothing_twice(name: str, country: str | None) -> None:
    found = variants(name, country)
    assert len({variant.text for variant in found}) == len(found)
    assert all(0 < variant.weight <= 1 for variant in found)
    assert not found or found[0].weight == max(variant.weight for variant in found)


@pytest.mark.parametrize(
    ("name", "country", "expected"),
    [
        ("Province of Chieti", "IT", True),
        ("Unione dei Comuni Savena", "IT", True),
        ("Nantes Métropole", "FR", True),
        ("Genova", "IT", False),
        ("Kirchen (Sieg)", "DE", False),
        ("Comune di Genova", "IT", False),
    ],
)
def test_bodies_that_are_no_municipality(name: str, country: str, expected: bool) -> None:
    assert is_of_another_body(name, country) is expected


@pytest.mark.parametrize(
    ("name", "country", "expected"),
    [
        ("Älmhults", "SE", "almhult"),
        ("Šilutės", "LT", "silute"),
        ("Palaiou Falirou", "GR", "palaio faliro"),
        ("Liepājas", "LV", "liepaja"),
    ],
)
def test_nominatives(name: str, country: str, expected: str) -> None:
    assert expected in list(nominatives(name, country))


def test_joined_names() -> None:
    assert joined("Montferrer i Castellbò") == ("Montferrer", "Castellbò")
    assert joined("Riga") == ()


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("a" * 2_001, False),
        ("Mülheim a. d. Ruhr " + "a. d. R " * 240, False),
        ("Bezirksverband " + "a. d. R " * 300, True),
    ],
)
def test_what_is_longer_than_a_name_or_becomes_so_is_judged_by_its_beginning(name: str, expected: bool) -> None:
    assert len(variants(name, "DE")[0].text) > 2_000
    assert is_of_another_body(name, "DE") is expected
