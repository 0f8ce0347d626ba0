"""The session's Neo4j, when testcontainers starts it; only by ``make test-containers``."""

from __future__ import annotations

import os

import pytest

from kg.database.connection import Connection
from kg.database.opening import open_connection
from kg.database.read import read
from kg.errors import KgError

from .conftest import Address

pytestmark = [
    pytest.mark.containers,
    pytest.mark.skipif(os.environ.get("KG_TEST_CONTAINERS") != "1", reason="KG_TEST_CONTAINERS is not 1"),
]


def test_a_container_is_a_database_like_any_other(database: Connection) -> None:
    assert database.server_version().startswith("5.26.")
    database.run_write("CREATE (:City {name: $name})", {"name": "Rīga"})
    assert read(database, "MATCH (n:City) RETURN n.name AS name") == [{"name": "Rīga"}]


def test_the_password_that_the_container_was_given_is_asked_for(address: Address) -> None:
    with pytest.raises(KgError, match="does not accept this user and password"):
        open_connection(address.uri, address.username, "not the one")
