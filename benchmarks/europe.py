"""A graph of the size of Europe, made up, with the shape of the real one: for measuring where no real data may be at hand.

At full size 130,000 municipalities, 20,000 organisations and projects, 940,000 memberships and participations and 25,000
twinnings. Networks are heavy-tailed: one with 10,000 members, a few hundred large ones, most small; projects have 2 to 30
partners, of which half are organisations with their seat in a town. Who is large is in more; networks and programmes have
countries in which they are at home; towns twin with towns of their size in some countries more than in others.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from kg.queries.snapshot.tables import FactRow, NodeRow, Tables, in_order

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]

CITIES, ORGANISATIONS, PROJECTS, TWINNINGS, LARGE, SMALL = 130_000, 8_750, 8_000, 25_000, 270, 3_000
LARGEST = 10_000

#: Country, longitude and latitude of its middle, extent in degrees, municipalities in hundreds.
COUNTRIES = (
    ("FR", 2.5, 46.6, 3.0, 350), ("DE", 10.3, 51.1, 2.2, 110), ("ES", -3.7, 40.2, 2.8, 81), ("IT", 12.0, 43.0, 2.4, 79),
    ("CZ", 15.3, 49.8, 1.2, 63), ("HU", 19.4, 47.2, 1.2, 32), ("RO", 25.0, 45.9, 1.8, 32), ("PT", -8.2, 39.6, 1.2, 31),
    ("SK", 19.5, 48.7, 0.9, 29), ("PL", 19.3, 52.1, 2.2, 25), ("CH", 8.2, 46.8, 0.8, 22), ("AT", 14.1, 47.6, 1.4, 21),
    ("GR", 22.8, 39.2, 1.6, 61), ("UA", 31.2, 49.0, 3.2, 115), ("GB", -1.8, 52.8, 2.0, 104), ("TR", 34.5, 39.1, 4.0, 14),
    ("RS", 20.8, 44.2, 1.0, 17), ("BG", 25.3, 42.7, 1.3, 27), ("LT", 23.9, 55.3, 1.0, 5), ("LV", 24.9, 56.9, 1.0, 4),
    ("EE", 25.5, 58.7, 0.9, 2), ("FI", 25.5, 62.5, 2.0, 3), ("SE", 15.5, 60.0, 2.6, 29), ("NO", 10.0, 61.5, 2.6, 4),
    ("DK", 9.8, 56.0, 0.9, 10), ("NL", 5.4, 52.2, 0.8, 34), ("BE", 4.6, 50.7, 0.7, 58), ("IE", -8.0, 53.2, 1.0, 3),
    ("HR", 16.0, 45.3, 1.0, 55), ("SI", 14.8, 46.1, 0.6, 21),
)  # fmt: skip

#: Towns are so far apart, in degrees, around the middle of their region.
_EXTENT_OF_REGION = 0.25


def europe(size: float = 1.0, seed: int = 7) -> Tables:
    """Return the tables of such a graph.

    Args:
        size: Of all kinds of node so much, from 1/64 to 1.
        seed: Of the random numbers; the same gives the same graph.
    """
    return _Maker(size, np.random.default_rng(seed)).tables()


@dataclass(frozen=True)
class _Maker:
    size: float
    random: np.random.Generator

    def tables(self) -> Tables:
        nodes = [*self._places(), *self._others()]
        facts = [*self._located(), *self._memberships(), *self._participations(), *self._twinnings(), *self._requests()]
        return in_order(nodes, facts)

    def _number(self, at_full_size: int) -> int:
        return max(2, round(at_full_size * self.size))

    # Places ----------------------------------------------------------------------------------------------------------------

    @cached_property
    def country(self) -> Ints:
        share = np.array([country[4] for country in COUNTRIES], np.float64)
        return np.sort(self.random.choice(len(COUNTRIES), self._number(CITIES), p=share / share.sum()))

    @cached_property
    def region(self) -> Ints:
        """For each city the number of its NUTS 3 region within its country: about 90 cities in each."""
        counts = np.bincount(self.country, minlength=len(COUNTRIES))
        return (self.random.random(len(self.country)) * np.maximum(1, counts // 90)[self.country]).astype(np.int64)

    @cached_property
    def location(self) -> Floats:
        middle = np.array([country[1:3] for country in COUNTRIES])[self.country]
        extent = np.array([country[3] for country in COUNTRIES])[self.country, None]
        key = self.country * 10_000 + self.region
        _, at = np.unique(key, return_inverse=True)
        of_region = self.random.uniform(-1, 1, (at.max() + 1, 2))[at] * extent
        around = self.random.normal(0, _EXTENT_OF_REGION, (len(at), 2))
        return np.asarray(middle + of_region * (1.0, 0.7) + around, np.float64)

    @cached_property
    def population(self) -> Ints:
        return np.minimum(np.exp(self.random.normal(7.7, 1.45, len(self.country))), 9e6).astype(np.int64) + 50

    @cached_property
    def activity(self) -> Floats:
        """How much a city takes part in anything: with its size, and by chance."""
        noise = np.exp(self.random.normal(0, 1.0, len(self.country)))
        return np.asarray(self.population**0.6 * noise, np.float64)

    @cached_property
    def _starts(self) -> Ints:
        return np.searchsorted(self.country, np.arange(len(COUNTRIES) + 1))

    @cached_property
    def _ladder(self) -> Floats:
        return np.concatenate([[0.0], np.cumsum(self.activity)])

    def _some(self, countries: Ints, number: int) -> Ints:
        """Return different cities of these countries, the more active the likelier."""
        low, high = self._ladder[self._starts[countries]], self._ladder[self._starts[countries + 1]]
        weight = np.sqrt(high - low)
        found = np.zeros(0, np.int64)
        room = int((self._starts[countries + 1] - self._starts[countries]).sum())
        for _ in range(8):
            of = self.random.choice(len(countries), 2 * number, p=weight / weight.sum())
            at = low[of] + self.random.random(len(of)) * (high - low)[of]
            drawn = np.searchsorted(self._ladder, at, side="right") - 1
            found = np.concatenate([found, np.minimum(drawn, len(self.country) - 1)])
            _, first = np.unique(found, return_index=True)
            found = found[np.sort(first)]
            if len(found) >= min(number, room):
                break
        return found[:number]

    def _around(self, middle: int, number: int) -> Ints:
        """Return a country and its neighbours."""
        here = np.array([country[1:3] for country in COUNTRIES])
        apart = np.hypot(*((here - here[middle]) * (0.65, 1.0)).T) + self.random.exponential(3.0, len(here))
        apart[middle] = -1.0
        return np.argsort(apart, kind="stable")[:number]

    def _city(self, at: int) -> str:
        return f"geonames:{at + 1_000_000}"

    def _code(self, at: int) -> str:
        region = int(self.region[at])
        return f"{COUNTRIES[self.country[at]][0]}{region // 20:X}{region // 4 % 5}{region % 4}"

    def _places(self) -> list[NodeRow]:
        rows = [NodeRow(f"iso:{country[0]}", "Country", country[0]) for country in COUNTRIES]
        codes = {self._code(at): COUNTRIES[self.country[at]][0] for at in range(len(self.country))}
        rows += [NodeRow(f"nuts:{code}", "Region", code, country, nuts=code) for code, country in codes.items()]
        populations, places = self.population.tolist(), self.location.tolist()
        rows += [
            NodeRow(self._city(at), "City", f"Town {at}", COUNTRIES[country][0], populations[at], *places[at])
            for at, country in enumerate(self.country.tolist())
        ]
        return rows

    def _located(self) -> list[FactRow]:
        cities = range(len(self.country))
        return [FactRow("LOCATED_IN", f"l{at}", self._city(at), f"nuts:{self._code(at)}") for at in cities]

    # Networks, projects, twinnings -----------------------------------------------------------------------------------------

    @cached_property
    def _network_sizes(self) -> Ints:
        ranks = np.arange(1, self._number(LARGE) + 1)
        large = np.maximum(self.size * LARGEST * ranks**-0.3, 150)
        small = np.exp(self.random.uniform(np.log(5), np.log(149), self._number(SMALL)))
        return np.concatenate([large, small]).astype(np.int64)

    def _others(self) -> list[NodeRow]:
        rows = [
            NodeRow(f"own:n{at}", "Organisation", f"Network {at}", kind="network")
            for at in range(len(self._network_sizes))
        ]
        rows += [
            NodeRow(f"own:o{at}", "Organisation", f"Organisation {at}") for at in range(self._number(ORGANISATIONS))
        ]
        rows += [NodeRow(f"own:t{at}", "Theme", f"Theme {at}") for at in range(25)]
        rows += [NodeRow(f"own:r{at}", "Programme", f"Programme {at}") for at in range(len(self._programmes))]
        starts = self.random.integers(2000, 2026, self._number(PROJECTS)).tolist()
        rows += [
            NodeRow(f"own:p{at}", "Project", f"Project {at}", start=str(start), end=str(start + 3))
            for at, start in enumerate(starts)
        ]
        return rows

    def _memberships(self) -> list[FactRow]:
        facts = []
        for network, number in enumerate(self._network_sizes.tolist()):
            middle = int(self.random.integers(len(COUNTRIES)))
            wide = number > 150 or self.random.random() < 0.3
            countries = self._around(middle, len(COUNTRIES) if wide else int(self.random.integers(3, 12)))
            facts += [
                FactRow("MEMBER_OF", f"m{network}-{at}", self._city(at), f"own:n{network}", as_of="2024")
                for at in self._some(countries, number).tolist()
            ]
        return facts

    @cached_property
    def _programmes(self) -> list[Ints]:
        return [
            self._around(int(self.random.integers(len(COUNTRIES))), int(self.random.integers(2, 9)))
            for _ in range(self._number(200))
        ]

    def _participations(self) -> list[FactRow]:
        everywhere = np.arange(len(COUNTRIES))
        seats = self._some(everywhere, self._number(ORGANISATIONS))
        seats = np.sort(self.random.choice(seats, self._number(ORGANISATIONS)))
        facts = [
            FactRow("BASED_IN", f"b{at}", f"own:o{at}", self._city(city)) for at, city in enumerate(seats.tolist())
        ]
        for project in range(self._number(PROJECTS)):
            programme = int(self.random.integers(len(self._programmes)))
            number = min(2 + int(self.random.geometric(0.09)), 30)
            partners = self._some(self._programmes[programme], number).tolist()
            facts.append(FactRow("FUNDED_BY", f"f{project}", f"own:p{project}", f"own:r{programme}"))
            facts.append(FactRow("ABOUT", f"a{project}", f"own:p{project}", f"own:t{project % 25}"))
            # Half are organisations seated there or, where there is none, next in the list, which is in the same country.
            nearby = np.minimum(np.searchsorted(seats, partners), len(seats) - 1).tolist()
            by_organisation = (self.random.random(len(partners)) < 0.5).tolist()
            who = {
                f"own:o{body}" if is_body else self._city(city)
                for city, body, is_body in zip(partners, nearby, by_organisation, strict=True)
            }
            facts += [FactRow("PARTICIPATES_IN", f"{one}-p{project}", one, f"own:p{project}") for one in sorted(who)]
        return facts

    def _twinnings(self) -> list[FactRow]:
        everywhere = np.arange(len(COUNTRIES))
        ties: set[tuple[int, int]] = set()
        twins: dict[int, list[int]] = {}
        wanted = self._number(TWINNINGS)
        logarithm = np.log(self.population)
        while len(ties) < wanted:
            for one in self._some(everywhere, min(2_000, wanted)).tolist():
                known = twins.get(one, [])
                if known and self.random.random() < 0.2:
                    further = twins[known[int(self.random.integers(len(known)))]]
                    other = further[int(self.random.integers(len(further)))]
                else:
                    there = self._around(int(self.country[one]), 6)[1:]
                    some = self._some(there[[int(self.random.integers(len(there)))]], 8)
                    other = int(some[np.argmin(np.abs(logarithm[some] - logarithm[one]))])
                tie = min(one, other), max(one, other)
                if one != other and tie not in ties and len(ties) < wanted:
                    ties.add(tie)
                    twins.setdefault(one, []).append(other)
                    twins.setdefault(other, []).append(one)
        return [FactRow("TWINNED_WITH", f"t{a}-{b}", self._city(a), self._city(b)) for a, b in sorted(ties)]

    def _requests(self) -> list[FactRow]:
        facts = []
        for type_ in ("SEEKS", "OFFERS"):
            for at in self._some(np.arange(len(COUNTRIES)), self._number(400)).tolist():
                theme = int(self.random.integers(25))
                facts.append(FactRow(type_, f"{type_}{at}", self._city(at), f"own:t{theme}", status="open"))
        return facts
