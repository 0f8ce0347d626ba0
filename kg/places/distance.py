"""Distances on the ground."""

from __future__ import annotations

import math

EARTH_RADIUS_KM = 6371.0


def kilometres(here: tuple[float, float], there: tuple[float, float]) -> float:
    """Return the great-circle distance between two points (longitude, latitude) in degrees.

    >>> round(kilometres((24.11, 56.95), (24.75, 59.44)))
    279
    """
    (longitude, latitude), (other_longitude, other_latitude) = here, there
    first, second = math.radians(latitude), math.radians(other_latitude)
    half = (
        math.sin((second - first) / 2) ** 2
        + math.cos(first) * math.cos(second) * math.sin(math.radians(other_longitude - longitude) / 2) ** 2
    )
    return 2 * EARTH_RADIUS_KM * math.asin(min(1.0, math.sqrt(half)))
