"""Where all places are and how active: the little of each that is needed to find candidates among all of them.

It is counted with the other counts over the whole graph, stored with them, and the same for both engines.
"""

from __future__ import annotations

import base64
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from kg.queries.snapshot.graph import Snapshot
from kg.queries.snapshot.layers import Floats, Indices
from kg.queries.snapshot.places import Places

_ARRAYS = (
    "country", "region", "larger", "population", "xyz", "twins", "small_networks", "projects", "abroad", "abroad_in",
    "abroad_count",
)  # fmt: skip
_NAMES = ("ids", "countries", "regions", "larger_regions")
_WHOLE = frozenset(_ARRAYS) - {"population", "xyz"}


@dataclass(frozen=True, eq=False)
class Directory:
    """All places of a graph.

    Attributes:
        ids: Their ids, ascending.
        countries: Names of countries; ``country`` has the position of each place's.
        regions: NUTS 3 regions, ``region`` likewise.
        larger_regions: NUTS 2 regions, ``larger`` likewise.
        population: Inhabitants, NaN where unknown.
        xyz: Points on the unit sphere, shape ``(n, 3)``, NaN where unknown.
        twins: How many twins each has.
        small_networks: In how many small networks each is.
        projects: In how many projects each town takes part.
        abroad: Positions of places that have twins in a country, with ``abroad_in``, the position of that country, and
            ``abroad_count``, how many.
    """

    ids: tuple[str, ...]
    countries: tuple[str, ...]
    country: Indices
    regions: tuple[str, ...]
    region: Indices
    larger_regions: tuple[str, ...]
    larger: Indices
    population: Floats
    xyz: NDArray[np.float64]
    twins: Floats
    small_networks: Floats
    projects: Floats
    abroad: Indices
    abroad_in: Indices
    abroad_count: Floats

    @classmethod
    def of(cls, snapshot: Snapshot, small: NDArray[np.bool_]) -> Self:
        """Return the directory of a whole graph, of which these networks are small."""
        places, twins, networks = snapshot.places, snapshot.twins, snapshot.networks
        everyone = np.arange(len(places.ids))
        owner = np.repeat(everyone, twins.counts)
        cells, count = np.unique(owner * len(places.countries) + places.country[twins.columns], return_counts=True)
        return cls(
            ids=places.ids,
            countries=places.countries,
            country=places.country,
            regions=places.regions,
            region=places.region,
            larger_regions=places.larger_regions,
            larger=places.larger,
            population=places.population,
            xyz=places.xyz,
            twins=snapshot.twin_counts.astype(np.float64),
            small_networks=networks.held.sums(everyone, small.astype(np.float64)),
            projects=snapshot.town_project_counts.astype(np.float64),
            abroad=cells // len(places.countries),
            abroad_in=cells % len(places.countries),
            abroad_count=count.astype(np.float64),
        )

    @cached_property
    def position(self) -> Mapping[str, int]:
        """The position of each place."""
        return {id_: at for at, id_ in enumerate(self.ids)}

    @cached_property
    def places(self) -> Places:
        """The same as places of a snapshot, without their rows."""
        return Places(
            self.ids, (), self.countries, self.country, self.regions, self.region, self.larger_regions, self.larger,
            self.population, self.xyz,
        )  # fmt: skip

    @cached_property
    def tree(self) -> tuple[Indices, cKDTree]:
        """The places with a location, and these as a tree."""
        placed = np.flatnonzero(~np.isnan(self.xyz[:, 0]))
        return placed, cKDTree(self.xyz[placed])

    @cached_property
    def sectors(self) -> tuple[Indices, Indices]:
        """The group of each place, of those in one country and region, and one place of each group that stands for it."""
        groups = np.column_stack([self.region, self.larger, self.country])
        _, first, group = np.unique(groups, axis=0, return_index=True, return_inverse=True)
        group = group.ravel()
        placed, _ = self.tree
        first = first.copy()
        # One with a location, where there is one: the last in the order backwards is the first by id.
        first[group[placed[::-1]]] = placed[::-1]
        return group, first

    def as_json(self) -> dict[str, Any]:
        """Return it as texts: names by line, arrays packed."""
        return {name: "\n".join(getattr(self, name)) for name in _NAMES} | {
            name: _packed(getattr(self, name), whole=name in _WHOLE) for name in _ARRAYS
        }

    @classmethod
    def from_json(cls, given: Mapping[str, Any]) -> Self:
        """Return the directory of such texts."""
        arrays: dict[str, Any] = {name: _unpacked(given[name], whole=name in _WHOLE) for name in _ARRAYS}
        arrays["xyz"] = arrays["xyz"].reshape(-1, 3)
        for name in ("twins", "small_networks", "projects", "abroad_count"):
            arrays[name] = arrays[name].astype(np.float64)
        names: dict[str, Any] = {name: tuple(given[name].split("\n")) if given[name] else () for name in _NAMES}
        # The first country is that of places without one and has no name, so that one alone looks like none.
        names["countries"] = names["countries"] or ("",)
        return cls(**names, **arrays)


def _packed(values: NDArray[Any], *, whole: bool) -> str:
    kept = np.ascontiguousarray(values, np.int32 if whole else np.float64)
    return base64.b64encode(zlib.compress(kept.tobytes(), 1)).decode("ascii")


def _unpacked(text: str, *, whole: bool) -> NDArray[Any]:
    kept = np.frombuffer(zlib.decompress(base64.b64decode(text)), np.int32 if whole else np.float64)
    return kept.astype(np.int64) if whole else kept.copy()
