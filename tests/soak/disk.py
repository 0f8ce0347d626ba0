"""A disk that is full while the server writes: once there is room, the same command ends where an undisturbed one does."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from random import Random

from kg.database.server import stop
from tests.soak.ground import Ground, ended

TRIALS = 10
SAMPLE = (1,)

#: The store, its logs, and the 300 MB without which kg starts no server.
_SIZE = 480 * 1024**2


class NotHereError(Exception):
    """A trial that cannot be made on this machine; says why."""


def run(ground: Ground, number: int, chance: Random) -> dict[str, object]:
    """Make one trial."""
    name = chance.choice(("starter", "starter", "covenant", "twins"))
    expected, _ = ground.undisturbed(name)
    with _small_disk(ground.folder / "small") as folder, Ground(folder) as small:
        small.fresh()
        left = chance.choice((0, chance.randrange(16_000, 4_000_000)))
        filler = folder / "filler"
        _fill(filler, left)
        with small.start(name) as process:
            code, errors = ended(process)
        assert code in (0, 2), f"ended with {code}: {errors}"
        said = errors.strip().splitlines()
        # Every second time the server is stopped as well while the disk is full.
        seconds = _stopped(small) if number % 2 else None
        filler.unlink()
        small.disconnect()
        small.finish(name)
        small.verify(expected)
    told = {"source": name, "left": left, "code": code, "said": said[-1][:300] if said else ""}
    return told | ({} if seconds is None else {"stopped after": seconds})


def _stopped(small: Ground) -> float:
    """Stop the server, and return for how many seconds that took."""
    small.disconnect()
    began = time.monotonic()
    stop(small.home)
    return round(time.monotonic() - began, 1)


@contextmanager
def _small_disk(folder: Path) -> Iterator[Path]:
    if not sys.platform.startswith("linux") or os.geteuid() != 0:
        raise NotHereError("a small disk is made by root on Linux alone")
    folder.mkdir(exist_ok=True)
    made = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={_SIZE}", "tmpfs", str(folder)],
        capture_output=True,
        text=True,
        check=False,
    )
    if made.returncode:
        raise NotHereError(f"no small disk can be mounted here: {made.stderr.strip()}")
    try:
        yield folder
    finally:
        # The server has only just ended: its files are closed a moment later.
        deadline = time.monotonic() + 30
        while subprocess.run(["umount", str(folder)], capture_output=True, check=False).returncode:
            if time.monotonic() > deadline:
                subprocess.run(["umount", "-l", str(folder)], check=False)
                break
            time.sleep(0.2)


def _fill(filler: Path, left: int) -> None:
    """Leave so many bytes free."""
    with filler.open("wb") as file:
        os.posix_fallocate(file.fileno(), 0, max(shutil.disk_usage(filler.parent).free - left, 1))
