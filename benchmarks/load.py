"""How long a first load takes, beside what most tools and tutorials do: ``python -m benchmarks.load --size 0.5``.

The graph of ``benchmarks.europe`` is written to CSV files, and these are loaded three times, each time into a Neo4j of its own that
is started for it: through the loader path of kg with everything that belongs to it, by a plain unsorted ``UNWIND ... MERGE`` in batches
of 10,000 that writes the same properties under the same constraints, and by the same with the bare values. Into kg's own then go the
same edition again, and one in which a hundredth of the rows differ. Each load is a process of its own; reading the files and making
something of them counts, starting the server and making constraints does not. One after the other in one run, so that the ratios
hold on any machine; only Linux tells what another process used. ``KG_JARS`` names a folder with the server's program files.
"""

from __future__ import annotations

import argparse
import gc
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable
from contextlib import contextmanager
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Any

from benchmarks.europe import europe
from benchmarks.load_edition import write_files
from kg.database.server import Quiet, ServerInfo, ensure_running, home_of, stop
from kg.database.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Iterator

Figures = dict[str, Any]

#: Runs a module as a plain installation of kg has it: the driver imports both of these where an extra brought them, 66 MB.
_PLAIN = "import runpy, sys; sys.modules.update(pandas=None, pyarrow=None); runpy.run_module(sys.argv.pop(1), None, '__main__')"

#: For each figure what it is beside, and what is to be reached at most.
GOALS = (
    ("wall, beside plain", "first", "plain", "wall", 0.5),
    ("wall, beside bare", "first", "bare", "wall", 1.3),
    ("server CPU, beside bare", "first", "bare", "server", 0.9),
    ("the same again, beside first", "again", "first", "wall", 0.05),
    ("1 % changed, beside first", "changed", "first", "wall", 0.25),
)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--size", type=size_of, default=0.125, help="of the graph, 1 is Europe; 1/8 can be written so")
    parser.add_argument(
        "--only",
        default="kg,plain,bare",
        help="which of kg, plain and bare to measure; first: of kg the first load alone",
    )
    parser.add_argument("--json", type=Path, help="file for the figures")
    given = parser.parse_args()
    figures: dict[str, Figures] = {}
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        tables = europe(given.size)
        print(f"size {given.size:g}: {len(tables.nodes):,} nodes, {len(tables.facts):,} facts", flush=True)
        write_files(folder / "first", tables)
        write_files(folder / "changed", tables, changed=0.01)
        del tables
        gc.collect()
        only = given.only.split(",")
        if {"kg", "first"} & set(only):
            with _server(folder / "kg") as run:
                figures["first"] = _show("first", run("kg", folder / "first", "2024"))
                if "kg" in only:
                    figures["again"] = _show("again", run("kg", folder / "first", "2024"))
                    figures["changed"] = _show("changed", run("kg", folder / "changed", "2025"))
        for how in ("plain", "bare"):
            if how in only:
                with _server(folder / how) as run:
                    figures[how] = _show(how, run(how, folder / "first", "2024"))
    ratios = {
        name: figures[one][what] / figures[other][what]
        for name, one, other, what, _ in GOALS
        if one in figures and other in figures
    }
    for name, _, _, _, goal in GOALS:
        if name in ratios:
            print(f"{name:32s} {ratios[name]:6.2f}   to reach: {goal}")
    if given.json:
        given.json.write_text(json.dumps({"size": given.size, "loads": figures, "ratios": ratios}, indent=1) + "\n")


def size_of(text: str) -> float:
    """Return a size that may be written as a fraction."""
    return float(Fraction(text))


def plain(module: str, *arguments: str) -> list[str]:
    """Return the command that runs a module without the packages of extras, so that its memory is that of kg alone."""
    return [sys.executable, "-c", _PLAIN, module, *arguments]


@contextmanager
def _server(home: Path) -> Iterator[Callable[[str, Path, str], Figures]]:
    """Run a Neo4j of its own; what is given loads into it, in a process of its own."""
    jars = Path(os.environ.get("KG_JARS") or ".kg/jars").absolute()
    settings = Settings(KG_HOME=home, KG_JARS=jars, NEO4J_URI=None)
    server = ensure_running(settings, Quiet())
    try:
        yield lambda how, folder, edition: _run(server, home, how, folder, edition)
    finally:
        stop(home_of(settings))


def _run(server: ServerInfo, home: Path, how: str, folder: Path, edition: str) -> Figures:
    where = {
        "NEO4J_URI": server.uri,
        "NEO4J_USERNAME": server.username,
        "NEO4J_PASSWORD": server.password,
        "KG_HOME": str(home),
        "SERVER_PID": str(server.pid),
    }
    command = plain("benchmarks.load_run", how, str(folder), edition)
    done = subprocess.run(command, env=os.environ | where, stdout=subprocess.PIPE, text=True, check=True)
    figures: Figures = json.loads(done.stdout.splitlines()[-1])
    return figures


def _show(name: str, figures: Figures) -> Figures:
    print(
        f"{name:8s} {figures['wall']:7.1f} s wall {figures['client']:7.1f} s own CPU {figures['server']:7.1f} s server CPU "
        f"{figures['peak']:6.0f} MB {figures['facts']:9,} facts",
        flush=True,
    )
    return figures


if __name__ == "__main__":
    main()
