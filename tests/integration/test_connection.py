"""Connecting to a real Neo4j, and each way in which that fails."""

from __future__ import annotations

from kg.database.connection import Connection
from kg.database.read import read


def test_written_rows_are_read_back(database: Connection) -> None:
    assert read(database, "MATCH (n) RETURN count(n) AS nodes") == [{"nodes": 0}]
    database.write_many([("CREATE (:City {name: $name})", {"name": "Rīga"}), ("CREATE (:City {name: 'Tartu'})", {})])
    assert read(database, "MATCH (n:City) RETURN n.name AS name ORDER BY name") == [{"name": "Rīga"}, {"name": "Tartu"}]
