"""Recognising and ending a server process, tried with small processes in its place."""

from __future__ import annotations

import importlib
import itertools
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest

from kg.database.server import process, stopping
from kg.database.server.home import Home, ServerState, write_state
from kg.database.server.running import ServerInfo, running
from kg.database.server.stopping import stop
from kg.errors import KgError

#: The module, whose name the package has given to one of its functions.
starting = importlib.import_module("kg.database.server.running")

GENTLE = "print('up', flush=True); import signal; signal.pause()"
STUBBORN = "import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('up', flush=True); signal.pause()"


@pytest.fixture
def home(tmp_path: Path) -> Home:
    home = Home(tmp_path, "for the test", "5.26", tmp_path / "jars")
    home.logs.mkdir(parents=True)
    return home


@pytest.fixture
def started(home: Home) -> Iterator[list[int]]:
    """Process ids to be killed at the end, whatever happens."""
    pids: list[int] = []
    yield pids
    for pid in pids:
        if process.is_server_of(pid, home):
            os.kill(pid, 9)


def _spawn(home: Home, program: str, started: list[int]) -> int:
    pid = process.spawn(home, [sys.executable, "-c", program, f"--home-dir={home.server}", "--config-dir=x"])
    started.append(pid)
    while "up" not in process.last_lines(home.output, 1):
        assert process.is_server_of(pid, home) or not process.last_lines(home.output, 1)
    return pid


def test_a_server_is_recognised_by_its_home(home: Home, tmp_path: Path, started: list[int]) -> None:
    pid = _spawn(home, GENTLE, started)
    assert process.is_server_of(pid, home)
    assert not process.is_server_of(pid, Home(tmp_path / "other", "", "5.26", tmp_path))


def test_a_stranger_with_the_remembered_process_id_is_left_alone(home: Home) -> None:
    write_state(home, ServerState(os.getpid(), 7687, 7474, "5.26.30"))
    home.password_file.write_text("secret\n")
    home.password_file.chmod(0o600)
    assert running(home) is None
    assert stop(home) is False


def test_a_process_that_is_gone_is_not_running(home: Home) -> None:
    with subprocess.Popen([sys.executable, "-c", ""]) as gone:
        gone.wait()
    assert not process.is_server_of(gone.pid, home)
    assert not process.is_server_of(0, home)


def test_a_killed_child_is_not_running_before_anybody_asks_for_its_end(home: Home, started: list[int]) -> None:
    pid = _spawn(home, GENTLE, started)
    os.kill(pid, 9)
    os.waitid(os.P_PID, pid, os.WEXITED | os.WNOWAIT)
    assert not process.is_server_of(pid, home)


def test_a_server_is_a_session_of_its_own_and_has_no_neo4j_variables(
    home: Home, started: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NEO4J_PASSWORD", "correct horse")
    program = "import os; print([name for name in os.environ if name.startswith('NEO4J')]);" + GENTLE
    pid = _spawn(home, program, started)
    assert process.last_lines(home.output, 2) == ["[]", "up"]
    assert os.getsid(pid) == pid != os.getsid(0)


def test_ending_waits_until_it_has_ended(home: Home, started: list[int]) -> None:
    pid = _spawn(home, GENTLE, started)
    assert process.terminate(pid, home, timeout=10)
    assert not process.is_server_of(pid, home)


def test_ending_gives_up_on_a_process_that_will_not(home: Home, started: list[int]) -> None:
    pid = _spawn(home, STUBBORN, started)
    assert not process.terminate(pid, home, timeout=0)


def test_stop_ends_the_remembered_process_once(home: Home, started: list[int]) -> None:
    pid = _spawn(home, GENTLE, started)
    write_state(home, ServerState(pid, 7687, 7474, "5.26.30"))
    assert stop(home) is True
    assert stop(home) is False


def test_a_server_that_cannot_end_for_its_disk_is_full_is_killed(
    home: Home, started: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    pid = _spawn(home, STUBBORN, started)
    write_state(home, ServerState(pid, 7687, 7474, "5.26.30"))
    monkeypatch.setattr(stopping, "FULL_DISK_TIMEOUT", 0)
    monkeypatch.setattr("kg.database.server.disk.shutil.disk_usage", lambda _: SimpleNamespace(free=4_000_000))
    assert stop(home) is True
    assert not process.is_server_of(pid, home)
    assert stop(home) is False


def test_a_server_that_does_not_end_is_not_killed_where_there_is_room(
    home: Home, started: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    pid = _spawn(home, STUBBORN, started)
    write_state(home, ServerState(pid, 7687, 7474, "5.26.30"))
    monkeypatch.setattr(stopping, "FULL_DISK_TIMEOUT", 0)
    monkeypatch.setattr(stopping, "STOP_TIMEOUT", 0)
    with pytest.raises(KgError, match="still runs"):
        stop(home)
    assert process.is_server_of(pid, home)


def test_the_last_lines_of_a_long_file_are_the_last(tmp_path: Path) -> None:
    path = tmp_path / "log"
    path.write_text("".join(f"line {number}\n" for number in range(10_000)))
    assert process.last_lines(path, 2) == ["line 9998", "line 9999"]
    assert process.last_lines(tmp_path / "absent", 2) == []


def _waited_for(home: Home, pid: int) -> float:
    """Wait for a server that never answers, and return for how many seconds that was done."""
    info = ServerInfo(
        "bolt://localhost:1", "neo4j", "secret", "neo4j", "http://localhost:2", home, "5.26.30", pid, ready=False
    )
    began = time.monotonic()
    with pytest.raises(KgError, match="has not answered"):
        starting._wait_for(lambda: False, info)
    return time.monotonic() - began


def test_a_server_that_says_nothing_is_not_waited_for_for_long(
    home: Home, started: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(starting, "START_SILENCE", 0.3)
    assert _waited_for(home, _spawn(home, GENTLE, started)) < 30


def test_a_server_is_waited_for_as_long_as_its_logs_grow(
    home: Home, started: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    said = iter(range(20))  # more than it said before, so many times
    monkeypatch.setattr(starting, "START_SILENCE", 0.1)
    monkeypatch.setattr(starting.process, "written", lambda _: next(said, 20))
    # Each time it is asked for is a fifth of a second after the last.
    assert _waited_for(home, _spawn(home, GENTLE, started)) > 3


def test_a_server_that_talks_on_and_never_answers_is_given_up(
    home: Home, started: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    said = itertools.count()
    monkeypatch.setattr(starting, "START_TIMEOUT", 0.5)
    monkeypatch.setattr(starting.process, "written", lambda _: next(said))
    assert _waited_for(home, _spawn(home, GENTLE, started)) < 30


def test_what_a_server_has_written_is_all_of_its_logs(home: Home) -> None:
    assert process.written(home) == 0
    home.user_log.write_text("12345")
    home.debug_log.write_text("123")
    home.output.write_text("1")
    assert process.written(home) == 9
