"""The frame of every loader: extract -> transform -> records -> write -> clean-up.

A loader says how its files are cut into rows and what a row means; everything else happens here, the same for all: checking,
accounting for every row, resolving references, writing, ending what an edition lacks, and the record of the load itself.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass

from kg.database import loads, writer
from kg.database.connection import Connection
from kg.database.loads import LoadHeader
from kg.database.turn import turn
from kg.database.writer import Edition, Progress
from kg.errors import KgError
from kg.home import judgements_file
from kg.loaders.apart import first_reason, joining_different
from kg.loaders.base import Loader, Rejected, Row
from kg.loaders.fates import C, Fate, account, read_rows, recall, rename, unite
from kg.places.judgements import read_judgements


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
    fates = read_rows(loader, header)
    with nullcontext() if dry_run else turn(connection):
        return _load(connection, loader, header, fates, dry_run=dry_run, strict=strict, share=share, progress=progress)


def _load(
    connection: Connection,
    loader: Loader,
    header: LoadHeader,
    fates: list[Fate],
    *,
    dry_run: bool,
    strict: bool,
    share: float,
    progress: Progress | None,
) -> LoadReport:
    first = header
    header = loads.place_in_history(connection, first)
    if header != first:
        rename(fates, header)
    unite(fates)
    _keep_apart(connection, fates)
    _reject_unknown(connection, fates)
    rejected = [fate for fate in fates if isinstance(fate.outcome, Rejected)]
    recall(loader, rejected)
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
    rows, skipped = account(fates, written)
    sources = tuple(source.id for source in loader.sources)
    if not dry_run:
        stated = {"nodes": len(edition.nodes), "facts": len(edition.facts)}
        loads.finish(connection, header, sources, counts=rows, stated=stated)
    return LoadReport(header.id, sources, rows, skipped, rejects, dict(+written.counts), dry_run)


def _first_of_each(claims: Iterable[C]) -> list[C]:
    """Keep what the first row says of a thing: a source may describe one node in many rows."""
    first: dict[str, C] = {}
    for claim in claims:
        first.setdefault(claim.key, claim)
    return list(first.values())


def _keep_apart(connection: Connection, fates: Sequence[Fate]) -> None:
    """Reject rows that would join what a person called different."""
    claims = (claim for fate in fates for claim in fate.nodes)
    joining = joining_different(connection, claims, read_judgements(judgements_file()))
    if not joining:
        return
    for fate in fates:
        if why := first_reason(fate.nodes, joining):
            fate.reject(why)


def _reject_unknown(connection: Connection, fates: Sequence[Fate]) -> None:
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
