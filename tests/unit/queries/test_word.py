"""Documents of Word, without Word: packages of well-formed XML in which names are only text."""

from __future__ import annotations

import io
import zipfile
from xml.etree import ElementTree as ET

from hypothesis import example, given
from hypothesis import strategies as st

from kg.queries.display import Line, Table
from kg.queries.word import to_docx

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"


def document(title: str, *blocks: Line | Table) -> ET.Element:
    with zipfile.ZipFile(io.BytesIO(to_docx(title, blocks))) as archive:
        assert archive.testzip() is None
        parts = {name: ET.fromstring(archive.read(name)) for name in archive.namelist()}
    assert set(parts) == {
        "[Content_Types].xml",
        "_rels/.rels",
        "word/document.xml",
        "word/styles.xml",
        "word/_rels/document.xml.rels",
    }
    return parts["word/document.xml"]


def test_lines_and_tables_in_their_order() -> None:
    found = document(
        "Two places", Line("Reasons", "heading"), Line("So it is."), Table(("A", "B"), (("x", 1.5), (None, 2)))
    )
    (body,) = found
    assert [child.tag.removeprefix(W) for child in body] == ["p", "p", "p", "tbl", "p", "sectPr"]
    styles = [style.get(f"{W}val") for style in found.iter(f"{W}pStyle")]
    assert styles[:3] == ["Title", "Heading1", "Normal"]
    assert [text.text or "" for text in found.iter(f"{W}t")] == [
        "Two places",
        "Reasons",
        "So it is.",
        "A",
        "B",
        "x",
        "1.50",
        "",
        "2",
        "",
    ]
    assert len([*found.iter(f"{W}tr")]) == 3


def test_the_same_blocks_are_the_same_file() -> None:
    assert to_docx("A", [Line("b")]) == to_docx("A", [Line("b")])


@given(st.text())
@example("</w:t><w:t>&amp;")
@example("\ufffe\uffff\x00\x1b[31m\u202e")
def test_a_name_is_only_text(name: str) -> None:
    plain, found = (
        document("A", Line("b"), Table(("c",), (("d",),))),
        document(name, Line(name), Table((name,), ((name,),))),
    )
    wanted = [element.tag for element in plain.iter() if element.tag not in (f"{W}t", f"{W}br")]
    assert [element.tag for element in found.iter() if element.tag not in (f"{W}t", f"{W}br")] == wanted
