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
#: Left, upper, right and lower edge.
Box = tuple[float, float, float, float]


@dataclass(frozen=True, slots=True)
class Dot:
    """A place on the map: pixels, radius, and its name."""

    x: float
    y: float
    radius: float
    name: str


@dataclass(frozen=True, slots=True, order=True)
class Label:
    """A name: of which dot (its number), where (pixels), and to which side of that the text reaches."""

    dot: int
    x: float
    y: float
    align: Side


def place_labels(dots: Sequence[Dot], wanted: Sequence[int], width: float, height: float) -> list[Label]:
    """Return names for the wanted dots, in that order, each where it covers neither a name nor a wanted dot; else none.

    Args:
        dots: All places.
        wanted: Numbers of the dots that should have a name, the most important first.
        width: Of the map, in pixels.
        height: Of the map, in pixels.
    """
    placed: list[Label] = []
    around = [_around(dot) for dot in dots]
    taken = [around[number] for number in wanted]
    for number in wanted:
        dot = dots[number]
        own = _around(dot)
        fitting: list[tuple[int, int, Label, Box]] = []
        for label in _candidates(number, dot):
            box = _box(label, dot.name)
            inside = box[0] >= 0 and box[1] >= 0 and box[2] <= width and box[3] <= height
            if inside and not any(_cover(box, other) for other in taken if other != own):
                # Dots without a name may be covered, but are not where it can be helped.
                covered = sum(_cover(box, other) for other in around if other != own)
                fitting.append((covered + (abs(label.y - dot.y) > FURTHER), len(fitting), label, box))
        if fitting:
            _, _, label, box = min(fitting)
            placed.append(label)
            taken.append(box)
    return placed


def _candidates(number: int, dot: Dot) -> list[Label]:
    away = dot.radius + 3
    beside: list[Label] = []
    for further in (0.0, FURTHER):
        beside += [
            Label(number, dot.x + away, dot.y - further, "left"),
            Label(number, dot.x - away, dot.y - further, "right"),
            Label(number, dot.x, dot.y - away - LINE / 2 - further, "center"),
            Label(number, dot.x, dot.y + away + LINE / 2 + further, "center"),
            Label(number, dot.x + away, dot.y + further, "left"),
            Label(number, dot.x - away, dot.y + further, "right"),
        ]
    return beside


def _box(label: Label, name: str) -> Box:
    wide = len(name) * LETTER
    left = {"left": label.x, "right": label.x - wide, "center": label.x - wide / 2}[label.align]
    return left, label.y - LINE / 2, left + wide, label.y + LINE / 2


def _around(dot: Dot) -> Box:
    return dot.x - dot.radius, dot.y - dot.radius, dot.x + dot.radius, dot.y + dot.radius


def _cover(one: Box, other: Box) -> bool:
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]
