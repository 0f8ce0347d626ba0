"""What a first load takes of the loading process alone, without a server: ``python -m benchmarks.load_memory --size 2``.

The graph of ``benchmarks.europe`` is written to CSV files and loaded by the loader path into a database that is empty and forgets
what it is given. Everything is read, checked, grouped and made into the statements that a server would get. It prints seconds of CPU
and the most memory that the process had.
"""

from __future__ import annotations

import argparse
import subprocess
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, cast

from benchmarks.europe import europe
from benchmarks.load import plain, size_of
from benchmarks.load_edition import EuropeLoader, write_files
from benchmarks.load_run import peak
from kg.database.connection import Connection
from kg.loaders.loading import load


class Forgetful:
    """A connection to an empty database in which nothing stays."""

    database = None

    def __init__(self) -> None:
        self.rows = 0

    def run_read(self, cypher: str, *_: Any, **__: Any) -> list[Any]:
        """Answer as an empty database does."""
        if "AS is_loaded" in cypher:
            return [{"layouts": [], "restores": [], "is_loaded": False}]
        if cypher.startswith("CALL ()"):
            return [dict.fromkeys(cypher.rpartition("RETURN ")[2].split(", "), 0)]
        if "max(l.sequence)" in cypher:
            return [{"last": 0}]
        return []

    def write_many(self, statements: Sequence[tuple[str, Mapping[str, Any]]], *_: Any, **__: Any) -> list[Any]:
        """Count the rows."""
        for _cypher, given in statements:
            self.rows += len(given.get("rows", ()))
            self.rows += sum(len(some) for kind in given.get("kinds", ()) for _start, some in kind["starts"])
        return [[] for _ in statements]

    def run_write(self, *_: Any, **__: Any) -> list[Any]:
        """Do nothing."""
        return []

    def run_schema(self, *_: Any, **__: Any) -> list[Any]:
        """Do nothing."""
        return []

    @contextmanager
    def hold(self, *_: Any) -> Iterator[None]:
        """Hold nothing."""
        yield


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--size", type=size_of, default=0.125, help="of the graph, 1 is Europe; 1/8 can be written so")
    parser.add_argument("--folder", type=Path, help="with the files, as this program made them")
    given = parser.parse_args()
    if given.folder and given.folder.is_dir():
        _measure(given.folder)
        return
    with tempfile.TemporaryDirectory() as temporary:
        folder = given.folder or Path(temporary) / "files"
        write_files(folder, europe(given.size))
        # In a process of its own, so that its memory is its own.
        subprocess.run(plain("benchmarks.load_memory", "--folder", str(folder)), check=True)


def _measure(folder: Path) -> None:
    connection = Forgetful()
    before, clock = time.process_time(), time.perf_counter()
    report = load(cast("Connection", connection), EuropeLoader(folder, "2024"))
    print(
        f"{report.rows['read']:,} rows: {time.process_time() - before:.1f} s own CPU, {time.perf_counter() - clock:.1f} s wall, "
        f"{peak():.0f} MB, {connection.rows:,} rows given to the database"
    )


if __name__ == "__main__":
    main()
