"""The starter knowledge base: our own curated facts in ``kg/data/*.csv``, every row with its source and date."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import Any

from kg.errors import KgError
from kg.loaders.base import Loader, Outcome, Records, Rejected, Row
from kg.loaders.reading.tables import checksum, read_csv
from kg.schema import nodes, relationships
from kg.schema.identity import best_first, reference
from kg.schema.provenance import Source
from kg.schema.records import FactRecord, NodeRecord

#: Goes up with every change of the files, so that editions load in order.
EDITION = "2026-11-25"

DATA = Path(__file__).parent.parent / "data"

#: kind of thing in the files -> its class, which is also its file ``<plural>.csv``
_KINDS: dict[str, tuple[str, type[nodes.Node]]] = {
    "country": ("countries.csv", nodes.Country),
    "city": ("cities.csv", nodes.City),
    "region": ("regions.csv", nodes.Region),
    "organisation": ("organisations.csv", nodes.Organisation),
    "person": ("people.csv", nodes.Person),
    "programme": ("programmes.csv", nodes.Programme),
    "call": ("calls.csv", nodes.Call),
    "project": ("projects.csv", nodes.Project),
    "event": ("events.csv", nodes.Event),
    "theme": ("themes.csv", nodes.Theme),
}
_NODE_FILES = {file: kind for kind, (file, _) in _KINDS.items()}
_FACT_FILES = {f"{type_.lower()}.csv": kind for type_, kind in relationships.FACTS.items()}

#: Columns that say which thing a row is about, and who says so; all others are values of the model.
_NODE_FRAME = {"id", "code", "area", "geonames_id", "wikidata_id", "latitude", "longitude", "source"}
_FACT_COLUMNS = ("start_kind", "start", "end_kind", "end", "source")
_FACT_FRAME = set(_FACT_COLUMNS)

_SOURCE_COLUMNS = ("id", "title", "publisher", "licence", "url", "authority")


class Starter(Loader):
    """The starter knowledge base as it ships with the package.

    Args:
        directory: Another folder of the same layout.
        edition: Its date.
    """

    name = "starter"
    dates_facts = False
    #: It comes with the package, whole: what a newer package no longer says is gone.
    max_ended_share = 1
    scope = "starter"

    def __init__(self, directory: Path = DATA, edition: str = EDITION) -> None:
        self._directory = directory
        self._edition = edition

    @property
    def edition(self) -> str:
        """The date of the files."""
        return self._edition

    @cached_property
    def sources(self) -> Sequence[Source]:
        """The rows of ``sources.csv``.

        Raises:
            KgError: The file cannot be read, or a row is no source.
        """
        path = self._directory / "sources.csv"
        sources = {}
        for row in read_csv(path, columns=_SOURCE_COLUMNS):
            try:
                source = Source(**{column: row.cells[column] for column in _SOURCE_COLUMNS})
            except ValueError as error:
                raise KgError(f"{path}, line {row.line}: {error}") from error
            if not source.id or source.id in sources:
                raise KgError(
                    f"{path}, line {row.line}: {source.id!r} is empty or stands twice: give each source one id"
                )
            sources[source.id] = source
        return tuple(sources.values())

    def checksum(self) -> str:
        """Return the SHA-256 over all files."""
        return checksum(self._directory.glob("*.csv"))

    def extract(self) -> Iterable[Row]:
        """Yield the rows of all files, nodes before facts.

        Raises:
            KgError: A file cannot be read, or lacks a column.
        """
        for file in (*_NODE_FILES, *_FACT_FILES):
            path = self._directory / file
            if path.is_file():
                yield from self._rows(path)

    def _rows(self, path: Path) -> Iterable[Row]:
        """Yield the rows of a file; what one source says several times of the same is numbered, within this file alone."""
        kind = _NODE_FILES.get(path.name)
        columns = ("code" if kind == "country" else "id", "source") if kind else _FACT_COLUMNS
        repeated: Counter[tuple[str, ...]] = Counter()

        def row_id(cells: Mapping[str, str]) -> str:
            name = cells[columns[0]] if kind else f"{cells['start']}>{cells['end']}"
            key = (name, *(cells[column] for column in columns if column not in ("start", "end")))
            repeated[key] += 1
            return name if repeated[key] == 1 else f"{name}#{repeated[key]}"

        return read_csv(path, row_id=row_id, columns=columns)

    def transform(self, row: Row) -> Outcome:
        """Return the node or the fact of a row."""
        if row.cells["source"] not in self._source_ids:
            return Rejected(f"{row.cells['source']!r} is not in sources.csv")
        if kind := _NODE_FILES.get(row.file):
            return self._node(row, kind)
        return self._fact(row, _FACT_FILES[row.file])

    def _node(self, row: Row, kind: str) -> Outcome:
        model = _KINDS[kind][1]
        values = _values(row.cells, _NODE_FRAME)
        longitude, latitude = row.cells.get("longitude"), row.cells.get("latitude")
        if longitude and latitude:
            values["location"] = (float(longitude), float(latitude))
        elif longitude or latitude:
            return Rejected("it has a longitude or a latitude, and not both")
        if kind == "project":
            values["name"] = values.get("acronym") or values.get("title")
        record = NodeRecord(model(**values), _ids(row.cells), row.cells["source"], row.id)
        facts = []
        country = row.cells.get("country")
        if kind in ("city", "region") and country:
            located = relationships.LocatedIn(
                start=record.reference, end=reference("Country", f"iso:{country}"), as_of=record.node.as_of
            )
            facts.append(FactRecord(located, record.source, row.id))
        return Records((record,), tuple(facts))

    def _fact(self, row: Row, model: type[relationships.Fact]) -> Outcome:
        ends = {}
        for end in ("start", "end"):
            known = self._references.get((row.cells[f"{end}_kind"], row.cells[end]))
            if known is None:
                return Rejected(f"there is no {row.cells[f'{end}_kind']} {row.cells[end]!r} in the starter")
            ends[end] = known
        fact = model(**ends, **_values(row.cells, _FACT_FRAME))
        return Records(facts=(FactRecord(fact, row.cells["source"], row.id),))

    @cached_property
    def _source_ids(self) -> frozenset[str]:
        return frozenset(source.id for source in self.sources)

    @cached_property
    def _references(self) -> dict[tuple[str, str], str]:
        """How the files' own ids name things: (kind, id) -> reference."""
        return {
            (kind, row.cells.get("id") or row.cells.get("code", "")): reference(
                model.label, best_first(_ids(row.cells))[0]
            )
            for kind, (file, model) in _KINDS.items()
            if (self._directory / file).is_file()
            for row in self._rows(self._directory / file)
        }


def _ids(cells: Mapping[str, str]) -> tuple[str, ...]:
    """Return the exact ids of a row; our own where it has no other, so that others' ids may come later without a trace."""
    if code := cells.get("code"):
        return (f"iso:{code}",)
    given = [f"{scheme}:{cells[f'{scheme}_id']}" for scheme in ("geonames", "wikidata") if cells.get(f"{scheme}_id")]
    return (*given, f"own:{cells.get('id', '')}")


def _values(cells: Mapping[str, str], frame: Collection[str]) -> dict[str, Any]:
    """Return the cells that are values of the model, which refuses those that it does not know."""
    return {
        column: _names(cell) if column == "names" else cell
        for column, cell in cells.items()
        if cell and column not in frame
    }


def _names(cell: str) -> tuple[str, ...]:
    return tuple(name.strip() for name in cell.split(";") if name.strip())
