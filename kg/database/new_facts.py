"""Facts that are not stored yet, made from what an edition claims of them.

Nearly all have a single claim, and what these come to is put together from the columns and the text of the claim, without the
objects between. A quarter of a large load's time went into making those.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pydantic_core import from_json

from kg.database.claim_store import TYPES, ClaimStore
from kg.database.names import SameFact
from kg.database.stored import fact_row, told_apart
from kg.schema.cypher import NewFact, new_fact
from kg.schema.grouping import StoredFact
from kg.schema.identity import fact_key
from kg.schema.provenance import shown_by_one, texts_of
from kg.schema.relationships import FACTS, SELF_LOOP

#: Facts that say the same share what they show; so many different ones are kept.
_KEPT = 4_096

_UNDIRECTED = frozenset(type_ for type_, kind in FACTS.items() if kind.undirected)


class NewFacts:
    """Makes facts of the claims of an edition.

    Args:
        claims: The claims.
        authorities: The authority of each source, by its id.
    """

    def __init__(self, claims: ClaimStore, authorities: Mapping[str, str]) -> None:
        self._claims = claims
        self._authorities = authorities
        self._load = claims.header.id
        #: What is shown of a fact, by type of relationship, type, spell and the JSON of its values.
        self._shown: dict[tuple[str, str, str, str], dict[str, Any]] = {}
        self._shared: dict[int, tuple[tuple[str], ...]] = {}

    def key(self, type_: int, told_by: int, start: str, end: str) -> str:
        """Return the key of the fact of a type, told from others by something, both by their codes, between two nodes."""
        part, spell = self._claims.told_by.all[told_by]
        name = TYPES[type_]
        return fact_key(name, start, end, part=part, spell=spell, undirected=name in _UNDIRECTED)

    def key_of(self, same: SameFact) -> str:
        """Return the key of the fact that claims speak of."""
        return self.key(same.type, same.told_by, same.start, same.end)

    def make(self, same: SameFact, key: str) -> NewFact:
        """Return the fact that claims make; ``key`` is its own."""
        type_, told_by, start, end, numbers = same
        if len(numbers) > 1:
            return self._make_of_several(same)
        (number,) = numbers
        given, row = self._claims.texts_of_fact(number)
        name = TYPES[type_]
        relationship = SELF_LOOP if start == end else name
        shown = self._shown_by(relationship, name, self._claims.told_by.all[told_by][1], texts_of(given)[1])
        facts = self._claims.facts
        own = [key, facts.fingerprint[number], [row], [given]]  # OF_EACH_FACT
        return NewFact(relationship, start, self._shared_by(facts.source[number]), [end, *own, shown])

    def _make_of_several(self, same: SameFact) -> NewFact:
        assertions = tuple([self._claims.fact(number).assertion for number in same.claims])
        fact = StoredFact(TYPES[same.type], same.start, same.end, *self._claims.told_by.all[same.told_by], assertions)
        return new_fact(fact.relationship, fact_row(fact, self._authorities))

    def _shared_by(self, source: int) -> tuple[tuple[str], ...]:
        shared = self._shared.get(source)
        if shared is None:
            # SHARED_BY_FACTS
            shared = self._shared[source] = ((self._claims.sources.all[source],), (self._load,), ("",))
        return shared

    def _shown_by(self, relationship: str, type_: str, spell: str, values: str) -> dict[str, Any]:
        """Return what is shown of the fact of a single claim: the very same for all that say the same, so nobody may change it."""
        shown = self._shown.get((relationship, type_, spell, values))
        if shown is None:
            shown = shown_by_one(from_json(values)) | told_apart(relationship, type_, spell)
            if len(self._shown) >= _KEPT:
                self._shown.clear()
            self._shown[relationship, type_, spell, values] = shown
        return shown
