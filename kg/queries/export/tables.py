"""CSV: a table for each kind of node and of fact, in a folder or a zip."""

from __future__ import annotations

import csv
import zipfile
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from kg.queries.export.columns import FACT_COLUMNS, NODE_COLUMNS, Column, Row
from kg.queries.export.sink import Sink, listed
from kg.queries.reports.cells import spreadsheet_cell

#: The folders of an export: one file for each label, one for each type.
NODES_FOLDER, FACTS_FOLDER = "nodes", "relationships"

#: The first moment that a zip can name: the same content gives the same file.
_MOMENT = (1980, 1, 1, 0, 0, 0)


class CsvTables(Sink):
    """Writes ``nodes/City.csv``, ``relationships/MEMBER_OF.csv`` and so on, for the kinds that there are."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._writers: dict[str, Any] = {}
        self._stack = ExitStack()

    def node(self, row: Row) -> None:
        """Write a row of a kind of node."""
        self._write(NODES_FOLDER, row["label"], NODE_COLUMNS[row["label"]], row)

    def fact(self, row: Row) -> None:
        """Write a row of a kind of fact."""
        self._write(FACTS_FOLDER, row["type"], FACT_COLUMNS[row["type"]], row)

    def _write(self, folder: str, kind: str, columns: tuple[Column, ...], row: Row) -> None:
        writer = self._writers.get(kind)
        if writer is None:
            (self._folder / folder).mkdir(exist_ok=True)
            # The byte order mark makes Excel read the names of cities in their own letters.
            out = (self._folder / folder / f"{kind}.csv").open("w", encoding="utf-8-sig", newline="")
            self._writers[kind] = writer = csv.writer(self._stack.enter_context(out), lineterminator="\r\n")
            writer.writerow([column.name for column in columns])
        values = (
            listed(row[column.name]) if column.kind == "list" and row[column.name] else row[column.name]
            for column in columns
        )
        writer.writerow([None if value == [] else spreadsheet_cell(value) for value in values])

    def finish(self) -> None:
        """Close the files."""
        self._stack.close()

    def close(self) -> None:
        """Close the files."""
        self._stack.close()


def zip_folder(folder: Path, file: Path) -> None:
    """Pack all files of a folder, by name, so that the same files give the same bytes."""
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in sorted(path for path in folder.rglob("*") if path.is_file()):
            info = zipfile.ZipInfo(path.relative_to(folder).as_posix(), _MOMENT)
            info.compress_type = zipfile.ZIP_DEFLATED
            info.external_attr = 0o644 << 16
            with path.open("rb") as source, archive.open(info, "w", force_zip64=True) as target:
                while part := source.read(1 << 20):
                    target.write(part)
