"""A server that gives a transaction next to no memory: a load cuts its transactions until they fit."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from kg.database.connection import Connection
from kg.database.digest import digest
from kg.database.driver_errors import MemoryLimitError
from kg.database.opening import open_connection
from kg.database.schema import apply_schema
from kg.database.server import Quiet, configuration, ensure_running, home_of, stop
from kg.loaders.loading import load
from kg.loaders.starter import Starter
from tests.integration.conftest import local_settings


def test_a_load_makes_do_with_the_memory_that_a_transaction_gets(
    database: Connection, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    apply_schema(database)
    load(database, Starter())
    memory = configuration.size_memory(configuration.machine_memory())
    monkeypatch.setattr(configuration, "size_memory", lambda machine: replace(memory, transaction=MEBIBYTES))
    settings = local_settings(tmp_path)
    server = ensure_running(settings, Quiet(), new_ports=True)
    try:
        with open_connection(server.uri, server.username, server.password, server.database) as connection:
            with pytest.raises(MemoryLimitError, match="memory"):
                connection.run_write("UNWIND range(1, 200000) AS x CREATE (:Large {text: toString(x) + 'abcdefgh'})")
            apply_schema(connection)
            load(connection, Starter())
            assert digest(connection) == digest(database)
    finally:
        stop(home_of(settings))


#: For one transaction: less than the starter's nodes need in one.
MEBIBYTES = 4
