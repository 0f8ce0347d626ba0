"""What the rows of an edition claim: assertions, and the things that they are made of."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from kg.database.loads import LoadHeader
from kg.schema.grouping import StoredFact, StoredNode
from kg.schema.identity import best_first, reference
from kg.schema.provenance import Assertion, compact
from kg.schema.records import FactRecord, NodeRecord

#: Finds what is already known: from references to the name of the node that each names, those that name none left out.
Find = Callable[[Iterable[str]], Mapping[str, str]]


@dataclass(frozen=True, slots=True)
class Claim:
    """What a row claims: an assertion; ``key`` is the same for the same claim of another edition."""

    assertion: Assertion
    key: str


@dataclass(frozen=True, slots=True)
class NodeClaim(Claim):
    """A node, by all ids that the row gives it."""

    label: str
    ids: tuple[str, ...]

    @property
    def references(self) -> list[str]:
        """The references by each id, best first."""
        return [reference(self.label, id_) for id_ in best_first(self.ids)]


@dataclass(frozen=True, slots=True)
class FactClaim(Claim):
    """A fact, by the references of its ends, and what tells it from others between the same ends."""

    type: str
    start: str
    end: str
    part: str
    spell: str

    @property
    def ends(self) -> tuple[str, str]:
        """The references of both ends."""
        return self.start, self.end


def claim_node(record: NodeRecord, header: LoadHeader) -> NodeClaim:
    """Return what a record claims as a row of the edition."""
    given = {"v": record.values, "e": header.edition, "i": best_first(record.ids)}
    assertion = Assertion(record.source, record.row, header.id, compact(given))
    return NodeClaim(assertion, claim_key(record.node.label, assertion), record.node.label, record.ids)


def claim_fact(record: FactRecord, header: LoadHeader) -> FactClaim:
    """Return what a record claims as a row of the edition."""
    given = {"v": record.values, "e": header.edition, "f": record.fact.start, "t": record.fact.end}
    assertion = Assertion(record.source, record.row, header.id, compact(given))
    fact = record.fact
    key = claim_key(subject_of(fact.type, record.part, record.spell), assertion)
    return FactClaim(assertion, key, fact.type, fact.start, fact.end, record.part, record.spell)


def with_spell(claim: FactClaim, spell: str) -> FactClaim:
    """Return the claim as that of another spell of the fact."""
    key = claim_key(subject_of(claim.type, claim.part, spell), claim.assertion)
    return FactClaim(claim.assertion, key, claim.type, claim.start, claim.end, claim.part, spell)


def claim_key(subject: str, assertion: Assertion) -> str:
    """Return what is the same for the same claim of another edition: hexadecimal digits over subject and assertion's identity."""
    return hashlib.blake2b(f"{subject}\x1f{assertion.identity}".encode(), digest_size=12).hexdigest()


def subject_of(*parts: str) -> str:
    """Return what a claim is about, apart from who says so: the label of a node; type, part and spell of a fact."""
    return "\x1e".join(parts)


def holder_subject(holder: StoredNode | StoredFact) -> str:
    """Return the subject of the claims that a stored node or fact holds."""
    return holder.label if isinstance(holder, StoredNode) else subject_of(holder.type, holder.part, holder.spell)
