"""Options that several commands share."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import Any, ParamSpec, TypeVar

import click

P = ParamSpec("P")
R = TypeVar("R")


def connection_options(command: Callable[..., R]) -> Callable[..., R]:
    """Add ``--uri --username --password-file --database``; the command gets them as one dictionary ``connect``.

    ``connect`` holds the keyword arguments of ``open_connection``. There is no ``--password``: what stands on a command
    line is in the process list and in the shell's history.
    """

    @click.option(
        "--uri", metavar="ADDRESS", help="Neo4j to use, bolt:// or neo4j:// (else NEO4J_URI, else the local one)."
    )
    @click.option("--username", metavar="NAME", help="User (else NEO4J_USERNAME, else neo4j).")
    @click.option(
        "--password-file",
        type=click.Path(exists=True, dir_okay=False, allow_dash=True, path_type=Path),
        help="File with the password, - for standard input (else NEO4J_PASSWORD).",
    )
    @click.option("--database", metavar="NAME", help="Database (else NEO4J_DATABASE, else the server's default).")
    @wraps(command)
    def with_connection(
        *args: Any,
        uri: str | None,
        username: str | None,
        password_file: Path | None,
        database: str | None,
        **kwargs: Any,
    ) -> R:
        password = None
        if password_file is not None:
            with click.open_file(str(password_file), encoding="utf-8") as file:
                password = file.readline().rstrip("\r\n")
        connect = {"uri": uri, "username": username, "password": password, "database": database}
        return command(*args, connect=connect, **kwargs)

    return with_connection
