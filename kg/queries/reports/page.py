"""A result as a page of HTML that prints well and fetches nothing."""

from __future__ import annotations

import html
from datetime import date
from string import Template
from typing import TYPE_CHECKING

from kg.queries.display import Block, Line, Table, clean, to_html

if TYPE_CHECKING:
    from kg.queries.report_results import ReportResult
    from kg.queries.reports.behind import SourceBehind

_PAGE = Template("""\
<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>$title</title>
<style>
@page { size: A4 landscape; margin: 1.4cm; }
body { margin: 0 auto; padding: 1rem; max-width: 75rem; font-family: sans-serif; font-size: .88rem; color: #222; }
h1 { font-size: 1.4rem; margin: 0 0 .4rem; }
h4 { font-size: 1.05rem; margin: 1.2rem 0 .3rem; break-after: avoid; }
p { margin: .2rem 0; }
table { border-collapse: collapse; width: 100%; }
thead { display: table-header-group; }
tr { break-inside: avoid; }
th, td { padding: .15rem .5rem; text-align: left; vertical-align: top; border-top: 1px solid #ddd; overflow-wrap: anywhere; }
th { color: #444; border-top: none; border-bottom: 1px solid #888; }
tbody tr:nth-child(even) { background: #f6f6f6; }
@media print { body { padding: 0; max-width: none; } }
</style>
</head>
<body>
<h1>$title</h1>
$content
</body>
</html>
""")


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
    return _PAGE.substitute(title=html.escape(clean(result.heading)), content=to_html(shown))


#: What is said of each source, here and on the cover of a workbook.
SOURCE_COLUMNS = ("Source", "As of", "Publisher", "Licence", "Address")


def source_row(source: SourceBehind) -> tuple[str, ...]:
    """A source as a row below ``SOURCE_COLUMNS``."""
    return tuple(str(getattr(source, name) or "") for name in ("title", "as_of", "publisher", "licence", "url"))
