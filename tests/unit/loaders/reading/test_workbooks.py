"""Workbooks as people save them, and as they come to harm."""

from __future__ import annotations

import io
import re
import struct
import zipfile
from collections.abc import Callable, Sequence
from datetime import date, datetime, time
from pathlib import Path

import openpyxl
import pytest

from kg.errors import KgError
from kg.loaders.reading import packages
from kg.loaders.reading.tables import read_table
from kg.loaders.reading.workbooks import sheet_names

SHEET = "xl/worksheets/sheet1.xml"
Cells = Sequence[Sequence[object]]


def workbook(path: Path, **sheets: Cells) -> Path:
    book = openpyxl.Workbook()
    book.remove(book.active)
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(list(row))
    book.save(path)
    return path


def altered(path: Path, alter: Callable[[str, bytes], bytes], **more: bytes) -> Path:
    with zipfile.ZipFile(path) as archive:
        parts = {name: alter(name, archive.read(name)) for name in archive.namelist()}
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in (parts | more).items():
            archive.writestr(name, content)
    return path


def cells(path: Path, **options: object) -> list[dict[str, str]]:
    rows = list(read_table(path, **options))  # type: ignore[arg-type]
    assert not [row.defect for row in rows if row.defect]
    return [dict(row.cells) for row in rows]


def test_a_last_column_named_in_a_merged_cell_above_spoils_no_row(tmp_path: Path) -> None:
    heading = [["Member", None, "Inhabitants"], ["City", "Country", None]]
    path = workbook(tmp_path / "a.xlsx", S=[*heading, ["Riga", "LV", 605273], ["Passau", "DE", None]])
    assert cells(path, columns=["City"]) == [
        {"City": "Riga", "Country": "LV"},
        {"City": "Passau", "Country": "DE"},
    ]


def test_cells_are_text_as_a_reader_sees_it(tmp_path: Path) -> None:
    path = workbook(
        tmp_path / "a.xlsx",
        S=[
            ["whole", "share", "day", "moment", "hour", "yes", "text", "none"],
            [20493, 0.25, date(2009, 5, 3), datetime(2009, 5, 3, 12, 30), time(12, 30), True, " Rīga ", None],  # noqa: DTZ001 - a workbook knows no zones
        ],
    )
    assert cells(path) == [
        {
            "whole": "20493",
            "share": "0.25",
            "day": "2009-05-03",
            "moment": "2009-05-03 12:30:00",
            "hour": "12:30:00",
            "yes": "true",
            "text": "Rīga",
            "none": "",
        }
    ]


def test_rows_have_the_numbers_that_the_program_shows(tmp_path: Path) -> None:
    path = workbook(
        tmp_path / "a.xlsx", S=[[], ["Members"], [], [None, "id", "city"], [], [None, 1, "Riga"], [], [" "]]
    )
    (row,) = read_table(path, columns=["city"], row_id=lambda cells: cells["id"])
    assert (row.file, row.line, row.id, row.cells["city"]) == ("a.xlsx", 6, "1", "Riga")


def test_the_sheet_is_the_one_said_else_the_first_with_the_columns(tmp_path: Path) -> None:
    path = workbook(
        tmp_path / "a.xlsx",
        Empty=[],
        Readme=[["Title", "Members"], ["Columns", "id", "city"]],
        Members=[["id", "city"], [1, "Riga"]],
        Old=[["id", "city"], [2, "Oslo"]],
    )
    assert cells(path, columns=["id", "city"]) == [{"id": "1", "city": "Riga"}]
    assert cells(path, columns=["id", "city"], sheet="Old") == [{"id": "2", "city": "Oslo"}]
    with pytest.raises(KgError, match="has no sheet New: it has Empty, Readme, Members, Old"):
        cells(path, sheet="New")
    with pytest.raises(
        KgError, match=r"none of the sheets of .* \(Empty, Readme, Members, Old\) has the columns id, town"
    ):
        cells(path, columns=["id", "town"])


@pytest.mark.parametrize(
    ("sheets", "message"),
    [
        ({"S": []}, "is a workbook with nothing in it"),
        ({"S": [["city", "country"]]}, "has a header and not a single row below it"),
        ({"S": [["city", "country", "city"], ["Riga", "LV", "Oslo"]]}, "has the column city twice"),
        ({"S": [["town"], ["Riga"]]}, "has the columns city, country"),
    ],
)
def test_a_workbook_without_the_table_is_an_error(tmp_path: Path, sheets: dict[str, Cells], message: str) -> None:
    path = workbook(tmp_path / "a.xlsx", **sheets)
    with pytest.raises(KgError, match=message) as caught:
        list(read_table(path, columns=["city", "country"]))
    assert str(path) in str(caught.value)


def test_a_formula_counts_by_its_value_and_rejects_the_row_without_one(tmp_path: Path) -> None:
    path = workbook(tmp_path / "a.xlsx", **{"S & T": [["a", "b"], ["x", "=1+1"], ["y", "=1+2"], ["z", '=""']]})
    # openpyxl writes an empty value as <v />, <v/> or <v></v>, by the XML library that it finds.
    empty_value = rb"<v ?(?:/>|></v>)"

    def compute(sheet: bytes) -> bytes:
        sheet = re.sub(rb'(<c r="B2"><f>1\+1</f>)' + empty_value, rb"\1<v>2</v>", sheet)
        return re.sub(rb'<c r="B4">(<f>""</f>)' + empty_value, rb'<c r="B4" t="str">\1<v></v>', sheet)

    alter_sheet(path, compute)
    computed, uncomputed, empty = read_table(path)
    assert (computed.cells["b"], computed.defect) == ("2", "")
    assert uncomputed.defect.startswith("the formula in cell B3 was never computed")
    assert (empty.cells["b"], empty.defect) == ("", "")


def test_an_error_value_is_seen(tmp_path: Path) -> None:
    path = workbook(tmp_path / "a.xlsx", S=[["a", "b"], ["x", "#REF!"], ["y", "#N/A"]])
    reject, other = read_table(path)
    assert reject.defect == "cell B2 has an error in place of a value: #REF!"
    assert (other.cells["b"], other.defect) == ("", "")


def alter_sheet(path: Path, alter: Callable[[bytes], bytes]) -> Path:
    return altered(path, lambda name, content: alter(content) if name == SHEET else content)


ENTITIES = b'<!DOCTYPE x [<!ENTITY a "lol"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">]>'
FAR = b'<row r="1048576"><c r="XFD1048576"><v>2</v></c></row></sheetData>'


@pytest.mark.parametrize(
    ("damage", "message"),
    [
        (lambda path: path.write_bytes(path.read_bytes()[:-10]), "is a damaged workbook"),
        (lambda path: path.write_bytes(path.read_bytes()[:2000]), "is a damaged workbook"),
        (
            lambda path: path.write_bytes(path.read_bytes()[:900] + b"\0" * 9 + path.read_bytes()[909:]),
            "is a damaged workbook",
        ),
        (lambda path: alter_sheet(path, lambda xml: ENTITIES + xml), "declares entities of XML"),
        (
            lambda path: alter_sheet(path, lambda xml: xml[:-300]),
            "is a damaged workbook, a sheet of which ends too early",
        ),
        (
            lambda path: alter_sheet(path, lambda xml: xml.replace(b"</sheetData>", FAR)),
            "has a sheet that spans 17,179,869,184",
        ),
        (
            lambda path: alter_sheet(path, lambda xml: xml + b" " * 40_000_000),
            "unpacks to more than 200 times its size",
        ),
        (lambda path: altered(path, lambda name, content: content, **{"xl/workbook.bin": b""}), None),
    ],
)
def test_a_workbook_that_came_to_harm_or_does_some(
    tmp_path: Path, damage: Callable[[Path], object], message: str | None
) -> None:
    path = workbook(tmp_path / "a.xlsx", S=[["city", "country"], ["Riga", "LV"]])
    damage(path)
    if message is None:
        assert len(list(read_table(path))) == 1
        return
    with pytest.raises(KgError, match=message) as caught:
        list(read_table(path, columns=["city", "country"]))
    assert str(path) in str(caught.value)


def test_all_parts_together_may_come_to_so_much(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = workbook(tmp_path / "a.xlsx", S=[["city"], ["Riga"]])
    monkeypatch.setattr(packages, "MAX_UNPACKED", 5_000)
    with pytest.raises(KgError, match="comes to more than"):
        list(read_table(path))


@pytest.mark.parametrize(
    ("members", "message"),
    [
        (["project.csv", "readme.txt"], r"is a zip archive and no workbook \(it has project.csv, readme.txt\)"),
        (["word/document.xml", "[Content_Types].xml"], "is a document or a presentation and no workbook"),
        (["xl/workbook.bin", "[Content_Types].xml"], r"is a binary workbook \(XLSB\)"),
        ([], "is a zip archive and no workbook"),
    ],
)
def test_another_archive_called_xlsx_is_told(tmp_path: Path, members: list[str], message: str) -> None:
    path = tmp_path / "a.xlsx"
    with zipfile.ZipFile(path, "w") as archive:
        for member in members:
            archive.writestr(member, "x")
    with pytest.raises(KgError, match=message):
        list(read_table(path))


def test_a_web_page_called_xls_is_told(tmp_path: Path) -> None:
    path = tmp_path / "members.xls"
    path.write_text("<html><head></head><table><tr><td>city</td></tr></table></html>")
    with pytest.raises(KgError, match="is a web page, whatever its name says"):
        list(read_table(path))


def compound(streams: dict[str, bytes]) -> bytes:
    """Return a file in Microsoft's compound format: header, one sector of allocation, the streams, the directory."""
    free, end = 0xFFFFFFFF, 0xFFFFFFFE
    sectors, chain = [b""], [0xFFFFFFFD]

    def add(content: bytes) -> int:
        first, number = len(chain), -(-len(content) // 512)
        sectors.extend(content[place * 512 : place * 512 + 512].ljust(512, b"\0") for place in range(number))
        chain.extend([*range(first + 1, first + number), end])
        return first

    def entry(name: str, kind: int, child: int, right: int, start: int, size: int) -> bytes:
        spelt = name.encode("utf-16-le")
        head = spelt.ljust(64, b"\0") + struct.pack("<HBBIII", len(spelt) + 2, kind, 1, free, right, child)
        return (head.ljust(116, b"\0") + struct.pack("<IQ", start, size)).ljust(128, b"\0")

    directory = entry("Root Entry", 5, 1, free, end, 0)
    for place, (name, content) in enumerate(streams.items(), start=1):
        right = place + 1 if place < len(streams) else free
        directory += entry(name, 2, free, right, add(content.ljust(4096, b"\0")), max(4096, len(content)))
    start = add(directory)
    sectors[0] = struct.pack("<128I", *chain, *[free] * (128 - len(chain)))
    header = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1".ljust(24, b"\0") + struct.pack("<HHHHH", 0x3E, 3, 0xFFFE, 9, 6)
    header = header.ljust(44, b"\0") + struct.pack("<IIIIIIIII", 1, start, 0, 4096, end, 0, end, 0, 0)
    return header + struct.pack("<108I", *[free] * 108) + b"".join(sectors)


def older_workbook(rows: Cells, *, protected: bool = False) -> bytes:
    """Return an XLS with one sheet, in its records."""

    def record(kind: int, content: bytes = b"") -> bytes:
        return struct.pack("<HH", kind, len(content)) + content

    def begin(kind: int) -> bytes:
        return record(0x809, struct.pack("<HHHHII", 0x600, kind, 0x0DBB, 0x07CC, 0x41, 0x6))

    def sheets(offset: int) -> bytes:
        password = record(0x2F, struct.pack("<HHH", 0, 1, 2)) if protected else b""
        name = "S".encode("utf-16-le")
        return begin(5) + password + record(0x85, struct.pack("<IBBBB", offset, 0, 0, 1, 1) + name) + record(0x0A)

    body = begin(0x10)
    for number, row in enumerate(rows):
        for place, cell in enumerate(row):
            at = struct.pack("<HHH", number, place, 0)
            if isinstance(cell, str):
                text = cell.encode("utf-16-le")
                body += record(0x204, at + struct.pack("<HB", len(cell), 1) + text)
            else:
                body += record(0x203, at + struct.pack("<d", cell))
    return compound({"Workbook": sheets(len(sheets(0))) + body + record(0x0A)})


def test_an_older_workbook_is_read_whatever_it_is_called(tmp_path: Path) -> None:
    for name in ("a.xls", "a.xlsx", "a.csv"):
        path = tmp_path / name
        path.write_bytes(older_workbook([["id", "city"], [1, "Šibenik"]]))
        assert cells(path, columns=["city"]) == [{"id": "1", "city": "Šibenik"}]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (
            compound({"EncryptionInfo": b"x", "EncryptedPackage": b"y"}),
            "is protected by a password: open it, save it without",
        ),
        (older_workbook([["id"], [1]], protected=True), "is protected by a password"),
        (older_workbook([["id"], [1]])[:1500], "there is no workbook in it: it is damaged, or a document"),
        (compound({"WordDocument": b"x"}), "there is no workbook in it: it is damaged, or a document"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(3000), "there is no workbook in it: it is damaged, or a document"),
    ],
)
def test_a_protected_or_damaged_older_file_is_told(tmp_path: Path, content: bytes, message: str) -> None:
    path = tmp_path / "a.xlsx"
    path.write_bytes(content)
    with pytest.raises(KgError, match=message):
        list(read_table(path))


def open_document(path: Path, rows: str, manifest: str = "") -> Path:
    names = "".join(
        f' xmlns:{short}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"'
        for short, name in {"office": "office", "table": "table", "text": "text", "manifest": "manifest"}.items()
    )
    kind = "application/vnd.oasis.opendocument.spreadsheet"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("mimetype", kind)
        archive.writestr(
            "META-INF/manifest.xml",
            f'<manifest:manifest{names}><manifest:file-entry manifest:full-path="/" manifest:media-type="{kind}"/>'
            f"{manifest}</manifest:manifest>",
        )
        archive.writestr(
            "content.xml",
            f"<office:document-content{names}><office:body><office:spreadsheet>"
            f'<table:table table:name="S">{rows}</table:table>'
            "</office:spreadsheet></office:body></office:document-content>",
        )
    return path


def ods_row(*texts: str, attributes: str = "", cell: str = "") -> str:
    filled = "".join(
        f'<table:table-cell {cell} office:value-type="string"><text:p>{text}</text:p></table:table-cell>'
        for text in texts
    )
    return f"<table:table-row {attributes}>{filled}</table:table-row>"


def test_an_open_document_is_read_and_its_empty_rest_is_not(tmp_path: Path) -> None:
    rest = (
        '<table:table-row table:number-rows-repeated="1048574">'
        '<table:table-cell table:number-columns-repeated="16384"/></table:table-row>'
    )
    path = open_document(tmp_path / "a.ods", ods_row("city", "country") + ods_row("Rīga", "LV") + rest)
    assert cells(path, columns=["city"]) == [{"city": "Rīga", "country": "LV"}]


@pytest.mark.parametrize(
    ("rows", "manifest", "message"),
    [
        (
            ods_row(
                "x", attributes='table:number-rows-repeated="1048576"', cell='table:number-columns-repeated="16384"'
            ),
            "",
            "has a sheet that spans 17,179,869,184 cells",
        ),
        ("", "<manifest:file-entry><manifest:encryption-data/></manifest:file-entry>", "is protected by a password"),
        (ods_row("x"), '<!DOCTYPE x [<!ENTITY a "b">]>', "declares entities of XML"),
    ],
)
def test_an_open_document_that_cannot_be_read_is_told(tmp_path: Path, rows: str, manifest: str, message: str) -> None:
    with pytest.raises(KgError, match=message):
        list(read_table(open_document(tmp_path / "a.ods", rows, manifest)))


def test_sheets_are_listed(tmp_path: Path) -> None:
    assert sheet_names(workbook(tmp_path / "a.csv", Readme=[["a"]], Members=[["b"]])) == ["Readme", "Members"]
    (tmp_path / "b.xlsx").write_text("city")
    with pytest.raises(KgError, match="there is no workbook in it"):
        sheet_names(tmp_path / "b.xlsx")


def test_a_sheet_with_links_is_read(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    book.active.append(["city", "site"])
    book.active.append(["Riga", "www"])
    book.active["B2"].hyperlink = "https://www.riga.lv"
    book.save(tmp_path / "a.xlsx")
    assert "xl/worksheets/_rels/sheet1.xml.rels" in zipfile.ZipFile(tmp_path / "a.xlsx").namelist()
    assert cells(tmp_path / "a.xlsx", columns=["city"])[0]["city"] == "Riga"


def test_a_chart_is_no_table(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    book.active.append(["city"])
    book.active.append(["Riga"])
    book.create_chartsheet("Chart", 0)
    book.save(tmp_path / "a.xlsx")
    assert cells(tmp_path / "a.xlsx") == [{"city": "Riga"}]


def test_nothing_is_left_open(tmp_path: Path) -> None:
    path = workbook(tmp_path / "a.xlsx", S=[["a"], ["1"], ["2"]])
    next(iter(read_table(path)))
    content = io.BytesIO(path.read_bytes())
    path.unlink()
    path.write_bytes(content.getvalue())
    assert cells(path) == [{"a": "1"}, {"a": "2"}]
