"""Where the nodes of a picture stand: the same for the same picture, and nothing moves once it is opened.

A force-directed placement (Fruchterman and Reingold, 'Graph drawing by force-directed placement', 1991), from a fixed
start on a spiral, then a pass that moves texts apart that cover each other.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from kg.pictures.blocks import in_columns, in_groups
from kg.pictures.drawing import Drawing, Node
from kg.pictures.sizes import Point, bounds

ROUNDS = 120
SPREADING_ROUNDS = 200
#: Distance in pixels at which two nodes of a small picture come to rest.
DISTANCE = 170.0
#: Pictures with more nodes are drawn together, each node to those with a place of their own that it is tied to, else to the middle.
SMALL = 60
GRAVITY = 4.0
#: Golden angle: points on this spiral never line up.
TURN = math.pi * (3 - math.sqrt(5))


def place(drawing: Drawing) -> dict[str, Point]:
    """Return the position of every node in pixels, to whole ones."""
    if drawing.layout == "free":
        return _free(drawing)
    points = in_columns(drawing) if drawing.layout == "columns" else in_groups(drawing)
    return {id_: (round(x), round(y)) for id_, (x, y) in points.items()}


def _free(drawing: Drawing) -> dict[str, Point]:
    """Return positions around (0, 0) that forces between the nodes find."""
    nodes = drawing.nodes
    # Wider than high, as screens are.
    reach = DISTANCE * math.sqrt(max(len(nodes), 4)) / 2
    points = [
        (node.place[0] * reach * 1.8, node.place[1] * reach) if node.place else _spiral(number, len(nodes), reach)
        for number, node in enumerate(nodes)
    ]
    index = {node.id: number for number, node in enumerate(nodes)}
    ties = {
        (min(index[edge.start], index[edge.end]), max(index[edge.start], index[edge.end]))
        for edge in drawing.edges
        if edge.start != edge.end
    }
    fixed = [node.place is not None for node in nodes]
    points = _settle(points, sorted(ties), fixed)
    points = _spread([(x * 1.5, y) if not kept else (x, y) for (x, y), kept in zip(points, fixed, strict=True)], nodes)
    return {node.id: (round(x), round(y)) for node, (x, y) in zip(nodes, points, strict=True)}


def _spiral(number: int, count: int, reach: float) -> Point:
    distance = reach * math.sqrt((number + 0.5) / count)
    return distance * math.cos(number * TURN), distance * math.sin(number * TURN)


def _settle(points: Sequence[Point], ties: Sequence[tuple[int, int]], fixed: Sequence[bool]) -> list[Point]:
    """Let all nodes repel and tied ones attract each other, with steps that become smaller."""
    at = np.array(points, dtype=float).reshape(-1, 2)
    free = ~np.array(fixed, dtype=bool)[:, None]
    one, other = np.array(ties, dtype=int).reshape(-1, 2).T
    home = _homes(at, ties, fixed)
    gravity = GRAVITY if len(points) > SMALL else 0.0
    for turn in range(ROUNDS):
        apart = at[:, None, :] - at[None, :, :]
        push = DISTANCE * DISTANCE / ((apart**2).sum(axis=2) + 1.0)
        move = (apart * push[:, :, None]).sum(axis=1) + gravity * (home - at)
        along = at[one] - at[other]
        pull = along * (np.hypot(along[:, 0], along[:, 1]) / DISTANCE)[:, None]
        np.add.at(move, one, -pull)
        np.add.at(move, other, pull)
        length = np.hypot(move[:, 0], move[:, 1])[:, None]
        step = DISTANCE * (1 - turn / ROUNDS)
        at += np.where(free & (length > 0), move / np.maximum(length, 1e-9) * np.minimum(length, step), 0.0)
    return [(float(x), float(y)) for x, y in at]


def _homes(at: NDArray[np.float64], ties: Sequence[tuple[int, int]], fixed: Sequence[bool]) -> NDArray[np.float64]:
    """Return for each node the middle of the nodes with a place of their own that it is tied to; (0, 0) without."""
    home, number = np.zeros_like(at), np.zeros(len(at))
    for a, b in ties:
        for node, other in ((a, b), (b, a)):
            if fixed[other]:
                home[node] += at[other]
                number[node] += 1
    return home / np.maximum(number, 1)[:, None]


def size(node: Node) -> tuple[float, float]:
    """Return the width and height in pixels of a node with its text, as high above its position as below."""
    left, upper, right, lower = bounds(node)
    return right - left, 2 * max(-upper, lower)


def _spread(points: Sequence[Point], nodes: Sequence[Node]) -> list[Point]:
    """Move nodes apart whose texts cover each other, along the shorter way; those with a place of their own stay."""
    xs, ys = [x for x, _ in points], [y for _, y in points]
    sizes = [size(node) for node in nodes]
    wide, high = np.array(sizes).reshape(-1, 2).T
    for _ in range(SPREADING_ROUNDS):
        x, y = np.array(xs), np.array(ys)
        near = (np.abs(x[:, None] - x) < (wide[:, None] + wide) / 2) & (
            np.abs(y[:, None] - y) < (high[:, None] + high) / 2
        )
        pairs = np.argwhere(np.triu(near, 1))
        if not len(pairs):
            break
        for a, b in pairs.tolist():
            need_x = (sizes[a][0] + sizes[b][0]) / 2 - abs(xs[a] - xs[b])
            need_y = (sizes[a][1] + sizes[b][1]) / 2 - abs(ys[a] - ys[b])
            if need_x > 0 and need_y > 0:
                along, need = (xs, need_x) if need_x < need_y else (ys, need_y)
                _part(along, a, b, need, nodes)
    return list(zip(xs, ys, strict=True))


def _part(along: list[float], a: int, b: int, need: float, nodes: Sequence[Node]) -> None:
    sign = 1.0 if along[a] >= along[b] else -1.0
    free = [nodes[a].place is None, nodes[b].place is None]
    share = (need / 2 if all(free) else need) + 0.5
    if free[0]:
        along[a] += sign * share
    if free[1]:
        along[b] -= sign * share
