"""What a graph says, as one short text: equal as long as nothing is asserted, ended, taken back, joined or parted."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping

from kg.database.connection import Connection
from kg.database.stored import READ_TIMEOUT

_NODES = """\
MATCH (n:Entity)
RETURN labels(n) AS labels, count(n) AS number, sum(n.fingerprint) AS total
ORDER BY labels"""

_SOURCES = "MATCH (s:Source) RETURN s {.*, edition: null} AS source ORDER BY s.id"


def content_of(connection: Connection, facts: Mapping[str, tuple[int, int]]) -> str:
    """Return a text that differs when the graph says something else: an assertion more or less, or another source.

    It is made of the numbers of nodes and facts by kind, the sums of their fingerprints, and what is known of the sources. Since
    nodes, facts and what they show follow from the assertions, equal texts mean equal graphs, however they came about; but for a
    value that somebody changed by hand without its fingerprint, and for chance, one time in 10**12.

    Args:
        connection: The database.
        facts: Number and sum of fingerprints by type, as :func:`kg.database.loads.fact_totals` returns them.

    Raises:
        KgError: The connection was lost.
    """
    said = [connection.run_read(statement, {}, timeout=READ_TIMEOUT) for statement in (_NODES, _SOURCES)]
    return hashlib.sha256(json.dumps([*said, facts], sort_keys=True).encode()).hexdigest()
