"""One place beside others: what the graph says of each pair, counted once for all features that look at it."""

from __future__ import annotations

from functools import cached_property

import numpy as np

from kg.queries import measures
from kg.queries.snapshot.graph import Layer
from kg.queries.snapshot.layers import Floats, Indices, Rows, floats
from kg.queries.surroundings import Surroundings
from kg.queries.world import World


class Pairs:
    """One place and the others that it is compared with.

    Args:
        world: The graph, or the part of it that surrounds these places, with the counts over the whole graph.
        subject: The position of the place that looks for partners.
        others: The positions of the others, shape ``(n,)``.
    """

    def __init__(self, world: World, subject: int, others: Indices) -> None:
        self.world = world
        self.snapshot = world.snapshot
        self.aggregates = world.aggregates
        self.subject = subject
        self.others = others
        self._widest = 0.0
        self._entries: dict[Rows, tuple[Indices, Indices, Indices]] = {}

    def entries(self, rows: Rows) -> tuple[Indices, Indices, Indices]:
        """Return :meth:`Rows.entries` of the others and the column of each, which several features look through."""
        if rows not in self._entries:
            of, at = rows.entries(self.others)
            self._entries[rows] = of, at, rows.columns[at]
        return self._entries[rows]

    def sums(self, rows: Rows, values: Floats) -> Floats:
        """Return :meth:`Rows.sums` of the others."""
        of, _, column = self.entries(rows)
        return floats(np.bincount(of, weights=values[column], minlength=len(self.others)))

    # Twinnings -------------------------------------------------------------------------------------------------------------

    @cached_property
    def tie(self) -> Floats:
        """1 where the two are twinned."""
        return floats(self._marked(self.snapshot.twins.row(self.subject))[self.others])

    @cached_property
    def own_twins(self) -> Floats:
        """How many other twins the subject has."""
        return float(len(self.snapshot.twins.row(self.subject))) - self.tie

    @cached_property
    def other_twins(self) -> Floats:
        """How many other twins each other place has."""
        return self.snapshot.twin_counts[self.others] - self.tie

    @cached_property
    def own_twins_there(self) -> Floats:
        """How many other twins the subject has in the country of each other place."""
        places = self.snapshot.places
        there = np.bincount(places.country[self.snapshot.twins.row(self.subject)], minlength=len(places.countries))
        return there[places.country[self.others]] - self.tie

    @cached_property
    def their_twins_here(self) -> Floats:
        """How many other twins each other place has in the country of the subject."""
        country = self.snapshot.places.country
        of, _, twin = self.entries(self.snapshot.twins)
        here = np.bincount(of[country[twin] == country[self.subject]], minlength=len(self.others))
        return here - self.tie

    @cached_property
    def shared_twins(self) -> Floats:
        """How many twins both have."""
        return self._to_twins_of_twins(np.ones(self.snapshot.twins.height))

    @cached_property
    def specific_twins(self) -> Floats:
        """The same, each as one over the number of its twins (resource allocation)."""
        return self._to_twins_of_twins(1.0 / np.maximum(self.snapshot.twin_counts, 1.0))

    def _to_twins_of_twins(self, weights: Floats) -> Floats:
        twins = self.snapshot.twins
        mine = twins.row(self.subject)
        of, at = twins.entries(mine)
        found = np.bincount(twins.columns[at], weights=weights[mine][of], minlength=twins.height)
        return floats(found[self.others])

    @cached_property
    def twin_paths(self) -> Floats:
        r"""Paths of length three within the twinnings, :math:`\sum A_{uw} A_{wx} A_{xv} / \sqrt{k_w k_x}`."""
        twins, counts = self.snapshot.twins, self.snapshot.twin_counts
        mine = twins.row(self.subject)
        of, at = twins.entries(mine)
        ends = twins.columns[at]
        weights = 1.0 / np.sqrt(counts[mine][of] * counts[ends])
        reached = floats(np.bincount(ends, weights=weights, minlength=twins.height))
        reached[self.subject] = 0.0
        found = self.sums(twins, reached)
        for at_other in np.flatnonzero(self.tie > 0.0):  # not through the tie itself
            other = self.others[at_other]
            beyond = twins.row(other)
            beyond = beyond[beyond != self.subject]
            found[at_other] -= float((1.0 / np.sqrt(counts[other] * counts[beyond])).sum())
        return found

    def neighbours_twins(self, part: float) -> Floats:
        """Return how many twinnings join places near the subject with places near each other one, by nearness.

        Args:
            part: See :meth:`kg.queries.surroundings.Surroundings.twinnings`.
        """
        self.look_around(part)
        if self._surroundings is None:
            return np.zeros(len(self.others))
        # Whoever is twinned with the subject is near itself, and the subject near itself.
        return np.maximum(self._surroundings.twinnings(part) - self.tie, 0.0)

    def look_around(self, part: float) -> None:
        """Say the largest part that :meth:`neighbours_twins` will be asked for, where it is known: what is around is then found once."""
        if part > self._widest:
            self._widest = part
            vars(self).pop("_surroundings", None)

    @cached_property
    def _surroundings(self) -> Surroundings | None:
        if np.isnan(self.snapshot.places.xyz[self.subject, 0]):
            return None
        return Surroundings(self.world, self.subject, self.others, self._widest)

    # Networks --------------------------------------------------------------------------------------------------------------

    def shared(self, layer: Layer, worth: Floats) -> Floats:
        """Return for each other place the sum of ``worth`` over the things that both have.

        What at least one has only through a body that serves it counts at the lower weight of such ties; what both have only
        through one and the same body is not counted.
        """
        held = layer.held
        own, through = np.zeros(held.width), np.full(held.width, -1)
        at = slice(held.starts[self.subject], held.starts[self.subject + 1])
        own[held.columns[at]] = held.weights[at]
        through[held.columns[at]] = held.marks[at]
        of, entry, thing = self.entries(held)
        both = np.flatnonzero(own[thing] > 0.0)
        of, entry, thing = of[both], entry[both], thing[both]
        mark = held.marks[entry]
        weight = np.minimum(own[thing], held.weights[entry])
        weight[(mark >= 0) & (mark == through[thing])] = 0.0
        return floats(np.bincount(of, weights=weight * worth[thing], minlength=len(self.others)))

    @cached_property
    def small_networks(self) -> Floats:
        """How many small networks each other place is in."""
        return self.sums(self.snapshot.networks.held, floats(self.world.small))

    @cached_property
    def own_small_networks(self) -> int | Indices:
        """How many small networks the subject is in."""
        return int(self.world.small[self.snapshot.networks.held.row(self.subject)].sum())

    @cached_property
    def affinity_back(self) -> Floats:
        """The sum over the subject's small networks of how probably each other place would be in it, if it is not yet."""
        networks = self.snapshot.networks
        found = np.zeros(len(self.others))
        for network in networks.held.row(self.subject):
            if self.world.small[network]:
                inside = self._marked(networks.holders.row(network))[self.others] > 0
                found += np.where(inside, 0.0, self.world.probability(self, int(network)))
        return found

    # Projects --------------------------------------------------------------------------------------------------------------

    @cached_property
    def project_activity(self) -> Floats:
        """In how many projects each other town takes or took part."""
        return floats(self.snapshot.town_project_counts[self.others])

    @cached_property
    def project_paths(self) -> Floats:
        """Partners of partners: for each other place the projects of the subject's partners in which it takes part.

        A partner counts one over the partners of the project with the subject, a project of its own one over its partners and
        over the root of how many projects that partner has.
        """
        layer = self.snapshot.town_projects
        counts, sizes = np.maximum(self.snapshot.town_project_counts, 1.0), np.maximum(layer.sizes, 1.0)
        _, at = layer.held.entries([self.subject])
        projects = layer.held.columns[at]
        of, at = layer.holders.entries(projects)
        partners = np.bincount(
            layer.holders.columns[at], weights=1.0 / sizes[projects][of], minlength=layer.held.height
        )
        partners[self.subject] = 0.0
        known = np.flatnonzero(partners > 0.0)
        of, at = layer.held.entries(known)
        weights = (partners[known] / np.sqrt(counts[known]))[of]
        reached = floats(np.bincount(layer.held.columns[at], weights=weights, minlength=layer.held.width) / sizes)
        reached[projects] = 0.0
        return self.sums(layer.held, reached)

    @cached_property
    def programme_share(self) -> Floats:
        """What part of the projects of two NUTS 3 regions (with a fifth of those around, by NUTS 2) is in the same programmes."""
        region, shares = self.snapshot.places.region, self.world.programme_shares
        own = shares[:, region[self.subject]]
        programmes = np.flatnonzero(own > 0.0)
        common = np.minimum(shares[programmes], own[programmes, None])
        return floats(common.sum(0)[region[self.others]])

    # Themes and events -----------------------------------------------------------------------------------------------------

    def shared_themes(self, own: Layer, others: Layer) -> Floats:
        """Return for each other place the themes that the subject has in one layer and it has in the other, by specificity."""
        mine = {own.things[at] for at in own.held.row(self.subject)}
        if not mine:
            return np.zeros(len(self.others))
        known = np.array([theme in mine for theme in others.things], np.float64)
        return self.sums(others.held, known * self.world.specificity(others.things))

    # Groups ----------------------------------------------------------------------------------------------------------------

    @cached_property
    def km(self) -> Floats:
        """How far away each other place is; NaN where unknown."""
        xyz = self.snapshot.places.xyz
        return measures.kilometres(measures.chords(xyz[self.others], xyz[self.subject]))

    def _marked(self, positions: Indices) -> Floats:
        found = np.zeros(len(self.snapshot.places.ids))
        found[positions] = 1.0
        return found
