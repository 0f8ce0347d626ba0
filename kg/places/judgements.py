"""A person's judgements on places: which place a source means, and which it does not.

They live in a plain CSV file that a person may read and edit: ``judgements.csv`` in the home folder, or ``KG_JUDGEMENTS``. A judgement
that is taken back stays in the file, with the day on which that happened.
"""

from __future__ import annotations

import csv
import os
import re
import tempfile
from collections.abc import Iterable, Sequence
from dataclasses import astuple, dataclass, fields, replace
from pathlib import Path

from kg.errors import KgError, quoted
from kg.places.home import home_folder

ANSWERS = ("yes", "no", "unsure")
_ID = re.compile(r"[a-z]+:\S(?:[^\n\r]*\S)?")
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")


@dataclass(frozen=True, slots=True)
class Judgement:
    """One answer: is ``subject`` (a source's own id of a place) the same as ``candidate`` (an id of the gazetteer)?

    ``name`` and ``country`` are what the source writes, for readers; ``withdrawn`` is the day on which it was taken back.
    """

    answer: str
    subject: str
    candidate: str
    name: str = ""
    country: str = ""
    by: str = ""
    date: str = ""
    reason: str = ""
    withdrawn: str = ""

    def __post_init__(self) -> None:
        """Check what can be checked.

        Raises:
            ValueError: A value is not of its form.
        """
        if self.answer not in ANSWERS:
            raise ValueError(f"answer must be one of {', '.join(ANSWERS)}, not {quoted(self.answer)}")
        for column in ("subject", "candidate"):
            if not _ID.fullmatch(getattr(self, column)):
                raise ValueError(f"{column} must be an id such as geonames:456172, not {quoted(getattr(self, column))}")
        for column in ("date", "withdrawn"):
            if (text := getattr(self, column)) and not _DATE.fullmatch(text):
                raise ValueError(f"{column} must be a day such as 2026-11-23, not {quoted(text)}")


COLUMNS = tuple(field.name for field in fields(Judgement))


class Judgements:
    """The judgements that hold: of several on one pair, the last that was not taken back."""

    def __init__(self, judgements: Iterable[Judgement] = ()) -> None:
        latest: dict[tuple[str, str], Judgement] = {}
        for judgement in judgements:
            if not judgement.withdrawn:
                latest[judgement.subject, judgement.candidate] = judgement
        self._latest = latest
        self._yes = {one.subject: one.candidate for one in latest.values() if one.answer == "yes"}

    def no(self, subject: str, candidate: str) -> bool:
        """Whether a person said that the subject is not this candidate."""
        found = self._latest.get((subject, candidate))
        return found is not None and found.answer == "no"

    def yes(self, subject: str) -> str | None:
        """Return the candidate that a person said is the subject, None unless one did; the last one of several."""
        return self._yes.get(subject)

    def different(self, first: str, second: str) -> bool:
        """Whether a person said of two ids, in either order, that they are not one place."""
        return self.no(first, second) or self.no(second, first)

    def __len__(self) -> int:
        return len(self._latest)


def judgements_path() -> Path:
    """Return where the judgements are: ``KG_JUDGEMENTS``, else ``judgements.csv`` in the home folder."""
    given = os.environ.get("KG_JUDGEMENTS")
    return Path(given).expanduser() if given else home_folder() / "judgements.csv"


def read_judgements(path: Path) -> tuple[Judgement, ...]:
    """Return all judgements of a file in its order, those taken back too; none when there is no such file.

    Raises:
        KgError: A line is not a judgement; it says which line and what was expected.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        return ()
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not UTF-8"
        raise KgError(f"The judgements in {path} cannot be read ({reason}): save the file as CSV in UTF-8.") from error
    lines = csv.DictReader(text.splitlines(), strict=True)
    try:
        _check_header(lines.fieldnames or ())
        return tuple(_judgement(row) for row in lines)
    except (ValueError, csv.Error) as error:
        raise KgError(
            f"{path}, line {max(1, lines.line_num)}: {error}. Expected are the columns {', '.join(COLUMNS)}; mend the line "
            "or name another file with KG_JUDGEMENTS."
        ) from error


def _check_header(header: Sequence[str]) -> None:
    if missing := [column for column in COLUMNS[:3] if column not in header]:
        raise ValueError(f"the header lacks {', '.join(missing)}")


def _judgement(row: dict[str, str]) -> Judgement:
    if None in row:
        raise ValueError("it has more cells than the header (put quotes around a text with commas)")
    return Judgement(**{column: (row.get(column) or "").strip() for column in COLUMNS})


def load_judgements() -> Judgements:
    """Return the user's judgements.

    Raises:
        KgError: The file is broken.
    """
    return Judgements(read_judgements(judgements_path()))


def append_judgement(judgement: Judgement, path: Path) -> None:
    """Add a judgement to a file, which is made when it is not there; another process sees all of it or nothing.

    Raises:
        KgError: The file is broken or cannot be written.
    """
    _write((*read_judgements(path), judgement), path)


def withdraw(subject: str, candidate: str, date: str, path: Path) -> Judgement:
    """Take back the judgement that holds on a pair; an earlier one on the same pair holds again.

    Raises:
        KgError: There is none, or the file is broken or cannot be written.
    """
    judgements = list(read_judgements(path))
    for number in reversed(range(len(judgements))):
        one = judgements[number]
        if (one.subject, one.candidate) == (subject, candidate) and not one.withdrawn:
            try:
                judgements[number] = replace(one, withdrawn=date)
            except ValueError as error:
                raise KgError(f"Nothing was taken back: {error}.") from error
            _write(judgements, path)
            return judgements[number]
    raise KgError(f"No judgement on {quoted(subject)} and {quoted(candidate)} holds in {path}: nothing to take back.")


def _write(judgements: Sequence[Judgement], path: Path) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        descriptor, made = tempfile.mkstemp(prefix=path.name, suffix=".new", dir=path.parent)
        try:
            with open(descriptor, "w", encoding="utf-8", newline="") as file:  # noqa: PTH123 - a descriptor
                writer = csv.writer(file, lineterminator="\n")
                writer.writerow(COLUMNS)
                writer.writerows(astuple(judgement) for judgement in judgements)
                file.flush()
                os.fsync(file.fileno())
            Path(made).replace(path)
        finally:
            Path(made).unlink(missing_ok=True)
    except OSError as error:
        raise KgError(f"The judgements cannot be written to {path} ({error.strerror}): set KG_JUDGEMENTS.") from error
