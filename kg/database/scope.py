"""What is stored of a scope, as far as the next edition of it has to look at it.

Of an edition most nodes and facts are what they were. Which ones, their fingerprints say: a few long lists of keys and numbers, where
the things themselves would be as many rows as the edition has. Only the rest is read.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field

import numpy as np

from kg.database import stored
from kg.database.claim_store import Numbers
from kg.database.connection import Connection
from kg.database.skimmed import SkimmedFacts, SkimmedNodes, find, mixed
from kg.database.succession import Edition
from kg.schema.grouping import StoredFact, StoredNode

#: Where fewer than this share of the facts or nodes are what they were, all are read at once: one by one is slower.
_WORTH_IT = 0.5


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


def nodes_of_scope(connection: Connection, edition: Edition, skimmed: SkimmedNodes) -> NodesOfScope:
    """Return the nodes of a scope, those left unread that an edition says again as they are.

    A node is left so by the edition when it holds a single assertion, the edition makes that very assertion (source, row, scope, ids
    and values, all in the fingerprint, of which two in 10**12 are alike by chance), and none other of its claims has one of the
    ids: then nothing joins the node or parts it.
    """
    numbers = _alone(edition)
    nodes = edition.claims.nodes
    said = mixed(nodes.row.values[numbers], nodes.fingerprint.values[numbers])
    order = np.argsort(said)
    said, numbers = said[order], numbers[order]
    places = find(said, skimmed.said)
    same = (places >= 0) & skimmed.alone
    if np.count_nonzero(same) < _WORTH_IT * len(same):
        return NodesOfScope(stored.read_nodes_of_scope(connection, edition.header.scope))
    unchanged = numbers[places[same]]
    ascending = np.argsort(unchanged)
    ids = skimmed.ids
    found = np.flatnonzero(same)[ascending].tolist()
    return NodesOfScope(
        stored.read_nodes(connection, (ids[place] for place in np.flatnonzero(~same).tolist())),
        unchanged[ascending],
        tuple([ids[place] for place in found]),
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


def facts_of_scope(
    connection: Connection,
    edition: Edition,
    skimmed: SkimmedFacts,
    keys_of: Callable[[Numbers], Iterator[str | None]],
) -> FactsOfScope:
    """Return the facts of a scope, those left unread that an edition says again as they are.

    A fact is left so by the edition when it holds a single assertion and the edition makes that very assertion: source, row, scope,
    names and values, all in the fingerprint, of which two in 10**12 are alike by chance. Edition and load are not in it; both stay
    what they were where the values do.

    Args:
        connection: The database.
        edition: The edition.
        skimmed: What tells of the facts of its scope.
        keys_of: Yields the keys of the facts that some claims speak of, as the graph now is; none where an end is not there yet.
    """
    if not skimmed.total:
        return FactsOfScope()
    numbers = edition.fact_numbers
    keys = np.fromiter((short(key) if key else 0 for key in keys_of(numbers)), np.uint64, len(numbers))
    unchanged = skimmed.unchanged(keys, edition.claims.facts.fingerprint.values[numbers])
    if np.count_nonzero(unchanged) < _WORTH_IT * skimmed.total:
        return FactsOfScope(stored.read_facts_of_scope(connection, edition.header.scope), numbers=skimmed.numbers)
    read: dict[str, StoredFact] = {}
    for relationship, some in skimmed.all_but(keys[unchanged]):
        read |= stored.read_facts(connection, relationship, some)
    return FactsOfScope(read, numbers[unchanged], keys[unchanged], skimmed.numbers)
