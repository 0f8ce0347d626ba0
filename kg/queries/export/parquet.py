"""Parquet: a file for each kind of node and of fact, with types; lists are lists."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from kg.queries.export.columns import FACT_COLUMNS, NODE_COLUMNS, Column, Row
from kg.queries.export.sink import Sink
from kg.queries.export.tables import FACTS_FOLDER, NODES_FOLDER
from kg.queries.snapshot.parquet import pyarrow as library

#: Rows that are written at once: a group of the file.
GROUP = 10_000


class ParquetTables(Sink):
    """Writes ``nodes/City.parquet``, ``relationships/MEMBER_OF.parquet`` and so on, for the kinds that there are."""

    def __init__(self, folder: Path, about: Mapping[str, str]) -> None:
        self._folder = folder
        self._about = about
        self._tables: dict[str, _Table] = {}

    def node(self, row: Row) -> None:
        """Take a row of a kind of node."""
        self._take(NODES_FOLDER, row["label"], NODE_COLUMNS[row["label"]], row)

    def fact(self, row: Row) -> None:
        """Take a row of a kind of fact."""
        self._take(FACTS_FOLDER, row["type"], FACT_COLUMNS[row["type"]], row)

    def _take(self, folder: str, kind: str, columns: tuple[Column, ...], row: Row) -> None:
        table = self._tables.get(kind)
        if table is None:
            (self._folder / folder).mkdir(exist_ok=True)
            self._tables[kind] = table = _Table(self._folder / folder / f"{kind}.parquet", columns, self._about)
        table.take(row)

    def finish(self) -> None:
        """Write what is left."""
        for table in self._tables.values():
            table.flush()
        self.close()

    def close(self) -> None:
        """Close the files."""
        for table in self._tables.values():
            table.writer.close()


class _Table:
    def __init__(self, file: Path, columns: tuple[Column, ...], about: Mapping[str, str]) -> None:
        arrow = pyarrow()
        from pyarrow.parquet import ParquetWriter

        types = {
            "text": arrow.string(),
            "whole": arrow.int64(),
            "number": arrow.float64(),
            "list": arrow.list_(arrow.string()),
        }
        self._arrow = arrow
        self._schema = arrow.schema([(column.name, types[column.kind]) for column in columns]).with_metadata(
            dict(about)
        )
        self._rows: list[Row] = []
        self.writer = ParquetWriter(file, self._schema)

    def take(self, row: Row) -> None:
        self._rows.append(row)
        if len(self._rows) >= GROUP:
            self.flush()

    def flush(self) -> None:
        if self._rows:
            self.writer.write_table(self._arrow.Table.from_pylist(self._rows, schema=self._schema))
            self._rows.clear()


def pyarrow() -> Any:
    """Return the library, see :func:`kg.queries.snapshot.parquet.pyarrow`."""
    return library("Parquet", "; --csv and --graphml do without")
