"""All that the rows of an edition claim, however many they are.

What the claims say is put aside on disk (:mod:`kg.database.spool`). In memory stay columns of numbers, some 50 bytes a claim, by which
claims are compared, grouped and put in order; a claim itself is made again when somebody asks for it.
"""

from __future__ import annotations

from array import array
from collections.abc import Callable, Iterator, Sequence
from typing import Any, Generic, TypeVar, overload

import numpy as np
from numpy.typing import NDArray

from kg.database.claims import (
    FactClaim,
    NodeClaim,
    claim_number,
    subject_of,
    texts_of_fact,
    texts_of_node,
)
from kg.database.loads import LoadHeader
from kg.database.spool import Spool
from kg.schema.identity import best_first, reference
from kg.schema.nodes import NODES
from kg.schema.provenance import Assertion, fingerprint_of
from kg.schema.records import FactRecord, NodeRecord
from kg.schema.relationships import FACTS

#: Whole numbers of any size: places, codes, keys.
Numbers = NDArray[Any]
T = TypeVar("T")
H = TypeVar("H", bound="str | tuple[str, str]")

#: So many numbers are looked at at once.
_AT_ONCE = 100_000

#: Labels and types go by their places in these.
LABELS = tuple(NODES)
TYPES = tuple(FACTS)


class _NumberedOnce(dict[H, int]):
    """Numbers by item; who asks for that of a new one gets the next."""

    def __init__(self, items: list[H]) -> None:
        super().__init__()
        self._items = items

    def __missing__(self, item: H) -> int:
        code = self[item] = len(self._items)
        self._items.append(item)
        return code


class Codes(Generic[H]):
    """Whole numbers for things that come again and again: 0, 1, 2 and so on."""

    def __init__(self) -> None:
        self.all: list[H] = []
        self._codes: _NumberedOnce[H] = _NumberedOnce(self.all)
        #: Returns the number of an item, a new one if need be.
        self.code: Callable[[H], int] = self._codes.__getitem__

    def known(self, item: H) -> int | None:
        """Return the number of an item that has one."""
        return self._codes.get(item)

    def __len__(self) -> int:
        return len(self.all)


class Column:
    """Numbers of one machine type, one for each claim or row."""

    def __init__(self, kind: str) -> None:
        self._array = array(kind)
        self.append = self._array.append
        self._kind = np.dtype(self._array.typecode)

    @property
    def values(self) -> NDArray[Any]:
        """All of them, without a copy. Nothing can be appended while somebody holds this."""
        return np.frombuffer(self._array, self._kind)

    def __len__(self) -> int:
        return len(self._array)

    def __getitem__(self, number: int) -> int:
        value: int = self._array[number]
        return value

    def __setitem__(self, number: int, value: int) -> None:
        self._array[number] = value


class Ranges:
    """For each claim or row some numbers."""

    def __init__(self) -> None:
        self.flat, self._ends = Column("I"), Column("I")
        self._end = 0

    def append(self, numbers: Sequence[int]) -> None:
        """Add the numbers of one more."""
        for number in numbers:
            self.flat.append(number)
        self._end += len(numbers)
        self._ends.append(self._end)

    def __getitem__(self, number: int) -> list[int]:
        start = self._ends[number - 1] if number else 0
        return [self.flat[place] for place in range(start, self._ends[number])]

    def __len__(self) -> int:
        return len(self._ends)

    @property
    def starts(self) -> Numbers:
        """Where the numbers of each begin in ``flat``, and at last where they end."""
        return np.concatenate(([0], self._ends.values)).astype(np.int64)

    @property
    def owners(self) -> Numbers:
        """Whose each number in ``flat`` is."""
        return np.repeat(np.arange(len(self)), np.diff(self.starts))


class NodeColumns:
    """Of each claim of a node: ``key`` (:func:`~kg.database.claims.claim_number`), fingerprint of the assertion, and more.

    ``row`` is the same for what the same row says (:func:`row_number`); label, source and references go by their codes.
    """

    def __init__(self) -> None:
        self.key, self.fingerprint, self.row = Column("q"), Column("Q"), Column("q")
        self.label, self.source = Column("B"), Column("H")
        self.references = Ranges()


class FactColumns:
    """Of each claim of a fact: key and fingerprint, and the codes of type, source, references of the ends, and part and spell."""

    def __init__(self) -> None:
        self.key, self.fingerprint = Column("q"), Column("Q")
        self.type, self.source = Column("B"), Column("H")
        self.start, self.end, self.told_by = Column("I"), Column("I"), Column("I")


class ClaimStore:
    """The claims of one load. Close it when it is done with.

    Args:
        header: The load. It may be given another id later on.
    """

    def __init__(self, header: LoadHeader) -> None:
        self.header = header
        self._scope, self._edition = header.scope, header.edition
        self.references: Codes[str] = Codes()
        self.sources: Codes[str] = Codes()
        #: Parts and spells of facts.
        self.told_by: Codes[tuple[str, str]] = Codes()
        self.nodes, self.facts = NodeColumns(), FactColumns()
        self._texts_of_nodes, self._texts_of_facts = Spool(), Spool()
        self._first: dict[int, int] = {}

    def close(self) -> None:
        """Let go what is put aside."""
        self._texts_of_nodes.close()
        self._texts_of_facts.close()

    @property
    def closed(self) -> bool:
        """Whether it was closed."""
        return self._texts_of_nodes.closed and self._texts_of_facts.closed

    def add_node(self, record: NodeRecord) -> int:
        """Add what a record claims.

        Returns:
            The number of the claim: that of the very same one that an earlier row made, if any; many rows describe one project,
            network or country.
        """
        label, source, row, texts = record.node.label, record.source, record.row, texts_of_node(record)
        key = claim_number(label, source, row, texts.names)
        fingerprint = fingerprint_of(source, row, self._scope, texts.names, texts.values)
        nodes = self.nodes
        number = len(nodes.key)
        first = self._first.setdefault(key, number)
        if first != number and nodes.fingerprint[first] == fingerprint:
            return first
        nodes.key.append(key)
        nodes.fingerprint.append(fingerprint)
        nodes.row.append(row_number(label, source, row))
        nodes.label.append(_LABEL_CODES[label])
        nodes.source.append(self.sources.code(source))
        reference_code = self.references.code
        nodes.references.append([reference_code(reference(label, id_)) for id_ in best_first(record.ids)])
        self._texts_of_nodes.put(f"{texts.given(self._edition)}\n{row}")
        return number

    def add_fact(self, record: FactRecord) -> int:
        """Add what a record claims, and return the number of the claim."""
        fact, part, spell, source, row = record.fact, record.part, record.spell, record.source, record.row
        texts = texts_of_fact(record)
        facts, reference_code = self.facts, self.references.code
        facts.key.append(claim_number(subject_of(fact.type, part, spell), source, row, texts.names))
        facts.fingerprint.append(fingerprint_of(source, row, self._scope, texts.names, texts.values))
        facts.type.append(_TYPE_CODES[fact.type])
        facts.source.append(self.sources.code(source))
        facts.start.append(reference_code(fact.start))
        facts.end.append(reference_code(fact.end))
        facts.told_by.append(self.told_by.code((part, spell)))
        self._texts_of_facts.put(f"{texts.given(self._edition)}\n{row}")
        return len(facts.key) - 1

    def complete(self) -> None:
        """Let go what is needed only as long as nodes are added."""
        self._first = {}

    def set_spell(self, number: int, spell: str) -> None:
        """Make the claim of a fact that of another spell of it."""
        claim = self.fact(number)
        names = claim.assertion.texts[0]
        self.facts.told_by[number] = self.told_by.code((claim.part, spell))
        self.facts.key[number] = claim_number(
            subject_of(claim.type, claim.part, spell), claim.assertion.source, claim.assertion.row, names
        )

    def node(self, number: int) -> NodeClaim:
        """Return the claim of a node."""
        nodes = self.nodes
        given, _, row = self._texts_of_nodes[number].partition("\n")
        assertion = Assertion(self.sources.all[nodes.source[number]], row, self.header.id, given)
        ids = tuple([name.partition("/")[2] for name in self.names_of_node(number)])
        return NodeClaim(assertion, LABELS[nodes.label[number]], ids, number)

    def names_of_node(self, number: int) -> list[str]:
        """Return the references of a claim of a node, best first."""
        names = self.references.all
        return [names[code] for code in self.nodes.references[number]]

    def texts_of_fact(self, number: int) -> tuple[str, str]:
        """Return what the assertion of a fact has as ``given``, and its row."""
        # JSON has no line break of its own.
        given, _, row = self._texts_of_facts[number].partition("\n")
        return given, row

    def fact(self, number: int) -> FactClaim:
        """Return the claim of a fact."""
        facts, names = self.facts, self.references.all
        given, row = self.texts_of_fact(number)
        assertion = Assertion(self.sources.all[facts.source[number]], row, self.header.id, given)
        part, spell = self.told_by.all[facts.told_by[number]]
        start, end = names[facts.start[number]], names[facts.end[number]]
        return FactClaim(assertion, TYPES[facts.type[number]], start, end, part, spell, number)


def row_number(label: str, source: str, row: str) -> int:
    """Return 64 bits that are the same for what one row of a source says of nodes of a label, for as long as this process runs."""
    return hash((label, source, row))


def repeated(numbers: Numbers) -> Numbers:
    """Return the places of all that are not the only ones of their kind, ascending."""
    ordered = np.sort(numbers)
    several = np.unique(ordered[1:][ordered[1:] == ordered[:-1]])
    del ordered
    return np.flatnonzero(among(numbers, several)) if len(several) else np.zeros(0, np.int64)


def among(numbers: Numbers, wanted: Numbers) -> NDArray[np.bool_]:
    """Return which numbers are among those wanted, which are in order; what NumPy has for it takes ten times the room."""
    found = np.zeros(len(numbers), bool)
    for begin in range(0, len(numbers) if len(wanted) else 0, _AT_ONCE):
        some = numbers[begin : begin + _AT_ONCE]
        places = np.minimum(np.searchsorted(wanted, some), len(wanted) - 1)
        found[begin : begin + _AT_ONCE] = wanted[places] == some
    return found


class Chosen(Sequence[T]):
    """Some of the claims of a store, each made when it is asked for."""

    def __init__(self, claim: Callable[[int], T], numbers: Numbers) -> None:
        self._claim, self._numbers = claim, numbers

    def __len__(self) -> int:
        return len(self._numbers)

    @overload
    def __getitem__(self, place: int) -> T: ...
    @overload
    def __getitem__(self, place: slice) -> Chosen[T]: ...
    def __getitem__(self, place: int | slice) -> T | Chosen[T]:
        if isinstance(place, slice):
            return Chosen(self._claim, self._numbers[place])
        return self._claim(int(self._numbers[place]))

    def __iter__(self) -> Iterator[T]:
        return map(self._claim, map(int, self._numbers))


_LABEL_CODES = {label: code for code, label in enumerate(LABELS)}
_TYPE_CODES = {type_: code for code, type_ in enumerate(TYPES)}
