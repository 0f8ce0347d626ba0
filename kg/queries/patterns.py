"""Which paths between two nodes say something: the one list of allowed path patterns.

A pattern reads from one end to the other: ``MEMBER_OF>`` is a fact stored in reading direction, ``<MEMBER_OF`` one stored against
it, ``-TWINNED_WITH-`` one without direction. A pattern that is not the same read backwards is tried both ways. To allow one
more kind of path, add a line here. From three steps on, the second step, read from one of the ends (with four steps: from both),
must be stored in reading direction: so no path opens the whole list of a network's members (see :mod:`kg.queries.paths`).
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable
from dataclasses import dataclass

from kg.schema.relationships import FACTS

#: How each fact reads, from its start to its end; true of what is past as well.
CLAUSES = {
    "MEMBER_OF": "{start} is a member of {end}",
    "HOLDS_POST": "{start} is {post} at {end}",
    "PARTICIPATES_IN": "{start} has taken part in {end}",
    "TWINNED_WITH": "{start} is twinned with {end}",
    "SEEKS": "{start} seeks {end}",
    "OFFERS": "{start} offers {end}",
    "SERVES": "{start} serves {end}",
    "REPRESENTS": "{start} represents municipalities of {end}",
    "SUPPORTS": "{start} supports {end}",
    "PART_OF": "{start} is part of {end}",
    "BASED_IN": "{start} is based in {end}",
    "LOCATED_IN": "{start} lies in {end}",
    "SUCCEEDED_BY": "{start} was succeeded by {end}",
    "ABOUT": "{start} is about {end}",
    "FUNDED_BY": "{start} is funded by {end}",
    "RUN_BY": "{start} is run by {end}",
    "SIGNED": "{start} signed {end}",
    "TOOK_PART_IN": "{start} took part in {end}",
    "ORGANISED": "{start} organised {end}",
    "HELD_IN": "{start} was held in {end}",
}

#: How the facts along a path are stored, each ``TYPE>`` or ``<TYPE``.
Signature = tuple[str, ...]

_STEP = re.compile(r"(?P<left>[<-]?)(?P<type>[A-Z_]+)(?P<right>[>-]?)")


@dataclass(frozen=True, slots=True)
class Step:
    """One fact on a path: its type, and whether it is stored in reading direction (``>``), against it (``<``) or in none (``-``)."""

    type: str
    direction: str

    @property
    def reversed(self) -> Step:
        """The same step read from the other end."""
        return Step(self.type, {">": "<", "<": ">"}.get(self.direction, self.direction))

    def __str__(self) -> str:
        return {">": f"{self.type}>", "<": f"<{self.type}", "-": f"-{self.type}-"}[self.direction]


@dataclass(frozen=True, slots=True)
class Pattern:
    """A sequence of steps; ``sentence`` where a whole sentence reads better than its steps one after the other.

    In a sentence ``{0}`` is the first node, ``{1}`` the next, and so on.
    """

    steps: tuple[Step, ...]
    sentence: str | None = None

    @property
    def name(self) -> str:
        """The pattern as written in the list."""
        return " ".join(map(str, self.steps))

    @property
    def backwards(self) -> Pattern | None:
        """The pattern read from the other end; None when it is the same."""
        steps = tuple(step.reversed for step in reversed(self.steps))
        if steps == self.steps:
            return None
        last = len(steps)
        sentence = self.sentence and re.sub(r"\{(\d)\}", lambda place: f"{{{last - int(place[1])}}}", self.sentence)
        return Pattern(steps, sentence)


def parse(text: str, sentence: str | None = None) -> Pattern:
    """Return the pattern that a line of the list stands for.

    Raises:
        ValueError: If a step is not a type of fact with a direction.
    """
    steps = []
    for part in text.split():
        match = _STEP.fullmatch(part)
        directions = {("", ">"): ">", ("<", ""): "<", ("-", "-"): "-"}
        direction = directions.get((match["left"], match["right"])) if match else None
        if match is None or direction is None or match["type"] not in FACTS:
            raise ValueError(f"{part!r} is not a step of a path pattern")
        steps.append(Step(match["type"], direction))
    return Pattern(tuple(steps), sentence)


#: What two places, or a place and somebody else, have in common through something that is itself specific.
STRONG = (
    parse("MEMBER_OF> <MEMBER_OF", "{0} and {2} are both members of {1}"),
    parse("PARTICIPATES_IN> <PARTICIPATES_IN", "{0} and {2} have both taken part in {1}"),
    parse("-TWINNED_WITH- -TWINNED_WITH-", "{0} and {2} are both twinned with {1}"),
    parse("TOOK_PART_IN> <TOOK_PART_IN", "{0} and {2} both took part in {1}"),
    parse("<SERVES SERVES>", "{1} serves both {0} and {2}"),
    parse("<SUPPORTS SUPPORTS>", "{1} supports both {0} and {2}"),
    parse("<HOLDS_POST HOLDS_POST>", "{1} has a post at both {0} and {2}"),
    parse("HOLDS_POST> <HOLDS_POST", "{0} and {2} both have a post at {1}"),
    parse("<HOLDS_POST TOOK_PART_IN>"),
    parse("<SERVES MEMBER_OF>"),
    parse("<SERVES PARTICIPATES_IN>"),
    parse("MEMBER_OF> MEMBER_OF>"),
    parse("MEMBER_OF> PART_OF>"),
    parse("MEMBER_OF> <PART_OF"),
    parse("MEMBER_OF> PARTICIPATES_IN>"),
    parse("MEMBER_OF> TOOK_PART_IN>"),
    parse("MEMBER_OF> ORGANISED>"),
    parse("MEMBER_OF> SERVES>"),
    parse("MEMBER_OF> SUPPORTS>"),
    parse("MEMBER_OF> REPRESENTS>"),
    parse("PARTICIPATES_IN> RUN_BY>"),
    parse("PARTICIPATES_IN> FUNDED_BY>"),
    parse("<RUN_BY RUN_BY>", "{0} and {2} both run {1}"),
    parse("PART_OF> <PART_OF", "{0} and {2} are both part of {1}"),
    parse("PART_OF> PART_OF>"),
    parse("ORGANISED> <ORGANISED", "{0} and {2} both organised {1}"),
    parse("ORGANISED> <TOOK_PART_IN"),
    parse("ORGANISED> PART_OF>"),
    parse("ORGANISED> HELD_IN>"),
    parse("TOOK_PART_IN> PART_OF>"),
    parse("TOOK_PART_IN> HELD_IN>"),
    parse("<MEMBER_OF MEMBER_OF>", "{1} is a member of both {0} and {2}"),
    parse("<MEMBER_OF PARTICIPATES_IN>"),
    parse("<MEMBER_OF TOOK_PART_IN>"),
    parse("<PARTICIPATES_IN PARTICIPATES_IN>", "{1} has taken part in both {0} and {2}"),
    parse("<PARTICIPATES_IN TOOK_PART_IN>"),
    parse("<TOOK_PART_IN TOOK_PART_IN>", "{1} took part in both {0} and {2}"),
    parse("<ORGANISED ORGANISED>", "{1} organised both {0} and {2}"),
    parse("<PART_OF ORGANISED>"),
    parse("HOLDS_POST> MEMBER_OF>"),
    parse("HOLDS_POST> PART_OF>"),
    parse("HOLDS_POST> ORGANISED>"),
    parse("HOLDS_POST> PARTICIPATES_IN>"),
    parse("HOLDS_POST> -TWINNED_WITH-"),
    parse("-TWINNED_WITH- PARTICIPATES_IN>"),
    parse("HOLDS_POST> <SERVES MEMBER_OF>"),
    parse("HOLDS_POST> MEMBER_OF> PART_OF>"),
    parse("HOLDS_POST> MEMBER_OF> <MEMBER_OF"),
    parse("HOLDS_POST> PARTICIPATES_IN> <PARTICIPATES_IN"),
    parse("HOLDS_POST> ORGANISED> <TOOK_PART_IN"),
    parse("MEMBER_OF> ORGANISED> <TOOK_PART_IN"),
    parse("<SERVES MEMBER_OF> PART_OF>"),
    parse("<SERVES MEMBER_OF> <MEMBER_OF"),
    parse("<SERVES PARTICIPATES_IN> <PARTICIPATES_IN"),
    parse("<HOLDS_POST TOOK_PART_IN> <TOOK_PART_IN"),
    parse("<HOLDS_POST HOLDS_POST> <MEMBER_OF"),
    parse("-TWINNED_WITH- PARTICIPATES_IN> <PARTICIPATES_IN"),
    parse("TOOK_PART_IN> PART_OF> <PART_OF"),
    parse("MEMBER_OF> PART_OF> <MEMBER_OF"),
    parse(
        "<SERVES MEMBER_OF> <MEMBER_OF SERVES>",
        "{0} and {4} are served by members of {2}: {0} by {1}, {4} by {3}",
    ),
    parse(
        "<SERVES PARTICIPATES_IN> <PARTICIPATES_IN SERVES>",
        "{1}, which serves {0}, and {3}, which serves {4}, have both taken part in {2}",
    ),
    parse(
        "<HOLDS_POST TOOK_PART_IN> <TOOK_PART_IN HOLDS_POST>",
        "{1}, who has a post at {0}, and {3}, who has one at {4}, both took part in {2}",
    ),
    parse(
        "<HOLDS_POST HOLDS_POST> <HOLDS_POST HOLDS_POST>",
        "{1}, who has a post at {0}, and {3}, who has one at {4}, both have a post at {2}",
    ),
    parse(
        "HOLDS_POST> MEMBER_OF> <MEMBER_OF <HOLDS_POST",
        "{0} has a post at {1} and {4} at {3}, both members of {2}",
    ),
    parse(
        "MEMBER_OF> PART_OF> <PART_OF <MEMBER_OF",
        "{0} is a member of {1} and {4} of {3}, both part of {2}",
    ),
    parse(
        "MEMBER_OF> MEMBER_OF> <MEMBER_OF <MEMBER_OF",
        "{0} is a member of {1} and {4} of {3}, both members of {2}",
    ),
    parse(
        "TOOK_PART_IN> PART_OF> <PART_OF <TOOK_PART_IN",
        "{0} took part in {1} and {4} in {3}, both part of {2}",
    ),
)

#: Only when nothing else joins two nodes: the same country, region, theme, programme or seat.
WEAK = (
    parse("LOCATED_IN> <LOCATED_IN", "{0} and {2} both lie in {1}"),
    parse("LOCATED_IN> LOCATED_IN>"),
    parse("LOCATED_IN> <REPRESENTS"),
    parse("SEEKS> <OFFERS", "{0} seeks and {2} offers {1}"),
    parse("SEEKS> <SEEKS", "{0} and {2} both seek {1}"),
    parse("OFFERS> <OFFERS", "{0} and {2} both offer {1}"),
    parse("ABOUT> <ABOUT", "{0} and {2} are both about {1}"),
    parse("SEEKS> <ABOUT"),
    parse("OFFERS> <ABOUT"),
    parse("PARTICIPATES_IN> ABOUT>"),
    parse("SIGNED> <SIGNED", "{0} and {2} both signed {1}"),
    parse("SIGNED> RUN_BY>"),
    parse("FUNDED_BY> <FUNDED_BY", "{0} and {2} are both funded by {1}"),
    parse("FUNDED_BY> RUN_BY>"),
    parse("BASED_IN> <BASED_IN", "{0} and {2} are both based in {1}"),
    parse("<BASED_IN MEMBER_OF>"),
    parse("<BASED_IN PARTICIPATES_IN>"),
    parse("BASED_IN> LOCATED_IN>"),
    parse("BASED_IN> MEMBER_OF> <MEMBER_OF"),
    parse("BASED_IN> PARTICIPATES_IN> <PARTICIPATES_IN"),
    parse(
        "LOCATED_IN> LOCATED_IN> <LOCATED_IN <LOCATED_IN",
        "{0} lies in {1} and {4} in {3}, both in {2}",
    ),
    parse("LOCATED_IN> LOCATED_IN> <LOCATED_IN", "{0}, in {1}, and {3} both lie in {2}"),
    parse(
        "PARTICIPATES_IN> ABOUT> <ABOUT <PARTICIPATES_IN",
        "{0} has taken part in {1} and {4} in {3}, both about {2}",
    ),
    parse(
        "PARTICIPATES_IN> FUNDED_BY> <FUNDED_BY <PARTICIPATES_IN",
        "{0} has taken part in {1} and {4} in {3}, both funded by {2}",
    ),
)

#: No path of the first resort goes through one of these: everybody shares them with many.
WEAK_LABELS = ("Country", "Region", "Theme", "Programme")


def between(patterns: Iterable[Pattern], start: str, end: str) -> list[Pattern]:
    """Return the patterns, in both readings and each once, that can lead from a node of one label to one of another."""
    found: dict[str, Pattern] = {}
    for pattern in patterns:
        for one in (pattern, pattern.backwards):
            if one is not None and end in _ends(one, start):
                found.setdefault(one.name, one)
    return list(found.values())


def _ends(pattern: Pattern, start: str) -> set[str]:
    """Return the labels at which a pattern that begins at a label can end, by what the schema lets each fact join."""
    labels = {start}
    for step in pattern.steps:
        pairs = set(FACTS[step.type].pairs)
        backwards = {(end, begin) for begin, end in pairs}
        allowed = {">": pairs, "<": backwards, "-": pairs | backwards}[step.direction]
        labels = {end for begin, end in allowed if begin in labels}
    return labels


def signatures(pattern: Pattern) -> Iterable[Signature]:
    """Yield the directions in which the facts of a path of this pattern can be stored, as ``("MEMBER_OF>", "<MEMBER_OF")``."""
    choices = [(f"{step.type}>", f"<{step.type}") if step.direction == "-" else (str(step),) for step in pattern.steps]
    return itertools.product(*choices)


def flip(signature: Signature) -> Signature:
    """Return a signature read from the other end.

    >>> flip(("<SERVES", "MEMBER_OF>"))
    ('<MEMBER_OF', 'SERVES>')
    """
    return tuple(f"<{step[:-1]}" if step.endswith(">") else f"{step[1:]}>" for step in reversed(signature))
