"""What persons decided: which record is which place, and which are not the same; a plain CSV file that anybody can read.

Columns: ``answer`` (yes, no, unsure), ``subject`` (a source's own id of a place, or any id), ``candidate`` (the id it was held
against), ``name`` and ``country`` of the subject, ``by``, ``date``, ``reason``, and ``withdrawn`` (the day on which it was taken
back; the line stays). The last line on a subject and a candidate that was not taken back counts.
"""

from __future__ import annotations

import csv
import io
import os
import tempfile
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import asdict, dataclass, fields, replace
from functools import cached_property
from pathlib import Path

from kg.errors import KgError, quoted
from kg.schema.dates import first_day
from kg.schema.identity import check_id
from kg.small_files import read_small
from kg.spreadsheets import unguarded, written

#: Some hundred thousand answers.
_LARGEST_FILE = 64 << 20

ANSWERS = ("yes", "no", "unsure")


@dataclass(frozen=True, slots=True)
class Judgement:
    """One answer of one person."""

    answer: str
    subject: str
    candidate: str
    name: str
    country: str
    by: str
    date: str
    reason: str
    withdrawn: str = ""

    def __post_init__(self) -> None:
        if self.answer not in ANSWERS:
            raise ValueError(f"answer {self.answer!r} is none of {', '.join(ANSWERS)}")
        check_id(self.subject)
        check_id(self.candidate)
        if self.subject == self.candidate:
            raise ValueError(f"{self.subject} is held against itself")
        for text in (self.date, self.withdrawn):
            if text:
                first_day(text)

    @property
    def pair(self) -> frozenset[str]:
        """The two ids, in no order."""
        return frozenset((self.subject, self.candidate))


COLUMNS = tuple(field.name for field in fields(Judgement))


@dataclass(frozen=True)
class Judgements:
    """All answers, in the order of the file."""

    all: tuple[Judgement, ...] = ()

    @cached_property
    def standing(self) -> dict[frozenset[str], Judgement]:
        """The answer that counts for each pair: the last that was not taken back."""
        return {judgement.pair: judgement for judgement in self.all if not judgement.withdrawn}

    @cached_property
    def _yes(self) -> dict[str, list[str]]:
        found: dict[str, list[str]] = defaultdict(list)
        for judgement in self.standing.values():
            if judgement.answer == "yes":
                found[judgement.subject].append(judgement.candidate)
        return found

    def yes(self, subject: str) -> str | None:
        """Return the id that the subject was said to be, if any: the last such."""
        return self._yes[subject][-1] if subject in self._yes else None

    def no(self, subject: str, candidate: str) -> bool:
        """Whether somebody said that the subject is not the candidate."""
        return self.different(subject, candidate) is not None

    def different(self, one: str, other: str) -> Judgement | None:
        """Return the judgement that two ids are not the same, whichever way round it was said."""
        said = self.standing.get(frozenset((one, other)))
        return said if said is not None and said.answer == "no" else None

    def apart(self) -> list[Judgement]:
        """Return all standing judgements that two ids are not the same."""
        return [judgement for judgement in self.standing.values() if judgement.answer == "no"]


def read_judgements(path: Path) -> Judgements:
    """Return the judgements of a file; none when there is no such file.

    Raises:
        KgError: The file is not one of judgements; with the line, and what was expected.
    """
    if not path.exists():
        return Judgements()
    try:
        text = read_small(path, "file of judgements", _LARGEST_FILE).decode("utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise KgError(f"cannot read the judgements in {path}: {error}. It is a CSV file in UTF-8") from error
    table = csv.reader(io.StringIO(text, newline=""), strict=True)
    found: list[Judgement] = []
    try:
        header = next(table, [])
        if tuple(header) != COLUMNS:
            raise KgError(
                f"{path}, line 1: the columns of a file of judgements are {','.join(COLUMNS)}; correct the line"
            )
        for cells in table:
            if not any(cells):
                continue
            if len(cells) != len(COLUMNS):
                raise KgError(f"{path}, line {table.line_num}: {len(cells)} cells where {len(COLUMNS)} are expected")
            try:
                found.append(Judgement(*map(unguarded, cells)))
            except ValueError as error:
                raise KgError(f"{path}, line {table.line_num}: {error}. Correct the line or remove it") from error
    except csv.Error as error:
        raise KgError(f"{path}, line {table.line_num}: not a CSV file that can be read ({error})") from error
    return Judgements(tuple(found))


def append_judgement(path: Path, judgement: Judgement) -> Judgements:
    """Add an answer to the file, which is made when it is not there, and return all.

    Raises:
        KgError: The file is broken or cannot be written.
    """
    return _write(path, [*read_judgements(path).all, judgement])


def withdraw(path: Path, subject: str, candidate: str, date: str) -> Judgement:
    """Take back the answer that counts for two ids: its line gets the date, and an earlier answer does not return.

    Raises:
        KgError: There is no such answer, or the file is broken or cannot be written.
    """
    judgements = read_judgements(path)
    pair = frozenset((subject, candidate))
    taken_back = judgements.standing.get(pair)
    if taken_back is None:
        raise KgError(
            f"nobody judged {quoted(subject)} and {quoted(candidate)}, or it was taken back already; `kg review judged` lists all"
        )
    _write(
        path,
        [
            replace(judgement, withdrawn=date) if judgement.pair == pair and not judgement.withdrawn else judgement
            for judgement in judgements.all
        ],
    )
    return taken_back


def _write(path: Path, judgements: Iterable[Judgement]) -> Judgements:
    """Write all to a new file beside the old one, then put it in its place: it is never half-written, and a link stays one."""
    kept = tuple(judgements)
    path = Path(os.path.realpath(path))
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
        with os.fdopen(handle, "w", encoding="utf-8", newline="") as file:
            table = csv.writer(file, lineterminator="\n")
            table.writerow(COLUMNS)
            table.writerows(map(written, asdict(judgement).values()) for judgement in kept)
        Path(name).replace(path)
    except OSError as error:
        raise KgError(
            f"cannot write the judgements to {path} ({error.strerror or error}): KG_JUDGEMENTS names another file"
        ) from error
    return Judgements(kept)
