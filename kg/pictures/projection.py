"""Lambert's azimuthal equal-area projection around Europe, as d3 draws it; the sphere's, as precise as a small map needs."""

from __future__ import annotations

import math
from typing import Any

#: Degrees: the middle of the map.
LONGITUDE, LATITUDE = 14.0, 53.5
#: Pixels of the map.
WIDTH, HEIGHT = 1000.0, 860.0
#: Pixels of the Earth's radius: 6,371 km; the map is about 5,000 km wide.
RADIUS = 1275.0
#: Pixels: where the middle stands, a little left and high, since the continent reaches further to the east and the south.
MIDDLE = (455.0, 420.0)

Pixel = tuple[float, float]


def project(latitude: float, longitude: float) -> Pixel:
    """Return where a place (degrees) stands on the map, in pixels from its upper left corner.

    >>> project(LATITUDE, LONGITUDE) == MIDDLE
    True
    """
    at, middle, turn = math.radians(latitude), math.radians(LATITUDE), math.radians(longitude - LONGITUDE)
    away = 1 + math.sin(middle) * math.sin(at) + math.cos(middle) * math.cos(at) * math.cos(turn)
    scale = RADIUS * math.sqrt(2 / max(away, 1e-9))
    x = scale * math.cos(at) * math.sin(turn)
    y = scale * (math.cos(middle) * math.sin(at) - math.sin(middle) * math.cos(at) * math.cos(turn))
    return MIDDLE[0] + x, MIDDLE[1] - y


def on_map(pixel: Pixel) -> bool:
    """Return whether a place is seen on the map."""
    return 0 <= pixel[0] <= WIDTH and 0 <= pixel[1] <= HEIGHT


def vega_projection() -> dict[str, Any]:
    """Return the same projection for Vega-Lite."""
    return {
        "type": "azimuthalEqualArea",
        "rotate": [-LONGITUDE, -LATITUDE],
        "scale": RADIUS,
        "translate": list(MIDDLE),
        "precision": 0.3,
    }
