"""Tables as files: what is read of them, what is an error, and how rejects are written."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from pathlib import Path

import pytest

from kg.errors import KgError
from kg.loaders.base import Row
from kg.loaders.reading.tables import checksum, read_csv, write_rejects


def table(tmp_path: Path, content: bytes | str) -> Path:
    path = tmp_path / "table.csv"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def test_rows_come_with_file_line_stripped_cells_and_id(tmp_path: Path) -> None:
    path = table(tmp_path, '\ufeffid, name \r\n1," Riga, LV "\r\n\r\n2,"a\nb"\r\n')
    rows = list(read_csv(path, row_id=lambda cells: cells["id"]))
    assert rows == [
        Row("table.csv", 2, {"id": "1", "name": "Riga, LV"}, "1"),
        Row("table.csv", 5, {"id": "2", "name": "a\nb"}, "2"),
    ]


def test_a_row_without_an_id_goes_by_number_and_content(tmp_path: Path) -> None:
    first, second = read_csv(table(tmp_path, "a,b\n1,2\n1,2\n"))
    assert first.id.startswith("2:")
    assert second.id.startswith("3:")
    assert first.id.partition(":")[2] == second.id.partition(":")[2]
    assert Row.content_id(2, {"a": "1", "b": "3"}) != first.id


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"a,b\n\xff\xfe,2\n", "is not UTF-8"),
        ("a,b\n1,2\n", "has no column c"),
        ("", "has no column a, c"),
        ("a,c\n1,2,3\n", r"line 2: not as many cells as the header has \(2\)"),
        ("a,c\n1,2\n1\n", r"line 3: not as many cells as the header has \(2\)"),
        ('a,c\n1,"2\n', "is not a CSV file"),
        ("a,c,a\n1,2,3\n", "has the column a twice"),
        ("a,c, a\n1,2,3\n", "has the column a twice"),
    ],
)
def test_a_table_that_cannot_be_read_is_an_error_of_the_file(
    tmp_path: Path, content: bytes | str, message: str
) -> None:
    path = table(tmp_path, content)
    with pytest.raises(KgError, match=message) as caught:
        list(read_csv(path, columns=("a", "c")))
    assert str(path) in str(caught.value)


@pytest.mark.parametrize("name", ["absent.csv", "."])
def test_a_file_that_is_not_there_is_an_error(tmp_path: Path, name: str) -> None:
    with pytest.raises(KgError, match="cannot read"):
        list(read_csv(tmp_path / name))


def test_the_checksum_covers_names_and_contents(tmp_path: Path) -> None:
    one, other = tmp_path / "a", tmp_path / "b"
    one.write_text("x")
    other.write_text("y")
    both = checksum([one, other])
    assert both == checksum([other, one])
    other.write_text("z")
    assert checksum([one, other]) != both


def test_rejects_are_a_table_with_reason_and_the_row_as_it_was(tmp_path: Path) -> None:
    cells: list[Mapping[str, str]] = [{"id": "1", "name": 'a "b", c'}, {"id": "2", "since": "soon\nor later"}]
    rejects = [(Row("f.csv", line, row, row["id"]), f"reason {line}") for line, row in enumerate(cells, start=2)]
    path = tmp_path / "new" / "rejects.csv"
    write_rejects(path, rejects)
    with path.open(encoding="utf-8", newline="") as file:
        assert list(csv.reader(file)) == [
            ["file", "line", "reason", "id", "name", "since"],
            ["f.csv", "2", "reason 2", "1", 'a "b", c', ""],
            ["f.csv", "3", "reason 3", "2", "", "soon\nor later"],
        ]


def test_rejects_that_cannot_be_written_are_an_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(KgError, match="cannot write the 0 rejected rows to"):
        write_rejects(tmp_path / "file" / "rejects.csv", [])
