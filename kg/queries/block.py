"""Some places of one region, each beside all that it is compared with: what they have in common is looked at once for all of them.

Whom each is compared with is what :func:`kg.queries.candidates.candidates` gives, without its own country; what is here only finds
it in another way, for many at a time.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from datetime import date
from functools import cached_property
from itertools import chain, pairwise

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from scipy.spatial import cKDTree

from kg.queries import candidates as ways
from kg.queries import standing
from kg.queries.block_arrays import (
    alike_in,
    chords_between,
    highest,
    kilometres_between,
    ones,
    positions,
    some_rows,
    sorted_rows,
    worth_by_size,
)
from kg.queries.kinds.kind import Weights
from kg.queries.measures import chord_of, chords, kilometres, nearness
from kg.queries.ranking import Rule, ties
from kg.queries.snapshot.directory import Directory
from kg.queries.snapshot.graph import WIDER, Layer
from kg.queries.snapshot.layers import Floats, Indices, Rows, floats
from kg.queries.snapshot.tables import NodeRow
from kg.queries.validity import is_over
from kg.queries.world import WIDE, World, neighbourhood, reach

#: So many places at a time, so that what is held of them stays small.
MOST = 64

#: Sizes whose logarithms differ by less than this may be taken for one, to find out roughly what they are worth.
SIZE_STEP = 0.05

#: Around so many places at once neighbours are looked for, since a tree gives them as lists, which are large.
_ENDS_AT_ONCE = 500


class Everyone:
    """A whole graph, with what is looked at for every block of places.

    Args:
        world: The graph; its directory has the same places in the same order.
    """

    def __init__(self, world: World) -> None:
        self.world = world
        self._held: dict[Rows, sparse.csr_array] = {}
        snapshot = world.snapshot
        networks = snapshot.networks
        #: For each layer that leads to others what each step counts, and who has each thing.
        self.steps = [
            (networks.held, worth_by_size(world.members) * (world.members < ways.HUB), ones(networks.holders)),
            (snapshot.town_projects.held, worth_by_size(snapshot.town_projects.sizes), self.holders_of_projects),
            (snapshot.events.held, worth_by_size(snapshot.events.sizes), ones(snapshot.events.holders)),
            (snapshot.twins, worth_by_size(snapshot.twin_counts), self.twins),
        ]

    def blocks(self) -> Iterator[Block]:
        """Yield all places in blocks of one country and region, by region, then in order of ids."""
        for subjects in blocks_of(self.world.aggregates.directory):
            yield Block(self, subjects)

    @cached_property
    def lasting(self) -> NDArray[np.bool_]:
        """Which places still are municipalities."""
        snapshot = self.world.snapshot
        return lasting(snapshot.places.rows, snapshot.as_of)

    def tied(self, place: int, existing: Sequence[Rule]) -> Collection[int]:
        """Return with which places one has existing ties of some kinds."""
        return ties(self.world.snapshot, place, existing)

    @cached_property
    def twins(self) -> sparse.csr_array:
        """Who is twinned with whom."""
        return ones(self.world.snapshot.twins)

    @cached_property
    def holders_of_projects(self) -> sparse.csr_array:
        """Which towns take part in each project."""
        return ones(self.world.snapshot.town_projects.holders)

    def held(self, layer: Layer) -> sparse.csr_array:
        """Who has each thing of a layer."""
        if layer.held not in self._held:
            self._held[layer.held] = ones(layer.held)
        return self._held[layer.held]

    @cached_property
    def small_networks(self) -> sparse.csr_array:
        """Who is in which small network."""
        held = self.world.snapshot.networks.held
        of, at = held.entries(np.arange(held.height))
        kept = np.flatnonzero(self.world.small[held.columns[at]])
        cells = (np.ones(len(kept)), (of[kept], held.columns[at[kept]]))
        return sparse.csr_array(cells, shape=(held.height, held.width))

    @cached_property
    def named(self) -> Indices:
        """The position of each network of ``aggregates.members``, -1 where the graph has it not."""
        at = self.world.network_at
        return np.array([at.get(name, -1) for name in self.world.aggregates.members.rows], np.int64)

    @cached_property
    def around_sectors(self) -> tuple[Floats, Floats, NDArray[np.bool_]]:
        """The middle of each sector, how far from it any place of the sector is, as a chord, and whether all have a location."""
        group, stands = self.world.aggregates.directory.sectors
        xyz, number = self.world.snapshot.places.xyz, len(stands)
        placed = np.flatnonzero(~np.isnan(xyz[:, 0]))
        of = group[placed]
        count = np.bincount(of, minlength=number)
        sums = [np.bincount(of, weights=xyz[placed, axis], minlength=number) for axis in range(3)]
        middle = np.column_stack(sums) / np.maximum(count, 1)[:, None]
        wide = np.zeros(number)
        np.maximum.at(wide, of, chords(xyz[placed], middle[of]))
        return middle, wide, count == np.bincount(group, minlength=number)

    @cached_property
    def sizes(self) -> tuple[Indices, Floats]:
        """For each place the step of its size, and for each step the logarithm of the sizes in its middle; NaN where unknown."""
        steps = np.round(np.log(self.world.snapshot.places.population + 300.0) / SIZE_STEP)
        found, step = np.unique(np.nan_to_num(steps, nan=-1.0), return_inverse=True)
        return np.asarray(step, np.int64), np.where(found < 0.0, np.nan, found * SIZE_STEP)

    @cached_property
    def twinned(self) -> tuple[Indices, cKDTree]:
        """The places that have twins and a location, and these as a tree."""
        snapshot = self.world.snapshot
        found = np.flatnonzero((snapshot.twins.counts > 0) & ~np.isnan(snapshot.places.xyz[:, 0]))
        return found, cKDTree(snapshot.places.xyz[found].reshape(-1, 3))

    @cached_property
    def around(self) -> sparse.csr_array:
        """How far from each place that has twins each place is that it is a neighbour of, in kilometres."""
        world, (ends, _) = self.world, self.twinned
        placed, tree = world.aggregates.directory.tree
        xyz = world.snapshot.places.xyz
        # Whoever looks at it cuts it by the distance itself.
        chord = chord_of(neighbourhood(world.spacing[ends])) * WIDER
        counts = np.zeros(len(xyz), np.int64)
        places, away = [np.zeros(0, np.int32)], [np.zeros(0)]
        for first in range(0, len(ends), _ENDS_AT_ONCE):
            some = slice(first, first + _ENDS_AT_ONCE)
            met = tree.query_ball_point(xyz[ends[some]], chord[some], return_sorted=True)
            counts[ends[some]] = [len(near) for near in met]
            columns = placed[np.fromiter(chain.from_iterable(met), np.int64)]
            end = np.repeat(ends[some], counts[ends[some]])
            places.append(columns.astype(np.int32))
            away.append(kilometres(chords(xyz[columns], xyz[end])))
        # A distance of 0 stays an entry: nothing here drops what is stored.
        cells = (np.concatenate(away), np.concatenate(places), np.concatenate([[0], np.cumsum(counts)]))
        return sparse.csr_array(cells, shape=(len(xyz), len(xyz)))


class Block:
    """Some places of one country and region.

    Args:
        everyone: The graph.
        subjects: The positions of the places, ascending.
    """

    def __init__(self, everyone: Everyone, subjects: Indices) -> None:
        self.everyone = everyone
        self.world = everyone.world
        self.snapshot = everyone.world.snapshot
        self.subjects = subjects
        self.country = int(self.snapshot.places.country[subjects[0]])
        self.spacing = float(self.world.spacing[subjects[0]])
        self._by_end: dict[float, Floats] = {}
        self.located = ~np.isnan(self.snapshot.places.xyz[subjects, 0])

    @cached_property
    def twins(self) -> list[Indices]:
        """The twins of each."""
        return [self.snapshot.twins.row(one) for one in self.subjects.tolist()]

    @cached_property
    def affinity(self) -> Floats:
        """How probably each would be in each network of ``aggregates.members``."""
        return np.array([self.world.affinity(one) for one in self.subjects.tolist()])

    # Neighbours and their twins --------------------------------------------------------------------------------------------

    @cached_property
    def ends(self) -> Indices:
        """The twins of all neighbours of any, ascending."""
        return self._near[1]

    @cached_property
    def _near(self) -> tuple[Floats, Indices, sparse.csr_array]:
        """How far each is from neighbours that have twins, those twins, and who of these is whose."""
        xyz, (twinned, tree) = self.snapshot.places.xyz, self.everyone.twinned
        chord = chord_of(neighbourhood(self.spacing)) * WIDER
        met = tree.query_ball_point(xyz[self.subjects[self.located]], chord)
        near = twinned[np.unique(np.fromiter(chain.from_iterable(met), np.int64))]
        apart = np.full((len(self.subjects), len(near)), np.inf)
        apart[self.located] = kilometres_between(xyz[self.subjects[self.located]], xyz[near])
        of, at = self.snapshot.twins.entries(near)
        ends, end = np.unique(self.snapshot.twins.columns[at], return_inverse=True)
        joined = sparse.csr_array((np.ones(len(of)), (end, of)), shape=(len(ends), len(near)))
        joined.sort_indices()
        return apart, ends, joined

    def by_end(self, part: float) -> Floats:
        """Return how many neighbours of each each of ``ends`` is twinned with, by nearness, shape ``(ends, subjects)``.

        Args:
            part: Within this part of the spacing of towns nearness falls to 1/e.
        """
        if part not in self._by_end:
            apart, ends, joined = self._near
            scale = part * self.spacing
            near = np.where(apart <= float(reach(scale)), nearness(apart, scale), 0.0)
            found = floats(joined @ np.ascontiguousarray(near.T))
            found[ends[:, None] == self.subjects[None, :]] = 0.0
            self._by_end[part] = found
        return self._by_end[part]

    def neighbours_twins(self, part: float, others: Indices) -> Floats:
        """Return :meth:`kg.queries.surroundings.Surroundings.twinnings` of some others, shape ``(others, subjects)``."""
        theirs, row, end, near = self._around(part, others)
        return floats(sorted_rows((near, (row, end)), (len(others), len(theirs))) @ theirs)

    def neighbours_twins_at_most(self, part: float, others: Indices) -> Floats:
        """Return more than any of :meth:`neighbours_twins` of each of some others, shape ``(others,)``."""
        theirs, row, end, near = self._around(part, others)
        most = theirs.max(axis=1, initial=0.0)
        return floats(np.bincount(row, weights=near * most[end], minlength=len(others)) * WIDER)

    def _around(self, part: float, others: Indices) -> tuple[Floats, Indices, Indices, Floats]:
        """Return :meth:`by_end` of some ends, and which others are around which of these, by nearness."""
        theirs = self.by_end(part)
        some = np.flatnonzero(theirs.any(axis=1))
        scale = part * self.world.spacing[self.ends[some]]
        around = self.everyone.around[self.ends[some]]
        end = np.repeat(np.arange(len(some)), np.diff(around.indptr))
        row = positions(others, len(self.snapshot.places.ids))[around.indices]
        kept = np.flatnonzero((row >= 0) & (around.data <= reach(scale)[end]))
        return theirs[some], row[kept], end[kept], nearness(around.data[kept], scale[end[kept]])

    # Whom to compare them with ---------------------------------------------------------------------------------------------

    def candidates(self, weights: Weights) -> NDArray[np.bool_]:
        """Return who is compared with each, their own country left out, shape ``(subjects, places)``."""
        found = np.zeros((len(self.subjects), len(self.snapshot.places.ids)), bool)
        for row, some in enumerate(self.world.standing.by_standing_of(self.subjects, self.twins, weights)):
            found[row, some] = True
        if ways.looks_around(weights):
            self._by_neighbours(found)
        for way in (self._nearest, self._alike, self._by_networks, self._by_paths):
            way(found)
        if self.country:
            found &= self.snapshot.places.country != self.country
        found[np.arange(len(self.subjects)), self.subjects] = False
        return found

    def _by_neighbours(self, found: NDArray[np.bool_]) -> None:
        theirs = self.by_end(WIDE).T.copy()
        theirs[:, np.isnan(self.snapshot.places.xyz[self.ends, 0])] = 0.0
        kept = np.zeros_like(theirs)
        for row, own in enumerate(theirs):
            some = ways.top_of(own, standing.ENDS)
            kept[row, some] = own[some]
        some = np.flatnonzero(kept.any(axis=0))
        around = self.everyone.around[self.ends[some]]
        scale = np.repeat(WIDE * self.world.spacing[self.ends[some]], np.diff(around.indptr))
        around.data = np.where(around.data <= reach(scale), nearness(around.data, scale), 0.0)
        around.eliminate_zeros()
        score = sparse.csr_array(kept[:, some]) @ around
        for row in range(len(self.subjects)):
            at = slice(score.indptr[row], score.indptr[row + 1])
            found[row, highest(score.data[at], score.indices[at], standing.BY_NEIGHBOURS)] = True

    def _nearest(self, found: NDArray[np.bool_]) -> None:
        if not self.located.any():
            return
        placed, tree = self.world.aggregates.directory.tree
        xyz = self.snapshot.places.xyz
        rows = np.flatnonzero(self.located)
        own = xyz[self.subjects[rows]]
        middle = own.mean(axis=0)
        wide = float(np.sqrt(((own - middle) ** 2).sum(1)).max())
        number = min(ways.EACH + 1, len(placed))
        farthest, _ = tree.query(middle, k=[number])
        # As near to any of them as so many are to their middle, however far they are from it.
        some = np.sort(placed[tree.query_ball_point(middle, (farthest[0] + 2.0 * wide) * WIDER)])
        if self.country and (self.snapshot.places.country[some] == self.country).all():
            return
        for row, apart in zip(rows.tolist(), chords_between(own, xyz[some]), strict=True):
            # Itself is one of them, wherever it stands among those that are as near.
            within = np.flatnonzero(apart <= np.partition(apart, number - 1)[number - 1])
            within = within[np.lexsort((within, apart[within]))]
            nearest = some[within]
            found[row, nearest[nearest != self.subjects[row]][: ways.EACH]] = True

    def _alike(self, found: NDArray[np.bool_]) -> None:
        places = self.snapshot.places
        rows = np.flatnonzero(~np.isnan(places.population[self.subjects]))
        population = places.population[self.subjects[rows]]
        for name in ways.alike_countries(self.world.aggregates, places.countries[self.country]):
            country = places.countries.index(name) if name in places.countries else -1
            if country != self.country:
                for row, some in zip(rows.tolist(), alike_in(*self.world.by_size(country), population), strict=False):
                    found[row, some] = True

    def _by_networks(self, found: NDArray[np.bool_]) -> None:
        own = self.everyone.small_networks[self.subjects]
        row = np.repeat(np.arange(len(self.subjects)), np.diff(own.indptr))
        likely = self.affinity
        number = min(ways.LIKELY, likely.shape[1])
        if number:
            bar = np.partition(likely, likely.shape[1] - number, axis=1)[:, likely.shape[1] - number]
            at, some = np.divmod(np.flatnonzero((likely >= bar[:, None]) & (likely > 0.0)), likely.shape[1])
            for tied in np.flatnonzero(np.bincount(at, minlength=len(self.subjects)) > number).tolist():
                at, some = at[at != tied], some[at != tied]
                top = ways.top_of(likely[tied], number)
                at, some = np.append(at, np.full(len(top), tied)), np.append(some, top)
            network = self.everyone.named[some]
            row, networks = np.append(row, at[network >= 0]), np.append(own.indices, network[network >= 0])
        else:
            networks = own.indices
        holders = self.snapshot.networks.holders
        of, entry = holders.entries(networks)
        found[row[of], holders.columns[entry]] = True

    def _by_paths(self, found: NDArray[np.bool_]) -> None:
        score = sparse.csr_array(found.shape)
        for held, worth, holders in self.everyone.steps:
            score = score + some_rows(held, self.subjects, worth) @ holders
        score = sparse.csr_array(score + self.everyone.twins[self.subjects])
        for row, one in enumerate(self.subjects.tolist()):
            at = slice(score.indptr[row], score.indptr[row + 1])
            worth, columns = score.data[at], score.indices[at]
            worth[columns == one] = 0.0
            found[row, highest(worth, columns, ways.EACH)] = True


def blocks_of(directory: Directory) -> Iterator[Indices]:
    """Yield the positions of all places, those of one country and region together, by region, then in order of ids."""
    group, stands = directory.sectors
    order = np.argsort(group, kind="stable")
    starts = np.searchsorted(group[order], np.arange(len(stands) + 1)).tolist()
    for start, end in pairwise(starts):
        for first in range(start, end, MOST):
            yield order[first : min(first + MOST, end)]


def lasting(rows: Sequence[NodeRow], as_of: date) -> NDArray[np.bool_]:
    """Return which of some places still are municipalities on a day."""
    found = np.ones(len(rows), bool)
    over = [at for at, row in enumerate(rows) if row.dissolved is not None and is_over(as_of, None, row.dissolved)]
    found[over] = False
    return found
