"""Choosing among nodes of the same name, without a database."""

from __future__ import annotations

from kg.queries.entities import LARGER, Entity, choose, nearest


def city(name: str, population: int | None = None, *more: str, **values: str) -> Entity:
    names = tuple(one.casefold() for one in (name, *more))
    return Entity(f"own:{name}-{population}", "City", name, "XX", population, search_names=names, **values)


def test_the_shown_name_comes_before_an_alternate_one() -> None:
    riga, other = city("Riga", 600_000), city("Rigaud", 7_000, "Riga")
    assert choose([other, riga], "riga") == [riga]


def test_a_far_larger_place_may_be_meant_by_its_alternate_name() -> None:
    village, large = city("Cologne", 7_000), city("Köln", 7_000 * LARGER + 1, "Cologne")
    assert choose([village, large], "cologne") == [large, village]
    assert choose([village, city("Köln", 7_000 * LARGER, "Cologne")], "cologne") == [village]


def test_an_acronym_is_a_shown_name() -> None:
    network = Entity("own:emta", "Organisation", "Transport Authorities", None, None, acronym="EMTA")
    assert choose([city("Emtaville", 5, "EMTA"), network], "emta") == [network]


def test_several_of_the_same_name_are_all_returned_the_largest_first() -> None:
    small, large = city("San Fernando", 40_000), city("San Fernando", 95_000)
    assert choose([small, large], "san fernando") == [large, small]


def test_a_dissolved_municipality_gives_way() -> None:
    old, new = city("Altstadt", 20_000, dissolved="2011"), city("Altstadt", 10_000)
    assert choose([old, new], "altstadt") == [new]
    assert choose([old], "altstadt") == [old]


def test_the_nearest_spelling_then_the_larger_place() -> None:
    riga, rigaud, small = city("Riga", 600_000), city("Rigaud", 7_000), city("Riga", 10)
    assert nearest("rgia", [rigaud, small, riga])[:2] == [riga, small]
    assert nearest("zzz", [riga]) == []


def test_a_very_short_name_suggests_only_what_is_very_near() -> None:
    assert nearest("日本", [city("本", 9_000)]) == []
    assert nearest("ul", [city("Ulm", 120_000)]) != []


def test_a_city_that_lies_somewhere_comes_before_one_of_which_only_the_name_is_known() -> None:
    unplaced = Entity("wikidata:Q1", "City", "San Miniato", None, None)
    assert choose([unplaced, city("San Miniato", 27_000)], "san miniato") == [city("San Miniato", 27_000)]
    assert choose([unplaced], "san miniato") == [unplaced]
