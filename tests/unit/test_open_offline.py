"""A graph straight from files: what is asked of a database can be asked of it."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from kg.loaders.starter import Starter
from kg.offline import Offline, offline_of_loaders, open_offline, tables_of_loaders
from kg.queries.entities import AmbiguousEntityError, Entity, UnknownEntityError, country_code, resolve
from kg.queries.kinds.kind import weights
from kg.queries.names import NamesInMemory
from kg.queries.snapshot.graph import Snapshot
from kg.schema.nodes import City, Organisation, Point
from kg.schema.provenance import Source
from kg.schema.records import FactRecord, NodeRecord
from kg.schema.relationships import MemberOf, TwinnedWith

DATA = Path(__file__).parents[1] / "data"
DAY = date(2026, 11, 22)


@pytest.fixture(scope="module")
def offline() -> Offline:
    return open_offline([f"networks:{DATA / 'networks' / 'memberships.csv'}"], DAY)


def test_it_has_the_starter_the_cities_of_geonames_and_the_files(offline: Offline) -> None:
    assert {"geonames", "etmun"} <= offline.sources.keys()
    assert set(offline_of_loaders([Starter()], DAY).sources) < set(offline.sources)
    assert len(offline.tables.nodes) > 5_000


def test_its_tables_are_those_of_the_loaders() -> None:
    assert offline_of_loaders([Starter()], DAY).tables == tables_of_loaders([Starter()])


def test_its_engine_finds_whom_to_compare_a_place_with(offline: Offline) -> None:
    found = offline.engine.around(offline.resolve("Riga").id, weights("exchange"))
    places = found.world.snapshot.places
    assert places.rows[found.subject].name == "Riga"
    assert len(found.candidates) > 500
    assert found.world.snapshot.as_of == DAY


@pytest.mark.parametrize(
    "text",
    ["Riga", "rīga", "РИГА", "Riga, LV", "riga, latvia", "geonames:456172", "wikidata:Q1773", "City/wikidata:Q1773"],
)
def test_a_place_is_found_by_any_of_its_ids_and_names(offline: Offline, text: str) -> None:
    assert offline.resolve(text).id == "geonames:456172"


def test_other_things_are_found_by_the_same_index(offline: Offline) -> None:
    assert resolve(offline.names, "EUROCITIES").label == "Organisation"
    assert country_code(offline.names, "Lettland") is country_code(offline.names, "Nowhere") is None
    assert country_code(offline.names, "Latvia") == "LV"


def test_who_says_a_fact_and_of_when(offline: Offline) -> None:
    in_file = next(
        fact
        for fact in offline.tables.facts
        if fact.type == "MEMBER_OF" and "etmun" in offline.said([fact.key])[fact.key].sources
    )
    assert offline.said([in_file.key, "none"]).keys() == {in_file.key}
    every = offline.said(fact.key for fact in offline.tables.facts)
    assert len(every) == len(offline.tables.facts)
    assert {id_ for said in every.values() for id_ in said.sources} <= offline.sources.keys()
    dated = [said for said in every.values() if said.as_of]
    assert all(said.as_of == max(offline.editions.get(id_, "") for id_ in said.sources) for said in dated)


def test_a_misspelt_name_suggests_the_nearest(offline: Offline) -> None:
    with pytest.raises(UnknownEntityError) as raised:
        offline.resolve("Gothenborg")
    assert raised.value.suggestions[0].startswith("geonames:2711537  Gothenburg, SE")


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("", "is not a name"),
        ("geonames:1", "Nothing in the graph has the id"),
        ("Latvia", "is a country, not a city or region"),
        ("Riga, Nowhere", "is no country that the graph knows"),
        ("qqqqqqqq", "or anything like it"),
        ("foo:bar", "is no scheme of ids"),
    ],
)
def test_what_is_not_there_is_said_as_of_a_database(offline: Offline, text: str, word: str) -> None:
    with pytest.raises(UnknownEntityError, match=word):
        offline.resolve(text)


def test_several_of_one_name() -> None:
    nodes = [
        NodeRecord(City(name="Same", country=country), (f"own:{country.lower()}",), "s", country)
        for country in ("LV", "FI")
    ]
    snapshot = Snapshot.from_records(nodes, [], [_source()], DAY)
    assert snapshot.places.ids == ("own:fi", "own:lv")
    names = NamesInMemory(
        [Entity(row.id, row.label, row.name, row.country, None, None, ("same",)) for row in snapshot.places.rows], {}
    )
    with pytest.raises(AmbiguousEntityError, match="may be any of 2"):
        resolve(names, "same")
    assert resolve(names, "same, fi").id == "own:fi"


def _source() -> Source:
    return Source("s", "S", "S", "CC0", "", "publisher")


def test_a_snapshot_of_records_has_what_they_say() -> None:
    nodes = [
        NodeRecord(City(name="Riga", country="LV", location=Point(24.1, 56.95)), ("geonames:456172",), "s", "riga"),
        NodeRecord(City(name="Turku", country="FI"), ("own:turku",), "s", "turku"),
        NodeRecord(City(name="Riga", population=600_000), ("geonames:456172", "wikidata:Q1773"), "s", "again"),
        NodeRecord(Organisation(name="Network"), ("own:n",), "s", "n"),
    ]
    facts = [
        FactRecord(TwinnedWith(start="City/own:turku", end="City/wikidata:Q1773"), "s", "1"),
        FactRecord(MemberOf(start="City/wikidata:Q1773", end="Organisation/own:n", until="2010"), "s", "2"),
        FactRecord(MemberOf(start="City/own:turku", end="Organisation/own:n"), "s", "3"),
    ]
    snapshot = Snapshot.from_records(nodes, facts, [_source()], DAY)
    assert snapshot.places.ids == ("geonames:456172", "own:turku")
    assert snapshot.places.population[0] == 600_000
    assert snapshot.twins.row(0).tolist() == [1]
    assert snapshot.networks.holders.row(0).tolist() == [1]
    earlier = Snapshot.from_records(nodes, facts, [_source()], date(2009, 1, 1))
    assert earlier.networks.holders.row(0).tolist() == [0, 1]
