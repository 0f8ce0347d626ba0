"""Small graphs drawn by chance, with something of everything, for tests of whatever looks at all of a graph."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import numpy as np

from kg.queries.features import FEATURES
from kg.queries.kinds.kind import Weights
from kg.queries.kinds.shapes import Shape
from kg.queries.snapshot.graph import Snapshot
from kg.queries.snapshot.tables import FactRow, NodeRow, Tables, in_order
from kg.queries.world import World

DAY = date(2026, 5, 1)

#: Every feature that there is, each worth something at any value.
ALL = [
    Weights(
        terms={
            name: Shape(at=(0.0, 0.5, 3.0, 1000.0), worth=(0.1, -0.7, 1.3, 0.2))
            for name in list(FEATURES)[first : first + 16]
        }
    )
    for first in (0, 16)
]


def made(seed: int, number: int) -> World:
    """Return :func:`tables` as a graph as of a day."""
    return World.of(Snapshot.from_tables(tables(seed, number), DAY))


def tables(seed: int, number: int) -> Tables:
    """Return a graph of so many places with something of everything, of which much is missing here and there."""
    chance = np.random.default_rng(seed)
    countries = np.array(["FI", "LV", "SE", None], object)[chance.integers(0, 4, number)]
    regions = [f"{country or 'XX'}{chance.integers(2)}{chance.integers(2)}1" for country in countries]
    spots = np.round(chance.uniform((20.0, 54.0), (24.0, 57.0), (number, 2)), 1)
    sizes = chance.integers(1, 30, number) * 1_000
    places = [f"t{at:02}" for at in range(number)]
    nodes = [
        NodeRow(
            place,
            "City",
            place,
            countries[at],
            int(sizes[at]) if chance.random() < 0.9 else None,
            *(map(float, spots[at]) if chance.random() < 0.9 else (None, None)),
            dissolved="2020" if chance.random() < 0.1 else None,
        )
        for at, place in enumerate(places)
    ]
    nodes += [NodeRow(f"nuts:{code}", "Region", code, code[:2], nuts=code) for code in sorted(set(regions))]
    others = {"n": "Organisation", "o": "Organisation", "p": "Project", "e": "Event", "h": "Person", "k": "Theme"}
    nodes += [NodeRow(f"{letter}{at}", label, f"{letter}{at}") for letter, label in others.items() for at in range(5)]
    nodes += [NodeRow("g0", "Programme", "g0"), NodeRow("g1", "Programme", "g1")]
    facts = [
        FactRow("LOCATED_IN", f"l{place}", place, f"nuts:{code}") for place, code in zip(places, regions, strict=True)
    ]

    def some(type_: str, share: float, starts: Sequence[str], ends: Sequence[str]) -> None:
        for start in starts:
            for end in ends:
                if start < end and chance.random() < share:
                    facts.append(FactRow(type_, f"{type_}{start}{end}", start, end))

    def things(letter: str) -> list[str]:
        return [f"{letter}{at}" for at in range(5)]

    some("TWINNED_WITH", 0.06, places, places)
    for type_, share, letter in (
        ("MEMBER_OF", 0.2, "n"), ("PARTICIPATES_IN", 0.15, "p"), ("TOOK_PART_IN", 0.1, "e"), ("SEEKS", 0.1, "k"), ("OFFERS", 0.1, "k"),
    ):  # fmt: skip
        pairs = [(start, end) for start in (*places, *things("o")) for end in things(letter) if chance.random() < share]
        facts += [FactRow(type_, f"{type_}{start}{end}", start, end) for start, end in pairs]
    for type_, share, letter in (("SERVES", 0.05, "o"), ("BASED_IN", 0.05, "o"), ("HOLDS_POST", 0.1, "h")):
        pairs = [(start, end) for start in things(letter) for end in places if chance.random() < share]
        facts += [FactRow(type_, f"{type_}{start}{end}", start, end) for start, end in pairs]
    facts += [FactRow("ABOUT", f"a{at}", f"p{at}", f"k{at // 2}") for at in range(5)]
    facts += [FactRow("FUNDED_BY", f"f{at}", f"p{at}", f"g{at % 2}") for at in range(5)]
    return in_order(nodes, facts)


#: Dates before, on and after the day, some of them partial.
DATES = (None, None, None, "2019", "2026", "2026-05", "2026-04", "2026-05-01", "2026-05-02", "2026-04-30", "2030")


def dated(given: Tables, seed: int) -> Tables:
    """Return tables whose facts, projects and events have dates, and whose requests may be closed."""
    chance = np.random.default_rng(seed)

    def some_date() -> str | None:
        return DATES[int(chance.integers(len(DATES)))] if chance.random() < 0.4 else None

    nodes = [
        row._replace(start=some_date(), end=some_date()) if row.label in ("Project", "Event") else row
        for row in given.nodes
    ]
    states = (None, "open", "met", "withdrawn")
    facts = [
        row._replace(
            since=some_date(),
            until=some_date(),
            ended=some_date(),
            status=states[int(chance.integers(4))] if row.type in ("SEEKS", "OFFERS") else None,
            closed=some_date() if row.type in ("SEEKS", "OFFERS") else None,
        )
        for row in given.facts
    ]
    return in_order(nodes, facts)
