"""How well places are found: the resolver against ids that others assigned by hand.

The resolver is given a name and a country and nothing else; what the files hold besides (coordinates, addresses, ids) serves only
to say whether it was right.
"""

from __future__ import annotations

import csv
import random
import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from kg.errors import KgError
from kg.places.countries import country_named
from kg.places.distance import kilometres
from kg.places.gazetteer import Gazetteer
from kg.places.query import PlaceQuery, Resolution
from kg.places.resolve import Resolver
from kg.places.variants import is_of_another_body

#: An answer this near the gold place is right: sources and gazetteers put a municipality's point where they like.
RIGHT_KM = 15.0

_GEONAMES_ID = re.compile(r"[0-9]{1,12}")
_GOLD = ("geonameId", "asciiName", "lng_GN", "lat_GN")
_ETMUN = ("Continent", "EntitySimplified", "Locality_Siege", "CountryCode", *_GOLD)
_KEEP = ("Town", "Country", *_GOLD)


@dataclass(frozen=True, slots=True)
class Case:
    """A question with its answer: what the resolver is asked, and where the place is.

    ``row`` is the number of the line's record in the file, the header being 1; ``held`` says that the gazetteer has the gold id.
    """

    row: int
    name: str
    country: str
    gold_id: int
    gold_name: str
    location: tuple[float, float]
    held: bool


@dataclass(frozen=True, slots=True)
class Tried:
    """A case and what the resolver said of it."""

    case: Case
    resolution: Resolution

    @property
    def kilometres(self) -> float | None:
        """How far the answer lies from the gold place, None without one."""
        best = self.resolution.best
        return kilometres(best.location, self.case.location) if best else None

    @property
    def outcome(self) -> str:
        """'right', 'wrong', 'review' or 'unknown'."""
        distance = self.kilometres
        if distance is None:
            return self.resolution.status
        return "right" if distance <= RIGHT_KM else "wrong"

    @property
    def cause(self) -> str:
        """Why it was missed, empty when it was not."""
        if self.outcome == "right":
            return ""
        candidates = self.resolution.candidates
        among = any(kilometres(one.location, self.case.location) <= RIGHT_KM for one in candidates)
        if self.outcome == "wrong":
            return "another place of that name was taken" if among else "the name is that of another place"
        if self.outcome == "review":
            if among and len(candidates) > 1:
                return "several places of that name: left to a person"
            return "only a like name: left to a person"
        if is_of_another_body(self.case.name, self.case.country):
            return "name of a region, association or other body"
        return "the gazetteer has no such name"


def etmun_cases(path: Path, gazetteer: Gazetteer) -> Iterator[Case]:
    """Yield the municipalities of Europe in a table of memberships in the layout of ``etmun``.

    Raises:
        KgError: The file cannot be read, or it lacks a column.
    """
    for number, row in _rows(path, _ETMUN):
        if row["Continent"] == "Europe" and row["EntitySimplified"] in ("Municipality", "City"):
            yield from _case(number, row["Locality_Siege"], country_named(row["CountryCode"]), row, gazetteer)


def keep_cases(path: Path, gazetteer: Gazetteer) -> Iterator[Case]:
    """Yield the towns of partners in a table of participations in the layout of keep.eu's older export.

    Raises:
        KgError: The file cannot be read, or it lacks a column.
    """
    for number, row in _rows(path, _KEEP):
        yield from _case(number, row["Town"], country_named(row["Country"]), row, gazetteer)


#: What can be tried: name -> how its cases are read.
SETS: Mapping[str, Callable[[Path, Gazetteer], Iterator[Case]]] = {"etmun": etmun_cases, "keep": keep_cases}


def _rows(path: Path, columns: Sequence[str]) -> Iterator[tuple[int, dict[str, str]]]:
    if path.exists() and not path.is_file():
        raise KgError(f"{path} is not a file.")
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            lines = csv.DictReader(file, restkey="", restval="")
            if missing := [column for column in columns if column not in (lines.fieldnames or ())]:
                raise KgError(f"{path} lacks the columns {', '.join(missing)}: it is not a table of this layout.")
            yield from enumerate(lines, start=2)
    except OSError as error:
        raise KgError(f"{path} cannot be read ({error.strerror}).") from error
    except (UnicodeDecodeError, csv.Error) as error:
        raise KgError(f"{path} cannot be read as CSV in UTF-8 ({error}).") from error


def _case(number: int, name: str, country: str | None, row: Mapping[str, str], gazetteer: Gazetteer) -> Iterator[Case]:
    if not _GEONAMES_ID.fullmatch(row["geonameId"]) or country is None:
        return
    gold = int(row["geonameId"])
    place = gazetteer.place(gold)
    if place is None:
        try:
            location = (float(row["lng_GN"]), float(row["lat_GN"]))
        except ValueError:
            return
        if not (-180 <= location[0] <= 180 and -90 <= location[1] <= 90):
            return
    else:
        location = (place.longitude, place.latitude)
    yield Case(number, name, country, gold, row["asciiName"], location, place is not None)


def trial(cases: Iterable[Case], resolver: Resolver) -> list[Tried]:
    """Ask the resolver each case: its name and country, nothing else."""
    return [Tried(case, resolver.resolve(PlaceQuery(case.name, case.country))) for case in cases]


@dataclass(frozen=True, slots=True)
class Summary:
    """Counts of outcomes, and what follows from them; ``held`` counts rows whose gold place the gazetteer has."""

    rows: int
    right: int
    wrong: int
    review: int
    unknown: int
    held: int
    right_held: int

    @property
    def precision(self) -> float | None:
        """Share of the answers that are right."""
        return self.right / (self.right + self.wrong) if self.right + self.wrong else None

    @property
    def recall(self) -> float | None:
        """Share of all rows that are answered rightly."""
        return self.right / self.rows if self.rows else None

    @property
    def recall_held(self) -> float | None:
        """Share of the rows whose gold place the gazetteer has that are answered rightly."""
        return self.right_held / self.held if self.held else None

    def as_json(self) -> dict[str, float | int | None]:
        """Return counts and shares by name."""
        return {
            **{name: getattr(self, name) for name in self.__slots__},
            "precision": self.precision,
            "recall": self.recall,
            "recall_held": self.recall_held,
        }


def summary(tried: Iterable[Tried]) -> Summary:
    """Return how often the resolver was right."""
    everything = list(tried)
    outcomes = Counter(one.outcome for one in everything)
    held = [one for one in everything if one.case.held]
    return Summary(
        len(everything),
        outcomes["right"],
        outcomes["wrong"],
        outcomes["review"],
        outcomes["unknown"],
        len(held),
        sum(one.outcome == "right" for one in held),
    )


def by_country(tried: Iterable[Tried]) -> dict[str, Summary]:
    """Return the summary for each country."""
    groups: dict[str, list[Tried]] = defaultdict(list)
    for one in tried:
        groups[one.case.country].append(one)
    return {country: summary(groups[country]) for country in sorted(groups)}


def by_cause(tried: Iterable[Tried]) -> dict[str, tuple[int, int]]:
    """Return how many rows were missed for each cause, and how many of these whose place the gazetteer has."""
    counts: dict[str, tuple[int, int]] = {}
    for one in tried:
        if one.cause:
            every, held = counts.get(one.cause, (0, 0))
            counts[one.cause] = (every + 1, held + one.case.held)
    return dict(sorted(counts.items(), key=lambda item: (-item[1][0], item[0])))


def draw_disagreements(tried: Iterable[Tried], number: int, seed: int) -> list[Tried]:
    """Return so many of the answers that are not near the gold place, drawn by seed, in the order of their rows."""
    wrong = [one for one in tried if one.outcome == "wrong"]
    drawn = random.Random(seed).sample(wrong, min(number, len(wrong)))
    return sorted(drawn, key=lambda one: one.case.row)
