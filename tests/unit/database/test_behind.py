"""Writing behind: transactions in their order, none after one that failed, and errors where they are asked for."""

from __future__ import annotations

import threading

import pytest

from kg.database.behind import Behind, Job


class Recorder:
    """Keeps what it was given; it fails at one number, and can be held up."""

    def __init__(self, fails_at: int | None = None) -> None:
        self.written: list[int] = []
        self.free = threading.Event()
        self.free.set()
        self.begun = threading.Event()
        self._fails_at = fails_at

    def transaction(self, number: int) -> Job:
        return lambda: self._write(number)

    def _write(self, number: int) -> None:
        self.begun.set()
        self.free.wait()
        if number == self._fails_at:
            raise ConnectionError("lost")
        self.written.append(number)


def test_transactions_are_written_in_their_order() -> None:
    connection = Recorder()
    with Behind() as behind:
        for number in range(50):
            behind.send(connection.transaction(number))
    assert connection.written == list(range(50))


def test_what_was_sent_can_be_read_once_it_has_settled() -> None:
    connection = Recorder()
    with Behind() as behind:
        behind.send(connection.transaction(1))
        behind.settle()
        assert connection.written == [1]


@pytest.mark.parametrize("fails_at", [0, 1, 2, 4])
def test_nothing_is_written_after_what_failed(fails_at: int) -> None:
    connection = Recorder(fails_at)

    def write() -> None:
        with Behind() as behind:
            for number in range(5):
                behind.send(connection.transaction(number))

    with pytest.raises(ConnectionError, match="lost"):
        write()
    assert connection.written == list(range(fails_at))


def test_a_failure_is_raised_by_settling_too() -> None:
    def write() -> None:
        with Behind() as behind:
            behind.send(Recorder(0).transaction(0))
            behind.settle()
            raise AssertionError("it was not raised")

    with pytest.raises(ConnectionError, match="lost"):
        write()


def test_an_error_of_the_block_itself_lets_finish_what_is_under_way_and_drops_the_rest() -> None:
    connection = Recorder()
    connection.free.clear()

    def fail() -> None:
        with Behind() as behind:
            behind.send(connection.transaction(0))
            connection.begun.wait()
            behind.send(connection.transaction(1))
            threading.Timer(0.05, connection.free.set).start()
            raise ValueError("of the block")

    with pytest.raises(ValueError, match="of the block"):
        fail()
    assert connection.written == [0]


def test_no_thread_is_left() -> None:
    before = threading.active_count()
    with Behind() as behind:
        behind.send(Recorder().transaction(0))
    assert threading.active_count() == before
