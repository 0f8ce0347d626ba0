"""Local administrative units and NUTS regions of Eurostat: codes, populations and regions onto cities."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar, cast

from kg.errors import KgError
from kg.loaders.base import Outcome, Records, Row, Skipped
from kg.loaders.files import Entry, FileLoader, Option
from kg.loaders.geonames import country_codes
from kg.loaders.lau_files import (
    Layout,
    Unit,
    check_nuts,
    find_layout,
    is_extra_regio,
    levels,
    name_of_region,
    read_layout,
    unit_of,
    year_of,
)
from kg.loaders.lau_places import Settled, query_of, settle
from kg.loaders.localities import Localities, country_record
from kg.schema.identity import reference
from kg.schema.nodes import Region
from kg.schema.provenance import Source
from kg.schema.records import FactRecord, NodeRecord
from kg.schema.relationships import LocatedIn

if TYPE_CHECKING:
    from kg.places.resolve import Resolver

#: Eurostat compiles what national statistical offices give; a name by anyone nearer to the facts goes before.
LAU = Source(
    id="eurostat-lau",
    title="Local administrative units (LAU) and NUTS, correspondence table",
    publisher="Eurostat",
    licence="Eurostat reuse policy (free reuse, source acknowledged)",
    url="https://ec.europa.eu/eurostat/web/nuts/local-administrative-units",
    authority="aggregator",
)
#: Whoever makes the classification is the one to name its regions.
NUTS = Source(
    id="eurostat-nuts",
    title="NUTS, nomenclature of territorial units for statistics",
    publisher="Eurostat",
    licence="Eurostat reuse policy (free reuse, source acknowledged)",
    url="https://ec.europa.eu/eurostat/web/nuts",
    authority="publisher",
)

#: Where the units are parts of municipalities: electoral areas, communities and freguesias say only where a town lies.
PARTS = {"GR": "Greece", "IE": "Ireland", "PT": "Portugal"}

_OUTSIDE = "in none of the countries asked for"
_EXTRA_REGIO = "in no region (NUTS code ending in Z)"
_PART = f"a part of a municipality ({', '.join(PARTS.values())}) that is no place of the gazetteer"


class Lau(FileLoader):
    """One of Eurostat's files: units with their regions, or the names of regions; which of them shows in its columns.

    Args:
        files: One file; several are as many loads (:meth:`for_files`).
        edition: The year, where the file's name does not tell it.
        all: Take up units that no place of the gazetteer could be joined to as well, each as a city of its own.
        country: Only these, by code or name.
        resolver: Joins units to places; that of the packaged gazetteer by default.

    Raises:
        KgError: The file is not there, or an option is not one of these.
    """

    name = "lau"
    entry = Entry(
        id="lau",
        title="Eurostat, local administrative units and NUTS regions",
        brings="NUTS regions; LAU codes, populations and regions of cities",
        publisher=LAU.publisher,
        licence=LAU.licence,
        url=LAU.url,
        command="kg load lau FILE [NUTS-FILE] [--country CODE ...] [--all] [--edition YEAR]",
    )
    options: ClassVar[tuple[Option, ...]] = (
        Option("all", "Also take up units that no place could be joined to, each as a city of its own.", bool),
        Option("country", "Only this country, by code or name; may be repeated.", multiple=True, metavar="CODE"),
    )

    def __init__(
        self,
        files: Sequence[Path],
        *,
        edition: str | None = None,
        all: bool = False,  # noqa: A002
        country: Sequence[str] = (),
        resolver: Resolver | None = None,
    ) -> None:
        super().__init__(files, edition=edition)
        if len(self.files) != 1:
            raise KgError("Eurostat's files are loaded one by one: each is an edition of its own")
        (self._path,) = self.files
        self._all = all
        self._countries = country_codes(country)
        self._given_resolver = resolver

    @cached_property
    def _layout(self) -> Layout:
        return find_layout(self._path)

    @property
    def scope(self) -> str:
        """What the file is, how it is laid out, and which of its units are taken up."""
        parts = [f"layout={self._layout.name}"]
        if self._layout.units:
            parts.append(f"units={'all' if self._all else 'joined'}")
        if self._countries:
            parts.append(f"country={','.join(sorted(self._countries))}")
        return f"{self.sources[0].id}?{'&'.join(parts)}"

    @property
    def sources(self) -> Sequence[Source]:
        """The table of units, or that of regions."""
        return (LAU,) if self._layout.units else (NUTS,)

    def edition_in_files(self) -> str | None:
        """Return the year in the file's name."""
        return year_of(self._path, self._layout)

    def extract(self) -> Iterable[Row]:
        """Yield units, called by their GISCO ids, or regions, called by their codes.

        Raises:
            KgError: The file cannot be read or is none of Eurostat's.
        """
        return read_layout(self._path, self._layout)

    def transform(self, row: Row) -> Outcome:
        """Return a unit as city in its region, or a region in that around it."""
        return self._unit(row) if self._layout.units else self._region(row)

    def _unit(self, row: Row) -> Outcome:
        unit = unit_of(row, self._layout)
        if rule := self._left_out(unit.country, unit.nuts):
            return Skipped(rule)
        reason = self._settled.reasons.get(unit.id)
        is_part = unit.country in PARTS
        if reason and (is_part or not self._all):
            return Skipped(_PART if is_part else reason)
        query = query_of(unit)
        placed = self._localities.city(
            unit.id,
            query,
            own_ids=() if is_part else (f"lau:{unit.id}",),
            population=None if is_part else unit.population,
        )
        nodes, facts = list(placed.nodes), list(placed.facts)
        regions = levels(unit.nuts)
        if regions:
            located = LocatedIn(start=placed.reference, end=reference("Region", f"nuts:{regions[0]}"))
            facts.append(FactRecord(located, LAU.id, unit.id))
        for code in regions:
            # A region is said once, by the first of its units, and not by each of thousands.
            if self._bearers.get(code) == unit.id:
                node, fact = _region_records(code, unit.country, f"NUTS {code}", (), LAU.id)
                nodes.append(node)
                facts.append(fact)
        return Records(nodes, facts)

    def _region(self, row: Row) -> Outcome:
        code = row.cells[self._layout.columns[0]]
        country = check_nuts(code)
        if rule := self._left_out(country, code):
            return Skipped(rule)
        if len(code) == len("LV"):
            return Skipped("a country")
        name, names = name_of_region(row.cells, self._layout)
        node, fact = _region_records(code, country, name, names, NUTS.id)
        there = (country_record(country, NUTS.id),) if fact.fact.end.startswith("Country/") else ()
        return Records((node, *there), (fact,))

    def _left_out(self, country: str, nuts: str) -> str | None:
        if self._countries and country not in self._countries:
            return _OUTSIDE
        return _EXTRA_REGIO if is_extra_regio(nuts) else None

    @cached_property
    def _localities(self) -> Localities:
        return Localities(LAU.id, cast("Resolver", self._settled))

    @cached_property
    def _settled(self) -> Settled:
        return self._first_pass[0]

    @cached_property
    def _bearers(self) -> Mapping[str, str]:
        return self._first_pass[1]

    @cached_property
    def _first_pass(self) -> tuple[Settled, Mapping[str, str]]:
        """Read the file, and return which place each unit is, and the unit that describes each region.

        Of rows with the same id the first counts. The unit for a region is the one with the least id of those taken up.
        """
        units: dict[str, Unit] = {}
        for row in self.extract():
            try:
                unit = unit_of(row, self._layout)
            except ValueError:
                # The row is rejected with the reason when its turn comes.
                continue
            if not row.defect and not self._left_out(unit.country, unit.nuts):
                units.setdefault(unit.id, unit)
        settled = settle(tuple(units.values()), self._resolver)
        bearers: dict[str, str] = {}
        for unit in units.values():
            left_out = unit.id in settled.reasons and (unit.country in PARTS or not self._all)
            for code in () if left_out else levels(unit.nuts):
                bearers[code] = min(unit.id, bearers.get(code, unit.id))
        return settled, bearers

    @property
    def _resolver(self) -> Resolver:
        if self._given_resolver:
            return self._given_resolver
        from kg.places.resolve import default_resolver

        return default_resolver()


def _region_records(
    code: str, country: str, name: str, names: tuple[str, ...], source: str
) -> tuple[NodeRecord, FactRecord]:
    """Return a region, and what it lies in: the region around it, or its country."""
    region = NodeRecord(
        Region(name=name, names=names, level=f"NUTS {len(code) - 2}", country=country), (f"nuts:{code}",), source, code
    )
    around = f"Region/nuts:{code[:-1]}" if len(code) > len("LV0") else reference("Country", f"iso:{country}")
    return region, FactRecord(LocatedIn(start=region.reference, end=around), source, code)
