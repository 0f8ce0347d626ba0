"""Twins as pairs of items, world-wide, as taken from Wikidata in 2016: one file of labels, one of pairs, neither with a header."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from functools import cached_property
from pathlib import Path

from kg.loaders.base import Outcome, Records, Rejected, Row, Skipped
from kg.loaders.localities import Localities
from kg.loaders.reading.tables import read_table
from kg.loaders.wikidata.items import ITEM, Item, Items
from kg.loaders.wikidata.layout import WIKIDATA, Layout
from kg.schema.records import FactRecord
from kg.schema.relationships import TwinnedWith

_NAMES = ("item", "label")
_PAIRS = ("item", "twin")


class TwinPairs(Layout):
    """Two files: ``Q201391<TAB>Kohtla-Järve`` and ``Q200166<TAB>Q182059``. No country and no coordinates: items alone."""

    def __init__(self, names: Path, pairs: Path, localities: Localities) -> None:
        self._names = names
        self._pairs = pairs
        self._localities = localities

    @property
    def scope(self) -> str:
        """It is world-wide, so there is one part only."""
        return "wikidata-twins-2016"

    def extract(self) -> Iterable[Row]:
        """Yield the pairs, and those lines of the labels' file that cannot be read."""
        yield from (row for row in self._labels if row.defect)
        yield from read_table(self._pairs, names=_PAIRS, row_id=lambda cells: f"{cells['item']}>{cells['twin']}")

    def transform(self, row: Row) -> Outcome:
        """Return a twinning with both its places."""
        ids = row.cells["item"], row.cells["twin"]
        for id_ in ids:
            if not ITEM.fullmatch(id_):
                return Rejected(f"{id_!r} is not the number of a Wikidata item")
        if ids[0] == ids[1]:
            return Skipped("twinned with itself")
        if self._first_lines[row.id] != row.line:
            return Skipped("the same as an earlier row")
        start, end = (self._items.place(id_) for id_ in ids)
        fact = FactRecord(TwinnedWith(start=start.reference, end=end.reference), WIKIDATA.id, row.id)
        return Records((*start.nodes, *end.nodes), (fact,))

    @cached_property
    def _labels(self) -> Sequence[Row]:
        return list(read_table(self._names, names=_NAMES))

    @cached_property
    def _items(self) -> Items:
        items: dict[str, Item] = defaultdict(Item)
        for row in self._labels:
            if not row.defect and row.cells["label"]:
                items[row.cells["item"]].labels.add(row.cells["label"])
        return Items(self._localities, items)

    @cached_property
    def _first_lines(self) -> dict[str, int]:
        first: dict[str, int] = {}
        for row in read_table(self._pairs, names=_PAIRS, row_id=lambda cells: f"{cells['item']}>{cells['twin']}"):
            first.setdefault(row.id, row.line)
        return first
