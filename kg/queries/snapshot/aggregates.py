"""Counts over the whole graph, by country, region, programme and network: what is usual, against which a pair is held.

They are small, know groups by name, and can be stored: the live engine reads them instead of the graph.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from functools import cached_property
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from scipy.spatial import cKDTree

from kg.queries.measures import kilometres
from kg.queries.snapshot.directory import Directory
from kg.queries.snapshot.graph import Snapshot
from kg.queries.snapshot.layers import Floats, Indices, Rows
from kg.queries.snapshot.places import Places

#: A network of fewer members than this is small: to share it says more.
SMALL_NETWORK = 150

#: From which populations on a place is of the next size class.
SIZE_CLASSES = (5_000, 20_000, 50_000, 100_000, 200_000, 500_000, 1_000_000)

#: How far apart towns are in a region: the median distance to the town that is this many places away.
_NEIGHBOUR = 15

#: The spacing of towns, in kilometres, where too few are known to say.
USUAL_SPACING = 20.0

#: So many lists of names are remembered with their positions.
_KEPT = 100


@dataclass(frozen=True, eq=False)
class Counts:
    """How often each of some names goes with each of others: a sparse table of counts.

    Attributes:
        rows: Names of the rows, ascending.
        columns: Names of the columns, ascending.
        cells: Counts of shape ``(len(rows), len(columns))``.
    """

    rows: tuple[str, ...]
    columns: tuple[str, ...]
    cells: sparse.csr_array

    @classmethod
    def of(cls, cells: Any, rows: Sequence[str], columns: Sequence[str]) -> Self:
        """Return the table of a matrix with these names; rows and columns of zeros are left out."""
        table = sparse.csr_array(cells, dtype=np.float64)
        table.eliminate_zeros()
        keep = (np.flatnonzero(table.sum(axis=1)).tolist(), np.flatnonzero(table.sum(axis=0)).tolist())
        table = sparse.csr_array(table[keep[0]][:, keep[1]])
        table.sort_indices()
        return cls(tuple(rows[at] for at in keep[0]), tuple(columns[at] for at in keep[1]), table)

    @cached_property
    def row_at(self) -> Mapping[str, int]:
        """The position of each row."""
        return {name: at for at, name in enumerate(self.rows)}

    @cached_property
    def column_at(self) -> Mapping[str, int]:
        """The position of each column."""
        return {name: at for at, name in enumerate(self.columns)}

    @cached_property
    def row_totals(self) -> Floats:
        """The sum of each row."""
        return np.asarray(self.cells.sum(axis=1), np.float64).ravel()

    def row(self, name: str, columns: Sequence[str]) -> Floats:
        """Return the counts of one row in these columns, 0 for a name that does not occur."""
        return self._line(self.cells, self.row_at.get(name), self._positions(self.column_at, columns))

    def column(self, name: str, rows: Sequence[str]) -> Floats:
        """Return the counts of one column in these rows, 0 for a name that does not occur."""
        return self._line(self._turned, self.column_at.get(name), self._positions(self.row_at, rows))

    @cached_property
    def _turned(self) -> sparse.csr_array:
        return sparse.csr_array(self.cells.T)

    @staticmethod
    def _line(cells: sparse.csr_array, at: int | None, wanted: Indices) -> Floats:
        """Return the counts of a row at the positions wanted, 0 at -1."""
        # One longer, so that -1 is the place of a 0.
        dense = np.zeros(cells.shape[1] + 1)
        if at is not None:
            line = slice(cells.indptr[at], cells.indptr[at + 1])
            dense[cells.indices[line]] = cells.data[line]
        return np.asarray(dense[wanted], np.float64)

    def table(self, rows: Sequence[str], columns: Sequence[str]) -> NDArray[np.float64]:
        """Return the counts of these rows in these columns, dense, 0 for a name that does not occur."""
        found = np.zeros((len(rows), len(columns)))
        at, of = self._positions(self.row_at, rows), self._positions(self.column_at, columns)
        known = np.flatnonzero(at >= 0), np.flatnonzero(of >= 0)
        if len(known[0]) and len(known[1]):
            found[np.ix_(*known)] = self.cells[at[known[0]]][:, of[known[1]]].toarray()
        return found

    def totals(self, rows: Sequence[str]) -> Floats:
        """Return the sums of these rows."""
        at = self._positions(self.row_at, rows)
        return np.append(self.row_totals, 0.0)[at]

    def _positions(self, at: Mapping[str, int], names: Sequence[str]) -> Indices:
        """Return where names are, -1 for one that does not occur; of a tuple, which a graph keeps, this is found once."""
        if not isinstance(names, tuple):
            return np.array([at.get(name, -1) for name in names], np.int64)
        # By identity, since a hash would read all the names; they are kept, so that nothing else can get their id.
        key = (at is self.column_at, id(names))
        if key not in self._found:
            if len(self._found) >= _KEPT:
                self._found.clear()
            self._found[key] = names, np.array([at.get(name, -1) for name in names], np.int64)
        return self._found[key][1]

    @cached_property
    def _found(self) -> dict[tuple[bool, int], tuple[tuple[str, ...], Indices]]:
        return {}

    @property
    def total(self) -> float:
        """The sum of all cells."""
        return float(self.row_totals.sum())

    def as_json(self) -> dict[str, Any]:
        """Return the table as plain lists."""
        cells = self.cells.tocoo()
        return {
            "rows": list(self.rows),
            "columns": list(self.columns),
            "cells": [cells.row.tolist(), cells.col.tolist(), cells.data.astype(int).tolist()],
        }

    @classmethod
    def from_json(cls, given: Mapping[str, Any]) -> Self:
        """Return the table of such lists."""
        row, column, count = given["cells"]
        shape = (len(given["rows"]), len(given["columns"]))
        cells = sparse.csr_array((np.array(count, np.float64), (row, column)), shape=shape)
        cells.sort_indices()
        return cls(tuple(given["rows"]), tuple(given["columns"]), cells)


@dataclass(frozen=True, eq=False)
class Aggregates:
    """Counts over the whole graph.

    Attributes:
        twin_countries: Twinnings by the countries of both ends; each counts in both directions.
        twin_regions: The same by NUTS 2 regions.
        twin_region_countries: The same, of a region with a country.
        project_countries: Projects in which two countries both take part, by their towns.
        project_regions: The same by NUTS 2 regions.
        programme_regions: Projects of each NUTS 3 region by programme.
        network_countries: Members that are places, of each small network by country.
        network_sizes: The same by size class.
        network_pairs: Places that are in both, of each network and each small network.
        active: Places that are in a network, a project or a twinning, by country and size class.
        spacing: How far apart the towns of a NUTS 2 region are, in tenths of a kilometre (one column, ``""``).
        members: How many members each network has (one column).
        themes: How many places seek each theme, offer it, and work on it in projects, added up (one column).
        directory: Where all places are and how active.
    """

    twin_countries: Counts
    twin_regions: Counts
    twin_region_countries: Counts
    project_countries: Counts
    project_regions: Counts
    programme_regions: Counts
    network_countries: Counts
    network_sizes: Counts
    network_pairs: Counts
    active: Counts
    spacing: Counts
    members: Counts
    themes: Counts
    directory: Directory

    @classmethod
    def of(cls, snapshot: Snapshot) -> Self:
        """Return the counts of a whole graph."""
        places, networks = snapshot.places, snapshot.networks
        small = networks.sizes < SMALL_NETWORK
        sizes = size_class(places.population)
        names = tuple(map(str, range(len(SIZE_CLASSES) + 1)))
        country = _members(places.country, len(places.countries))
        larger = _members(places.larger, len(places.larger_regions))
        held = _cells(networks.held)
        small_held = held[:, np.flatnonzero(small)]
        small_names = tuple(name for name, is_small in zip(networks.things, small, strict=True) if is_small)
        pairs = sparse.lil_array(held.T @ small_held)
        for at, column in enumerate(np.flatnonzero(small)):
            pairs[column, at] = 0
        towns = _cells(snapshot.town_projects.held)
        active = (
            (networks.held.counts > 0) | (snapshot.town_projects.held.counts > 0) | (snapshot.twins.counts > 0)
        ).astype(np.float64)
        by_size = _members(sizes, len(names))
        return cls(
            **counts_of_twins(places, snapshot.twins),
            project_countries=_together(country, towns, places.countries),
            project_regions=_together(larger, towns, places.larger_regions),
            programme_regions=_programmes(snapshot, towns),
            network_countries=Counts.of(small_held.T @ country, small_names, places.countries),
            network_sizes=Counts.of(small_held.T @ by_size, small_names, names),
            network_pairs=Counts.of(pairs, networks.things, small_names),
            active=Counts.of(country.T @ (by_size * active[:, None]), places.countries, names),
            spacing=spacing_of(snapshot.places),
            members=Counts.of(networks.sizes[:, None], networks.things, ("",)),
            themes=_themes(snapshot),
            directory=Directory.of(snapshot, small),
        )

    @cached_property
    def countries(self) -> tuple[str, ...]:
        """All countries that are counted, ascending."""
        tables = self.twin_countries, self.project_countries
        return tuple(sorted(set(self.active.rows).union(*(table.columns for table in tables)) - {""}))

    def as_json(self) -> dict[str, Any]:
        """Return all tables as plain lists."""
        return {field.name: getattr(self, field.name).as_json() for field in fields(self)}

    @classmethod
    def from_json(cls, given: Mapping[str, Any]) -> Self:
        """Return the tables of such lists."""
        directory = Directory.from_json(given["directory"])
        tables = {field.name: Counts.from_json(given[field.name]) for field in fields(cls) if field.name != "directory"}
        return cls(**tables, directory=directory)


def size_class(population: Floats) -> Indices:
    """Return the size class of each population, 0 where it is unknown."""
    return np.digitize(np.nan_to_num(population), SIZE_CLASSES).astype(np.int64)


def counts_of_twins(places: Places, twins: Rows) -> dict[str, Counts]:
    """Return the twinnings by countries, by regions, and of regions with countries, see :class:`Aggregates`."""
    country = _members(places.country, len(places.countries))
    larger = _members(places.larger, len(places.larger_regions))
    cells = _cells(twins)
    return {
        "twin_countries": Counts.of(country.T @ cells @ country, places.countries, places.countries),
        "twin_regions": Counts.of(larger.T @ cells @ larger, places.larger_regions, places.larger_regions),
        "twin_region_countries": Counts.of(larger.T @ cells @ country, places.larger_regions, places.countries),
    }


def _members(group: Indices, groups: int) -> sparse.csr_array:
    return sparse.csr_array((np.ones(len(group)), (np.arange(len(group)), group)), shape=(len(group), groups))


def _cells(rows: Rows) -> sparse.csr_array:
    return sparse.csr_array((np.ones(len(rows.columns)), rows.columns, rows.starts), shape=(rows.height, rows.width))


def _presence(group: sparse.csr_array, held: sparse.csr_array) -> sparse.csr_array:
    present = sparse.csr_array(group.T @ held)
    present.data[:] = 1.0
    return present


def _together(group: sparse.csr_array, held: sparse.csr_array, names: Sequence[str]) -> Counts:
    present = _presence(group, held)
    together = sparse.lil_array(present @ present.T)
    together.setdiag(0)
    return Counts.of(together, names, names)


def _programmes(snapshot: Snapshot, towns: sparse.csr_array) -> Counts:
    places = snapshot.places
    names = sorted(set(snapshot.programme.values()))
    column = {name: at for at, name in enumerate(names)}
    funded = [
        (at, column[snapshot.programme[project]])
        for at, project in enumerate(snapshot.town_projects.things)
        if project in snapshot.programme
    ]
    rows, columns = np.array(funded, np.int64).reshape(-1, 2).T
    by_programme = sparse.csr_array((np.ones(len(rows)), (rows, columns)), shape=(towns.shape[1], len(names)))
    present = _presence(_members(places.region, len(places.regions)), towns)
    return Counts.of(present @ by_programme, places.regions, names)


def _themes(snapshot: Snapshot) -> Counts:
    concerned: dict[str, float] = defaultdict(float)
    for layer in (snapshot.seeks, snapshot.offers, snapshot.project_themes):
        for theme, size in zip(layer.things, layer.held.transposed().counts, strict=True):
            concerned[theme] += float(size)
    names = sorted(concerned)
    return Counts.of(np.array([concerned[name] for name in names]).reshape(-1, 1), names, ("",))


def spacing_of(places: Places) -> Counts:
    """Return how far apart the towns of each NUTS 2 region are, see :class:`Aggregates`."""
    placed = np.flatnonzero(~np.isnan(places.xyz[:, 0]) & (places.country > 0))
    names: list[str] = []
    spacing: list[int] = []
    if len(placed) > _NEIGHBOUR:
        chord, _ = cKDTree(places.xyz[placed]).query(places.xyz[placed], k=[_NEIGHBOUR + 1])
        distance = kilometres(chord[:, 0])
        larger = places.larger[placed]
        order = np.argsort(larger, kind="stable")
        for group in np.split(order, np.flatnonzero(np.diff(larger[order])) + 1):
            names.append(places.larger_regions[larger[group[0]]])
            spacing.append(max(1, round(10 * float(np.median(distance[group])))))
    return Counts.of(np.array(spacing, np.float64).reshape(-1, 1), names, ("",))
