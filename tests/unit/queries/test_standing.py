"""Candidates that no path leads to: who comes in for standing, who for twins of neighbours, and that a stored directory is the same."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest

from kg.queries import standing as ways
from kg.queries.candidates import afar
from kg.queries.comparison import Pairs
from kg.queries.features import FEATURES
from kg.queries.kinds.kind import Weights
from kg.queries.kinds.shapes import Shape
from kg.queries.snapshot.aggregates import Aggregates
from kg.queries.snapshot.directory import Directory
from kg.queries.snapshot.graph import Snapshot
from kg.queries.snapshot.tables import FactRow, NodeRow, in_order
from kg.queries.world import World

DAY = date(2026, 5, 1)
COUNTRIES = ("FI", "LV", "SE", None)


def made(seed: int = 1) -> World:
    chance = np.random.default_rng(seed)
    nodes = [
        NodeRow(f"t{at:02}", "City", f"T{at}", COUNTRIES[at % 4], int(chance.integers(1_000, 400_000)) if at % 9 else None,
                *((float(chance.uniform(20, 30)), float(chance.uniform(54, 62))) if at % 7 else (None, None)))
        for at in range(48)
    ]  # fmt: skip
    nodes += [NodeRow("n", "Organisation", "Net")]
    ties = {tuple(sorted(chance.choice(48, 2, replace=False).tolist())) for _ in range(50)}
    facts = [FactRow("TWINNED_WITH", f"w{a}-{b}", f"t{a:02}", f"t{b:02}") for a, b in sorted(ties)]
    facts += [FactRow("MEMBER_OF", f"m{at}", f"t{at:02}", "n") for at in range(0, 48, 5)]
    return World.of(Snapshot.from_tables(in_order(nodes, facts), DAY))


WORLD = made()
ALIKE = Weights(
    terms={
        "twin_countries": Shape(at=(0.3, 3.0), worth=(0.0, 2.0), offset=0.0),
        "twin_towns": Shape(at=(0.0, 6.0), worth=(0.0, 1.0)),
        "population": Shape(at=(0.0, 400_000.0), worth=(0.0, 1.0)),
        "small_networks": Shape(at=(0.0, 2.0), worth=(0.0, 0.7)),
        "their_twins_here": Shape(at=(0.0, 2.0), worth=(0.0, 1.5)),
        "own_twins_there": Shape(at=(0.0, 2.0), worth=(0.0, 0.5)),
    }
)


def test_without_a_path_standing_is_the_score_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ways, "BY_STANDING", 5)
    places = WORLD.snapshot.places
    for subject in range(0, 48, 5):
        # But for the tie itself, which the directory does not take from a place's own number of twins.
        abroad = np.flatnonzero(places.country != places.country[subject])
        abroad = abroad[~np.isin(abroad, WORLD.snapshot.twins.row(subject))]
        pairs = Pairs(WORLD, subject, abroad)
        score = np.sum([shape.of(FEATURES[name](pairs)) for name, shape in ALIKE.terms.items()], axis=0)
        found = ways.Standing(WORLD).by_standing(subject, WORLD.snapshot.twins.row(subject), ALIKE)
        among = [at for at in found.tolist() if at in abroad]
        assert among == sorted(abroad[np.lexsort((abroad, -np.round(score, 9)))].tolist()[: len(among)])
        assert len(found) == 5


@pytest.mark.parametrize("seed", range(4))
def test_one_place_finds_who_is_found_when_its_sector_asks_at_once(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ways, "BY_STANDING", 4)
    world = made(seed)
    group, _ = world.standing.directory.sectors
    for sector in range(group.max() + 1):
        subjects = np.flatnonzero(group == sector)
        twins = [world.snapshot.twins.row(one) for one in subjects.tolist()]
        at_once = world.standing.by_standing_of(subjects, twins, ALIKE)
        alone = [
            world.standing.by_standing(one, some, ALIKE) for one, some in zip(subjects.tolist(), twins, strict=True)
        ]
        assert [some.tolist() for some in alone] == [some.tolist() for some in at_once]


def test_nobody_at_home_comes_in_for_standing() -> None:
    places = WORLD.snapshot.places
    found = WORLD.standing.by_standing(0, np.zeros(0, np.int64), ALIKE)
    assert {places.rows[at].country for at in found.tolist()} == {"LV", "SE", None}


def test_of_a_place_that_the_directory_does_not_know_only_neighbours_speak() -> None:
    unknown = World(Snapshot.from_tables(in_order([NodeRow("new", "City", "New")], []), DAY), WORLD.aggregates)
    assert unknown.in_directory.tolist() == [-1]
    assert afar(unknown, 0, ALIKE).tolist() == []


def with_a_twin_of_a_neighbour() -> World:
    spots = {"a": (24.0, 57.0), "near-a": (24.02, 57.0), "b": (10.0, 50.0), "near-b": (10.05, 50.0), "far": (0.0, 40.0)}
    nodes = [NodeRow(id_, "City", id_, "LV" if id_.endswith("a") else "DE", 1, *spot) for id_, spot in spots.items()]
    return World.of(Snapshot.from_tables(in_order(nodes, [FactRow("TWINNED_WITH", "w", "b", "near-a")]), DAY))


def test_places_around_twins_of_neighbours_come_in_the_nearest_first() -> None:
    world = with_a_twin_of_a_neighbour()
    found = world.standing.by_neighbours(world, world.snapshot.position["a"])
    assert [world.standing.directory.places.ids[at] for at in found] == ["b", "near-b"]


def test_neighbours_and_those_around_their_twins_are_within_two_and_a_half_spacings() -> None:
    # Where no spacing is known it is 20 km; 1 degree of longitude is 61 km in 57 degrees north, 72 km in 50.
    spots = {
        "a": (24.0, 57.0), "near-a": (24.7, 57.0), "beyond-a": (25.0, 57.0),
        "b": (10.0, 50.0), "near-b": (10.65, 50.0), "beyond-b": (10.75, 50.0), "c": (0.0, 40.0),
    }  # fmt: skip
    nodes = [NodeRow(id_, "City", id_, "LV" if id_.endswith("a") else "DE", 1, *spot) for id_, spot in spots.items()]
    facts = [FactRow("TWINNED_WITH", "v", "b", "near-a"), FactRow("TWINNED_WITH", "w", "beyond-a", "c")]
    world = World.of(Snapshot.from_tables(in_order(nodes, facts), DAY))
    found = world.standing.by_neighbours(world, world.snapshot.position["a"])
    assert [world.standing.directory.places.ids[at] for at in found] == ["b", "near-b"]


def test_they_come_in_for_kinds_that_look_at_them(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ways, "BY_STANDING", 1)
    world, rising = with_a_twin_of_a_neighbour(), Shape(at=(0.0, 1.0), worth=(0.0, 1.0))

    def found(*terms: str) -> set[str]:
        positions = afar(world, world.snapshot.position["a"], Weights(terms=dict.fromkeys(terms, rising)))
        return {world.snapshot.places.ids[at] for at in positions.tolist()}

    assert found("twin_towns") == {"b"}
    assert found("twin_towns", "near_twins_wide") == {"b", "near-b"}


def test_a_place_without_a_location_has_no_neighbours() -> None:
    assert np.isnan(WORLD.snapshot.places.xyz[0, 0])
    assert WORLD.standing.by_neighbours(WORLD, 0).tolist() == []


def test_what_is_found_afar_never_is_the_place_itself() -> None:
    for subject in range(48):
        assert subject not in afar(WORLD, subject, ALIKE)


def test_a_stored_directory_finds_the_same() -> None:
    stored = World(WORLD.snapshot, Aggregates.from_json(WORLD.aggregates.as_json()))
    for subject in range(48):
        assert afar(stored, subject, ALIKE).tolist() == afar(WORLD, subject, ALIKE).tolist()


def test_an_empty_directory_survives_being_stored() -> None:
    world = World.of(Snapshot.from_tables(in_order([], []), DAY))
    stored = Directory.from_json(world.aggregates.directory.as_json())
    assert stored.places.ids == ()
    assert stored.places.countries == world.aggregates.directory.places.countries
    assert stored.places.xyz.shape == (0, 3)
