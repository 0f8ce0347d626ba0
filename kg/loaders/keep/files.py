"""The two layouts of keep.eu: how they are told apart, and what a row of either says."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import Literal

from kg.errors import KgError
from kg.loaders.base import Row
from kg.loaders.reading.tables import read_table
from kg.loaders.reading.values import present
from kg.places.countries import CODES_IN_USE
from kg.places.country_names import country_code
from kg.schema.contacts import without_address

Layout = Literal["workbook", "table"]

#: Columns that tell the sheets of the workbook, and the table, from everything else.
PROJECTS = ("Programme", "Acronym", "Project Name", "Lead Partner", "Budget", "Project start", "Project end")
PARTNERS = ("Programme", "Acronym", "Project Partner", "Lead Partner", "Town", "Country")
CALLS = ("Programme", "Serial Number", "Start Date", "End Date")
TABLE = ("Programme", "Acronym", "Project.Partner", "Lead.Partner", "Town", "Country")

#: What is read of a row; streets, postal codes and departments are not, for some partners are at home there.
_USED = frozenset(
    (
        *PROJECTS,
        *PARTNERS,
        *CALLS,
        *TABLE,
        *("Project Name language 2", "Project Name language 3", "Period", "Website"),
        *("Thematic1", "Thematic2", "Thematic3"),
        *("Legal Status", "Country code", "NUTS1 (or equivalent)", "NUTS2 (or equivalent)", "NUTS3 (or equivalent)"),
        *("Legal.Status", "Country.code", "NUTS1..or.equivalent.", "NUTS2..or.equivalent.", "NUTS3..or.equivalent."),
        *("ID_PARTICIPATION", "geonameId", "asciiName", "lat_GN", "lng_GN", "CountryISO"),
    )
)

#: Parts of France that have a country code of their own and French NUTS codes.
_OVERSEAS = frozenset(("GP", "MQ", "GF", "RE", "YT", "MF"))

_NUTS = re.compile(r"([A-Z]{2}[A-Z0-9]{1,3})\s*/\s*(.+)", re.ASCII)
_IN_BRACKETS = re.compile(r"(.+?)\s*\(([^()]+)\)")
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]")
_PERIOD = re.compile(r"\s*(\d{4})\s*[-\u2013]\s*(\d{4})\s+(.+)")


@dataclass(frozen=True, slots=True)
class Nuts:
    """A NUTS region as a row names it; ``other`` is its name in another script."""

    code: str
    name: str
    other: str | None

    @property
    def country(self) -> str:
        """The ISO code of its country."""
        return CODES_IN_USE.get(self.code[:2], self.code[:2])


@dataclass(frozen=True, slots=True)
class Participation:
    """A partner in a project, as one row of either layout says; ``nuts`` from the smallest region up."""

    programme: str
    acronym: str
    partner: str
    lead: bool
    town: str | None
    country: str | None
    website: str | None
    legal_status: str | None
    nuts: tuple[Nuts, ...]
    geonames_id: str | None
    gazetteer_name: str | None
    location: tuple[float, float] | None
    row: str


def layout_of(path: Path) -> Layout:
    """Return the layout of a file, by its content.

    Raises:
        KgError: It is neither, or cannot be read.
    """
    try:
        with path.open("rb") as file:
            is_workbook = file.read(4) in (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")
    except OSError as error:
        raise KgError(f"cannot read {path}: {error.strerror or error}") from error
    if is_workbook:
        return "workbook"
    for _ in read_table(path, columns=TABLE):
        return "table"
    raise KgError(f"{path} has no partner under its header: is it the export of a search without results?")


def read_projects(path: Path) -> Iterator[Row]:
    """Yield the rows of the sheet of projects; the id is programme and acronym."""
    return _read(path, PROJECTS, lambda cells: _id(cells, "Programme", "Acronym"))


def read_calls(path: Path) -> Iterator[Row]:
    """Yield the rows of the sheet of calls; the id is programme and serial number."""
    return _read(path, CALLS, lambda cells: f"call {_id(cells, 'Programme', 'Serial Number')}")


def read_partners(path: Path, layout: Layout) -> Iterator[Row]:
    """Yield the rows of partners of either layout; the id is keep.eu's own, else programme, acronym, partner and town."""
    if layout == "workbook":
        return _read(path, PARTNERS, lambda cells: _id(cells, "Programme", "Acronym", "Project Partner", "Town"))
    return _read(
        path,
        TABLE,
        lambda cells: (
            present(cells.get("ID_PARTICIPATION")) or _id(cells, "Programme", "Acronym", "Project.Partner", "Town")
        ),
    )


def _read(path: Path, columns: tuple[str, ...], row_id: Callable[[Mapping[str, str]], str]) -> Iterator[Row]:
    for row in read_table(path, columns=columns, row_id=row_id):
        # Some partners wrote their e-mail address behind their name.
        cells = {name: without_address(cell) for name, cell in row.cells.items() if name in _USED}
        yield replace(row, id=without_address(row.id), cells=cells)


def _id(cells: Mapping[str, str], *columns: str) -> str:
    return "|".join(" ".join(cells[column].split()) for column in columns)


def participation(row: Row) -> Participation:
    """Return what a row of partners says.

    Raises:
        ValueError: It lacks the programme, the project or the partner.
    """
    cells = {name.replace(".", " "): cell for name, cell in row.cells.items()}
    nuts = [
        region
        for column in ("NUTS3", "NUTS2", "NUTS1")
        if (region := _nuts(cells.get(f"{column} (or equivalent)") or cells.get(f"{column}  or equivalent ") or ""))
    ]
    country = country_code(cells["Country"]) or country_code((cells.get("Country code") or "")[:2])
    # A code of another country than the partner's is a slip of the pen in one of the two: neither is believed.
    within = "FR" if country in _OVERSEAS else country
    geonames, location = _gazetteer(cells, country)
    return Participation(
        programme=needed(cells, "Programme"),
        acronym=needed(cells, "Acronym"),
        partner=needed(cells, "Project Partner"),
        lead=cells["Lead Partner"].casefold() == "yes",
        town=_folded(cells["Town"]),
        country=country,
        website=present(cells.get("Website")),
        legal_status=(present(cells.get("Legal Status")) or "").casefold() or None,
        nuts=tuple(region for region in nuts if region.country == within),
        geonames_id=geonames,
        gazetteer_name=present(cells.get("asciiName")) if geonames else None,
        location=location,
        row=row.id,
    )


def needed(cells: Mapping[str, str], column: str) -> str:
    """Return a cell that must say something, its white space folded.

    Raises:
        ValueError: It says nothing.
    """
    text = _folded(cells.get(column) or "")
    if text is None or not any(map(str.isalnum, text)):
        raise ValueError(f"no {column}")
    return text


def _folded(text: str) -> str | None:
    """Return a cell with its white space folded, without what a wrong encoding left of a character."""
    return present(" ".join(_CONTROL.sub(" ", text).split()))


def _gazetteer(cells: Mapping[str, str], country: str | None) -> tuple[str | None, tuple[float, float] | None]:
    """Return the GeoNames id of the town and where it is, unless that place is in another country than the partner."""
    code = present(cells.get("geonameId"))
    if code is None or not code.isdigit() or present(cells.get("CountryISO")) != country:
        return None, None
    try:
        return code, (float(cells["lng_GN"]), float(cells["lat_GN"]))
    except (KeyError, ValueError):
        return code, None


@lru_cache(maxsize=5000)
def _nuts(cell: str) -> Nuts | None:
    """Return the region of a cell such as 'ITH54  / Modena' or 'BG413  / Благоевград (Blagoevgrad)'."""
    match = _NUTS.fullmatch(cell.strip())
    if match is None:
        return None
    name, other = match[2], None
    if (brackets := _IN_BRACKETS.fullmatch(name)) and not name.isascii() and not brackets[1].isascii():
        other, name = brackets[1], brackets[2]
    return Nuts(match[1], name.title() if name.isupper() else name, other)


@lru_cache(maxsize=5000)
def period_of(programme: str) -> tuple[str | None, str]:
    """Return the period of a programme and its name without it.

    >>> period_of("2014 - 2020 INTERREG VB Central Europe")
    ('2014-2020', 'INTERREG VB Central Europe')
    """
    match = _PERIOD.fullmatch(programme)
    return (f"{match[1]}-{match[2]}", " ".join(match[3].split())) if match else (None, programme)
