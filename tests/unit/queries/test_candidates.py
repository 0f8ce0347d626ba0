"""Whom a place is compared with: each way in by itself, and that a part of the graph says which parts it needs."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

import numpy as np
import pytest

from kg.queries import candidates as ways
from kg.queries import standing
from kg.queries.kinds.kind import Weights
from kg.queries.kinds.shapes import Shape
from kg.queries.recall import recall
from kg.queries.snapshot.graph import Snapshot
from kg.queries.snapshot.layers import Indices
from kg.queries.snapshot.tables import FactRow, NodeRow, in_order
from kg.queries.world import World

DAY = date(2026, 5, 1)


def city(
    name: str, country: str | None = "FI", population: int | None = None, spot: tuple[float, float] | None = None
) -> NodeRow:
    return NodeRow(name, "City", name, country, population, *(spot or (None, None)))


def thing(name: str, label: str = "Organisation") -> NodeRow:
    return NodeRow(name, label, name)


def facts(type_: str, *ends: tuple[str, str]) -> list[FactRow]:
    return [FactRow(type_, f"{type_}-{start}-{end}", start, end) for start, end in ends]


def members(network: str, names: Iterable[str]) -> list[FactRow]:
    return facts("MEMBER_OF", *((name, network) for name in names))


def world(nodes: Iterable[NodeRow], *some: list[FactRow]) -> World:
    return World.of(Snapshot.from_tables(in_order(nodes, [fact for one in some for fact in one]), DAY))


def names(of: World, found: Indices) -> list[str]:
    return [of.snapshot.places.ids[at] for at in found]


def position(of: World, name: str) -> int:
    return of.snapshot.position[name]


def test_twins_come_before_their_twins_and_these_before_others() -> None:
    graph = world(map(city, "abcde"), facts("TWINNED_WITH", ("a", "d"), ("c", "d"), ("b", "e")))
    assert names(graph, ways.by_paths(graph, position(graph, "a"))) == ["d", "c"]


def test_a_path_through_what_few_have_counts_more() -> None:
    graph = world(
        [*map(city, "abcdef"), thing("wide"), thing("narrow")], members("wide", "abcde"), members("narrow", "af")
    )
    assert names(graph, ways.by_paths(graph, 0)) == ["f", "b", "c", "d", "e"]


def test_paths_lead_through_projects_of_organisations_in_town_and_through_events() -> None:
    graph = world(
        [*map(city, "abcd"), thing("agency"), thing("project", "Project"), thing("event", "Event")],
        facts("BASED_IN", ("agency", "c")),
        facts("PARTICIPATES_IN", ("a", "project"), ("agency", "project")),
        facts("TOOK_PART_IN", ("a", "event"), ("d", "event")),
    )
    assert names(graph, ways.by_paths(graph, 0)) == ["c", "d"]


def test_no_more_than_so_many_come_in_by_paths_and_ties_go_by_id(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ways, "EACH", 2)
    graph = world([*map(city, "abcde"), thing("net")], members("net", "abcde"))
    assert names(graph, ways.by_paths(graph, position(graph, "c"))) == ["a", "b"]


def test_a_hub_is_no_way_in(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ways, "HUB", 5)
    graph = world([*map(city, "abcdef"), thing("hub"), thing("net")], members("hub", "abcde"), members("net", "af"))
    assert names(graph, ways.by_paths(graph, 0)) == ["f"]


def test_the_nearest_of_equal_distance_are_taken_by_id(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ways, "EACH", 2)
    spots = {"a": (20.0, 60.0), "b": (22.0, 60.0), "c": (21.0, 60.0), "d": (21.0, 60.0), "e": (21.0, 60.0)}
    graph = world(city(name, spot=spot) for name, spot in spots.items())
    assert names(graph, ways.nearest(graph, 0)) == ["c", "d"]


def test_a_place_without_location_has_no_nearest() -> None:
    graph = world([city("a"), city("b", spot=(20.0, 60.0))])
    assert names(graph, ways.nearest(graph, 0)) == []
    assert names(graph, ways.nearest(graph, 1)) == []


def test_alike_are_those_of_nearest_size_in_countries_that_work_with_the_own_one(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(ways, "COUNTRIES", 2)
    monkeypatch.setattr(ways, "IN_EACH", 2)
    sizes = {"DE": (900, 1_100, 90_000), "LV": (950, 5_000, None), "IT": (1_000, 1_000, 1_000)}
    places = [city(f"{country}{at}", country, size) for country, some in sizes.items() for at, size in enumerate(some)]
    graph = world(
        [city("FI0", "FI", 1_000), *places],
        facts("TWINNED_WITH", ("FI0", "LV2"), ("DE2", "FI0"), ("IT0", "LV0"), ("DE0", "FI0")),
    )
    found = ways.alike(graph, position(graph, "FI0"))
    assert ways.alike_countries(graph.aggregates, "FI") == ["DE", "LV"]
    assert sorted(names(graph, found)) == ["DE0", "DE1", "LV0", "LV1"]


def test_the_own_country_comes_after_those_it_works_with_and_before_those_that_are_active() -> None:
    graph = world(
        [city("a", "FI"), city("b", "DE"), city("c", "IT"), city("d", "IT"), city("e", None)],
        facts("TWINNED_WITH", ("a", "b"), ("c", "d"), ("d", "e")),
    )
    assert ways.alike_countries(graph.aggregates, "FI") == ["DE", "FI", "IT"]
    assert ways.alike_countries(graph.aggregates, "XK") == ["XK", "IT", "DE", "FI"]


def test_a_place_of_unknown_size_has_none_alike() -> None:
    graph = world([city("a"), city("b", population=1_000)])
    assert len(ways.alike(graph, 0)) == 0


def test_all_members_of_own_and_of_likely_networks_come_in_however_many(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ways, "EACH", 1)
    monkeypatch.setattr(ways, "LIKELY", 1)
    graph = world(
        [*map(city, "abcdefgh"), city("x", "IT"), *map(thing, ("own", "likely", "unlikely"))],
        members("own", "abcd"),
        members("likely", "bcdef"),
        members("unlikely", "x"),
    )
    assert ways.likely_networks(graph, 0) == ["likely"]
    assert names(graph, np.unique(ways.by_networks(graph, 0))) == [*"abcdef"]


def test_ties_nearness_and_likeness_bring_in_all_that_any_of_them_finds_without_the_place_itself() -> None:
    graph = world(
        [
            city("a", population=1_000, spot=(20.0, 60.0)),
            city("b"),
            city("c", spot=(21.0, 60.0)),
            city("d", population=900),
            city("e"),
        ],
        facts("TWINNED_WITH", ("a", "b")),
    )
    assert names(graph, ways.by_ties(graph, 0)) == ["b", "c", "d"]


def test_a_place_of_which_nothing_is_known_is_compared_with_those_abroad() -> None:
    graph = world([city("a", None), city("b")])
    assert len(ways.by_ties(graph, 0)) == 0
    assert names(graph, ways.candidates(graph, 0, distance_only((1.0, 0.0)))) == ["b"]


def distance_only(worth: tuple[float, float]) -> Weights:
    return Weights(terms={"distance": Shape(at=(0.0, 1_000.0), worth=worth)})


def test_recall_is_the_part_of_the_best_of_all_that_are_candidates(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ways, "EACH", 2)
    monkeypatch.setattr(standing, "BY_STANDING", 1)
    graph = world(city(name, "LV" if name == "a" else "FI", spot=(20.0 + at, 60.0)) for at, name in enumerate("abcde"))
    assert recall(graph, 0, distance_only((1.0, 0.0)), top=2) == 1.0
    assert recall(graph, 0, distance_only((1.0, 0.0)), top=3) == pytest.approx(2 / 3)
    # The farther the better: all stand for their region, so the two nearest and the first of the others come in.
    assert recall(graph, 0, distance_only((0.0, 1.0)), top=2) == 0.0


def test_recall_of_a_place_that_is_alone_is_unknown() -> None:
    assert np.isnan(recall(world([city("a")]), 0, distance_only((1.0, 0.0))))
