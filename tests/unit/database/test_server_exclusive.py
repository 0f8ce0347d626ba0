"""One process at a time, tried with processes."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from kg.database.server.exclusive import only_one
from kg.errors import KgError

HOLD = """
import sys
from pathlib import Path
from kg.database.server.exclusive import only_one
with only_one(Path(sys.argv[1]), 10):
    print("held", flush=True)
    sys.stdin.read()
"""


def _holder(path: Path) -> subprocess.Popen[str]:
    holder = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert holder.stdout is not None
    assert holder.stdout.readline() == "held\n"
    return holder


def test_another_process_that_holds_it_is_waited_for_and_named(tmp_path: Path) -> None:
    path, waits = tmp_path / "lock", []
    with _holder(path) as holder:
        with pytest.raises(KgError, match="Another kg process"), only_one(path, 0, lambda: waits.append(1)):
            pytest.fail("two at a time")
        holder.communicate()
    assert waits == [1]
    with only_one(path, 0):
        pass


def test_a_killed_holder_holds_nothing(tmp_path: Path) -> None:
    path = tmp_path / "lock"
    with _holder(path) as holder:
        holder.kill()
        holder.communicate()
        with only_one(path, 5):
            pass


def test_it_is_free_again_after_an_error(tmp_path: Path) -> None:
    path = tmp_path / "lock"
    with pytest.raises(RuntimeError, match="inside"), only_one(path, 0):
        raise RuntimeError("inside")
    with only_one(path, 0):
        pass
