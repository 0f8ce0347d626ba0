"""One process at a time: a lock on a file, which the system releases when its holder ends in whatever way."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from kg.database.server.disk import explain_disk_errors
from kg.errors import KgError

if sys.platform != "win32":  # where no local server runs, this module must still be importable
    import fcntl


@contextmanager
def only_one(path: Path, timeout: float, on_wait: Callable[[], None] = lambda: None) -> Iterator[None]:
    """Hold the lock on ``path``; wait for another holder at most ``timeout`` seconds, calling ``on_wait`` once.

    Raises:
        KgError: the other process still holds it after that time.
    """
    with explain_disk_errors(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        file = path.open("a")
    with file:
        deadline = time.monotonic() + timeout
        waited = False
        while not _try(file.fileno()):
            if not waited:
                on_wait()
                waited = True
            if time.monotonic() > deadline:
                raise KgError(
                    f"Another kg process has been holding {path} for more than {timeout:.0f} seconds: let it finish or "
                    "end it, then run the command again."
                )
            time.sleep(0.1)
        yield


def _try(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
