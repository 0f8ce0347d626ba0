"""How fast the graph comes out of Neo4j into memory, beside the driver streaming the same rows: ``python -m benchmarks.pull``.

A server of its own has the graph of ``benchmarks.europe``. Streaming asks for each kind of node and of fact by one statement that
returns a row for each, with the same values. Each is done twice; what is printed is the least: seconds on the clock, and of
processor time those of this process and of the server together. ``--keep`` and ``KG_JARS`` are as in ``benchmarks.live``.
"""

from __future__ import annotations

import argparse
import gc
import time
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import NamedTuple

from benchmarks.live import prepared, started_as_process
from benchmarks.load_run import server_seconds
from kg.database.connection import Connection
from kg.queries.snapshot.graph import Snapshot
from kg.queries.snapshot.reader import tables_of_database
from kg.queries.snapshot.tables import FactRow, NodeRow
from kg.schema.nodes import NODES
from kg.schema.relationships import FACTS


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--size", type=float, default=1.0, help="of the graph that is made up, 1 is Europe")
    parser.add_argument("--keep", type=Path, help="folder for the server, used again when it has the graph already")
    parser.add_argument("--as-of", type=date.fromisoformat, default=date(2026, 11, 25))
    given = parser.parse_args()
    with started_as_process(given.keep) as (connection, server):
        prepared(connection, given.size, given.as_of)
        gc.collect()
        streamed = _least(lambda: _streamed(connection), server)
        pulled = _least(lambda: tables_of_database(connection), server)
        tables = tables_of_database(connection)
        begun = time.perf_counter()
        Snapshot.from_tables(tables, given.as_of)
        built = time.perf_counter() - begun
    print(f"{len(tables.nodes):,} nodes, {len(tables.facts):,} facts")
    for name, took in (("streamed row by row", streamed), ("pulled as tables", pulled)):
        print(
            f"{name:20s} {took.wall:6.1f} s ({took.wall / streamed.wall:4.2f} times), processors {took.own:5.1f} s here and"
            f" {took.server:5.1f} s of the server ({took.processors / streamed.processors:4.2f} times)"
        )
    print(f"made a snapshot of   {built:6.1f} s")


class Took(NamedTuple):
    """Seconds: on the clock, and of processor time of this process and of the server."""

    wall: float
    own: float
    server: float

    @property
    def processors(self) -> float:
        """Of both."""
        return self.own + self.server


def _least(work: Callable[[], object], server: int) -> Took:
    def once() -> Took:
        before = time.perf_counter(), time.process_time(), server_seconds(server)
        work()
        after = time.perf_counter(), time.process_time(), server_seconds(server)
        return Took(*(now - then for now, then in zip(after, before, strict=True)))

    tried = [once() for _ in range(2)]
    return Took(*map(min, *tried))


def _streamed(connection: Connection) -> None:
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


if __name__ == "__main__":
    main()
