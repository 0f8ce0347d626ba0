"""Loads that are killed, and a server that is killed under one: the next load ends where an undisturbed one does."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import pytest

from kg.database.connection import Connection
from kg.database.digest import Digest, digest
from kg.database.loads import loaded_sources
from kg.database.opening import open_connection
from kg.database.schema import apply_schema, check_schema
from kg.database.server import Home, ServerInfo, ensure_running, home_of, running, stop
from kg.database.server.home import read_state
from kg.database.server.progress import Quiet
from kg.database.settings import Settings
from kg.editing.undo import undo
from kg.loaders.base import Row
from kg.loaders.loading import load
from kg.loaders.starter import Starter

KG = (sys.executable, "-c", "from kg.cli import main; main()")
EMPTY = "MATCH (n) DETACH DELETE n"

StartLoad = Callable[[], subprocess.Popen[bytes]]


@pytest.fixture(scope="module")
def undisturbed(connection: Connection) -> Digest:
    """What the starter amounts to when nothing disturbs its load."""
    connection.run_write(EMPTY)
    apply_schema(connection)
    load(connection, Starter())
    return digest(connection)


@pytest.fixture
def start_load() -> Iterator[StartLoad]:
    """Start a load as a process of its own; none outlives the test, however that ends."""
    with ExitStack() as started:

        def start() -> subprocess.Popen[bytes]:
            command = [*KG, "load", "starter"]
            process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
            started.enter_context(process)
            started.callback(process.kill)
            return process

        yield start


def finish_load() -> None:
    done = subprocess.run([*KG, "load", "starter"], capture_output=True, text=True, check=False, timeout=300)
    assert done.returncode == 0, done.stderr


def wait_until_written(connection: Connection, least: int, process: subprocess.Popen[bytes]) -> None:
    """Return when at least so many nodes and facts are stored, or when the load has ended."""
    count = "MATCH (n) OPTIONAL MATCH (n)-[r]->() RETURN count(DISTINCT n) + count(r) AS n"
    while connection.run_read(count)[0]["n"] < least:
        try:
            process.wait(timeout=0.1)
        except subprocess.TimeoutExpired:
            continue
        return


def test_a_load_killed_at_any_point_is_finished_by_the_next(
    undisturbed: Digest, database: Connection, kg_environment: dict[str, str], start_load: StartLoad
) -> None:
    total = undisturbed.nodes + undisturbed.facts
    chance = random.Random(7)  # not a secret: the same points in every run
    for least in sorted(chance.randint(1, total) for _ in range(3)):
        process = start_load()
        wait_until_written(database, least, process)
        process.kill()
        process.communicate()
    finish_load()
    assert digest(database) == undisturbed


def test_a_load_killed_before_it_wrote_anything_is_repeated(
    database: Connection, kg_environment: dict[str, str], start_load: StartLoad
) -> None:
    apply_schema(database)
    process = start_load()
    process.kill()
    process.communicate()
    finish_load()
    assert database.run_read("MATCH (l:Load) RETURN l.complete AS complete") == [{"complete": True}]


class Failing(Starter):
    """The starter on a disk that fails after some rows."""

    def extract(self) -> Iterable[Row]:
        for number, row in enumerate(super().extract()):
            if number == 500:
                raise OSError("the disk is gone")
            yield row


def test_a_loader_that_raises_midway_leaves_nothing(database: Connection) -> None:
    apply_schema(database)
    with pytest.raises(OSError, match="the disk is gone"):
        load(database, Failing())
    assert database.run_read("MATCH (n) RETURN count(n) AS n") == [{"n": 0}]


class Broken:
    """A connection that is lost after some transactions."""

    def __init__(self, connection: Connection, transactions: int) -> None:
        self._connection, self._left = connection, transactions

    def __getattr__(self, name: str) -> object:
        if name in ("write_many", "run_write"):
            self._left -= 1
            if self._left < 0:
                raise ConnectionError("lost")
        return getattr(self._connection, name)


def test_a_connection_lost_between_any_two_transactions_leaves_what_the_next_load_finishes(
    database: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    apply_schema(database)
    small = Starter(Path(__file__).parents[2] / "data" / "starter", "2020")
    monkeypatch.setattr("kg.database.stored.batches", _ones)
    load(database, small)
    undisturbed = digest(database)
    for transactions in range(0, 40, 3):
        database.run_write(EMPTY)
        try:
            load(Broken(database, transactions), small)  # type: ignore[arg-type]
        except ConnectionError:
            load(database, small)
        assert digest(database) == undisturbed, transactions


def test_the_record_says_of_each_attempt_how_it_ended(database: Connection) -> None:
    apply_schema(database)
    small = Starter(Path(__file__).parents[2] / "data" / "starter", "2020")
    attempts = "MATCH (l:Load) RETURN l.attempt_status AS status, [at IN l.attempt_finished | at <> ''] AS finished"
    with pytest.raises(ConnectionError):
        load(Broken(database, 4), small)  # type: ignore[arg-type]
    # Whether it is still under way, nobody can know before another has the turn.
    assert database.run_read(attempts) == [{"status": ["running"], "finished": [False]}]
    load(database, small)
    assert database.run_read(attempts) == [{"status": ["interrupted", "complete"], "finished": [False, True]}]


def test_an_undo_cut_off_between_any_two_transactions_is_finished_by_the_next(
    database: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    apply_schema(database)
    small = Starter(Path(__file__).parents[2] / "data" / "starter", "2020")
    monkeypatch.setattr("kg.database.stored.batches", _ones)
    empty = digest(database)
    for transactions in range(3, 30, 4):  # the first three take the turn, sign for it and say what is being done
        database.run_write(EMPTY)
        load(database, small)
        try:
            undo(Broken(database, transactions), "starter")  # type: ignore[arg-type]
        except ConnectionError:
            assert "(being undone)" in str(loaded_sources(database))
            undo(database, "starter")
        assert digest(database) == empty, transactions


def test_two_first_loads_at_once_take_turns(
    undisturbed: Digest, database: Connection, kg_environment: dict[str, str], start_load: StartLoad
) -> None:
    for item in database.run_read("SHOW CONSTRAINTS YIELD name"):
        database.run_schema(f"DROP CONSTRAINT {item['name']}")
    both = [start_load(), start_load()]
    errors = [process.communicate(timeout=300)[1].decode() for process in both]
    assert [process.returncode for process in both] == [0, 0], errors
    assert digest(database) == undisturbed
    assert check_schema(database) == []


def _ones(items: list[object], size: int = 1) -> Iterator[list[object]]:
    return (items[start : start + 1] for start in range(len(items)))


@dataclass(frozen=True)
class OwnServer:
    """A server that a test may kill."""

    home: Home
    info: ServerInfo
    settings: Settings

    def connect(self) -> Connection:
        return open_connection(settings=self.settings)

    def kill(self) -> None:
        state = read_state(self.home)
        assert state is not None
        os.kill(state.pid, signal.SIGKILL)
        # It is gone when another process may open the store; asked for so, it does not stay in the process table either.
        deadline = time.monotonic() + 30
        while running(self.home) is not None:
            assert time.monotonic() < deadline, f"process {state.pid} is still there"


@pytest.fixture
def own_server(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[OwnServer]:
    """A local server of this test alone, found by ``kg`` through ``KG_HOME``."""
    monkeypatch.setenv("KG_HOME", str(tmp_path / "home"))
    settings = Settings()
    home = home_of(settings)
    try:
        yield OwnServer(home, ensure_running(settings, Quiet()), settings)
    finally:
        stop(home)


def test_a_server_killed_under_a_load_comes_back_with_the_next(
    undisturbed: Digest, own_server: OwnServer, start_load: StartLoad
) -> None:
    with own_server.connect() as connection:
        apply_schema(connection)
        process = start_load()
        wait_until_written(connection, (undisturbed.nodes + undisturbed.facts) // 3, process)
    own_server.kill()
    _, errors = process.communicate(timeout=300)
    assert process.returncode in (0, 2), errors.decode()
    assert b"Traceback" not in errors
    finish_load()
    with own_server.connect() as connection:
        assert digest(connection) == undisturbed
