"""How long a first load takes by Neo4j's offline importer, beside the importer alone: ``python -m benchmarks.bulk --size 1/8``.

The graph of ``benchmarks.europe`` is written to CSV files. They are loaded once as ``kg load --bulk`` does it: rows read, checked and
written to the importer's files, these imported, the server restarted with the new store, constraints made, everything counted, the
load closed. Beside it, on another server and on the same files when they are ready, the importer alone and the making of the
constraints, each by the same call; the restart between the two does not count there. With ``--online`` the same goes through the online
path as well, and the digests of both are compared. ``KG_JARS`` names a folder with the server's program files.
"""

from __future__ import annotations

import argparse
import gc
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from fractions import Fraction
from pathlib import Path
from typing import Any

from benchmarks.europe import europe
from benchmarks.load_edition import EuropeLoader, write_files
from benchmarks.load_run import peak, server_seconds
from kg.database.bulk.command import import_options
from kg.database.bulk.files import ImportFiles
from kg.database.connection import Connection
from kg.database.digest import digest
from kg.database.opening import open_connection
from kg.database.schema import apply_schema
from kg.database.server import Quiet, ensure_running, home_of, stop
from kg.database.server.importing import put_in_place, run_importer, workshop
from kg.database.settings import Settings
from kg.loaders import bulk
from kg.loaders.loading import load

GOAL = 2.5

Figures = dict[str, Any]


class Clock:
    """Seconds on the clock, and of processor time: ours, of programs that we waited for, and of the server."""

    def __init__(self) -> None:
        self.parts: dict[str, Figures] = {}

    @contextmanager
    def part(self, name: str, connection: Connection | None = None) -> Iterator[None]:
        """Measure the block as a part of this name; of the server, what it used meanwhile, or since it was started anew."""
        before = self._now(connection)
        yield
        after = self._now(connection)
        restarted = before["pid"] != after["pid"]
        self.parts[name] = {
            "wall": after["wall"] - before["wall"],
            "own": after["own"] - before["own"],
            "programs": after["programs"] - before["programs"],
            "server": after["server"] - (0 if restarted else before["server"]),
        }

    @staticmethod
    def _now(connection: Connection | None) -> Figures:
        pid = connection.server.pid if connection and connection.server else 0
        programs = resource.getrusage(resource.RUSAGE_CHILDREN)
        return {
            "wall": time.perf_counter(),
            "own": time.process_time(),
            "programs": programs.ru_utime + programs.ru_stime,
            "server": server_seconds(pid) if pid else 0.0,
            "pid": pid,
        }

    def measured(self, name: str, call: Callable[..., Any]) -> Callable[..., Any]:
        """Return the function with each call measured as a part."""

        def measured(*given: Any, **named: Any) -> Any:
            with self.part(name):
                return call(*given, **named)

        return measured


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument(
        "--size", type=lambda text: float(Fraction(text)), default=0.125, help="1 is Europe; 1/8 will do"
    )
    parser.add_argument("--online", action="store_true", help="load by the online path too, and compare the digests")
    parser.add_argument("--json", type=Path, help="file for the figures")
    parser.add_argument("--one", nargs=2, metavar=("HOW", "FOLDER"), help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.one:
        print(json.dumps(_one(given.one[0], Path(given.one[1]))))
        return
    figures: dict[str, Figures] = {}
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        tables = europe(given.size)
        print(f"size {given.size:g}: {len(tables.nodes):,} nodes, {len(tables.facts):,} facts", flush=True)
        write_files(folder / "rows", tables)
        del tables
        gc.collect()
        for how in ("alone", "bulk", *(["online"] if given.online else [])):
            figures[how] = _run(how, folder)
            _show(how, figures[how])
    alone = figures["alone"]["parts"]
    beside = sum(alone[part]["wall"] for part in ("importer", "constraints"))
    processor = sum(_processor(alone[part]) for part in ("importer", "constraints"))
    whole = figures["bulk"]["parts"]["whole"]
    ratios = {"wall": whole["wall"] / beside, "processor": _processor(whole) / processor}
    print(
        f"beside the importer alone and the constraints: wall {ratios['wall']:.2f}, processor {ratios['processor']:.2f}"
    )
    print(f"to reach: wall {GOAL}")
    if given.online:
        print(f"digests equal: {figures['bulk']['digest'] == figures['online']['digest']}")
    if given.json:
        given.json.write_text(json.dumps({"size": given.size, "loads": figures, "ratios": ratios}, indent=1) + "\n")


def _processor(part: Figures) -> float:
    return float(part["own"] + part["programs"] + part["server"])


def _run(how: str, folder: Path) -> Figures:
    """Do it in a process of its own, so that its memory is its own, with a server of its own."""
    jars = Path(os.environ.get("KG_JARS") or ".kg/jars").absolute()
    kept = {name: value for name, value in os.environ.items() if not name.startswith("NEO4J_")}
    here = kept | {"KG_HOME": str(folder / how), "KG_JARS": str(jars)}
    command = [sys.executable, "-m", "benchmarks.bulk", "--one", how, str(folder / "rows")]
    settings = Settings(KG_HOME=folder / how, KG_JARS=jars, NEO4J_URI=None)
    # Started here: what a server has used before would count among the programs of the process whose child it is.
    ensure_running(settings, Quiet())
    try:
        done = subprocess.run(command, env=here, stdout=subprocess.PIPE, text=True, check=True)
    finally:
        stop(home_of(settings))
    figures: Figures = json.loads(done.stdout.splitlines()[-1])
    return figures


def _one(how: str, rows: Path) -> Figures:
    clock = Clock()
    loader = EuropeLoader(rows, "2024")
    with open_connection(settings=Settings()) as connection:
        if how == "alone":
            _alone(clock, connection, loader)
        elif how == "bulk":
            for part in ("write_edition", "run_importer", "put_in_place", "_complete"):
                setattr(bulk, part, clock.measured(part, getattr(bulk, part)))
            with clock.part("whole", connection):
                bulk.load_bulk(connection, loader)
        else:
            apply_schema(connection)
            with clock.part("whole", connection):
                load(connection, loader)
        most = peak()
        number = "" if how == "alone" else digest(connection).value
    return {"parts": clock.parts, "peak": most, "digest": number}


def _alone(clock: Clock, connection: Connection, loader: EuropeLoader) -> None:
    assert connection.server is not None
    with workshop(connection.server.home) as shop:
        files = ImportFiles(shop.files)
        with files:
            bulk.prepare(loader, files)
        with clock.part("importer"):
            run_importer(shop, import_options(files), files.size())
        with clock.part("restart"):
            server = put_in_place(shop)
        connection.reopen(server)
        with clock.part("constraints", connection):
            apply_schema(connection)


def _show(how: str, figures: Figures) -> None:
    for name, part in figures["parts"].items():
        print(
            f"{how:7s} {name:14s} {part['wall']:7.1f} s wall {part['own']:7.1f} s own CPU {part['programs']:7.1f} s importer CPU "
            f"{part['server']:7.1f} s server CPU",
            flush=True,
        )
    print(f"{how:7s} most memory {figures['peak']:,.0f} MB", flush=True)


if __name__ == "__main__":
    main()
