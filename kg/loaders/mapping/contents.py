"""What a column holds, judged by its cells: countries, dates, numbers, websites, ids, names."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property

from kg.loaders.mapping.kinds import as_date, as_degrees, as_website
from kg.loaders.reading.values import parse_whole
from kg.places.country_names import country_code

#: Layouts that are not read unless a mapping says so: the month first, and years of two digits.
_OTHER_LAYOUTS = ("%m/%d/%Y", "%d.%m.%y", "%d/%m/%y", "%d-%m-%y", "%m/%d/%y")

#: Different cells by which a column is judged.
_MOST_CELLS = 1000

_QID = re.compile(r"(?:https?://www\.wikidata\.org/(?:entity|wiki)/)?Q[1-9]\d*")
_GEONAMES = re.compile(r"(?:https?://(?:www\.|sws\.)?geonames\.org/)?[1-9]\d{3,8}/?\S*")
_YEAR = re.compile(r"(?:19[4-9]|20[0-4])\d(?:[-/.].*)?|.*\D(?:19[4-9]|20[0-4])\d")


def readable(read: Callable[[str], object], text: str) -> bool:
    """Return whether a text can be read so."""
    try:
        return read(text) is not None
    except ValueError:
        return False


@dataclass(frozen=True)
class Column:
    """A column: its name, and the cells that are not empty, in order."""

    name: str
    cells: tuple[str, ...]
    rows: int

    @property
    def filled(self) -> float:
        """The share of rows in which it is not empty."""
        return len(self.cells) / self.rows if self.rows else 0.0

    @property
    def distinct(self) -> float:
        """The share of its cells that differ."""
        return len(set(self.cells)) / len(self.cells) if self.cells else 0.0

    def share(self, is_one: Callable[[str], bool]) -> float:
        """Return the share of its different cells that are of a kind."""
        different = self.different[:_MOST_CELLS]
        return sum(map(is_one, different)) / len(different) if different else 0.0

    def rest(self, is_one: Callable[[str], bool]) -> list[str]:
        """Return its different cells that are not of a kind, in order."""
        return [cell for cell in self.different if not is_one(cell)]

    @cached_property
    def different(self) -> tuple[str, ...]:
        """Its different cells, in order."""
        return tuple(dict.fromkeys(self.cells))


def is_country(cell: str) -> bool:
    """Return whether a cell names a country."""
    return country_code(cell) is not None


def is_date(cell: str) -> bool:
    """Return whether a cell is a date that is read without a layout."""
    return readable(as_date, cell)


def is_count(cell: str) -> bool:
    """Return whether a cell is a whole number."""
    return readable(lambda text: parse_whole(text, missing=()), cell)


def is_website(cell: str) -> bool:
    """Return whether a cell is the address of a website."""
    return "@" not in cell and not _QID.fullmatch(cell) and readable(as_website, cell)


def _is_degrees(cell: str, most: int) -> bool:
    return readable(as_degrees, cell) and abs(as_degrees(cell)) <= most


def _is_text(cell: str) -> bool:
    link = cell.lower().startswith(("http", "www.")) or "@" in cell or _QID.fullmatch(cell)
    return not link and any(letter.isalpha() for letter in cell)


#: For each field, how a cell of it looks, and the share of cells that must look so.
LOOKS: dict[str, tuple[Callable[[str], bool], float]] = {
    "country": (is_country, 0.6),
    "since": (lambda cell: is_date(cell) or layout_of([cell]) is not None, 0.5),
    "until": (lambda cell: is_date(cell) or layout_of([cell]) is not None, 0.5),
    "population": (is_count, 0.5),
    "website": (is_website, 0.5),
    "latitude": (lambda cell: _is_degrees(cell, 90), 0.9),
    "longitude": (lambda cell: _is_degrees(cell, 180), 0.9),
    "geonames": (lambda cell: _GEONAMES.fullmatch(cell) is not None, 0.9),
    "wikidata": (lambda cell: _QID.fullmatch(cell) is not None, 0.9),
    "member": (_is_text, 0.8),
    "city": (_is_text, 0.8),
    "name": (_is_text, 0.8),
    "names": (_is_text, 0.5),
    "network": (_is_text, 0.8),
    "status": (_is_text, 0.8),
    "role": (_is_text, 0.8),
    "region": (_is_text, 0.5),
}

#: Fields that can be told by their cells alone, whatever the column is called.
ALONE: dict[str, tuple[Callable[[str], bool], float]] = {
    "country": (is_country, 0.9),
    "wikidata": (lambda cell: _QID.fullmatch(cell) is not None, 0.95),
    "website": (lambda cell: cell.lower().startswith(("http", "www.")) and is_website(cell), 0.8),
    "since": (lambda cell: is_date(cell) and _YEAR.fullmatch(cell) is not None, 0.95),
}


def layout_of(cells: Sequence[str]) -> str | None:
    """Return the layout in which nearly all cells are dates that are not read without one; None when there is none.

    >>> layout_of(["12/31/2009", "01/15/2010"]), layout_of(["31.12.09"]), layout_of(["2009"])
    ('%m/%d/%Y', '%d.%m.%y', None)
    """
    cells = cells[:_MOST_CELLS]
    if not cells or sum(map(is_date, cells)) >= 0.95 * len(cells):
        return None
    for layout in _OTHER_LAYOUTS:
        fitting = sum(readable(lambda cell, layout=layout: as_date(cell, (layout,)), cell) for cell in cells)  # type: ignore[misc]
        if fitting >= 0.95 * len(cells):
            return layout
    return None
