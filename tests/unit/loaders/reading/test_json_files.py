"""JSON as files: documents and lines, good and bad."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import pytest

from kg.errors import KgError
from kg.loaders.base import Row
from kg.loaders.reading.json_files import read_json, read_json_lines


def file(tmp_path: Path, content: bytes | str) -> Path:
    path = tmp_path / "data.json"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


@pytest.mark.parametrize(
    "content",
    [
        '{"city": "Rīga", "ids": [1, 2.5, null, true]}',
        '\ufeff{"city": "Rīga", "ids": [1, 2.5, null, true]}',
        '\r\n{"city": "R\\u012bga",\r\n "ids": [1, 2.5, null, true]}\r\n',
        '{"city": "Rīga", "ids": [1, 2.5, null, true]}'.encode("utf-16"),
        gzip.compress('{"city": "Rīga", "ids": [1, 2.5, null, true]}'.encode()),
    ],
)
def test_a_document_is_read_however_it_is_kept(tmp_path: Path, content: bytes | str) -> None:
    assert read_json(file(tmp_path, content)) == {"city": "Rīga", "ids": [1, 2.5, None, True]}


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("", "is empty: is it the right file"),
        ("\ufeff \n", "is empty: is it the right file"),
        ("<!DOCTYPE html><html>", "is a web page or XML and no JSON"),
        ("id,name\n1,Riga\n", "is no JSON that can be read: Expecting value, line 1, column 1"),
        ('{"a": [1, 2', "where the file ends; was it downloaded completely"),
        ('{"a": 1}\n{"a": 2}', "Extra data, line 2, column 1"),
        ("[NaN]", "NaN is no number of JSON"),
        ("[1, -Infinity]", "-Infinity is no number of JSON"),
        ('{"a": 1, "b": 2, "a": 3}', "an object has the name 'a' twice"),
        (b'{"a": "\xe9"}', r"it is not UTF-8 \(byte 8\)"),
        ("[" * 200 + "]" * 200, "is nested more than 100 levels deep"),
        ("[" * 1_000_000, "is nested more than 100 levels deep"),
        ('{"a":' * 100_000, "is nested more than 100 levels deep"),
        ("[" + "9" * 5000 + "]", "is no JSON that can be read"),
    ],
)
def test_what_is_no_such_document_is_one_clear_error(tmp_path: Path, content: bytes | str, message: str) -> None:
    path = file(tmp_path, content)
    with pytest.raises(KgError, match=message) as caught:
        read_json(path)
    assert str(path) in str(caught.value)
    assert len(str(caught.value)) < 500


def test_brackets_inside_of_texts_are_no_depth(tmp_path: Path) -> None:
    value = ["[" * 500, '"{' * 500, "\\" * 501 + "["]
    assert read_json(file(tmp_path, json.dumps(value))) == value


def test_a_document_that_is_too_large_is_refused(tmp_path: Path) -> None:
    with pytest.raises(KgError, match="comes to more than"):
        read_json(file(tmp_path, '["' + "x" * 5_000 + '"]'), most=4_000)


@pytest.mark.parametrize("name", ["absent.json", "."])
def test_a_document_that_cannot_be_opened_is_an_error(tmp_path: Path, name: str) -> None:
    with pytest.raises(KgError, match="cannot read"):
        read_json(tmp_path / name)


def test_lines_are_rows_of_text(tmp_path: Path) -> None:
    path = file(
        tmp_path, '\ufeff{"id": 1, "city": " Rīga "}\r\n\r\n{"id": 2.0, "is": true, "none": null, "x": ["a", 1]}'
    )
    assert list(read_json_lines(path, columns=["id", "city"], row_id=lambda cells: cells["id"])) == [
        Row("data.json", 1, {"id": "1", "city": "Rīga"}, "1"),
        Row("data.json", 3, {"id": "2", "is": "true", "none": "", "x": '["a", 1]'}, "2"),
    ]


def test_a_bad_line_is_a_reject(tmp_path: Path) -> None:
    good, broken, number, other = read_json_lines(file(tmp_path, '{"a": 1}\n{"a": \n7\n{"a": 2}\n'))
    assert (good.defect, other.defect, other.line) == ("", "", 4)
    assert "line 2 is no JSON" in broken.defect
    assert number.defect == "no object, {…}"


def test_half_a_letter_does_no_harm(tmp_path: Path) -> None:
    (row,) = read_json_lines(file(tmp_path, '{"city": "\\ud800"}\n'))
    assert row.id.startswith("1:")


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("", "is empty"),
        ("\n\n", "is empty"),
        ("id,name\n1,Riga\n", "is no JSON lines"),
        ('[\n{"a": 1}\n]', "is no JSON lines"),
        ('{"a": 1}\n', "has no city in any of its lines"),
        ("<html>", "is no JSON lines"),
        ('{"a": "' + "x" * (1 << 24) + '"}', "line 1 is longer than"),
    ],
)
def test_what_is_no_json_lines_is_one_clear_error(tmp_path: Path, content: str, message: str) -> None:
    with pytest.raises(KgError, match=message):
        list(read_json_lines(file(tmp_path, content), columns=["city"]))


def test_a_real_edition_is_read(shared_data: Path) -> None:
    assert read_json(shared_data / "eurocities" / "members-wikidata-enriched.json")
