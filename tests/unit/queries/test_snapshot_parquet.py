"""The tables of a graph as Parquet: what was written is read, with the columns and types that are documented."""

from __future__ import annotations

from pathlib import Path

import pytest
from pyarrow import ArrowException
from pyarrow.parquet import ParquetFile

from kg.queries.snapshot import parquet
from kg.queries.snapshot.tables import FactRow, NodeRow, Tables
from tests.unit.queries.drawn import dated, tables

DOCUMENT = Path(__file__).parents[3] / "docs" / "scale.md"


@pytest.mark.parametrize("given", [dated(tables(3, 20), 3), Tables([], [])], ids=["a graph", "an empty one"])
def test_what_was_written_is_read(given: Tables, tmp_path: Path) -> None:
    parquet.write(tmp_path, given, {"title": "T"})
    assert parquet.read(tmp_path) == given


def test_columns_have_types_and_are_documented(tmp_path: Path) -> None:
    parquet.write(tmp_path, tables(3, 20), {"title": "T"})
    documented = DOCUMENT.read_text(encoding="utf-8")
    for name, fields in zip(parquet.FILES, (NodeRow._fields, FactRow._fields), strict=True):
        schema = ParquetFile(tmp_path / name).schema_arrow
        assert tuple(schema.names) == fields
        assert schema.metadata[b"title"] == b"T"
        for field in schema:
            expected = {"population": "int64", "longitude": "double", "latitude": "double"}.get(field.name, "string")
            assert str(field.type) == expected
            assert f"`{field.name}`" in documented


def test_large_tables_are_several_groups_that_are_read_at_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parquet, "GROUP", 10)
    given = tables(3, 20)
    parquet.write(tmp_path, given, {})
    assert ParquetFile(tmp_path / "nodes.parquet").num_row_groups == -(-len(given.nodes) // 10)
    assert parquet.read(tmp_path) == given


def test_a_value_of_another_type_is_refused(tmp_path: Path) -> None:
    with pytest.raises((ArrowException, TypeError, ValueError)):
        parquet.write(tmp_path, Tables([NodeRow("a", "City", "A", population="many")], []), {})  # type: ignore[arg-type]
