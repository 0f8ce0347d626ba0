"""How well places are found: the resolver against ids that others assigned by hand.

The resolver is given a name and a country and nothing else; what the files hold besides (coordinates, addresses, ids) serves only
to say whether it was right.
"""

from __future__ import annotations

import csv
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from kg.places.countries import country_named
from kg.places.distance import kilometres
from kg.places.gazetteer import Gazetteer
from kg.places.query import PlaceQuery, Resolution
from kg.places.resolve import Resolver

#: An answer this near the gold place is right: sources and gazetteers put a municipality's point where they like.
RIGHT_KM = 15.0


@dataclass(frozen=True, slots=True)
class Case:
    """A question with its answer: what the resolver is asked, and where the place is."""

    row: str
    name: str
    country: str | None
    gold_id: int
    gold_name: str
    location: tuple[float, float]
    held: bool


def etmun_cases(path: Path, gazetteer: Gazetteer) -> Iterator[Case]:
    """Yield the municipalities of Europe in a table of memberships in the layout of ``etmun``."""
    for number, row in enumerate(_rows(path), start=2):
        if row["Continent"] == "Europe" and row["EntitySimplified"] in ("Municipality", "City"):
            yield from _case(f"{number}", row["Locality_Siege"], row["CountryCode"], row, gazetteer)


def keep_cases(path: Path, gazetteer: Gazetteer) -> Iterator[Case]:
    """Yield the towns of partners in a table of participations in the layout of keep.eu's older export."""
    for number, row in enumerate(_rows(path), start=2):
        yield from _case(f"{number}", row["Town"], country_named(row["Country"]), row, gazetteer)


def _rows(path: Path) -> Iterator[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        yield from csv.DictReader(file)


def _case(number: str, name: str, country: str | None, row: dict[str, str], gazetteer: Gazetteer) -> Iterator[Case]:
    if not row["geonameId"].isdigit() or not country:
        return
    gold = int(row["geonameId"])
    place = gazetteer.place(gold)
    if place:
        location = (place.longitude, place.latitude)
    else:
        try:
            location = (float(row["lng_GN"]), float(row["lat_GN"]))
        except ValueError:
            return
    yield Case(number, name, country, gold, row["asciiName"], location, place is not None)


@dataclass(frozen=True, slots=True)
class Tried:
    """A case and what the resolver said of it."""

    case: Case
    resolution: Resolution

    @property
    def outcome(self) -> str:
        """'right', 'wrong', 'review' or 'unknown'."""
        best = self.resolution.best
        if best is None:
            return self.resolution.status
        return "right" if kilometres(best.location, self.case.location) <= RIGHT_KM else "wrong"


def trial(cases: Iterable[Case], resolver: Resolver) -> list[Tried]:
    """Ask the resolver each case."""
    return [Tried(case, resolver.resolve(PlaceQuery(case.name, case.country))) for case in cases]


def summary(tried: list[Tried]) -> dict[str, float]:
    """Return counts, precision (right of resolved) and recall (right of all, and of those whose place is held)."""
    outcomes = Counter(one.outcome for one in tried)
    held = [one for one in tried if one.case.held]
    right_held = sum(one.outcome == "right" for one in held)
    answered = outcomes["right"] + outcomes["wrong"]
    return {
        "rows": len(tried),
        **{outcome: outcomes[outcome] for outcome in ("right", "wrong", "review", "unknown")},
        "precision": outcomes["right"] / max(1, answered),
        "recall": outcomes["right"] / max(1, len(tried)),
        "rows held": len(held),
        "recall held": right_held / max(1, len(held)),
    }


def by_country(tried: list[Tried]) -> dict[str, dict[str, float]]:
    """Return the summary for each country."""
    groups: dict[str, list[Tried]] = defaultdict(list)
    for one in tried:
        groups[one.case.country or ""].append(one)
    return {country: summary(groups[country]) for country in sorted(groups)}
