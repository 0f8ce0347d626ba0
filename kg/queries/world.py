"""A graph, or a part of it, with the counts over the whole graph brought into its order: what pairs of places are counted in."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from copy import copy
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, TypeVar

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from kg.queries import measures
from kg.queries.snapshot.aggregates import (
    SIZE_CLASSES,
    SMALL_NETWORK,
    USUAL_SPACING,
    Aggregates,
    Counts,
    size_class,
)
from kg.queries.snapshot.graph import Snapshot
from kg.queries.snapshot.layers import Floats, Indices, floats

if TYPE_CHECKING:
    from kg.queries.comparison import Pairs
    from kg.queries.standing import Standing

Spacing = TypeVar("Spacing", float, Floats)

_CLASS_NAMES = tuple(map(str, range(len(SIZE_CLASSES) + 1)))

#: Beyond so many spacings of towns nobody is a neighbour, and never beyond so many kilometres.
REACH = 2.5
FARTHEST = 200.0

#: Of so many places it is kept which networks they would be in.
_PLACES_KEPT = 128

#: So many numbers are kept of how networks go together, 8 bytes each.
_LIFTS_KEPT = 1 << 24

#: Nearness falls to 1/e within this part of the spacing of towns: of immediate neighbours, of surroundings, of the wider area.
CLOSE, WIDE, WIDEST = 0.3, 1.0, 2.0


def neighbourhood(spacing: Spacing) -> Spacing:
    """Return within how many kilometres places have neighbours that any feature looks at, by the spacing of towns around them."""
    return reach(max(CLOSE, WIDE, WIDEST) * spacing)


def reach(scale: Spacing) -> Spacing:
    """Return within how many kilometres places have neighbours, where nearness falls to 1/e in so many."""
    found: Spacing = np.minimum(REACH * scale, FARTHEST)
    return found


class World:
    """A graph, or a part of it, with the counts over the whole graph brought into its order of countries, regions and networks."""

    def __init__(self, snapshot: Snapshot, aggregates: Aggregates) -> None:
        self.snapshot = snapshot
        self.aggregates = aggregates
        self._lifts: dict[int, tuple[Floats, Floats, Floats]] = {}
        # Of the latest places only: their candidates and their scores ask for it one after the other.
        self._affinity: dict[int, Floats] = {}
        self._of_standing: dict[tuple[int, int], Floats] = {}
        self._of_network: dict[int, Floats] = {}

    @classmethod
    def of(cls, snapshot: Snapshot) -> World:
        """Return a whole graph with its own counts."""
        return cls(snapshot, Aggregates.of(snapshot))

    def over(self, snapshot: Snapshot) -> World:
        """Return the same counts, and what was made of them so far, over another part of the graph with the same places and things."""
        found = copy(self)
        found.snapshot = snapshot
        found._affinity = {}  # noqa: SLF001 - of its own class
        return found

    @cached_property
    def standing(self) -> Standing:
        """What finds places among all for their standing."""
        from kg.queries.standing import Standing

        return Standing(self)

    @cached_property
    def in_directory(self) -> Indices:
        """Where each place stands in the directory of all, -1 where it does not."""
        position = self.standing.directory.position
        return np.array([position.get(id_, -1) for id_ in self.snapshot.places.ids], np.int64)

    @cached_property
    def from_directory(self) -> Indices:
        """Where each place of the directory of all stands here, -1 where it does not."""
        found = np.full(len(self.standing.directory.places.ids), -1)
        here = np.flatnonzero(self.in_directory >= 0)
        found[self.in_directory[here]] = here
        return found

    @cached_property
    def spacing(self) -> Floats:
        """How far apart towns are around each place, in kilometres."""
        places = self.snapshot.places
        known = self.aggregates.spacing.totals(places.larger_regions) / 10.0
        return floats(np.where(known > 0, known, USUAL_SPACING)[places.larger])

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
        return floats(1.0 / np.log(1.0 + np.maximum(self.aggregates.themes.totals(themes), 2.0)))

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
        return floats(np.exp(np.minimum(logarithm, 0.0)))

    def affinity(self, place: int) -> Floats:
        """Return how probably a place would be in each network that ``aggregates.members`` names, in that order.

        It is 0 in those that are not small or that the place is in. Nothing but what the place itself has is looked at in the
        graph, so that a part of it will do.
        """
        found = self._affinity.get(place)
        if found is None:
            if len(self._affinity) >= _PLACES_KEPT:
                self._affinity = {}  # another thread may look into the old one still
            self._affinity[place] = found = self._affinity_of(place)
        return found

    def _affinity_of(self, place: int) -> Floats:
        places, networks = self.snapshot.places, self.snapshot.networks
        sizes = self.aggregates.members.row_totals
        own = networks.held.row(place)
        by_networks = np.zeros(len(sizes))
        for network in own.tolist():
            by_networks += self._network_lifts(network)
        class_ = int(size_class(places.population[[place]])[0])
        logarithm = self._standing_lifts(int(places.country[place]), class_) + by_networks / max(len(own), 1)
        found = floats(np.exp(np.minimum(logarithm, 0.0)))
        found[sizes >= SMALL_NETWORK] = 0.0
        mine = self.named[own]
        found[mine[mine >= 0]] = 0.0
        return found

    def _standing_lifts(self, country: int, class_: int) -> Floats:
        """Return the logarithm of how probably places of a country and a size class are in each network."""
        if (country, class_) not in self._of_standing:
            counts, places = self.aggregates, self.snapshot.places
            names, sizes = counts.members.rows, counts.members.row_totals
            by_country = counts.network_countries.column(places.countries[country], names)
            by_size = counts.network_sizes.column(_CLASS_NAMES[class_], names)
            self._of_standing[country, class_] = (
                np.log(sizes / self.active)
                + measures.lift(by_country, sizes * self._active_countries[country] / self.active, 1.0)
                + measures.lift(by_size, sizes * self._active_sizes[class_] / self.active, 1.0)
            )
        return self._of_standing[country, class_]

    def _network_lifts(self, network: int) -> Floats:
        """Return how much more probably members of a network are in each network."""
        found = self._of_network.get(network)
        if found is None:
            counts = self.aggregates
            sizes = counts.members.row_totals
            if len(self._of_network) * len(sizes) >= _LIFTS_KEPT:
                self._of_network.clear()
            together = counts.network_pairs.row(self.snapshot.networks.things[network], counts.members.rows)
            found = measures.lift(together, sizes * self.members[network] / self.active, 1.0)
            self._of_network[network] = found
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
        return floats(active.table(active.rows, _CLASS_NAMES).sum(0))

    @cached_property
    def programme_shares(self) -> NDArray[np.float64]:
        """What part belongs to each programme of the projects in and around each NUTS 3 region, shape (programmes, regions)."""
        counts, regions = self.aggregates.programme_regions, self.snapshot.places.regions
        larger = sorted({name[:4] for name in (*counts.rows, *regions)})
        at = {name: position for position, name in enumerate(larger)}
        around = np.zeros((len(larger), len(counts.columns)))
        cells = counts.cells.tocoo()
        group = np.array([at[name[:4]] for name in counts.rows], np.int64)
        np.add.at(around, (group[cells.row], cells.col), cells.data)
        dense = counts.table(regions, counts.columns) + 0.2 * around[[at[name[:4]] for name in regions]]
        return np.ascontiguousarray((dense / np.maximum(dense.sum(1, keepdims=True), 1.0)).T)

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
        return floats(self.totals[group] * self.totals[others] / max(self.total, 1.0))
