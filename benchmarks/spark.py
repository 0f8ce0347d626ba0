"""All recommendations by the graph in memory and by Spark, in one run: ``python -m benchmarks.spark --size 1/8 --size 1/4``.

Both read the same exported snapshot. Of each it tells seconds on the wall and of the processor, in all processes, and the most memory:
of the process, or of Spark's Java and of the largest of its Pythons. From these follows what a place costs, up to how many places a
machine suffices, and from how many processors on Spark is quicker; see docs/scale.md. Needs the extra ``spark``.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import os
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import date
from fractions import Fraction
from pathlib import Path

from benchmarks.europe import europe
from kg.queries.everybody import rows_of
from kg.queries.kinds.kind import KINDS, Kind, weights
from kg.queries.ranking import EXISTING
from kg.queries.snapshot import parquet
from kg.queries.snapshot.graph import Snapshot
from kg.queries.world import World

DAY = date(2026, 11, 25)
TOP = 10
_TICKS = os.sysconf("SC_CLK_TCK")
_PAGE = os.sysconf("SC_PAGE_SIZE")

#: Memory of machines for which it is told how many places they hold, in GB.
_MACHINES = (8, 64, 512)


@dataclass(frozen=True)
class Took:
    """What something took: seconds on the wall and of all processors, megabytes at the most, and how much came out."""

    wall: float
    processor: float
    megabytes: float
    python_megabytes: float
    rows: int


@dataclass(frozen=True)
class Measured:
    """Both at one size: the graph in memory to be read and to compare all; Spark to be started and to do both."""

    size: float
    places: int
    facts: int
    reading: Took
    comparing: Took
    starting: Took | None
    spark: Took | None


def descendants(of: int) -> list[int]:
    """Return all processes that a process started, or these did."""
    parents: dict[int, list[int]] = {}
    for folder in Path("/proc").iterdir():
        if folder.name.isdecimal():
            fields = _stat(int(folder.name))
            if fields:
                parents.setdefault(int(fields[1]), []).append(int(folder.name))
    found, left = [], [of]
    while left:
        some = parents.get(left.pop(), [])
        found += some
        left += some
    return found


def _stat(process: int) -> list[str]:
    try:
        return Path(f"/proc/{process}/stat").read_text(encoding="ascii", errors="replace").rpartition(")")[2].split()
    except OSError:
        return []


def _seconds(process: int) -> float:
    """Return the processor's seconds of a process and of those that it waited for."""
    fields = _stat(process)
    return sum(map(int, fields[11:15])) / _TICKS if fields else 0.0


def _megabytes(process: int) -> float:
    try:
        return int(Path(f"/proc/{process}/statm").read_text(encoding="ascii").split()[1]) * _PAGE / 1e6
    except OSError:
        return 0.0


@contextmanager
def watched() -> Iterator[dict[str, float]]:
    """Watch the memory of all processes that this one starts: of Java, and of the largest other one."""
    most = {"java": 0.0, "other": 0.0}
    over = threading.Event()

    def watch() -> None:
        while not over.wait(0.5):
            for process in descendants(os.getpid()):
                try:
                    name = Path(f"/proc/{process}/comm").read_text(encoding="ascii").strip()
                except OSError:
                    continue
                kind = "java" if name == "java" else "other"
                most[kind] = max(most[kind], _megabytes(process))

    thread = threading.Thread(target=watch, daemon=True)
    thread.start()
    try:
        yield most
    finally:
        over.set()
        thread.join()


def in_memory(folder: Path, kind: Kind) -> tuple[Took, Took]:
    """Return what it takes to read the snapshot, and to compare all, in a process of its own."""
    context = multiprocessing.get_context("spawn")
    receive, send = context.Pipe(duplex=False)
    process = context.Process(target=_in_memory, args=(folder, kind, send))
    process.start()
    send.close()
    found: tuple[Took, Took] = receive.recv()
    process.join()
    return found


def _in_memory(folder: Path, kind: Kind, send: multiprocessing.connection.Connection) -> None:
    def timed(work: Callable[[], int]) -> Took:
        wall, processor = time.perf_counter(), time.process_time()
        rows = work()
        took = time.perf_counter() - wall, time.process_time() - processor
        return Took(*took, _peak(), 0.0, rows)

    worlds: list[World] = []

    def read() -> int:
        worlds.append(World.of(Snapshot.from_tables(parquet.read(folder), DAY)))
        return len(worlds[0].snapshot.places.ids)

    reading = timed(read)
    comparing = timed(lambda: sum(1 for _ in rows_of(worlds[0], weights(kind), EXISTING[kind], TOP)))
    send.send((reading, comparing))


def _peak() -> float:
    lines = Path("/proc/self/status").read_text(encoding="ascii").splitlines()
    return int(next(line.split()[1] for line in lines if line.startswith("VmHWM:"))) * 1024 / 1e6


def by_spark(folder: Path, out: Path, kind: Kind) -> tuple[Took, Took]:
    """Return what it takes to start Spark, and for it to read the snapshot and compare all."""
    from kg.queries.spark.everybody import recommend_by_spark
    from kg.queries.spark.session import spark_session

    def spent() -> float:
        return time.process_time() + sum(map(_seconds, descendants(os.getpid())))

    begun, before = time.perf_counter(), spent()
    with watched() as most, spark_session() as session:
        started, at_start = time.perf_counter(), spent()
        starting = Took(started - begun, at_start - before, most["java"], 0.0, 0)
        rows = recommend_by_spark(
            session, folder, out, weights=weights(kind), existing=EXISTING[kind], top=TOP, as_of=DAY, report=print
        )
        took = time.perf_counter() - started, spent() - at_start
        return starting, Took(*took, most["java"], most["other"], rows)


def measure(size: float, kind: Kind, *, with_spark: bool) -> Measured:
    """Measure both at one size, or the graph in memory alone."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        tables = europe(size)
        parquet.write(folder, tables, {})
        facts = len(tables.facts)
        del tables
        reading, comparing = in_memory(folder, kind)
        if not with_spark:
            return Measured(size, reading.rows, facts, reading, comparing, None, None)
        starting, spark = by_spark(folder, folder / "out", kind)
        if spark.rows != comparing.rows:
            raise SystemExit(f"Spark gives {spark.rows} rows, and the graph in memory {comparing.rows}")
        return Measured(size, reading.rows, facts, reading, comparing, starting, spark)


def tell(found: list[Measured]) -> None:
    """Print what was measured, and what follows from it."""
    print(f"{'':30s} {'wall':>9s} {'processor':>10s} {'memory':>10s} {'a Python':>9s}")
    for one in found:
        print(f"size {one.size:g}: {one.places:,} places, {one.facts:,} facts, {one.comparing.rows:,} rows")
        works = {
            "in memory: reading": one.reading,
            "in memory: comparing": one.comparing,
            "Spark: start": one.starting,
            "Spark: all": one.spark,
        }
        for name, took in works.items():
            if took is not None:
                python = f"{took.python_megabytes:6,.0f} MB" if took.python_megabytes else ""
                print(f"  {name:28s} {took.wall:7.1f} s {took.processor:8.1f} s {took.megabytes:7,.0f} MB {python}")
    least, largest = found[0], found[-1]
    both = largest.reading.processor + largest.comparing.processor
    if largest.spark is not None:
        times = largest.spark.processor / both
        print(f"Spark takes {times:.1f} times the processor's time at size {largest.size:g}.")
    if largest.places > least.places:
        more = largest.places - least.places
        each = (largest.comparing.megabytes - least.comparing.megabytes) * 1e6 / more
        print(
            f"A further place takes {each / 1e3:.1f} kB in memory and {1e3 * both / largest.places:.1f} ms; a machine of"
        )
        for machine in _MACHINES:
            places = 0.8 * machine * 1e9 / each
            print(
                f"  {machine:4d} GB holds {places / 1e6:6.1f} million places in four fifths, compared in {places * both / largest.places / 3600:.1f} h"
            )


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument(
        "--size", type=lambda text: float(Fraction(text)), action="append", help="1 is Europe; repeatable (else 1/8)"
    )
    parser.add_argument("--kind", choices=KINDS, default="exchange")
    parser.add_argument("--without-spark", action="store_true", help="the graph in memory alone")
    parser.add_argument("--master", default="local[2]", help="where Spark runs")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the results there too")
    given = parser.parse_args()
    os.environ["KG_SPARK_MASTER"] = given.master
    found = [measure(size, given.kind, with_spark=not given.without_spark) for size in sorted(given.size or [1 / 8])]
    print(f"{os.cpu_count()} processors, {given.master}, kind {given.kind}; load {os.getloadavg()[0]:.1f}")
    tell(found)
    if given.json:
        given.json.write_text(json.dumps([asdict(one) for one in found], indent=2) + "\n")


if __name__ == "__main__":
    main()
