"""The starter knowledge base: our own curated facts in ``kg/data/*.csv``, every row with its source and date."""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import Any

from kg.loaders.base import Loader, Outcome, Records, Rejected, Row, checksum, read_csv
from kg.schema import nodes, relationships
from kg.schema.identity import best_first, reference
from kg.schema.provenance import Source
from kg.schema.records import FactRecord, NodeRecord

#: Goes up with every change of the files, so that editions load in order.
EDITION = "2026-11-22"

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
_FACT_FRAME = {"start_kind", "start", "end_kind", "end", "source"}


class Starter(Loader):
    """The starter knowledge base as it ships with the package.

    :param directory: another folder of the same layout.
    :param edition: its date.
    """

    name = "starter"
    dates_facts = False
    scope = "starter"

    def __init__(self, directory: Path = DATA, edition: str = EDITION) -> None:
        self._directory = directory
        self._edition = edition
        self._repeated: Counter[tuple[str, ...]] = Counter()

    @property
    def edition(self) -> str:
        return self._edition

    @cached_property
    def sources(self) -> Sequence[Source]:
        with (self._directory / "sources.csv").open(encoding="utf-8", newline="") as file:
            return tuple(Source(**row) for row in csv.DictReader(file))

    def checksum(self) -> str:
        return checksum(self._directory.glob("*.csv"))

    def extract(self) -> Iterable[Row]:
        self._repeated.clear()
        for file in (*_NODE_FILES, *_FACT_FILES):
            path = self._directory / file
            if path.is_file():
                yield from read_csv(path, row_id=self._row_id)

    def _row_id(self, cells: Mapping[str, str]) -> str:
        name = cells.get("id") or cells.get("code") or f"{cells['start']}>{cells['end']}"
        key = (cells["source"], *(cells.get(column, "") for column in ("start_kind", "end_kind")), name)
        self._repeated[key] += 1
        number = self._repeated[key]
        return name if number == 1 else f"{name}#{number}"

    def transform(self, row: Row) -> Outcome:
        if row.cells["source"] not in self._source_ids:
            return Rejected(f"{row.cells['source']!r} is not in sources.csv")
        if kind := _NODE_FILES.get(row.file):
            return self._node(row, kind)
        return self._fact(row, _FACT_FILES[row.file])

    def _node(self, row: Row, kind: str) -> Outcome:
        model = _KINDS[kind][1]
        values = _values(row.cells, _NODE_FRAME)
        if row.cells.get("longitude"):
            values["location"] = (float(row.cells["longitude"]), float(row.cells["latitude"]))
        if kind == "project":
            values["name"] = values.get("acronym") or values["title"]
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
            (kind, row.cells.get("id") or row.cells["code"]): reference(model.label, best_first(_ids(row.cells))[0])
            for kind, (file, model) in _KINDS.items()
            if (self._directory / file).is_file()
            for row in read_csv(self._directory / file)
        }


def _ids(cells: Mapping[str, str]) -> tuple[str, ...]:
    """Return the exact ids of a row; our own where it has no other, so that others' ids may come later without a trace."""
    if code := cells.get("code"):
        return (f"iso:{code}",)
    given = [f"{scheme}:{cells[f'{scheme}_id']}" for scheme in ("geonames", "wikidata") if cells.get(f"{scheme}_id")]
    return (*given, f"own:{cells['id']}")


def _values(cells: Mapping[str, str], frame: Collection[str]) -> dict[str, Any]:
    """Return the cells that are values of the model, which refuses those that it does not know."""
    return {
        column: _names(cell) if column == "names" else cell
        for column, cell in cells.items()
        if cell and column not in frame
    }


def _names(cell: str) -> tuple[str, ...]:
    return tuple(name.strip() for name in cell.split(";") if name.strip())
