"""Where the names on a map stand: beside their dots, and never over each other."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

#: Pixels of a letter and of a line.
LETTER, LINE = 6.6, 15.0
#: Pixels by which a name is moved up or down where there is no room beside its dot; beyond it, it would seem another's.
FURTHER = 13.0

Side = Literal["left", "right", "center"]
#: Pixels around a dot beyond which no name of it reaches: sideways, up and down.
REACH = (450.0, 60.0)
#: Left, upper, right and lower edge.
Box = tuple[float, float, float, float]


@dataclass(frozen=True, slots=True)
class Dot:
    """A place on the map: pixels, radius, its name, and what stands there where that has no room."""

    x: float
    y: float
    radius: float
    name: str
    short: str = ""


@dataclass(frozen=True, slots=True, order=True)
class Label:
    """A name: of which dot (its number), where (pixels), and to which side of that the text reaches."""

    dot: int
    x: float
    y: float
    align: Side
    text: str


def place_labels(
    dots: Sequence[Dot], wanted: Sequence[int], width: float, height: float, first: int | None = None
) -> list[Label]:
    """Return names for the wanted dots, in that order, each where it covers neither a name nor a wanted dot; else none.

    Args:
        dots: All places.
        wanted: Numbers of the dots that should have a name, the most important first.
        width: Of the map, in pixels.
        height: Of the map, in pixels.
        first: So many of the wanted ones, unless all, may cover the dots of the later ones where it cannot be helped: else in
            the densest parts, where most is to be seen, none would have a name.
    """
    placed: list[Label] = []
    around = [_around(dot) for dot in dots]
    first = len(wanted) if first is None else first
    taken = [around[number] for number in wanted[:first]]
    for turn, number in enumerate(wanted):
        if turn == first:
            taken += [around[later] for later in wanted[first:]]
        dot = dots[number]
        own = _around(dot)
        near = [box for box in around if _is_near(box, dot) and box != own]
        before = [box for box in taken if _is_near(box, dot) and box != own]
        for text in filter(None, (dot.name, dot.short)):
            fitting: list[tuple[int, int, Label, Box]] = []
            for label in _candidates(number, dot, text):
                box = _box(label)
                inside = box[0] >= 0 and box[1] >= 0 and box[2] <= width and box[3] <= height
                if inside and not any(_cover(box, other) for other in before):
                    # Dots without a name may be covered, but are not where it can be helped.
                    covered = sum(_cover(box, other) for other in near)
                    fitting.append((covered + (abs(label.y - dot.y) > FURTHER), len(fitting), label, box))
            if fitting:
                _, _, label, box = min(fitting)
                placed.append(label)
                taken.append(box)
                break
    return placed


def _candidates(number: int, dot: Dot, text: str) -> list[Label]:
    away = dot.radius + 3
    beside: list[Label] = []
    for further in (0.0, FURTHER):
        beside += [
            Label(number, dot.x + away, dot.y - further, "left", text),
            Label(number, dot.x - away, dot.y - further, "right", text),
            Label(number, dot.x, dot.y - away - LINE / 2 - further, "center", text),
            Label(number, dot.x, dot.y + away + LINE / 2 + further, "center", text),
            Label(number, dot.x + away, dot.y + further, "left", text),
            Label(number, dot.x - away, dot.y + further, "right", text),
        ]
    return beside


def _is_near(box: Box, dot: Dot) -> bool:
    return (
        box[0] < dot.x + REACH[0]
        and box[2] > dot.x - REACH[0]
        and box[1] < dot.y + REACH[1]
        and box[3] > dot.y - REACH[1]
    )


def _box(label: Label) -> Box:
    wide = len(label.text) * LETTER
    left = {"left": label.x, "right": label.x - wide, "center": label.x - wide / 2}[label.align]
    return left, label.y - LINE / 2, left + wide, label.y + LINE / 2


def _around(dot: Dot) -> Box:
    return dot.x - dot.radius, dot.y - dot.radius, dot.x + dot.radius, dot.y + dot.radius


def _cover(one: Box, other: Box) -> bool:
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]
