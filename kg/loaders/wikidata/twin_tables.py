"""Twins in tables of one country each, as compiled from Wikidata in 2017: labels, coordinates and populations, no item ids."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from statistics import median

from kg.errors import KgError
from kg.loaders.base import Outcome, Records, Rejected, Row, Skipped
from kg.loaders.localities import Localities, Placed
from kg.loaders.reading.tables import read_table
from kg.loaders.wikidata.labels import name_and_area, one_country, tier
from kg.loaders.wikidata.layout import WIKIDATA, Layout
from kg.places.country_names import country_code
from kg.places.distance import kilometres
from kg.places.query import PlaceQuery
from kg.schema.grouping import Groups
from kg.schema.records import FactRecord
from kg.schema.relationships import TwinnedWith

#: How the columns name, for either end: label, latitude, longitude, population, country.
_ORIGIN = ("origincityLabel", "originlat", "originlong", "originpopulation", "origincountry")
_DESTINATION = (
    "sistercityLabel",
    "destinationlat",
    "destinationlong",
    "destinationpopulation",
    "destination_countryLabel",
)
COLUMNS = (*_ORIGIN, *_DESTINATION)

#: Places of one label nearer to each other are one place with several coordinates.
_SAME_PLACE_KM = 5.0

#: The items of Denmark and Sweden (Q35, Q34) were taken for each other when the tables were made: in the one called Denmark all
#: origins are Swedish, in the other Danish. Undone only where the origins evidently lie there: (longitude, latitude).
_MISTAKEN = {"DK": "SE", "SE": "DK"}
_MIDDLES = {"DK": (10.0, 56.0), "SE": (15.5, 59.0)}

_ITEM = re.compile(r"Q[1-9][0-9]*")

#: label, latitude, longitude
Spot = tuple[str, float, float]


@dataclass(frozen=True, slots=True)
class TablePlace:
    """A place of the table: all its coordinates, populations and countries folded into one description."""

    key: str
    label: str
    latitude: float
    longitude: float
    country: str | None
    population: int | None


def _key(spot: Spot) -> str:
    """Return the label and where it lies, to some ten kilometres.

    There are many places of one name, but hardly two so near to each other; and coordinates were corrected, by less, while the
    tables of the countries were made one after the other.
    """
    label, latitude, longitude = spot
    # Adding zero turns -0.0 into 0.0.
    return f"{label}|{round(latitude, 1) + 0},{round(longitude, 1) + 0}"


@dataclass
class _Seen:
    """What the rows say of one spot."""

    countries: set[str] = field(default_factory=set)
    populations: set[int] = field(default_factory=set)


class TwinTable(Layout):
    """The table of one country: a row for each twin, and for each further population or coordinate of either end."""

    def __init__(self, path: Path, localities: Localities) -> None:
        self._path = path
        self._localities = localities
        self._placed: dict[str, Placed] = {}

    @property
    def scope(self) -> str:
        """The country of the origins is a part of its own."""
        return f"wikidata-twins-2017?country={self._origin_country}"

    def extract(self) -> Iterable[Row]:
        """Yield the rows, each with an id made of its two places, for there is none in the table."""
        for row in self._rows:
            yield replace(row, id=self._pair_id(row) or row.id)

    def transform(self, row: Row) -> Outcome:
        """Return a twinning with both its places."""
        ends = self._ends(row)
        if isinstance(ends, str):
            return Rejected(ends)
        origin, destination = (self._places[spot] for spot in ends)
        if origin == destination:
            return Skipped("twinned with itself")
        if self._first_lines[f"{origin.key}>{destination.key}"] != row.line:
            return Skipped("the pair of an earlier row, with another population or coordinate")
        start, end = self._place(origin), self._place(destination)
        fact = FactRecord(TwinnedWith(start=start.reference, end=end.reference), WIKIDATA.id, row.id)
        return Records((*start.nodes, *end.nodes), (fact, *start.facts, *end.facts))

    def _place(self, place: TablePlace) -> Placed:
        if place.key not in self._placed:
            self._placed[place.key] = self._make(place)
        return self._placed[place.key]

    def _make(self, place: TablePlace) -> Placed:
        ids = (f"wikidata:{place.label}",) if _ITEM.fullmatch(place.label) else ()
        name, area = name_and_area(place.label)
        if level := tier(place.label, place.country):
            return self._localities.region(
                place.key, name, place.country, level=level, ids=ids, population=place.population
            )
        query = PlaceQuery(
            name,
            place.country,
            ids=ids,
            location=(place.longitude, place.latitude),
            region=area,
            population=place.population,
        )
        return self._localities.city(place.key, query)

    @cached_property
    def _rows(self) -> Sequence[Row]:
        return list(read_table(self._path, columns=COLUMNS))

    @cached_property
    def _origin_country(self) -> str:
        labels = {row.cells["origincountry"] for row in self._rows if not row.defect}
        codes = {label: self._country(label) for label in labels}
        if unknown := [label for label, code in codes.items() if code is None]:
            raise KgError(
                f"{self._path}: the origins are in {', '.join(sorted(unknown))}, which is not in the list of countries"
            )
        return ",".join(sorted(code for code in codes.values() if code))

    def _country(self, label: str) -> str | None:
        code = country_code(label)
        return self._mistaken.get(code, code) if code else None

    @cached_property
    def _mistaken(self) -> Mapping[str, str]:
        """Return what country is meant where the origins of one lie in another that it was taken for."""
        points = defaultdict(list)
        for row in self._rows:
            code = country_code(row.cells["origincountry"])
            if code in _MISTAKEN and not row.defect and (spot := _spot(row.cells, _ORIGIN)):
                points[code].append(spot)
        meant = {}
        for code, spots in points.items():
            middle = median(spot[2] for spot in spots), median(spot[1] for spot in spots)
            if kilometres(middle, _MIDDLES[_MISTAKEN[code]]) < kilometres(middle, _MIDDLES[code]):
                meant[code] = _MISTAKEN[code]
        return meant

    def _ends(self, row: Row) -> tuple[Spot, Spot] | str:
        """Return both spots of a row, or what is wrong with it."""
        if row.defect:
            return row.defect
        cells, spots = row.cells, []
        for columns in (_ORIGIN, _DESTINATION):
            label, latitude, longitude, _, _ = (cells[column] for column in columns)
            if not label:
                return f"{columns[0]} is empty"
            spot = _spot(cells, columns)
            if spot is None:
                return f"{columns[1]} {latitude!r} and {columns[2]} {longitude!r} are no place on the globe"
            spots.append(spot)
        return spots[0], spots[1]

    @cached_property
    def _places(self) -> dict[Spot, TablePlace]:
        """All places of the table, by every spot at which one stands in it."""
        seen: dict[Spot, _Seen] = defaultdict(_Seen)
        for row in self._rows:
            cells, ends = row.cells, self._ends(row)
            if isinstance(ends, str):
                continue
            for spot, columns in zip(ends, (_ORIGIN, _DESTINATION), strict=True):
                country = cells[columns[4]]
                code = self._country(country) if columns is _ORIGIN else country_code(country)
                seen[spot].countries |= {code} if code else set()
                seen[spot].populations |= _population(cells[columns[3]])
        by_key: dict[str, list[Spot]] = defaultdict(list)
        for spots in _same_places(seen):
            by_key[_key(spots[0])] += spots
        places: dict[Spot, TablePlace] = {}
        for key, spots in by_key.items():
            label, latitude, longitude = spots[0]
            place = TablePlace(
                key,
                label,
                latitude,
                longitude,
                one_country({code for spot in spots for code in seen[spot].countries}),
                max((number for spot in spots for number in seen[spot].populations), default=None),
            )
            places.update(dict.fromkeys(spots, place))
        return places

    @cached_property
    def _first_lines(self) -> dict[str, int]:
        """The first line of each pair: the same pair comes again for each population and coordinate of its ends."""
        first: dict[str, int] = {}
        for row in self._rows:
            if pair := self._pair_id(row):
                first.setdefault(pair, row.line)
        return first

    def _pair_id(self, row: Row) -> str | None:
        ends = self._ends(row)
        return None if isinstance(ends, str) else ">".join(self._places[spot].key for spot in ends)


def _spot(cells: Mapping[str, str], columns: tuple[str, ...]) -> Spot | None:
    try:
        latitude, longitude = float(cells[columns[1]]), float(cells[columns[2]])
    except ValueError:
        return None
    if not (-90 <= latitude <= 90 and -180 <= longitude <= 180):
        return None
    return cells[columns[0]], latitude, longitude


def _population(cell: str) -> set[int]:
    return {int(cell)} if cell.isascii() and cell.isdigit() and len(cell) < 16 else set()


def _same_places(spots: Iterable[Spot]) -> list[list[Spot]]:
    """Return the spots in groups of one place each: equal labels, near each other; sorted, so that row order leaves no trace."""
    by_label: dict[str, list[Spot]] = defaultdict(list)
    for spot in sorted(spots):
        by_label[spot[0]].append(spot)
    groups: Groups[Spot] = Groups()
    members: dict[Spot, list[Spot]] = defaultdict(list)
    for same in by_label.values():
        for number, spot in enumerate(same):
            groups.join([spot, *(other for other in same[:number] if _distance(spot, other) <= _SAME_PLACE_KM)])
        for spot in same:
            members[groups.find(spot)].append(spot)
    return list(members.values())


def _distance(one: Spot, other: Spot) -> float:
    return kilometres((one[2], one[1]), (other[2], other[1]))
