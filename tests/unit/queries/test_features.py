"""Features: worked numbers on a graph of a few towns, and what must hold on any."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from itertools import count

import numpy as np
import pytest

from kg.queries.comparison import Pairs
from kg.queries.features import FEATURES
from kg.queries.snapshot.aggregates import Aggregates
from kg.queries.snapshot.graph import THROUGH_A_BODY, Snapshot
from kg.queries.snapshot.tables import FactRow, NodeRow, in_order
from kg.queries.world import World

DAY = date(2026, 11, 25)
_KEYS = count()


def town(
    id_: str, country: str = "LV", population: int | None = 10_000, at: tuple[float, float] | None = None
) -> NodeRow:
    longitude, latitude = at or (None, None)
    return NodeRow(id_, "City", id_.title(), country, population, longitude, latitude)


def thing(id_: str, label: str = "Organisation", **values: str) -> NodeRow:
    return NodeRow(id_, label, id_, **values)


def fact(type_: str, start: str, end: str, **values: str) -> FactRow:
    return FactRow(type_, f"k{next(_KEYS)}", start, end, **values)


def twins(one: str, other: str, **values: str) -> FactRow:
    return fact("TWINNED_WITH", min(one, other), max(one, other), **values)


def world(nodes: list[NodeRow], facts: list[FactRow]) -> World:
    return World.of(Snapshot.from_tables(in_order(nodes, facts), DAY))


def value(feature: str, graph: World, one: str, other: str) -> float:
    position = graph.snapshot.position
    found = FEATURES[feature](Pairs(graph, position[one], np.array([position[other]])))
    assert found.shape == (1,)
    return float(found[0])


TOWNS = [town(name, country) for name, country in (("a", "LV"), ("b", "FI"), ("c", "FI"), ("d", "SE"), ("e", "SE"))]


def test_shared_twins_are_a_part_of_all_twins_of_the_two() -> None:
    graph = world(TOWNS, [twins("a", "d"), twins("b", "d"), twins("a", "e")])
    assert value("shared_twins", graph, "a", "b") == 0.5


def test_a_common_twin_with_many_twins_says_less() -> None:
    few = world(TOWNS, [twins("a", "d"), twins("b", "d")])
    many = world(TOWNS, [twins("a", "d"), twins("b", "d"), twins("c", "d"), twins("e", "d")])
    assert value("specific_twins", few, "a", "b") == 0.5
    assert value("specific_twins", many, "a", "b") == 0.25


def test_a_path_of_three_twinnings_counts_less_the_more_twins_are_on_the_way() -> None:
    graph = world(TOWNS, [twins("a", "d"), twins("d", "c"), twins("c", "e")])
    assert value("twin_paths", graph, "a", "e") == pytest.approx(1 / np.sqrt(2 * 2))


@pytest.mark.parametrize(
    "feature", ["twin_paths", "shared_twins", "specific_twins", "own_twins_there", "their_twins_here", "twin_towns"]
)
def test_the_tie_between_the_two_is_set_aside(feature: str) -> None:
    others = [twins("a", "d"), twins("d", "c"), twins("c", "b"), twins("a", "e"), twins("e", "b")]
    # Only what hangs on the tie itself may differ, and nothing here does: degrees of the two are those without it.
    apart, tied = world(TOWNS, others), world(TOWNS, [*others, twins("a", "b")])
    assert value(feature, tied, "a", "b") == pytest.approx(value(feature, apart, "a", "b"))


def test_own_twins_in_the_other_country_are_counted() -> None:
    graph = world(TOWNS, [twins("a", "c"), twins("a", "d")])
    assert value("own_twins_there", graph, "a", "b") == 1.0
    assert value("their_twins_here", graph, "b", "a") == 1.0
    assert value("their_twins_here", graph, "b", "c") == 0.0


def test_a_twinning_that_ended_is_none() -> None:
    assert value("twin_towns", world(TOWNS, [twins("a", "b", until="2019")]), "c", "a") == 0.0


def test_a_twinning_to_come_is_none() -> None:
    assert value("twin_towns", world(TOWNS, [twins("a", "b", since="2027")]), "c", "a") == 0.0


def test_countries_that_twin_as_often_as_all_do_so_one_times_as_often() -> None:
    assert value("twin_countries", world(TOWNS, []), "a", "b") == 1.0


def test_countries_that_twin_with_each_other_only_do_so_more_often_than_by_chance() -> None:
    graph = world(TOWNS, [twins("a", "b"), twins("a", "c"), twins("d", "e")])
    assert value("twin_countries", graph, "a", "b") > 1.0
    assert value("twin_countries", graph, "a", "d") < 1.0


def test_distance_is_along_the_earth() -> None:
    graph = world([town("a", at=(24.0, 56.0)), town("b", "EE", at=(24.0, 57.0))], [])
    assert value("distance", graph, "a", "b") == pytest.approx(111.195, abs=0.01)


def test_distance_and_size_are_unknown_where_one_of_the_two_is() -> None:
    graph = world([town("a", at=(24.0, 56.0)), town("b", population=None)], [])
    assert np.isnan(value("distance", graph, "a", "b"))
    assert np.isnan(value("size", graph, "a", "b"))


def test_twinnings_of_neighbours_count_by_how_near_they_are() -> None:
    nodes = [
        town("a", "LV", at=(24.0, 56.9)), town("near-a", "LV", at=(24.05, 56.9)),
        town("b", "FI", at=(24.9, 60.2)), town("near-b", "FI", at=(24.95, 60.2)), town("far-b", "FI", at=(25.3, 60.2)),
    ]  # fmt: skip
    near = value("near_twins_wide", world(nodes, [twins("near-a", "near-b")]), "a", "b")
    far = value("near_twins_wide", world(nodes, [twins("near-a", "far-b")]), "a", "b")
    assert 0 < far < near < 1


MEMBERS = [town(f"m{at}", "SE") for at in range(6)]


def test_networks_shared_through_a_serving_body_count_less() -> None:
    body, network = thing("body"), thing("net")
    direct = [fact("MEMBER_OF", "a", "net"), fact("MEMBER_OF", "b", "net")]
    served = [fact("MEMBER_OF", "a", "net"), fact("MEMBER_OF", "body", "net"), fact("SERVES", "body", "b")]
    nodes = [*TOWNS, body, network]
    assert value("shared_networks", world(nodes, served), "a", "b") == pytest.approx(
        THROUGH_A_BODY * value("shared_networks", world(nodes, direct), "a", "b")
    )


def test_what_two_places_have_through_one_and_the_same_body_is_not_shared() -> None:
    facts = [fact("MEMBER_OF", "body", "net"), fact("SERVES", "body", "a"), fact("SERVES", "body", "b")]
    assert value("shared_networks", world([*TOWNS, thing("body"), thing("net")], facts), "a", "b") == 0.0


def test_more_shared_small_networks_than_by_chance_are_more_than_one_times_as_many() -> None:
    nets = [thing(f"n{at}") for at in range(6)]
    facts = [fact("MEMBER_OF", place, f"n{at}") for place in ("a", "b") for at in range(2)]
    facts += [fact("MEMBER_OF", member.id, f"n{2 + at % 4}") for at, member in enumerate(MEMBERS)]
    graph = world([*TOWNS, *MEMBERS, *nets], facts)
    assert value("shared_small_networks", graph, "a", "b") > 1.0
    assert value("shared_small_networks", graph, "a", "c") == 1.0


def test_a_network_of_cities_like_the_own_is_a_likely_one() -> None:
    nets = [thing("of-latvia"), thing("of-sweden")]
    latvians = [town(f"l{at}", "LV") for at in range(4)]
    facts = [fact("MEMBER_OF", place.id, "of-latvia") for place in latvians]
    facts += [fact("MEMBER_OF", "b", "of-latvia"), fact("MEMBER_OF", "c", "of-sweden")]
    facts += [fact("MEMBER_OF", member.id, "of-sweden") for member in MEMBERS]
    graph = world([*TOWNS, *MEMBERS, *latvians, *nets], facts)
    assert value("network_affinity", graph, "a", "b") > value("network_affinity", graph, "a", "c") > 0


def test_an_organisation_counts_as_the_town_of_its_seat_in_projects() -> None:
    nodes = [*TOWNS, thing("agency"), NodeRow("p", "Project", "P")]
    facts = [
        fact("PARTICIPATES_IN", "a", "p"), fact("PARTICIPATES_IN", "agency", "p"), fact("BASED_IN", "agency", "b"),
    ]  # fmt: skip
    assert value("shared_projects", world(nodes, facts), "a", "b") == 1.0


def test_a_project_to_come_is_not_seen() -> None:
    nodes = [*TOWNS, NodeRow("p", "Project", "P", start="2027")]
    facts = [fact("PARTICIPATES_IN", place, "p") for place in ("a", "b")]
    assert value("shared_projects", world(nodes, facts), "a", "b") == 0.0


def test_what_one_seeks_and_the_other_offers_is_matched_both_ways() -> None:
    nodes = [*TOWNS, thing("mobility", "Theme")]
    graph = world(nodes, [fact("SEEKS", "a", "mobility"), fact("OFFERS", "b", "mobility")])
    assert value("themes_matched", graph, "a", "b") == value("themes_matched", graph, "b", "a") > 0
    assert value("themes_shared", graph, "a", "b") == 0.0


def test_a_request_that_was_closed_is_none() -> None:
    nodes = [*TOWNS, thing("mobility", "Theme")]
    closed = fact("SEEKS", "a", "mobility", status="met", closed="2026-01-01")
    assert value("themes_matched", world(nodes, [closed, fact("OFFERS", "b", "mobility")]), "a", "b") == 0.0


def test_partners_of_partners_are_found_in_projects() -> None:
    nodes = [*TOWNS, NodeRow("p", "Project", "P"), NodeRow("q", "Project", "Q")]
    facts = [
        fact("PARTICIPATES_IN", place, project) for place, project in (("a", "p"), ("c", "p"), ("c", "q"), ("b", "q"))
    ]
    graph = world(nodes, facts)
    assert value("project_paths", graph, "a", "b") == pytest.approx(0.5 / np.sqrt(2) / 2)
    assert value("project_paths", graph, "a", "d") == 0.0


def test_regions_funded_by_one_programme_have_it_in_common() -> None:
    regions = [thing("nuts:LV006", "Region", nuts="LV006"), thing("nuts:FI1B1", "Region", nuts="FI1B1")]
    projects = [NodeRow("p", "Project", "P"), NodeRow("q", "Project", "Q")]
    nodes = [*TOWNS, *regions, *projects, thing("programme", "Programme")]
    facts = [
        fact("LOCATED_IN", "a", "nuts:LV006"), fact("LOCATED_IN", "b", "nuts:FI1B1"), fact("PARTICIPATES_IN", "a", "p"),
        fact("PARTICIPATES_IN", "b", "q"), fact("FUNDED_BY", "p", "programme"), fact("FUNDED_BY", "q", "programme"),
    ]  # fmt: skip
    graph = world(nodes, facts)
    assert value("programme_share", graph, "a", "b") == 1.0
    assert value("programme_share", graph, "a", "d") == 0.0


def random_world(seed: int) -> World:
    chance = np.random.default_rng(seed)
    nodes: list[NodeRow] = []
    for at in range(30):
        place = (float(chance.uniform(20, 30)), float(chance.uniform(54, 62))) if at % 7 else None
        nodes.append(
            town(
                f"t{at:02}", ("LV", "FI", "SE")[at % 3], int(chance.integers(1_000, 900_000)) if at % 5 else None, place
            )
        )
    nodes += [thing(f"n{at}") for at in range(5)] + [NodeRow(f"p{at}", "Project", f"P{at}") for at in range(6)]
    nodes += [thing(f"h{at}", "Theme") for at in range(3)] + [NodeRow(f"e{at}", "Event", f"E{at}") for at in range(2)]
    facts = []
    for type_, kind, number, many in (
        ("MEMBER_OF", "n", 5, 40), ("PARTICIPATES_IN", "p", 6, 30), ("SEEKS", "h", 3, 8), ("OFFERS", "h", 3, 8), ("TOOK_PART_IN", "e", 2, 9),
    ):  # fmt: skip
        cells = {(int(chance.integers(30)), int(chance.integers(number))) for _ in range(many)}
        facts += [fact(type_, f"t{place:02}", f"{kind}{end}") for place, end in sorted(cells)]
    nodes += [thing(f"x{at}", "Person") for at in range(3)]
    cells = {(int(chance.integers(30)), int(chance.integers(3))) for _ in range(12)}
    facts += [fact("HOLDS_POST", f"x{person}", f"t{place:02}") for place, person in sorted(cells)]
    ties = {tuple(sorted(chance.choice(30, 2, replace=False).tolist())) for _ in range(40)}
    facts += [twins(f"t{one:02}", f"t{other:02}") for one, other in sorted(ties)]
    return world(nodes, facts)


WORLDS = [random_world(seed) for seed in range(3)]


@pytest.mark.parametrize("feature", FEATURES)
def test_a_feature_is_the_same_whoever_else_is_compared(feature: str) -> None:
    for graph in WORLDS:
        everyone = np.arange(1, 30)
        together = FEATURES[feature](Pairs(graph, 0, everyone))
        alone = [FEATURES[feature](Pairs(graph, 0, np.array([other])))[0] for other in everyone]
        assert np.array_equal(together, np.array(alone), equal_nan=True)


@pytest.mark.parametrize("feature", FEATURES)
def test_a_feature_has_a_number_or_is_unknown_for_everybody(feature: str) -> None:
    for graph in WORLDS:
        for subject in range(0, 30, 7):
            others = np.delete(np.arange(30), subject)
            found = FEATURES[feature](Pairs(graph, subject, others))
            assert found.shape == (29,)
            assert found.dtype == np.float64
            assert not np.isinf(found).any()
            assert (found[~np.isnan(found)] >= 0).all()


@pytest.mark.parametrize("feature", FEATURES)
def test_a_feature_of_nobody_is_empty(feature: str) -> None:
    assert FEATURES[feature](Pairs(WORLDS[0], 0, np.zeros(0, np.int64))).shape == (0,)


@pytest.mark.parametrize("feature", FEATURES)
def test_a_feature_of_a_graph_without_facts_is_defined(feature: str) -> None:
    assert len(FEATURES[feature](Pairs(world(TOWNS, []), 0, np.array([1, 2])))) == 2


def test_counts_over_the_graph_survive_being_stored() -> None:
    for graph in WORLDS:
        stored = World(graph.snapshot, Aggregates.from_json(graph.aggregates.as_json()))
        for name, feature in FEATURES.items():
            others = np.arange(1, 30)
            one, other = feature(Pairs(graph, 0, others)), feature(Pairs(stored, 0, others))
            assert np.array_equal(one, other, equal_nan=True), name


SYMMETRIC = [
    "distance", "size", "twin_countries", "twin_regions", "twin_region_countries", "shared_twins", "specific_twins", "twin_paths",
    "network_countries", "shared_small_networks", "shared_networks", "shared_projects", "project_countries", "project_regions",
    "programme_share", "themes_matched", "themes_shared", "themes_in_projects", "shared_events", "shared_people",
]  # fmt: skip


@pytest.mark.parametrize("feature", SYMMETRIC)
def test_what_two_places_have_in_common_is_the_same_from_both_sides(feature: str) -> None:
    function: Callable[[Pairs], np.ndarray] = FEATURES[feature]
    for graph in WORLDS:
        for one, other in ((0, 1), (3, 17), (5, 29)):
            there = function(Pairs(graph, one, np.array([other])))[0]
            back = function(Pairs(graph, other, np.array([one])))[0]
            assert there == pytest.approx(back, nan_ok=True)
