"""Several pieces of work at once, each in a process of its own."""

from __future__ import annotations

import multiprocessing
import os
import sys
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from typing import Any, TypeVar

from kg.errors import KgError

Found = TypeVar("Found")

#: Each process may come to need as much memory as the first.
USUAL = min(2, os.cpu_count() or 1)

_work: Callable[[int], Any] | None = None


def at_once(work: Callable[[int], Found], number: int, processes: int = USUAL) -> list[Found]:
    """Return what some work gives for 0, 1, ... ``number - 1``, in this order.

    A process is a copy of this one with all that it has in memory, which Linux makes safely; elsewhere, and for one process or one
    piece of work, everything is done here, one after the other.

    Args:
        work: What to do; what it gives, or raises, must be such that it can be pickled.
        number: How many pieces there are.
        processes: In how many processes.

    Raises:
        KgError: A process was ended from outside, as happens where memory is short.
    """
    if min(number, processes) < 2 or sys.platform != "linux":
        return [work(at) for at in range(number)]
    fork = multiprocessing.get_context("fork")
    with ProcessPoolExecutor(min(number, processes), fork, initializer=_begin, initargs=(work,)) as pool:
        try:
            return list(pool.map(_one, range(number)))
        except BrokenProcessPool as error:
            raise KgError(
                "One of the processes that measure was ended from outside, perhaps since memory was short: ask for --processes 1."
            ) from error


def _begin(work: Callable[[int], Any]) -> None:
    global _work  # noqa: PLW0603 - handed down by the copy of the process, since a closure cannot be pickled
    _work = work


def _one(at: int) -> Any:
    assert _work is not None
    return _work(at)
