"""The frame of every loader: extract -> transform -> records -> write -> clean-up.

A loader says how its files are cut into rows and what a row means; everything else happens here, the same for all: checking,
accounting for every row, resolving references, writing, ending what an edition lacks, and the record of the load itself.
"""

from __future__ import annotations

import gc
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from functools import partial

from kg.database import loads, stored, writer
from kg.database.ahead import Ahead
from kg.database.claims import Find
from kg.database.connection import Connection
from kg.database.forgotten import read_forgotten
from kg.database.loads import LoadHeader
from kg.database.reappraisal import reappraise
from kg.database.succession import Edition
from kg.database.turn import turn
from kg.database.writer import Progress
from kg.errors import KgError
from kg.home import judgements_file
from kg.loaders.base import Loader, Row
from kg.loaders.fates import Fates, header_of, read_rows
from kg.loaders.inputs import inputs_of
from kg.loaders.repeats import repeated
from kg.loaders.screening import edition_of, screen
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

    Where it can be known that it would change nothing, the files are not even read (see :mod:`kg.loaders.repeats`).

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
    header = header_of(loader)
    inputs = inputs_of(loader)
    sources = tuple(source.id for source in loader.sources)
    if inputs and (last := repeated(connection, header, inputs)):
        return LoadReport(last.id, sources, last.rows, last.skipped, (), {}, dry_run)
    forgotten = read_forgotten(connection)
    with (
        seldom_collecting(),
        Ahead(connection, header.scope) as ahead,
        read_rows(loader, header, forgotten) as fates,
        nullcontext(connection) if dry_run else turn(connection) as mine,
    ):
        if read_forgotten(connection) != forgotten:
            raise KgError(
                f"somebody was forgotten while the files of {loader.name} were read: run the same command again"
            )
        return _load(
            mine,
            loader,
            header,
            fates,
            inputs,
            ahead,
            dry_run=dry_run,
            strict=strict,
            share=share,
            progress=progress,
        )


@contextmanager
def seldom_collecting() -> Iterator[None]:
    """Let Python's collector look through young objects alone.

    A load makes millions of objects that stay until its end and form no circles; to go through all of them again and again, for
    nothing, took a sixth of its time.
    """
    before = gc.get_threshold()
    gc.set_threshold(100_000, 20, 1_000_000)
    try:
        yield
    finally:
        gc.set_threshold(*before)


def understand(loader: Loader, fates: Fates, find: Find, *, strict: bool) -> Edition:
    """Return what the rows say; those that cannot be taken are rejected.

    Args:
        loader: What read them.
        fates: All rows.
        find: Finds the nodes that are known from before.
        strict: Refuse the whole edition when a row is rejected.

    Raises:
        KgError: One is (``strict``).
    """
    screen(fates, find, read_judgements(judgements_file()))
    fates.recall(loader)
    if strict and fates.rejects:
        row, reason = fates.rejects[0]
        raise KgError(
            f"{len(fates.rejects)} of {len(fates)} rows of {loader.name} are rejected, the first in {row.file}, line {row.line}: "
            f"{reason}. Nothing was written, as --strict asks; correct the rows, or load without --strict"
        )
    return edition_of(fates, loader.sources)


def _load(
    connection: Connection,
    loader: Loader,
    header: LoadHeader,
    fates: Fates,
    inputs: str | None,
    ahead: Ahead,
    *,
    dry_run: bool,
    strict: bool,
    share: float,
    progress: Progress | None,
) -> LoadReport:
    # Its id may turn out to be another: the same edition is loaded once more.
    header = fates.claims.header = loads.place_in_history(connection, header)
    edition = understand(loader, fates, partial(stored.find_ids, connection), strict=strict)
    skimmed = ahead.skimmed(connection)
    editor = writer.EditionWriter(connection, edition, dry_run=dry_run, progress=progress, skimmed=skimmed)
    del skimmed
    editor.check_ended_share(share)
    if not dry_run:
        reappraise(connection, loader.sources)
        loads.begin(connection, header, loader.sources)
    written = editor.write()
    rows, skipped = fates.account(written)
    sources = tuple(source.id for source in loader.sources)
    if not dry_run:
        stated = {"nodes": len(edition.node_numbers), "facts": len(edition.fact_numbers)}
        loads.finish(connection, header, sources, counts=rows, stated=stated, skipped=skipped, inputs=inputs)
    return LoadReport(header.id, sources, rows, skipped, fates.rejects, dict(+written.counts), dry_run)
