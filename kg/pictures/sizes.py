"""How large nodes and words of a picture are, in pixels, and where words stand on their lines."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from kg.pictures.drawing import Drawing, Node

#: Text of a node: pixels of a letter, of a line, and letters of a line.
LETTER = 7.0
LINE = 16.0
LETTERS_A_LINE = 24
#: Pixels of a letter of the word on a line.
LETTER_SMALL = 6.0
#: Pixels from the middle of a node to its edge, and to the middle of its text's first line: of one in the middle, and others.
RADIUS = (17.0, 11.0)
BELOW = (28.0, 21.0)
#: Where along its line a word may stand, the best first.
ALONG = (0.5, 0.42, 0.58, 0.34, 0.66, 0.26, 0.74)
#: Lines have their word beside them up to this many; beyond it they show it when pointed at.
MOST_WORDS = 40

Point = tuple[float, float]
#: Left, upper, right and lower edge.
Box = tuple[float, float, float, float]


def wrap(text: str, width: int = LETTERS_A_LINE, most: int = 5) -> str:
    """Return text in lines of about ``width`` letters; what does not fit into ``most`` lines ends in an ellipsis.

    >>> print(wrap("Covenant of Mayors for Climate and Energy"))
    Covenant of Mayors for
    Climate and Energy
    """
    lines: list[str] = [""]
    for word in text.split():
        if lines[-1] and len(lines[-1]) + 1 + len(word) > width:
            lines.append("")
        lines[-1] = f"{lines[-1]} {word}".strip()
    lines = [line if len(line) <= 2 * width else line[: 2 * width - 1] + "…" for line in lines]
    return "\n".join(lines if len(lines) <= most else [*lines[: most - 1], lines[most - 1] + " …"])


def lines_of(node: Node) -> str:
    """Return the text of a node in lines: a box is wider than the text below a dot, so that it takes a sentence."""
    return wrap(node.text, node.letters, 6) if node.shape == "box" else wrap(node.text)


def bounds(node: Node) -> Box:
    """Return the edges of a node with its text, in pixels from its position."""
    lines = lines_of(node).split("\n")
    half = max(map(len, lines)) * LETTER / 2 + 6
    if node.shape == "box":
        high = len(lines) * LINE / 2 + 5
        return -half, -high, half, high
    small = node.place is None
    half = max(half, 22.0)
    return -half, -RADIUS[small] - 2, half, BELOW[small] + (len(lines) - 0.5) * LINE + 4


def words_on_lines(drawing: Drawing, points: Mapping[str, Point]) -> list[float | None]:
    """Return for each line where along it its word stands, between 0 and 1; None where it has none, or no room for it."""
    if len(drawing.edges) > MOST_WORDS:
        return [None] * len(drawing.edges)
    taken = [_moved(bounds(node), points[node.id]) for node in drawing.nodes]
    where: list[float | None] = []
    for edge in drawing.edges:
        (x1, y1), (x2, y2) = points[edge.start], points[edge.end]
        half = len(edge.text) * LETTER_SMALL / 2 + 2
        found = None
        for share in ALONG if edge.text else ():
            box = _moved((-half, -7.0, half, 7.0), (x1 + share * (x2 - x1), y1 + share * (y2 - y1)))
            if not any(_cover(box, other) for other in taken):
                found = share
                taken.append(box)
                break
        where.append(found)
    return where


def extent(nodes: Sequence[Node], points: Mapping[str, Point]) -> Box:
    """Return the left, upper, right and lower edge of the nodes with their texts."""
    boxes = [_moved(bounds(node), points[node.id]) for node in nodes]
    lefts, uppers, rights, lowers = zip(*boxes, strict=True)
    return min(lefts), min(uppers), max(rights), max(lowers)


def _moved(box: Box, point: Point) -> Box:
    return box[0] + point[0], box[1] + point[1], box[2] + point[0], box[3] + point[1]


def _cover(one: Box, other: Box) -> bool:
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]
