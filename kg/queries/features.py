"""What terms are made of: for one place and some others, one number for each feature, on a scale that people know.

Each feature is a function of :class:`Pairs`, which counts what the graph says of one place and of those that it is compared with.
The tie between the two themselves is set aside, so that the number is the one that the pair would have without it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from scipy.spatial import cKDTree

from kg.queries import measures
from kg.queries.snapshot.aggregates import (
    SIZE_CLASSES,
    SMALL_NETWORK,
    USUAL_SPACING,
    Aggregates,
    Counts,
    size_class,
)
from kg.queries.snapshot.graph import EARTH_KM, Layer, Snapshot
from kg.queries.snapshot.layers import Floats, Indices, Rows

if TYPE_CHECKING:
    from kg.queries.standing import Standing

Feature = Callable[["Pairs"], Floats]

#: Beyond so many spacings of towns nobody is a neighbour, and never beyond so many kilometres.
REACH = 2.5
FARTHEST = 200.0

#: Nearness falls to 1/e within this part of the spacing of towns: of immediate neighbours, of surroundings, of the wider area.
CLOSE, WIDE, WIDEST = 0.3, 1.0, 2.0


def neighbourhood(spacing: float) -> float:
    """Return within how many kilometres a place has neighbours that any feature looks at, by the spacing of towns around it."""
    return min(REACH * max(CLOSE, WIDE, WIDEST) * spacing, FARTHEST)


class World:
    """A graph, or a part of it, with the counts over the whole graph brought into its order of countries, regions and networks."""

    def __init__(self, snapshot: Snapshot, aggregates: Aggregates) -> None:
        self.snapshot = snapshot
        self.aggregates = aggregates
        self._lifts: dict[int, tuple[Floats, Floats, Floats]] = {}
        # Of the latest place only: its candidates and its scores ask for it one after the other.
        self._affinity: tuple[int, Floats] | None = None

    @classmethod
    def of(cls, snapshot: Snapshot) -> World:
        """Return a whole graph with its own counts."""
        return cls(snapshot, Aggregates.of(snapshot))

    @cached_property
    def standing(self) -> Standing:
        """What finds places among all for their standing."""
        from kg.queries.standing import Standing

        return Standing(self)

    @cached_property
    def spacing(self) -> Floats:
        """How far apart towns are around each place, in kilometres."""
        places = self.snapshot.places
        known = self.aggregates.spacing.totals(places.larger_regions) / 10.0
        return _floats(np.where(known > 0, known, USUAL_SPACING)[places.larger])

    def by_size(self, country: int) -> tuple[Indices, Floats]:
        """Return the places of a country of which the size is known, and their sizes, the smallest first."""
        order, starts, sizes = self._by_size
        if not 0 <= country < len(starts) - 1:
            return order[:0], sizes[:0]
        at = slice(starts[country], starts[country + 1])
        return order[at], sizes[at]

    @cached_property
    def _by_size(self) -> tuple[Indices, Indices, Floats]:
        places = self.snapshot.places
        known = np.flatnonzero(~np.isnan(places.population))
        order = known[np.lexsort((known, places.population[known], places.country[known]))]
        starts = np.searchsorted(places.country[order], np.arange(len(places.countries) + 1))
        return order, np.asarray(starts, np.int64), places.population[order]

    @cached_property
    def members(self) -> Floats:
        """How many members each network has."""
        return self.aggregates.members.totals(self.snapshot.networks.things)

    @cached_property
    def network_at(self) -> Mapping[str, int]:
        """The position of each network."""
        return {name: at for at, name in enumerate(self.snapshot.networks.things)}

    @cached_property
    def named(self) -> Indices:
        """Where each network stands in ``aggregates.members``, -1 where it does not."""
        at = self.aggregates.members.row_at
        return np.array([at.get(name, -1) for name in self.snapshot.networks.things], np.int64)

    @cached_property
    def small(self) -> NDArray[np.bool_]:
        """Which networks are small."""
        return self.members < SMALL_NETWORK

    @cached_property
    def meeting_rate(self) -> float:
        """How often two memberships of small networks meet by chance, see :func:`kg.queries.measures.expected_shared`."""
        sizes = self.aggregates.members.row_totals
        return measures.meeting_rate(sizes[sizes < SMALL_NETWORK])

    def specificity(self, themes: Sequence[str]) -> Floats:
        """Return how specific themes are: one over the logarithm of one more than how many are concerned with each."""
        return _floats(1.0 / np.log(1.0 + np.maximum(self.aggregates.themes.totals(themes), 2.0)))

    @cached_property
    def active(self) -> float:
        """How many places are in a network, a project or a twinning."""
        return max(self.aggregates.active.total, 1.0)

    def lifts(self, network: int) -> tuple[Floats, Floats, Floats]:
        """Return how much more probably places of a country, of a size class and in another network are in a small network."""
        if network not in self._lifts:
            counts, size = self.aggregates, self.members[network]
            things, countries = self.snapshot.networks.things, self.snapshot.places.countries
            name = things[network]
            by_network = measures.lift(self._pairs.row(name, things), size * self.members / self.active, 1.0)
            by_network[network] = 0.0
            self._lifts[network] = (
                measures.lift(
                    counts.network_countries.row(name, countries), size * self._active_countries / self.active, 1.0
                ),
                measures.lift(
                    counts.network_sizes.row(name, _CLASS_NAMES), size * self._active_sizes / self.active, 1.0
                ),
                by_network,
            )
        return self._lifts[network]

    def probability(self, pairs: Pairs, network: int) -> Floats:
        """Return how probably the others of pairs would be in a small network, for their country, size and other networks."""
        places = pairs.others
        held, known = self.snapshot.networks.held, self.snapshot.places
        by_country, by_size, by_network = self.lifts(network)
        mean = pairs.sums(held, by_network) / np.maximum(held.counts[places], 1)
        logarithm = (
            np.log(self.members[network] / self.active)
            + by_country[known.country[places]]
            + by_size[size_class(known.population[places])]
            + mean
        )
        return _floats(np.exp(np.minimum(logarithm, 0.0)))

    def affinity(self, place: int) -> Floats:
        """Return how probably a place would be in each network that ``aggregates.members`` names, in that order.

        It is 0 in those that are not small or that the place is in. Nothing but what the place itself has is looked at in the
        graph, so that a part of it will do.
        """
        if self._affinity is None or self._affinity[0] != place:
            self._affinity = place, self._affinity_of(place)
        return self._affinity[1]

    def _affinity_of(self, place: int) -> Floats:
        counts, places, networks = self.aggregates, self.snapshot.places, self.snapshot.networks
        names, sizes = counts.members.rows, counts.members.row_totals
        country, class_ = places.country[place], size_class(places.population[[place]])[0]
        by_country = counts.network_countries.column(places.countries[country], names)
        by_size = counts.network_sizes.column(_CLASS_NAMES[class_], names)
        own = networks.held.row(place)
        by_networks = np.zeros(len(names))
        for network in own:
            together = counts.network_pairs.row(networks.things[network], names)
            by_networks += measures.lift(together, sizes * self.members[network] / self.active, 1.0)
        logarithm = (
            np.log(sizes / self.active)
            + measures.lift(by_country, sizes * self._active_countries[country] / self.active, 1.0)
            + measures.lift(by_size, sizes * self._active_sizes[class_] / self.active, 1.0)
            + by_networks / max(len(own), 1)
        )
        found = _floats(np.exp(np.minimum(logarithm, 0.0)))
        found[sizes >= SMALL_NETWORK] = 0.0
        mine = self.named[own]
        found[mine[mine >= 0]] = 0.0
        return found

    @cached_property
    def _pairs(self) -> Counts:
        pairs = self.aggregates.network_pairs
        return Counts(pairs.columns, pairs.rows, sparse.csr_array(pairs.cells.T))

    @cached_property
    def _active_countries(self) -> Floats:
        return self.aggregates.active.totals(self.snapshot.places.countries)

    @cached_property
    def _active_sizes(self) -> Floats:
        active = self.aggregates.active
        return _floats(active.table(active.rows, _CLASS_NAMES).sum(0))

    @cached_property
    def programme_shares(self) -> NDArray[np.float64]:
        """What part of the projects in and around each NUTS 3 region belongs to each programme."""
        counts, regions = self.aggregates.programme_regions, self.snapshot.places.regions
        larger = sorted({name[:4] for name in (*counts.rows, *regions)})
        at = {name: position for position, name in enumerate(larger)}
        around = np.zeros((len(larger), len(counts.columns)))
        cells = counts.cells.tocoo()
        group = np.array([at[name[:4]] for name in counts.rows], np.int64)
        np.add.at(around, (group[cells.row], cells.col), cells.data)
        dense = counts.table(regions, counts.columns) + 0.2 * around[[at[name[:4]] for name in regions]]
        shares: NDArray[np.float64] = dense / np.maximum(dense.sum(1, keepdims=True), 1.0)
        return shares

    def groups(self, counts: Counts, names: Sequence[str]) -> Groups:
        """Return a square table of counts in the order of these names."""
        key = id(counts)
        if key not in self._groups:
            totals = counts.totals(names)
            self._groups[key] = Groups(counts.table(names, names), totals, counts.total)
        return self._groups[key]

    @cached_property
    def _groups(self) -> dict[int, Groups]:
        return {}

    @cached_property
    def region_countries(self) -> NDArray[np.float64]:
        """How often each NUTS 2 region twins with each country."""
        places = self.snapshot.places
        return self.aggregates.twin_region_countries.table(places.larger_regions, places.countries)

    @cached_property
    def network_countries(self) -> Groups:
        """How often places of two countries are in one small network, each pair of members counted."""
        table = self.aggregates.network_countries
        observed = (table.cells.T @ table.cells).toarray()
        own = np.asarray(table.cells.sum(axis=0)).ravel()
        np.fill_diagonal(observed, observed.diagonal() - own)
        return self.groups(Counts.of(observed, table.columns, table.columns), self.snapshot.places.countries)


@dataclass(frozen=True, slots=True, eq=False)
class Groups:
    """How often two groups of places (countries or regions) work together, and each in all."""

    observed: NDArray[np.float64]
    totals: Floats
    total: float

    def expected(self, group: int, others: Indices) -> Floats:
        """Return how often by chance, given how often each does at all."""
        return _floats(self.totals[group] * self.totals[others] / max(self.total, 1.0))


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
        self._entries: dict[Rows, tuple[Indices, Indices]] = {}

    def entries(self, rows: Rows) -> tuple[Indices, Indices]:
        """Return :meth:`Rows.entries` of the others, which several features look through."""
        if rows not in self._entries:
            self._entries[rows] = rows.entries(self.others)
        return self._entries[rows]

    def sums(self, rows: Rows, values: Floats) -> Floats:
        """Return :meth:`Rows.sums` of the others."""
        of, at = self.entries(rows)
        return _floats(np.bincount(of, weights=values[rows.columns[at]], minlength=len(self.others)))

    # Twinnings -------------------------------------------------------------------------------------------------------------

    @cached_property
    def tie(self) -> Floats:
        """1 where the two are twinned."""
        return _floats(self._marked(self.snapshot.twins.row(self.subject))[self.others])

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
        here = (country == country[self.subject]).astype(np.float64)
        return self.sums(self.snapshot.twins, here) - self.tie

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
        return _floats(found[self.others])

    @cached_property
    def twin_paths(self) -> Floats:
        r"""Paths of length three within the twinnings, :math:`\sum A_{uw} A_{wx} A_{xv} / \sqrt{k_w k_x}`."""
        twins, counts = self.snapshot.twins, self.snapshot.twin_counts
        mine = twins.row(self.subject)
        of, at = twins.entries(mine)
        ends = twins.columns[at]
        weights = 1.0 / np.sqrt(counts[mine][of] * counts[ends])
        reached = _floats(np.bincount(ends, weights=weights, minlength=twins.height))
        reached[self.subject] = 0.0
        found = self.sums(twins, reached)
        for at_other in np.flatnonzero(self.tie):  # not through the tie itself
            other = self.others[at_other]
            beyond = twins.row(other)
            beyond = beyond[beyond != self.subject]
            found[at_other] -= float((1.0 / np.sqrt(counts[other] * counts[beyond])).sum())
        return found

    def neighbours_twins(self, part: float) -> Floats:
        """Return how many twinnings join places near the subject with places near each other one, by nearness.

        Args:
            part: Nearness is ``exp(-d / s)`` for places ``d`` kilometres apart, where ``s`` is this part of the spacing of towns
                in the region of the first of them.
        """
        twins, xyz = self.snapshot.twins, self.snapshot.places.xyz
        found = np.zeros(len(self.others))
        if np.isnan(xyz[self.subject, 0]):
            return found
        near, apart = self.snapshot.near(self.subject, min(REACH * part * self.world.spacing[self.subject], FARTHEST))
        of, at = twins.entries(near)
        weights = measures.nearness(apart, part * self.world.spacing[self.subject])
        theirs = np.bincount(twins.columns[at], weights=weights[of], minlength=twins.height)
        theirs[self.subject] = 0.0
        ends = np.flatnonzero(theirs)
        ends = ends[~np.isnan(xyz[ends, 0])]
        placed = np.flatnonzero(~np.isnan(xyz[self.others, 0]))
        if len(ends) and len(placed):
            scale = part * self.world.spacing[ends]
            reach = np.minimum(REACH * scale, FARTHEST)
            chord = 2.0 * np.sin(reach.max() / EARTH_KM / 2.0)
            tree = cKDTree(xyz[self.others[placed]])
            met = tree.sparse_distance_matrix(cKDTree(xyz[ends]), chord, output_type="ndarray")
            met = met[np.lexsort((met["j"], met["i"]))]
            end, apart = met["j"], measures.kilometres(met["v"])
            worth = np.where(apart <= reach[end], measures.nearness(apart, scale[end]) * theirs[ends[end]], 0.0)
            found[placed] = np.bincount(met["i"], weights=worth, minlength=len(placed))
        # Whoever is twinned with the subject is near itself, and the subject near itself.
        return np.maximum(found - self.tie, 0.0)

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
        of, entry = self.entries(held)
        thing, mark = held.columns[entry], held.marks[entry]
        weight = np.minimum(own[thing], held.weights[entry])
        weight[(mark >= 0) & (mark == through[thing])] = 0.0
        return _floats(np.bincount(of, weights=weight * worth[thing], minlength=len(self.others)))

    @cached_property
    def small_networks(self) -> Floats:
        """How many small networks each other place is in."""
        return self.sums(self.snapshot.networks.held, _floats(self.world.small))

    @cached_property
    def own_small_networks(self) -> int:
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
        return _floats(self.snapshot.town_project_counts[self.others])

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
        known = np.flatnonzero(partners)
        of, at = layer.held.entries(known)
        weights = (partners[known] / np.sqrt(counts[known]))[of]
        reached = _floats(np.bincount(layer.held.columns[at], weights=weights, minlength=layer.held.width) / sizes)
        reached[projects] = 0.0
        return self.sums(layer.held, reached)

    @cached_property
    def programme_share(self) -> Floats:
        """What part of the projects of two NUTS 3 regions (with a fifth of those around, by NUTS 2) is in the same programmes."""
        region, shares = self.snapshot.places.region, self.world.programme_shares
        regions, at = np.unique(region[self.others], return_inverse=True)
        common = np.minimum(shares[regions], shares[region[self.subject]])
        return _floats(common.sum(1)[at])

    # Themes and events -----------------------------------------------------------------------------------------------------

    def shared_themes(self, own: Layer, others: Layer) -> Floats:
        """Return for each other place the themes that the subject has in one layer and it has in the other, by specificity."""
        mine = {own.things[at] for at in own.held.row(self.subject)}
        known = np.array([theme in mine for theme in others.things], np.float64)
        return self.sums(others.held, known * self.world.specificity(others.things))

    # Groups ----------------------------------------------------------------------------------------------------------------

    @cached_property
    def km(self) -> Floats:
        """How far away each other place is; NaN where unknown."""
        xyz = self.snapshot.places.xyz
        return measures.kilometres(np.sqrt(((xyz[self.others] - xyz[self.subject]) ** 2).sum(1)))

    def _marked(self, positions: Indices) -> Floats:
        found = np.zeros(len(self.snapshot.places.ids))
        found[positions] = 1.0
        return found


_CLASS_NAMES = tuple(map(str, range(len(SIZE_CLASSES) + 1)))


def _floats(values: Any) -> Floats:
    return np.asarray(values, np.float64)


# The features --------------------------------------------------------------------------------------------------------------


def distance(pairs: Pairs) -> Floats:
    """Kilometres between the two."""
    return pairs.km


def size(pairs: Pairs) -> Floats:
    """How many times larger the larger one is, each with 300 inhabitants added."""
    population = pairs.snapshot.places.population
    return _floats(np.exp(measures.size_difference(population[pairs.subject], population[pairs.others])))


def population(pairs: Pairs) -> Floats:
    """Inhabitants of the other place."""
    return pairs.snapshot.places.population[pairs.others]


def twin_countries(pairs: Pairs) -> Floats:
    """How many times as often as by chance the two countries twin."""
    countries = pairs.snapshot.places.country
    groups = pairs.world.groups(pairs.aggregates.twin_countries, pairs.snapshot.places.countries)
    own, others = countries[pairs.subject], countries[pairs.others]
    return _times(groups.observed[own, others], groups.expected(own, others), 2.0)


def twin_regions(pairs: Pairs) -> Floats:
    """How many times as often as others of their two countries the two regions twin."""
    places, world, counts = pairs.snapshot.places, pairs.world, pairs.aggregates
    regions = world.groups(counts.twin_regions, places.larger_regions)
    countries = world.groups(counts.twin_countries, places.countries)
    own, others = places.larger[pairs.subject], places.larger[pairs.others]
    here, there = places.country[pairs.subject], places.country[pairs.others]
    expected = (
        countries.observed[here, there]
        * measures.share(regions.totals[own], countries.totals[here])
        * measures.share(regions.totals[others], countries.totals[there])
    )
    return _times(regions.observed[own, others], expected, 1.0)


def twin_region_countries(pairs: Pairs) -> Floats:
    """How many times as often as others of its country the one's region twins with the other's country, both ways multiplied."""
    places, world, counts = pairs.snapshot.places, pairs.world, pairs.aggregates
    regions = world.groups(counts.twin_regions, places.larger_regions)
    countries = world.groups(counts.twin_countries, places.countries)
    of_region = world.region_countries
    own, others = places.larger[pairs.subject], places.larger[pairs.others]
    here, there = places.country[pairs.subject], places.country[pairs.others]
    between = countries.observed[here, there]
    usual, usual_back = (measures.share(between, countries.totals[side]) for side in (here, there))
    forth = _times(of_region[own, there], regions.totals[own] * usual, 2.0 * usual + 0.02)
    back = _times(of_region[others, here], regions.totals[others] * usual_back, 2.0 * usual_back + 0.02)
    return forth * back


def own_twins_there(pairs: Pairs) -> Floats:
    """Twins that the subject has in the other's country."""
    return pairs.own_twins_there


def their_twins_here(pairs: Pairs) -> Floats:
    """Twins that the other place has in the subject's country."""
    return pairs.their_twins_here


def twin_towns(pairs: Pairs) -> Floats:
    """Twins of the other place."""
    return pairs.other_twins


def shared_twins(pairs: Pairs) -> Floats:
    """What part of all twins of the two is common to both (Jaccard)."""
    shared = pairs.shared_twins
    return shared / np.maximum(pairs.own_twins + pairs.other_twins - shared, 1.0)


def specific_twins(pairs: Pairs) -> Floats:
    """Common twins, each as one over how many twins it has (resource allocation)."""
    return pairs.specific_twins


def twin_paths(pairs: Pairs) -> Floats:
    """Paths of three twinnings from one to the other, each less the more twins are on the way."""
    return pairs.twin_paths


def near_twins(pairs: Pairs) -> Floats:
    """Twinnings between the immediate neighbours of the two, by nearness."""
    return pairs.neighbours_twins(CLOSE)


def near_twins_wide(pairs: Pairs) -> Floats:
    """Twinnings between the surroundings of the two, by nearness."""
    return pairs.neighbours_twins(WIDE)


def near_twins_widest(pairs: Pairs) -> Floats:
    """Twinnings between the wider areas of the two, by nearness."""
    return pairs.neighbours_twins(WIDEST)


def small_networks(pairs: Pairs) -> Floats:
    """Small networks of the other place."""
    return pairs.small_networks


def network_affinity(pairs: Pairs) -> Floats:
    """How many of the other's small networks the subject would probably be in, for its country, size and other networks."""
    affinity = np.append(pairs.world.affinity(pairs.subject), 0.0)[pairs.world.named]
    return pairs.sums(pairs.snapshot.networks.held, affinity)


def network_affinity_back(pairs: Pairs) -> Floats:
    """How many of the subject's small networks the other place would probably be in."""
    return pairs.affinity_back


def network_countries(pairs: Pairs) -> Floats:
    """How many times as often as by chance places of the two countries are in the same small network."""
    countries = pairs.snapshot.places.country
    groups = pairs.world.network_countries
    own, others = countries[pairs.subject], countries[pairs.others]
    return _times(groups.observed[own, others], groups.expected(own, others), 2.0)


def shared_small_networks(pairs: Pairs) -> Floats:
    """How many times as many small networks the two share as two places as active as these would by chance."""
    shared = pairs.shared(pairs.snapshot.networks, pairs.world.small.astype(np.float64))
    own = np.full(len(pairs.others), float(pairs.own_small_networks))
    return _times(shared, measures.expected_shared(own, pairs.small_networks, pairs.world.meeting_rate), 0.5)


def shared_networks(pairs: Pairs) -> Floats:
    """Networks of both, each as one over the logarithm of one more than its members (Adamic-Adar)."""
    members = pairs.world.members
    return pairs.shared(pairs.snapshot.networks, 1.0 / np.log(1.0 + np.maximum(members, 2.0)))


def shared_projects(pairs: Pairs) -> Floats:
    """Projects in which both take or took part, or organisations seated in both towns."""
    layer = pairs.snapshot.town_projects
    return pairs.shared(layer, np.ones(len(layer.things)))


def project_activity(pairs: Pairs) -> Floats:
    """Projects in which the other place, or an organisation seated there, takes or took part."""
    return pairs.project_activity


def project_paths(pairs: Pairs) -> Floats:
    """Projects of the subject's partners in which the other place takes part, each less the more take part."""
    return pairs.project_paths


def project_countries(pairs: Pairs) -> Floats:
    """How many times as often as by chance the two countries are in the same project."""
    countries = pairs.snapshot.places.country
    groups = pairs.world.groups(pairs.aggregates.project_countries, pairs.snapshot.places.countries)
    own, others = countries[pairs.subject], countries[pairs.others]
    return _times(groups.observed[own, others], groups.expected(own, others), 2.0)


def project_regions(pairs: Pairs) -> Floats:
    """How many times as often as by chance the two regions are in the same project."""
    larger = pairs.snapshot.places.larger
    groups = pairs.world.groups(pairs.aggregates.project_regions, pairs.snapshot.places.larger_regions)
    own, others = larger[pairs.subject], larger[pairs.others]
    return _times(groups.observed[own, others], groups.expected(own, others), 1.0)


def programme_share(pairs: Pairs) -> Floats:
    """What part of the projects in and around the two NUTS 3 regions belongs to the same programmes."""
    return pairs.programme_share


def themes_matched(pairs: Pairs) -> Floats:
    """Themes that one seeks and the other offers, by specificity."""
    seeks, offers = pairs.snapshot.seeks, pairs.snapshot.offers
    return pairs.shared_themes(seeks, offers) + pairs.shared_themes(offers, seeks)


def themes_shared(pairs: Pairs) -> Floats:
    """Themes that both seek or both offer, by specificity."""
    seeks, offers = pairs.snapshot.seeks, pairs.snapshot.offers
    return pairs.shared_themes(seeks, seeks) + pairs.shared_themes(offers, offers)


def themes_in_projects(pairs: Pairs) -> Floats:
    """Themes on which both work or worked in projects, or the one does and the other seeks or offers them, by specificity."""
    seeks, offers, projects = pairs.snapshot.seeks, pairs.snapshot.offers, pairs.snapshot.project_themes
    return (
        pairs.shared_themes(projects, projects)
        + pairs.shared_themes(projects, seeks)
        + pairs.shared_themes(projects, offers)
        + pairs.shared_themes(seeks, projects)
        + pairs.shared_themes(offers, projects)
    )


def shared_events(pairs: Pairs) -> Floats:
    """Events in which both took part, by specificity."""
    layer = pairs.snapshot.events
    return pairs.shared(layer, 1.0 / np.log(1.0 + np.maximum(layer.sizes, 2.0)))


def _times(observed: Floats, expected: Floats, prior: float | Floats) -> Floats:
    return _floats(np.exp(measures.lift(observed, expected, prior)))


#: Every feature, by name.
FEATURES: Mapping[str, Feature] = {
    function.__name__: function
    for function in (
        distance, size, population,
        twin_countries, twin_regions, twin_region_countries, own_twins_there, their_twins_here, twin_towns, shared_twins,
        specific_twins, twin_paths, near_twins, near_twins_wide, near_twins_widest,
        small_networks, network_affinity, network_affinity_back, network_countries, shared_small_networks, shared_networks,
        shared_projects, project_activity, project_paths, project_countries, project_regions, programme_share,
        themes_matched, themes_shared, themes_in_projects, shared_events,
    )
}  # fmt: skip
