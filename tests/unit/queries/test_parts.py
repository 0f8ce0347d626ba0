"""Blocks of places that have only a part of the graph make the lists that the whole graph gives."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from kg.queries.block import Everyone, blocks_of, lasting
from kg.queries.block_scores import Best, Finder
from kg.queries.kinds.kind import KINDS, Kind, Weights, weights
from kg.queries.ranking import EXISTING, Rule
from kg.queries.snapshot.graph import Snapshot
from kg.queries.spark.part import LAYERS, RUNNING, Entries, Shared, Things, best_of, places_of, things_of
from kg.queries.world import World
from tests.unit.queries.drawn import ALL, DAY, dated, tables


def entries_of(world: World) -> tuple[tuple[Things, ...], Entries]:
    """Return what is in each layer of a whole graph, and who has what; running projects by what the queries call existing ties."""
    snapshot, things, found = world.snapshot, [], []
    for number, name in enumerate(LAYERS):
        layer = getattr(snapshot, name)
        things.append(Things(layer.things, layer.sizes))
        place = np.repeat(np.arange(layer.held.height), layer.held.counts)
        number_of = np.full(len(place), number)
        found.append(Entries(number_of, place, layer.held.columns, layer.held.weights, layer.held.marks))
    day = DAY.isoformat()
    running = sorted(
        {
            (fact.end, snapshot.position[fact.start])
            for id_ in snapshot.places.ids
            for fact in snapshot.facts_of("PARTICIPATES_IN", id_)
            if snapshot.is_valid(fact)
            and snapshot.has_begun(fact)
            and ((end := snapshot.node(fact.end).end) is None or end >= day[: len(end)])  # type: ignore[union-attr]
        }
    )
    ids = tuple(sorted({id_ for id_, _ in running}))
    things.append(Things(ids, np.array([float(sum(one == id_ for one, _ in running)) for id_ in ids])))
    whole = np.ones(len(running)), np.full(len(running), -1)
    place, thing = (np.array(some, np.int64) for some in ([p for _, p in running], [ids.index(i) for i, _ in running]))
    found.append(Entries(np.full(len(running), RUNNING), place, thing, *whole))
    return tuple(things), Entries(*(np.concatenate(some) for some in zip(*found, strict=True)))


def shared_of(world: World, of: Weights, existing: Sequence[Rule], top: int, things: tuple[Things, ...]) -> Shared:
    places = world.snapshot.places
    return Shared(
        DAY,
        replace(places, rows=()),
        lasting(places.rows, DAY),
        world.snapshot.twins,
        things,
        world.aggregates,
        tuple(blocks_of(world.aggregates.directory)),
        of,
        tuple(existing),
        top,
    )


def some(entries: Entries, kept: NDArray[np.bool_]) -> Entries:
    return Entries(*(values[kept] for values in entries))


def both(*given: Entries) -> Entries:
    return Entries(*(np.concatenate(values) for values in zip(*given, strict=True)))


def in_parts(world: World, of: Weights, existing: Sequence[Rule], top: int) -> Iterator[Best]:
    """Yield the lists, each block with nothing but what it asked for."""
    things, entries = entries_of(world)
    shared = shared_of(world, of, existing, top, things)
    for number, subjects in enumerate(shared.blocks):
        own = some(entries, np.isin(entries.place, subjects))
        layers, wanted = things_of(shared, number, own)
        pairs = set(zip(layers.tolist(), wanted.tolist(), strict=True))
        named = zip(entries.layer.tolist(), entries.thing.tolist(), strict=True)
        first = some(entries, np.array([pair in pairs for pair in named], bool))
        places = places_of(shared, number, both(own, first))
        second = some(entries, np.isin(entries.place, places) & (entries.layer < RUNNING))
        yield from best_of(shared, number, both(first, second))


def check_same(world: World, of: Weights, existing: Sequence[Rule], top: int) -> None:
    everyone = Everyone(world)
    finder = Finder(everyone, of, existing, top)
    expected = {one.subject: one for part in everyone.blocks() for one in finder.best(part)}
    found = {one.subject: one for one in in_parts(world, of, existing, top)}
    assert found.keys() == expected.keys()
    for subject, one in expected.items():
        assert found[subject].others.tolist() == one.others.tolist()
        np.testing.assert_allclose(found[subject].terms, one.terms, rtol=0, atol=1e-12)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.usefixtures("few")
@settings(max_examples=8, deadline=None)
@given(seed=st.integers(0, 10_000), number=st.integers(0, 30), top=st.integers(1, 4), keep=st.booleans())
def test_parts_give_the_lists_of_the_whole(kind: Kind, seed: int, number: int, top: int, keep: bool) -> None:
    world = World.of(Snapshot.from_tables(dated(tables(seed, number), seed), DAY))
    check_same(world, weights(kind), () if keep else EXISTING[kind], top)


@pytest.mark.parametrize("of", ALL, ids=["the first features", "the others"])
@pytest.mark.usefixtures("few")
@settings(max_examples=5, deadline=None)
@given(seed=st.integers(0, 10_000))
def test_so_it_is_with_any_term_of_any_shape(of: Weights, seed: int) -> None:
    check_same(World.of(Snapshot.from_tables(tables(seed, 25), DAY)), of, (), 3)


@pytest.mark.usefixtures("few")
def test_a_block_asks_for_less_than_all() -> None:
    world = World.of(Snapshot.from_tables(tables(7, 40), DAY))
    things, entries = entries_of(world)
    shared = shared_of(world, weights("twinning"), EXISTING["twinning"], 3, things)
    asked = [
        len(places_of(shared, number, some(entries, np.isin(entries.place, subjects))))
        for number, subjects in enumerate(shared.blocks)
    ]
    assert min(asked) < 30
    assert min(asked) >= 1
