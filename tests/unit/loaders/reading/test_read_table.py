"""Tables of text as people save them: found out, read, and, where they are bad, told so in one message."""

from __future__ import annotations

import csv
import gzip
import io
import time
import tracemalloc
from collections.abc import Iterable
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from kg.database.loads import LoadHeader
from kg.errors import KgError
from kg.loaders.base import Loader, Outcome, Records, Rejected, Row, Skipped
from kg.loaders.fates import read_rows
from kg.loaders.reading.tables import read_table, write_rejects
from kg.spreadsheets import unguarded


def table(tmp_path: Path, content: bytes | str, name: str = "table.csv") -> Path:
    path = tmp_path / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def cells(path: Path, **options: object) -> list[dict[str, str]]:
    rows = list(read_table(path, **options))  # type: ignore[arg-type]
    assert not [row.defect for row in rows if row.defect]
    return [dict(row.cells) for row in rows]


RIGA = [{"id": "1", "name": "Rīga, LV"}, {"id": "2", "name": 'a "b"'}]
RIGA_CSV = 'id,name\n1,"Rīga, LV"\n2,"a ""b"""\n'


@pytest.mark.parametrize(
    ("content", "name"),
    [
        (RIGA_CSV, "table.csv"),
        (RIGA_CSV, "table.xlsx"),
        ("\ufeff" + RIGA_CSV, "byte-order mark"),
        (RIGA_CSV.replace("\n", "\r\n"), "CRLF"),
        (RIGA_CSV.replace("\n", "\r"), "CR"),
        (RIGA_CSV.rstrip("\n"), "no end of line at the end"),
        ("\n\n" + RIGA_CSV.replace("\n", "\n\n"), "blank lines"),
        (RIGA_CSV + ",\n , \n", "lines of nothing but separators"),
        ('id;name\n1;Rīga, LV\n2;"a ""b"""\n', "semicolons"),
        ('id\tname\n1\tRīga, LV\n2\t"a ""b"""\n', "tabulators"),
        ('id\tname\n1\tRīga, LV\n2\ta "b"\n', "marks inside of cells"),
        ('id|name\n1|Rīga, LV\n2|"a ""b"""\n', "bars"),
        ('sep=;\r\nid;name\r\n1;Rīga, LV\r\n2;"a ""b"""\r\n', "sep="),
        ('\ufeffsep=;\nid;name\n1;Rīga, LV\n2;"a ""b"""\n', "mark and sep="),
        ('id;name;\n1;Rīga, LV;\n2;"a ""b""";\n', "a separator at the end of lines"),
        (' id , "name"\n 1 ,"Rīga, LV"\n2, "a ""b"""\n', "blanks"),
        (gzip.compress(RIGA_CSV.encode()), "table.csv.gz"),
        (gzip.compress(RIGA_CSV.encode()), "packed, and called table.csv"),
        (RIGA_CSV.encode("utf-16"), "UTF-16"),
        (RIGA_CSV.encode("utf-16-le"), "UTF-16 without a mark"),
        (RIGA_CSV.encode("utf-16-be"), "big-endian UTF-16 without a mark"),
        (b"\xfe\xff" + RIGA_CSV.encode("utf-16-be"), "big-endian UTF-16"),
        (RIGA_CSV.encode("utf-32"), "UTF-32"),
        ('id,name\n"=""1""","Rīga, LV"\n2,"a ""b"""\n', "kept as text for Excel"),
    ],
)
def test_one_table_in_many_dresses(tmp_path: Path, content: bytes | str, name: str) -> None:
    assert cells(table(tmp_path, content, name)) == RIGA


def test_rows_come_with_the_number_of_their_first_line(tmp_path: Path) -> None:
    path = table(tmp_path, '# a remark\n\nid,name\n1,"a\nb"\n\n2,c\n')
    assert list(read_table(path, columns=["id", "name"], row_id=lambda cells: cells["id"])) == [
        Row("table.csv", 4, {"id": "1", "name": "a\nb"}, "1"),
        Row("table.csv", 7, {"id": "2", "name": "c"}, "2"),
    ]


def test_the_header_is_the_first_line_that_has_the_columns(tmp_path: Path) -> None:
    path = table(tmp_path, "Members of the network;;\nas of May 2024;;\n;;\nCity;Country;Since\nRiga;LV;2009\n")
    assert cells(path, columns=["City", "Since"]) == [{"City": "Riga", "Country": "LV", "Since": "2009"}]


def test_the_line_of_the_header_can_be_said(tmp_path: Path) -> None:
    path = table(tmp_path, "a,b\nc,d\ne,f\n")
    assert cells(path, header_row=2) == [{"c": "e", "d": "f"}]
    with pytest.raises(KgError, match="has nothing in row 9, where its header is said to be"):
        cells(path, header_row=9)


def test_a_table_without_a_header_is_given_names(tmp_path: Path) -> None:
    path = table(tmp_path, "Q1\tRiga\nQ2\tOslo\n")
    assert cells(path, names=["id", "name"]) == [{"id": "Q1", "name": "Riga"}, {"id": "Q2", "name": "Oslo"}]


def test_a_single_column_needs_no_separator(tmp_path: Path) -> None:
    assert cells(table(tmp_path, "City\nRiga\nVilnius\n")) == [{"City": "Riga"}, {"City": "Vilnius"}]


def test_decimal_commas_do_not_make_a_comma_the_separator(tmp_path: Path) -> None:
    path = table(tmp_path, "City;Share;Other\nRiga;1,5;2,5\nOslo;2,25;1,5\n")
    assert cells(path) == [
        {"City": "Riga", "Share": "1,5", "Other": "2,5"},
        {"City": "Oslo", "Share": "2,25", "Other": "1,5"},
    ]


def test_the_wanted_columns_tell_the_separator(tmp_path: Path) -> None:
    path = table(tmp_path, "City;Notes, remarks\nRiga;a, b\nOslo;c, d\nBergen;e, f\n")
    assert cells(path, columns=["City"])[0] == {"City": "Riga", "Notes, remarks": "a, b"}


def test_encoding_and_separator_can_be_said(tmp_path: Path) -> None:
    path = table(tmp_path, "name^land\nŠibenik^HR\n".encode("cp1250"))
    assert cells(path, encoding="cp1250", delimiter="^") == [{"name": "Šibenik", "land": "HR"}]


def test_header_names_lose_superfluous_blanks_and_columns_without_a_name_get_one(tmp_path: Path) -> None:
    path = table(tmp_path, '"City\n name",,Country\u00a0code\nRiga,1,LV\n')
    assert cells(path) == [{"City name": "Riga", "column 2": "1", "Country code": "LV"}]


def test_columns_of_the_same_name_are_numbered_unless_they_are_wanted(tmp_path: Path) -> None:
    path = table(tmp_path, "City,Note,Note\nRiga,a,b\n")
    assert cells(path, columns=["City"]) == [{"City": "Riga", "Note (1)": "a", "Note (2)": "b"}]
    with pytest.raises(KgError, match="has the column Note twice"):
        cells(path, columns=["City", "Note"])


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("", "is empty: is it the right file"),
        (" \n\r\n", "is empty: is it the right file"),
        ("\ufeff", "is empty: is it the right file"),
        (gzip.compress(b""), "is empty: is it the right file"),
        ("city,country\n", "has a header and not a single row below it"),
        ("town,land\nRiga,LV\n", r"has no column city, country: is it the right file.* Its columns are 'town', 'land'"),
        ("city,land\nRiga,LV\n", "has no column country"),
        ("<!DOCTYPE html>\n<html><body>city,country</body></html>", "is a web page"),
        ("\n <HTML>", "is a web page"),
        ("\ufeff<table><tr><td>city</td></tr></table>", "is a web page"),
        ('<?xml version="1.0"?><Workbook/>', "is XML and no table"),
        ('[\n {"city": "Riga"}]', "is JSON and no table"),
        ('{"city": "Riga"}', "is JSON and no table"),
        ("%PDF-1.7 city,country", "is a PDF"),
        (b"\x89PNG\r\n\x1a\n" + bytes(4000), "is no table of text"),
        (bytes(range(256)) * 40, "is no table of text"),
        (bytes(5000), "is no table of text"),
        (gzip.compress(b"city,country\nRiga,LV\n" * 5000)[:-40], "ends too early or is damaged"),
        (b"\x1f\x8b" + b"nonsense" * 20, "is damaged"),
        ("city,country\nRiga,LV\n".encode("utf-16")[:-1], "is not in utf-16"),
        ("city,country\nRīga,LV\nDaugavpils,Latgalē".encode()[:-1], "is not in utf-8"),
    ],
)
def test_what_is_no_such_table_is_one_clear_error(tmp_path: Path, content: bytes | str, message: str) -> None:
    path = table(tmp_path, content)
    with pytest.raises(KgError, match=message) as caught:
        list(read_table(path, columns=["city", "country"]))
    assert str(path) in str(caught.value)
    assert len(str(caught.value)) < 600


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"encoding": "klingon"}, "'klingon' is not the name of an encoding"),
        ({"encoding": "utf-8"}, "is not in utf-8"),
        ({"encoding": "hex"}, "'hex' is not the name of an encoding"),
        ({"delimiter": "||"}, "is not a single character"),
    ],
)
def test_what_is_said_wrongly_is_an_error(tmp_path: Path, options: dict[str, str], message: str) -> None:
    path = table(tmp_path, "city,country\nMálaga,ES\n".encode("cp1252"))
    with pytest.raises(KgError, match=message):
        list(read_table(path, **options))  # type: ignore[arg-type]


@pytest.mark.parametrize("name", ["absent.csv", "."])
def test_a_file_that_cannot_be_opened_is_an_error(tmp_path: Path, name: str) -> None:
    with pytest.raises(KgError, match="cannot read"):
        list(read_table(tmp_path / name))


def test_a_file_that_may_not_be_read_is_an_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise PermissionError(13, "Permission denied")

    path = table(tmp_path, RIGA_CSV)
    monkeypatch.setattr(Path, "open", refuse)
    with pytest.raises(KgError, match="cannot read .*: Permission denied"):
        list(read_table(path))


@pytest.mark.parametrize(
    ("content", "line", "defect"),
    [
        ("a,b,c\n1,2,3\n1,2\n4,5,6\n", 3, "2 cells where the header has 3"),
        ("a,b,c\n1,2,3\n1,2,3,4\n4,5,6\n", 3, "4 cells where the header has 3"),
        ("a;b;c\n1;2;3\n1,2,3\n4;5;6\n", 3, "1 cells where the header has 3"),
        ('a,b,c\n1,2,3\n1,"2"x,3\n4,5,6\n', 3, "a quotation mark is missing"),
        ('a,b,c\n1,2,3\n1,"2,3\n4,5,6\n', 3, "a quotation mark is missing"),
        ("a,b,c\n1,2,3\n1,x\0y,3\n4,5,6\n", 3, "a NUL character in"),
        ("a,b,c\n1,2,3\n1,=SUM(A1:A2),3\n4,5,6\n", 3, "a formula in place of its value: '=SUM"),
        ("a,b,c\n1,2,3\n1,=Sheet2!B7,3\n4,5,6\n", 3, "a formula in place of its value"),
        ("a,b,c\nä,é,3\n1,ö,3\n".encode() + b"1,x\xff,3\n4,5,6\n", 4, "letters that are not UTF-8"),
    ],
)
def test_one_bad_line_is_one_reject_and_the_others_are_read(
    tmp_path: Path, content: bytes | str, line: int, defect: str
) -> None:
    rows = list(read_table(table(tmp_path, content), columns=["a", "b", "c"], row_id=lambda cells: cells["a"]))
    bad = [row for row in rows if row.defect]
    assert [row.line for row in bad] == [line]
    assert defect in bad[0].defect
    assert [row.cells["c"] for row in rows if not row.defect][-1] == "6"


def test_a_bad_line_keeps_what_it_has_for_the_rejects(tmp_path: Path) -> None:
    short, long, _ = list(read_table(table(tmp_path, "a,b,c\n1\n1,2,3,4,\n1,2,3\n")))
    assert short.cells == {"a": "1", "b": "", "c": ""}
    assert long.cells == {"a": "1", "b": "2", "c": "3", "column 4": "4"}


class Towns(Loader):
    name = "towns"
    scope = "towns"
    edition = "2024"
    sources = ()

    def __init__(self, path: Path) -> None:
        self.path = path
        self.looked_at: list[str] = []

    def checksum(self) -> str:
        return ""

    def extract(self) -> Iterable[Row]:
        return read_table(self.path, columns=["city"])

    def transform(self, row: Row) -> Outcome:
        self.looked_at.append(row.cells["city"])
        return Records()


def test_the_frame_rejects_a_bad_line_without_looking_at_it(tmp_path: Path) -> None:
    loader = Towns(table(tmp_path, "city,country\nRiga,LV\nOslo\n"))
    good, bad = read_rows(loader, LoadHeader("towns", "2024", "abc", "towns 1"))
    assert not isinstance(good.outcome, Rejected | Skipped)
    assert isinstance(bad.outcome, Rejected)
    assert bad.outcome.reason.startswith("1 cells where the header has 2")
    assert loader.looked_at == ["Riga"]


def test_rows_that_are_all_bad_are_one_error(tmp_path: Path) -> None:
    path = table(tmp_path, "city;country;since\nRiga,LV,2009\nOslo,NO,2010\n")
    message = "not one of its 2 rows can be read, the first in line 2: 1 cells where the header has 3"
    with pytest.raises(KgError, match=message):
        list(read_table(path, columns=["city"]))


def test_a_row_of_damaged_letters_can_be_written_to_the_rejects(tmp_path: Path) -> None:
    path = table(tmp_path, "city,note\nRīga,é\n".encode() + b"K\xf8ge,x\n" + "Malmö,ö\n".encode())
    good, bad, _ = read_table(path)
    assert (good.defect, bad.cells) == ("", {"city": "K\ufffdge", "note": "x"})
    write_rejects(tmp_path / "rejects.csv", [(bad, bad.defect), (Row("f", 2, {"city": "\ud800"}, "1"), "x")])
    assert "K\ufffdge" in (tmp_path / "rejects.csv").read_text("utf-8")


def test_a_mark_that_is_never_closed_swallows_no_rows(tmp_path: Path) -> None:
    path = table(tmp_path, "a,b\n" + "1,2\n" * 400 + '3,"4\n' + f"5,{'6' * 500}\n" * 1_000)
    rows = list(read_table(path))
    assert [row.line for row in rows if row.defect] == [402]
    assert len(rows) == 1_401


def test_a_name_with_a_sign_of_a_formula_is_a_name(tmp_path: Path) -> None:
    path = table(tmp_path, "a,b\n@Riga,+371 2\n=Eurocity=,-5\n")
    assert [row["a"] for row in cells(path)] == ["@Riga", "=Eurocity="]


def test_a_single_line_of_20_mb_is_told_at_once_and_takes_no_memory(tmp_path: Path) -> None:
    path = table(tmp_path, "city,country " * 1_600_000)
    assert path.stat().st_size > 20_000_000
    tracemalloc.start()
    begin = time.perf_counter()
    try:
        with pytest.raises(KgError, match="line 1 is longer than 1,048,576 characters"):
            list(read_table(path, columns=["city"]))
        _, most = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert time.perf_counter() - begin < 10
    assert most < 30_000_000


def test_a_bomb_of_gzip_is_stopped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = table(tmp_path, gzip.compress(b"city,country\n" + b"Riga,LV\n" * 8_000_000), "bomb.csv.gz")
    with pytest.raises(KgError, match="unpacks to more than 200 times its size"):
        list(read_table(path))


def test_a_table_is_read_as_a_stream(tmp_path: Path) -> None:
    path = table(tmp_path, "city,country\n" + f"{'Riga' * 500},LV\n" * 20_000)
    tracemalloc.start()
    try:
        number = sum(1 for _ in read_table(path, row_id=lambda _: "1"))
        _, most = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert number == 20_000
    assert path.stat().st_size > 40_000_000
    assert most < 10_000_000


ENCODINGS = ("utf-8", "utf-8-sig", "utf-16", "utf-32", "cp1250", "cp1251", "cp1252", "cp1253", "cp1254", "cp1257")
#: A code page is told by the words in it.
TOWNS = {
    "cp1250": ["Łódź", "Plzeň", "Győr", "Gdańsk", "Kroměříž"],
    "cp1251": ["София", "Пловдив", "Варна", "Русе", "Харків"],
    "cp1252": ["Besançon", "Málaga", "Århus", "Orléans", "Nîmes"],
    "cp1253": ["Αθήνα", "Θεσσαλονίκη", "Ηράκλειο", "Βόλος", "Πάτρα"],
    "cp1254": ["İstanbul", "Eskişehir", "Beyoğlu", "Çanakkale", "Kadıköy"],
    "cp1257": ["Rīga", "Jūrmala", "Rēzekne", "Ķekava", "Cēsis"],
}
PLAIN = "abcdefgh ,;|\t'\"\n0123456789.-"


@st.composite
def tables(draw: st.DrawFn) -> tuple[list[list[str]], str]:
    encoding = draw(st.sampled_from(ENCODINGS))
    letters = st.sampled_from(PLAIN)
    if encoding not in TOWNS:
        letters |= st.characters(exclude_categories=["Cs", "Cc", "Zl", "Zp"])
    # As it is read: stripped; and nothing that looks like a formula, or like one that was made safe for spreadsheets.
    cell = st.text(letters, max_size=8).map(lambda text: text.strip().lstrip("=+@").strip())
    cell = cell.filter(lambda text: unguarded(text) == text)
    width = draw(st.integers(2, 5))
    body = draw(st.lists(st.lists(cell, min_size=width, max_size=width), min_size=1, max_size=6))
    return [[" ".join(TOWNS.get(encoding, ["first row"])), *["Turku"] * (width - 1)], *body], encoding


@given(
    tables(),
    st.sampled_from([",", ";", "\t", "|"]),
    st.sampled_from(["\n", "\r\n", "\r"]),
    st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL]),
    st.booleans(),
)
@example(([["a", 'b"']], "utf-8"), ",", "\n", csv.QUOTE_MINIMAL, True)
def test_whatever_a_program_writes_is_read_back(
    tmp_path_factory: pytest.TempPathFactory,
    content: tuple[list[list[str]], str],
    delimiter: str,
    terminator: str,
    quoting: int,
    packed: bool,
) -> None:
    body, encoding = content
    if terminator == "\r":
        quoting = csv.QUOTE_ALL  # else Python's writer leaves a line feed inside of a cell bare
    header = [f"name {place}" for place in range(len(body[0]))]
    text = io.StringIO(newline="")
    writer = csv.writer(text, delimiter=delimiter, lineterminator=terminator, quoting=quoting)  # type: ignore[arg-type]
    writer.writerows([header, *body])
    path = tmp_path_factory.mktemp("tables", numbered=True) / "table"
    data = text.getvalue().encode(encoding)
    path.write_bytes(gzip.compress(data) if packed else data)
    assert [list(row.values()) for row in cells(path, columns=header)] == [row for row in body if any(row)]


def test_the_real_editions_are_read_without_a_defect(shared_data: Path) -> None:
    number = {
        "wikidata-mayors/european_mayors.csv": 728,
        "wikidata-twins-2017/uk.tsv": 1_025,
        "covenant-of-mayors/df1_Signatories_2024.xlsx": 11_973,
        "keep-eu/keep_closed_1420.xlsx": 1_891,
    }
    wanted = {"covenant-of-mayors/df1_Signatories_2024.xlsx": ["organisation_id"]}
    found = {
        name: [
            bool(row.defect)
            for row in read_table(shared_data / name, columns=wanted.get(name, []), row_id=lambda _: "")
        ]
        for name in number
    }
    assert {name: len(rows) for name, rows in found.items()} == number
    assert not any(any(rows) for rows in found.values())
