"""Whom to compare a place with: a few thousand of all places, among which the best of all are (the share is measured)."""

from __future__ import annotations

import numpy as np

from kg.queries.features import World
from kg.queries.snapshot.layers import Floats, Indices

#: How many come in by each way.
EACH = 500

#: Alike in size are so many places of each of so many countries.
_COUNTRIES, _IN_EACH = 10, 50

#: Members of so many small networks in which the place would most probably be.
_NETWORKS = 10


def candidates(world: World, subject: int) -> Indices:
    """Return the positions of all places to compare a place with, ascending: abroad and at home, partners included.

    They are the best 500 by paths of at most two steps, each step through a thing that few have counting more; the 500 nearest;
    the 500 most alike in size in the ten countries with which its country works most; and all members of its own small networks
    and of the ten that it would most probably be in.
    """
    found = np.unique(
        np.concatenate(
            [_by_paths(world, subject), _nearest(world, subject), _alike(world, subject), _by_networks(world, subject)]
        )
    )
    return np.asarray(found[found != subject], np.int64)


def _by_paths(world: World, subject: int) -> Indices:
    snapshot = world.snapshot
    score = np.zeros(len(snapshot.places.ids))
    for layer in (snapshot.networks, snapshot.town_projects, snapshot.events):
        own = layer.held.row(subject)
        worth = 1.0 / np.log(1.0 + np.maximum(layer.sizes[own], 2.0))
        of, at = layer.holders.entries(own)
        score += np.bincount(layer.holders.columns[at], weights=worth[of], minlength=len(score))
    twins = snapshot.twins
    own = twins.row(subject)
    worth = 1.0 / np.log(1.0 + np.maximum(twins.counts[own], 2.0))
    of, at = twins.entries(own)
    score += np.bincount(twins.columns[at], weights=worth[of], minlength=len(score))
    score[own] += 1.0
    score[subject] = 0.0
    return _top(score, EACH)


def _nearest(world: World, subject: int) -> Indices:
    xyz = world.snapshot.places.xyz
    if np.isnan(xyz[subject, 0]):
        return np.zeros(0, np.int64)
    return world.snapshot.nearest(subject, EACH)


def _alike(world: World, subject: int) -> Indices:
    places = world.snapshot.places
    population = places.population
    if np.isnan(population[subject]):
        return np.zeros(0, np.int64)
    twins = world.groups(world.aggregates.twin_countries, places.countries)
    projects = world.groups(world.aggregates.project_countries, places.countries)
    here = places.country[subject]
    together = twins.observed[here] + projects.observed[here]
    chosen = []
    for country in np.lexsort((np.arange(len(together)), -together))[:_COUNTRIES]:
        there = np.flatnonzero((places.country == country) & ~np.isnan(population))
        apart = np.abs(np.log((population[there] + 300.0) / (population[subject] + 300.0)))
        chosen.append(there[np.lexsort((there, apart))][:_IN_EACH])
    return np.concatenate(chosen)


def _by_networks(world: World, subject: int) -> Indices:
    networks = world.snapshot.networks
    own = [network for network in networks.held.row(subject) if world.small[network]]
    affinity = world.affinity(subject)
    likely = [
        network for network in np.lexsort((np.arange(len(affinity)), -affinity))[:_NETWORKS] if affinity[network] > 0
    ]
    _, at = networks.holders.entries([*own, *likely])
    return networks.holders.columns[at]


def _top(score: Floats, number: int) -> Indices:
    found = np.flatnonzero(score)
    return found[np.lexsort((found, -score[found]))][:number]
