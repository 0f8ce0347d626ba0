"""Finding what a user typed, on the small graph."""

from __future__ import annotations

import pytest

from kg.database.connection import Connection
from kg.errors import KgError
from kg.queries.entities import PLACES, AmbiguousEntityError, UnknownEntityError, resolve

pytestmark = pytest.mark.integration

RIGA = "geonames:456172"


@pytest.mark.parametrize(
    "text",
    [
        "Riga",
        "Rīga",
        "  riga ",
        "RIGA",
        "Рига",
        "riga, lv",
        "Rīga,LV",
        "Riga, Latvia",
        "geonames:456172",
        "wikidata:Q1773",
        "City/geonames:456172",
        "geonames:999456172",  # the id that a merge retired
    ],
)
def test_one_city_by_many_names(graph: Connection, text: str) -> None:
    assert resolve(graph, text, PLACES).id == RIGA


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Koln", "geonames:2886242"),
        ("Cologne, DE", "geonames:2886242"),
        ("Cologne, Deutschland", "geonames:2886242"),
        ("cologne, it", "geonames:3178388"),
        ("emta", "own:emta"),
        ("European Metropolitan Transport Authorities", "own:emta"),
        ("SUN4Ukraine: Kyiv and Riga", "own:pair"),
        ("iso:LV", "iso:LV"),
        ("Firenze", "geonames:3176959"),
    ],
)
def test_anything_by_name_or_id(graph: Connection, text: str, found: str) -> None:
    assert resolve(graph, text).id == found


def test_a_village_with_the_name_of_a_large_city_is_ambiguous(graph: Connection) -> None:
    with pytest.raises(AmbiguousEntityError) as caught:
        resolve(graph, "Cologne", PLACES)
    message = str(caught.value)
    assert message.index("geonames:2886242  Köln, DE") < message.index("geonames:3178388  Cologne, IT")


def test_several_with_the_same_name_are_listed(graph: Connection) -> None:
    with pytest.raises(AmbiguousEntityError) as caught:
        resolve(graph, "san fernando, es", PLACES)
    assert "geonames:2511032" in str(caught.value)
    assert "geonames:2511033" in str(caught.value)


@pytest.mark.parametrize("text", ["Rgia", "Rigga", "Talin", "tallin", "Esppo", "Aahcen", "San Fernado", "Rigaa, lv"])
def test_an_unknown_name_suggests_the_nearest(graph: Connection, text: str) -> None:
    nearest = {"r": "Riga", "t": "Tallinn", "e": "Espoo", "a": "Aachen", "s": "San Fernando"}[text[0].lower()]
    with pytest.raises(UnknownEntityError) as caught:
        resolve(graph, text, PLACES)
    assert f"  {nearest}, " in str(caught.value).splitlines()[1]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "  ",
        "!?",
        "Xqzzy Wvvk",
        "geonames:1",
        "nuts:LV006",
        'riga" OR "espoo',
        "a:b",
        "*",
        "riga~0.1 tallinn",
        "AND",
    ],
)
def test_what_nothing_is_called(graph: Connection, text: str) -> None:
    with pytest.raises(UnknownEntityError):
        resolve(graph, text, PLACES)


def test_something_else_than_a_place(graph: Connection) -> None:
    for text in ("EUROCITIES", "own:eurocities"):
        with pytest.raises(
            UnknownEntityError, match=r"not a city or region: own:eurocities  EUROCITIES \(Organisation\)"
        ):
            resolve(graph, text, PLACES)


def test_a_place_where_an_organisation_was_asked_for(graph: Connection) -> None:
    with pytest.raises(
        UnknownEntityError, match=r"^Riga is a city, not a network, association .*: geonames:456172  Riga"
    ) as caught:
        resolve(graph, "Riga", ("Organisation",))
    assert "something in the graph" not in str(caught.value)


@pytest.mark.parametrize("text", ["riga, xx", "riga, Atlantis"])
def test_a_country_that_the_graph_does_not_know(graph: Connection, text: str) -> None:
    with pytest.raises(UnknownEntityError, match=r"is no country that the graph knows") as caught:
        resolve(graph, text, PLACES)
    assert "geonames:456172  Riga, LV" in str(caught.value)


def test_a_scheme_that_there_is_not(graph: Connection) -> None:
    with pytest.raises(UnknownEntityError, match=r"'foo' is no scheme of ids: there are geonames, wikidata"):
        resolve(graph, "foo:bar", PLACES)


def test_a_very_long_name_is_shown_short(graph: Connection) -> None:
    for text in ("x" * 5000, "geonames:" + "1" * 5000, "foo:" + "x" * 5000, "Riga, " + "x" * 5000):
        with pytest.raises(UnknownEntityError) as caught:
            resolve(graph, text, PLACES)
        assert len(str(caught.value)) < 400


def test_a_database_without_schema(database: Connection) -> None:
    database.run_schema("DROP INDEX entity_names IF EXISTS")
    with pytest.raises(KgError, match="kg load starter"):
        resolve(database, "Riga")
