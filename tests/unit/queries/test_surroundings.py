"""Who is near whom around two places: found by all pairs, a piece at a time."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kg.queries import surroundings
from kg.queries.measures import chords, kilometres
from kg.queries.snapshot.layers import Floats

SPOTS = st.lists(st.tuples(st.floats(-2.0, 2.0), st.floats(50.0, 52.0)), max_size=12)


def on_the_sphere(spots: list[tuple[float, float]]) -> Floats:
    """Return points by longitude and latitude in degrees, shape ``(n, 3)``."""
    longitude, latitude = np.radians(np.array(spots, np.float64).reshape(-1, 2)).T
    return np.column_stack(
        [np.cos(latitude) * np.cos(longitude), np.cos(latitude) * np.sin(longitude), np.sin(latitude)]
    )


@given(SPOTS, SPOTS, st.one_of(st.just(0.0), st.floats(1.0, 200.0)), st.integers(1, 30))
@settings(deadline=None)
def test_all_that_are_near_are_found_row_by_row(
    others: list[tuple[float, float]], ends: list[tuple[float, float]], around: float, at_once: int
) -> None:
    some, those = on_the_sphere(others), on_the_sphere(ends)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(surroundings, "_AT_ONCE", at_once)
        other, end, away = surroundings._met(some, those, around)
    found = list(zip(other.tolist(), end.tolist(), strict=True))
    apart = [
        (one, at, float(kilometres(chords(some[[one]], those[at]))[0]))
        for one in range(len(some))
        for at in range(len(those))
    ]
    assert found == sorted(set(found))
    assert set(found) >= {(one, at) for one, at, distance in apart if distance <= around}
    assert all(distance <= around + 0.1 for one, at, distance in apart if (one, at) in set(found))
    assert away.tolist() == [float(kilometres(chords(some[[one]], those[at]))[0]) for one, at in found]


def test_one_exactly_as_far_away_is_found() -> None:
    some, those = on_the_sphere([(0.0, 50.0), (0.5, 50.5)]), on_the_sphere([(1.0, 51.0)])
    for place, distance in enumerate(kilometres(chords(some, those[0])).tolist()):
        assert place in surroundings._met(some, those, distance)[0].tolist()
