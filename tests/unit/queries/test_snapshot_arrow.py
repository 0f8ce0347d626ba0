"""The tables in a file: all comes back as it was, and a file that is none of ours, or damaged, is no file."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kg.queries.snapshot import arrow
from kg.queries.snapshot.tables import FactRow, NodeRow, Tables

TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=8)
MAYBE = st.none() | TEXT
DEGREES = st.none() | st.floats(allow_nan=False)
NODE = st.builds(
    NodeRow,
    TEXT, TEXT, TEXT, MAYBE, st.none() | st.integers(-(2**63), 2**63 - 1), DEGREES, DEGREES,
    MAYBE, MAYBE, MAYBE, MAYBE, MAYBE,
)  # fmt: skip
FACT = st.builds(FactRow, TEXT, TEXT, TEXT, TEXT, *[MAYBE] * (len(FactRow._fields) - 4))
TABLES = st.builds(Tables, st.lists(NODE, max_size=5), st.lists(FACT, max_size=5))

RIGA = NodeRow("geonames:456172", "City", "Rīga", "LV", 600_000, 24.1, 56.95)
SMALL = Tables(
    [RIGA, NodeRow("own:n", "Organisation", "Network")], [FactRow("MEMBER_OF", "k", "geonames:456172", "own:n")]
)


@given(TABLES)
def test_what_is_written_is_read(tables: Tables) -> None:
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, "made", "x.arrow")
        arrow.write(file, tables, {"state": [1, None]})
        found = arrow.read(file)
        assert found == tables
        assert arrow.read_about(file) == {"state": [1, None], "version": arrow.VERSION}
        assert [path.name for path in file.parent.iterdir()] == ["x.arrow"]
        assert found is not None
        assert all(type(row) is NodeRow for row in found.nodes)
        assert all(
            type(value) in (str, int, float, type(None)) for row in (*found.nodes, *found.facts) for value in row
        )


@settings(deadline=None)
@given(st.data())
def test_a_damaged_file_is_no_error(data: st.DataObject) -> None:
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, "x.arrow")
        arrow.write(file, SMALL, {})
        content = bytearray(file.read_bytes())
        if data.draw(st.booleans()):
            content = content[: data.draw(st.integers(0, len(content) - 1))]
        else:
            for at in data.draw(st.lists(st.integers(0, len(content) - 1), min_size=1, max_size=4)):
                content[at] ^= data.draw(st.integers(1, 255))
        file.write_bytes(content)
        found = arrow.read(file)
        arrow.read_about(file)
        assert found is None or isinstance(found, Tables)


@pytest.mark.parametrize("content", [b"", b"not arrow", b"ARROW1\0\0" * 40], ids=["empty", "text", "begins like one"])
def test_something_else_is_no_file_of_ours(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "x.arrow"
    file.write_bytes(content)
    assert arrow.read(file) is None
    assert arrow.read_about(file) is None


def test_no_file_and_a_folder_are_no_file_of_ours(tmp_path: Path) -> None:
    for path in (tmp_path, tmp_path / "none.arrow"):
        assert arrow.read(path) is None
        assert arrow.read_about(path) is None


def test_an_arrow_file_of_others_is_no_file_of_ours(tmp_path: Path) -> None:
    file = tmp_path / "x.arrow"
    table = pa.table({"a": [1]})
    with pa.OSFile(str(file), "wb") as out, pa.ipc.new_file(out, table.schema) as writer:
        writer.write_table(table)
    assert arrow.read(file) is None
    assert arrow.read_about(file) is None


def test_a_file_of_another_version_is_not_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "x.arrow"
    arrow.write(file, SMALL, {})
    monkeypatch.setattr(arrow, "VERSION", arrow.VERSION + 1)
    assert arrow.read(file) is None
    assert arrow.read_about(file) is None


@pytest.mark.parametrize(
    "odd", [{"population": "many"}, {"name": 7}, {"population": 2**70}, {"name": "\ud800"}], ids=str
)
def test_a_value_that_somebody_wrote_by_hand_leaves_the_file_that_was_there(
    tmp_path: Path, odd: dict[str, Any]
) -> None:
    file = tmp_path / "x.arrow"
    arrow.write(file, SMALL, {})
    with pytest.raises(arrow.NotStorableError):
        arrow.write(file, Tables([RIGA._replace(**odd)], []), {})
    assert arrow.read(file) == SMALL
    assert [path.name for path in tmp_path.iterdir()] == ["x.arrow"]


def test_a_folder_that_cannot_be_made(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(arrow.NotStorableError):
        arrow.write(tmp_path / "file" / "x.arrow", SMALL, {})


def test_without_pyarrow(monkeypatch: pytest.MonkeyPatch) -> None:
    assert arrow.is_available()
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    assert not arrow.is_available()
