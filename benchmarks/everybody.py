"""How long the ten best partners of every city take, beside one layer by sparse_dot_topn: ``python -m benchmarks.everybody --size 0.125``.

``kg`` scores all layers and terms and counts candidates, scores, lists and rows with terms, not the reading of the graph. Beside it
``sparse_dot_topn`` multiplies one layer, who is in which network, with itself and keeps the ten largest of each row; where it is not
installed (it is no requirement: ``pip install sparse_dot_topn``), the same by scipy in one thread. kg in as many processes as the
other has threads, each begun in a process of its own, one after the other and again, of which the quicker counts; with the
processor's time, since other programs disturb the time on the wall. Memory is of all processes together, what they share once.
Recall is of the ten best among all pairs.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import multiprocessing
import os
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import date
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
from scipy import sparse

from benchmarks.graphs import tables
from kg.queries.block import Block, Everyone
from kg.queries.block_scores import Finder
from kg.queries.comparison import Pairs
from kg.queries.everybody import rows_of
from kg.queries.kinds.kind import KINDS, Kind, weights
from kg.queries.ranking import EXISTING, ties
from kg.queries.scoring import best, features, term_values
from kg.queries.snapshot.graph import Snapshot
from kg.queries.snapshot.layers import Indices
from kg.queries.world import World

TOP = 10

#: One layer by scipy alone, so many rows at a time.
_ROWS = 500


@dataclass(frozen=True)
class Took:
    """What something took: seconds on the wall and of the processor, and the most megabytes in use."""

    wall: float
    processor: float
    megabytes: float
    rows: int


def product(world: World, every: int, threads: int) -> tuple[str, Callable[[], int]]:
    """Return the name of what finds the ten largest of each row of one layer times itself, and a function that does it."""
    held = world.snapshot.networks.held
    cells = (np.ones(len(held.columns)), held.columns.astype(np.int32), held.starts.astype(np.int32))
    layer = sparse.csr_matrix(cells, shape=(held.height, held.width))
    turned = layer.T.tocsr()
    if every > 1:
        layer = layer[asked(world, every)]
    try:
        from sparse_dot_topn import sp_matmul_topn  # type: ignore[import-not-found,unused-ignore]
    except ImportError:
        return "scipy, one layer", lambda: _by_scipy(layer, turned)
    return "sparse_dot_topn, one layer", lambda: int(sp_matmul_topn(layer, turned, top_n=TOP, n_threads=threads).nnz)


def _by_scipy(layer: Any, turned: Any) -> int:
    number = 0
    for first in range(0, layer.shape[0], _ROWS):
        block = (layer[first : first + _ROWS] @ turned).tocsr()
        for start, end in zip(block.indptr, block.indptr[1:], strict=False):
            data = block.data[start:end]
            number += len(np.argpartition(data, len(data) - TOP)[-TOP:]) if len(data) > TOP else len(data)
    return number


def asked(world: World, every: int) -> Indices:
    """Return the places of every so many blocks."""
    return np.concatenate([block.subjects for block in islice(Everyone(world).blocks(), 0, None, every)])


def all_rows(world: World, kind: Kind, every: int, processes: int) -> int:
    """Return how many rows the table of all recommendations has, or of every so many blocks of places."""
    return sum(1 for _ in rows_of(world, weights(kind), EXISTING[kind], TOP, every=every, processes=processes))


def measured(work: Callable[[], int]) -> Took:
    """Return what a function takes that returns a number of rows, in a copy of this process."""
    context = multiprocessing.get_context("fork")
    receive, send = context.Pipe(duplex=False)

    def child() -> None:
        wall, before = time.perf_counter(), os.times()
        rows = work()
        after = os.times()
        processor = sum(after[:4]) - sum(before[:4])
        send.send((time.perf_counter() - wall, processor, rows))

    process = context.Process(target=child)
    process.start()
    send.close()
    peak = 0.0
    while not receive.poll(0.5):
        peak = max(peak, _together(os.getpid()))
    wall, processor, rows = receive.recv()
    process.join()
    return Took(wall, processor, peak, rows)


def _together(process: int) -> float:
    """Return the memory of a process and of those that it began, in megabytes; what several share is counted once."""
    with contextlib.suppress(OSError):
        begun = Path(f"/proc/{process}/task/{process}/children").read_text(encoding="ascii").split()
        lines = Path(f"/proc/{process}/smaps_rollup").read_text(encoding="ascii").splitlines()
        own = next(int(line.split()[1]) / 1024 for line in lines if line.startswith("Pss:"))
        return own + sum(_together(int(one)) for one in begun)
    return 0.0  # it has ended


def recall(world: World, kind: Kind, places: list[int]) -> float:
    """Return which part of the ten best of all places abroad, current partners left out, the table has, for some cities."""
    snapshot, of_kind, everyone = world.snapshot, weights(kind), Everyone(world)
    finder = Finder(everyone, of_kind, EXISTING[kind], TOP)
    country, found, wanted = snapshot.places.country, 0, 0
    for place in places:
        others = np.flatnonzero(country != country[place])
        others = others[~np.isin(others, list(ties(snapshot, place, EXISTING[kind])))]
        terms = term_values(features(Pairs(world, place, others), of_kind), of_kind)
        ten = others[best(terms, others, TOP)]
        wanted += len(ten)
        for listed in finder.best(Block(everyone, np.array([place]))):
            found += int(np.isin(ten, listed.others).sum())
    return found / max(wanted, 1)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--snapshot", type=Path, help="file of a graph, as kg snapshot show names it")
    parser.add_argument("--size", type=float, default=1.0, help="of the graph that is made up, 1 is Europe")
    parser.add_argument("--kind", choices=KINDS, action="append", help="one kind only; repeatable")
    parser.add_argument("--sample", type=int, default=1_000, help="for so many cities recall is measured; 0 for none")
    parser.add_argument("--times", type=int, default=2, help="each is measured so many times, and the quickest counts")
    parser.add_argument("--every", type=int, default=1, help="only every so many regions, of both")
    parser.add_argument("--processes", type=int, default=2, help="so many processes of kg beside as many threads")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the results there too")
    parser.add_argument("--as-of", type=date.fromisoformat, default=date(2026, 11, 25))
    given = parser.parse_args()
    world = World.of(Snapshot.from_tables(tables(given.snapshot, given.size), given.as_of))
    number = len(world.snapshot.places.ids)
    name, one_layer = product(world, given.every, given.processes)
    kinds: list[Kind] = given.kind or list(KINDS)
    works: dict[str, Callable[[], int]] = {name: one_layer}
    works |= {kind: lambda kind=kind: all_rows(world, kind, given.every, given.processes) for kind in kinds}  # type: ignore[misc]
    runs: dict[str, list[Took]] = {work: [] for work in works}
    some = f", {len(asked(world, given.every)):,} of them asked for" if given.every > 1 else ""
    print(f"{number:,} places{some}, {os.cpu_count()} processors, {given.processes} used")
    for _ in range(given.times):
        for work, do in works.items():
            runs[work].append(measured(do))
    quickest = {work: min(took, key=lambda one: one.processor) for work, took in runs.items()}
    chosen = np.sort(np.random.default_rng(7).choice(number, min(given.sample, number), replace=False)).tolist()
    results = []
    print(
        f"{'':28s} {'wall':>8s} {'ratio':>6s} {'processor':>10s} {'ratio':>6s} {'peak':>9s} {'rows':>10s} {'recall@10':>10s}"
    )
    for work, took in quickest.items():
        share = next((recall(world, kind, chosen) for kind in kinds if kind == work and chosen), None)
        beside = took.wall / quickest[name].wall, took.processor / quickest[name].processor
        results.append(
            {"what": work, **asdict(took), "ratio_wall": beside[0], "ratio_processor": beside[1], "recall": share}
        )
        told = "" if share is None else f"{share:10.4f}"
        print(
            f"{work:28s} {took.wall:6.1f} s {beside[0]:6.1f} {took.processor:8.1f} s {beside[1]:6.1f} {took.megabytes:6,.0f} MB {took.rows:10,d} {told}"
        )
    if given.json:
        given.json.write_text(
            json.dumps({"places": number, "sample": len(chosen), "results": results}, indent=2) + "\n"
        )


if __name__ == "__main__":
    main()
