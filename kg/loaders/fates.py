"""Every row of an input on its way into the graph: what it claims, or why nothing is taken of it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TypeVar

from pydantic import ValidationError

from kg.database.claims import Claim, FactClaim, NodeClaim, claim_fact, claim_node, with_spell
from kg.database.loads import LoadHeader
from kg.database.writer import Written
from kg.errors import KgError
from kg.loaders.base import Loader, Outcome, Records, Rejected, Row, Skipped
from kg.schema.records import FactRecord, number_spells
from kg.schema.relationships import FACTS, Spell

C = TypeVar("C", NodeClaim, FactClaim)


@dataclass(frozen=True, slots=True)
class Understood:
    """A row of which claims were made."""


_UNDERSTOOD = Understood()
_NO_CELLS: Mapping[str, str] = {}


@dataclass(slots=True)
class Fate:
    """One row on its way through the frame.

    Its cells and records are let go once claims are made of them, so that a large file fits; see :func:`recall`.
    """

    row: Row
    outcome: Understood | Skipped | Rejected
    nodes: Sequence[NodeClaim] = ()
    facts: Sequence[FactClaim] = ()
    #: What the source calls the row and the things in it, when it is rejected: what it said of these before stays.
    unread: frozenset[str] = frozenset()

    @property
    def keys(self) -> list[str]:
        return [claim.key for claim in self.nodes] + [claim.key for claim in self.facts]

    def reject(self, reason: str) -> None:
        """Take nothing of the row, for this reason."""
        claims: list[Claim] = [*self.nodes, *self.facts]
        self.unread = frozenset((self.row.id, *(claim.assertion.row for claim in claims)))
        self.outcome = Rejected(reason)
        self.nodes, self.facts = (), ()


def header_of(loader: Loader) -> LoadHeader:
    """Return which edition of which scope a loader reads."""
    return LoadHeader(
        loader.scope, loader.edition, loader.checksum(), f"{loader.name} {loader.version}", loader.dates_facts
    )


def read_rows(loader: Loader, header: LoadHeader) -> list[Fate]:
    """Return all rows, with what each claims."""
    fates = []
    nodes: dict[str, NodeClaim] = {}
    facts: dict[str, FactClaim] = {}
    for row in loader.extract():
        outcome = outcome_of(loader, row)
        if not isinstance(outcome, Records):
            rejected = isinstance(outcome, Rejected)
            kept = row if rejected else _without_cells(row)
            fates.append(Fate(kept, outcome, unread=frozenset((row.id,)) if rejected else frozenset()))
            continue
        # Those that may have several spells last.
        records = sorted(outcome.facts, key=_may_have_spells) if len(outcome.facts) > 1 else outcome.facts
        fates.append(
            Fate(
                _without_cells(row),
                _UNDERSTOOD,
                tuple([_known(claim_node(record, header), nodes) for record in outcome.nodes]),
                tuple([_known(claim_fact(record, header), facts) for record in records]),
            )
        )
    if not fates:
        raise KgError(f"there is not a single row in the input of {loader.name}: is it the right file?")
    _number_spells(fates, facts)
    return fates


def _without_cells(row: Row) -> Row:
    return Row(row.file, row.line, _NO_CELLS, row.id, row.defect)


def _may_have_spells(record: FactRecord) -> bool:
    return isinstance(record.fact, Spell)


def _number_spells(fates: Sequence[Fate], known: dict[str, FactClaim]) -> None:
    """Give the claims the spells that they have among all rows; of nearly all facts there is only one row."""
    said: set[int] = set()
    repeated: set[int] = set()
    for fate in fates:
        for claim in fate.facts:
            if issubclass(FACTS[claim.type], Spell):
                (repeated if (subject := _subject(claim)) in said else said).add(subject)
    if not repeated:
        return
    places = [
        (fate, place)
        for fate in fates
        for place, claim in enumerate(fate.facts)
        if issubclass(FACTS[claim.type], Spell) and _subject(claim) in repeated
    ]
    numbered = number_spells([_record(fate.facts[place]) for fate, place in places])
    for (fate, place), record in zip(places, numbered, strict=True):
        if record.spell:
            facts = list(fate.facts)
            facts[place] = _known(with_spell(facts[place], record.spell), known)
            fate.facts = tuple(facts)


def _subject(claim: FactClaim) -> int:
    """Return a number that is the same for claims that may be of several spells of one fact."""
    return hash((claim.assertion.source, claim.type, *sorted(claim.ends), claim.part))


def _record(claim: FactClaim) -> FactRecord:
    """Return the record that a claim was made of, whose values were checked then."""
    values = claim.assertion.values
    fact = FACTS[claim.type].model_construct(start=claim.start, end=claim.end, **values)
    return FactRecord(fact, claim.assertion.source, claim.assertion.row)


def _known(claim: C, known: dict[str, C]) -> C:
    """Return the claim, or the very same one that an earlier row made: many rows describe one project, network or country."""
    first = known.setdefault(claim.key, claim)
    return first if first.assertion.given == claim.assertion.given else claim


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


def _explain(error: ValidationError) -> str:
    parts = []
    for detail in error.errors(include_url=False):
        where = ".".join(str(place) for place in detail["loc"])
        message = detail["msg"].removeprefix("Value error, ")
        parts.append(f"{where}: {message}" if where else message)
    return "; ".join(parts)


def rename(fates: Sequence[Fate], header: LoadHeader) -> None:
    """Let the claims be those of a load whose id turned out to be another: the same edition is loaded once more."""
    for fate in fates:
        fate.nodes = tuple(replace(claim, assertion=replace(claim.assertion, load=header.id)) for claim in fate.nodes)
        fate.facts = tuple(replace(claim, assertion=replace(claim.assertion, load=header.id)) for claim in fate.facts)


def recall(loader: Loader, rejected: Sequence[Fate]) -> None:
    """Give the rows that were rejected after they had been understood their cells again, for the table of rejects."""
    wanted = {(fate.row.file, fate.row.line, fate.row.id): fate for fate in rejected if not fate.row.cells}
    if wanted:
        for row in loader.extract():
            if fate := wanted.get((row.file, row.line, row.id)):
                fate.row = row


def unite(fates: Sequence[Fate]) -> None:
    """See to it that what the same row of the source says twice counts once, and does not differ."""
    seen: dict[str, str] = {}
    for fate in fates:
        # What was read of each, before or, when a row says a thing twice, in this row.
        here = {claim.key: claim.assertion.given for claim in reversed(fate.facts)}
        differing = [
            claim.assertion for claim in fate.facts if seen.get(claim.key, here[claim.key]) != claim.assertion.given
        ]
        if differing:
            fate.reject(f"row {differing[0].row!r} of {differing[0].source} was read before with other values")
        elif not fate.nodes and fate.facts and all(claim.key in seen for claim in fate.facts):
            fate.outcome = Skipped("the same as an earlier row")
            fate.facts = ()
        else:
            seen |= here


def account(fates: Sequence[Fate], written: Written) -> tuple[dict[str, int], dict[str, int]]:
    """Count what became of each row, and check that every row is counted once."""
    rows: Counter[str] = Counter({"read": len(fates), "written": 0, "unchanged": 0, "skipped": 0, "rejected": 0})
    skipped: Counter[str] = Counter()
    for fate in fates:
        match fate.outcome:
            case Rejected():
                rows["rejected"] += 1
            case Skipped(rule):
                rows["skipped"] += 1
                skipped[rule] += 1
            case _ if fate.facts and all(key in written.self_loops for key in fate.keys):
                rows["skipped"] += 1
                skipped["joins a node to itself"] += 1
            case _ if any(key in written.changed for key in fate.keys):
                rows["written"] += 1
            case _:
                rows["unchanged"] += 1
    if rows["read"] != sum(number for name, number in rows.items() if name != "read"):
        raise AssertionError(f"rows do not add up: {dict(rows)}")
    return dict(rows), dict(skipped)
