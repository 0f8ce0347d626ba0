"""Parquet files as tables."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from pathlib import Path
from typing import Any

from kg.errors import KgError
from kg.loaders.base import Row
from kg.loaders.reading.grids import Line, RowId, Wanted, read_rows
from kg.loaders.reading.json_files import json_text
from kg.loaders.reading.streams import explained
from kg.loaders.reading.workbooks import as_text

#: Rows that are in memory at a time.
_BATCH = 4096


def read_parquet(path: Path, *, columns: Collection[str] = (), row_id: RowId | None = None) -> Iterator[Row]:
    """Yield the rows of a Parquet file, the first one being line 1; lists and structures become JSON.

    Raises:
        KgError: pyarrow is not installed, or the file is not Parquet, is damaged, or has not these columns.
    """
    try:
        from pyarrow import ArrowException
        from pyarrow.parquet import ParquetFile
    except ImportError as error:
        raise KgError(
            f"{path} is Parquet, and pyarrow, which reads it, is not installed: pip install 'localgov-kg[parquet]'"
        ) from error
    with explained(path), path.open("rb") as file:
        try:
            table = ParquetFile(file)
            names = table.schema_arrow.names
            wanted = Wanted(columns, row_id, names=names)
            yield from read_rows(_lines(table, path), wanted, file=path.name, where=str(path))
        except (ArrowException, OSError, UnicodeDecodeError) as error:
            raise KgError(f"{path} is no Parquet that can be read ({error}): download it again") from error


def _lines(table: Any, path: Path) -> Iterator[Line]:
    number = 0
    for batch in table.iter_batches(batch_size=_BATCH):
        try:
            columns = [column.to_pylist() for column in batch.columns]
        except (ValueError, OverflowError) as error:  # text that is not UTF-8, a year that Python does not know
            raise KgError(
                f"{path} has a value in rows {number + 1:,} to {number + batch.num_rows:,} that cannot be read ({error}): save "
                "the table as CSV UTF-8"
            ) from error
        for values in zip(*columns, strict=True):
            number += 1
            yield Line(number, [_as_text(value) for value in values])


def _as_text(value: Any) -> str:
    return json_text(value) if isinstance(value, list | dict) else as_text(value)
