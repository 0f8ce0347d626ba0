"""How fast one city is answered, beside networkx and igraph, and how much memory that takes: ``python -m benchmarks.speed``.

All in one run on one graph, so that the ratios hold on any machine. networkx and igraph score the same candidates on one layer, the
small and the large networks as neighbours of cities, which is one of the some thirty terms that kg scores.
"""

from __future__ import annotations

import argparse
import resource
import sys
import time
from collections.abc import Callable, Iterable
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.graphs import some_places, tables
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
    finding = _median(partial(engine.around, weights=weights("exchange")), ids)
    print(f"{'candidates':28s} {1e3 * finding[0]:8.2f} ms median {1e3 * finding[1]:8.2f} ms of nine in ten")
    own = 0.0
    for kind in KINDS:
        median, ninth = _median(partial(_recommend, engine, kind), ids)
        own = max(own, median)
        print(f"{kind:28s} {1e3 * median:8.2f} ms median {1e3 * ninth:8.2f} ms of nine in ten")
    if given.features:
        _by_feature(world, places)
    _beside(world, places, own)


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


def _beside(world: World, places: list[int], own: float) -> None:
    """Score the same candidates by one layer with the two libraries, and print how many times longer it takes."""
    networks = world.snapshot.networks
    edges = [
        (place, len(networks.held.starts) - 1 + int(network))
        for place in range(networks.held.height)
        for network in networks.held.row(place)
    ]
    asked = [(place, candidates(world, place, weights("exchange"))) for place in places]

    def networkx_of() -> Callable[[int], Any]:
        import networkx as nx  # type: ignore[import-untyped]

        graph = nx.Graph()
        graph.add_nodes_from(range(networks.held.height))
        graph.add_edges_from(edges)
        return lambda at: list(nx.adamic_adar_index(graph, [(asked[at][0], int(other)) for other in asked[at][1]]))

    def igraph_of() -> Callable[[int], Any]:
        import igraph

        graph = igraph.Graph(n=networks.held.height + len(networks.things), edges=edges)
        return lambda at: graph.similarity_jaccard(pairs=[(asked[at][0], int(other)) for other in asked[at][1]])

    for name, make in (("networkx adamic_adar_index", networkx_of), ("igraph similarity_jaccard", igraph_of)):
        try:
            before, started = _megabytes(), time.perf_counter()
            ask = make()
        except ImportError:
            print(f"{name:28s} is not installed")
            continue
        built, grown = time.perf_counter() - started, _megabytes() - before
        median, ninth = _median(ask, range(len(asked)))
        print(
            f"{name:28s} {1e3 * median:8.2f} ms median {1e3 * ninth:8.2f} ms of nine in ten: {median / own:.2f} times kg's slowest "
            f"kind with all terms and candidates; built in {built:.1f} s, {grown:.0f} MB more"
        )


def _median(ask: Callable[[Any], Any], each: Iterable[Any]) -> tuple[float, float]:
    took = []
    for one in each:
        started = time.perf_counter()
        ask(one)
        took.append(time.perf_counter() - started)
    return float(np.median(took)), float(np.quantile(took, 0.9))


def _megabytes() -> float:
    """Return how much memory this process has: now where the system says it, else the most that it has had."""
    pages = Path("/proc/self/statm")
    if pages.exists():
        return int(pages.read_text().split()[1]) * resource.getpagesize() / (1 << 20)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / (1 << 20 if sys.platform == "darwin" else 1 << 10)


if __name__ == "__main__":
    main()
