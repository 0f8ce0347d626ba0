"""What is stored of a scope, as far as the next edition of it has to look at it.

Of an edition most nodes and facts are what they were. Which ones, their fingerprints say: a few long lists of keys and numbers, where
the things themselves would be as many rows as the edition has. Only the rest is read.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from kg.database import stored
from kg.database.claim_store import Numbers, row_number
from kg.database.connection import Connection
from kg.database.driver_errors import TimedOutError
from kg.database.succession import Edition
from kg.errors import KgError
from kg.schema.grouping import StoredFact, StoredNode

#: Where fewer than this share of the facts or nodes are what they were, all are read at once: one by one is slower.
_WORTH_IT = 0.5

#: How often a list that breaks off on its way is asked for.
_TRIES = 3

T = TypeVar("T")


def _none() -> Numbers:
    return np.zeros(0, np.int64)


@dataclass(frozen=True)
class NodesOfScope:
    """The nodes of which loads of a scope assert something.

    Attributes:
        read: Those that were read, by id.
        unchanged: The numbers of the claims, ascending, that each say again all that is said of a node that was not read.
        ids: The ids of these nodes, in the same order.
    """

    read: Mapping[str, StoredNode] = field(default_factory=dict)
    unchanged: Numbers = field(default_factory=_none)
    ids: tuple[str, ...] = ()


@dataclass(frozen=True)
class FactsOfScope:
    """The facts of which loads of a scope assert something.

    Attributes:
        read: Those that were read, by key.
        unchanged: The numbers of the claims, ascending, that each say again all that is said of a fact that was not read.
        keys: The keys of these facts, in the same order, as :func:`short` has them.
        numbers: How many facts there are in all, by type of relationship.
    """

    read: Mapping[str, StoredFact] = field(default_factory=dict)
    unchanged: Numbers = field(default_factory=_none)
    keys: Numbers = field(default_factory=_none)
    numbers: Mapping[str, int] = field(default_factory=Counter)


def short(key: str) -> int:
    """Return the first 64 of the 96 bits of a key."""
    return int(key[:16], 16)


def nodes_of_scope(connection: Connection, edition: Edition) -> NodesOfScope:
    """Return the nodes of a scope, those left unread that an edition says again as they are.

    A node is left so by the edition when it holds a single assertion, the edition makes that very assertion (source, row, scope, ids
    and values, all in the fingerprint, of which two in 10**12 are alike by chance), and none other of its claims has one of the
    ids: then nothing joins the node or parts it.
    """
    numbers = _alone(edition)
    nodes = edition.claims.nodes
    said = _mixed(nodes.row.values[numbers], nodes.fingerprint.values[numbers])
    order = np.argsort(said)
    said, numbers = said[order], numbers[order]

    def look() -> tuple[list[int], list[str], list[str]]:
        unchanged: list[int] = []
        ids: list[str] = []
        others: list[str] = []
        for some in stored.skim_nodes(connection, edition.header.scope):
            rows = [row_number(some.label, *row) for row in zip(some.sources, some.rows, strict=True)]
            prints = np.asarray(some.fingerprints, np.int64).astype(np.uint64)
            places = _find(said, _mixed(np.asarray(rows, np.int64), prints))
            same = (places >= 0) & (np.asarray(some.sizes) == 1)
            for id_, place, is_same in zip(some.ids, places.tolist(), same.tolist(), strict=True):
                if is_same:
                    unchanged.append(int(numbers[place]))
                    ids.append(id_)
                else:
                    others.append(id_)
        return unchanged, ids, others

    unchanged, ids, others = _repeatedly(look)
    if len(unchanged) < _WORTH_IT * (len(unchanged) + len(others)):
        return NodesOfScope(stored.read_nodes_of_scope(connection, edition.header.scope))
    ascending = np.argsort(np.asarray(unchanged, np.int64))
    return NodesOfScope(
        stored.read_nodes(connection, others),
        np.asarray(unchanged, np.int64)[ascending],
        tuple([ids[place] for place in ascending]),
    )


def _alone(edition: Edition) -> Numbers:
    """Return the numbers of the claims of which no other claim of the edition has an id."""
    references = edition.claims.nodes.references
    chosen = np.zeros(len(references), bool)
    chosen[edition.node_numbers] = True
    owners, flat = references.owners, references.flat.values
    used = np.bincount(flat[chosen[owners]], minlength=len(edition.claims.references))
    chosen[owners[used[flat] > 1]] = False
    return np.flatnonzero(chosen)


def _mixed(rows: Numbers, fingerprints: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """Return 64 bits of which row it is and what it says."""
    mixed: NDArray[np.uint64] = rows.view(np.uint64) ^ (fingerprints * np.uint64(0x9E3779B97F4A7C15))
    return mixed


def _find(ordered: NDArray[np.uint64], wanted: NDArray[np.uint64]) -> Numbers:
    """Return the place of each among those in order, -1 where it is not there."""
    if not len(ordered):
        return np.full(len(wanted), -1)
    places = np.minimum(np.searchsorted(ordered, wanted), len(ordered) - 1)
    return np.where(ordered[places] == wanted, places, -1)


def facts_of_scope(
    connection: Connection, edition: Edition, keys_of: Callable[[Numbers], Iterator[str | None]]
) -> FactsOfScope:
    """Return the facts of a scope, those left unread that an edition says again as they are.

    A fact is left so by the edition when it holds a single assertion and the edition makes that very assertion: source, row, scope,
    names and values, all in the fingerprint, of which two in 10**12 are alike by chance. Edition and load are not in it; both stay
    what they were where the values do.

    Args:
        connection: The database.
        edition: The edition.
        keys_of: Yields the keys of the facts that some claims speak of, as the graph now is; none where an end is not there yet.
    """
    found = _repeatedly(lambda: _Skimmed(connection, edition.header.scope))
    if not found.total:
        return FactsOfScope()
    numbers = edition.fact_numbers
    keys = np.fromiter((short(key) if key else 0 for key in keys_of(numbers)), np.uint64, len(numbers))
    unchanged = found.unchanged(keys, edition.claims.facts.fingerprint.values[numbers])
    if np.count_nonzero(unchanged) < _WORTH_IT * found.total:
        return FactsOfScope(stored.read_facts_of_scope(connection, edition.header.scope), numbers=found.numbers)
    read: dict[str, StoredFact] = {}
    for relationship, some in found.all_but(keys[unchanged]):
        read |= stored.read_facts(connection, relationship, some)
    return FactsOfScope(read, numbers[unchanged], keys[unchanged], found.numbers)


class _Skimmed:
    """Keys and fingerprints of all facts of a scope, 21 bytes a fact."""

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
        self._fingerprints = np.concatenate([prints for _, prints in everything] or [_none()])

    @property
    def total(self) -> int:
        """How many there are."""
        return len(self._keys)

    def unchanged(self, keys: NDArray[np.uint64], fingerprints: NDArray[np.uint64]) -> NDArray[np.bool_]:
        """Return which of the claims of these facts say what is said already; no other claim speaks of the fact then."""
        stored_keys = self._keys["short"].astype(np.uint64)
        order = np.argsort(stored_keys)
        places = _find(stored_keys[order], keys)
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
