"""What a cluster or a bad line does to a client: routing, connections that are cut, and errors that pass."""

from __future__ import annotations

import itertools
import random
from urllib.parse import urlsplit

import neo4j
import pytest

from kg.database.connection import Connection
from kg.database.digest import Digest, digest
from kg.database.driver_errors import BrokenDatabaseError, BusyError
from kg.database.opening import open_connection
from kg.database.schema import apply_schema
from kg.errors import KgError
from kg.loaders.loading import load
from kg.loaders.starter import Starter
from kg.queries.recommend import recommend
from tests.integration.conftest import Address
from tests.integration.proxy import Proxy

PASSING = "Neo.TransientError.Transaction.DeadlockDetected"


def target(address: Address) -> tuple[str, int]:
    parts = urlsplit(address.uri)
    return parts.hostname or "localhost", parts.port or 7687


def through(proxy: Proxy, address: Address, scheme: str = "neo4j") -> Connection:
    return open_connection(f"{scheme}://localhost:{proxy.port}", address.username, address.password, address.database)


@pytest.fixture(scope="module")
def undisturbed(connection: Connection) -> Digest:
    """What the starter amounts to when nothing disturbs its load."""
    connection.run_write("MATCH (n) DETACH DELETE n")
    apply_schema(connection)
    load(connection, Starter())
    return digest(connection)


def test_routing_leads_to_the_server_that_is_asked(address: Address) -> None:
    with Proxy(target(address)) as proxy, through(proxy, address) as routed:
        assert routed.driver.get_server_info().address[1] == proxy.port
        assert routed.run_read("RETURN 1 AS one") == [{"one": 1}]


def test_a_load_by_routing_ends_where_one_without_does(
    undisturbed: Digest, database: Connection, address: Address
) -> None:
    with Proxy(target(address)) as proxy, through(proxy, address) as routed:
        load(routed, Starter())
        assert recommend(routed, "Riga").recommendations
    assert digest(database) == undisturbed


def test_a_read_waits_for_the_writes_before_it_wherever_it_is_read(database: Connection, address: Address) -> None:
    with Proxy(target(address)) as proxy, through(proxy, address) as routed:
        # A reader is sent to a follower with these, which answers when it is as far.
        before = set(routed.driver.execute_query_bookmark_manager.get_bookmarks())
        routed.run_write("CREATE (:City {id: 'own:x'})")
        after = set(routed.driver.execute_query_bookmark_manager.get_bookmarks())
        assert after
        assert after != before
        assert routed.run_read("MATCH (n:City) RETURN n.id AS id") == [{"id": "own:x"}]


def test_what_only_reads_goes_on_when_connections_are_cut(database: Connection, address: Address) -> None:
    with Proxy(target(address)) as proxy, through(proxy, address) as routed:
        for _ in range(3):
            proxy.cut()
            assert routed.run_read("RETURN 1 AS one") == [{"one": 1}]
        proxy.cut()
        assert routed.explain("RETURN 1").type == "r"
        assert proxy.cuts == 4


@pytest.mark.parametrize("seed", range(2))
def test_a_load_over_a_line_that_is_cut_loses_and_doubles_nothing(
    undisturbed: Digest, database: Connection, address: Address, seed: int
) -> None:
    draw = random.Random(seed)
    cuts = [draw.randrange(2_000, 400_000) for _ in range(3)]
    with Proxy(target(address), cut_after=cuts) as proxy, through(proxy, address) as routed:
        for _ in range(4):
            try:
                load(routed, Starter())
                break
            except KgError as error:
                # Cut while it was told to commit, nobody but the server knows whether it did.
                assert "try again" in str(error)  # noqa: PT017
        assert proxy.cuts
        assert digest(database) == undisturbed


def test_errors_that_pass_are_not_seen(undisturbed: Digest, database: Connection, address: Address) -> None:
    writes = itertools.count()

    def some_writes(statement: bytes) -> str | None:
        return PASSING if b"UNWIND $rows" in statement and next(writes) in (0, 3, 4, 7) else None

    with (
        Proxy(target(address), fail=some_writes) as proxy,
        through(proxy, address, "bolt") as connection,
    ):
        load(connection, Starter())
        assert proxy.failures == 4
    assert digest(database) == undisturbed


def test_a_database_that_has_stopped_is_told(database: Connection, address: Address) -> None:
    failing: list[int] = []
    stopped = "Neo.DatabaseError.Transaction.TransactionStartFailed"
    with (
        Proxy(target(address), fail=lambda statement: stopped if failing else None) as proxy,
        through(proxy, address, "bolt") as connection,
    ):
        failing.append(1)
        with pytest.raises(BrokenDatabaseError, match="has stopped, as when its disk is full"):
            connection.run_write("CREATE (:City {id: 'own:x'})")


def test_an_error_that_does_not_pass_is_told(database: Connection, address: Address) -> None:
    failing: list[int] = []
    with (
        Proxy(target(address), fail=lambda statement: PASSING if failing else None) as proxy,
        neo4j.GraphDatabase.driver(
            f"bolt://localhost:{proxy.port}", auth=(address.username, address.password), max_transaction_retry_time=1
        ) as driver,
        open_connection(driver=driver, database=address.database) as connection,
    ):
        failing.append(1)
        with pytest.raises(BusyError, match="could not do this now: try again"):
            connection.run_write("CREATE (:City {id: 'own:x'})")
        assert proxy.failures > 1, "it was tried again"
    assert database.run_read("MATCH (n) RETURN count(n) AS n") == [{"n": 0}]
