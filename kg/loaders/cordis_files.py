"""The two tables of a CORDIS data set, and what must be known of them before a single row can be told: one pass over both.

An organisation stands in as many rows as it has projects, in older rows under older names; it gets one description, so that
what the graph says of it does not hang on the order of the rows.
"""

from __future__ import annotations

import re
import statistics
import zipfile
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path
from sys import intern
from typing import NamedTuple

from kg.errors import KgError
from kg.loaders.base import Row
from kg.loaders.reading.archives import read_zipped_table
from kg.loaders.reading.tables import read_table
from kg.places.countries import CODES_IN_USE
from kg.places.names import normalise
from kg.schema.dates import check_partial_date

#: What must be there; all else is read where an edition has it.
PROJECT_COLUMNS = ("id", "acronym", "title", "frameworkProgramme")
ORGANISATION_COLUMNS = ("projectID", "organisationID", "name", "country", "role")

#: What else of a row goes further: no objective, no contact form, no VAT number, no street, in rejects neither.
_MORE_OF_PROJECT = ("startDate", "endDate", "totalCost", "masterCall", "subCall")
_MORE_OF_ORGANISATION = ("activityType", "ecContribution", "endOfParticipation", "active")

_NUMBER = re.compile(r"[0-9]+(?:[.,][0-9]+)?")


class Participant(NamedTuple):
    """An organisation as its newest row describes it."""

    updated: str
    name: str
    short_name: str
    activity: str
    country: str
    city: str
    nuts: str
    location: tuple[float, float] | None
    #: Whether the publisher gives any address: it withholds those of natural persons.
    addressed: bool


@dataclass(frozen=True)
class Survey:
    """What one pass over both tables tells.

    ``projects`` are those that can be read; ``described_at`` is the line on which an organisation is described, the first whose
    participation can be read; ``repeated`` names participations that stand in several rows.
    """

    programmes: frozenset[str]
    updated: str | None
    projects: frozenset[str]
    participants: Mapping[str, Participant]
    projects_of: Mapping[str, Sequence[str]]
    described_at: Mapping[str, int]
    repeated: frozenset[str]

    @cached_property
    def seats(self) -> Mapping[str, tuple[float, float]]:
        """The middle of the addresses in each town, by :func:`seat_key`: single ones are wrong, or lie outside the town."""
        points: dict[str, list[tuple[float, float]]] = {}
        for participant in self.participants.values():
            if participant.location:
                points.setdefault(seat_key(participant), []).append(participant.location)
        return {
            key: (statistics.median(lon for lon, _ in there), statistics.median(lat for _, lat in there))
            for key, there in points.items()
        }


@dataclass(frozen=True, slots=True)
class CordisFiles:
    """Where the two tables are: in a zip as published, both in the same file, or taken out of it."""

    projects: Path
    organisations: Path

    @classmethod
    def of(cls, files: Sequence[Path]) -> CordisFiles:
        """Return what the files of one load are.

        Raises:
            KgError: They are neither.
        """
        if len(files) == 1 and zipfile.is_zipfile(files[0]):
            return cls(files[0], files[0])
        kinds = {_kind(file): file for file in files}
        if kinds.keys() != {"project", "organization"}:
            names = " and ".join(file.name for file in files)
            raise KgError(
                f"{names}: this is no data set of CORDIS, which is a zip with project.csv and organization.csv in it, or "
                "these two files together: give the zip as it was downloaded, or both files"
            )
        return cls(kinds["project"], kinds["organization"])

    def project_rows(self) -> Iterator[Row]:
        """Yield the rows of project.csv, by the project's number."""
        return _table(self.projects, "project.csv", PROJECT_COLUMNS, lambda cells: cells["id"])

    def organisation_rows(self) -> Iterator[Row]:
        """Yield the rows of organization.csv, by project, organisation and role."""
        return _table(self.organisations, "organization.csv", ORGANISATION_COLUMNS, _participation)

    def kept_rows(self, repeated: Collection[str]) -> Iterator[Row]:
        """Yield the rows of both tables with the cells that go further, projects first; the ``repeated`` ones by their order."""
        for row in self.project_rows():
            yield Row(row.file, row.line, _kept(row.cells, PROJECT_COLUMNS, _MORE_OF_PROJECT), row.id, row.defect)
        for row in self.organisation_rows():
            id_ = f"{row.id}:{row.cells.get('order', '')}" if row.id in repeated else row.id
            yield Row(
                row.file, row.line, _kept(row.cells, ORGANISATION_COLUMNS, _MORE_OF_ORGANISATION), id_, row.defect
            )

    def survey(self, is_readable: Callable[[Row], bool]) -> Survey:
        """Return what one pass over both tables tells.

        Args:
            is_readable: Whether a project can be loaded: where not, an organisation is not described beside its participation
                in it, which would take the organisation out of all its other projects.

        Raises:
            KgError: A table cannot be read, or lacks a column.
        """
        dates: set[str] = set()
        projects: set[str] = set()
        programmes: set[str] = set()
        for row in self.project_rows():
            if row.defect:
                continue
            dates.add(_day(row.cells.get("contentUpdateDate", "")[:10]))
            programmes.add(row.cells["frameworkProgramme"])
            if is_readable(row):
                projects.add(intern(row.id))
        participants: dict[str, Participant] = {}
        projects_of: dict[str, list[str]] = {}
        described: dict[str, int] = {}
        seen: set[str] = set()
        repeated: set[str] = set()
        for row in self.organisation_rows():
            if row.defect:
                continue
            pic, project = intern(row.cells["organisationID"]), intern(row.cells["projectID"])
            updated = _day(row.cells.get("contentUpdateDate", "")[:10])
            dates.add(updated)
            if pic not in participants or updated >= participants[pic].updated:
                participant = _participant(row.cells, updated)
                participants[pic] = max(participant, participants.get(pic, participant), key=_newest)
            projects_of.setdefault(pic, []).append(project)
            if project in projects and is_amount(row.cells.get("ecContribution", "")):
                described.setdefault(pic, row.line)
            (repeated if row.id in seen else seen).add(row.id)
        return Survey(
            programmes=frozenset(programmes - {""}),
            updated=max(dates, default="") or None,
            projects=frozenset(projects),
            participants=participants,
            projects_of=projects_of,
            described_at=described,
            repeated=frozenset(repeated),
        )


def pair(files: Sequence[Path]) -> list[list[Path]]:
    """Sort what a user named into data sets: a zip is one, so are a project.csv and an organization.csv of one folder.

    A folder stands for the two tables in it.
    """
    sets: list[list[Path]] = []
    tables: dict[Path, list[Path]] = {}
    for file in files:
        if file.is_dir():
            tables.setdefault(file, []).extend(file / name for name in ("project.csv", "organization.csv"))
        elif file.is_file() and not zipfile.is_zipfile(file):
            tables.setdefault(file.parent, []).append(file)
        else:
            sets.append([file])
    return sets + list(tables.values())


def call_code(cells: Mapping[str, str]) -> str:
    """Return the code of the call that a project answered: the round, else what it belongs to."""
    return cells.get("subCall") or cells.get("masterCall") or ""


def seat_key(participant: Participant) -> str:
    """Return what tells a town from others: there are two Frankfurts, and the region says which."""
    return f"{participant.country}|{normalise(participant.city)}|{participant.nuts}"


def is_natural_person(participant: Participant) -> bool:
    """Return whether a participant is a person by all signs: no address is given, and the name is SURNAME Given.

    Some firms are written so (IDEMIA France), but their address is not withheld.
    """
    if participant.addressed or participant.activity not in ("PRC", "OTH", ""):
        return False
    words = participant.name.replace("-", " ").replace("'", "").split()
    surname = [word for word in words if word.isupper() and len(word) > 1]
    given = words[len(surname) :]
    return bool(
        surname
        and given
        and words == surname + given
        and all(word.isalpha() for word in words)
        and " ".join(given).istitle()
    )


def is_amount(text: str) -> bool:
    """Return whether a cell is empty or an amount; some columns have decimal points, others decimal commas."""
    return not text or bool(_NUMBER.fullmatch(text))


def amount(text: str) -> float | None:
    """Return an amount in euro, nothing for an empty cell.

    >>> amount("284812.5"), amount("51611,25"), amount("")
    (284812.5, 51611.25, None)

    Raises:
        ValueError: It is none.
    """
    if not is_amount(text):
        raise ValueError(f"{text!r} is not an amount in euro")
    return float(text.replace(",", ".")) if text else None


def _table(
    path: Path, member: str, columns: Collection[str], row_id: Callable[[Mapping[str, str]], str]
) -> Iterator[Row]:
    if zipfile.is_zipfile(path):
        return read_zipped_table(path, member, columns=columns, row_id=row_id, delimiter=";")
    return read_table(path, columns=columns, row_id=row_id, delimiter=";")


def _participation(cells: Mapping[str, str]) -> str:
    return f"{cells['projectID']}:{cells['organisationID']}:{cells['role']}"


def _kind(file: Path) -> str:
    """Return which of the two tables a file is, by its header."""
    if not file.is_file():
        return ""
    with file.open("rb") as opened:
        header = opened.readline(10_000)
    return "organization" if b"organisationID" in header else "project" if b"frameworkProgramme" in header else ""


def _kept(cells: Mapping[str, str], columns: Collection[str], more: Collection[str]) -> dict[str, str]:
    return {name: intern(cells[name]) for name in columns} | {
        name: intern(cells[name]) for name in more if cells.get(name)
    }


def _participant(cells: Mapping[str, str], updated: str) -> Participant:
    country = cells["country"].upper()
    return Participant(
        updated=updated,
        name=cells["name"],
        short_name=intern(cells.get("shortName", "")),
        activity=intern(cells.get("activityType", "")),
        country=intern(CODES_IN_USE.get(country, country)),
        city=intern(cells.get("city", "")),
        nuts=intern(cells.get("nutsCode", "")),
        location=_location(cells.get("geolocation", "")),
        addressed=any(cells.get(column) for column in ("street", "postCode", "city")),
    )


def _newest(participant: Participant) -> tuple[object, ...]:
    """Rank descriptions: the newest, and among these whichever, but always the same."""
    return (*participant[:7], participant.location or (), participant.addressed)


@lru_cache(maxsize=10_000)
def _day(text: str) -> str:
    """Return a date, nothing where it is none."""
    try:
        return check_partial_date(text)
    except ValueError:
        return ""


def _location(text: str) -> tuple[float, float] | None:
    """Return longitude and latitude from ``latitude,longitude``; nothing where it is no place on the globe.

    >>> _location("52.38,9.72"), _location(""), _location("0,0")
    ((9.72, 52.38), None, None)
    """
    try:
        latitude, longitude = (float(part) for part in text.strip("()").split(","))
    except ValueError:
        return None
    if not (-180 <= longitude <= 180 and -90 <= latitude <= 90) or (latitude, longitude) == (0, 0):
        return None
    return longitude, latitude
