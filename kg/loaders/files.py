"""The frame of loaders that read files a user names: the files, the edition, the options, and the entry in the catalogue."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar, Self

from kg.errors import KgError, quoted
from kg.loaders.base import Loader
from kg.loaders.reading.tables import checksum
from kg.schema.dates import check_partial_date
from kg.schema.provenance import Source


@dataclass(frozen=True, slots=True)
class Option:
    """An option of a loader, as the command shows it: ``name`` is the keyword of the constructor (``activity`` for --activity).

    ``kind`` is ``str``, ``int``, ``bool`` (a flag) or ``Path`` (a file that must exist); with ``choices`` one of these.
    """

    name: str
    help: str
    kind: type = str
    multiple: bool = False
    choices: tuple[str, ...] = ()
    metavar: str | None = None


@dataclass(frozen=True, slots=True)
class Entry:
    """One loader for people: what it brings, whose it is, under which licence, and where to download it."""

    id: str
    title: str
    brings: str
    publisher: str
    licence: str
    url: str
    command: str
    #: No real edition was at hand when it was written.
    untried: bool = False

    def as_row(self) -> dict[str, str]:
        """Return the entry as a row to print."""
        return {
            "id": self.id,
            "title": self.title,
            "brings": self.brings,
            "publisher": self.publisher,
            "licence": self.licence,
            "url": self.url,
            "command": self.command,
        }


class FileLoader(Loader):
    """A loader of files that the user names.

    Args:
        files: What to read; the order in which they are named makes no difference.
        edition: Partial date of the edition, where the files carry none or another is wanted.

    Raises:
        KgError: A file is not there, or the edition is no date.
    """

    entry: ClassVar[Entry]
    options: ClassVar[tuple[Option, ...]] = ()

    def __init__(self, files: Sequence[Path], *, edition: str | None = None) -> None:
        for file in files:
            if not file.is_file():
                raise KgError(f"{file}: there is no such file" if not file.exists() else f"{file} is not a file")
        if edition is not None:
            try:
                check_partial_date(edition)
            except ValueError as error:
                raise KgError(f"--edition {quoted(edition)}: {error}") from error
        self.files = tuple(sorted(files, key=lambda file: file.name))
        self._given_edition = edition

    @classmethod
    def for_files(cls, files: Sequence[Path], *, edition: str | None = None, **options: Any) -> Sequence[Self]:
        """Return the loads that these files come to: one for each file, unless a layout says otherwise."""
        return [cls([file], edition=edition, **options) for file in files]

    @property
    def edition(self) -> str:
        """The edition given, else the one that the files carry.

        Raises:
            KgError: There is neither.
        """
        edition = self._given_edition or self.edition_in_files()
        if edition is None:
            raise KgError(
                f"{self.files[0].name} does not say of when it is: give --edition DATE, the day or month or year on which it "
                "was published or downloaded, such as 2024-01"
            )
        return edition

    def edition_in_files(self) -> str | None:
        """Return the partial date that the files carry, if they do."""
        return None

    @property
    @abstractmethod
    def sources(self) -> Sequence[Source]:
        """The sources that records name."""

    def checksum(self) -> str:
        """Return the SHA-256 over the names and contents of the files."""
        return checksum(self.files)
