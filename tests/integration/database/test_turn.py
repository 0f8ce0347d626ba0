"""The turn to write: what happens when it is lost without its holder's knowing."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit

import pytest

from kg.database.connection import Connection
from kg.database.opening import open_connection
from kg.database.schema import apply_schema
from kg.database.turn import turn
from kg.errors import KgError
from tests.integration.conftest import Address
from tests.integration.proxy import Fail, Proxy

_NOTE = "CREATE (:Note)"
_LEFT = "MATCH (n) RETURN labels(n)[0] AS label, count(n) AS number"


@contextmanager
def through_proxy(address: Address, fail: Fail = lambda _: None) -> Iterator[tuple[Proxy, Connection]]:
    """A connection over a line of which single connections can be cut, and statements be refused."""
    parts = urlsplit(address.uri)
    with (
        Proxy((parts.hostname or "localhost", parts.port or 7687), fail=fail) as proxy,
        open_connection(
            f"bolt://127.0.0.1:{proxy.port}", address.username, address.password, address.database
        ) as connection,
    ):
        yield proxy, connection


def test_who_lost_the_turn_to_another_writes_nothing_more(database: Connection, address: Address) -> None:
    apply_schema(database)
    with through_proxy(address) as (proxy, connection), turn(connection) as first:
        first.run_write(_NOTE)
        assert proxy.cut_where(b"turn:Load") == 1
        with turn(database) as second:
            with pytest.raises(KgError, match="another kg has it now: nothing more was written"):
                first.run_write(_NOTE)
            second.run_write(_NOTE)
    assert database.run_read(_LEFT) == [{"label": "Note", "number": 2}]


def test_a_turn_that_nobody_took_is_still_ones_own(database: Connection, address: Address) -> None:
    apply_schema(database)
    with through_proxy(address) as (proxy, connection), turn(connection) as first:
        assert proxy.cut_where(b"turn:Load") == 1
        first.run_write(_NOTE)
    assert database.run_read(_LEFT) == [{"label": "Note", "number": 1}]


def test_what_a_killed_holder_signed_is_signed_by_the_next(database: Connection) -> None:
    apply_schema(database)
    database.run_write("CREATE (:Turn {id: 'turn', holder: 'dead'})")
    with turn(database) as mine:
        mine.run_write(_NOTE)
    assert database.run_read(_LEFT) == [{"label": "Note", "number": 1}]


def test_handing_it_back_is_tried_once_for_the_next_can_do_without(database: Connection, address: Address) -> None:
    apply_schema(database)
    refused = []

    def fail(statement: bytes) -> str | None:
        if b"DELETE t" not in statement or b"$holder" not in statement:
            return None
        refused.append(statement)
        return "Neo.TransientError.General.DatabaseUnavailable"

    with through_proxy(address, fail) as (_, connection), turn(connection) as mine:
        mine.run_write(_NOTE)
    assert len(refused) == 1
    with turn(database) as mine:
        mine.run_write(_NOTE)
