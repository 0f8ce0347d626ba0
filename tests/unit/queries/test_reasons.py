"""Sentences and evidence of every feature, on small graphs in memory."""

from __future__ import annotations

import doctest
import math
from datetime import date

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kg.queries.evidence import FactDetail
from kg.queries.features import FEATURES
from kg.queries.kinds.kind import MOST_TERMS, Weights
from kg.queries.kinds.shapes import Shape
from kg.queries.ranking import Ranking
from kg.queries.reasons import words
from kg.queries.reasons.build import REASONS, links, terms
from kg.queries.reasons.pair import MOST_EVIDENCE
from kg.queries.results import Term
from kg.queries.snapshot.graph import Snapshot
from kg.queries.snapshot.tables import FactRow, NodeRow, Tables, in_order
from kg.queries.world import World

DAY = date(2026, 11, 22)


def weights_of(*features: str, worth: tuple[float, float] = (0.5, 1.0)) -> Weights:
    return Weights(terms={name: Shape(at=(0.0, 10.0), worth=worth) for name in features})


#: All features, in as many weights as a file may have terms.
ALL = [weights_of(*list(FEATURES)[start : start + MOST_TERMS]) for start in range(0, len(FEATURES), MOST_TERMS)]


def ranking(tables: Tables, subject: str, weights: Weights, as_of: date = DAY) -> Ranking:
    world = World.of(Snapshot.from_tables(tables, as_of))
    place = world.snapshot.position[subject]
    others = np.array([other for other in range(len(world.snapshot.places.ids)) if other != place], np.int64)
    from kg.queries.comparison import Pairs

    return Ranking.of(Pairs(world, place, others), weights)


def says(tables: Tables, subject: str, other: str, feature: str, as_of: date = DAY) -> Term:
    """Return the reason of one feature for a pair, whatever it is worth."""
    found = ranking(tables, subject, weights_of(feature), as_of)
    ids = found.pairs.snapshot.places.ids
    at = [ids[place] for place in found.pairs.others].index(other)
    (term,) = terms(found.reasons(at), {}, as_of)
    assert term.type == feature
    return term


def city(id_: str, name: str, country: str | None, population: int | None = 100_000, **values: object) -> NodeRow:
    return NodeRow(id_, "City", name, country, population, **values)  # type: ignore[arg-type]


NODES = [
    city("c:riga", "Riga", "LV", 600_000, longitude=24.1, latitude=56.9),
    city("c:jurmala", "Jūrmala", "LV", 50_000, longitude=23.8, latitude=56.95),
    city("c:espoo", "Espoo", "FI", 300_000, longitude=24.65, latitude=60.2),
    city("c:vantaa", "Vantaa", "FI", 240_000, longitude=25.0, latitude=60.3),
    city("c:pori", "Pori", "FI", 80_000),
    city("c:rostock", "Rostock", "DE", 210_000),
    city("c:aarhus", "Aarhus", "DK", 280_000),
    city("c:lone", "Lone", None, None),
    NodeRow("c:vidzeme", "Region", "Vidzeme", "LV", 200_000),
    *(NodeRow(f"n:{name}", "Organisation", name.upper()) for name in ("emta", "ubc", "who", "polis", "big")),
    *(NodeRow(f"o:{name}", "Organisation", name.title()) for name in ("bus", "tram", "hsl", "university")),
    NodeRow("p:then", "Project", "THEN", start="2015", end="2019"),
    NodeRow("p:before", "Project", "BEFORE", start="2010", end="2013"),
    NodeRow("p:now", "Project", "NOW", start="2025", end="2028"),
    NodeRow("p:later", "Project", "LATER", start="2027"),
    NodeRow("e:congress", "Event", "Congress", start="2025-11"),
    *(NodeRow(f"x:{name}", "Person", f"{name.title()} Doe") for name in ("ann", "ben", "cid", "dan")),
    *(NodeRow(f"t:{name}", "Theme", name.title()) for name in ("heat", "housing", "youth")),
    NodeRow("g:baltic", "Programme", "Central Baltic"),
]


def tables(*facts: tuple[str, str, str] | tuple[str, str, str, dict[str, str]]) -> Tables:
    rows = []
    for number, (type_, start, end, *values) in enumerate(facts):
        first, last = (end, start) if type_ == "TWINNED_WITH" and end < start else (start, end)
        rows.append(FactRow(type_, f"k{number}", first, last, **(values[0] if values else {})))
    return in_order(NODES, rows)


def twins(*pairs: tuple[str, str]) -> list[tuple[str, str, str]]:
    return [("TWINNED_WITH", f"c:{one}", f"c:{other}") for one, other in pairs]


def test_every_feature_has_a_label_and_a_sentence() -> None:
    assert REASONS.keys() == FEATURES.keys()
    labels = [label for label, _ in REASONS.values()]
    assert len(set(labels)) == len(labels)


def test_common_projects_with_the_year_of_the_last() -> None:
    both = [
        ("PARTICIPATES_IN", place, project) for place in ("c:riga", "c:espoo") for project in ("p:then", "p:before")
    ]
    term = says(tables(*both), "c:riga", "c:espoo", "shared_projects")
    assert term.sentence == "Two common projects, the last until 2019: THEN and BEFORE."
    assert set(term.evidence) == {"k0", "k1", "k2", "k3"}
    running = tables(*both, ("PARTICIPATES_IN", "c:riga", "p:now"), ("PARTICIPATES_IN", "c:espoo", "p:now"))
    assert (
        says(running, "c:riga", "c:espoo", "shared_projects").sentence == "Three common projects: NOW, THEN and BEFORE."
    )
    assert says(tables(*both), "c:riga", "c:pori", "shared_projects").sentence == "No project in common."


def test_a_project_of_an_organisation_with_its_seat_in_the_town_is_told_apart() -> None:
    term = says(
        tables(
            ("PARTICIPATES_IN", "c:riga", "p:then"),
            ("PARTICIPATES_IN", "o:university", "p:then"),
            ("BASED_IN", "o:university", "c:espoo"),
        ),
        "c:riga",
        "c:espoo",
        "shared_projects",
    )
    assert term.sentence == "One common project, until 2019, counting organisations that have their seat there: THEN."
    assert set(term.evidence) == {"k0", "k1", "k2"}


def test_networks_of_both_directly_and_through_bodies() -> None:
    served = tables(
        ("MEMBER_OF", "o:bus", "n:emta", {"as_of": "2019-06"}),
        ("SERVES", "o:bus", "c:riga"),
        ("MEMBER_OF", "o:hsl", "n:emta", {"as_of": "2026"}),
        ("SERVES", "o:hsl", "c:espoo"),
    )
    term = says(served, "c:riga", "c:espoo", "shared_networks")
    assert term.sentence == "Both are served by members of EMTA (Riga by Bus, Espoo by Hsl), as of 2019."
    assert set(term.evidence) == {"k0", "k1", "k2", "k3"}
    mixed = tables(
        ("MEMBER_OF", "c:riga", "n:ubc"),
        ("MEMBER_OF", "c:espoo", "n:ubc"),
        ("MEMBER_OF", "c:riga", "n:polis"),
        ("MEMBER_OF", "o:hsl", "n:polis"),
        ("SERVES", "o:hsl", "c:espoo"),
    )
    there, back = (
        says(mixed, *pair, "shared_networks").sentence for pair in (("c:riga", "c:espoo"), ("c:espoo", "c:riga"))
    )
    assert there == back == "Both are members of UBC; POLIS has Riga and Hsl, which serves Espoo."


def test_what_one_body_has_for_both_is_not_shared() -> None:
    served = tables(("MEMBER_OF", "o:bus", "n:emta"), ("SERVES", "o:bus", "c:riga"), ("SERVES", "o:bus", "c:espoo"))
    term = says(served, "c:riga", "c:espoo", "shared_networks")
    assert (term.sentence, term.evidence) == ("No network in common.", ("c:riga", "c:espoo"))


def test_shared_networks_against_chance() -> None:
    term = says(
        tables(
            ("MEMBER_OF", "c:riga", "n:ubc"),
            ("MEMBER_OF", "c:espoo", "n:ubc"),
            ("MEMBER_OF", "c:riga", "n:who"),
            ("MEMBER_OF", "c:espoo", "n:who"),
        ),
        "c:riga",
        "c:espoo",
        "shared_small_networks",
    )
    assert term.sentence == "Two shared small networks where two cities as active as these would share 1: UBC and WHO."
    assert (term.observed, term.expected) == (2.0, 1.0)


def test_countries_that_twin_more_or_less_often_than_by_chance() -> None:
    often = tables(*twins(("riga", "espoo"), ("riga", "vantaa"), ("jurmala", "pori"), ("rostock", "aarhus")))
    term = says(often, "c:riga", "c:pori", "twin_countries")
    assert term.sentence == (
        "Cities in Latvia and Finland twin 2.7 times as often as chance: three twinnings, where chance would give 1.1."
    )
    assert (term.observed, term.expected) == (3.0, 9 / 8)
    assert term.evidence == ("c:riga", "c:pori")
    seldom = says(often, "c:riga", "c:rostock", "twin_countries")
    assert seldom.sentence == "Cities in Latvia and Germany have no twinning, where chance would give 0.4."
    assert says(often, "c:riga", "c:jurmala", "twin_countries").sentence.startswith("Cities within Latvia have no")


def test_regions_that_twin_against_what_is_usual_for_their_countries() -> None:
    nodes = [
        city("c:1", "One", "LV", nuts="LV006"),
        city("c:2", "Two", "LV", nuts="LV007"),
        city("c:3", "Three", "FI", nuts="FI1B1"),
        city("c:4", "Four", "FI", nuts="FI1C1"),
        NodeRow("r:fi1b", "Region", "Helsinki-Uusimaa", "FI", nuts="FI1B"),
    ]
    known = in_order(nodes, [FactRow("TWINNED_WITH", "k0", "c:1", "c:3"), FactRow("TWINNED_WITH", "k1", "c:2", "c:4")])
    term = says(known, "c:2", "c:3", "twin_regions")
    assert term.sentence == (
        "The region LV00 and Helsinki-Uusimaa have one twinning, where 1 would be usual between their countries."
    )
    assert (term.observed, term.expected) == (1.0, 1.0)
    both = says(known, "c:2", "c:3", "twin_region_countries")
    assert both.sentence == (
        "The region LV00 has two twinnings with Finland, where 2 would be usual; Helsinki-Uusimaa has one twinning with Latvia, "
        "where 1 would be usual."
    )
    within = says(known, "c:1", "c:2", "twin_regions")
    assert within.sentence == "There is no twinning within the region LV00, where 0 would be usual in their country."


def test_twins_in_the_other_country_without_the_pair_itself() -> None:
    known = tables(*twins(("riga", "espoo"), ("riga", "vantaa"), ("riga", "pori"), ("jurmala", "espoo")))
    assert says(known, "c:riga", "c:espoo", "own_twins_there").sentence == (
        "Riga already has two other twin towns in Finland: Pori and Vantaa."
    )
    assert says(known, "c:riga", "c:espoo", "their_twins_here").sentence == (
        "Espoo already has one other twin town in Latvia: Jūrmala."
    )
    assert says(known, "c:riga", "c:rostock", "own_twins_there").sentence == "Riga has no twin town in Germany yet."


def test_shared_twins_and_twins_of_twins() -> None:
    known = tables(
        *twins(("riga", "rostock"), ("espoo", "rostock"), ("riga", "aarhus"), ("aarhus", "pori"), ("pori", "espoo"))
    )
    assert (
        says(known, "c:riga", "c:espoo", "shared_twins").sentence
        == "One common twin town of 3 that the two have: Rostock."
    )
    assert says(known, "c:riga", "c:espoo", "specific_twins").sentence == (
        "Both are twinned with Rostock, which has two twin towns in all."
    )
    paths = says(known, "c:riga", "c:espoo", "twin_paths")
    assert paths.sentence == "Twin towns of Riga are twinned with twin towns of Espoo: Aarhus with Pori."
    assert set(paths.evidence) == {"k2", "k3", "k4"}


def test_neighbours_that_twin() -> None:
    known = tables(*twins(("jurmala", "vantaa"), ("riga", "espoo")))
    term = says(known, "c:riga", "c:espoo", "near_twins_wide")
    assert term.sentence == "One twinning joins the surroundings of Riga and Espoo: Jūrmala with Vantaa."
    assert term.evidence == ("k0",)


def test_distance_and_sizes() -> None:
    known = tables()
    assert says(known, "c:riga", "c:espoo", "distance").sentence == "Riga and Espoo lie 368 km apart."
    assert says(known, "c:riga", "c:pori", "size").sentence == (
        "Riga is much larger than Pori: Riga has 600,000 inhabitants and Pori has 80,000."
    )
    assert says(known, "c:espoo", "c:vantaa", "size").sentence.startswith("Similar in size: ")
    assert says(known, "c:riga", "c:pori", "population").sentence == "Pori has 80,000 inhabitants."


def test_what_one_seeks_and_the_other_offers() -> None:
    wishes = tables(
        ("SEEKS", "c:riga", "t:housing"),
        ("OFFERS", "c:espoo", "t:housing"),
        ("SEEKS", "c:riga", "t:youth"),
        ("SEEKS", "c:espoo", "t:youth"),
        ("PARTICIPATES_IN", "c:espoo", "p:then"),
        ("ABOUT", "p:then", "t:youth"),
    )
    assert says(wishes, "c:riga", "c:espoo", "themes_matched").sentence == "Riga seeks and Espoo offers Housing."
    assert says(wishes, "c:espoo", "c:riga", "themes_matched").sentence == "Riga seeks and Espoo offers Housing."
    assert says(wishes, "c:riga", "c:espoo", "themes_shared").sentence == "Both seek Youth."
    assert says(wishes, "c:riga", "c:espoo", "themes_in_projects").sentence == (
        "Espoo took part in projects on what Riga seeks: Youth."
    )


def test_networks_in_which_one_alone_is() -> None:
    known = tables(
        ("MEMBER_OF", "c:espoo", "n:ubc"), ("MEMBER_OF", "c:vantaa", "n:ubc"), ("MEMBER_OF", "c:riga", "n:who")
    )
    term = says(known, "c:riga", "c:espoo", "network_affinity")
    assert term.sentence == (
        "Espoo is in one small network that Riga is not in; a place like Riga (its country, size and networks) would be expected in "
        f"{words.amount(term.expected or 0)} of them, most likely UBC."
    )
    assert term.expected == FEATURES["network_affinity"](ranking(known, "c:riga", weights_of("size")).pairs).max()
    assert term.evidence == ("k0",)
    assert says(known, "c:vantaa", "c:espoo", "network_affinity").sentence == (
        "Espoo is in no small network in which Vantaa is not."
    )


def test_partners_of_partners_and_programmes() -> None:
    known = tables(
        ("PARTICIPATES_IN", "c:riga", "p:then"),
        ("PARTICIPATES_IN", "c:pori", "p:then"),
        ("PARTICIPATES_IN", "c:pori", "p:now"),
        ("PARTICIPATES_IN", "c:espoo", "p:now"),
        ("FUNDED_BY", "p:then", "g:baltic"),
        ("FUNDED_BY", "p:now", "g:baltic"),
    )
    assert (
        says(known, "c:riga", "c:espoo", "project_paths").sentence
        == "Espoo took part in one project of partners of Riga: NOW."
    )
    assert "most in Central Baltic." in says(known, "c:riga", "c:espoo", "programme_share").sentence


def test_what_had_not_happened_by_a_date_is_not_said() -> None:
    known = tables(
        ("PARTICIPATES_IN", "c:riga", "p:now"),
        ("PARTICIPATES_IN", "c:espoo", "p:now"),
        ("TWINNED_WITH", "c:riga", "c:rostock", {"since": "2020"}),
        ("TWINNED_WITH", "c:espoo", "c:rostock"),
    )
    then = date(2019, 12, 31)
    assert says(known, "c:riga", "c:espoo", "shared_projects", then).sentence == "No project in common."
    assert says(known, "c:riga", "c:espoo", "shared_twins", then).sentence == "No twin town in common."
    assert says(known, "c:riga", "c:espoo", "shared_twins").sentence.startswith("One common twin town")


def test_two_of_one_name_are_told_apart() -> None:
    same = in_order([city("c:1", "San", "ES"), city("c:2", "San", "PH"), city("c:3", "San", "ES")], [])
    assert says(same, "c:1", "c:2", "twin_towns").sentence == "San (PH) has no twin town."
    assert says(same, "c:1", "c:3", "twin_towns").sentence == "San (c:3) has no twin town."


def test_a_fact_without_a_date_is_as_old_as_its_source() -> None:
    found = ranking(tables(*twins(("riga", "rostock"), ("espoo", "rostock"))), "c:riga", weights_of("shared_twins"))
    ids = found.pairs.snapshot.places.ids
    at = [ids[place] for place in found.pairs.others].index("c:espoo")
    reasons = found.reasons(at)
    details = {
        link.key: FactDetail(link.key, "TWINNED_WITH", link.one, link.other, None, None, "2017", None, ())
        for link in links(reasons)
    }
    (term,) = terms(reasons, details, DAY)
    assert term.sentence.endswith(": Rostock, as of 2017.")


def test_no_more_facts_are_named_than_can_be_read() -> None:
    many = [NodeRow(f"p:{number:03}", "Project", f"P {number}") for number in range(50)]
    facts = [FactRow("PARTICIPATES_IN", f"k{row.id}", "c:espoo", row.id) for row in many]
    term = says(in_order([*NODES, *many], facts), "c:riga", "c:espoo", "project_activity")
    assert term.sentence == "Espoo took part in 50 projects."
    assert len(term.evidence) == MOST_EVIDENCE


@pytest.mark.parametrize("features", [list(one.terms) for one in ALL])
def test_sentences_stay_true_when_worth_is_negative(features: list[str]) -> None:
    """The words come from the numbers, never from what they are worth."""
    known = tables(*twins(("riga", "rostock"), ("espoo", "rostock")), ("MEMBER_OF", "c:riga", "n:ubc"))
    good, bad = (ranking(known, "c:riga", weights_of(*features, worth=worth)) for worth in ((0.5, 1.0), (-0.5, -1.0)))
    for at in range(len(good.pairs.others)):
        for one, other in zip(
            sorted(terms(good.reasons(at), {}, DAY), key=lambda term: term.type),
            sorted(terms(bad.reasons(at), {}, DAY), key=lambda term: term.type),
            strict=True,
        ):
            assert (one.sentence, one.value) == (other.sentence, -other.value)


def test_people_in_common_and_where_they_hold_their_posts() -> None:
    posts = [("HOLDS_POST", "x:ann", place) for place in ("c:riga", "c:espoo")]
    term = says(tables(*posts), "c:riga", "c:espoo", "shared_people")
    assert term.sentence == "Ann Doe holds a post in Riga and in Espoo."
    assert set(term.evidence) == {"k0", "k1"}
    by_body = [("SERVES", "o:hsl", "c:espoo"), ("HOLDS_POST", "x:ben", "c:riga"), ("HOLDS_POST", "x:ben", "o:hsl")]
    assert (
        says(tables(*by_body), "c:riga", "c:espoo", "shared_people").sentence
        == "Ben Doe holds a post in Riga and at Hsl, which serves Espoo."
    )
    four = [
        ("HOLDS_POST", f"x:{name}", place) for name in ("ann", "ben", "cid", "dan") for place in ("c:riga", "c:espoo")
    ]
    assert says(tables(*four), "c:riga", "c:espoo", "shared_people").sentence.endswith(
        "Cid Doe holds a post in Riga and in Espoo; and one more."
    )


def test_who_has_left_a_post_is_nobody_in_common() -> None:
    posts = [("HOLDS_POST", "x:ann", "c:riga"), ("HOLDS_POST", "x:ann", "c:espoo", {"until": "2019"})]
    assert says(tables(*posts), "c:riga", "c:espoo", "shared_people").sentence == "Nobody holds a post in both."


# Random graphs -------------------------------------------------------------------------------------------------------------

PLACES = [f"c:{number}" for number in range(6)]
ENDS = {
    "MEMBER_OF": ([*PLACES, "o:a", "o:b"], ["n:a", "n:b"]),
    "SERVES": (["o:a", "o:b"], PLACES),
    "BASED_IN": (["o:a", "o:b"], PLACES),
    "PARTICIPATES_IN": ([*PLACES, "o:a", "o:b"], ["p:a", "p:b", "p:c"]),
    "TOOK_PART_IN": ([*PLACES, "o:a"], ["e:a"]),
    "HOLDS_POST": (["x:a", "x:b"], [*PLACES, "o:a", "o:b"]),
    "SEEKS": (PLACES, ["t:a", "t:b"]),
    "OFFERS": (PLACES, ["t:a", "t:b"]),
    "ABOUT": (["p:a", "p:b", "p:c"], ["t:a", "t:b"]),
    "FUNDED_BY": (["p:a", "p:b"], ["g:a"]),
    "TWINNED_WITH": (PLACES, PLACES),
}
DATES = st.sampled_from([None, None, "2019", "2030"])
FACT_ENDS = st.sampled_from(sorted(ENDS)).flatmap(
    lambda type_: st.tuples(st.just(type_), *(st.sampled_from(ends) for ends in ENDS[type_]), DATES, DATES)
)


@st.composite
def graphs(draw: st.DrawFn) -> Tables:
    nodes = [
        city(
            id_,
            draw(st.sampled_from(["A", "B", "C {x}"])),
            draw(st.sampled_from([None, "LV", "FI"])),
            draw(st.sampled_from([None, 500, 90_000])),
            longitude=draw(st.sampled_from([None, 24.0, 24.1, 25.0])),
            latitude=56.0,
        )
        for id_ in PLACES
    ]
    nodes += [NodeRow(f"{kind}:{name}", label, name) for kind, label in (("n", "Organisation"), ("o", "Organisation"), ("t", "Theme"), ("g", "Programme"), ("e", "Event")) for name in "ab"]  # fmt: skip
    nodes += [NodeRow(f"x:{name}", "Person", name) for name in "ab"]
    nodes += [NodeRow(f"p:{name}", "Project", name, start=draw(DATES), end=draw(DATES)) for name in "abc"]
    facts: dict[tuple[str, str, str], FactRow] = {}
    for type_, start, end, since, ended in draw(st.lists(FACT_ENDS, max_size=40)):
        if start != end:
            first, last = (end, start) if type_ == "TWINNED_WITH" and end < start else (start, end)
            facts[type_, first, last] = FactRow(type_, f"{type_} {first} {last}", first, last, since=since, ended=ended)
    return in_order([node if node.longitude else node._replace(latitude=None) for node in nodes], facts.values())


#: A feature is above 0 exactly when there are facts behind it.
FROM_FACTS = [
    "own_twins_there", "their_twins_here", "twin_towns", "shared_twins", "specific_twins", "twin_paths", "near_twins",
    "near_twins_wide", "near_twins_widest", "small_networks", "shared_networks", "shared_projects", "project_activity", "project_paths",
    "themes_matched", "themes_shared", "themes_in_projects", "shared_events", "shared_people",
]  # fmt: skip


@settings(max_examples=60, deadline=None)
@given(graphs(), st.sampled_from(PLACES), st.sampled_from(ALL))
def test_reasons_of_any_graph(known: Tables, subject: str, weights: Weights) -> None:
    found = ranking(known, subject, weights)
    keys, ids = {fact.key for fact in known.facts}, found.pairs.snapshot.places.ids
    numbers = {name: FEATURES[name](found.pairs) for name in weights.terms}
    for at, other in enumerate(found.pairs.others.tolist()):
        built = terms(found.reasons(at), {}, DAY)
        assert found.score(at) == math.fsum(term.value for term in built)
        assert [(term.value, term.type) for term in built] == [
            (term.value, term.type) for term in sorted(built, key=lambda term: (-term.value, term.type))
        ]
        for term in built:
            assert term.value != 0
            assert term.sentence.endswith(".")
            pair = (subject, ids[other])
            assert term.evidence == pair or set(term.evidence) <= keys
            if term.type in FROM_FACTS:
                assert (numbers[term.type][at] > 1e-9) == (term.evidence != pair), term
        unknown = {name for name in weights.terms if np.isnan(numbers[name][at])}
        assert {term.type for term in built} == set(weights.terms) - unknown


def test_the_examples_in_the_documentation() -> None:
    result = doctest.testmod(words)
    assert result.attempted
    assert result.failed == 0
