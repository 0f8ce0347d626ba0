"""What is stored of a scope, as far as the next edition of it has to look at it.

Of an edition most facts are what they were. Which ones, their fingerprints say: a few long lists of keys and numbers, where the facts
themselves would be as many rows as the edition has. Only the rest is read.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field

from kg.database import stored
from kg.database.claims import FactClaim
from kg.database.connection import Connection
from kg.schema.grouping import StoredFact
from kg.schema.provenance import fingerprint

#: Where fewer than this share of the facts are what they were, all are read at once: one by one is slower.
_WORTH_IT = 0.5


@dataclass(frozen=True)
class FactsOfScope:
    """The facts of which loads of a scope assert something.

    Attributes:
        read: Those that were read, by key.
        unchanged: The keys of those that were not, by the key of the claim that says again all that is said of them.
        numbers: How many there are in all, by type of relationship.
    """

    read: Mapping[str, StoredFact] = field(default_factory=dict)
    unchanged: Mapping[str, str] = field(default_factory=dict)
    numbers: Mapping[str, int] = field(default_factory=Counter)


def facts_of_scope(
    connection: Connection,
    scope: str,
    claims: Collection[FactClaim],
    fact_of: Callable[[FactClaim], StoredFact | None],
) -> FactsOfScope:
    """Return the facts of a scope, those left unread that an edition says again as they are.

    A fact is left so by the edition when it holds a single assertion and the edition makes that very assertion: source, row, scope,
    names and values, all in the fingerprint, of which two in 10**12 are alike by chance. Edition and load are not in it; both stay
    what they were where the values do.

    Args:
        connection: The database.
        scope: The scope.
        claims: What the edition says of facts.
        fact_of: Which fact a claim speaks of, as the graph now is; none where an end is not there yet.
    """
    found = stored.skim_facts(connection, scope)
    counts = Counter({type_: len(facts) for type_, facts in found.items()})
    alone = {type_: {key: number for key, number, size in facts if size == 1} for type_, facts in found.items()}
    unchanged = _unchanged(claims, fact_of, alone)
    if not counts or len(unchanged) < _WORTH_IT * counts.total():
        return FactsOfScope(stored.read_facts_of_scope(connection, scope) if counts else {}, {}, counts)
    kept = set(unchanged.values())
    read: dict[str, StoredFact] = {}
    for type_, facts in found.items():
        read |= stored.read_facts(connection, type_, {key for key, _, _ in facts} - kept)
    return FactsOfScope(read, unchanged, counts)


def _unchanged(
    claims: Iterable[FactClaim],
    fact_of: Callable[[FactClaim], StoredFact | None],
    alone: Mapping[str, Mapping[str, int]],
) -> dict[str, str]:
    """Return the keys of facts, by the key of the only claim of each, of which the edition says what is said already.

    ``alone`` are the fingerprints of facts that hold one assertion, by type of relationship and key.
    """
    same: dict[str, str] = {}
    said: set[str] = set()
    several: set[str] = set()
    for claim in claims:
        fact = fact_of(claim)
        if fact is None or (stored_as := alone.get(fact.relationship, {}).get(fact.key)) is None:
            continue
        (several if fact.key in said else said).add(fact.key)
        if stored_as == fingerprint((claim.assertion,)):
            same[claim.key] = fact.key
    return {claim: key for claim, key in same.items() if key not in several}
