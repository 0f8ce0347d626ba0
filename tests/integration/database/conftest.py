"""Editions in a few lines: ``say(scope, edition, records...)`` loads what these records assert and nothing else."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Sequence

import pytest

from kg.database.connection import Connection
from kg.database.schema import apply_schema
from kg.loaders.base import Loader, Outcome, Records, Row
from kg.loaders.loading import LoadReport, load
from kg.schema.provenance import Source
from kg.schema.records import FactRecord, NodeRecord

Say = Callable[..., LoadReport]

SOURCES = tuple(
    Source(name, name.title(), name, "CC0", "", authority)
    for name, authority in (("network", "network"), ("publisher", "publisher"), ("list", "aggregator"))
)


class Said(Loader):
    """An edition that asserts these records, one row each."""

    name = "said"

    def __init__(self, scope: str, edition: str, records: Sequence[NodeRecord | FactRecord]) -> None:
        self._scope, self._edition, self._records = scope, edition, records

    @property
    def scope(self) -> str:
        return self._scope

    @property
    def edition(self) -> str:
        return self._edition

    @property
    def sources(self) -> Sequence[Source]:
        named = {record.source for record in self._records}
        return [source for source in SOURCES if source.id in named]

    def checksum(self) -> str:
        return hashlib.sha256(repr(self._records).encode()).hexdigest()

    def extract(self) -> Iterable[Row]:
        return [Row("said", line, {}, record.row) for line, record in enumerate(self._records)]

    def transform(self, row: Row) -> Outcome:
        record = self._records[row.line]
        return Records(nodes=(record,)) if isinstance(record, NodeRecord) else Records(facts=(record,))


@pytest.fixture
def say(database: Connection) -> Say:
    """Load records as one edition of a scope; any share may end unless told otherwise."""
    apply_schema(database)

    def say(scope: str, edition: str, *records: NodeRecord | FactRecord, max_ended_share: float = 1) -> LoadReport:
        return load(database, Said(scope, edition, records), max_ended_share=max_ended_share)

    return say


@pytest.fixture
def said() -> type[Said]:
    """The loader itself, for tests that change something about it."""
    return Said
