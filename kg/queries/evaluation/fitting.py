"""Fitting: what each feature is worth, so that partners of the past come before other places as active as they.

The score is an additive model, one shape for each feature, and the chance that a partner is chosen among those beside it is the
softmax of the scores (conditional logit: D. McFadden, "Conditional logit analysis of qualitative choice behavior", 1974). Shapes
are piecewise linear with a penalty on their bends (P. Eilers and B. Marx, "Flexible smoothing with B-splines and penalties",
Statistical Science 11 (1996) 89-121), found by scipy's L-BFGS.
"""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from scipy.optimize import minimize

from kg.queries.kinds.shapes import Shape

#: Points of a shape, at most; a penalty on bends, and a small one on every worth.
POINTS = 9
SMOOTHNESS = 10.0
RIDGE = 0.1

#: Features on whose logarithm a shape runs straight, with what is added before it is taken.
OFFSETS: Mapping[str, float] = {
    "distance": 5.0, "size": 0.0, "population": 300.0, "twin_countries": 0.0, "twin_regions": 0.0, "twin_region_countries": 0.0,
    "twin_towns": 1.0, "specific_twins": 0.003, "twin_paths": 0.01, "near_twins": 0.02, "near_twins_wide": 0.02, "near_twins_widest": 0.05,
    "small_networks": 1.0, "network_affinity": 0.003, "network_affinity_back": 0.003, "network_countries": 0.0,
    "shared_small_networks": 0.0, "shared_projects": 1.0, "project_activity": 1.0, "project_paths": 0.003,
    "project_countries": 0.0, "project_regions": 0.0,
}  # fmt: skip

#: Features of which this value means that nothing speaks for or against: there the shape is worth 0. The others are worth 0 on
#: average.
NEUTRAL: Mapping[str, float] = {
    "twin_countries": 1.0, "twin_regions": 1.0, "twin_region_countries": 1.0, "network_countries": 1.0,
    "shared_small_networks": 1.0, "project_countries": 1.0, "project_regions": 1.0, "own_twins_there": 0.0, "their_twins_here": 0.0,
    "twin_towns": 0.0, "shared_twins": 0.0, "specific_twins": 0.0, "twin_paths": 0.0, "near_twins": 0.0, "near_twins_wide": 0.0, "near_twins_widest": 0.0,
    "small_networks": 0.0, "network_affinity": 0.0, "network_affinity_back": 0.0, "shared_networks": 0.0, "shared_projects": 0.0,
    "project_activity": 0.0, "project_paths": 0.0, "programme_share": 0.0,
}  # fmt: skip

Cube = NDArray[np.float64]


def fit(features: Cube, names: Sequence[str], *, most: int = 12_000, seed: int = 0) -> tuple[dict[str, Shape], float]:
    """Return the shape of each feature, and the mean loss of the fit in nats.

    Args:
        features: Shape ``(groups, places, features)``; the true partner of each group is the first of its places. NaN is unknown.
        names: The names of the features.
        most: Fit on so many groups at most, drawn at random.
        seed: Seed of that draw.

    Returns:
        Shapes with points and worths rounded to what can be read, and ``-log`` of the chance of the true partner on average.

    Raises:
        ValueError: There are no groups.
    """
    if not len(features):
        raise ValueError("there is nothing to fit on: no held-out partnership has enough other places beside it")
    if len(features) > most:
        features = features[np.sort(np.random.default_rng(seed).permutation(len(features))[:most])]
    groups, places, _ = features.shape
    flat = features.reshape(groups * places, -1)
    blank = [_blank(features[:, :, at], name) for at, name in enumerate(names)]
    design, starts = _design(flat, blank)
    worth, loss = _solve(design, groups, places, _penalty(starts))
    shapes = {
        name: _centred(blank[at], worth[starts[at] : starts[at + 1]], flat[:, at], name)
        for at, name in enumerate(names)
    }
    return shapes, loss


def _blank(values: NDArray[np.float64], name: str) -> Shape:
    """Return a shape with points where partners and others differ: at quantiles of both, as many of one as of the other."""
    offset = OFFSETS.get(name)
    partners, others = values[:, 0], values[:, 1:].ravel()
    partners, others = partners[~np.isnan(partners)], others[~np.isnan(others)]
    points = {_readable(NEUTRAL[name])} if name in NEUTRAL else set()
    for some in (partners, others):
        if len(some):
            low = some.min()
            above = some[some > low]
            points.add(_readable(float(low)))
            if len(above):
                shares = np.linspace(0.02, 0.995, POINTS // 2 + 1)
                points.update(_readable(float(point)) for point in np.quantile(above, shares))
    at = _thinned(sorted(points) or [1.0], offset, NEUTRAL.get(name))
    return Shape(at=tuple(at), worth=(0.0,) * len(at), offset=offset)


def _readable(value: float) -> float:
    return float(f"{value:.2g}")


def _thinned(points: list[float], offset: float | None, neutral: float | None) -> list[float]:
    """Return the points without those that are hardly apart from the one before, on the scale of the shape."""
    scale = np.array(points) if offset is None else np.log(np.maximum(np.array(points), 1e-12) + offset)
    least = (scale[-1] - scale[0]) / (2.5 * POINTS)
    kept = [0]
    for at in range(1, len(points)):
        if scale[at] - scale[kept[-1]] >= least:
            kept.append(at)
        elif points[at] == neutral:
            kept[-1] = at
    return [points[at] for at in kept]


def _design(flat: NDArray[np.float64], shapes: Sequence[Shape]) -> tuple[sparse.csr_array, NDArray[np.int64]]:
    starts = np.concatenate([[0], np.cumsum([len(shape.at) for shape in shapes])])
    rows: list[NDArray[np.int64]] = []
    columns: list[NDArray[np.int64]] = []
    cells: list[NDArray[np.float64]] = []
    for at, shape in enumerate(shapes):
        if len(shape.at) < 2:
            continue
        points = shape.axis(np.array(shape.at))
        known = np.flatnonzero(~np.isnan(flat[:, at]))
        values = np.clip(shape.axis(flat[known, at]), points[0], points[-1])
        left = np.clip(np.searchsorted(points, values, side="right") - 1, 0, len(points) - 2)
        part = (values - points[left]) / (points[left + 1] - points[left])
        rows += [known, known]
        columns += [starts[at] + left, starts[at] + left + 1]
        cells += [1.0 - part, part]
    shape_ = (len(flat), int(starts[-1]))
    if not rows:
        return sparse.csr_array(shape_), starts
    table = sparse.csr_array(
        (np.concatenate(cells).astype(np.float32), (np.concatenate(rows), np.concatenate(columns))), shape=shape_
    )
    return table, starts


def _penalty(starts: NDArray[np.int64]) -> NDArray[np.float64]:
    size = int(starts[-1])
    bends = []
    for start, end in itertools.pairwise(starts.tolist()):
        for at in range(start, end - 2):
            bend = np.zeros(size)
            bend[at : at + 3] = (1.0, -2.0, 1.0)
            bends.append(bend)
    bent = np.array(bends).reshape(-1, size)
    return np.asarray(SMOOTHNESS * bent.T @ bent + RIDGE * np.eye(size), np.float64)


def _solve(
    design: sparse.csr_array, groups: int, places: int, penalty: NDArray[np.float64]
) -> tuple[NDArray[np.float64], float]:
    back = sparse.csr_array(design.T)

    def objective(worth: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
        scores = (design @ worth).reshape(groups, places)
        scores -= scores.max(axis=1, keepdims=True)
        chances = np.exp(scores)
        chances /= chances.sum(axis=1, keepdims=True)
        loss = -float(np.log(np.maximum(chances[:, 0], 1e-300)).sum())
        chances[:, 0] -= 1.0
        bent = penalty @ worth
        return loss + 0.5 * float(worth @ bent), back @ chances.ravel() + bent

    start = np.zeros(design.shape[1])
    found = minimize(objective, start, jac=True, method="L-BFGS-B", options={"maxiter": 80})
    return np.asarray(found.x, np.float64), float(objective(found.x)[0]) / groups


def _centred(blank: Shape, worth: NDArray[np.float64], values: NDArray[np.float64], name: str) -> Shape:
    shape = blank.model_copy(update={"worth": tuple(worth.tolist())})
    neutral = NEUTRAL.get(name)
    if neutral is not None:
        zero = float(shape.of(np.array([neutral]))[0])
    else:
        known = values[~np.isnan(values)]
        zero = float(shape.of(known).mean()) if len(known) else 0.0
    return Shape(at=blank.at, worth=tuple(round(float(one) - zero, 3) + 0.0 for one in worth), offset=blank.offset)
