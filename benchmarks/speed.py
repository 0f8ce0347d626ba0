"""How fast one city is answered, beside networkx and igraph, and how much memory that takes: ``python -m benchmarks.speed``.

All in one run on one graph, so that the ratios hold on any machine. networkx and igraph score one layer, the small and the large
networks as neighbours of cities, which is one of the some thirty terms that kg scores: first all places, as one does who asks them for
the best partners, then the very candidates that kg found, which they are given. With ``--keep`` a Neo4j answers as well, by one
statement that counts shared networks; folder and ``KG_JARS`` are as in ``benchmarks.live``. Seconds are those on the clock and of
processor time, that of the server for what it answers.
"""

from __future__ import annotations

import argparse
import resource
import sys
import time
from collections.abc import Callable, Iterable, Sequence
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from benchmarks.graphs import some_places, tables
from benchmarks.live import SHARED, prepared, started_as_process
from benchmarks.load_run import server_seconds
from kg.database.connection import Connection
from kg.queries.candidates import candidates
from kg.queries.comparison import Pairs
from kg.queries.engines import SnapshotEngine
from kg.queries.features import FEATURES
from kg.queries.kinds.kind import KINDS, Kind, weights
from kg.queries.scoring import best, features, term_values
from kg.queries.snapshot.graph import Snapshot
from kg.queries.world import World

TOP = 10


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--snapshot", type=Path, help="file of a graph, as kg snapshot show names it")
    parser.add_argument("--size", type=float, default=1.0, help="of the graph that is made up, 1 is Europe")
    parser.add_argument("--places", type=int, default=40, help="how many places are asked for")
    parser.add_argument("--keep", type=Path, help="folder of a server, to ask it by Cypher too")
    parser.add_argument("--features", action="store_true", help="also each feature by itself")
    parser.add_argument("--as-of", type=date.fromisoformat, default=date(2026, 11, 25))
    given = parser.parse_args()
    rows = tables(given.snapshot, given.size)
    before = _megabytes()
    started = time.perf_counter()
    world = World.of(Snapshot.from_tables(rows, given.as_of))
    engine = SnapshotEngine(world)
    print(f"{len(rows.nodes):,} nodes, {len(rows.facts):,} facts, {len(world.snapshot.places.ids):,} places")
    _warm(engine)
    print(
        f"built in {time.perf_counter() - started:.1f} s, {_megabytes() - before:.0f} MB more than with the tables ({before:.0f} MB)"
    )
    places = some_places(world.snapshot, given.places).tolist()
    ids = [world.snapshot.places.ids[place] for place in places]
    _show("candidates", _each(partial(engine.around, weights=weights("exchange")), ids))
    own = Took(0.0, 0.0, 0.0)
    for kind in KINDS:
        own = max(
            own,
            _show(f"{kind}, all terms", _each(partial(_recommend, engine, kind), ids)),
            key=lambda one: one.processor,
        )
    if given.features:
        _by_feature(world, places)
    _beside(world, places, own)
    if given.keep is not None:
        with started_as_process(given.keep) as (connection, server):
            prepared(connection, given.size, given.as_of)
            ask = partial(_by_cypher, connection)
            _each(ask, ids)  # once before: the server plans and reads its files then
            _show("shared networks by Cypher", _each(ask, ids, lambda: server_seconds(server)), own)


def _by_cypher(connection: Connection, id_: str) -> Any:
    return connection.run_read(SHARED, {"id": id_})


def _recommend(engine: SnapshotEngine, kind: Kind, id_: str) -> Any:
    of_kind = weights(kind)
    pairs = engine.around(id_, of_kind).pairs()
    return best(term_values(features(pairs, of_kind), of_kind), pairs.others, TOP)


def _warm(engine: SnapshotEngine) -> None:
    first = engine.world.snapshot.places.ids[0]
    for kind in KINDS:
        _recommend(engine, kind, first)


def _by_feature(world: World, places: Iterable[int]) -> None:
    took: dict[str, list[float]] = {name: [] for name in FEATURES}
    for place in places:
        others = candidates(world, place, weights("exchange"))
        for name, feature in FEATURES.items():
            pairs = Pairs(world, place, others)
            started = time.perf_counter()
            feature(pairs)
            took[name].append(time.perf_counter() - started)
    for name, times in sorted(took.items(), key=lambda item: -float(np.median(item[1]))):
        print(f"    {name:24s} {1e3 * float(np.median(times)):8.2f} ms")


def _beside(world: World, places: list[int], own: Took) -> None:
    """Score by one layer with the two libraries, and print how many times longer it takes than kg's slowest kind."""
    networks = world.snapshot.networks
    edges = [
        (place, len(networks.held.starts) - 1 + int(network))
        for place in range(networks.held.height)
        for network in networks.held.row(place)
    ]
    chosen = {place: candidates(world, place, weights("exchange")).tolist() for place in places}
    everybody = range(networks.held.height)

    def pairs(place: int, others: Iterable[int]) -> list[tuple[int, int]]:
        return [(place, other) for other in others if other != place]

    def networkx_of() -> Callable[[list[tuple[int, int]]], Any]:
        import networkx as nx  # type: ignore[import-untyped]

        graph = nx.Graph()
        graph.add_nodes_from(range(networks.held.height))
        graph.add_edges_from(edges)
        return lambda asked: list(nx.adamic_adar_index(graph, asked))

    def igraph_of() -> Callable[[list[tuple[int, int]]], Any]:
        import igraph

        graph = igraph.Graph(n=networks.held.height + len(networks.things), edges=edges)
        return lambda asked: graph.similarity_jaccard(pairs=asked)

    for name, make in (("networkx adamic_adar_index", networkx_of), ("igraph similarity_jaccard", igraph_of)):
        try:
            before, started = _megabytes(), time.perf_counter()
            ask = make()
        except ImportError:
            print(f"{name:28s} is not installed")
            continue
        print(f"{name:28s} built in {time.perf_counter() - started:.1f} s, {_megabytes() - before:.0f} MB more")
        _show("  all places", _each(lambda place: ask(pairs(place, everybody)), places), own)  # noqa: B023 - called here
        _show("  the candidates, given", _each(lambda place: ask(pairs(place, chosen[place])), places), own)  # noqa: B023


class Took(NamedTuple):
    """Seconds for one place: the median on the clock, that of nine in ten, and the mean of processor time."""

    median: float
    ninth: float
    processor: float


def _each(ask: Callable[[Any], Any], each: Sequence[Any], processor: Callable[[], float] = time.process_time) -> Took:
    took, before = [], processor()
    for one in each:
        started = time.perf_counter()
        ask(one)
        took.append(time.perf_counter() - started)
    used = processor() - before
    return Took(float(np.median(took)), float(np.quantile(took, 0.9)), used / len(each))


def _show(name: str, took: Took, own: Took | None = None) -> Took:
    beside = (
        "" if own is None else f", {took.median / own.median:.1f} and {took.processor / own.processor:.1f} times kg"
    )
    print(
        f"{name:28s} {1e3 * took.median:8.2f} ms median {1e3 * took.ninth:8.2f} ms of nine in ten "
        f"{1e3 * took.processor:8.2f} ms of processor{beside}"
    )
    return took


def _megabytes() -> float:
    """Return how much memory this process has: now where the system says it, else the most that it has had."""
    pages = Path("/proc/self/statm")
    if pages.exists():
        return int(pages.read_text().split()[1]) * resource.getpagesize() / (1 << 20)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / (1 << 20 if sys.platform == "darwin" else 1 << 10)


if __name__ == "__main__":
    main()
