"""Any table by a mapping: CSV, TSV, XLSX, JSON lines or Parquet, and a file in YAML that says which column is what."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from kg.errors import KgError
from kg.loaders.base import Outcome, Row
from kg.loaders.files import Entry, FileLoader, Option
from kg.loaders.localities import Localities
from kg.loaders.reading.tables import checksum
from kg.schema.provenance import Source

if TYPE_CHECKING:
    from kg.loaders.mapping.records import RecordMaker
    from kg.places.resolve import Resolver


class Table(FileLoader):
    """A table of any publisher, read by a mapping; several files are parts of one edition.

    Args:
        files: The tables, all of one layout.
        edition: Partial date of the edition, where the mapping has none or another is meant.
        mapping: The mapping.
        resolver: Who knows places.

    Raises:
        KgError: A file is not there, or the mapping is wrong: the message says where in it, and what was expected.
    """

    name = "table"
    entry = Entry(
        id="table",
        title="Any table, by a mapping",
        brings="members, partners, participations, twinnings or any other node or fact of the schema, from a list of your own",
        publisher="as the mapping says",
        licence="as the mapping says",
        url="",
        command="kg load table FILE --mapping MAPPING.yaml",
    )
    options = (
        Option("mapping", "Which column is what, in YAML; kg load table --suggest FILE writes a first one.", kind=Path),
    )

    def __init__(
        self,
        files: Sequence[Path],
        *,
        edition: str | None = None,
        mapping: Path | None = None,
        resolver: Resolver | None = None,
    ) -> None:
        from kg.loaders.mapping.reading import read_mapping

        super().__init__(files, edition=edition)
        if mapping is None:
            raise KgError(
                "say which column is what: --mapping MAPPING.yaml. `kg load table --suggest "
                f"{self.files[0].name if self.files else 'FILE'} > MAPPING.yaml` writes a first one, to be looked through"
            )
        self._path = mapping
        self._mapping, self._document = read_mapping(mapping)
        self._resolver = resolver

    @classmethod
    def for_files(cls, files: Sequence[Path], *, edition: str | None = None, **options: Any) -> Sequence[Self]:
        """Return one load of all the files: they are parts of one edition."""
        return [cls(files, edition=edition, **options)]

    @property
    def scope(self) -> str:
        """The source of the mapping and its part: each part is an edition of its own."""
        return f"table:{self._mapping.source.id}" + (f"?part={self._mapping.part}" if self._mapping.part else "")

    def edition_in_files(self) -> str | None:
        """Return the edition that the mapping states."""
        return self._mapping.edition

    @property
    def sources(self) -> Sequence[Source]:
        """The source that the mapping describes."""
        source = self._mapping.source
        return (Source(source.id, source.title, source.publisher, source.licence, source.url, source.authority),)

    def checksum(self) -> str:
        """Return the SHA-256 over the files and the mapping: the same table by another mapping says other things."""
        return checksum((*self.files, self._path))

    def extract(self) -> Iterable[Row]:
        """Yield the rows, each named by the columns that name its nodes unless the mapping says by which.

        Raises:
            KgError: A file cannot be read, or has not the columns of the mapping.
        """
        from kg.loaders.mapping.opening import open_table
        from kg.loaders.mapping.row_names import RowNames

        names = RowNames(self._mapping)
        fill_down = self._mapping.file.fill_down
        for path in self.files:
            above: dict[str, str] = {}
            for row in open_table(path, self._mapping, self._document):
                for column in fill_down:
                    if row.cells.get(column):
                        above[column] = row.cells[column]
                filled = replace(row, cells={**row.cells, **above}) if above else row
                yield replace(filled, id=names.name(filled))

    def transform(self, row: Row) -> Outcome:
        """Return what the mapping makes of a row."""
        return self._maker.outcome(row)

    @cached_property
    def _maker(self) -> RecordMaker:
        from kg.loaders.mapping.records import RecordMaker

        resolver = self._resolver
        if resolver is None:
            from kg.places.resolve import default_resolver

            resolver = default_resolver()
        return RecordMaker(self._mapping, Localities(self._mapping.source.id, resolver))
