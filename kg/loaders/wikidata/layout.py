"""What every layout of Wikidata facts can say of itself."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable

from kg.loaders.base import Outcome, Row
from kg.schema.provenance import Source

WIKIDATA = Source(
    id="wikidata",
    title="Wikidata",
    publisher="Wikidata community (Wikimedia Foundation)",
    licence="CC0 1.0",
    url="https://www.wikidata.org",
    authority="aggregator",
)


class Layout(ABC):
    """One part of Wikidata in one layout of files."""

    @property
    @abstractmethod
    def scope(self) -> str:
        """Source, layout and part."""

    @property
    def edition(self) -> str | None:
        """The partial date that the files carry, if they do."""
        return None

    @abstractmethod
    def extract(self) -> Iterable[Row]:
        """Yield the rows."""

    @abstractmethod
    def transform(self, row: Row) -> Outcome:
        """Return what a row says."""
