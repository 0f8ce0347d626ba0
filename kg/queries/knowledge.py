"""What recommendations ask of a graph, whether a database holds it or none does."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Protocol

from kg.database.connection import Connection
from kg.database.read import read
from kg.queries.choose import EngineName, choose_engine
from kg.queries.engines import Engine
from kg.queries.evidence import FactDetail, Link, facts
from kg.queries.filters import Wanted, fulfilling
from kg.queries.names import NamesInMemory
from kg.queries.provenance import data_of
from kg.queries.results import Data

_COUNT_PLACES = """\
MATCH (n:City) RETURN count(n) AS places
UNION ALL
MATCH (n:Region) RETURN count(n) AS places"""


class Knowledge(Protocol):
    """A graph that can be asked; there are two, :class:`InDatabase` and :class:`kg.offline.Offline`."""

    @property
    def names(self) -> Connection | NamesInMemory:
        """Where ids and names are looked up."""

    @property
    def read_from(self) -> str | None:
        """What was read instead of a database, in words; None when a database answers."""

    def engine_of(self, engine: EngineName, as_of: date) -> Engine:
        """Return what finds the surroundings of places as of a date."""

    def fulfilling(self, wanted: Wanted, as_of: date) -> list[str]:
        """Return the ids of all cities and regions that fulfil what is asked for, ascending."""

    def count_places(self) -> int:
        """Return how many cities and regions there are."""

    def facts(self, links: Iterable[Link]) -> dict[str, FactDetail]:
        """Return these facts, by key."""

    def data(self, details: Mapping[str, FactDetail], as_of: date) -> Data:
        """Return what an answer with these facts rests on."""


@dataclass(frozen=True, slots=True)
class InDatabase:
    """The graph of a database."""

    connection: Connection

    @property
    def names(self) -> Connection:
        """Where ids and names are looked up."""
        return self.connection

    @property
    def read_from(self) -> None:
        """Nothing else than the database."""
        return None

    def engine_of(self, engine: EngineName, as_of: date) -> Engine:
        """Return the engine of this name as of a date."""
        return choose_engine(self.connection, engine, as_of)

    def fulfilling(self, wanted: Wanted, as_of: date) -> list[str]:
        """Return the ids of all cities and regions that fulfil what is asked for, ascending."""
        return fulfilling(self.connection, wanted, as_of)

    def count_places(self) -> int:
        """Return how many cities and regions there are."""
        return sum(row["places"] for row in read(self.connection, _COUNT_PLACES))

    def facts(self, links: Iterable[Link]) -> dict[str, FactDetail]:
        """Return these facts, by key."""
        return facts(self.connection, links)

    def data(self, details: Mapping[str, FactDetail], as_of: date) -> Data:
        """Return what an answer with these facts rests on."""
        return data_of(self.connection, details, as_of)


def knowledge_of(where: Connection | Knowledge) -> Knowledge:
    """Return the graph of a database, or the graph itself."""
    return InDatabase(where) if isinstance(where, Connection) else where
