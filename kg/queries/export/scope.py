"""Which part of the graph is meant: all of it, what is around a place, or networks with their members."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from kg.database.connection import Connection
from kg.database.read import read
from kg.errors import KgError, quoted
from kg.queries.entities import Entity, resolve
from kg.queries.members import NETWORKS
from kg.queries.paths import check_different, is_whole
from kg.queries.validity import keyed, parse_as_of, valid
from kg.schema.nodes import NODES
from kg.schema.relationships import FACTS

#: Steps from a place beyond which nearly everything is near.
MOST_STEPS = 6

#: Seconds for one statement.
TIMEOUT = 600.0

#: Ids from which one statement goes on.
_AT_ONCE = 2_000

_ANY_FACT = "|".join(FACTS)
_ANY_NODE = "|".join(NODES)

#: That a fact counts: a loader wrote it and, where a day is asked for, it is true on that day.
COUNTS = f"{keyed('f')} AND ($as_of IS NULL OR ({valid('f')}))"

_STEP = f"""\
UNWIND $ids AS id
MATCH (:Entity {{id: id}})-[f:{_ANY_FACT}]-(m:{_ANY_NODE})
WHERE m.id IS NOT NULL AND {COUNTS}
RETURN DISTINCT m.id AS id"""

_WITHIN = f"""\
UNWIND $ids AS id
MATCH (:Entity {{id: id}})<-[f:MEMBER_OF|PARTICIPATES_IN]-(m:{_ANY_NODE})
WHERE m.id IS NOT NULL AND {COUNTS}
RETURN DISTINCT m.id AS id"""


@dataclass(frozen=True, slots=True)
class Asked:
    """What was asked for, before names were looked up; see :func:`check_asked`."""

    around: str | None
    steps: int
    networks: tuple[str, ...]
    day: date | None


@dataclass(frozen=True, slots=True)
class Scope:
    """A part of the graph. ``ids`` are those of its nodes, sorted; ``None`` stands for all nodes. ``day``: as of when, if asked."""

    title: str
    entities: tuple[Entity, ...]
    day: date | None
    ids: tuple[str, ...] | None

    @property
    def as_of(self) -> str | None:
        """The day as statements take it."""
        return None if self.day is None else self.day.isoformat()


def check_asked(
    around: str | None = None,
    steps: int | None = None,
    networks: str | Sequence[str] = (),
    as_of: str | date | None = None,
) -> Asked:
    """Return what is asked for, as far as it can be checked without a database.

    Args:
        around: Anything in the graph, by name or id: what is so many steps from it.
        steps: So many facts away at most; one unless given.
        networks: Networks or projects, by name or id: these, their members, and the facts between all of them.
        as_of: Only facts that are true on this date; all that the graph has, ended ones too, unless given.

    Raises:
        KgError: An option makes no sense, or two exclude each other.
    """
    names = (networks,) if isinstance(networks, str) else tuple(networks)
    if around is not None and names:
        raise KgError("Give either around (--around) or networks (--network), not both.")
    if steps is not None and around is None:
        raise KgError("steps (--steps) counts from somewhere: give around (--around) too.")
    steps = 1 if steps is None else steps
    if not is_whole(steps) or not 1 <= steps <= MOST_STEPS:
        raise KgError(f"steps (--steps) must be a whole number between 1 and {MOST_STEPS}, not {quoted(steps)}.")
    return Asked(around, steps, names, None if as_of is None else parse_as_of(as_of))


def find_scope(connection: Connection, asked: Asked) -> Scope:
    """Return the part that is meant.

    Raises:
        KgError: A name is unknown or ambiguous, or one network is given twice.
    """
    on = "" if asked.day is None else f", as of {asked.day.isoformat()}"
    parameters = {"as_of": None if asked.day is None else asked.day.isoformat()}
    if asked.around is not None:
        middle = resolve(connection, asked.around)
        steps = "one step" if asked.steps == 1 else f"{asked.steps} steps"
        found = frontier = {middle.id}
        for _ in range(asked.steps):
            frontier = _further(connection, _STEP, frontier, parameters) - found
            found = found | frontier
        title = f"What is within {steps} of {middle.partner.title}{on}"
        return Scope(title, (middle,), asked.day, tuple(sorted(found)))
    if asked.networks:
        networks = [resolve(connection, name, NETWORKS) for name in asked.networks]
        for index, network in enumerate(networks):
            for other in networks[:index]:
                check_different(network, other)
        ids = {network.id for network in networks}
        names = ", ".join(network.name for network in networks)
        within = ids | _further(connection, _WITHIN, ids, parameters)
        return Scope(f"{names}, with all members{on}", tuple(networks), asked.day, tuple(sorted(within)))
    return Scope(f"The whole graph{on}", (), asked.day, None)


def _further(connection: Connection, statement: str, ids: set[str], parameters: dict[str, str | None]) -> set[str]:
    some = sorted(ids)
    return {
        row["id"]
        for at in range(0, len(some), _AT_ONCE)
        for row in read(connection, statement, {**parameters, "ids": some[at : at + _AT_ONCE]}, timeout=TIMEOUT)
    }
