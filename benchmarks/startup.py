"""What a command costs before it does anything: ``python -m benchmarks.startup``.

Whole processes, in turn: ``python -c "import click"``, without which there is no command, ``kg --help``, and ``kg sources``, the
least that does something without a database.
"""

from __future__ import annotations

import subprocess
import sys
import time
from statistics import median

RUNS = 15

COMMANDS = {
    "import click": ("-c", "import click"),
    "kg --help": ("-m", "kg", "--help"),
    "kg sources": ("-m", "kg", "sources"),
}


def main() -> None:
    """Measure and print."""
    took: dict[str, list[float]] = {name: [] for name in COMMANDS}
    for _ in range(RUNS + 1):
        for name, arguments in COMMANDS.items():
            started = time.perf_counter()
            subprocess.run([sys.executable, *arguments], check=True, stdout=subprocess.DEVNULL)
            took[name].append(time.perf_counter() - started)
    least = median(took["import click"][1:])  # the first time files are read from the disk
    for name, seconds in took.items():
        print(
            f"{name:14s} {1e3 * median(seconds[1:]):6.0f} ms median, {1e3 * (median(seconds[1:]) - least):6.0f} ms above click"
        )


if __name__ == "__main__":
    main()
