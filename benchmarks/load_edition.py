"""The graph of ``benchmarks.europe`` as files of a publisher, and the loader that reads them: one row for each node and each fact."""

from __future__ import annotations

import csv
import random
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kg.loaders.base import Loader, Outcome, Records, Row
from kg.loaders.reading.tables import checksum, read_csv
from kg.schema.nodes import NODES, Point
from kg.schema.provenance import Source
from kg.schema.records import FactRecord, NodeRecord
from kg.schema.relationships import FACTS

if TYPE_CHECKING:
    from kg.queries.snapshot.tables import Tables

SOURCE = Source("europe", "A made-up Europe", "nobody", "CC0", "", "publisher")

NODE_COLUMNS = ("id", "label", "name", "country", "population", "longitude", "latitude", "kind", "start", "end")
FACT_COLUMNS = ("row", "type", "start", "end", "as_of", "request", "status")


def write_files(folder: Path, tables: Tables, *, changed: float = 0.0, seed: int = 7) -> None:
    """Write the tables as ``nodes.csv`` and ``facts.csv``, the facts in no order.

    Args:
        folder: Where to; it is made.
        tables: What to write.
        changed: The share of rows, drawn by chance, of which one value is another: what a next edition is like.
        seed: Of the order and of which rows change.
    """
    folder.mkdir(parents=True)
    dice = random.Random(seed)
    labels = {node.id: node.label for node in tables.nodes}
    with (folder / "nodes.csv").open("w", encoding="utf-8", newline="") as file:
        table = csv.writer(file, lineterminator="\n")
        table.writerow(NODE_COLUMNS)
        for node in tables.nodes:
            name = f"{node.name} again" if dice.random() < changed else node.name
            table.writerow([getattr(node, column) if column != "name" else name for column in NODE_COLUMNS])
    facts = list(tables.facts)
    dice.shuffle(facts)
    with (folder / "facts.csv").open("w", encoding="utf-8", newline="") as file:
        table = csv.writer(file, lineterminator="\n")
        table.writerow(FACT_COLUMNS)
        for fact in facts:
            as_of = "2025" if dice.random() < changed else fact.as_of
            ends = (f"{labels[id_]}/{id_}" for id_ in (fact.start, fact.end))
            request = "1" if FACTS[fact.type].part == "request" else ""
            table.writerow([fact.key, fact.type, *ends, as_of, request, fact.status])


class EuropeLoader(Loader):
    """An edition of these files.

    Args:
        folder: With ``nodes.csv`` and ``facts.csv``.
        edition: Partial date of the edition.
    """

    name = "europe"
    scope = "europe"

    def __init__(self, folder: Path, edition: str) -> None:
        self._folder, self._edition = folder, edition

    @property
    def edition(self) -> str:
        """The date given."""
        return self._edition

    @property
    def sources(self) -> Sequence[Source]:
        """The one source."""
        return (SOURCE,)

    def checksum(self) -> str:
        """Return the SHA-256 over both files."""
        return checksum([self._folder / "nodes.csv", self._folder / "facts.csv"])

    def extract(self) -> Iterable[Row]:
        """Yield the rows of both files, each by the name that the publisher gives it."""
        yield from read_csv(self._folder / "nodes.csv", columns=NODE_COLUMNS, row_id=lambda cells: cells["id"])
        yield from read_csv(self._folder / "facts.csv", columns=FACT_COLUMNS, row_id=lambda cells: cells["row"])

    def transform(self, row: Row) -> Outcome:
        """Return the node or the fact of a row."""
        cells = row.cells
        if row.file == "nodes.csv":
            node = NODES[cells["label"]](**node_values(cells))
            return Records(nodes=(NodeRecord(node, (cells["id"],), SOURCE.id, row.id),))
        values = {name: cells[name] for name in ("as_of", "request", "status") if cells[name]}
        fact = FACTS[cells["type"]](start=cells["start"], end=cells["end"], **values)  # type: ignore[arg-type]
        return Records(facts=(FactRecord(fact, SOURCE.id, row.id),))


def node_values(cells: Mapping[str, str]) -> dict[str, Any]:
    """Return the values that a row gives a node."""
    values: dict[str, Any] = {name: cells[name] for name in ("name", "country", "kind", "start", "end") if cells[name]}
    if cells["population"]:
        values["population"] = int(cells["population"])
    if cells["longitude"]:
        values["location"] = Point(float(cells["longitude"]), float(cells["latitude"]))
    return values
