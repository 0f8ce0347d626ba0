"""Blocks of text and tables as a document of Word: the few parts of Office Open XML that one page needs.

See ECMA-376, part 1: WordprocessingML, and part 2 for the package, which is a zip of XML files.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterable
from xml.sax.saxutils import escape

from kg.queries.display import Block, Cell, Line, Table, clean, show

_MAIN = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
_TYPES = "application/vnd.openxmlformats-officedocument.wordprocessingml"
_RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'

_CONTENT_TYPES = f"""{_HEAD}<Types xmlns="{_PACKAGE}/content-types">\
<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>\
<Default Extension="xml" ContentType="application/xml"/>\
<Override PartName="/word/document.xml" ContentType="{_TYPES}.document.main+xml"/>\
<Override PartName="/word/styles.xml" ContentType="{_TYPES}.styles+xml"/></Types>"""

_PACKAGE_RELATIONS = f"""{_HEAD}<Relationships xmlns="{_PACKAGE}/relationships">\
<Relationship Id="rId1" Type="{_RELATIONS}/officeDocument" Target="word/document.xml"/></Relationships>"""

_DOCUMENT_RELATIONS = f"""{_HEAD}<Relationships xmlns="{_PACKAGE}/relationships">\
<Relationship Id="rId1" Type="{_RELATIONS}/styles" Target="styles.xml"/></Relationships>"""


def _style(id_: str, name: str, size: int, *, bold: bool = False, before: int = 0, outline: int | None = None) -> str:
    """Return a style of paragraphs; sizes in half points, distances in twentieths of a point."""
    level = "" if outline is None else f'<w:outlineLvl w:val="{outline}"/>'
    default = ' w:default="1"' if id_ == "Normal" else ""
    return (
        f'<w:style w:type="paragraph"{default} w:styleId="{id_}"><w:name w:val="{name}"/><w:qFormat/>'
        f'<w:pPr><w:spacing w:before="{before}" w:after="40"/>{level}</w:pPr>'
        f'<w:rPr><w:rFonts w:ascii="Arial" w:hAnsi="Arial" w:cs="Arial"/>{"<w:b/>" if bold else ""}<w:sz w:val="{size}"/></w:rPr></w:style>'
    )


_STYLES = (
    f'{_HEAD}<w:styles xmlns:w="{_MAIN}">'
    + _style("Normal", "Normal", 18)
    + _style("Title", "Title", 30, bold=True)
    + _style("Heading1", "heading 1", 22, bold=True, before=160, outline=0)
    + "</w:styles>"
)

_BORDERS = "".join(
    f'<w:{side} w:val="single" w:sz="4" w:color="CCCCCC"/>'
    for side in ("top", "left", "bottom", "right", "insideH", "insideV")
)

#: Text columns of an A4 page with margins of 1.6 cm, in twentieths of a point.
_WIDTH = 10_092
_PAGE = (
    '<w:sectPr><w:pgSz w:w="11906" w:h="16838"/>'
    '<w:pgMar w:top="907" w:right="907" w:bottom="907" w:left="907" w:header="450" w:footer="450" w:gutter="0"/></w:sectPr>'
)


def to_docx(title: str, blocks: Iterable[Block]) -> bytes:
    """Return blocks as a document of Word, the same for the same blocks.

    Args:
        title: The first line.
        blocks: What follows; names in it are only text, whatever they are made of.
    """
    body = [_paragraph(title, "Title")]
    for block in blocks:
        if isinstance(block, Table):
            # Between two tables, and after the last, there must be a paragraph.
            body += [_table(block), _paragraph("")]
        else:
            body.append(_line(block))
    document = f'{_HEAD}<w:document xmlns:w="{_MAIN}"><w:body>{"".join(body)}{_PAGE}</w:body></w:document>'
    parts = {
        "[Content_Types].xml": _CONTENT_TYPES,
        "_rels/.rels": _PACKAGE_RELATIONS,
        "word/document.xml": document,
        "word/styles.xml": _STYLES,
        "word/_rels/document.xml.rels": _DOCUMENT_RELATIONS,
    }
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            # A fixed date: by default the clock would be in the file.
            archive.writestr(zipfile.ZipInfo(name), content.encode(), zipfile.ZIP_DEFLATED)
    return out.getvalue()


def _line(line: Line) -> str:
    return _paragraph(line.text, "Heading1" if line.style == "heading" else "Normal", grey=line.style == "dim")


def _paragraph(text: str, style: str = "Normal", *, grey: bool = False, right: bool = False) -> str:
    colour = '<w:rPr><w:color w:val="666666"/></w:rPr>' if grey else ""
    side = '<w:jc w:val="right"/>' if right else ""
    lines = "<w:br/>".join(f'<w:t xml:space="preserve">{_text(part)}</w:t>' for part in text.split("\n"))
    return f'<w:p><w:pPr><w:pStyle w:val="{style}"/>{side}</w:pPr><w:r>{colour}{lines}</w:r></w:p>'


def _table(table: Table) -> str:
    widths = _widths(table)
    grid = "".join(f'<w:gridCol w:w="{width}"/>' for width in widths)
    head = "".join(_cell(column, width, head=True) for column, width in zip(table.columns, widths, strict=True))
    rows = "".join(
        f"<w:tr>{''.join(_cell(cell, width) for cell, width in zip(row, widths, strict=True))}</w:tr>"
        for row in table.rows
    )
    return (
        f'<w:tbl><w:tblPr><w:tblW w:w="{_WIDTH}" w:type="dxa"/><w:tblBorders>{_BORDERS}</w:tblBorders>'
        f'<w:tblLayout w:type="fixed"/></w:tblPr><w:tblGrid>{grid}</w:tblGrid><w:tr>{head}</w:tr>{rows}</w:tbl>'
    )


def _cell(cell: Cell, width: int, *, head: bool = False) -> str:
    content = _paragraph(show(cell), grey=head, right=isinstance(cell, int | float))
    return f'<w:tc><w:tcPr><w:tcW w:w="{width}" w:type="dxa"/></w:tcPr>{content}</w:tc>'


def _widths(table: Table) -> list[int]:
    """Return the widths of the columns: by their longest text, none too narrow to be read."""
    rows = (table.columns, *table.rows)
    longest = [max(8, min(60, max(len(show(row[at])) for row in rows))) for at in range(len(table.columns))]
    return [_WIDTH * length // sum(longest) for length in longest]


def _text(text: str) -> str:
    # Two characters that are no control characters may not be in XML either.
    return escape(clean(text).translate({0xFFFE: None, 0xFFFF: None}))
