"""How long ``kg export`` takes, and how much memory, by the size of the graph: ``python -m benchmarks.export --size 0.125``.

A server of its own is started in a temporary folder and the graph of ``benchmarks.europe`` is put into it. Each format is written by a
process of its own, whose peak of resident memory Linux tells; beside it that of one that exports next to nothing. ``KG_JARS``
names a folder with the server's program files.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from benchmarks.europe import europe
from benchmarks.live import store
from kg.database.opening import open_connection
from kg.database.server import Quiet, ServerInfo, ensure_running, home_of, stop
from kg.database.settings import Settings

#: What is measured: a name, and the arguments of the command.
RUNS = (
    ("graphml, one network", ["export", "--graphml", "network.graphml", "--network", "own:n400"]),
    ("graphml", ["export", "--graphml", "graph.graphml"]),
    ("csv", ["export", "--csv", "tables"]),
    ("csv, one zip", ["export", "--csv", "tables.zip"]),
    ("parquet", ["export", "--parquet", "columns"]),
    ("graphml, one step around", ["export", "--graphml", "one.graphml", "--around", "geonames:1000000"]),
    (
        "graphml, two steps around",
        ["export", "--graphml", "two.graphml", "--around", "geonames:1000000", "--steps", "2"],
    ),
)

#: Not by the usage of resources that a parent is told, which begins with the parent's own.
_CHILD = """\
from pathlib import Path
from kg.cli import main
try:
    main()
finally:
    lines = Path("/proc/self/status").read_text().splitlines()
    Path("peak").write_text(next(line.split()[1] for line in lines if line.startswith("VmHWM:")))
"""


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--size", type=float, default=1.0, help="of the graph that is made up, 1 is Europe")
    given = parser.parse_args()
    jars = Path(os.environ.get("KG_JARS") or ".kg/jars").absolute()
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        settings = Settings(KG_HOME=folder / "home", KG_JARS=jars, NEO4J_URI=None)
        server = ensure_running(settings, Quiet())
        try:
            with open_connection(server.uri, server.username, server.password, server.database) as connection:
                tables = europe(given.size)
                print(f"{len(tables.nodes):,} nodes, {len(tables.facts):,} facts")
                store(connection, tables)
            (folder / "out").mkdir()
            for name, arguments in RUNS:
                _run(name, arguments, server, folder / "out")
        finally:
            stop(home_of(settings))


def _run(name: str, arguments: list[str], server: ServerInfo, folder: Path) -> None:
    environment = {
        **os.environ,
        "NEO4J_URI": server.uri,
        "NEO4J_USERNAME": server.username,
        "NEO4J_PASSWORD": server.password,
        "PYTHONPATH": str(Path(__file__).parents[1]),
    }
    started = time.perf_counter()
    subprocess.run(
        [sys.executable, "-c", _CHILD, *arguments], env=environment, cwd=folder, check=True, stderr=subprocess.DEVNULL
    )
    took = time.perf_counter() - started
    peak = int((folder / "peak").read_text())
    written = folder / arguments[2]
    size = sum(file.stat().st_size for file in ([written] if written.is_file() else written.rglob("*")))
    print(f"{name:26s} {took:7.1f} s  peak {peak / 1024:7,.0f} MB  {size / 1e6:8.1f} MB written")


if __name__ == "__main__":
    main()
