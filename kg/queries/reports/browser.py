"""All reports as favourites ("saved scripts") of Neo4j Browser.

Browser takes, dropped on its list of favourites, either one file of Cypher (.cypher, .cyp, .cql or .txt: one favourite) or a zip,
in which each entry that ends in .cypher becomes a favourite and its folder the favourite's folder. A zip is therefore what is
written. The title is the first line, ``// Title``; the query tool of newer servers takes the name of the file.
"""

from __future__ import annotations

import io
import json
import re
import zipfile
from collections.abc import Iterable

from kg.queries.reports.header import Report

#: The folder that the favourites come in.
FOLDER = "kg reports"
#: Zip knows no year before 1980; one date for all, so that the same reports give the same file.
_DATE = (2000, 1, 1, 0, 0, 0)


def as_favourite(report: Report) -> str:
    """The report as it runs in Browser: the values of its parameters stand below the title, for editing.

    A default is taken where there is one, else the example.
    """
    title, _, rest = report.text.partition("\n")
    lines = [
        f":param {parameter.name} => {json.dumps(_value(report, parameter.name), ensure_ascii=False)};"
        for parameter in report.parameters
    ]
    header = re.match(r"(?://[^\n]*\n)*", rest)
    end = header.end() if header else 0
    return "\n".join([title, rest[:end] + "\n".join([*lines, rest[end:]])])


def _value(report: Report, name: str) -> object:
    (parameter,) = (one for one in report.parameters if one.name == name)
    return parameter.example if parameter.required else parameter.default


def as_zip(reports: Iterable[Report]) -> bytes:
    """The zip to import, the same bytes for the same reports."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        # The folder as an entry of its own: newer servers make folders from these only.
        archive.writestr(zipfile.ZipInfo(f"{FOLDER}/", _DATE), "")
        for report in reports:
            entry = zipfile.ZipInfo(f"{FOLDER}/{report.name}.cypher", _DATE)
            entry.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(entry, as_favourite(report))
    return out.getvalue()
