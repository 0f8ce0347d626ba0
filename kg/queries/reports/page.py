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
thead { display: table-header-group; }
tr { break-inside: avoid; }
th, td { padding: .15rem .5rem; border-top: 1px solid #ddd; overflow-wrap: anywhere; }
th { color: #444; border-top: none; border-bottom: 1px solid #888; }
tbody tr:nth-child(even) { background: #f6f6f6; }
@media print { body { padding: 0; max-width: none; } }
"""


def as_page(result: ReportResult, today: date) -> str:
    """One page with the rows of a result and their sources; ``today`` is the day that it says it is made on."""
    shown: list[Block] = []
    if result.rows:
        shown.append(Table(result.columns, tuple(tuple(record.values()) for record in result.records())))
    shown += [Line(note) for note in result.notes]
    if result.sources:
        shown.append(Line("Sources", "heading"))
        shown.append(Table(SOURCE_COLUMNS, tuple(source_row(source) for source in result.sources)))
    shown.append(Line(f"Made on {today:%Y-%m-%d} by kg report run {result.report}."))
    return page(result.heading, f"<h1>{html.escape(clean(result.heading))}</h1>\n{to_html(shown)}", _STYLE)


#: What is said of each source, here and on the cover of a workbook.
SOURCE_COLUMNS = ("Source", "As of", "Publisher", "Licence", "Address")


def source_row(source: SourceBehind) -> tuple[str, ...]:
    """A source as a row below ``SOURCE_COLUMNS``."""
    return tuple(str(getattr(source, name) or "") for name in ("title", "as_of", "publisher", "licence", "url"))
