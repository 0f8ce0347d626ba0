"""``kg recommend --all``: the best partners of every city and region, as one table."""

from __future__ import annotations

import csv
import os
import secrets
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from itertools import chain, islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kg.database.connection import Connection
from kg.errors import KgError
from kg.queries.block import Block, Everyone
from kg.queries.block_scores import Best, Finder
from kg.queries.choose import snapshot_engine
from kg.queries.evaluation.processes import USUAL, in_turn
from kg.queries.kinds.kind import Weights
from kg.queries.kinds.names import check_kind
from kg.queries.paths import DEFAULT_TOP, check_top
from kg.queries.ranking import EXISTING, Rule
from kg.queries.recommend import weighting_of
from kg.queries.report_results import spreadsheet_cell
from kg.queries.scoring import exact
from kg.queries.validity import parse_as_of
from kg.queries.world import World

if TYPE_CHECKING:
    import pyarrow as pa

#: Columns of the table with their Arrow types: one row for each place and partner. A column for each term of the kind follows.
COLUMNS = {
    "id": "string",
    "name": "string",
    "country": "string",
    "rank": "int32",
    "partner_id": "string",
    "partner_name": "string",
    "partner_country": "string",
    "score": "float64",
}

#: Endings of files that can be written.
ENDINGS = (".csv", ".parquet", ".arrow")

#: So many rows at a time go into a file.
_ROWS = 20_000

#: For fewer places than this another process is not worth its start.
_WORTH_IT = 5_000

#: Values of :data:`COLUMNS`, then of the terms.
Row = tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class Everybody:
    """The best partners of every place.

    Attributes:
        terms: The names of the terms, whose values stand in each row after those of :data:`COLUMNS`; a score is their sum.
        rows: The rows, which are computed as they are asked for: those of a place one after the other, by rank.
    """

    terms: tuple[str, ...]
    rows: Iterator[Row]

    @property
    def columns(self) -> tuple[str, ...]:
        """The names of all columns."""
        return (*COLUMNS, *self.terms)


def recommend_all(
    connection: Connection,
    *,
    kind: str = "exchange",
    top: int = DEFAULT_TOP,
    as_of: str | date | None = None,
    include_existing: bool = False,
    weights: str | Path | Weights | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> pa.Table:
    """Return the best partners abroad of every city and region, with the scores that ``recommend`` gives.

    Args:
        connection: The database.
        kind: ``exchange``, ``project`` or ``twinning``.
        top: How many for each.
        as_of: Answer as of this date (partial: its last day); today unless given.
        include_existing: Keep those with a current twinning or a running common project.
        weights: A weights file to use instead of the package's, or weights.
        progress: Hears how many places are done, and of how many.

    Returns:
        An Arrow table with the columns of :data:`COLUMNS` and one for each term, whose sum is the score: the places of a region
        one after the other by id, the partners of each by rank. Places that are no longer municipalities have no rows, and are
        nobody's partners.

    Raises:
        KgError: If an option makes no sense, or pyarrow is not installed.
    """
    arrow = _pyarrow()
    found = everybody(
        connection,
        kind=kind,
        top=top,
        as_of=as_of,
        include_existing=include_existing,
        weights=weights,
        progress=progress,
    )
    schema = _schema(arrow, found)
    return arrow.Table.from_batches(_batches(arrow, found, schema), schema)


def everybody(
    connection: Connection,
    *,
    kind: str = "exchange",
    top: int = DEFAULT_TOP,
    as_of: str | date | None = None,
    include_existing: bool = False,
    weights: str | Path | Weights | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> Everybody:
    """Return the rows of :func:`recommend_all`, without pyarrow; the arguments are the same.

    Raises:
        KgError: If an option makes no sense.
    """
    checked, day = check_kind(kind), parse_as_of(as_of)
    check_top(top)
    weighting, _ = weighting_of(checked, weights)
    # For so many the graph in memory is better than a question for each.
    world = snapshot_engine(connection, day).world
    existing = () if include_existing else EXISTING[checked]
    return Everybody(tuple(weighting.terms), rows_of(world, weighting, existing, top, progress))


def rows_of(
    world: World,
    weights: Weights,
    existing: Sequence[Rule],
    top: int,
    progress: Callable[[int, int], None] | None = None,
    *,
    every: int = 1,
    processes: int = USUAL,
) -> Iterator[Row]:
    """Yield the rows of all places of a whole graph.

    Args:
        world: The graph.
        weights: What makes the scores.
        existing: Which existing ties leave a place out.
        top: How many partners for each place.
        progress: Hears how many places are done, and of how many.
        every: Only every so many blocks of places, to measure with.
        processes: In how many processes, where there are places enough.

    Raises:
        KgError: A process was ended from outside, as happens where memory is short.
    """
    places = world.snapshot.places.rows
    heard, done = progress or (lambda _done, _total: None), 0
    heard(0, len(places))
    if not places:
        return
    everyone = Everyone(world)
    finder = Finder(everyone, weights, existing, top)
    blocks = [block.subjects for block in islice(everyone.blocks(), 0, None, every)]

    def best_of(at: int) -> list[Best]:
        # The block is made anew, so that what it looks up is not kept.
        return list(finder.best(Block(everyone, blocks[at])))

    # What all blocks look at is there after the first, and a copy of the process has it too.
    ahead = [best_of(0)]
    number = processes if len(places) >= _WORTH_IT else 1
    later = in_turn(lambda at: best_of(at + 1), len(blocks) - 1, number)
    for subjects, lists in zip(blocks, chain(ahead, later), strict=True):
        for found in lists:
            own = places[found.subject]
            others = zip(found.others.tolist(), exact(found.terms).tolist(), found.terms.tolist(), strict=True)
            for rank, (at, score, terms) in enumerate(others, 1):
                other = places[at]
                yield own.id, own.name, own.country, rank, other.id, other.name, other.country, score, *terms
        done += len(subjects)
        heard(done, len(places))


def check_out(file: Path) -> None:
    """Refuse a file that could not be written for its ending, or for want of pyarrow.

    Raises:
        KgError: The ending is none of :data:`ENDINGS`, or pyarrow is not installed.
    """
    if file.suffix.lower() not in ENDINGS:
        raise KgError(f"--out {file}: its ending does not say how to write it. Known are {', '.join(ENDINGS)}.")
    if file.suffix.lower() != ".csv":
        _pyarrow()


def write_everybody(found: Everybody, file: Path) -> int:
    """Write the rows of :func:`everybody` to a file, as its ending says, and return how many.

    Raises:
        KgError: The ending is not known, pyarrow is not installed, or the file cannot be written.
    """
    check_out(file)
    ending = file.suffix.lower()
    try:
        with _whole(file) as new:
            return (
                _write_csv(found, new) if ending == ".csv" else _write_arrow(found, new, parquet=ending == ".parquet")
            )
    except OSError as error:
        raise KgError(f"--out {file} cannot be written: {error.strerror or error}. Name another file.") from error


@contextmanager
def _whole(file: Path) -> Iterator[Path]:
    """Give a new file to write to, which takes the place of ``file`` at the end: no half table looks like a whole one."""
    target = file.resolve()
    if target.exists() and not (target.is_file() and os.access(target.parent, os.W_OK)):
        yield target
        return
    # A name that nobody can have put a link under.
    new = target.with_name(f".{target.name[:100]}.{secrets.token_hex(4)}")
    try:
        yield new
        new.replace(target)
    finally:
        new.unlink(missing_ok=True)


def _write_csv(found: Everybody, file: Path) -> int:
    number, words = 0, len(COLUMNS) - 1
    # The byte order mark makes Excel read the names of cities in their own letters.
    with file.open("w", encoding="utf-8-sig", newline="") as out:
        writer = csv.writer(out, lineterminator="\r\n")
        writer.writerow(found.columns)
        for row in found.rows:
            writer.writerow([*map(spreadsheet_cell, row[:words]), *map(repr, row[words:])])
            number += 1
    return number


def _write_arrow(found: Everybody, file: Path, *, parquet: bool) -> int:
    arrow = _pyarrow()
    schema, number = _schema(arrow, found), 0
    if parquet:
        from pyarrow.parquet import ParquetWriter

        open_file: Any = ParquetWriter(file, schema)
    else:
        open_file = arrow.ipc.new_file(str(file), schema)
    with open_file as writer:
        for batch in _batches(arrow, found, schema):
            writer.write_batch(batch)
            number += batch.num_rows
    return number


def _schema(arrow: Any, found: Everybody) -> Any:
    types = {**COLUMNS, **dict.fromkeys(found.terms, "float64")}
    return arrow.schema([(name, getattr(arrow, type_)()) for name, type_ in types.items()])


def _batches(arrow: Any, found: Everybody, schema: Any) -> Iterator[Any]:
    """Yield the rows so many at a time, so that the rest of them is in memory as Arrow only."""
    while rows := list(islice(found.rows, _ROWS)):
        yield arrow.record_batch(
            [arrow.array(values, type_) for values, type_ in zip(zip(*rows, strict=True), schema.types, strict=True)],
            schema=schema,
        )


def _pyarrow() -> Any:
    try:
        import pyarrow as pa
    except ImportError as error:
        raise KgError(
            "A table of all recommendations needs pyarrow: install it with pip install 'localgov-kg[arrow]'; "
            "kg recommend --all --out FILE.csv does without."
        ) from error
    return pa
