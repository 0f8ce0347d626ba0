"""Work in several processes gives what it gives in one."""

from __future__ import annotations

import os
import signal
import sys

import pytest

from kg.errors import KgError
from kg.queries.evaluation.processes import at_once

_LINUX = pytest.mark.skipif(sys.platform != "linux", reason="elsewhere all is done in one process")


@pytest.mark.parametrize("processes", [1, 2])
def test_what_is_found_comes_in_order(processes: int) -> None:
    kept = [3, 1, 2]
    assert at_once(lambda at: 10 * kept[at], len(kept), processes) == [30, 10, 20]


@_LINUX
def test_each_process_is_another() -> None:
    assert os.getpid() not in at_once(lambda _: os.getpid(), 2, 2)


def test_an_error_is_the_one_that_was_raised() -> None:
    def work(at: int) -> int:
        raise KgError(f"piece {at}")

    with pytest.raises(KgError, match="piece 0"):
        at_once(work, 2, 2)


@_LINUX
def test_a_process_that_was_ended_from_outside_is_said() -> None:
    def work(at: int) -> int:
        if at:
            os.kill(os.getpid(), signal.SIGKILL)
        return at

    with pytest.raises(KgError, match="--processes 1"):
        at_once(work, 2, 2)
