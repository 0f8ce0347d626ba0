"""The graph out of which partnerships are held, and what is counted of what is left."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property

import numpy as np

from kg.queries.evaluation.cases import pool
from kg.queries.snapshot.graph import Snapshot
from kg.queries.snapshot.layers import Floats
from kg.queries.snapshot.tables import FactRow, Tables
from kg.queries.world import World


@dataclass(frozen=True)
class Graph:
    """A whole graph as of a date."""

    tables: Tables
    as_of: date

    @cached_property
    def snapshot(self) -> Snapshot:
        """All of it in memory."""
        return Snapshot.from_tables(self.tables, self.as_of)

    @cached_property
    def cities(self) -> frozenset[str]:
        """The ids of the cities that are compared."""
        return frozenset(self.snapshot.places.ids[at] for at in pool(self.snapshot))

    @cached_property
    def country(self) -> Mapping[str, str | None]:
        """The country of each place."""
        return {row.id: row.country for row in self.snapshot.places.rows}

    def facts(self, type_: str) -> Iterator[FactRow]:
        """Yield the facts of one type."""
        return (fact for fact in self.tables.facts if fact.type == type_)

    def without(self, keys: Iterable[str]) -> Tables:
        """Return the tables without the facts with these keys."""
        gone = frozenset(keys)
        return Tables(self.tables.nodes, [fact for fact in self.tables.facts if fact.key not in gone])


def world_of(tables: Tables, as_of: date) -> World:
    """Return the world of these tables: all counts are of what they hold and of nothing else."""
    return World.of(Snapshot.from_tables(tables, as_of))


def total_activity(snapshot: Snapshot) -> Floats:
    """Return how many networks, projects and twins each place has."""
    counts = snapshot.networks.held.counts + snapshot.projects.held.counts + snapshot.twins.counts
    return counts.astype(np.float64)
