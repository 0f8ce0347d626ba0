"""The cities and regions of a snapshot, as arrays."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from kg.queries.snapshot.layers import Floats, Indices
from kg.queries.snapshot.tables import FactRow, NodeRow

#: What can be a partner.
PLACE_LABELS = ("City", "Region")


@dataclass(frozen=True, slots=True, eq=False)
class Places:
    """The cities and regions, by id; arrays have one entry for each.

    ``country`` and ``region`` are positions in ``countries`` and ``regions``, where the first is that of places without one;
    ``region`` is the NUTS 3 region or the finest one known, ``larger`` the same on level 2. ``population`` and ``xyz`` (a point on
    the unit sphere) are NaN where unknown.
    """

    ids: tuple[str, ...]
    rows: tuple[NodeRow, ...]
    countries: tuple[str, ...]
    country: Indices
    regions: tuple[str, ...]
    region: Indices
    larger_regions: tuple[str, ...]
    larger: Indices
    population: Floats
    xyz: NDArray[np.float64]


def places_of(nodes: Iterable[NodeRow], located: Iterable[FactRow], by_id: Mapping[str, NodeRow]) -> Places:
    """Return the places among nodes, each in the finest region that a fact locates it in."""
    rows = tuple(sorted((node for node in nodes if node.label in PLACE_LABELS), key=lambda node: node.id))
    region_of: dict[str, str] = {}
    for fact in located:
        code = by_id[fact.end].nuts
        if code is not None and len(code) > len(region_of.get(fact.start, "")):
            region_of[fact.start] = code
    names = [node.nuts or region_of.get(node.id) or f"{node.country or ''}?" for node in rows]
    countries = ("", *sorted({node.country for node in rows if node.country}))
    country_at = {name: at for at, name in enumerate(countries)}
    regions, region = _coded(names)
    larger_regions, larger = _coded([name[:4] for name in names])
    return Places(
        ids=tuple(node.id for node in rows),
        rows=rows,
        countries=countries,
        country=np.array([country_at[node.country or ""] for node in rows], np.int64),
        regions=regions,
        region=region,
        larger_regions=larger_regions,
        larger=larger,
        population=np.array([np.nan if node.population is None else float(node.population) for node in rows]),
        xyz=_on_sphere(
            np.array([np.nan if node.longitude is None else node.longitude for node in rows], np.float64),
            np.array([np.nan if node.latitude is None else node.latitude for node in rows], np.float64),
        ),
    )


def _coded(names: list[str]) -> tuple[tuple[str, ...], Indices]:
    known = tuple(sorted({"?", *names}))
    position = {name: at for at, name in enumerate(known)}
    return known, np.array([position[name] for name in names], np.int64)


def _on_sphere(longitude: Floats, latitude: Floats) -> NDArray[np.float64]:
    east, north = np.radians(longitude), np.radians(latitude)
    return np.column_stack([np.cos(north) * np.cos(east), np.cos(north) * np.sin(east), np.sin(north)]).reshape(-1, 3)
