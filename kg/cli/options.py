"""Options that several commands share."""

from __future__ import annotations

import getpass
import sys
import tempfile
from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import Any, ParamSpec, TypeVar

import click

from kg.errors import KgError

P = ParamSpec("P")
R = TypeVar("R")


def check_writable(file: Path, option: str) -> None:
    """Refuse a file that is sure not to be written, before a database is asked anything.

    Raises:
        KgError: The name is empty, the file cannot be changed, or there is no such folder or nothing can be made in it.
    """
    if not file.name:
        raise KgError(f"{option} is empty: name a file.")
    if not file.parent.is_dir():
        raise KgError(f"{option} {file} cannot be written: there is no folder {file.parent}. Name another file.")
    if file.exists() and not file.is_file():
        return
    # Permissions alone do not say it: nobody, whatever they are allowed, can make or change a file in /proc.
    if file.exists():
        try:
            file.open("ab").close()
        except OSError as error:
            raise KgError(f"{option} {file} cannot be written: {error.strerror}. Name another file.") from error
        return
    try:
        with tempfile.TemporaryFile(dir=file.parent):
            pass
    except OSError as error:
        raise KgError(
            f"{option} {file} cannot be written: no file can be made in {file.parent} ({error.strerror}). Name another file."
        ) from error


def by_option(command: Callable[..., R]) -> Callable[..., R]:
    """Add ``--by``; :func:`person` says who it is when it is not given."""
    return click.option(
        "--by", metavar="NAME", help="Who says so (else KG_USER, else the name of this account).", envvar="KG_USER"
    )(command)


def person(by: str | None) -> str:
    """Return who states something: who is named, else the name of this account.

    Raises:
        KgError: This account has no name.
    """
    try:
        return by or getpass.getuser()
    except (KeyError, OSError) as error:
        raise KgError("this account has no name: say who states it with --by NAME or KG_USER") from error


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
            # Imported here: most commands on files need nothing of the database's.
            from kg.database.passwords import Password, read_password_file

            if str(password_file) == "-":
                password = Password(sys.stdin.readline().rstrip("\r\n"))
            else:
                password = read_password_file(password_file)
        connect = {"uri": uri, "username": username, "password": password, "database": database}
        return command(*args, connect=connect, **kwargs)

    return with_connection
