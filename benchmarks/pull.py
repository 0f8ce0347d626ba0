"""How fast the graph comes out of Neo4j into memory, beside the driver streaming the same rows: ``python -m benchmarks.pull``.

A server of its own has the graph of ``benchmarks.europe``. Streaming asks for each kind of node and of fact by one statement that
returns a row for each, with the same values. ``--keep`` and ``KG_JARS`` are as in ``benchmarks.live``.
"""

from __future__ import annotations

import argparse
import gc
import time
from datetime import date
from pathlib import Path

from benchmarks.live import prepared, started
from kg.database.connection import Connection
from kg.queries.snapshot.graph import Snapshot
from kg.queries.snapshot.reader import tables_of_database
from kg.queries.snapshot.tables import FactRow, NodeRow, Tables
from kg.schema.nodes import NODES
from kg.schema.relationships import FACTS


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--size", type=float, default=1.0, help="of the graph that is made up, 1 is Europe")
    parser.add_argument("--keep", type=Path, help="folder for the server, used again when it has the graph already")
    parser.add_argument("--as-of", type=date.fromisoformat, default=date(2026, 11, 25))
    given = parser.parse_args()
    with started(given.keep) as connection:
        prepared(connection, given.size, given.as_of)
        gc.collect()
        streamed = min(_streamed(connection) for _ in range(2))
        pulled, tables = min((_pulled(connection) for _ in range(2)), key=lambda one: one[0])
        begun = time.perf_counter()
        Snapshot.from_tables(tables, given.as_of)
        built = time.perf_counter() - begun
    print(f"{len(tables.nodes):,} nodes, {len(tables.facts):,} facts")
    print(f"streamed row by row {streamed:6.1f} s")
    print(f"pulled as tables    {pulled:6.1f} s   {pulled / streamed:5.2f} times")
    print(f"made a snapshot of  {built:6.1f} s")


def _streamed(connection: Connection) -> float:
    begun = time.perf_counter()
    nodes = ", ".join(
        f"n.{name} AS {name}" for name in NodeRow._fields if name not in ("label", "longitude", "latitude", "nuts")
    )
    facts = ", ".join(f"f.{name} AS {name}" for name in FactRow._fields if name not in ("type", "start", "end"))
    for label in NODES:
        connection.run_read(
            f"MATCH (n:{label}) RETURN {nodes}, n.location.longitude AS longitude, n.location.latitude AS latitude",
            timeout=600,
        )
    for type_ in FACTS:
        connection.run_read(
            f"MATCH (a:Entity)-[f:{type_}]->(b:Entity) RETURN a.id AS start, b.id AS end, {facts}", timeout=600
        )
    return time.perf_counter() - begun


def _pulled(connection: Connection) -> tuple[float, Tables]:
    begun = time.perf_counter()
    tables = tables_of_database(connection)
    return time.perf_counter() - begun, tables


if __name__ == "__main__":
    main()
