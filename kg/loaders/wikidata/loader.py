"""The loader ``wikidata``: recognises by their content in which of the layouts the files are."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, Self

from kg.errors import KgError
from kg.loaders.base import Outcome, Row
from kg.loaders.files import Entry, FileLoader
from kg.loaders.localities import Localities
from kg.loaders.wikidata.layout import WIKIDATA, Layout
from kg.loaders.wikidata.twin_tables import COLUMNS, TwinTable
from kg.schema.provenance import Source

if TYPE_CHECKING:
    from kg.places.resolve import Resolver

#: How much of a file is looked at to recognise its layout, in bytes.
_HEAD = 65_536


class Wikidata(FileLoader):
    """Twinned bodies, members of networks and heads of government from Wikidata.

    Args:
        files: The files of one load, as :meth:`for_files` puts them together.
        edition: Partial date of the edition, where the files carry none.
        resolver: Resolves places; the packaged one when not given.

    Raises:
        KgError: The files are in none of the layouts.
    """

    name = "wikidata"
    version = 1
    entry: ClassVar[Entry] = Entry(
        "wikidata",
        "Wikidata",
        "twinned bodies (P190), members of networks (P463), heads of government (P6)",
        WIKIDATA.publisher,
        WIKIDATA.licence,
        "https://query.wikidata.org",
        "kg fetch wikidata twins|members|mayors, then kg load wikidata FILE...",
    )

    def __init__(self, files: Sequence[Path], *, edition: str | None = None, resolver: Resolver | None = None) -> None:
        super().__init__(files, edition=edition)
        if resolver is None:
            from kg.places.resolve import default_resolver

            resolver = default_resolver()
        self._layout = _layout(self.files, Localities(WIKIDATA.id, resolver))

    @classmethod
    def for_files(cls, files: Sequence[Path], *, edition: str | None = None, **options: Any) -> Sequence[Self]:
        """Return one load for each table of a country."""
        return [cls([file], edition=edition, **options) for file in files]

    @property
    def scope(self) -> str:
        """Source, layout, and the country where each is a part of its own."""
        return self._layout.scope

    @property
    def sources(self) -> Sequence[Source]:
        """Wikidata alone."""
        return (WIKIDATA,)

    def edition_in_files(self) -> str | None:
        """Return the day on which the answers were asked for, where the file says so."""
        return self._layout.edition

    def extract(self) -> Iterable[Row]:
        """Yield the rows of the layout."""
        return self._layout.extract()

    def transform(self, row: Row) -> Outcome:
        """Return what a row of the layout says."""
        return self._layout.transform(row)


def _layout(files: Sequence[Path], localities: Localities) -> Layout:
    header = _head(files[0]).partition("\n")[0].strip("\r").split("\t")
    if set(COLUMNS) <= set(header):
        return TwinTable(files[0], localities)
    raise KgError(f"{files[0]} is in none of the layouts of Wikidata facts")


def _head(path: Path) -> str:
    try:
        with path.open("rb") as file:
            return file.read(_HEAD).decode("utf-8-sig", errors="replace")
    except OSError as error:
        raise KgError(f"cannot read {path}: {error.strerror or error}") from error
