"""Cities from GeoNames' own dump files: ``cities500.txt``, ``cities15000.txt``, one country (``LV.txt``), ``allCountries.txt``."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path
from typing import IO, ClassVar

from kg.errors import KgError, quoted
from kg.loaders.base import Outcome, Rejected, Row, Skipped
from kg.loaders.files import Entry, FileLoader, Option
from kg.loaders.geonames import GEONAMES, country_codes, place_records
from kg.places.countries import mission_area
from kg.schema.nodes import Point
from kg.schema.provenance import Source
from kg.zips import UNREADABLE_ZIP

#: The columns of a dump, in their order (readme.txt of GeoNames' export); the file has no header.
COLUMNS = (
    "geonameid",
    "name",
    "asciiname",
    "alternatenames",
    "latitude",
    "longitude",
    "feature class",
    "feature code",
    "country code",
    "cc2",
    "admin1 code",
    "admin2 code",
    "admin3 code",
    "admin4 code",
    "population",
    "elevation",
    "dem",
    "timezone",
    "modification date",
)

#: Populated places that are no municipality today, by feature code.
_NOT_TODAY = {
    "PPLX": "a section of a populated place (PPLX)",
    "PPLH": "a populated place of history (PPLCH, PPLH)",
    "PPLCH": "a populated place of history (PPLCH, PPLH)",
    "PPLQ": "an abandoned populated place (PPLQ)",
    "PPLW": "a destroyed populated place (PPLW)",
}

_NAME = re.compile(r"(cities(?:500|1000|5000|15000)|allCountries|[A-Z]{2})(?![A-Za-z0-9])")
_WHOLE_WORLD = "allCountries"
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_CODE = re.compile(r"[1-9][0-9]{0,9}", re.ASCII)
#: GeoNames holds at most 10,000 characters of alternate names; a longer line is none of its.
_LONGEST_LINE = 100_000
#: allCountries.txt has some 1.7 GB; what is ten times as large when unpacked is no dump.
_MOST_BYTES = 20_000_000_000
_MOST_TIMES_PACKED = 100


class GeoNamesDump(FileLoader):
    """Populated places of a dump file from a least population on; by default those of the mission's area from 15,000 inhabitants.

    Args:
        files: One dump file, as text or zip, named as GeoNames names it.
        edition: Date of the data; by default the newest modification date in the file.
        min_population: What a city has at least.
        country: ISO codes or English names; the mission's area when empty.

    Raises:
        KgError: The file is not named as GeoNames names them, or an option is not one of these.
    """

    name = "geonames"
    entry = Entry(
        id="geonames-dump",
        title="GeoNames, dump files",
        brings="cities with names, population and coordinates",
        publisher=GEONAMES.publisher,
        licence=GEONAMES.licence,
        url="https://download.geonames.org/export/dump",
        command="kg load geonames FILE [--min-population N] [--country CODE ...] [--edition DATE]",
        untried=True,
    )
    options: ClassVar[tuple[Option, ...]] = (
        Option("min_population", "What a city has at least.", int),
        Option("country", "Only this country, by code or name; may be repeated.", multiple=True, metavar="CODE"),
    )

    def __init__(
        self,
        files: Sequence[Path],
        *,
        edition: str | None = None,
        min_population: int = 15_000,
        country: Sequence[str] = (),
    ) -> None:
        super().__init__(files, edition=edition)
        if len(self.files) != 1:
            raise KgError("GeoNames' dump files are loaded one by one: each is an edition of its own part")
        if min_population < 0:
            raise KgError(f"min_population (--min-population) {min_population}: give 0 or more")
        (self._path,) = self.files
        named = _NAME.match(self._path.name)
        if named is None:
            raise KgError(
                f"{self._path.name} is not named as GeoNames names its dump files (cities500.txt, LV.txt, allCountries.zip): "
                "which places a later edition of the file must hold follows from that name, so give it back its own"
            )
        self._dump = named[1]
        only = country_codes(country)
        self._min_population = min_population
        self._countries = frozenset(only or mission_area())
        self._part = ",".join(sorted(only))

    @property
    def scope(self) -> str:
        """The dump file, the least population and the countries, each choice of which is a part of its own."""
        part = f"&country={self._part}" if self._part else ""
        return f"geonames?file={self._dump}&min={self._min_population}{part}"

    @property
    def sources(self) -> Sequence[Source]:
        """GeoNames alone."""
        return (GEONAMES,)

    def edition_in_files(self) -> str | None:
        """Return the newest modification date of the file."""
        return self._newest

    @cached_property
    def _newest(self) -> str | None:
        dates = (cells[18] for _, cells in self._lines() if len(cells) == len(COLUMNS))
        return max((date for date in dates if _DATE.fullmatch(date)), default=None)

    def extract(self) -> Iterable[Row]:
        """Yield the lines of the file as rows whose id is the GeoNames id; of the whole world only those that are asked for.

        Raises:
            KgError: It is no dump file, or none of its places is asked for: an edition without a row would end all that an
                earlier one said.
        """
        largest, file = -1, self._path.name
        for line, cells in self._lines():
            if len(cells) != len(COLUMNS):
                yield Row(file, line, {"line": "\t".join(cells)}, Row.content_id(line, {"line": "\t".join(cells)}))
                continue
            row = dict(zip(COLUMNS, cells, strict=True))
            why_not = self._left_out(row)
            if not why_not or why_not.startswith("fewer"):
                largest = max(largest, _number(row["population"]) or 0)
            if not why_not:
                yield Row(file, line, row, row["geonameid"])
            elif self._dump != _WHOLE_WORLD:
                # Most lines of a country are rivers and hills: of what is left out only that is kept by which it is.
                yield Row(file, line, _told(row), row["geonameid"])
        if largest < self._min_population:
            raise KgError(
                f"{file}: no place in {'the countries asked for' if self._part else 'the area of the mission'} has "
                f"{self._min_population:,} inhabitants or more"
                + (f" (the largest has {largest:,}): lower --min-population" if largest >= 0 else ": give --country")
            )

    def transform(self, row: Row) -> Outcome:
        """Return a place as city, located in its country."""
        cells = row.cells
        if "geonameid" not in cells:
            return Rejected(f"not {len(COLUMNS)} cells, as every line of a dump has")
        if rule := self._left_out(cells):
            return Skipped(rule)
        population = _number(cells["population"])
        if population is None:
            return Rejected(f"population {quoted(cells['population'])} is not a number")
        if not _CODE.fullmatch(row.id):
            return Rejected(f"geonameid {quoted(row.id)} is not a number")
        try:
            location = Point(float(cells["longitude"]), float(cells["latitude"]))
        except ValueError:
            return Rejected(f"{quoted(cells['latitude'])}, {quoted(cells['longitude'])} are not coordinates")
        return place_records(
            row.id,
            cells["name"],
            cells["alternatenames"].split(",") if cells["alternatenames"] else (),
            country=cells["country code"],
            population=population,
            location=location,
        )

    def _left_out(self, cells: Mapping[str, str]) -> str | None:
        """Return the rule that leaves a line out, if one does."""
        if cells["feature class"] != "P":
            return "not a populated place (feature class P)"
        if rule := _NOT_TODAY.get(cells["feature code"]):
            return rule
        if cells["country code"] not in self._countries:
            return "in none of the countries asked for"
        population = _number(cells["population"])
        if population is not None and population < self._min_population:
            return f"fewer than {self._min_population} inhabitants"
        return None

    def _lines(self) -> Iterator[tuple[int, list[str]]]:
        """Yield number and cells of each line."""
        path = self._path
        try:
            with _opened(path, self._dump) as file:
                line, first = 0, True
                while text := file.readline(_LONGEST_LINE + 1):
                    line += 1
                    if len(text) > _LONGEST_LINE or "\0" in text:
                        raise KgError(f"{path}, line {line}: {_not_a_dump(text)}")
                    ended, text = text.endswith("\n"), text.rstrip("\r\n")
                    if not text.strip():
                        continue
                    cells = [cell.strip() for cell in text.split("\t")]
                    if first and (len(cells) != len(COLUMNS) or not _CODE.fullmatch(cells[0])):
                        raise KgError(f"{path}: {_not_a_dump(text)}")
                    if not ended and len(cells) < len(COLUMNS):
                        raise KgError(f"{path} ends in the middle of line {line}: download it again")
                    first = False
                    yield line, cells
        except UnicodeDecodeError as error:
            raise KgError(f"{path} is not UTF-8, as GeoNames' dump files are: is it the right file?") from error
        except (*UNREADABLE_ZIP, OSError, RuntimeError) as error:
            raise KgError(f"cannot read {path} ({error}): download it again") from error
        if first:
            raise KgError(f"{path} is empty: download it again")


def _told(cells: Mapping[str, str]) -> Mapping[str, str]:
    names = ("geonameid", "feature class", "feature code", "country code", "population")
    return {name: cells[name] for name in names}


def _not_a_dump(text: str) -> str:
    return (
        f"not a line of a GeoNames dump ({len(COLUMNS)} cells separated by tabs, the first a number, no header) but "
        f"{quoted(text.strip())}: is it the right file?"
    )


def _number(text: str) -> int | None:
    """Return a count; GeoNames leaves some empty."""
    if not text:
        return 0
    return int(text) if text.isascii() and text.isdigit() and len(text) < 16 else None


@contextmanager
def _opened(path: Path, dump: str) -> Iterator[IO[str]]:
    """Open a dump as text, in a zip or plain."""
    if not zipfile.is_zipfile(path):
        with path.open(encoding="utf-8-sig", newline="\n") as plain:
            yield plain
        return
    with zipfile.ZipFile(path) as archive:
        member = next((info for info in archive.infolist() if info.filename == f"{dump}.txt"), None)
        if member is None:
            raise KgError(f"{path} holds no {dump}.txt: is it GeoNames' own zip?")
        if member.file_size > min(_MOST_BYTES, _MOST_TIMES_PACKED * max(member.compress_size, 1_000)):
            raise KgError(f"{path} would unpack to {member.file_size:,} bytes, which no dump of GeoNames has")
        with archive.open(member) as packed, io.TextIOWrapper(packed, encoding="utf-8-sig", newline="\n") as text:
            yield text
