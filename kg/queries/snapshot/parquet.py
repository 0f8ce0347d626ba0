"""The tables of a graph as two Parquet files, ``nodes.parquet`` and ``facts.parquet``, for engines that read such files.

Their columns are the values of :class:`kg.queries.snapshot.tables.NodeRow` and of :class:`kg.queries.snapshot.tables.FactRow`; rows
stand in the order of the tables. Needs pyarrow (extra ``parquet``).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import islice
from pathlib import Path
from typing import Any

from kg.errors import KgError
from kg.garbage import no_collecting
from kg.queries.snapshot.tables import FactRow, NodeRow, Tables

#: The files: of nodes and of facts.
FILES = ("nodes.parquet", "facts.parquet")

#: So many rows are a group of a file, which is what one processor of an engine reads at a time.
GROUP = 100_000

#: What is not text.
TYPES: Mapping[str, str] = {"population": "int64", "longitude": "float64", "latitude": "float64"}


def write(folder: Path, tables: Tables, about: Mapping[str, str]) -> None:
    """Write tables to files of a folder that is there.

    Args:
        folder: The folder.
        tables: What to write.
        about: What to store beside them.

    Raises:
        KgError: pyarrow is not installed.
        OSError: The files cannot be written.
        pyarrow.ArrowException: A value has not the type of its column, since someone wrote it by hand.
    """
    arrow = pyarrow()
    from pyarrow.parquet import ParquetWriter

    contents: tuple[tuple[Sequence[str], Sequence[tuple[Any, ...]]], ...] = (
        (NodeRow._fields, tables.nodes),
        (FactRow._fields, tables.facts),
    )
    for name, (fields, rows) in zip(FILES, contents, strict=True):
        schema = _schema(fields).with_metadata(dict(about))
        with ParquetWriter(folder / name, schema) as writer:
            left = iter(rows)
            while some := list(islice(left, GROUP)):
                columns = zip(*some, strict=True)
                arrays = [arrow.array(values, field.type) for values, field in zip(columns, schema, strict=True)]
                writer.write_table(arrow.Table.from_arrays(arrays, schema=schema), GROUP)


def read(folder: Path) -> Tables:
    """Return the tables that were written to a folder.

    Raises:
        KgError: pyarrow is not installed.
        OSError: A file cannot be read.
        pyarrow.ArrowException: A file is none of this layout.
    """
    pyarrow()
    from pyarrow.parquet import read_table

    def rows(name: str, fields: Sequence[str]) -> list[tuple[Any, ...]]:
        table = read_table(folder / name, columns=list(fields))
        return list(zip(*(table.column(field).to_pylist() for field in fields), strict=True))

    with no_collecting():
        nodes, facts = FILES
        return Tables(
            list(map(NodeRow._make, rows(nodes, NodeRow._fields))),
            list(map(FactRow._make, rows(facts, FactRow._fields))),
        )


def _schema(fields: Sequence[str]) -> Any:
    arrow = pyarrow()
    return arrow.schema([(name, getattr(arrow, TYPES.get(name, "string"))()) for name in fields])


def pyarrow(what: str = "The snapshot as Parquet", instead: str = "") -> Any:
    """Return the library.

    Args:
        what: What needs it, for the message.
        instead: What does without it, after a semicolon.

    Raises:
        KgError: It is not installed; the message names the extra that brings it.
    """
    try:
        import pyarrow as pa
    except ImportError as error:
        raise KgError(f"{what} needs pyarrow: install it with pip install 'localgov-kg[parquet]'{instead}.") from error
    return pa
