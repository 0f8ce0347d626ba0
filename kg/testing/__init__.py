"""A small graph for tests: who writes a program against kg tries it on this, as kg's own reports are tried.

Some forty nodes with every kind of relationship, written by the same writer as everything else, so that provenance, sources
and licences are there. Cities and networks are real, so that names, ids and places fit what other sources say; **what is said of
them here is invented**, as are all persons, projects, events and calls, and the municipalities Kalda and Vana-Kalda. Never load
it beside real data: :func:`small_graph` refuses to.

>>> records = small_records()
>>> len(records.nodes), len({record.fact.type for record in records.facts})
(43, 20)
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from kg.database.connection import Connection
from kg.database.schema import apply_schema
from kg.errors import KgError
from kg.loaders.base import Loader, Records, Row
from kg.loaders.loading import load
from kg.schema.provenance import Source
from kg.testing.invented import SOURCES, TWINS, small_records

if TYPE_CHECKING:
    from kg.graph import KnowledgeGraph

__all__ = ["small_graph", "small_records"]

#: The two editions of the lists, and the one of the twin towns.
EARLIER, EDITION, TWINS_EDITION = "2024-05", "2025-05", "2024-02"


class _Small(Loader):
    """Records as a source that a loader reads, one row each."""

    name = "small graph"
    max_ended_share = 1

    def __init__(self, scope: str, edition: str, sources: Sequence[Source], records: Records) -> None:
        self._scope, self._edition, self._sources = scope, edition, sources
        self._rows = (
            *(Records(nodes=(record,)) for record in records.nodes),
            *(Records(facts=(record,)) for record in records.facts),
        )

    @property
    def scope(self) -> str:
        return self._scope

    @property
    def edition(self) -> str:
        return self._edition

    @property
    def sources(self) -> Sequence[Source]:
        return self._sources

    def checksum(self) -> str:
        return hashlib.sha256(repr(self._rows).encode()).hexdigest()

    def extract(self) -> Iterable[Row]:
        for line, records in enumerate(self._rows):
            names = [node.row for node in records.nodes] + [fact.row for fact in records.facts]
            yield Row("small graph", line, {}, names[0])

    def transform(self, row: Row) -> Records:
        return self._rows[row.line]


class _Lists(_Small):
    """Rows with dates of their own."""

    dates_facts = False


def small_graph(database: Connection | KnowledgeGraph) -> None:
    """Load the small graph into an empty database: two editions of its lists, then the twin towns; and make the schema there.

    Args:
        database: From :func:`kg.connect`, or a connection: a database without any node, such as one that a test has to itself.

    Raises:
        KgError: There is something in the database, or it cannot be written to.

    In a test of yours, with ``uri``, ``user`` and ``password`` of a Neo4j for tests::

        import kg
        from kg.testing import small_graph

        with kg.connect(uri, user, password) as g:
            small_graph(g)
    """
    connection = database if isinstance(database, Connection) else database.connection
    if connection.run_read("MATCH (n) RETURN 1 AS one LIMIT 1"):
        raise KgError(
            "The small graph is made up, and this database is not empty: give an empty one, such as that of a local server "
            "with a home of its own (KG_HOME=/tmp/kg-test kg server start)."
        )
    apply_schema(connection)
    now = small_records()
    twins = tuple(record for record in now.facts if record.source == TWINS.id)
    lists = Records(now.nodes, tuple(record for record in now.facts if record.source != TWINS.id))
    load(connection, _Lists("small", EARLIER, SOURCES, small_records(earlier=True)))
    load(connection, _Lists("small", EDITION, SOURCES, lists))
    load(connection, _Small("small-twins", TWINS_EDITION, (TWINS,), Records(facts=twins)))
