"""The tables of a graph as one Arrow file, which any reader of Arrow opens: one row, with the nodes and the facts as lists.

Each list holds structures with one field for each value of a row, so that nulls, order and types are kept; values that repeat are
stored once. Needs pyarrow (extra ``arrow``).
"""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from kg.garbage import no_collecting
from kg.queries.snapshot.tables import FactRow, NodeRow, Tables

#: Goes up when a file of the same graph would have another content.
VERSION = 1

_ABOUT = b"kg"

#: What is not text.
_TYPES = {"population": "int64", "longitude": "float64", "latitude": "float64"}

#: What every row has another of: to store repeated values once would only cost.
_DISTINCT = frozenset(("id", "key", "name"))


class NotStorableError(Exception):
    """The tables hold a value that a file of this layout cannot, or the folder cannot be written."""


def is_available() -> bool:
    """Whether pyarrow is installed."""
    try:
        import pyarrow as pa  # noqa: F401
    except ImportError:
        return False
    return True


def write(path: Path, tables: Tables, about: Mapping[str, Any]) -> None:
    """Write tables to a file; whoever reads meanwhile sees what was there before, or all of the new.

    Args:
        path: The file; its folder is made where it is missing.
        tables: What to write.
        about: What to store beside them, as JSON can hold it.

    Raises:
        NotStorableError: A value has not the type of its column (someone wrote it by hand), or the file cannot be written.
    """
    import pyarrow as pa

    try:
        columns = [_as_list(tables.nodes, NodeRow._fields), _as_list(tables.facts, FactRow._fields)]
        batch = pa.record_batch(columns, names=list(Tables._fields))
        told = json.dumps({**about, "version": VERSION}).encode()
        schema = batch.schema.with_metadata({_ABOUT: told})
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(prefix=f".{path.name}-", dir=path.parent)
        os.close(handle)
        try:
            options = pa.ipc.IpcWriteOptions(compression="zstd")
            with pa.OSFile(name, "wb") as file, pa.ipc.new_file(file, schema, options=options) as writer:
                writer.write_batch(pa.RecordBatch.from_arrays(columns, schema=schema))
            Path(name).replace(path)
        except BaseException:
            Path(name).unlink(missing_ok=True)
            raise
    except (pa.ArrowException, OSError, TypeError, ValueError, OverflowError) as error:
        raise NotStorableError(str(error)) from error


def read_about(path: Path) -> dict[str, Any] | None:
    """Return what is stored beside the tables of a file; ``None`` where there is no file, or none that this version wrote."""
    import pyarrow as pa

    try:
        with pa.OSFile(str(path), "rb") as file:
            return _about(pa.ipc.open_file(file).schema)
    except (pa.ArrowException, OSError, ValueError):
        return None


def read(path: Path) -> Tables | None:
    """Return the tables of a file; ``None`` where there is none, or one that is damaged or of another layout."""
    import pyarrow as pa

    try:
        with pa.OSFile(str(path), "rb") as file:
            reader = pa.ipc.open_file(file)
            if _about(reader.schema) is None or reader.num_record_batches != 1:
                return None
            batch = reader.get_batch(0)
            # A damaged file may have offsets that point outside of it.
            batch.validate(full=True)
            if batch.num_rows != 1:
                return None
            with no_collecting():
                nodes = list(map(NodeRow._make, _rows(batch.column(0), NodeRow._fields)))
                return Tables(nodes, list(map(FactRow._make, _rows(batch.column(1), FactRow._fields))))
    except (pa.ArrowException, OSError, ValueError):
        return None


def _about(schema: Any) -> dict[str, Any] | None:
    given = (schema.metadata or {}).get(_ABOUT)
    if given is None or schema.remove_metadata() != _schema():
        return None
    about = json.loads(given)
    return about if isinstance(about, dict) and about.get("version") == VERSION else None


def _schema() -> Any:
    import pyarrow as pa

    fields = zip(Tables._fields, (NodeRow._fields, FactRow._fields), strict=True)
    return pa.schema(
        [(name, pa.list_(pa.struct([(field, _type(field)) for field in of_row]))) for name, of_row in fields]
    )


def _type(field: str) -> Any:
    import pyarrow as pa

    if field in _TYPES:
        return pa.type_for_alias(_TYPES[field])
    return pa.string() if field in _DISTINCT else pa.dictionary(pa.int32(), pa.string())


def _as_list(rows: Sequence[tuple[Any, ...]], fields: Sequence[str]) -> Any:
    import pyarrow as pa

    columns = []
    for field, values in zip(fields, zip(*rows, strict=True) if rows else [()] * len(fields), strict=True):
        array = pa.array(values, type=pa.type_for_alias(_TYPES.get(field, "string")))
        columns.append(array if field in _DISTINCT or field in _TYPES else array.dictionary_encode())
    named = [pa.field(field, _type(field)) for field in fields]
    return pa.ListArray.from_arrays([0, len(rows)], pa.StructArray.from_arrays(columns, fields=named))


def _rows(lists: Any, fields: Sequence[str]) -> Iterator[tuple[Any, ...]]:
    values = lists.flatten()
    return zip(*(_values(values.field(field)) for field in fields), strict=True)


def _values(array: Any) -> list[Any]:
    import pyarrow as pa

    if pa.types.is_dictionary(array.type):
        # Each text becomes one object however often it stands there; None is at the end, where -1 points.
        known = np.array([*array.dictionary.to_pylist(), None], dtype=object)
        found: list[Any] = known[array.indices.fill_null(-1).to_numpy()].tolist()
        return found
    if pa.types.is_string(array.type):
        texts: list[Any] = array.to_numpy(zero_copy_only=False).tolist()
        return texts
    plain: list[Any] = array.to_pylist()
    return plain
