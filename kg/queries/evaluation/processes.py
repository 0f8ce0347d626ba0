"""Several pieces of work at once, each in a process of its own."""

from __future__ import annotations

import multiprocessing
import os
import signal
import sys
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from typing import Any, TypeVar

from kg.errors import KgError

Found = TypeVar("Found")

#: Each process may come to need as much memory as the first.
USUAL = min(2, os.cpu_count() or 1)

#: So many pieces for each process are asked for ahead.
_AHEAD = 4

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


def in_turn(work: Callable[[int], Found], number: int, processes: int = USUAL) -> Iterator[Found]:
    """Yield what :func:`at_once` gives, each as soon as it is there, for many short pieces of work.

    What is done ahead is little. A stop by the keyboard waits for the pieces that are being done, and for no other.

    Raises:
        KgError: A process was ended from outside, as happens where memory is short.
    """
    if min(number, processes) < 2 or sys.platform != "linux":
        yield from map(work, range(number))
        return
    fork = multiprocessing.get_context("fork")
    pool = ProcessPoolExecutor(min(number, processes), fork, initializer=_begin_quietly, initargs=(work,))
    try:
        ahead: deque[Future[Found]] = deque()
        for at in range(number):
            ahead.append(pool.submit(_one, at))
            if len(ahead) > _AHEAD * processes:
                yield ahead.popleft().result()
        while ahead:
            yield ahead.popleft().result()
    except BrokenProcessPool as error:
        raise KgError(
            "One of the processes that compute was ended from outside, perhaps since memory was short."
        ) from error
    finally:
        pool.shutdown(cancel_futures=True)


def _begin_quietly(work: Callable[[int], Any]) -> None:
    # The keyboard stops the process that asks, which then ends this one.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    _begin(work)


def _begin(work: Callable[[int], Any]) -> None:
    global _work  # noqa: PLW0603 - handed down by the copy of the process, since a closure cannot be pickled
    _work = work


def _one(at: int) -> Any:
    assert _work is not None
    return _work(at)
