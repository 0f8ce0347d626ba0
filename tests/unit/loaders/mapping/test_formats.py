"""The formats in which tables come, each read by the same mapping."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from kg.errors import KgError
from kg.loaders.base import Outcome, Records, Row

HEAD = "source: {id: towns, title: Towns, publisher: Us}\nedition: 2024\n"
MAPPING = (
    HEAD
    + "members: {of: own:eurocities, label: City, name: Town, country: Country, since: Joined, population: People}\n"
)
ROWS = [
    {"Town": "Øystese", "Country": "Norway", "Joined": "2009-05-03", "People": "2053"},
    {"Town": "Łeba", "Country": "PL", "Joined": "2011", "People": ""},
]
EXPECTED = [
    {"name": "Øystese", "country": "NO", "since": "2009-05-03", "population": 2053, "resolution": "unknown"},
    {"name": "Łeba", "country": "PL", "since": "2011", "resolution": "unknown"},
]

Values = Callable[[Path, str], list[dict[str, Any]]]
Outcomes = Callable[[Path, str], list[tuple[Row, Outcome]]]


def text(rows: list[dict[str, str]], delimiter: str) -> str:
    return "\n".join([delimiter.join(rows[0]), *(delimiter.join(row.values()) for row in rows)]) + "\n"


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_text_with_any_separator(tmp_path: Path, values: Values, delimiter: str) -> None:
    (tmp_path / "towns.csv").write_text(text(ROWS, delimiter), encoding="utf-8")
    assert values(tmp_path / "towns.csv", MAPPING) == EXPECTED


def test_a_workbook_whose_header_stands_below_a_title_on_its_second_sheet(tmp_path: Path, values: Values) -> None:
    from openpyxl import Workbook

    book = Workbook()
    book.active["A1"] = "About this list"
    sheet = book.create_sheet("Members")
    sheet.append(["Our members"])
    sheet.append([])
    sheet.append(list(ROWS[0]))
    sheet.append(["Øystese", "Norway", __import__("datetime").date(2009, 5, 3), 2053])
    sheet.append(["Łeba", "PL", 2011, None])
    book.save(tmp_path / "towns.xlsx")
    assert values(tmp_path / "towns.xlsx", MAPPING) == EXPECTED


def test_json_lines_with_an_object_in_them(tmp_path: Path, values: Values) -> None:
    lines = [{"Town": row["Town"], "address": {"land": row["Country"]}, "Joined": row["Joined"], "People": None if not row["People"] else int(row["People"])} for row in ROWS]  # fmt: skip
    (tmp_path / "towns.jsonl").write_text("\n".join(map(json.dumps, lines)), encoding="utf-8")
    assert values(tmp_path / "towns.jsonl", MAPPING.replace("country: Country", "country: address.land")) == EXPECTED


@pytest.mark.parametrize("wrap", [lambda rows: rows, lambda rows: {"made": "2024", "members": rows}])
def test_json_with_one_list_of_objects(
    tmp_path: Path, values: Values, wrap: Callable[[list[dict[str, str]]], object]
) -> None:
    (tmp_path / "towns.json").write_text(json.dumps(wrap(ROWS), indent=1), encoding="utf-8")
    assert values(tmp_path / "towns.json", MAPPING) == EXPECTED


def test_json_with_several_lists_is_refused(tmp_path: Path, values: Values) -> None:
    (tmp_path / "towns.json").write_text(json.dumps({"a": ROWS, "b": ROWS}, indent=1), encoding="utf-8")
    with pytest.raises(KgError, match="2 lists of objects"):
        values(tmp_path / "towns.json", MAPPING)


def test_parquet(tmp_path: Path, values: Values) -> None:
    pa = pytest.importorskip("pyarrow")
    from pyarrow import parquet

    columns = {name: [row[name] or None for row in ROWS] for name in ROWS[0]}
    columns["People"] = [2053, None]  # type: ignore[list-item]
    parquet.write_table(pa.table(columns), tmp_path / "towns.parquet")
    assert values(tmp_path / "towns.parquet", MAPPING) == EXPECTED


def test_the_encoding_is_found_out_or_said(tmp_path: Path, values: Values) -> None:
    rows = [{"Town": "Malmö", "Country": "Sweden"}, {"Town": "Besançon", "Country": "France"}]
    (tmp_path / "towns.csv").write_bytes(text(rows, ";").encode("cp1252"))
    mapping = HEAD + "members: {of: own:eurocities, label: City, name: Town, country: Country}\n"
    for said in ("", "file: {encoding: cp1252, delimiter: semicolon}\n"):
        assert [row["name"] for row in values(tmp_path / "towns.csv", mapping + said)] == ["Malmö", "Besançon"]


def test_a_wrong_encoding_is_told(tmp_path: Path, values: Values) -> None:
    (tmp_path / "towns.csv").write_bytes("Town\nMalmö\n".encode("cp1252"))
    with pytest.raises(KgError, match="utf-8"):
        values(tmp_path / "towns.csv", HEAD + "members: {of: own:eurocities, name: Town}\nfile: {encoding: utf-8}")


def test_a_file_without_a_header_has_the_names_that_the_mapping_gives(tmp_path: Path, values: Values) -> None:
    (tmp_path / "towns.tsv").write_text("Riga\tLV\nOslo\tNO\n", encoding="utf-8")
    mapping = (
        HEAD + "file: {columns: [town, land]}\nmembers: {of: own:eurocities, label: City, name: town, country: land}"
    )
    assert [(row["name"], row["country"]) for row in values(tmp_path / "towns.tsv", mapping)] == [
        ("Riga", "LV"),
        ("Oslo", "NO"),
    ]


def test_merged_cells_are_filled_down(tmp_path: Path, values: Values) -> None:
    (tmp_path / "towns.csv").write_text("Land,Town\nAT,Wien\n,Graz\nDE,Bonn\n,Kiel\n", encoding="utf-8")
    mapping = HEAD + "file: {fill_down: Land}\nmembers: {of: own:eurocities, label: City, name: Town, country: Land}"
    assert [row["country"] for row in values(tmp_path / "towns.csv", mapping)] == ["AT", "AT", "DE", "DE"]


def test_headings_may_differ_in_case_and_marks(tmp_path: Path, values: Values) -> None:
    (tmp_path / "towns.csv").write_text("Members,,\nTOWN:,Country *,joined\nRiga,LV,2009\n", encoding="utf-8")
    mapping = HEAD + "members: {of: own:eurocities, label: City, name: Town, country: Country, since: Joined}"
    assert [(row["name"], row["since"]) for row in values(tmp_path / "towns.csv", mapping)] == [("Riga", "2009")]


@pytest.mark.parametrize(
    ("cell", "since", "layout"),
    [
        ("03.05.2009", "2009-05-03", ""),
        ("2009-05-03", "2009-05-03", ""),
        ("3 May 2009", "2009-05-03", ""),
        ("05/2009", "2009-05", ""),
        ("2009", "2009", ""),
        ("05/03/2009", "2009-05-03", "%m/%d/%Y"),
        ("3.5.09", "2009-05-03", "%d.%m.%y"),
        ("2009 May", "2009-05", "YYYY MMM"),
    ],
)
def test_dates_in_many_layouts(tmp_path: Path, values: Values, cell: str, since: str, layout: str) -> None:
    (tmp_path / "towns.csv").write_text(f"Town;Joined\nRiga;{cell}\n", encoding="utf-8")
    given = f"{{column: Joined, date: '{layout}'}}" if layout else "Joined"
    mapping = HEAD + f"members: {{of: own:eurocities, label: City, name: Town, since: {given}}}"
    assert values(tmp_path / "towns.csv", mapping)[0]["since"] == since


def test_decimal_commas(tmp_path: Path, values: Values) -> None:
    (tmp_path / "towns.csv").write_text("Town;Lat;Lon;People\nRiga;56,946;24,105;605.273\n", encoding="utf-8")
    mapping = (
        HEAD
        + "members: {of: own:eurocities, label: City, name: Town, latitude: Lat, longitude: Lon, population: People}"
    )
    (row,) = values(tmp_path / "towns.csv", mapping)
    assert (row["location"], row["population"]) == ([24.105, 56.946], 605273)


CELLS = "Town;Kind;Nets;Code\nRiga (LV);Full;A, B;x1\n"


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        ("Kind", "Full"),
        ("{column: Kind, values: {full: full member}}", "full member"),
        ("{column: Kind, values: {other: x}, others: empty}", None),
        ("{column: Kind, values: {Full: ~}}", None),
        ("{column: Kind, values: {Full: ~}, default: unknown}", "unknown"),
        ("{columns: [Kind, Code], join: ' / '}", "Full / x1"),
        ("{first_of: [Nothing, Code]}", "x1"),
        ("{column: Town, take: '[(](.*)[)]'}", "LV"),
        ("{value: member}", "member"),
    ],
)
def test_what_a_value_can_be_made_of(tmp_path: Path, values: Values, status: str, expected: str | None) -> None:
    (tmp_path / "towns.csv").write_text(CELLS.replace("Code", "Code;Nothing").replace("x1", "x1;"), encoding="utf-8")
    mapping = HEAD + f"members: {{of: own:eurocities, label: City, name: Town, status: {status}}}"
    assert values(tmp_path / "towns.csv", mapping)[0].get("status") == expected


def test_a_cell_with_several_values_makes_several_facts(tmp_path: Path, outcomes: Outcomes) -> None:
    (tmp_path / "towns.csv").write_text(CELLS, encoding="utf-8")
    mapping = HEAD + "members: {of: {name: {column: Nets, split: ','}}, label: City, name: Town}"
    ((_, outcome),) = outcomes(tmp_path / "towns.csv", mapping)
    assert isinstance(outcome, Records)
    assert [fact.fact.end for fact in outcome.facts] == ["Organisation/own:a", "Organisation/own:b"]


def test_a_text_that_is_not_listed_can_reject_the_row(tmp_path: Path, outcomes: Outcomes) -> None:
    (tmp_path / "towns.csv").write_text(CELLS, encoding="utf-8")
    mapping = HEAD + "members: {of: own:eurocities, name: Town, status: {column: Kind, values: {a: b}, others: reject}}"
    ((_, outcome),) = outcomes(tmp_path / "towns.csv", mapping)
    assert getattr(outcome, "reason", "") == "Kind: 'Full' is none of a"


def test_what_cannot_be_read_can_count_as_empty(tmp_path: Path, values: Values) -> None:
    (tmp_path / "towns.csv").write_text("Town;Joined\nRiga;long ago\n", encoding="utf-8")
    mapping = HEAD + "members: {of: own:eurocities, name: Town, since: {column: Joined, unreadable: empty}}"
    assert "since" not in values(tmp_path / "towns.csv", mapping)[0]
