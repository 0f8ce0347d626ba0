"""The part of a graph that a block of places needs to have its lists made, and the three steps in which it is asked for.

1. :func:`things_of`: of what the places of the block have, and will probably have, all holders are needed;
2. :func:`places_of`: with these it is known whom they are compared with, of whom all that they have is needed;
3. :func:`best_of`: with these come the lists, by the very functions that make them of the whole graph.

What every step has besides is :class:`Shared`: of each place where it is and how active, the twinnings, and the counts by country,
region and network. Who is in what, which is most of a graph, comes in parts. Nothing here knows of Spark.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from kg.queries import candidates as ways
from kg.queries.block import Block, Everyone
from kg.queries.block_scores import Best, Finder
from kg.queries.kinds.kind import Weights
from kg.queries.ranking import Rule
from kg.queries.snapshot.aggregates import SMALL_NETWORK, Aggregates
from kg.queries.snapshot.graph import Layer, Snapshot
from kg.queries.snapshot.layers import Floats, Indices, Rows
from kg.queries.snapshot.places import Places
from kg.queries.world import World

#: The layers of a snapshot that come in parts, by number.
LAYERS = ("networks", "town_projects", "events", "people", "seeks", "offers", "project_themes")

#: The number of one more: who takes part itself, in which project that is running.
RUNNING = len(LAYERS)


class Entries(NamedTuple):
    """Who has what, as five arrays of one length: numbers of layers, positions of places and things, weights and marks."""

    layer: Indices
    place: Indices
    thing: Indices
    weight: Floats
    mark: Indices


@dataclass(frozen=True, slots=True, eq=False)
class Things:
    """What is in a layer: ids, ascending, and how many have each, organisations included."""

    ids: tuple[str, ...]
    sizes: Floats


@dataclass(frozen=True, eq=False)
class Shared:
    """What every block needs of the whole graph, and what was asked.

    Attributes:
        as_of: The day as of which facts count.
        places: The places, without their rows.
        lasting: Which of them still are municipalities.
        twins: The twinnings in force, in both directions.
        things: What is in each layer, in the order of :data:`LAYERS`, and the running projects.
        aggregates: The counts over the whole graph.
        blocks: The positions of the places of each block.
        weights: What makes the scores.
        existing: Which existing ties leave a place out.
        top: How many partners for each place.
    """

    as_of: date
    places: Places
    lasting: NDArray[np.bool_]
    twins: Rows
    things: tuple[Things, ...]
    aggregates: Aggregates
    blocks: tuple[Indices, ...]
    weights: Weights
    existing: tuple[Rule, ...]
    top: int

    def block(self, number: int, entries: Entries) -> Block:
        """Return a block in the part of the graph that has these entries."""
        part = Part(self, entries)
        return Block(_Everyone(self, self._world.over(part), part.running), self.blocks[number])

    @cached_property
    def around(self) -> sparse.csr_array:
        """Who is near whom that has twins: the same in every part, see :attr:`kg.queries.block.Everyone.around`."""
        return Everyone(self._world).around

    @cached_property
    def _world(self) -> World:
        nothing = np.zeros(0, np.int64)
        world = World(Part(self, Entries(nothing, nothing, nothing, np.zeros(0), nothing)), self.aggregates)
        # What no entry changes is made once, for all parts.
        _ = world.standing, world.spacing, world.members, world.named, world.small, world.network_at, world.by_size(0)
        return world


class Part(Snapshot):
    """A snapshot with all places and all things, but only with some entries.

    Args:
        shared: What it has of the whole graph.
        entries: Who has what, each at least once.
    """

    def __init__(self, shared: Shared, entries: Entries) -> None:
        self.as_of = shared.as_of
        self.places = shared.places
        self.twins = shared.twins
        self.twin_counts = shared.aggregates.directory.twins
        self.town_project_counts = shared.aggregates.directory.projects
        found = [self._layer_of(shared, entries, number) for number in range(len(shared.things))]
        self.networks, self.town_projects, self.events, self.people = found[:4]
        self.seeks, self.offers, self.project_themes, self.running = found[4:]

    @staticmethod
    def _layer_of(shared: Shared, entries: Entries, number: int) -> Layer:
        some, things = np.flatnonzero(entries.layer == number), shared.things[number]
        _, place, thing, weight, mark = (values[some] for values in entries)
        held = Rows.of_arrays(place, thing, weight, mark, len(shared.places.ids), len(things.ids))
        return Layer(things.ids, held, held.transposed(), things.sizes)


class _Everyone(Everyone):
    """A part in place of the whole graph."""

    def __init__(self, shared: Shared, world: World, running: Layer) -> None:
        super().__init__(world)
        self._shared = shared
        self._running = running

    @cached_property
    def lasting(self) -> NDArray[np.bool_]:
        return self._shared.lasting

    @cached_property
    def around(self) -> sparse.csr_array:
        return self._shared.around

    def tied(self, place: int, existing: Sequence[Rule]) -> Collection[int]:
        found: set[int] = set()
        if "current_project" in existing:
            _, at = self._running.holders.entries(self._running.held.row(place))
            found.update(self._running.holders.columns[at].tolist())
        if "current_twinning" in existing:
            found.update(self.world.snapshot.twins.row(place).tolist())
        return found - {place}


def things_of(shared: Shared, number: int, entries: Entries) -> tuple[Indices, Indices]:
    """Return of which things all holders are needed for a block, as numbers of layers and positions of things.

    Args:
        shared: What is known of the whole graph.
        number: Of the block.
        entries: All that the places of the block have.
    """
    block = shared.block(number, entries)
    world, networks = block.world, block.snapshot.networks
    own = np.unique(networks.held.columns[networks.held.entries(block.subjects)[1]])
    likely = [
        world.network_at[name]
        for one in block.subjects.tolist()
        for name in ways.likely_networks(world, one)
        if name in world.network_at
    ]
    few = own[world.members[own] < max(ways.HUB, SMALL_NETWORK)]
    wanted = {0: np.union1d(few, np.array(likely, np.int64))}
    further = [LAYERS.index("town_projects"), LAYERS.index("events")]
    if "current_project" in shared.existing:
        further.append(RUNNING)
    for layer in further:
        wanted[layer] = np.unique(entries.thing[entries.layer == layer])
    layers = [np.full(len(things), layer, np.int64) for layer, things in wanted.items()]
    return np.concatenate(layers), np.concatenate(list(wanted.values()))


def places_of(shared: Shared, number: int, entries: Entries) -> Indices:
    """Return of which places all that they have is needed for a block: itself, whom it is compared with, and its partners in projects.

    Args:
        shared: What is known of the whole graph.
        number: Of the block.
        entries: All that the places of the block have, and all holders of :func:`things_of`.
    """
    block = shared.block(number, entries)
    found = block.candidates(shared.weights).any(axis=0) & shared.lasting
    found[block.subjects] = True
    if "project_paths" in shared.weights.terms:
        projects = block.snapshot.town_projects
        own = projects.held.columns[projects.held.entries(block.subjects)[1]]
        found[projects.holders.columns[projects.holders.entries(np.unique(own))[1]]] = True
    return np.flatnonzero(found)


def best_of(shared: Shared, number: int, entries: Entries) -> Iterator[Best]:
    """Yield the best partners of each place of a block.

    Args:
        shared: What is known of the whole graph.
        number: Of the block.
        entries: All holders of :func:`things_of`, and all that :func:`places_of` have.
    """
    block = shared.block(number, entries)
    return Finder(block.everyone, shared.weights, shared.existing, shared.top).best(block)
