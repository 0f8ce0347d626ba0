"""Workbooks made to do harm: whatever a sheet is called and however its cells are written, it is measured before it is laid out.

The library that reads workbooks ends the program when it is asked for more memory than there is; so each of these would.
"""

from __future__ import annotations

import io
import time
import zipfile
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import openpyxl
import pytest

from kg.errors import KgError
from kg.loaders.reading import packages
from kg.loaders.reading.tables import read_table

SHEET, RELATIONS = "xl/worksheets/sheet1.xml", "xl/_rels/workbook.xml.rels"
FAR = b'<row r="1048576"><c r="XFD1048576"><v>2</v></c></row></sheetData>'
FLAW = b'<row r="3"><c r="A3" t="e"><v>#REF!</v></c><c r="B3" t="str"><v>NO</v></c></row></sheetData>'
Parts = dict[str, bytes]


def parts() -> Parts:
    book = openpyxl.Workbook()
    for row in (["city", "country"], ["Riga", "LV"]):
        book.active.append(row)
    out = io.BytesIO()
    book.save(out)
    with zipfile.ZipFile(out) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def pack(path: Path, content: Parts) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, inside in content.items():
            archive.writestr(name, inside)
    return path


def with_end(content: Parts, end: bytes) -> None:
    content[SHEET] = content[SHEET].replace(b"</sheetData>", end)


def move(content: Parts, place: str) -> None:
    with_end(content, FAR)
    content[f"xl/{place}"] = content.pop(SHEET)
    content[RELATIONS] = content[RELATIONS].replace(b"/xl/worksheets/sheet1.xml", f"/xl/{place}".encode())


FAR_AWAY: dict[str, Callable[[Parts], None]] = {
    "as most write it": lambda content: with_end(content, FAR),
    "in single quotation marks": lambda content: with_end(content, FAR.replace(b'"', b"'")),
    "with blanks": lambda content: with_end(content, FAR.replace(b"r=", b"r = ")),
    "on several lines": lambda content: with_end(content, FAR.replace(b"<c r", b"<c\nr")),
    "with a prefix": lambda content: with_end(content, FAR.replace(b"c ", b"x-y.z:c ").replace(b"/c", b"/x-y.z:c")),
    "behind a greater-than sign": lambda content: with_end(content, FAR.replace(b"<c r", b'<c x=">" r')),
    "row by row": lambda content: with_end(
        content, b'<row r="1048575">' + b"<c><v>1</v></c>" * 16_000 + b"</row><row><c><v>2</v></c></row></sheetData>"
    ),
    "in a sheet called otherwise": lambda content: move(content, "other/one.bin"),
    "in a sheet in capitals": lambda content: move(content, "worksheets/sheet1.XML"),
    "in a sheet that is a picture": lambda content: move(content, "media/image1.png"),
}


@pytest.mark.parametrize("how", FAR_AWAY)
def test_a_cell_far_away_is_refused_however_it_is_written(tmp_path: Path, how: str) -> None:
    content = parts()
    FAR_AWAY[how](content)
    path = pack(tmp_path / "a.xlsx", content)
    with pytest.raises(KgError, match="has a sheet that spans [0-9,]+ cells, more than 20,000,000"):
        list(read_table(path))


@pytest.mark.parametrize(
    "cells",
    [
        b"<row><c t='str'><v>Oslo</v></c><c t='str'><v>NO</v></c></row></sheetData>",
        b"<row r='3'><c r = 'A3' t='str'><v>Oslo</v></c><c t=\"str\"><v>NO</v></c></row></sheetData>",
    ],
)
def test_cells_written_in_another_way_are_read(tmp_path: Path, cells: bytes) -> None:
    content = parts()
    with_end(content, cells)
    assert [dict(row.cells) for row in read_table(pack(tmp_path / "a.xlsx", content))] == [
        {"city": "Riga", "country": "LV"},
        {"city": "Oslo", "country": "NO"},
    ]


def test_a_dimension_that_is_not_so_does_no_harm(tmp_path: Path) -> None:
    content = parts()
    content[SHEET] = content[SHEET].replace(b'ref="A1:B2"', b'ref="A1:XFD1048576"')
    assert b"XFD" in content[SHEET]
    assert len(list(read_table(pack(tmp_path / "a.xlsx", content)))) == 1


@pytest.mark.parametrize("part", [RELATIONS, "xl/workbook.xml"])
def test_a_flaw_in_a_sheet_of_a_workbook_without_this_part_is_no_traceback(tmp_path: Path, part: str) -> None:
    content = parts()
    with_end(content, FLAW)
    assert [row.defect for row in read_table(pack(tmp_path / "a.xlsx", content))][1]
    del content[part]
    with pytest.raises(KgError, match="workbook"):
        list(read_table(pack(tmp_path / "b.xlsx", content)))


@pytest.mark.parametrize("place", [b"A", b"A" + b"9" * 5000, b"A" * 90_000 + b"3", b"A\xc2\xb2", b""])
def test_an_error_in_a_cell_that_is_nowhere_is_no_traceback(tmp_path: Path, place: bytes) -> None:
    content = parts()
    with_end(content, FLAW.replace(b'r="A3"', b'r="' + place + b'"'))
    with suppress(KgError):
        assert next(row.cells["city"] for row in read_table(pack(tmp_path / "a.xlsx", content))) == "Riga"


LAUGHS = b"<!DOCTYPE x [" + b"".join(
    b'<!ENTITY l%d "%s">' % (number, b"&l%d;" % (number - 1) * 10 if number else b"lol") for number in range(10)
)
OUTSIDE = b'<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">'


@pytest.mark.parametrize(
    "entities", [LAUGHS + b"]>", OUTSIDE + b"]>", b'<!DOCTYPE x SYSTEM "http://127.0.0.1:9/x.dtd">']
)
@pytest.mark.parametrize("part", [SHEET, RELATIONS, "xl/workbook.xml", "xl/styles.xml", "docProps/app.xml"])
def test_entities_of_xml_are_refused_in_every_part(tmp_path: Path, part: str, entities: bytes) -> None:
    content = parts()
    assert part in content
    content[part] = entities + content[part]
    with pytest.raises(KgError, match="declares entities of XML"):
        list(read_table(pack(tmp_path / "a.xlsx", content)))


def test_a_workbook_in_a_workbook_is_not_unpacked(tmp_path: Path) -> None:
    inner = io.BytesIO()
    with zipfile.ZipFile(inner, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("bomb", bytes(50_000_000))
    content = parts() | {"xl/embeddings/inner.xlsx": inner.getvalue()}
    assert len(list(read_table(pack(tmp_path / "a.xlsx", content)))) == 1


def test_a_workbook_of_very_many_parts_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(packages, "MAX_PARTS", 3)
    with pytest.raises(KgError, match="has more than 3 parts"):
        list(read_table(pack(tmp_path / "a.xlsx", parts())))


def test_parts_that_lie_over_each_other_come_to_no_more_than_is_allowed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A thousand entries of the list of parts that all lead to one part: small as a file, large to unpack."""
    path = pack(tmp_path / "a.xlsx", parts() | {"xl/media/0.png": bytes(8_000)})
    whole = path.read_bytes()
    end = whole.rindex(b"PK\x05\x06")
    entry = whole.rindex(b"PK\x01\x02", 0, end)
    assert b"0.png" in whole[entry:end]
    more = b"".join(whole[entry:end].replace(b"0.png", b"%05d" % number) for number in range(1_000))
    tail = bytearray(whole[end:])
    start = int.from_bytes(tail[16:20], "little")
    number = int.from_bytes(tail[8:10], "little") + 1_000
    tail[8:10] = tail[10:12] = number.to_bytes(2, "little")
    tail[12:16] = (end + len(more) - start).to_bytes(4, "little")
    path.write_bytes(whole[:end] + more + tail)
    monkeypatch.setattr(packages, "MAX_UNPACKED", 100_000)
    with pytest.raises(KgError, match=r"comes to more than|damaged workbook"):
        list(read_table(path))


ODS = "urn:oasis:names:tc:opendocument:xmlns"


def open_document(path: Path, rows: str) -> Path:
    names = "".join(f' xmlns:{name}="{ODS}:{name}:1.0"' for name in ("office", "table", "text", "manifest"))
    kind = "application/vnd.oasis.opendocument.spreadsheet"
    return pack(
        path,
        {
            "mimetype": kind.encode(),
            "META-INF/manifest.xml": f'<manifest:manifest{names}><manifest:file-entry manifest:full-path="/" manifest:media-type="{kind}"/></manifest:manifest>'.encode(),
            "content.xml": f'<office:document-content{names}><office:body><office:spreadsheet><table:table table:name="S">{rows}</table:table></office:spreadsheet></office:body></office:document-content>'.encode(),
        },
    )


FILLED = '<table:table-cell {} office:value-type="string"><text:p>x</text:p></table:table-cell>'


@pytest.mark.parametrize(
    "rows",
    [
        f'<table:table-row table:number-rows-repeated="1048576">{FILLED.format("table:number-columns-repeated=" + chr(34) + "16384" + chr(34))}</table:table-row>',
        f"<table:table-row table:number-rows-repeated='1048576'>{FILLED.format('table:number-columns-repeated = ' + chr(39) + '16384' + chr(39))}</table:table-row>",
        f'<table:table-row table:number-rows-repeated="99999999999">{FILLED.format("")}</table:table-row>',
        f'<table:table-row x=">" table:number-rows-repeated="30000000">{FILLED.format("")}</table:table-row>',
    ],
)
def test_repeated_cells_of_an_open_document_are_counted_however_they_are_written(tmp_path: Path, rows: str) -> None:
    with pytest.raises(KgError, match="has a sheet that spans"):
        list(read_table(open_document(tmp_path / "a.ods", rows)))


def test_measuring_takes_no_longer_than_reading(tmp_path: Path) -> None:
    """A part that is one tag without an end, and one of nothing but beginnings of cells."""
    for inside in (b"<c " * 300_000, b"<c" + b" x" * 400_000, b"<" * 900_000, b'<c a="' * 200_000):
        content = parts() | {"xl/other.xml": inside}
        began = time.process_time()
        with suppress(KgError):
            list(read_table(pack(tmp_path / "a.xlsx", content)))
        assert time.process_time() - began < 5
