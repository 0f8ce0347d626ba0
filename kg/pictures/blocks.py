"""Nodes in columns or in frames: for pictures with an order that can be read, where forces would only scatter it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from statistics import fmean

from kg.pictures.drawing import Drawing, Node
from kg.pictures.sizes import LETTER_SMALL, Point, bounds

#: Pixels between two columns beside the word on the line, and between two nodes of a column at least.
BETWEEN_COLUMNS, BETWEEN_ROWS = 70.0, 12.0
#: Turns of ordering the columns by what they are tied to.
TURNS = 4
#: Pixels between frames, and from a frame to what is in it.
BETWEEN_FRAMES, INSIDE = 14.0, 8.0
#: Width by height that a picture of frames comes near to.
SHAPE = 1.5

#: Left, upper, right and lower edge.
Box = tuple[float, float, float, float]


def in_columns(drawing: Drawing) -> dict[str, Point]:
    """Return the position of every node: its column's, and there near to what it is tied to; around (0, 0)."""
    columns: dict[int, list[Node]] = {}
    for node in drawing.nodes:
        columns.setdefault(node.column, []).append(node)
    height = max(sum(map(_high, nodes)) + BETWEEN_ROWS * len(nodes) for nodes in columns.values())
    tied: dict[str, list[str]] = {node.id: [] for node in drawing.nodes}
    for edge in drawing.edges:
        # A dashed line is a remark on two that are tied in other ways too.
        if not edge.dashed:
            tied[edge.start].append(edge.end)
            tied[edge.end].append(edge.start)
    ys: dict[str, float] = {}
    for nodes in columns.values():
        ys |= _stacked(nodes, height)
    for _ in range(TURNS):
        for column, nodes in sorted(columns.items()):
            if column not in drawing.kept:
                wish = {node.id: fmean(ys[other] for other in tied[node.id] or [node.id]) for node in nodes}
                nodes.sort(key=lambda node: wish[node.id])
                ys |= _stacked(nodes, height)
    word = max((len(edge.text) for edge in drawing.edges), default=0) * LETTER_SMALL
    xs: dict[str, float] = {}
    right = 0.0
    for _, nodes in sorted(columns.items()):
        width = max(_wide(node) for node in nodes)
        xs |= {node.id: right + width / 2 for node in nodes}
        right += width + BETWEEN_COLUMNS + word
    middle = (right - BETWEEN_COLUMNS - word) / 2
    return {node.id: (xs[node.id] - middle, ys[node.id]) for node in drawing.nodes}


def _stacked(nodes: Sequence[Node], height: float) -> dict[str, float]:
    """Return how high nodes stand that share a height evenly, the first uppermost."""
    gap = (height - sum(map(_high, nodes))) / len(nodes)
    ys: dict[str, float] = {}
    upper = -height / 2 + gap / 2
    for node in nodes:
        ys[node.id] = upper - bounds(node)[1]
        upper += _high(node) + gap
    return ys


def in_groups(drawing: Drawing) -> dict[str, Point]:
    """Return the position of every node: each group in lines under its heading, the groups in rows, others above them."""
    members: dict[str, list[Node]] = {}
    for node in drawing.nodes:
        if node.group:
            members.setdefault(node.group, []).append(node)
    alone = [node for node in drawing.nodes if not node.group and node.id not in members]
    inner = {node.id: _group(node, members[node.id]) for node in drawing.nodes if node.id in members}
    area = sum((wide + BETWEEN_FRAMES) * (high + BETWEEN_FRAMES) for _, (wide, high) in inner.values())
    widest = max((wide for _, (wide, _) in inner.values()), default=0.0)
    sizes = {id_: size for id_, (_, size) in inner.items()}
    tries = [
        _rows(sizes, max(widest, (area * SHAPE) ** 0.5 * factor))
        for factor in (0.9, 0.95, 1.0, 1.05, 1.1, 1.15, 1.2, 1.3, 1.4)
    ]
    corners, (width, _) = min(tries, key=lambda tried: abs(tried[1][0] / max(tried[1][1], 1.0) - SHAPE))
    at: dict[str, Point] = {}
    for id_, (points, _) in inner.items():
        left, upper = corners[id_]
        at |= {node: (left + x, upper + y) for node, (x, y) in points.items()}
    left = (width - sum(_wide(node) for node in alone)) / 2
    for node in alone:
        at[node.id] = (left - bounds(node)[0], -BETWEEN_FRAMES - bounds(node)[3])
        left += _wide(node)
    return at


def _group(heading: Node, nodes: Sequence[Node]) -> tuple[dict[str, Point], tuple[float, float]]:
    """Return positions in a frame whose upper left corner is (0, 0), and its width and height."""
    area = sum(_wide(node) * _high(node) for node in nodes)
    widest = max(_wide(node) for node in nodes)
    most = max(_wide(heading), widest, (area * SHAPE * 1.2) ** 0.5)
    lines: list[list[Node]] = [[]]
    for node in nodes:
        if lines[-1] and sum(map(_wide, lines[-1])) + _wide(node) > most:
            lines.append([])
        lines[-1].append(node)
    width = max(_wide(heading), *(sum(map(_wide, line)) for line in lines)) + 2 * INSIDE
    at = {heading.id: (INSIDE - bounds(heading)[0], INSIDE - bounds(heading)[1])}
    y = INSIDE + _high(heading) + INSIDE
    for line in lines:
        gap = (width - 2 * INSIDE - sum(map(_wide, line))) / len(line)
        x = INSIDE + gap / 2
        above = max(-bounds(node)[1] for node in line)
        for node in line:
            at[node.id] = (x - bounds(node)[0], y + above)
            x += _wide(node) + gap
        y += max(map(_high, line))
    return at, (width, y + INSIDE)


def _rows(
    sizes: dict[str, tuple[float, float]], most: float
) -> tuple[dict[str, tuple[float, float]], tuple[float, float]]:
    """Return the upper left corners of frames in rows no wider than ``most``, and the width and height of all."""
    corners: dict[str, tuple[float, float]] = {}
    x = y = high = width = 0.0
    for id_, (wide, tall) in sizes.items():
        if x and x + wide > most:
            x, y, high = 0.0, y + high + BETWEEN_FRAMES, 0.0
        corners[id_] = (x, y)
        x += wide + BETWEEN_FRAMES
        high, width = max(high, tall), max(width, x - BETWEEN_FRAMES)
    return corners, (width, y + high)


def frames(drawing: Drawing, points: dict[str, Point]) -> list[Box]:
    """Return the frame of each group: around its heading and its nodes."""
    if drawing.layout != "groups":
        return []
    groups: dict[str, list[Box]] = {}
    for node in drawing.nodes:
        left, upper, right, lower = bounds(node)
        x, y = points[node.id]
        groups.setdefault(node.group or node.id, []).append((x + left, y + upper, x + right, y + lower))
    return [_around(boxes) for boxes in groups.values() if len(boxes) > 1]


def _around(boxes: Iterable[Box]) -> Box:
    lefts, uppers, rights, lowers = zip(*boxes, strict=True)
    return min(lefts) - INSIDE, min(uppers) - INSIDE, max(rights) + INSIDE, max(lowers) + INSIDE


def _wide(node: Node) -> float:
    left, _, right, _ = bounds(node)
    return right - left


def _high(node: Node) -> float:
    _, upper, _, lower = bounds(node)
    return lower - upper
