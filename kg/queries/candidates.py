"""Whom to compare a place with: a few thousand of all places, among which the best of all are (the share is measured).

An engine that has only a part of the graph brings what these functions look at: :func:`likely_networks` and
:func:`alike_countries` say which members and which countries that are.
"""

from __future__ import annotations

import numpy as np

from kg.queries.features import NEAR_TWINS
from kg.queries.kinds.kind import Weights
from kg.queries.snapshot.aggregates import Aggregates
from kg.queries.snapshot.layers import Floats, Indices, floats
from kg.queries.world import World

#: How many come in by each way.
EACH = 500

#: Alike in size are so many places of each of so many countries.
COUNTRIES, IN_EACH = 10, 50

#: Members of so many small networks in which the place would most probably be.
LIKELY = 10

#: Where these can be worth less than this in all, nobody comes in for them.
LOOKS_AROUND = 1.0

#: To share a network of so many members says next to nothing, and to list them takes long: it is no way in.
HUB = 1_000


def candidates(world: World, subject: int, weights: Weights) -> Indices:
    """Return the positions of all places to compare a place with, ascending: abroad and at home, partners included.

    They are those of :func:`by_ties` and of :func:`afar`.
    """
    found = np.zeros(len(world.snapshot.places.ids), bool)
    found[by_ties(world, subject)] = True
    far = world.from_directory[afar(world, subject, weights)]
    found[far[far >= 0]] = True
    return np.flatnonzero(found)


def afar(world: World, subject: int, weights: Weights) -> Indices:
    """Return the 800 places abroad that a kind's terms speak for without any path, and 300 around twins of neighbours.

    The 300 are for kinds to which twins of neighbours are worth much. They are positions in the directory, ascending.
    """
    standing, own = world.standing, int(world.in_directory[subject])
    twins = world.in_directory[world.snapshot.twins.row(subject)]
    found = np.zeros(len(standing.directory.places.ids), bool)
    if looks_around(weights):
        found[standing.by_neighbours(world, subject)] = True
    if own >= 0:
        found[standing.by_standing(own, twins[twins >= 0], weights)] = True
        found[own] = False
    return np.flatnonzero(found)


def looks_around(weights: Weights) -> bool:
    """Return whether twins of neighbours are worth so much to a kind that they can bring in who is not found otherwise."""
    shapes = [shape for name, shape in weights.terms.items() if name in NEAR_TWINS]
    return sum(max(*shape.worth, 0.0) for shape in shapes) >= LOOKS_AROUND


def by_ties(world: World, subject: int) -> Indices:
    """Return the positions of places that ties, nearness or likeness bring in, ascending.

    They are the best 500 by paths of at most two steps, each step through a thing that few have counting more, and none through
    networks of a thousand members or more; the 500 nearest; the 500 most alike in size in the ten countries with which its country
    works most; and all members of its own small networks and of the ten that it would most probably be in.
    """
    found = np.zeros(len(world.snapshot.places.ids), bool)
    for way in (by_paths, nearest, alike, by_networks):
        found[way(world, subject)] = True
    found[subject] = False
    return np.flatnonzero(found)


def by_paths(world: World, subject: int) -> Indices:
    """Return the best by paths of at most two steps, the best first."""
    snapshot, twins = world.snapshot, world.snapshot.twins
    own = twins.row(subject)
    # Twins themselves are one step away.
    ends, worth = [own], [np.ones(len(own))]
    for layer, sizes in (
        (snapshot.networks, world.members),
        (snapshot.town_projects, snapshot.town_projects.sizes),
        (snapshot.events, snapshot.events.sizes),
    ):
        things = layer.held.row(subject)
        if layer is snapshot.networks:
            things = things[sizes[things] < HUB]
        of, at = layer.holders.entries(things)
        ends.append(layer.holders.columns[at])
        worth.append(_by_number(sizes[things])[of])
    of, at = twins.entries(own)
    ends.append(twins.columns[at])
    worth.append(_by_number(snapshot.twin_counts[own])[of])
    score = floats(np.bincount(np.concatenate(ends), weights=np.concatenate(worth), minlength=len(snapshot.places.ids)))
    score[subject] = 0.0
    return top_of(score, EACH)


def _by_number(holders: Floats) -> Floats:
    """Return what a step through things is worth, by how many have each (Adamic-Adar)."""
    return floats(1.0 / np.log(1.0 + np.maximum(holders, 2.0)))


def nearest(world: World, subject: int) -> Indices:
    """Return the nearest, the nearest first; none where nobody knows where the place lies."""
    if np.isnan(world.snapshot.places.xyz[subject, 0]):
        return np.zeros(0, np.int64)
    return world.snapshot.nearest(subject, EACH)


def alike(world: World, subject: int) -> Indices:
    """Return those most alike in size of each country of :func:`alike_countries`; none where the size is not known."""
    places = world.snapshot.places
    population = places.population
    chosen = [np.zeros(0, np.int64)]
    if not np.isnan(population[subject]):
        for name in alike_countries(world.aggregates, places.countries[places.country[subject]]):
            there = _about_as_large(world, _country_of(world, name), population[subject])
            apart = np.abs(np.log((population[there] + 300.0) / (population[subject] + 300.0)))
            chosen.append(there[np.lexsort((there, apart))][:IN_EACH])
    return np.concatenate(chosen)


def alike_countries(aggregates: Aggregates, country: str) -> list[str]:
    """Return the countries with which a country works most, by twinnings and projects, the most first, at most ten.

    Where these are fewer, its own follows, and those with most active places.
    """
    tables = aggregates.twin_countries, aggregates.project_countries
    names = aggregates.countries
    if country and country not in names:
        names = tuple(sorted((*names, country)))
    together = sum((table.row(country, names) for table in tables), np.zeros(len(names)))
    active = aggregates.active.totals(names)
    is_own = np.array([name == country for name in names], bool)
    return [names[at] for at in np.lexsort((np.arange(len(names)), -active, ~is_own, -together))[:COUNTRIES]]


def by_networks(world: World, subject: int) -> Indices:
    """Return all members of the small networks of the place, and of those that it would most probably be in."""
    networks = world.snapshot.networks
    own = [network for network in networks.held.row(subject) if world.small[network]]
    likely = [world.network_at[name] for name in likely_networks(world, subject) if name in world.network_at]
    _, at = networks.holders.entries([*own, *likely])
    return networks.holders.columns[at]


def likely_networks(world: World, subject: int) -> list[str]:
    """Return the small networks in which the place would most probably be, and is not, the most probable first."""
    affinity = world.affinity(subject)
    return [world.aggregates.members.rows[at] for at in top_of(affinity, LIKELY).tolist()]


def _about_as_large(world: World, country: int, population: float) -> Indices:
    """Return places of a country among which are those most alike in size: so many that are larger, as many that are smaller."""
    there, sizes = world.by_size(country)
    middle = int(np.searchsorted(sizes, population))
    smallest, largest = max(middle - IN_EACH, 0), min(middle + IN_EACH, len(there) - 1)
    if largest < 0:
        return there
    # All that are as large as the last on either side, since ties go by id.
    return there[np.searchsorted(sizes, sizes[smallest]) : np.searchsorted(sizes, sizes[largest], side="right")]


def _country_of(world: World, name: str) -> int:
    countries = world.snapshot.places.countries
    return countries.index(name) if name in countries else -1


def top_of(score: Floats, number: int) -> Indices:
    """Return the positions of the highest scores above 0, the best first, ties in their order."""
    found = np.flatnonzero(score > 0.0)
    if len(found) > number:
        some = score[found]
        found = found[some >= np.partition(some, len(some) - number)[len(some) - number]]
    return found[np.lexsort((found, -score[found]))][:number]
