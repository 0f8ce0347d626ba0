"""The way to the database: one small interface, by the Neo4j driver (``driver_connection``) or by py2neo (``py2neo_adapter``)."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Self

import neo4j
from neo4j.exceptions import ClientError

from kg.database.server import ServerInfo
from kg.errors import KgError

Parameters = Mapping[str, Any]
Rows = list[dict[str, Any]]

VERSION = "CALL dbms.components() YIELD name, versions WHERE name = 'Neo4j Kernel' RETURN versions[0] AS version"


@dataclass(frozen=True)
class Explained:
    """What the server would do for a statement: ``r`` or another type, the plan's root, and what it warns of.

    A plan is a dictionary with ``operatorType``, ``args`` and, where it has any, ``children``. ``warnings`` are pairs of a
    GQLSTATUS code and a sentence. ``columns`` are those of its rows, as far as they are known.
    """

    type: str
    plan: Mapping[str, Any]
    warnings: tuple[tuple[str, str], ...]
    columns: tuple[str, ...] = ()


@dataclass(frozen=True)
class Stream:
    """Rows as they come from the server, each a list of values in the order of ``names``."""

    names: list[str]
    rows: Iterator[Sequence[Any]]


class Connection(ABC):
    """An open database. Use it from as many threads as you like; close it once.

    Rows come back as dictionaries; maps, lists and scalars are Python's, points and dates the driver's.
    """

    #: What is raised for a statement that the server refuses as it is written.
    refusals: tuple[type[Exception], ...] = (ClientError,)

    def __init__(self, database: str | None) -> None:
        self._database = database

    @property
    def database(self) -> str | None:
        """The database's name; ``None`` is the server's default."""
        return self._database

    @property
    def server(self) -> ServerInfo | None:
        """The local server, where this connection goes to the one that kg runs; ``None`` where it goes elsewhere."""
        return None

    def reopen(self, server: ServerInfo) -> None:
        """Go to the local server, which was started anew, once more.

        Raises:
            KgError: this connection does not go to it.
        """
        raise KgError(f"This connection does not go to the local server of {server.home.folder}.")

    @property
    @abstractmethod
    def driver(self) -> neo4j.Driver:
        """The Neo4j driver, for Cypher of one's own.

        Raises:
            KgError: this connection goes through py2neo, which has none.
        """

    @abstractmethod
    def run_read(self, cypher: str, parameters: Parameters | None = None, timeout: float | None = 60) -> Rows:
        """One statement in READ mode, which refuses every write; tried again when the connection fails.

        Outside this package's database room, ``kg.database.read.read`` is the way to call it.
        """

    @abstractmethod
    def stream_read(
        self, cypher: str, parameters: Parameters | None = None, timeout: float | None = 60
    ) -> AbstractContextManager[Stream]:
        """One statement in READ mode, its rows one by one while the block runs; never tried again."""

    @abstractmethod
    def explain(
        self, cypher: str, parameters: Parameters | None = None, timeout: float | None = 60, *, warnings: bool = False
    ) -> Explained:
        """What the server would do for a statement, which is not run; with what it warns of, if asked for."""

    @abstractmethod
    def write_many(self, statements: Sequence[tuple[str, Parameters]], timeout: float | None = None) -> list[Rows]:
        """Several statements in one transaction: all of them or none; tried again after a deadlock or a lost connection.

        Returns:
            The rows of each statement, in order.
        """

    @abstractmethod
    def run_schema(self, cypher: str, parameters: Parameters | None = None) -> Rows:
        """One statement in a transaction of the server's own (constraints; ``CALL { ... } IN TRANSACTIONS``).

        It is never tried again, since the server may have done a part of it.
        """

    @abstractmethod
    def hold(self, cypher: str) -> AbstractContextManager[None]:
        """Run one statement in a transaction that stays open, with its locks, while the block runs, and is then rolled back."""

    @abstractmethod
    def server_version(self) -> str:
        """The version of the Neo4j that answers, asked once without trying again; empty when it is not Neo4j."""

    @abstractmethod
    def close(self) -> None:
        """Close what this connection opened; a driver or graph that was handed in stays open."""

    def run_write(self, cypher: str, parameters: Parameters | None = None, timeout: float | None = None) -> Rows:
        """One statement in a transaction; tried again after a deadlock or a lost connection."""
        return self.write_many([(cypher, parameters or {})], timeout)[0]

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def version_in(rows: Rows) -> str:
    """The version among the rows of ``VERSION``; empty when there is none."""
    return str(rows[0]["version"]) if rows else ""
