"""What the rows of an edition claim: assertions, and the things that they are made of."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from json.encoder import encode_basestring
from typing import NamedTuple

from kg.database.loads import LoadHeader
from kg.schema.grouping import StoredFact, StoredNode
from kg.schema.identity import best_first, reference
from kg.schema.provenance import Assertion, compact
from kg.schema.records import FactRecord, NodeRecord

#: Finds what is already known: from references to the name of the node that each names, those that name none left out.
Find = Callable[[Iterable[str]], Mapping[str, str]]


@dataclass(frozen=True, slots=True)
class NodeClaim:
    """A node that a row claims: an assertion, and all ids that the row gives it.

    ``number`` is its place among the claims of a load (:class:`kg.database.claim_store.ClaimStore`), if it has one.
    """

    assertion: Assertion
    label: str
    ids: tuple[str, ...]
    number: int = field(default=-1, compare=False)

    @property
    def references(self) -> list[str]:
        """The references by each id, best first."""
        return [reference(self.label, id_) for id_ in best_first(self.ids)]

    @property
    def key(self) -> str:
        """What is the same for the same claim of another edition."""
        return claim_key(self.label, self.assertion)


@dataclass(frozen=True, slots=True)
class FactClaim:
    """A fact that a row claims: an assertion, the references of the ends, and what tells it from others between the same ends.

    ``number`` is as in :class:`NodeClaim`.
    """

    assertion: Assertion
    type: str
    start: str
    end: str
    part: str
    spell: str
    number: int = field(default=-1, compare=False)

    @property
    def ends(self) -> tuple[str, str]:
        """The references of both ends."""
        return self.start, self.end

    @property
    def key(self) -> str:
        """What is the same for the same claim of another edition."""
        return claim_key(subject_of(self.type, self.part, self.spell), self.assertion)


Claim = NodeClaim | FactClaim

#: What :func:`kg.schema.provenance.compact` makes of a text.
_quoted = encode_basestring


class Texts(NamedTuple):
    """What a record says, as compact JSON: the names by which its row calls the thing, and the values."""

    names: str
    values: str

    def given(self, edition: str) -> str:
        """Return what an assertion of the edition holds; character for character what ``compact`` makes of all of it."""
        return f'{{"e":{_quoted(edition)},{self.names[1:-1]},"v":{self.values}}}'


def texts_of_node(record: NodeRecord) -> Texts:
    """Return what a record of a node says."""
    return Texts(f'{{"i":{compact(best_first(record.ids))}}}', compact(record.values))


def texts_of_fact(record: FactRecord) -> Texts:
    """Return what a record of a fact says."""
    fact = record.fact
    return Texts(f'{{"f":{_quoted(fact.start)},"t":{_quoted(fact.end)}}}', compact(record.values))


def claim_node(record: NodeRecord, header: LoadHeader) -> NodeClaim:
    """Return what a record claims as a row of the edition."""
    assertion = Assertion(record.source, record.row, header.id, texts_of_node(record).given(header.edition))
    return NodeClaim(assertion, record.node.label, record.ids)


def claim_fact(record: FactRecord, header: LoadHeader) -> FactClaim:
    """Return what a record claims as a row of the edition."""
    assertion = Assertion(record.source, record.row, header.id, texts_of_fact(record).given(header.edition))
    fact = record.fact
    return FactClaim(assertion, fact.type, fact.start, fact.end, record.part, record.spell)


def claim_key(subject: str, assertion: Assertion) -> str:
    """Return what is the same for the same claim of another edition: hexadecimal digits over subject and assertion's identity."""
    return hashlib.blake2b(f"{subject}\x1f{assertion.identity}".encode(), digest_size=12).hexdigest()


def claim_number(subject: str, source: str, row: str, names: str) -> int:
    """Return 64 bits that are the same for the same claim of one scope, for as long as this process runs.

    ``names`` is the JSON of :attr:`kg.schema.provenance.Assertion.texts`. Two of three million claims are alike by chance one time
    in four million.
    """
    return hash((subject, source, row, names))


def subject_of(*parts: str) -> str:
    """Return what a claim is about, apart from who says so: the label of a node; type, part and spell of a fact."""
    return "\x1e".join(parts)


def holder_subject(holder: StoredNode | StoredFact) -> str:
    """Return the subject of the claims that a stored node or fact holds."""
    return holder.label if isinstance(holder, StoredNode) else subject_of(holder.type, holder.part, holder.spell)
