"""Twinnings between the surroundings of one place and those of others: who is twinned around them, counted by nearness."""

from __future__ import annotations

import numpy as np

from kg.queries.measures import EARTH_KM, chords, kilometres, nearness
from kg.queries.snapshot.layers import Floats, Indices, floats
from kg.queries.world import World, reach

#: So many pairs are looked at at once: they stay in the processor's cache, and are too few for OpenBLAS to wake its threads, which
#: costs more than all else here.
_AT_ONCE = 1 << 16

#: Products of points differ by less than this from what they are.
_ROUNDING = 1e-12


class Surroundings:
    """The places near one place, the twins of these, and who of some others is near those twins.

    All as far away as the widest that is asked for, so that it is found once for all.

    Args:
        world: The graph, or the part of it that surrounds these places.
        subject: The position of the one place, which has a location.
        others: The positions of the others, shape ``(n,)``.
        widest: The largest part that :meth:`twinnings` will be asked for.
    """

    def __init__(self, world: World, subject: int, others: Indices, widest: float) -> None:
        twins, xyz = world.snapshot.twins, world.snapshot.places.xyz
        self._own_spacing = float(world.spacing[subject])
        self._number = len(others)
        near, self._apart = world.snapshot.near(subject, float(reach(widest * self._own_spacing)))
        self._of, at = twins.entries(near)
        ends, self._end = np.unique(twins.columns[at], return_inverse=True)
        self._spacing = world.spacing[ends]
        known = np.flatnonzero((ends != subject) & ~np.isnan(xyz[ends, 0]))
        placed = np.flatnonzero(~np.isnan(xyz[others, 0]))
        self._met_other, self._met_end, self._away = _met(
            xyz[others[placed]], xyz[ends[known]], float(reach(widest * self._spacing[known]).max(initial=0.0))
        )
        self._met_other, self._met_end = placed[self._met_other], known[self._met_end]

    def twinnings(self, part: float) -> Floats:
        """Return for each other place how many twinnings join places near it with places near the subject, shape ``(n,)``.

        Args:
            part: Nearness is ``exp(-d / s)`` for places ``d`` kilometres apart, where ``s`` is this part of the spacing of towns
                in the region of the first of them.
        """
        own, scale = part * self._own_spacing, part * self._spacing
        near = np.where(self._apart <= reach(own), nearness(self._apart, own), 0.0)
        theirs = np.bincount(self._end, weights=near[self._of], minlength=len(scale))
        farthest = np.where(theirs > 0.0, reach(scale), -1.0)
        within = np.flatnonzero(self._away <= farthest[self._met_end])
        end = self._met_end[within]
        worth = nearness(self._away[within], scale[end]) * theirs[end]
        return floats(np.bincount(self._met_other[within], weights=worth, minlength=self._number))


def _met(others: Floats, ends: Floats, kilometres_around: float) -> tuple[Indices, Indices, Floats]:
    """Return which others and ends, points on the unit sphere, are within so many kilometres, and how far apart they are.

    Some that are a little farther may be among them: who asks cuts them off by the distance. Row by row, since sums run in this order
    whoever else is asked about.
    """
    if not len(others) or not len(ends):
        nobody = np.zeros(0, np.int64)
        return nobody, nobody, np.zeros(0)
    # All with all: of a few thousand with a hundred it is done before a tree of them is made.
    least = float(np.cos(kilometres_around / EARTH_KM)) - _ROUNDING
    at_once = max(_AT_ONCE // len(ends), 1)
    found = [
        np.flatnonzero(others[first : first + at_once] @ ends.T >= least) + first * len(ends)
        for first in range(0, len(others), at_once)
    ]
    other, end = np.divmod(np.concatenate(found), len(ends))
    return other, end, kilometres(chords(others[other], ends[end]))
