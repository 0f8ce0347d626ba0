"""Of the nodes and facts of a scope what tells whether an edition says them again as they are: long columns of numbers."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from kg.database import stored
from kg.database.claim_store import Numbers, row_number
from kg.database.connection import Connection
from kg.database.driver_errors import TimedOutError
from kg.errors import KgError

#: How often a list that breaks off on its way is asked for.
_TRIES = 3

T = TypeVar("T")


class SkimmedNodes:
    """Ids of all nodes of a scope, and of each in 9 bytes what it says.

    Attributes:
        ids: The ids.
        said: Of each what :func:`mixed` makes of the row and the fingerprint of its first assertion.
        alone: Whether that is its only assertion: what holds several has no fingerprint that an edition could repeat.
    """

    def __init__(self, connection: Connection, scope: str) -> None:
        self.ids: list[str] = []
        said: list[NDArray[np.uint64]] = []
        alone: list[NDArray[np.bool_]] = []
        for some in stored.skim_nodes(connection, scope):
            rows = [row_number(some.label, *row) for row in zip(some.sources, some.rows, strict=True)]
            prints = np.asarray(some.fingerprints, np.int64).astype(np.uint64)
            said.append(mixed(np.asarray(rows, np.int64), prints))
            alone.append(np.asarray(some.sizes) == 1)
            self.ids += some.ids
        self.said = np.concatenate(said or [np.zeros(0, np.uint64)])
        self.alone = np.concatenate(alone or [np.zeros(0, bool)])


class SkimmedFacts:
    """Keys and fingerprints of all facts of a scope, 21 bytes a fact.

    Attributes:
        numbers: How many there are, by type of relationship.
    """

    def __init__(self, connection: Connection, scope: str) -> None:
        self.numbers: Counter[str] = Counter()
        parts: dict[str, list[tuple[bytes, NDArray[np.int64]]]] = defaultdict(list)
        for some in stored.skim_facts(connection, scope):
            self.numbers[some.relationship] += len(some.keys)
            # What holds several assertions has no fingerprint that an edition could repeat.
            alone = np.where(np.asarray(some.sizes) == 1, np.asarray(some.fingerprints, np.int64), -1)
            parts[some.relationship].append((bytes.fromhex("".join(some.keys)), alone))
        self._types = list(parts)
        self._type = np.repeat(np.arange(len(parts), dtype=np.uint8), [self.numbers[type_] for type_ in parts])
        everything = [part for some in parts.values() for part in some]
        self._keys = np.frombuffer(b"".join(keys for keys, _ in everything), [("short", ">u8"), ("rest", ">u4")])
        self._fingerprints = np.concatenate([prints for _, prints in everything] or [np.zeros(0, np.int64)])

    @property
    def total(self) -> int:
        """How many there are."""
        return len(self._keys)

    def unchanged(self, keys: NDArray[np.uint64], fingerprints: NDArray[np.uint64]) -> NDArray[np.bool_]:
        """Return which of the claims of these facts say what is said already; no other claim speaks of the fact then."""
        stored_keys = self._keys["short"].astype(np.uint64)
        order = np.argsort(stored_keys)
        places = find(stored_keys[order], keys)
        same = (places >= 0) & (self._fingerprints[order][places] == fingerprints.astype(np.int64))
        several, counts = np.unique(keys, return_counts=True)
        if (counts > 1).any():
            same &= ~np.isin(keys, several[counts > 1])
        return np.asarray(same)

    def all_but(self, keys: NDArray[np.uint64]) -> Iterator[tuple[str, list[str]]]:
        """Yield by type of relationship the keys of all others."""
        rest = np.flatnonzero(~np.isin(self._keys["short"].astype(np.uint64), keys))
        for code, relationship in enumerate(self._types):
            some = rest[self._type[rest] == code]
            if len(some):
                yield relationship, [self._keys[place].tobytes().hex() for place in some]


@dataclass(frozen=True, slots=True)
class Skimmed:
    """What is known of the nodes and facts of a scope."""

    nodes: SkimmedNodes
    facts: SkimmedFacts


def skim(connection: Connection, scope: str) -> Skimmed:
    """Return what tells of all nodes and facts of a scope whether an edition says them again as they are.

    Raises:
        KgError: The connection was lost.
    """
    nodes = _repeatedly(lambda: SkimmedNodes(connection, scope))
    return Skimmed(nodes, _repeatedly(lambda: SkimmedFacts(connection, scope)))


def mixed(rows: Numbers, fingerprints: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """Return 64 bits of which row it is and what it says."""
    both: NDArray[np.uint64] = rows.view(np.uint64) ^ (fingerprints * np.uint64(0x9E3779B97F4A7C15))
    return both


def find(ordered: NDArray[np.uint64], wanted: NDArray[np.uint64]) -> Numbers:
    """Return the place of each among those in order, -1 where it is not there."""
    if not len(ordered):
        return np.full(len(wanted), -1)
    places = np.minimum(np.searchsorted(ordered, wanted), len(ordered) - 1)
    return np.where(ordered[places] == wanted, places, -1)


def _repeatedly(look: Callable[[], T]) -> T:
    """Return what a reading of a stream comes to, which the connection does not try again by itself."""
    for _ in range(_TRIES - 1):
        try:
            return look()
        except TimedOutError:
            raise
        except KgError:
            continue
    return look()
