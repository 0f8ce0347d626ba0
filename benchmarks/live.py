"""How fast one city is answered by the database itself, beside one plain shared-neighbour query: ``python -m benchmarks.live``.

A server of its own is started in a temporary folder, the graph of ``benchmarks.europe`` is put into it, and places are asked for one
after the other: with all terms and candidates (what the live engine fetches, and the scores from it), and by a single Cypher
statement that counts shared networks. Both in one run on one server, so that the ratio holds on any machine. With ``--keep`` the
folder is kept and used again; ``KG_JARS`` names a folder with the server's program files.
"""

from __future__ import annotations

import argparse
import gc
import os
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.europe import europe
from benchmarks.graphs import some_places
from kg.counting import recount
from kg.database.connection import Connection
from kg.database.opening import open_connection
from kg.database.schema import apply_schema
from kg.database.server import Quiet, ensure_running, home_of, stop
from kg.database.settings import Settings
from kg.queries.kinds.kind import KINDS, Kind, weights
from kg.queries.live.engine import LiveEngine
from kg.queries.live.stored import aggregates_of_database
from kg.queries.recommend import recommend
from kg.queries.scoring import best, features, term_values
from kg.queries.snapshot.graph import Snapshot
from kg.queries.snapshot.tables import Tables
from kg.schema.cypher import create_facts, create_nodes, kinds_of_facts, new_fact
from kg.schema.identity import SCHEME_PROPERTIES

TOP = 10

#: So many nodes or facts are written in one transaction.
BATCH = 20_000

#: What the writer keeps of the sources of a node or fact, here of none.
_UNSOURCED: dict[str, list[str]] = {"sources": [], "rows": [], "loads": [], "given": [], "missing": []}

SHARED = """\
MATCH (a:City {id: $id})-[:MEMBER_OF]->(n)<-[:MEMBER_OF]-(b:City)
WITH b, count(n) AS shared
RETURN b.id AS id, shared ORDER BY shared DESC, id LIMIT 10"""


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--size", type=float, default=1.0, help="of the graph that is made up, 1 is Europe")
    parser.add_argument("--places", type=int, default=40, help="how many places are asked for")
    parser.add_argument("--keep", type=Path, help="folder for the server, used again when it has the graph already")
    parser.add_argument("--as-of", type=date.fromisoformat, default=date(2026, 11, 25))
    given = parser.parse_args()
    with started(given.keep) as connection:
        _measure(connection, given.size, given.places, given.as_of)


@contextmanager
def started(keep: Path | None = None) -> Iterator[Connection]:
    """A server of its own, in a folder that is kept or in one that goes with it; stopped at the end of the block."""
    with started_as_process(keep) as (connection, _):
        yield connection


@contextmanager
def started_as_process(keep: Path | None = None) -> Iterator[tuple[Connection, int]]:
    """The same, with the id of the server's process."""
    with tempfile.TemporaryDirectory() as temporary:
        jars = Path(os.environ.get("KG_JARS") or ".kg/jars").absolute()
        settings = Settings(KG_HOME=keep or Path(temporary), KG_JARS=jars, NEO4J_URI=None)
        server = ensure_running(settings, Quiet(), new_ports=True)
        try:
            with open_connection(server.uri, server.username, server.password, server.database) as connection:
                yield connection, server.pid
        finally:
            stop(home_of(settings))


def prepared(connection: Connection, size: float, as_of: date) -> Tables:
    """Put the graph of a size into a database, unless it has one, and return its tables."""
    tables = europe(size)
    if not connection.run_read("MATCH (n:City) RETURN count(n) AS number", {})[0]["number"]:
        started = time.perf_counter()
        store(connection, tables)
        print(f"stored in {time.perf_counter() - started:.0f} s")
        started = time.perf_counter()
        recount(connection, as_of)
        print(f"counted in {time.perf_counter() - started:.0f} s")
    return tables


def _measure(connection: Connection, size: float, number: int, as_of: date) -> None:
    tables = prepared(connection, size, as_of)
    snapshot = Snapshot.from_tables(tables, as_of)
    ids = [snapshot.places.ids[at] for at in some_places(snapshot, number).tolist()]
    print(f"{len(tables.nodes):,} nodes, {len(tables.facts):,} facts, {len(snapshot.places.ids):,} places")
    # Whoever asks the database does not have the graph in memory, through which Python's collector would go again and again.
    del tables, snapshot
    gc.collect()
    started = time.perf_counter()
    engine = LiveEngine(connection, as_of, aggregates_of_database(connection, as_of))
    print(f"counts over the whole graph read in {time.perf_counter() - started:.1f} s")

    def scored(kind: Kind) -> Callable[[str], Any]:
        of_kind = weights(kind)

        def ask(id_: str) -> Any:
            pairs = engine.around(id_, of_kind).pairs()
            return best(term_values(features(pairs, of_kind), of_kind), pairs.others, TOP)

        return ask

    def whole(id_: str) -> Any:
        return recommend(connection, id_, as_of=as_of)

    rows: list[tuple[str, Callable[[str], Any]]] = [
        ("shared networks by Cypher", lambda id_: connection.run_read(SHARED, {"id": id_})),
        *((f"{kind}, all terms", scored(kind)) for kind in KINDS),
        ("answer with sentences", whole),
    ]
    plain = 0.0
    for name, ask in rows:
        for id_ in ids:  # once before: the server plans and reads its files then
            ask(id_)
        took = np.array([_seconds(ask, id_) for id_ in ids])
        plain = plain or float(np.median(took))
        print(
            f"{name:28s} {1e3 * np.median(took):8.1f} ms median {1e3 * np.quantile(took, 0.95):8.1f} ms of 95 in a hundred"
            f" {np.median(took) / plain:6.2f} times the plain query"
        )


def _seconds(ask: Callable[[str], Any], id_: str) -> float:
    started = time.perf_counter()
    ask(id_)
    return time.perf_counter() - started


def store(connection: Connection, tables: Tables) -> None:
    """Put tables into an empty database, by the statements of the writer without provenance."""
    apply_schema(connection)
    nodes: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for row in tables.nodes:
        values = {name: value for name, value in row._asdict().items() if value is not None}
        spot = [values.pop("longitude"), values.pop("latitude")] if "longitude" in values else None
        if "nuts" in values:
            values[SCHEME_PROPERTIES["nuts"]] = values.pop("nuts")
        nodes[values.pop("label")].append({"properties": values | _UNSOURCED, "location": spot})
    facts: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for fact in tables.facts:
        values = {name: value for name, value in fact._asdict().items() if value is not None}
        ends = {"start": values.pop("start"), "end": values.pop("end")}
        facts[values.pop("type")].append({**ends, "properties": values | _UNSOURCED})
    for label, rows in nodes.items():
        for batch in _batches(rows):
            connection.run_write(create_nodes(label), {"rows": batch})
    for type_, rows in facts.items():
        for batch in _batches(rows):
            connection.run_write(create_facts(type_), {"kinds": kinds_of_facts(new_fact(type_, row) for row in batch)})


def _batches(rows: Iterable[dict[str, Any]]) -> Iterator[Sequence[dict[str, Any]]]:
    rest = iter(rows)
    while batch := list(islice(rest, BATCH)):
        yield batch


if __name__ == "__main__":
    main()
