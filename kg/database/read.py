"""The one way in which queries read."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from kg.database.connection import Connection


def read(
    connection: Connection, cypher: str, parameters: Mapping[str, Any] | None = None, *, timeout: float = 60
) -> list[dict[str, Any]]:
    """Run one statement in READ mode on the connection's database and return its rows.

    Args:
        connection: from ``open_connection``.
        cypher: a named constant or generated from the schema; never made from a user's text.
        parameters: where a user's text goes.
        timeout: seconds after which the server ends the query.

    Raises:
        KgError: the query took longer, or the connection was lost.
        neo4j.exceptions.ClientError: the statement is wrong, or it would write.
    """
    return connection.run_read(cypher, parameters, timeout)
