"""Where all places are and how active: the little of each that is needed to find candidates among all of them.

It is counted with the other counts over the whole graph, stored with them, and the same for both engines.
"""

from __future__ import annotations

import base64
import zlib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from kg.queries.snapshot.graph import Snapshot
from kg.queries.snapshot.layers import Floats, Indices, Rows
from kg.queries.snapshot.places import Places

_NAMES = ("ids", "countries", "regions", "larger_regions")
_OF_PLACES = ("country", "region", "larger", "population", "xyz")
_COUNTS = ("twins", "small_networks", "projects", "abroad", "abroad_in", "abroad_count")
_ARRAYS = (*_OF_PLACES, *_COUNTS)
_WHOLE = frozenset(_ARRAYS) - {"population", "xyz"}


@dataclass(frozen=True, eq=False)
class Directory:
    """All places of a graph.

    Attributes:
        places: The places, without their rows.
        twins: How many twins each has.
        small_networks: In how many small networks each is.
        projects: In how many projects each town takes part.
        abroad: Positions of places that have twins in a country, with ``abroad_in``, the position of that country, and
            ``abroad_count``, how many.
    """

    places: Places
    twins: Floats
    small_networks: Floats
    projects: Floats
    abroad: Indices
    abroad_in: Indices
    abroad_count: Floats

    @classmethod
    def of(cls, snapshot: Snapshot, small: NDArray[np.bool_]) -> Self:
        """Return the directory of a whole graph, of which these networks are small."""
        everyone = np.arange(len(snapshot.places.ids))
        return cls.of_counts(
            snapshot.places,
            snapshot.twins,
            small_networks=snapshot.networks.held.sums(everyone, small.astype(np.float64)),
            projects=snapshot.town_project_counts.astype(np.float64),
        )

    @classmethod
    def of_counts(cls, places: Places, twins: Rows, *, small_networks: Floats, projects: Floats) -> Self:
        """Return the directory of all places with their twins, where the small networks and projects of each are counted already."""
        owner = np.repeat(np.arange(len(places.ids)), twins.counts)
        cells, count = np.unique(owner * len(places.countries) + places.country[twins.columns], return_counts=True)
        return cls(
            places=replace(places, rows=()),
            twins=twins.counts.astype(np.float64),
            small_networks=small_networks,
            projects=projects,
            abroad=cells // len(places.countries),
            abroad_in=cells % len(places.countries),
            abroad_count=count.astype(np.float64),
        )

    @cached_property
    def position(self) -> Mapping[str, int]:
        """The position of each place."""
        return {id_: at for at, id_ in enumerate(self.places.ids)}

    @cached_property
    def tree(self) -> tuple[Indices, cKDTree]:
        """The places with a location, and these as a tree."""
        placed = np.flatnonzero(~np.isnan(self.places.xyz[:, 0]))
        return placed, cKDTree(self.places.xyz[placed])

    @cached_property
    def sectors(self) -> tuple[Indices, Indices]:
        """The group of each place, of those in one country and region, and one place of each group that stands for it."""
        groups = np.column_stack([self.places.region, self.places.larger, self.places.country])
        _, first, group = np.unique(groups, axis=0, return_index=True, return_inverse=True)
        group = group.ravel()
        placed, _ = self.tree
        first = first.copy()
        # One with a location, where there is one: the last in the order backwards is the first by id.
        first[group[placed[::-1]]] = placed[::-1]
        return group, first

    def as_json(self) -> dict[str, Any]:
        """Return it as texts: names by line, arrays packed."""
        names = {name: "\n".join(getattr(self.places, name)) for name in _NAMES}
        arrays = {name: getattr(self.places, name) for name in _OF_PLACES}
        arrays |= {name: getattr(self, name) for name in _COUNTS}
        return names | {name: _packed(array, whole=name in _WHOLE) for name, array in arrays.items()}

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
        places = Places(rows=(), **names, **{name: arrays.pop(name) for name in _OF_PLACES})
        return cls(places=places, **arrays)


def _packed(values: NDArray[Any], *, whole: bool) -> str:
    kept = np.ascontiguousarray(values, np.int32 if whole else np.float64)
    return base64.b64encode(zlib.compress(kept.tobytes(), 1)).decode("ascii")


def _unpacked(text: str, *, whole: bool) -> NDArray[Any]:
    kept = np.frombuffer(zlib.decompress(base64.b64decode(text)), np.int32 if whole else np.float64)
    return kept.astype(np.int64) if whole else kept.copy()
