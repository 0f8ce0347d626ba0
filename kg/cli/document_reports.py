"""``docs/reports.md``: every report with what it takes and gives, from the headers of the files themselves."""

from __future__ import annotations

import json
import shlex
from pathlib import Path

from pydantic import JsonValue

from kg.queries.reports import ENTITIES, TYPES, Parameter, Report, list_reports
from kg.queries.reports.cells import markdown_text
from kg.queries.reports.types import takes

PAGE = Path(__file__).resolve().parents[2] / "docs" / "reports.md"

INTRODUCTION = """\
# Reports

Made from the headers of `cypher/reports/*.cypher` by `make generate`; a test fails when it is out of date.

`kg report run NAME --param k=v` prints a report, `--out FILE` writes it as .csv, .json, .md, .html or .xlsx; each says how old and
how complete the data behind it is. Cities, networks and the like are given by name or id. `--all "network=EUROCITIES; Polis"` runs
a report once for each; [commands.md](commands.md) has all options. In Python: `g.report("network-members", network="EUROCITIES")`.

Each file also runs in Neo4j Browser and cypher-shell: `kg report show NAME --cypher` prints it with its parameters, and `kg report
export --browser` writes all as favourites for Browser to import (a zip, dropped on "Import" among the favourites).

Reports of your own go into a folder, one .cypher file each with a header like those here, and the folder's name into `KG_REPORTS`
or `--from`. Only plain reads are ever run: no writes, no LOAD CSV, no SHOW or TERMINATE, no procedures but full-text search and the
lists of labels, types and properties. `kg report check` says what is wrong with a report before anybody runs it: a mistake in the
syntax, names that neither the schema nor the database knows, a required city, network or the like that is not looked up through an
index (begin with `MATCH (x:Entity {id: $network})`), going through everything in the graph, joining each row with each of another
set, following paths of any length, or columns that are not those of the header. Going through all nodes of one label is allowed where
no parameter could narrow that down.
"""

FORMAT = """\
## The header of a report

The file begins with comment lines, the first of which is the title. Lines that are none of the following are the description.

| line | what it says |
|---|---|
| `// Title` | the first line |
| `// parameter name: type, for example value - What it is.` | a parameter that has to be given |
| `// parameter name: type, default value, for example value - What it is.` | one that may be left out; with `default null` the \
query gets null |
| `// column name: What it is.` | a column of the result, one at the least; the query returns columns of just these names |
| `// tags: one, other` | words for `kg report list --tag` |
| `// since: 0.1` | the version since which there is the report; required |
| `// needs: twin towns (kg load wikidata)` | what has to be loaded where there would be no rows without it |
| `// caution: What is not in the graph is not here.` | what is said with every result, in every form; several such lines are one text |
| `// picture` | below the query: a second query, of nodes, relationships or paths, for Neo4j Browser to draw |

Names of parameters and columns are small letters and `_`. Default and example are JSON (texts in double quotes, numbers, `true`,
`false`, `null`) and what the query gets: a country's code, the id of a city or the like. The query below the header uses each
parameter, as `$name`, and no other, and ends with `;`. Two parameters of one type may not name the same city, network or the like.
These are the types:

| type | what may be given | a line with it |
|---|---|---|
"""

#: An example of each type, as in a header.
EXAMPLES: dict[str, JsonValue] = {
    "text": "association",
    "whole number": 50000,
    "number": 0.5,
    "yes or no": True,
    "date": "2024-05",
    "country": "FI",
    "city": "geonames:456172",
    "region": "nuts:FI1B1",
    "place": "geonames:456172",
    "network": "own:eurocities",
    "organisation": "own:cemr",
    "person": "own:someone",
    "project": "cordis:730052",
    "programme": "own:horizon-2020",
    "event": "own:forum-2024",
    "theme": "own:climate-mitigation",
}


def types() -> str:
    """The types of parameters as rows of a table."""
    lines = []
    for type_, example in EXAMPLES.items():
        if type_ in TYPES:
            taken = takes(type_)
        else:
            labels = " or ".join(label.lower() for label in ENTITIES[type_])
            taken = f"The name or id of {'an' if labels[0] in 'aeiou' else 'a'} {labels}; the query gets the id"
        parameter = Parameter(
            name="it", type=type_, required=type_ in ENTITIES, example=example, description="What it is."
        )
        lines.append(f"| {type_} | {markdown_text(taken)} | `{parameter.line}` |")
    return "\n".join(lines)


def example(report: Report) -> str:
    """A command that runs a report with the examples of what it requires."""
    words = ["kg", "report", "run", report.name]
    for parameter in report.parameters:
        if parameter.required:
            value = parameter.example if isinstance(parameter.example, str) else json.dumps(parameter.example)
            words += ["--param", f"{parameter.name}={value}"]
    return shlex.join(words)


def section(report: Report) -> str:
    """A report as a section of the page."""
    lines = [f"## {report.name}", "", f"**{markdown_text(report.title)}.** {markdown_text(report.description)}", ""]
    if report.needs:
        lines += [f"Needs {markdown_text(report.needs.rstrip('.'))}: the starter alone gives no row.", ""]
    if report.caution:
        lines += [f"Caution: {markdown_text(report.caution)}", ""]
    lines += ["```sh", example(report), "```", ""]
    if report.parameters:
        lines += ["| parameter | type | default | what it is |", "|---|---|---|---|"]
        for parameter in report.parameters:
            default = "required" if parameter.required else f"`{json.dumps(parameter.default, ensure_ascii=False)}`"
            lines.append(
                f"| `{parameter.name}` | {parameter.type} | {default} | {markdown_text(parameter.description)} |"
            )
        lines.append("")
    lines += ["| column | what it is |", "|---|---|"]
    lines += [f"| `{column.name}` | {markdown_text(column.description)} |" for column in report.columns]
    picture = " With a picture." if report.picture is not None else ""
    lines += ["", f"Tags: {', '.join(report.tags)}. Since {report.since}.{picture}", ""]
    return "\n".join(lines)


def page() -> str:
    """The text of ``docs/reports.md``: the reports that come with kg, whatever KG_REPORTS says."""
    reports = list_reports(own=False)
    listed = "\n".join(f"- [{report.name}](#{report.name}): {markdown_text(report.title)}" for report in reports)
    return "\n".join([INTRODUCTION, listed, "", FORMAT + types(), "", *(section(report) for report in reports)])
