"""Parquet files as tables."""

from __future__ import annotations

import sys
from datetime import date
from pathlib import Path

import pytest

from kg.errors import KgError
from kg.loaders.base import Row
from kg.loaders.reading.parquet import read_parquet
from kg.loaders.reading.tables import read_table

pyarrow = pytest.importorskip("pyarrow")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    from pyarrow.parquet import write_table

    columns = {"id": [1, 2], "city": [" Rīga ", None], "day": [date(2009, 5, 3), None], "x": [["a", "b"], None]}
    write_table(pyarrow.table(columns), tmp_path / "table")
    return tmp_path / "table"


def test_cells_are_text_like_those_of_other_tables(path: Path) -> None:
    expected = [
        Row("table", 1, {"id": "1", "city": "Rīga", "day": "2009-05-03", "x": '["a", "b"]'}, "1"),
        Row("table", 2, {"id": "2", "city": "", "day": "", "x": ""}, "2"),
    ]
    assert list(read_parquet(path, columns=["id"], row_id=lambda cells: cells["id"])) == expected
    assert list(read_table(path, columns=["id"], row_id=lambda cells: cells["id"])) == expected


def test_missing_columns_are_named(path: Path) -> None:
    with pytest.raises(KgError, match="has no column town"):
        list(read_parquet(path, columns=["town"]))


def test_a_truncated_file_is_told(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-20])
    with pytest.raises(KgError, match="is no Parquet that can be read"):
        list(read_table(path))


def test_without_pyarrow_it_is_said_what_to_install(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    with pytest.raises(KgError, match=r"pip install 'localgov-kg\[parquet\]'"):
        list(read_table(path))
