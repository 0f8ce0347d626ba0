"""Recognising and ending a server process, tried with small processes in its place."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from kg.database.server import process
from kg.database.server.home import Home, ServerState, write_state
from kg.database.server.running import running
from kg.database.server.stopping import stop

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


def test_the_last_lines_of_a_long_file_are_the_last(tmp_path: Path) -> None:
    path = tmp_path / "log"
    path.write_text("".join(f"line {number}\n" for number in range(10_000)))
    assert process.last_lines(path, 2) == ["line 9998", "line 9999"]
    assert process.last_lines(tmp_path / "absent", 2) == []
