"""Whether the importer may take the place of what is in a database."""

from __future__ import annotations

from kg.database.connection import Connection
from kg.database.schema import foreign_names
from kg.errors import KgError

_NUMBER = "MATCH (n) RETURN count(n) AS number"


def check_empty(connection: Connection) -> None:
    """Refuse a database in which there is something, since the importer replaces all of it.

    Raises:
        KgError: There is.
    """
    (row,) = connection.run_read(_NUMBER, {})
    if row["number"]:
        raise KgError(
            f"--bulk loads into an empty database, and there are {row['number']:,} nodes in this one: load without --bulk, which "
            "adds to what is there and finishes a load that was cut off. To begin anew: kg server wipe"
        )
    if foreign := foreign_names(connection):
        raise KgError(
            f"--bulk would remove constraints or indexes that are not kg's: {', '.join(foreign)}. Load without --bulk, or drop them "
            "first and make them again afterwards"
        )
