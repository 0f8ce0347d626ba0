"""Workbook, favourites, files, and the page made from the headers."""

from __future__ import annotations

import builtins
import io
import os
import re
import zipfile
from datetime import date
from pathlib import Path

import pytest
from openpyxl import load_workbook
from pydantic import JsonValue

from kg.cli import document_reports
from kg.errors import KgError
from kg.queries.report_results import ReportResult
from kg.queries.reports import ENTITIES, TYPES, find_report, list_reports
from kg.queries.reports.behind import Behind, SourceBehind, in_words
from kg.queries.reports.browser import as_favourite, as_zip
from kg.queries.reports.every import told_once
from kg.queries.reports.files import new_file
from kg.queries.reports.header import ReportError, parse_parameter
from kg.queries.reports.parameters import as_typed
from kg.queries.reports.workbook import as_workbook

TODAY = date(2026, 1, 2)
SOURCE = SourceBehind(id="a", title="=Polis", publisher="Polis", licence="CC BY 4.0", url="x", as_of="2019")


def result(*names: JsonValue, asked: str = "EMTA") -> ReportResult:
    return ReportResult(
        report="network-members",
        title="Members",
        parameters={"network": "own:emta"},
        asked={"network": asked},
        columns=("member", "population", "share", "as_of"),
        rows=tuple({"member": name, "population": 632614, "share": 0.25, "as_of": "2019"} for name in names),
        sources=(SOURCE,),
    )


def test_workbook_has_a_cover_and_real_numbers_below_a_frozen_header() -> None:
    book = load_workbook(io.BytesIO(as_workbook([result("Rīga", "Tallinn")], TODAY)))
    assert book.sheetnames == ["Cover", "Data"]
    cover = [[cell for cell in row if cell is not None] for row in book["Cover"].iter_rows(values_only=True)]
    assert cover[0] == ["Members"]
    assert ["Date", "2026-01-02"] in cover
    assert ["Parameter", "network", "EMTA", "own:emta"] in cover
    assert ["Data", "As of 2019."] in cover
    assert ["=Polis", "a", "2019", "Polis", "CC BY 4.0", "x"] in cover
    data = book["Data"]
    assert data.freeze_panes == "A2"
    assert list(data.iter_rows(values_only=True)) == [
        ("Member", "Population", "Share", "As of"),
        ("Rīga", 632614, 0.25, "2019"),
        ("Tallinn", 632614, 0.25, "2019"),
    ]
    assert data.column_dimensions["A"].width >= len("Tallinn")


def test_no_cell_of_a_workbook_is_a_formula() -> None:
    content = as_workbook([result("=1+1", "+1", " =HYPERLINK(1)", "@x", "a\ufffe\x0bb")], TODAY)
    book = load_workbook(io.BytesIO(content))
    cells = [cell for sheet in book for row in sheet.iter_rows() for cell in row if isinstance(cell.value, str)]
    assert {cell.data_type for cell in cells} == {"s"}
    # As they are, with nothing that is seen, and marked as text for whoever edits them.
    names = [cell for (cell,) in book["Data"].iter_rows(2, max_col=1)]
    assert [cell.value for cell in names] == ["=1+1", "+1", " =HYPERLINK(1)", "@x", "ab"]
    assert [bool(cell.quotePrefix) for cell in names] == [True, True, True, True, False]
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        sheets = [archive.read(name).decode() for name in archive.namelist() if "/worksheets/" in name]
        assert 'quotePrefix="1"' in archive.read("xl/styles.xml").decode()
    assert len(sheets) == 2
    assert not any(re.search(r"<f[ >]", sheet) for sheet in sheets)


def test_a_number_that_a_spreadsheet_cannot_keep_is_text() -> None:
    one = result("Riga").model_copy(
        update={"rows": ({"member": 2**60, "population": None, "share": None, "as_of": None},)}
    )
    book = load_workbook(io.BytesIO(as_workbook([one], TODAY)))
    assert book["Data"]["A2"].value == str(2**60)


def test_each_of_several_results_has_a_sheet_of_its_own() -> None:
    results = [result("Riga", asked=name) for name in ("Polis", "polis", "a/b: " + "c" * 40)]
    book = load_workbook(io.BytesIO(as_workbook(results, TODAY)))
    assert book.sheetnames[:3] == ["Cover", "Polis", "polis 2"]
    assert len(book.sheetnames[3]) <= 31
    assert book["polis 2"]["A2"].value == "Riga"


def test_without_openpyxl_a_workbook_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    imported = builtins.__import__

    def missing(name: str, *rest: object) -> object:
        if name == "openpyxl":
            raise ModuleNotFoundError(name)
        return imported(name, *rest)  # type: ignore[arg-type]

    monkeypatch.setattr(builtins, "__import__", missing)
    with pytest.raises(KgError, match="pip install 'localgov-kg\\[loaders\\]'"):
        as_workbook([result("Riga")], TODAY)


def test_a_cover_says_what_holds_for_all() -> None:
    book = load_workbook(
        io.BytesIO(as_workbook([result("Riga"), result("Riga", asked="Polis")], TODAY, notes=["No rows for X."]))
    )
    cover = [[cell for cell in row if cell is not None] for row in book["Cover"].iter_rows(values_only=True)]
    assert ["Data", "No rows for X."] in cover


def test_of_several_runs_each_sentence_is_told_once_and_the_empty_ones_are_counted() -> None:
    found = [("A", 2, ["All."]), ("B", 1, ["All.", "One."]), *((f"E{number}", 0, ["No rows."]) for number in range(7))]
    assert told_once(found) == [
        "All.",
        "B: One.",
        "No rows for 7 of 9 values: E0, E1, E2, E3, E4 and 2 more.",
    ]


def test_where_no_run_has_rows_what_all_say_is_told() -> None:
    found = [("A", 0, ["No rows.", "Needs twins.", "A has 2."]), ("B", 0, ["No rows.", "Needs twins."])]
    assert told_once(found) == ["Needs twins.", "No rows for 2 of 2 values: A, B."]


def test_every_type_of_a_parameter_is_documented_with_a_line_that_is_understood() -> None:
    assert document_reports.EXAMPLES.keys() == TYPES.keys() | ENTITIES.keys()
    for line in document_reports.types().splitlines():
        written = line.split("`")[1].removeprefix("// parameter ")
        parsed = parse_parameter("own", 1, written)
        assert parsed.line == f"// parameter {written}"
        if parsed.type in TYPES:
            (value,) = as_typed({"it": parsed.example}).values()  # type: ignore[dict-item]
            assert TYPES[parsed.type](value) == parsed.example


def test_favourites_are_a_zip_with_one_file_each_in_a_folder() -> None:
    reports = list_reports(own=False)
    content = as_zip(reports)
    assert content == as_zip(reports)
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        assert archive.namelist() == ["kg reports/", *(f"kg reports/{report.name}.cypher" for report in reports)]
        text = archive.read("kg reports/network-members.cypher").decode()
    assert text.startswith("// Members of a network by country\n")
    assert ':param network => "own:eurocities";\n:param country => null;\nMATCH ' in text


def test_a_favourite_is_the_report_and_lines_for_its_parameters() -> None:
    report = find_report("network-members")
    lines = [line for line in as_favourite(report).splitlines() if not line.startswith(":param")]
    assert lines == report.text.splitlines()


def test_a_file_is_there_whole_or_not_at_all(tmp_path: Path) -> None:
    out = tmp_path / "out.csv"
    with pytest.raises(ZeroDivisionError), new_file(out) as draft:
        assert draft.write_text("half") / 0
    assert list(tmp_path.iterdir()) == []
    with new_file(out) as draft:
        draft.write_text("whole")
    assert out.read_text() == "whole"
    assert list(tmp_path.iterdir()) == [out]


def test_a_file_that_is_there_is_replaced_only_by_force(tmp_path: Path) -> None:
    out = tmp_path / "out.csv"
    out.write_text("old")
    with pytest.raises(ReportError, match="is there already.*--force"), new_file(out):
        pass
    assert out.read_text() == "old"
    with new_file(out, force=True) as draft:
        draft.write_text("new")
    assert out.read_text() == "new"


def test_a_file_that_somebody_else_makes_meanwhile_stays(tmp_path: Path) -> None:
    out = tmp_path / "out.csv"
    with pytest.raises(ReportError, match="is there already"), new_file(out):
        out.write_text("theirs")
    assert out.read_text() == "theirs"
    assert list(tmp_path.iterdir()) == [out]


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_a_folder_without_permission_is_named(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    try:
        with pytest.raises(ReportError, match="cannot be written: Permission denied"), new_file(tmp_path / "x.csv"):
            pass
    finally:
        tmp_path.chmod(0o700)


def test_a_folder_in_which_nobody_can_make_a_file_is_named() -> None:
    with pytest.raises(ReportError, match="--out /proc/x.csv cannot be written"), new_file(Path("/proc/x.csv")):
        pass


@pytest.mark.parametrize(
    ("partial", "words"), [("2019", "2019"), ("2025-05", "May 2025"), ("2024-05-03", "3 May 2024"), ("soon", "soon")]
)
def test_dates_in_words(partial: str, words: str) -> None:
    assert in_words(partial) == words


def test_the_age_of_rows_is_that_of_their_sources() -> None:
    known = [
        {"id": "e", "title": "EUROCITIES", "edition": "2025-05"},
        {"id": "p", "title": "Polis", "edition": None, "rows": 9, "rejected": 2},
        {"id": "u", "title": "Unused", "edition": "1999", "unfinished": True},
        {"id": "w", "title": "Web", "edition": None, "unfinished": True},
    ]
    behind = Behind(known, ["63 of 70 members."])
    rows: list[dict[str, JsonValue]] = [
        {"sources": ["p"], "as_of": "2019"},
        {"sources": ["e", "p"], "as_of": "2011"},
        {"sources": ["p"], "as_of": "2012-05"},
        {"sources": ["w"], "as_of": None},
    ]
    for row in rows:
        behind.add(row)
    assert behind.age == "EUROCITIES as of May 2025; Polis as of May 2012 to 2019; Web without a date."
    assert behind.of_row(rows[0]) == "Polis as of 2019. 63 of 70 members."
    assert behind.of_row(rows[1]) == "EUROCITIES as of May 2025; Polis. As of 2011. 63 of 70 members."
    assert behind.completeness == (
        "63 of 70 members.",
        "2 of 9 rows of Polis could not be read.",
        "The load of Web is not finished: some of it may be missing.",
    )


def test_a_date_of_several_sources_is_not_said_of_one() -> None:
    known = [{"id": "e", "title": "EUROCITIES"}, {"id": "p", "title": "Polis"}]
    both: dict[str, JsonValue] = {"sources": ["e", "p"], "as_of": "2019"}
    behind = Behind(known)
    behind.add(both)
    assert behind.age == "EUROCITIES; Polis. The rows are as of 2019."
    told_apart = Behind(known, dates={"e": ("2025-05", "2025-05"), "p": ("2012", "2019")})
    told_apart.add(both)
    assert told_apart.age == "EUROCITIES as of May 2025; Polis as of 2012 to 2019."
    assert told_apart.of_row(both) == told_apart.age


def test_a_line_names_five_sources_and_counts_the_others() -> None:
    behind = Behind([{"id": str(number), "title": f"T{number}", "edition": "2020"} for number in range(7)])
    behind.add({"sources": [str(number) for number in range(7)], "as_of": "2020"})
    assert behind.age.endswith("T4 as of 2020; and 2 more sources.")
    assert len(behind.sources()) == 7


def test_the_page_of_the_reports_is_up_to_date() -> None:
    assert document_reports.PAGE.read_text(encoding="utf-8") == document_reports.page(), "run make generate"
