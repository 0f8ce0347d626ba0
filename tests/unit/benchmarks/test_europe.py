"""The graph that is made up to measure on has the shape that it says, and is the same each time."""

from __future__ import annotations

from collections import Counter
from datetime import date

import numpy as np
import pytest

from benchmarks.europe import europe
from benchmarks.graphs import some_places
from benchmarks.recall import measure
from kg.queries.kinds.kind import weights
from kg.queries.snapshot.graph import Snapshot
from kg.queries.snapshot.tables import Tables
from kg.queries.world import World

SIZE = 1 / 64


@pytest.fixture(scope="module")
def tables() -> Tables:
    return europe(SIZE)


def test_the_same_seed_gives_the_same_graph(tables: Tables) -> None:
    assert europe(SIZE) == tables
    assert europe(SIZE, seed=8) != tables


def test_what_a_graph_must_be(tables: Tables) -> None:
    ids = [node.id for node in tables.nodes]
    assert len(set(ids)) == len(ids)
    assert {end for fact in tables.facts for end in (fact.start, fact.end)} <= set(ids)
    assert len({fact.key for fact in tables.facts}) == len(tables.facts)
    assert len({(fact.type, fact.start, fact.end) for fact in tables.facts}) == len(tables.facts)
    assert all(fact.start != fact.end for fact in tables.facts)
    assert all(fact.start < fact.end for fact in tables.facts if fact.type == "TWINNED_WITH")


def test_it_has_the_stated_numbers(tables: Tables) -> None:
    labels = Counter(node.label for node in tables.nodes)
    assert labels["City"] == round(130_000 * SIZE)
    types = Counter(fact.type for fact in tables.facts)
    assert types["TWINNED_WITH"] == round(25_000 * SIZE)
    partners = np.array(list(Counter(fact.end for fact in tables.facts if fact.type == "PARTICIPATES_IN").values()))
    assert partners.max() <= 30
    members = np.array(list(Counter(fact.end for fact in tables.facts if fact.type == "MEMBER_OF").values()))
    assert members.max() >= 10 * np.median(members) / 4


def test_recall_counts_the_best_of_all_that_are_candidates(tables: Tables) -> None:
    world = World.of(Snapshot.from_tables(tables, date(2026, 1, 1)))
    places = some_places(world.snapshot, 6)
    found = measure(world, places, {"twinning": weights("twinning")})["twinning"]
    assert found.places == len(places)
    assert found.wanted == 10 * len(places)
    assert 0 <= found.share <= 1
    assert sum(one for one, _ in found.by_group.values()) == found.found
    assert len(found.missed) == found.wanted - found.found
