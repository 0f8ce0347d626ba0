"""The frame of the loaders without a database: reading tables, accounting for rows, and writing rejects."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from pathlib import Path

import pytest

from kg.database.loads import LoadHeader
from kg.database.writer import Written
from kg.errors import KgError
from kg.loaders.base import (
    LoadReport,
    Outcome,
    Records,
    Rejected,
    Row,
    Skipped,
    _account,
    _claim,
    _Fate,
    checksum,
    read_csv,
    write_rejects,
)
from kg.schema.nodes import City
from kg.schema.records import FactRecord, NodeRecord
from kg.schema.relationships import MemberOf, TwinnedWith

HEADER = LoadHeader("scope", "2020", "abc", "test 1")


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


def city(row: str) -> NodeRecord:
    return NodeRecord(City(name="City"), (f"own:{row}",), "s", row)


def member(row: str, since: str = "2001", start: str = "a") -> FactRecord:
    return FactRecord(MemberOf(start=f"City/own:{start}", end="Organisation/own:n", since=since), "s", row)


def fates(*outcomes: Outcome) -> list[_Fate]:
    made = [_Fate(Row("f", line, {}, str(line)), outcome) for line, outcome in enumerate(outcomes, start=1)]
    _claim(made, HEADER)
    return made


def test_the_same_row_again_is_skipped_and_a_differing_one_rejected() -> None:
    first, same, differing = fates(
        Records(facts=[member("1")]), Records(facts=[member("1")]), Records(facts=[member("1", "2002")])
    )
    assert isinstance(first.outcome, Records)
    assert same.outcome == Skipped("the same as an earlier row")
    assert differing.outcome == Rejected("row '1' of s was read before with other values")


def test_one_row_that_contradicts_itself_is_rejected() -> None:
    (fate,) = fates(Records(facts=[member("1"), member("1", "2002")]))
    assert fate.outcome == Rejected("row '1' of s was read before with other values")


def test_every_row_is_counted_once() -> None:
    loop = FactRecord(TwinnedWith(start="City/own:a", end="City/own:a"), "s", "loop")
    made = fates(
        Records(nodes=[city("a")], facts=[member("1")]),
        Records(nodes=[city("b")]),
        Records(facts=[member("1")]),
        Records(facts=[loop]),
        Skipped("too small"),
        Skipped("too small"),
        Rejected("unreadable"),
        Records(),
    )
    written = Written(changed={made[0].keys[1]}, self_loops={made[3].keys[0]})
    rows, skipped = _account(made, written)
    assert rows == {"read": 8, "written": 1, "unchanged": 2, "skipped": 4, "rejected": 1}
    assert skipped == {"the same as an earlier row": 1, "joins a node to itself": 1, "too small": 2}


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


def test_the_report_says_what_became_of_rows_and_graph() -> None:
    report = LoadReport(
        "scope@2020#abc", ("s",), {"read": 1200, "written": 1200}, {"rule": 3}, (), {"facts created": 7}
    )
    assert str(report) == (
        "Loaded scope@2020#abc\n  rows: 1,200 read, 1,200 written\n  graph: 7 facts created\n  skipped: 3 (rule)"
    )
    unchanged = LoadReport("scope@2020#abc", (), {"read": 1}, {}, (), {}, dry_run=True)
    assert str(unchanged).endswith("graph: nothing to change")
    assert str(unchanged).startswith("Would load")


@pytest.mark.parametrize(("scope", "edition"), [("a@b", "2020"), ("scope", "soon")])
def test_a_load_has_a_scope_and_a_date(scope: str, edition: str) -> None:
    with pytest.raises(ValueError, match="@|is not a date"):
        LoadHeader(scope, edition, "abc", "test 1")
