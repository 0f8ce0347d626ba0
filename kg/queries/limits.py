"""What terms can be worth at most and at least to two places of which only is known in which layers each has anything."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from kg.queries.kinds.kind import Weights
from kg.queries.kinds.shapes import LARGEST, Shape
from kg.queries.snapshot.graph import Snapshot
from kg.queries.snapshot.layers import Floats, floats

_NETWORKS, _PROJECTS, _TWINS = ("networks",), ("town_projects",), ("twins",)
_WISHES = ("seeks", "offers")

#: In which of some layers the one who asks has to have something, for the other place to make a difference.
OF_SUBJECT: Mapping[str, tuple[str, ...]] = {
    "own_twins_there": _TWINS,
    "shared_twins": _TWINS,
    "specific_twins": _TWINS,
    "twin_paths": _TWINS,
    "shared_networks": _NETWORKS,
    "shared_small_networks": _NETWORKS,
    "network_affinity_back": _NETWORKS,
    "shared_projects": _PROJECTS,
    "project_paths": _PROJECTS,
    "shared_events": ("events",),
    "shared_people": ("people",),
    "themes_matched": _WISHES,
    "themes_shared": _WISHES,
    "themes_in_projects": ("project_themes", *_WISHES),
}

#: In which of some layers the other place has to have something, for the feature not to be what it is of nothing.
OF_OTHER: Mapping[str, tuple[str, ...]] = {
    "their_twins_here": _TWINS,
    "network_affinity": _NETWORKS,
    **{name: layers for name, layers in OF_SUBJECT.items() if name not in ("own_twins_there", "network_affinity_back")},
}

#: What a feature is where one of the two has nothing; 0 unless it is told here.
_OF_NOTHING: Mapping[str, float] = {"shared_small_networks": 1.0}

#: So many bits of a number of four bytes are left out, and what is below the first or above the last is not told apart.
_BITS = 16
_FIRST, _LAST = (int(np.float32(end).view(np.int32)) >> _BITS for end in (1e-7, 1e9))

#: More than by what a number of four bytes differs from one of eight, as a part of it.
_SLACK = 1e-6


class Brackets:
    """Between which two numbers a term lies, for values of a feature from 0, in a fifth of the time that its very worth takes.

    A value is rounded to a hundredth or so by leaving out bits of it, which gives the place in a table.

    Args:
        shape: What each value is worth.
    """

    def __init__(self, shape: Shape) -> None:
        ends = (np.arange(_FIRST, _LAST + 2, dtype=np.int32) << _BITS).view(np.float32).astype(np.float64)
        low, high = ends[:-1] * (1.0 - _SLACK), ends[1:] * (1.0 + _SLACK)
        low[0], high[-1] = 0.0, LARGEST
        least, most = between(shape, low, high)
        # The last is for what is not known.
        self._least, self._most = np.append(least, 0.0), np.append(most, 0.0)

    def of(self, values: Floats) -> tuple[Floats, Floats]:
        """Return what each value is worth at least and at most."""
        at = values.astype(np.float32).view(np.int32) >> _BITS
        at -= _FIRST
        np.maximum(at, 0, out=at)
        np.minimum(at, _LAST - _FIRST + np.isnan(values), out=at)
        place = at.astype(np.int64)
        return self._least[place], self._most[place]


class Limits:
    """What some terms can be worth.

    Args:
        snapshot: A whole graph.
        weights: What has the terms.

    Attributes:
        codes: A number for each place that says in which layers it has anything.
    """

    def __init__(self, snapshot: Snapshot, weights: Weights) -> None:
        self._terms = weights.terms
        layers = sorted(
            {one for name in weights.terms for some in (OF_SUBJECT, OF_OTHER) for one in some.get(name, ())}
        )
        self._bits = {layer: 1 << at for at, layer in enumerate(layers)}
        self.codes = np.zeros(len(snapshot.places.ids), np.int64)
        for layer, bit in self._bits.items():
            rows = snapshot.twins if layer == "twins" else getattr(snapshot, layer).held
            self.codes += np.where(rows.counts > 0, bit, 0)
        #: One more than the largest code there can be.
        self.number = 1 << len(layers)
        self._found: dict[tuple[int, tuple[str, ...]], tuple[Floats, Floats]] = {}

    def of(self, code: int, names: tuple[str, ...]) -> tuple[Floats, Floats]:
        """Return what some terms together are worth at least and at most to a place of a code, by the code of the other."""
        if (code, names) not in self._found:
            least, most = np.zeros(self.number), np.zeros(self.number)
            others = np.arange(self.number)
            for name in names:
                shape = self._terms[name]
                nothing = float(shape.of(np.array([_OF_NOTHING.get(name, 0.0)]))[0])
                lowest, highest = _range(shape)
                open_ = np.full(self.number, self._has(code, OF_SUBJECT.get(name, ())))
                if name in OF_OTHER:
                    open_ &= (others & self._mask(OF_OTHER[name])) > 0
                least += np.where(open_, lowest, nothing)
                most += np.where(open_, highest, nothing)
            self._found[code, names] = least, most
        return self._found[code, names]

    def is_known(self, code: int, name: str) -> bool:
        """Return whether a term is worth the same to a place of a code whoever the other is: it has nothing of what is looked at."""
        return not self._has(code, OF_SUBJECT.get(name, ()))

    def tables(self, codes: Sequence[int], names: tuple[str, ...]) -> tuple[Floats, Floats]:
        """Return :meth:`of` for several places, both of shape ``(len(codes), number)``."""
        found = [self.of(code, names) for code in codes]
        return floats([least for least, _ in found]), floats([most for _, most in found])

    def _mask(self, layers: Sequence[str]) -> int:
        return sum(self._bits[layer] for layer in layers)

    def _has(self, code: int, layers: Sequence[str]) -> bool:
        return not layers or bool(code & self._mask(layers))


def between(shape: Shape, low: Floats, high: Floats) -> tuple[Floats, Floats]:
    """Return what a feature is worth at least and at most that is between two values; nothing where they are not known."""
    ends = shape.of(low), shape.of(high)
    least, most = np.minimum(*ends), np.maximum(*ends)
    for at, worth in zip(shape.at, shape.worth, strict=True):
        inside = (low <= at) & (at <= high)
        least[inside] = np.minimum(least[inside], worth)
        most[inside] = np.maximum(most[inside], worth)
    return least, most


def _range(shape: Shape) -> tuple[float, float]:
    # A value that is not known is worth nothing.
    return min(*shape.worth, 0.0), max(*shape.worth, 0.0)
