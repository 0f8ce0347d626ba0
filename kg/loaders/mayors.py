"""Mayors of European cities from Wikidata, as a table of persons and cities by item."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from kg.loaders.base import Outcome, Records, Row, Skipped
from kg.loaders.files import Entry, FileLoader
from kg.loaders.localities import Localities
from kg.loaders.reading.tables import read_table
from kg.loaders.wikidata.items import Item, Items, add_values, item_id
from kg.loaders.wikidata.layout import WIKIDATA
from kg.loaders.wikidata.times import partial_date
from kg.places.country_names import country_code
from kg.schema.dates import first_day
from kg.schema.identity import reference
from kg.schema.nodes import Person
from kg.schema.provenance import Source
from kg.schema.records import FactRecord, NodeRecord
from kg.schema.relationships import HoldsPost

if TYPE_CHECKING:
    from kg.places.resolve import Resolver

COLUMNS = (
    "country",
    "city",
    "cityLabel",
    "population",
    "mayor",
    "mayorLabel",
    "start_date",
    "city_lon",
    "city_lat",
)

#: The post of those whom the table calls mayors; whether they still are, it does not say.
POST = "mayor"


class Mayors(FileLoader):
    """Persons who hold or held the post of mayor, each since a day or a year; the table never says until when.

    Args:
        files: The table.
        edition: Partial date of the table, which carries none.
        resolver: Resolves places; the packaged one when not given.

    Raises:
        KgError: The file is not there, or the edition is no date.
    """

    name = "mayors"
    version = 1
    entry: ClassVar[Entry] = Entry(
        "mayors",
        "Mayors of European cities, from Wikidata",
        "mayors by Wikidata item, the start of their term, and their cities",
        WIKIDATA.publisher,
        WIKIDATA.licence,
        WIKIDATA.url,
        "kg load mayors european_mayors.csv --edition 2018",
    )
    scope = "wikidata-mayors-2018"

    def __init__(self, files: Sequence[Path], *, edition: str | None = None, resolver: Resolver | None = None) -> None:
        super().__init__(files, edition=edition)
        if resolver is None:
            from kg.places.resolve import default_resolver

            resolver = default_resolver()
        self._said: dict[str, Item] = defaultdict(Item)
        self._items = Items(Localities(WIKIDATA.id, resolver), self._said)
        self._first_lines: dict[tuple[str, str], int] = {}
        self._starts: dict[tuple[str, str], set[str]] = defaultdict(set)

    @property
    def sources(self) -> Sequence[Source]:
        """Wikidata alone."""
        return (WIKIDATA,)

    def extract(self) -> Iterable[Row]:
        """Yield the rows; an id is that of the city and of the person."""
        for row in self._rows:
            yield row if row.defect else replace(row, id=_row_id(row.cells) or row.id)

    def transform(self, row: Row) -> Outcome:
        """Return a mayor, the city and the post; further rows of these two only add values, which the first has already."""
        city, person = _ends(row.cells)
        _start(row.cells)
        first = self._first_lines[city, person]
        if first != row.line:
            return Skipped("the mayor of an earlier row, with another population, coordinate or start")
        id_ = f"wikidata:{person}"
        record = NodeRecord(Person(name=self._items.label(person)), (id_,), WIKIDATA.id, person)
        place = self._items.place(city)
        since = min(self._starts[city, person], key=first_day, default=None)
        fact = HoldsPost(start=reference("Person", id_), end=place.reference, post=POST, since=since)
        return Records((record, *place.nodes), (FactRecord(fact, WIKIDATA.id, row.id), *place.facts))

    @cached_property
    def _rows(self) -> Sequence[Row]:
        """The rows, and on the way all that is said of each item: a city stands in as many rows as it has populations."""
        rows = [row for file in self.files for row in read_table(file, columns=COLUMNS)]
        for row in rows:
            if not row.defect and _row_id(row.cells):
                self._survey(row)
        return rows

    def _survey(self, row: Row) -> None:
        cells = row.cells
        city, person = ends = _ends(cells)
        self._first_lines.setdefault(ends, row.line)
        if since := _start(cells):
            self._starts[ends].add(since)
        if cells["mayorLabel"]:
            self._said[person].labels.add(cells["mayorLabel"])
        add_values(
            self._said[city],
            label=cells["cityLabel"],
            country=country_code(cells["country"]) or "",
            population=cells["population"],
            longitude=cells["city_lon"],
            latitude=cells["city_lat"],
        )


def _ends(cells: Mapping[str, str]) -> tuple[str, str]:
    """Return the items of the city and of the person.

    Raises:
        ValueError: One is none.
    """
    return item_id(cells["city"]), item_id(cells["mayor"])


def _start(cells: Mapping[str, str]) -> str | None:
    """Return the start of the term; None when it is empty.

    Raises:
        ValueError: It is no date.
    """
    return partial_date(cells["start_date"]) if cells["start_date"] else None


def _row_id(cells: Mapping[str, str]) -> str | None:
    """Return the id of a row that can be read: that of the city and of the person."""
    try:
        _start(cells)
        return ">".join(_ends(cells))
    except ValueError:
        return None
