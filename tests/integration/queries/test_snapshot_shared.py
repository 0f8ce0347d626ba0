"""The graph in memory that many threads ask: read once for all, and never half an edition."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import date

import pytest

from kg.database.connection import Connection
from kg.queries import choose
from kg.queries.choose import snapshot_engine
from kg.queries.snapshot.store import Taken, snapshot_of
from kg.testing import small_graph

TODAY = date(2026, 6, 1)

_UNDER_WAY = """\
MATCH (l:Load {scope: 'small-twins'})
SET l.complete = false, l.attempt_status = l.attempt_status + 'running', l.attempt_started = l.attempt_started + '2026-06-01',
    l.attempt_finished = l.attempt_finished + ''"""
_FINISHED = "MATCH (l:Load {scope: 'small-twins'}) SET l.complete = true, l.attempt_status = l.attempt_status[..-1] + 'complete'"


@pytest.fixture
def ready(database: Connection) -> Connection:
    small_graph(database)
    return database


def test_while_a_load_is_under_way_the_graph_before_it_answers(ready: Connection) -> None:
    before = snapshot_engine(ready, TODAY)
    ready.run_write(_UNDER_WAY)
    ready.run_write("MATCH (:City)-[t:TWINNED_WITH]->() WITH t LIMIT 1 DELETE t")
    assert snapshot_engine(ready, TODAY) is before
    ready.run_write(_FINISHED)
    assert snapshot_engine(ready, TODAY) is not before


def test_after_one_more_change_beside_a_broken_off_load_it_is_read_again(ready: Connection) -> None:
    before = snapshot_engine(ready, TODAY)
    ready.run_write(_UNDER_WAY)
    ready.run_write(
        "CREATE (:Load {id: 'x', scope: 'x', sequence: 99, complete: true, attempt_status: ['complete'], "
        "attempt_started: ['2026'], attempt_finished: ['2026']})"
    )
    assert snapshot_engine(ready, TODAY) is not before


def test_of_many_threads_one_reads_the_graph(ready: Connection, monkeypatch: pytest.MonkeyPatch) -> None:
    readings = []
    together = threading.Barrier(8)

    def reading(connection: Connection) -> Taken:
        readings.append(threading.get_ident())
        return snapshot_of(connection)

    def ask(_: int) -> object:
        together.wait()
        return snapshot_engine(ready, TODAY).world

    monkeypatch.setattr(choose, "snapshot_of", reading)
    with ThreadPoolExecutor(8) as threads:
        found = list(threads.map(ask, range(8)))
    assert len(found) == 8
    # Who asks after a reading has begun may wait for one more.
    assert len(readings) <= 2
