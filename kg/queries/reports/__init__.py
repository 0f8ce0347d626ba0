"""Canned reports: one ``.cypher`` file each, with a comment header that people, Neo4j Browser and this package read.

A report file is plain Cypher. Its first line is ``// Title``, which Neo4j Browser shows as the name of a favourite;
then come a description and, in this form, what it takes and gives::

    // parameter network: network, for example "own:eurocities" - The network or association.
    // parameter country: country, default null, for example "FI" - Only members in this country.
    // column member: The member.
    // tags: network, membership
    // since: 0.1
    // needs: twin towns (kg load wikidata)
    // caution: Twin towns that no source lists are not here.

and then one reading query, which ends with ``;``. A parameter without a default has to be given. Defaults and examples
are JSON, which for these values is Cypher too: what stands there can be pasted behind ``:param network =>``. ``needs``
says what has to be loaded where the starter alone gives no row; ``caution`` is said with every result. A line ``// picture`` and a second query, of nodes,
relationships or paths, may follow: Neo4j Browser draws it. Columns named ``sources`` hold lists of ids of sources, and
``as_of`` dates.

    header      a file's text to a Report
    parameters  what a person typed to values of the declared types
    folders     which reports there are: those of the package, and a user's own (KG_REPORTS, --from)
    guard       only plain reads are ever run
    running     one run, as rows one by one or as a whole
    behind      how old and how complete the data behind the rows is
    every       one run for each of several values
    checking    EXPLAIN all of them: kg report check
    cells       one value as one cell, never one that a spreadsheet runs
    csv_rows, page, workbook    the forms that are more than a line; the others in kg.queries.report_results
    files       a file is written whole or not at all
    browser     all of them as favourites of Neo4j Browser
"""

from __future__ import annotations

from kg.queries.reports.folders import find_report, list_reports
from kg.queries.reports.header import Column, Parameter, Report, ReportError, parse_report
from kg.queries.reports.parameters import ENTITIES, TYPES, check_parameters

__all__ = [
    "ENTITIES",
    "TYPES",
    "Column",
    "Parameter",
    "Report",
    "ReportError",
    "check_parameters",
    "find_report",
    "list_reports",
    "parse_report",
]
