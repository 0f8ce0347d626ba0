"""Every row of an input on its way into the graph: what it claims, or why nothing is taken of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from types import TracebackType
from typing import Self

import numpy as np
from numpy.typing import NDArray
from pydantic import ValidationError

from kg.database.claim_store import TYPES, ClaimStore, Codes, Column, Numbers, Ranges, among, repeated
from kg.database.claims import FactClaim, NodeClaim
from kg.database.forgotten import NOBODY, Forgotten
from kg.database.loads import LoadHeader
from kg.database.spool import Spool
from kg.database.written import Written
from kg.errors import KgError
from kg.loaders.base import Loader, Outcome, Records, Rejected, Row, Skipped
from kg.loaders.forgetting import without_forgotten
from kg.schema.records import FactRecord, number_spells
from kg.schema.relationships import FACTS, Spell

#: What became of a row; from ``_SKIPPED`` on it is the number of the rule by which it was left out.
_UNDERSTOOD, _REJECTED, _WRITTEN, _SKIPPED = range(4)

_THE_SAME = "the same as an earlier row"
_TO_ITSELF = "joins a node to itself"

_NO_CELLS: Mapping[str, str] = {}
_LASTS = np.array([issubclass(FACTS[type_], Spell) for type_ in TYPES])

#: So many facts whose spells are to be numbered are looked at together.
_TOGETHER = 50_000


@dataclass(frozen=True, slots=True)
class Understood:
    """A row of which claims were made."""


@dataclass(frozen=True, slots=True)
class Fate:
    """What became of one row; its cells are there when it was rejected."""

    row: Row
    outcome: Understood | Skipped | Rejected
    nodes: Sequence[NodeClaim] = ()
    facts: Sequence[FactClaim] = ()


class Fates:
    """All rows of an input, and the claims of those that are taken.

    Use it as a context manager: what it puts aside is gone after the block. In memory it keeps some 20 bytes a row besides what
    :class:`kg.database.claim_store.ClaimStore` does, and the rejected rows.

    Args:
        header: The load.

    Attributes:
        claims: What the rows claim.
        unread: What the source calls the rejected rows and the things in them: what it said of these before stays.
    """

    def __init__(self, header: LoadHeader) -> None:
        self.claims = ClaimStore(header)
        self.unread: set[str] = set()
        self._outcomes = Column("I")
        self._nodes = Ranges()
        self._fact_ends = Column("I")
        self._rules: Codes[str] = Codes()
        self._files: Codes[str] = Codes()
        self._rejected: dict[int, tuple[Row, str]] = {}
        #: Where each row stands, and what it is called.
        self._places = Spool()

    # Adding -----------------------------------------------------------------------------------------------------------

    def add(self, row: Row, outcome: Outcome) -> None:
        """Add what is made of a row."""
        nodes: list[int] = []
        called = ""
        match outcome:
            case Records():  # first, since nearly all are
                nodes = [self.claims.add_node(record) for record in outcome.nodes]
                # Those that may have several spells last.
                records = sorted(outcome.facts, key=_may_have_spells) if len(outcome.facts) > 1 else outcome.facts
                for record in records:
                    self.claims.add_fact(record)
                called = f"{self._files.code(row.file)} {row.line} {row.id}"
                self._outcomes.append(_UNDERSTOOD)
            case Rejected(reason):
                self._rejected[len(self)] = row, reason
                self.unread.add(row.id)
                self._outcomes.append(_REJECTED)
            case Skipped(rule):
                self._outcomes.append(self._skipped_by(rule))
        self._nodes.append(nodes)
        self._fact_ends.append(len(self.claims.facts.key))
        self._places.put(called)

    def _skipped_by(self, rule: str) -> int:
        return _SKIPPED + self._rules.code(rule)

    def number_spells(self) -> None:
        """Give the claims the spells that they have among all rows; of nearly all facts there is only one row."""
        lasting = np.flatnonzero(_LASTS[self.claims.facts.type.values])
        subjects = self._subjects(lasting)
        several = repeated(subjects)
        several = several[np.argsort(subjects[several], kind="stable")]
        # Whole subjects at a time.
        ordered = subjects[several]
        begins = (np.flatnonzero(ordered[1:] != ordered[:-1]) + 1).tolist()
        start = 0
        for begin in [*begins, len(several)]:
            if begin - start >= _TOGETHER or (begin == len(several) and begin > start):
                self._number(np.sort(lasting[several[start:begin]]).tolist())
                start = begin

    def _subjects(self, numbers: Numbers) -> Numbers:
        """Return numbers that are the same for claims that may be of several spells of one fact."""
        facts = self.claims.facts
        subjects = np.empty(len(numbers), np.uint64)
        for begin in range(0, len(numbers), _TOGETHER):
            some = numbers[begin : begin + _TOGETHER]
            start, end = (column.values[some].astype(np.uint64) for column in (facts.start, facts.end))
            mixed = np.zeros(len(some), np.uint64)
            # Parts and spells have one number; before spells are numbered, it is that of the part.
            for column in (facts.type, facts.source, facts.told_by):
                mixed = _mix(mixed, column.values[some].astype(np.uint64))
            subjects[begin : begin + _TOGETHER] = _mix(_mix(mixed, np.minimum(start, end)), np.maximum(start, end))
        return subjects

    def _number(self, numbers: Sequence[int]) -> None:
        records = [_record(self.claims.fact(number)) for number in numbers]
        for number, record in zip(numbers, number_spells(records), strict=True):
            if record.spell:
                self.claims.set_spell(number, record.spell)

    # Rows -------------------------------------------------------------------------------------------------------------

    def __len__(self) -> int:
        return len(self._outcomes)

    def __iter__(self) -> Iterator[Fate]:
        return (self[number] for number in range(len(self)))

    def __getitem__(self, number: int) -> Fate:
        code = self._outcomes[number]
        if code == _REJECTED:
            row, reason = self._rejected[number]
            return Fate(row, Rejected(reason))
        row = self._row(number)
        if code != _UNDERSTOOD:
            return Fate(row, Skipped(self._rules.all[code - _SKIPPED]))
        nodes = [self.claims.node(node) for node in self._nodes[number]]
        return Fate(row, Understood(), nodes, [self.claims.fact(fact) for fact in self.facts_of(number)])

    def _row(self, number: int) -> Row:
        """Return a row that was understood, without its cells; one that was skipped is without anything."""
        file, _, rest = self._places[number].partition(" ")
        line, _, id_ = rest.partition(" ")
        return Row(self._files.all[int(file)] if file else "", int(line or 0), _NO_CELLS, id_)

    def facts_of(self, number: int) -> range:
        """Return the numbers of the claims of facts that a row makes."""
        return range(self._fact_ends[number - 1] if number else 0, self._fact_ends[number])

    def nodes_of(self, number: int) -> list[int]:
        """Return the numbers of the claims of nodes that a row makes."""
        return self._nodes[number]

    def skip(self, number: int) -> None:
        """Leave out a row that was understood: it says what an earlier one says."""
        self._outcomes[number] = self._skipped_by(_THE_SAME)

    def reject(self, number: int, reason: str) -> None:
        """Take nothing of a row that was understood, for this reason."""
        row = self._row(number)
        self.unread.add(row.id)
        self.unread.update(self.claims.node(node).assertion.row for node in self._nodes[number])
        self.unread.update(self.claims.fact(fact).assertion.row for fact in self.facts_of(number))
        self._rejected[number] = row, reason
        self._outcomes[number] = _REJECTED

    @property
    def rejects(self) -> tuple[tuple[Row, str], ...]:
        """The rejected rows, each with the reason."""
        return tuple(self._rejected[number] for number in sorted(self._rejected))

    def recall(self, loader: Loader) -> None:
        """Give the rows that were rejected after they had been understood their cells again, for the table of rejects."""
        wanted = {number for number, (row, _) in self._rejected.items() if not row.cells and not row.defect}
        if not wanted:
            return
        last = max(wanted)
        for number, row in enumerate(loader.extract()):
            if number in wanted:
                known, reason = self._rejected[number]
                if (known.file, known.line, known.id) == (row.file, row.line, row.id):
                    self._rejected[number] = row, reason
            if number == last:
                return

    # Claims -----------------------------------------------------------------------------------------------------------

    @property
    def rows_of_nodes(self) -> tuple[Numbers, Numbers]:
        """For each time that a row that is taken claims a node the row, and the number of the claim."""
        owners, nodes = self._nodes.owners, self._nodes.flat.values
        taken = self._taken[owners]
        return owners[taken], nodes[taken].astype(np.int64)

    @property
    def rows_of_facts(self) -> tuple[Numbers, Numbers]:
        """For each claim of a fact that a row that is taken makes the row, and the number of the claim."""
        owners = np.repeat(np.arange(len(self), dtype=np.uint32), np.diff(self._fact_ends.values, prepend=0))
        facts = np.flatnonzero(self._taken[owners])
        return owners[facts], facts

    def rows_claiming(self, facts: Numbers) -> Numbers:
        """Return the rows that make these claims of facts, ascending, each once."""
        return np.unique(np.searchsorted(self._fact_ends.values, facts, "right"))

    @property
    def _taken(self) -> NDArray[np.bool_]:
        return np.asarray(self._outcomes.values == _UNDERSTOOD)

    def account(self, written: Written) -> tuple[dict[str, int], dict[str, int]]:
        """Count what became of each row, those that are left out by the rule as well, and check that every row is counted once."""
        outcomes = self._outcomes.values.copy()
        of_nodes, of_facts = self.rows_of_nodes, self.rows_of_facts
        for (rows, claims), column, changed in (
            (of_nodes, self.claims.nodes.key.values, written.changed_nodes),
            (of_facts, self.claims.facts.key.values, written.changed_facts),
        ):
            outcomes[rows[_like(column, changed)[claims]]] = _WRITTEN
        rows, facts = of_facts
        loops = _like(self.claims.facts.key.values, written.self_loops)[facts]
        to_itself = np.zeros(len(self), bool)
        to_itself[rows] = True
        to_itself[rows[~loops]] = False
        to_itself[of_nodes[0]] = False
        outcomes[to_itself] = self._skipped_by(_TO_ITSELF)
        numbers = np.bincount(outcomes)
        # In the order in which they come first.
        codes = sorted(np.flatnonzero(numbers).tolist(), key=lambda code: int((outcomes == code).argmax()))
        found = {code: int(numbers[code]) for code in codes}
        skipped = {self._rules.all[code - _SKIPPED]: number for code, number in found.items() if code >= _SKIPPED}
        rows_ = {
            "read": len(self),
            "written": found.get(_WRITTEN, 0),
            "unchanged": found.get(_UNDERSTOOD, 0),
            "skipped": sum(skipped.values()),
            "rejected": found.get(_REJECTED, 0),
        }
        if rows_["read"] != sum(number for name, number in rows_.items() if name != "read"):
            raise AssertionError(f"rows do not add up: {rows_}")
        return rows_, skipped

    # Life -------------------------------------------------------------------------------------------------------------

    def close(self) -> None:
        """Let go what is put aside."""
        self.claims.close()
        self._places.close()

    @property
    def closed(self) -> bool:
        """Whether all that was put aside is gone."""
        return self.claims.closed and self._places.closed

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def _mix(mixed: Numbers, more: Numbers) -> Numbers:
    mixed = (mixed ^ more) * np.uint64(0x9E3779B97F4A7C15)
    return np.asarray(mixed ^ (mixed >> np.uint64(29)))


def _like(keys: Numbers, chosen: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Return which keys are equal to one of those chosen."""
    if chosen.all() or not chosen.any():
        return chosen
    return among(keys, np.sort(keys[chosen]))


def header_of(loader: Loader) -> LoadHeader:
    """Return which edition of which scope a loader reads."""
    return LoadHeader(
        loader.scope, loader.edition, loader.checksum(), f"{loader.name} {loader.version}", loader.dates_facts
    )


def read_rows(loader: Loader, header: LoadHeader, forgotten: Forgotten = NOBODY) -> Fates:
    """Return all rows, with what each claims; close it when it is done with.

    What they say of persons who asked to be forgotten is left out.

    Raises:
        KgError: There is no row, or no room to put aside what is read.
    """
    fates = Fates(header)
    with ExitStack() as stack:
        stack.callback(fates.close)
        for row in loader.extract():
            outcome = outcome_of(loader, row)
            fates.add(row, without_forgotten(outcome, forgotten) if forgotten else outcome)
        if not len(fates):
            raise KgError(f"there is not a single row in the input of {loader.name}: is it the right file?")
        fates.claims.complete()
        fates.number_spells()
        stack.pop_all()
    return fates


def _may_have_spells(record: FactRecord) -> bool:
    return isinstance(record.fact, Spell)


def _record(claim: FactClaim) -> FactRecord:
    """Return the record that a claim was made of, whose values were checked then."""
    values = claim.assertion.values
    fact = FACTS[claim.type].model_construct(start=claim.start, end=claim.end, **values)
    return FactRecord(fact, claim.assertion.source, claim.assertion.row)


def outcome_of(loader: Loader, row: Row) -> Outcome:
    """Return what a loader makes of a row; one that cannot be trusted or read is rejected, with the reason."""
    if row.defect:
        return Rejected(row.defect)
    try:
        return loader.transform(row)
    except ValidationError as error:
        return Rejected(_explain(error))
    except ValueError as error:
        return Rejected(str(error))
    except OverflowError as error:
        return Rejected(f"a number without end: {error}")


def _explain(error: ValidationError) -> str:
    parts = []
    for detail in error.errors(include_url=False):
        where = ".".join(str(place) for place in detail["loc"])
        message = detail["msg"].removeprefix("Value error, ")
        parts.append(f"{where}: {message}" if where else message)
    return "; ".join(parts)


def unite(fates: Fates) -> None:
    """See to it that what the same row of the source says twice counts once, and does not differ."""
    facts = fates.claims.facts
    said: dict[int, int] = {}
    for row in fates.rows_claiming(repeated(facts.key.values)).tolist():
        mine = [(facts.key[number], facts.fingerprint[number], number) for number in fates.facts_of(row)]
        # What was read of each, before or, when a row says a thing twice, in this row.
        here = {key: fingerprint for key, fingerprint, _ in reversed(mine)}
        differing = [number for key, fingerprint, number in mine if said.get(key, here[key]) != fingerprint]
        if differing:
            other = fates.claims.fact(differing[0]).assertion
            fates.reject(row, f"row {other.row!r} of {other.source} was read before with other values")
        elif not fates.nodes_of(row) and all(key in said for key in here):
            fates.skip(row)
        else:
            said |= here
