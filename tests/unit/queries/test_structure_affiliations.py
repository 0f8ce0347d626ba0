"""From rows to the two-mode network: what is in, what is left out, and that their order does not matter; options and results."""

from __future__ import annotations

import random
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kg.cli.present import as_csv
from kg.errors import KgError
from kg.queries.results import Data, Partner
from kg.queries.structure import results
from kg.queries.structure.affiliations import Affiliations, Listed, Who, affiliate, check_not_empty
from kg.queries.structure.bridges import check_asked
from kg.queries.structure.cuts import extent_of
from kg.queries.structure.joint import Way, ways
from kg.queries.structure.results import Central, CentralParameters, CentralRow
from kg.queries.structure.selection import Selection, check_drawing, check_of, check_resolution, select

DAY = date(2026, 11, 22)
EVERYTHING = Selection(DAY, min_members=1)
WHO = {
    who.id: who
    for who in (
        Who("c:espoo", "City", "Espoo", "FI"),
        Who("c:old", "City", "Old", "FI", dissolved="2011-06"),
        Who("c:riga", "City", "Riga", "LV"),
        Who("c:turku", "City", "Turku", "FI"),
        Who("o:bus", "Organisation", "Bus", None),
        Who("o:hsl", "Organisation", "HSL", None),
        Who("o:tram", "Organisation", "Tram", None),
    )
}
SERVES = {"o:hsl": ["c:espoo"], "o:tram": ["c:espoo", "c:turku"]}
LISTED = [
    Listed(
        "n:emta", "EMTA", "network", organisations=["o:hsl"], undated_organisations=["o:bus", "o:tram"], sources=["a"]
    ),
    Listed("n:cities", "Cities", "network", places=["c:riga"], undated_places=["c:espoo", "c:old"], sources=["a", "b"]),
    Listed("p:now", "NOW", "project", undated_places=["c:riga", "c:turku"], undated_organisations=["o:hsl"]),
]


def named(found: Affiliations) -> set[tuple[str, str, str | None]]:
    return {
        (found.members[member].name, found.things[thing].name, found.through.get((member, thing)))
        for member, thing in found.links
    }


def test_places_have_what_their_bodies_are_in() -> None:
    found = affiliate(LISTED, WHO, SERVES, EVERYTHING)
    assert named(found) == {
        ("Riga", "Cities", None),
        ("Espoo", "Cities", None),
        ("Espoo", "EMTA", "o:hsl"),
        ("Turku", "EMTA", "o:tram"),
        ("Turku", "NOW", None),
        ("Riga", "NOW", None),
        ("Espoo", "NOW", "o:hsl"),
    }
    assert {rule: one.count for rule, one in found.left_out.items()} == {"dissolved": 1, "organisations": 1}
    assert found.left_out["dissolved"].partners[0].because == "Old, until 2011"
    # Four of places themselves; HSL in EMTA and NOW, Tram in EMTA; and two by which these serve Espoo and Turku.
    assert found.facts == 4 + 3 + 2
    assert found.undated == 2, (
        "Espoo in Cities and Tram in EMTA: a partnership in a project has no beginning of its own"
    )
    assert found.sources == {"a", "b"}


def test_all_members_stand_for_themselves() -> None:
    found = affiliate(LISTED, WHO, {}, Selection(DAY, members="all", min_members=1))
    assert {name for name, thing, body in named(found) if thing == "EMTA" and body is None} == {"Bus", "HSL", "Tram"}
    assert not found.through
    assert found.facts == len(found.links)


def test_what_is_too_small_or_too_large_is_left_out_and_said() -> None:
    found = affiliate(LISTED, WHO, SERVES, Selection(DAY, min_members=3))
    assert [thing.name for thing in found.things] == ["NOW"]
    assert found.left_out["small"].count == 2
    found = affiliate(LISTED, WHO, SERVES, Selection(DAY, max_members=2))
    assert [thing.name for thing in found.things] == ["Cities", "EMTA"]
    assert found.left_out["large"].partners[0].because == "NOW, 3 members"
    found = affiliate(LISTED, WHO, SERVES, Selection(DAY, countries=("LV",)))
    assert found.links == ()
    assert found.left_out["country"].count > 0
    assert found.left_out["alone"].count == 1


def test_members_are_counted_among_those_looked_at() -> None:
    found = affiliate(LISTED, WHO, SERVES, Selection(DAY, countries=("FI",), min_members=2, max_members=2))
    assert [thing.name for thing in found.things] == ["EMTA", "NOW"], "Cities has one Finnish member left"


def test_two_spells_are_one_link() -> None:
    twice = Listed("n:a", "A", "network", places=["c:riga"], undated_places=["c:riga", "c:espoo"])
    found = affiliate([twice], WHO, {}, EVERYTHING)
    assert (len(found.links), found.facts, found.undated) == (2, 2, 1)


@settings(deadline=None)
@given(st.randoms(use_true_random=False))
def test_the_order_of_rows_does_not_matter(dice: random.Random) -> None:
    def shuffled(ids: object) -> list[str]:
        copy = list(ids)  # type: ignore[call-overload]
        dice.shuffle(copy)
        return copy

    rows = [
        Listed(
            one.id,
            one.name,
            one.layer,
            shuffled(one.places),
            shuffled(one.undated_places),
            shuffled(one.organisations),
            shuffled(one.undated_organisations),
            shuffled(one.sources),
        )
        for one in dice.sample(LISTED, len(LISTED))
    ]
    who = dict(dice.sample(list(WHO.items()), len(WHO)))
    serves = {body: shuffled(places) for body, places in dice.sample(list(SERVES.items()), len(SERVES))}
    assert affiliate(rows, who, serves, EVERYTHING) == affiliate(LISTED, WHO, SERVES, EVERYTHING)


def test_nothing_to_look_at_says_what_was_left_out() -> None:
    empty = affiliate([], {}, {}, EVERYTHING)
    with pytest.raises(KgError, match="There are no cities and regions in networks and projects as of 2026-11-22"):
        check_not_empty(empty, EVERYTHING)
    asked = Selection(DAY, min_members=50)
    with pytest.raises(KgError, match="fewer than 50 such members: 3"):
        check_not_empty(affiliate(LISTED, WHO, SERVES, asked), asked)


# Options ------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"layer": "twins"}, "must be one of networks, projects, both, not 'twins'"),
        ({"members": None}, "must be one of places, all, not None"),
        ({"min_members": 0}, "whole number, 1 or more, not 0"),
        ({"min_members": True}, "not True"),
        ({"max_members": 2.5}, "not 2.5"),
        ({"min_members": 5, "max_members": 4}, "no network or project can be between"),
        ({"layer": "networks", "past": True}, "leaves all projects out"),
    ],
)
def test_options_that_make_no_sense(options: dict[str, object], message: str) -> None:
    with pytest.raises(KgError, match=message):
        select(DAY, **options)  # type: ignore[arg-type]


@pytest.mark.parametrize("given", [0, -1, float("nan"), float("inf"), "1", True, None])
def test_a_resolution_is_a_number_above_0(given: object) -> None:
    with pytest.raises(KgError, match="must be a number above 0"):
        check_resolution(given)
    assert check_resolution(2) == 2.0


def test_other_options() -> None:
    with pytest.raises(KgError, match="leaves all networks out"):
        check_of("networks", "projects")
    with pytest.raises(KgError, match="must be one of members"):
        check_of("cities", "both")
    with pytest.raises(KgError, match="pivots"):
        check_drawing(0, 7)
    with pytest.raises(KgError, match="seed"):
        check_drawing(None, -1)
    for networks in (["EMTA"], "EMTA", 3):
        with pytest.raises(KgError, match="two or more networks"):
            check_asked(networks, {})
    with pytest.raises(KgError, match=r"min_members \(--min-members\), seed \(--seed\): this shapes communities"):
        check_asked(["EMTA", "Polis"], {"seed": 7, "min_members": 3, "by": None})


# Who links given networks -------------------------------------------------------------------------------------------------


def test_a_membership_of_its_own_comes_before_one_by_a_body() -> None:
    found = ways(
        [["n:a", "c:riga", "k1"], ["n:b", "c:riga", "k2"], ["n:a", "c:alone", "k3"]],
        [["n:b", "c:riga", "o:bus", "k4", "s4"], ["n:a", "c:espoo", "o:tram", "k5", "s5"], ["n:a", "c:espoo", "o:hsl", "k6", "s6"],
         ["n:b", "c:espoo", "o:hsl", "k7", "s7"]],
    )  # fmt: skip
    assert found.keys() == {"c:riga", "c:espoo"}, "whoever is in one alone links nothing"
    assert found["c:riga"] == {"n:a": Way("", (("k1", "c:riga", "n:a"),)), "n:b": Way("", (("k2", "c:riga", "n:b"),))}  # type: ignore[arg-type]
    assert {way.body for way in found["c:espoo"].values()} == {"o:hsl"}


# Results ------------------------------------------------------------------------------------------------------------------


def test_a_result_shows_its_parameters_and_what_nearly_everybody_is_in() -> None:
    affiliations = affiliate(LISTED, WHO, SERVES, EVERYTHING)
    result = Central(
        parameters=CentralParameters.of_selection(
            EVERYTHING, of="members", measure="degree", starts=None, seed=7, top=10
        ),
        extent=extent_of(affiliations),
        left_out=affiliations.left_out,
        data=Data(sources=(), editions={}, as_of="2026-11-22", facts=9, facts_without_since=2),
        ranking=(
            CentralRow(
                node=Partner(id="c:riga", label="City", name="=1+1", country="LV"),
                value=0.000123456,
                links=2,
                others=2,
                sentence="A sentence.",
                evidence=("k1", "k2"),
            ),
        ),
        ranked=3,
    )
    text = str(result)
    assert "layer both; members places; min-members 1; past no; as-of 2026-11-22; top 10; of members;" in text
    assert "0.000123" in text
    assert "More than half are in NOW (3 members)" in text
    assert "--max-members 2 leaves it out" in text
    assert "Left out, no longer a municipality: 1 (Old, until 2011)." in text
    assert as_csv(result).splitlines()[1].startswith("1,c:riga,City,'=1+1,LV,degree,0.000123456,2,2,A sentence.,k1 k2")
    with pytest.raises(ValueError, match="frozen"):
        result.ranked = 4  # type: ignore[misc]


def test_numbers_are_shown_with_three_digits() -> None:
    import doctest

    assert doctest.testmod(results).attempted
    assert doctest.testmod(results).failed == 0
