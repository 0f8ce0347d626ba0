"""What the tests of hostile texts share: the small graph by way of a proxy that hears, and what is asked of what it heard."""

from __future__ import annotations

import itertools
import os
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest
from click.testing import CliRunner

from kg.cli import root
from kg.database import opening
from kg.database.connection import Connection
from kg.database.driver_connection import DriverConnection
from kg.database.opening import open_connection
from kg.errors import KgError
from kg.testing import small_graph
from tests.integration.bolt import Statement
from tests.integration.conftest import Address
from tests.integration.hostile import ALL, MARK, PAYLOADS
from tests.integration.proxy import Proxy

#: Payloads that each argument gets one by one.
EACH = len(PAYLOADS) if os.environ.get("KG_TEST_EVERY_PAYLOAD") == "1" else 2
turn = itertools.cycle(PAYLOADS)

#: Values of required arguments, so that the payload in another is got to; by their names.
VALID = {
    **dict.fromkeys(("place", "start", "lead", "name", "subject", "first", "around"), "Riga"),
    **dict.fromkeys(("end", "candidate", "second"), "Helsinki"),
    "other": "Espoo",
    "theme": "Energy transition and efficient buildings",
    "rule": "interreg-europe",
    "size": "5",
    "key": "geonames:456172",
    "networks": "Eurocities",
    "number": "1",
    "reason": "Because.",
    "by": "Anna",
    "answer": "unsure",
    "verb": "seek",
    "status": "met",
    "partners": "",
    "person": "own:small.anna",
    "id_": "own:small.anna",
    "path": "graph.kgbackup",
    "folder": "snapshot",
}
#: By the name of a command, where its arguments are others.
OWN: dict[str, dict[str, str]] = {
    "kg report run": {"name": "network-members"},
    "kg picture map": {"name": "Eurocities"},
    "kg seek add": {"note": "A note."},
    # What becomes one is not needed by others.
    "kg merge": {"first": "Kalda", "second": "Tartu"},
    "kg review yes": {"subject": "Kalda", "candidate": "Tartu"},
    "merge": {"first": "Kalda", "second": "Tartu"},
    "report": {"name": "network-members"},
}


class Shared(DriverConnection):
    """One that is opened once for all commands."""

    def close(self) -> None:
        """Do nothing."""


@pytest.fixture(scope="module")
def graph(address: Address, connection: Connection, proxy: Proxy) -> Iterator[Shared]:
    """The small graph, by way of the proxy."""
    connection.run_schema("MATCH (n) CALL (n) { DETACH DELETE n } IN TRANSACTIONS")
    small_graph(connection)
    uri = f"bolt://127.0.0.1:{proxy.port}"
    with open_connection(uri, address.username, address.password, address.database) as opened:
        yield Shared(opened.driver, address.database, place=uri, owned=False)


@pytest.fixture
def kg_environment_through_proxy(address: Address, proxy: Proxy, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {**address.environment, "NEO4J_URI": f"bolt://127.0.0.1:{proxy.port}"}.items():
        monkeypatch.setenv(name, value)


@pytest.fixture
def kg_through_proxy(
    graph: Shared,
    heard: list[Statement],
    kg_environment_through_proxy: None,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> list[Statement]:
    """Commands use the connection that is open; what they send is heard."""
    monkeypatch.setattr(opening, "_open", lambda *_, **__: graph)
    monkeypatch.chdir(tmp_path)
    heard.clear()
    return heard


def some(many: bool = True) -> list[str]:
    """All payloads as one, and some one by one."""
    return [ALL, *itertools.islice(turn, EACH if many else 0)]


def assert_in_no_statement(heard: Sequence[Statement], of: str) -> None:
    wrong = [one.text for one in heard if MARK in one.text.casefold()]
    assert not wrong, f"{of} got into a statement: {wrong[0][:300]}"


def run(arguments: Sequence[str]) -> None:
    """Run a command; whether it refuses what it is given does not matter, but it must not fall over."""
    result = CliRunner().invoke(root, list(arguments))
    if result.exception is not None and not isinstance(result.exception, KgError | SystemExit):
        raise AssertionError(f"kg {arguments} fell over") from result.exception
