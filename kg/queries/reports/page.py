"""A result as a page of HTML that prints well and fetches nothing."""

from __future__ import annotations

import html
from datetime import date
from typing import TYPE_CHECKING

from kg.queries.display import Block, Line, Table, clean, to_html
from kg.queries.page import page

if TYPE_CHECKING:
    from kg.queries.report_results import ReportResult
    from kg.queries.reports.behind import SourceBehind

_STYLE = """
@page { size: A4 landscape; margin: 1.4cm; }
body { max-width: 75rem; font-size: .88rem; }
h1 { font-size: 1.4rem; margin: 0 0 .4rem; }
h4 { font-size: 1.05rem; margin: 1.2rem 0 .3rem; break-after: avoid; }
table { width: 100%; }
.wide { overflow-x: auto; }
thead { display: table-header-group; }
tr { break-inside: avoid; }
th, td { padding: .15rem .5rem; border-top: 1px solid #ddd; }
th { color: #444; border-top: none; border-bottom: 1px solid #888; }
tbody tr:nth-child(even) { background: #f6f6f6; }
@media print {
body { padding: 0; max-width: none; }
.wide { overflow: visible; }
.narrower { font-size: .72rem; }
.narrowest { font-size: .58rem; }
.narrower td, .narrower th, .narrowest td, .narrowest th { padding: .1rem .25rem; }
}
"""


#: Tables of more columns than these are printed smaller.
_NARROWER, _NARROWEST = 6, 9


def as_page(result: ReportResult, today: date) -> str:
    """One page with the rows of a result and their sources; ``today`` is the day that it says it is made on."""
    shown: list[Block] = [result.table] if result.rows else []
    shown += [Line(note) for note in result.notes]
    if result.sources:
        shown.append(Line("Sources", "heading"))
        shown.append(Table(SOURCE_COLUMNS, tuple(source_row(source) for source in result.sources)))
    shown.append(Line(made_on(result, today)))
    body = "\n".join(_scrolling(block) for block in shown)
    return page(result.heading, f"<h1>{html.escape(clean(result.heading))}</h1>\n{body}", _STYLE)


def _scrolling(block: Block) -> str:
    """A block as HTML; a table that is wider than the screen scrolls by itself, and one of many columns is printed smaller."""
    if isinstance(block, Line):
        return to_html([block])
    columns = len(block.columns)
    size = " narrowest" if columns > _NARROWEST else " narrower" if columns > _NARROWER else ""
    return f'<div class="wide{size}">{to_html([block])}</div>'


def made_on(result: ReportResult, today: date) -> str:
    """On which day a result was made, and by what."""
    return f"Made on {today:%Y-%m-%d} by kg report run {result.report}."


#: What is said of each source, here, in Markdown and on the cover of a workbook. The rows name a source by its id.
SOURCE_COLUMNS = ("Source", "Id", "As of", "Publisher", "Licence", "Address")


def source_row(source: SourceBehind) -> tuple[str, ...]:
    """A source as a row below ``SOURCE_COLUMNS``."""
    return tuple(str(getattr(source, name) or "") for name in ("title", "id", "as_of", "publisher", "licence", "url"))
