"""How the graph stands, in a few numbers that are quick to ask for: whether it changed since they were taken.

Every way in which kg changes a graph (a load, a merge, a request, an answer of a review, and taking one of these back) is written
down as a Load: a new one, one more attempt of an old one, or one more that is undone. Nodes and facts that somebody made or removed
by hand show in their counts, which Neo4j keeps. What does not show is a value that was changed by hand, or as much removed as made
of one kind: then ``kg snapshot refresh`` is needed.
"""

from __future__ import annotations

import hashlib
import json
from time import monotonic, sleep
from typing import Any

from kg.database.connection import Connection
from kg.database.loads import UNDONE
from kg.database.read import read
from kg.schema.nodes import NODES
from kg.schema.relationships import FACTS

State = dict[str, Any]

# The attempts of all loads only ever become more, and between two of them so do the loads that are undone.
_LOADS = """\
CALL db.info() YIELD id AS database
CALL () {
    MATCH (l:Load)
    RETURN count(l) AS loads, sum(size(l.attempt_status)) AS attempts,
        count(CASE WHEN l.attempt_status[-1] = $undone THEN 1 END) AS undone,
        count(CASE WHEN NOT l.complete AND l.attempt_status[-1] <> $undone THEN 1 END) AS unfinished,
        count(l.ending) AS cleanups, sum(l.ending) AS ending,
        max(l.attempt_started[-1]) AS started, max(l.attempt_finished[-1]) AS finished
}
CALL () {
    OPTIONAL MATCH (l:Load)
    RETURN l.id AS latest ORDER BY l.sequence DESC, l.id LIMIT 1
}
RETURN database, loads, attempts, undone, unfinished, cleanups, ending, started, finished, latest"""

#: Seconds after which a clean-up of which nothing was stored counts as broken off, and between two looks at it.
_STANDSTILL = 5.0
_PAUSE = 0.1

#: Beside what the graph says: what each load changed of it.
_LABELS = (*NODES, "Change")

# Each is a number that the store keeps, whatever the size of the graph; with anything beside it in a RETURN, it would be counted.
_COUNTS = "\n".join(
    [
        *(f"CALL () {{ MATCH (n:{label}) RETURN count(n) AS {label} }}" for label in _LABELS),
        *(f"CALL () {{ MATCH ()-[f:{type_}]->() RETURN count(f) AS {type_} }}" for type_ in FACTS),
        f"RETURN {', '.join([*_LABELS, *FACTS])}",
    ]
)


def state_of(connection: Connection) -> State:
    """Return how the graph stands.

    Returns:
        What can be compared, and stored as JSON: the id of the database, how many loads, attempts, undone and unfinished loads
        there are, when the latest attempts began and finished, the load that came last, and how many nodes and facts of each kind.

    Raises:
        KgError: The connection was lost.
    """
    (counts,) = read(connection, _COUNTS)
    return {**loads_of(connection), "counts": counts}


def fingerprint(connection: Connection) -> str:
    """Return a text that differs whenever :func:`state_of` does.

    Raises:
        KgError: The connection was lost.
    """
    return hashlib.sha256(json.dumps(state_of(connection), sort_keys=True).encode()).hexdigest()


def loads_of(connection: Connection) -> State:
    """Return the part of :func:`state_of` that tells of loads: it is another as soon as one begins, ends or is taken back.

    Raises:
        KgError: The connection was lost.
    """
    (loads,) = read(connection, _LOADS, {"undone": UNDONE})
    return loads


def between_cleanups(connection: Connection, timeout: float) -> State:
    """Return what :func:`loads_of` does once no load is about to end what its edition lacks, as far as that can be waited for.

    A clean-up of many facts is several transactions, and between them half a network has ended. One that was broken off, of which
    nothing more comes, is not waited for.

    Args:
        connection: Where to ask.
        timeout: Seconds to wait at most.

    Raises:
        KgError: The connection was lost.
    """
    deadline = monotonic() + timeout
    loads, moved = loads_of(connection), monotonic()
    while loads["ending"] and monotonic() < min(deadline, moved + _STANDSTILL):
        sleep(_PAUSE)
        now = loads_of(connection)
        if now != loads:
            loads, moved = now, monotonic()
    return loads


def is_settled(state: State) -> bool:
    """Whether no load is under way or was broken off; while one is, the graph changes and these numbers do not show it."""
    return not state["unfinished"]
