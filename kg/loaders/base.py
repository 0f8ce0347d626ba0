"""The frame of every loader: extract -> transform -> records -> write -> clean-up.

A loader says how its files are cut into rows and what a row means; everything else happens here, the same for all: checking,
accounting for every row, resolving references, writing, ending what an edition lacks, and the record of the load itself.
"""

from __future__ import annotations

import hashlib
import json
from abc import ABC, abstractmethod
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, field, replace
from typing import ClassVar, TypeVar

from pydantic import ValidationError

from kg.database import loads, writer
from kg.database.connection import Connection
from kg.database.loads import LoadHeader
from kg.database.turn import turn
from kg.database.writer import (
    MAX_ENDED_SHARE,
    Claim,
    Edition,
    FactClaim,
    NodeClaim,
    Progress,
    claim_fact,
    claim_node,
)
from kg.errors import KgError
from kg.home import judgements_file
from kg.loaders.apart import first_reason, joining_different
from kg.places.judgements import read_judgements
from kg.schema.provenance import Source
from kg.schema.records import FactRecord, NodeRecord, number_spells
from kg.schema.relationships import Spell


@dataclass(frozen=True, slots=True)
class Row:
    """One row of an input file; ``id`` is what the source itself calls it, where it has such an id.

    ``defect`` says what is wrong with a row whose cells cannot be trusted; such a row is rejected without being looked at.
    """

    file: str
    line: int
    cells: Mapping[str, str]
    id: str
    defect: str = ""

    @staticmethod
    def content_id(line: int, cells: Mapping[str, str]) -> str:
        """Return an id for a row that has none of its own: its number and a hash of its content."""
        text = json.dumps(list(cells.items()), ensure_ascii=False)
        return f"{line}:{hashlib.blake2b(text.encode(errors='surrogatepass'), digest_size=4).hexdigest()}"


@dataclass(frozen=True, slots=True)
class Records:
    """What a row says."""

    nodes: Sequence[NodeRecord] = ()
    facts: Sequence[FactRecord] = ()


@dataclass(frozen=True, slots=True)
class Skipped:
    """A row that is left out on purpose, by a named rule."""

    rule: str


@dataclass(frozen=True, slots=True)
class Rejected:
    """A row that should have been readable and is not."""

    reason: str


Outcome = Records | Skipped | Rejected

C = TypeVar("C", NodeClaim, FactClaim)


class Loader(ABC):
    """One source and layout. ``version`` goes up when the same file would give other records."""

    name: ClassVar[str]
    version: ClassVar[int] = 1
    #: Whether the edition is the age of its facts; not so where each row has a date of its own.
    dates_facts: ClassVar[bool] = True
    #: How much of what its sources asserted before an edition may lack, unless the user says otherwise.
    max_ended_share: ClassVar[float] = MAX_ENDED_SHARE

    @property
    @abstractmethod
    def scope(self) -> str:
        """Source, file layout and, where a file is only a part, that part."""

    @property
    @abstractmethod
    def edition(self) -> str:
        """The partial date of the edition."""

    @property
    @abstractmethod
    def sources(self) -> Sequence[Source]:
        """The sources that records name."""

    @abstractmethod
    def checksum(self) -> str:
        """Return hexadecimal digits over all that is read."""

    @abstractmethod
    def extract(self) -> Iterable[Row]:
        """Yield the rows of the input; raise :class:`KgError` when it cannot be read at all."""

    @abstractmethod
    def transform(self, row: Row) -> Outcome:
        """Return what a row says. A ``ValueError`` rejects the row with its text."""


@dataclass(frozen=True)
class LoadReport:
    """What became of every row, and of the graph."""

    load: str
    sources: tuple[str, ...]
    rows: Mapping[str, int]
    skipped: Mapping[str, int]
    rejects: tuple[tuple[Row, str], ...]
    changes: Mapping[str, int]
    dry_run: bool = False

    def __str__(self) -> str:
        rows = ", ".join(f"{number:,} {name}" for name, number in self.rows.items())
        changes = (
            ", ".join(f"{number:,} {name}" for name, number in sorted(self.changes.items())) or "nothing to change"
        )
        lines = [f"{'Would load' if self.dry_run else 'Loaded'} {self.load}", f"  rows: {rows}", f"  graph: {changes}"]
        lines += [f"  skipped: {number:,} ({rule})" for rule, number in self.skipped.items()]
        return "\n".join(lines)


@dataclass(frozen=True, slots=True)
class _Understood:
    """A row of which claims were made."""


@dataclass(slots=True)
class _Fate:
    """One row on its way through the frame.

    Its cells and records are let go once claims are made of them, so that a large file fits; see :func:`_recall`.
    """

    row: Row
    outcome: _Understood | Skipped | Rejected
    nodes: list[NodeClaim] = field(default_factory=list)
    facts: list[FactClaim] = field(default_factory=list)
    #: Facts whose spells are numbered when all rows are read.
    spells: list[FactRecord] = field(default_factory=list)
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
        self.nodes, self.facts = [], []


def load(
    connection: Connection,
    loader: Loader,
    *,
    dry_run: bool = False,
    strict: bool = False,
    max_ended_share: float | None = None,
    progress: Progress | None = None,
) -> LoadReport:
    """Bring an edition into the graph; run again, it changes nothing, and after an interruption it goes on.

    Args:
        connection: Where to.
        loader: What to load.
        dry_run: Say what would happen, and write nothing.
        strict: Refuse the whole edition when a row is rejected.
        max_ended_share: How much of what the source asserted before the edition may lack.
        progress: Who hears how far it is: phase, number done, number in all (0 when not known).

    Raises:
        KgError: The input cannot be read, is older than what is loaded, lacks too much, or (``strict``) has a reject; nothing
            is written then.
    """
    share = loader.max_ended_share if max_ended_share is None else max_ended_share
    if not 0 <= share <= 1:
        raise KgError(
            f"max_ended_share {share}: the share that may be missing is a number from 0 (nothing) to 1 (everything)"
        )
    header = LoadHeader(
        loader.scope, loader.edition, loader.checksum(), f"{loader.name} {loader.version}", loader.dates_facts
    )
    fates = _read(loader, header)
    with nullcontext() if dry_run else turn(connection):
        return _load(connection, loader, header, fates, dry_run=dry_run, strict=strict, share=share, progress=progress)


def _load(
    connection: Connection,
    loader: Loader,
    header: LoadHeader,
    fates: list[_Fate],
    *,
    dry_run: bool,
    strict: bool,
    share: float,
    progress: Progress | None,
) -> LoadReport:
    first = header
    header = loads.place_in_history(connection, first)
    if header != first:
        _rename(fates, header)
    _unite(fates)
    _keep_apart(connection, fates)
    _reject_unknown(connection, fates)
    rejected = [fate for fate in fates if isinstance(fate.outcome, Rejected)]
    _recall(loader, rejected)
    rejects = tuple((fate.row, fate.outcome.reason) for fate in rejected if isinstance(fate.outcome, Rejected))
    if strict and rejects:
        row, reason = rejects[0]
        raise KgError(
            f"{len(rejects)} of {len(fates)} rows of {loader.name} are rejected, the first in {row.file}, line {row.line}: "
            f"{reason}. Nothing was written, as --strict asks; correct the rows, or load without --strict"
        )
    edition = Edition(
        header,
        nodes=_first_of_each(claim for fate in fates for claim in fate.nodes),
        facts=_first_of_each(claim for fate in fates for claim in fate.facts),
        sources=loader.sources,
        complete=True,
        unread_rows={name for fate in fates for name in fate.unread},
    )
    editor = writer.EditionWriter(connection, edition, dry_run=dry_run, progress=progress)
    editor.check_ended_share(share)
    if not dry_run:
        editor.reappraise()
        loads.begin(connection, header, loader.sources)
    written = editor.write()
    rows, skipped = _account(fates, written)
    sources = tuple(source.id for source in loader.sources)
    if not dry_run:
        stated = {"nodes": len(edition.nodes), "facts": len(edition.facts)}
        loads.finish(connection, header, sources, counts=rows, stated=stated)
    return LoadReport(header.id, sources, rows, skipped, rejects, dict(+written.counts), dry_run)


def _read(loader: Loader, header: LoadHeader) -> list[_Fate]:
    """Return all rows, with what each claims."""
    fates = []
    nodes: dict[str, NodeClaim] = {}
    facts: dict[str, FactClaim] = {}
    for row in loader.extract():
        outcome = Rejected(row.defect) if row.defect else _transform(loader, row)
        if not isinstance(outcome, Records):
            rejected = isinstance(outcome, Rejected)
            kept = row if rejected else replace(row, cells={})
            fates.append(_Fate(kept, outcome, unread=frozenset((row.id,)) if rejected else frozenset()))
            continue
        fate = _Fate(replace(row, cells={}), _Understood())
        fate.nodes = [_known(claim_node(record, header), nodes) for record in outcome.nodes]
        fate.spells = [record for record in outcome.facts if isinstance(record.fact, Spell)]
        rest = (record for record in outcome.facts if not isinstance(record.fact, Spell))
        fate.facts = [_known(claim_fact(record, header), facts) for record in rest]
        fates.append(fate)
    if not fates:
        raise KgError(f"there is not a single row in the input of {loader.name}: is it the right file?")
    spelt = [(fate, record) for fate in fates for record in fate.spells]
    for (fate, _), record in zip(spelt, number_spells([record for _, record in spelt]), strict=True):
        fate.facts.append(_known(claim_fact(record, header), facts))
        fate.spells = []
    return fates


def _known(claim: C, known: dict[str, C]) -> C:
    """Return the claim, or the very same one that an earlier row made: many rows describe one project, network or country."""
    first = known.setdefault(claim.key, claim)
    return first if first.assertion.given == claim.assertion.given else claim


def _transform(loader: Loader, row: Row) -> Outcome:
    try:
        return loader.transform(row)
    except ValidationError as error:
        return Rejected(_explain(error))
    except ValueError as error:
        return Rejected(str(error))


def _rename(fates: Sequence[_Fate], header: LoadHeader) -> None:
    """Let the claims be those of a load whose id turned out to be another: the same edition is loaded once more."""
    for fate in fates:
        fate.nodes = [replace(claim, assertion=replace(claim.assertion, load=header.id)) for claim in fate.nodes]
        fate.facts = [replace(claim, assertion=replace(claim.assertion, load=header.id)) for claim in fate.facts]


def _recall(loader: Loader, rejected: Sequence[_Fate]) -> None:
    """Give the rows that were rejected after they had been understood their cells again, for the table of rejects."""
    wanted = {(fate.row.file, fate.row.line, fate.row.id): fate for fate in rejected if not fate.row.cells}
    if wanted:
        for row in loader.extract():
            if fate := wanted.get((row.file, row.line, row.id)):
                fate.row = row


def _explain(error: ValidationError) -> str:
    parts = []
    for detail in error.errors(include_url=False):
        where = ".".join(str(place) for place in detail["loc"])
        message = detail["msg"].removeprefix("Value error, ")
        parts.append(f"{where}: {message}" if where else message)
    return "; ".join(parts)


def _unite(fates: Sequence[_Fate]) -> None:
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
            fate.facts = []
        else:
            seen |= here


def _first_of_each(claims: Iterable[C]) -> list[C]:
    """Keep what the first row says of a thing: a source may describe one node in many rows."""
    first: dict[str, C] = {}
    for claim in claims:
        first.setdefault(claim.key, claim)
    return list(first.values())


def _keep_apart(connection: Connection, fates: Sequence[_Fate]) -> None:
    """Reject rows that would join what a person called different."""
    claims = (claim for fate in fates for claim in fate.nodes)
    joining = joining_different(connection, claims, read_judgements(judgements_file()))
    if not joining:
        return
    for fate in fates:
        if why := first_reason(fate.nodes, joining):
            fate.reject(why)


def _reject_unknown(connection: Connection, fates: Sequence[_Fate]) -> None:
    """Reject rows whose facts name a node that nobody describes; that takes their own descriptions away, so look again."""
    while True:
        unknown = writer.unknown_references(
            connection,
            (claim for fate in fates for claim in fate.nodes),
            (claim for fate in fates for claim in fate.facts),
        )
        if not unknown:
            return
        for fate in fates:
            ends = (end for claim in fate.facts for end in claim.ends)
            if missing := next((end for end in ends if end in unknown), None):
                fate.reject(f"nothing is known of {missing}, neither in this input nor in the graph")


def _account(fates: Sequence[_Fate], written: writer.Written) -> tuple[dict[str, int], dict[str, int]]:
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
