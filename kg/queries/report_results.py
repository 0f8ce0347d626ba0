"""Running a report, and its result as one model with four renderings: table, CSV, JSON and Markdown."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Mapping
from typing import TYPE_CHECKING

from pydantic import JsonValue

from kg.queries.display import Block, Cell, Line, Table, clean
from kg.queries.reports import ENTITIES, Report, check_parameters
from kg.queries.results import Result

if TYPE_CHECKING:
    from kg.database.connection import Connection

#: First characters that make a spreadsheet run a cell, with their full-width forms.
RUNNABLE = (
    "=+-@\t\r\n\N{FULLWIDTH EQUALS SIGN}\N{FULLWIDTH PLUS SIGN}\N{FULLWIDTH HYPHEN-MINUS}\N{FULLWIDTH COMMERCIAL AT}"
)


class ReportResult(Result):
    """The rows of one run of a report, and how old what they say is."""

    report: str
    title: str
    parameters: dict[str, JsonValue]
    """As the query got them: names resolved to ids."""
    asked: dict[str, str]
    """Names of the entities among the parameters, by parameter."""
    columns: tuple[str, ...]
    rows: tuple[dict[str, JsonValue], ...]

    @property
    def heading(self) -> str:
        """The title with what was asked: ``Members of a network by country: EUROCITIES, country FI``."""
        said = [
            self.asked.get(name) or f"{name} {cell_text(value)}"
            for name, value in self.parameters.items()
            if value is not None
        ]
        return self.title + (": " + ", ".join(said) if said else "")

    @property
    def age(self) -> str:
        """One line on how old the data is, from the ``as_of`` column that every report has."""
        known = sorted(str(row["as_of"]) for row in self.rows if row.get("as_of"))
        if not self.rows:
            return "No rows."
        if not known:
            return "None of the lists that this is known from has a date."
        line = f"As of {known[0]}" if known[0] == known[-1] else f"As of {known[0]} to {known[-1]}"
        undated = len(self.rows) - len(known)
        return line + (f"; {undated} of {len(self.rows)} rows are from lists without a date." if undated else ".")

    def blocks(self) -> list[Block]:
        """Return the heading, the rows and their age."""
        blocks: list[Block] = [Line(self.heading, "heading")]
        if self.rows:
            blocks.append(Table(self.columns, tuple(tuple(record.values()) for record in self.records())))
        return [*blocks, Line(self.age, "dim")]

    def records(self) -> list[dict[str, Cell]]:
        """Return the rows, each value as one cell."""
        return [{column: cell(row[column]) for column in self.columns} for row in self.rows]

    def as_json(self) -> str:
        """Everything, with values as they are."""
        content = {
            "report": self.report,
            "title": self.title,
            "parameters": self.parameters,
            "data": {"as_of": self.age},
            "columns": list(self.columns),
            "rows": list(self.rows),
        }
        return json.dumps(content, ensure_ascii=False, indent=2) + "\n"

    def as_csv(self) -> str:
        """Comma-separated, for a spreadsheet: no cell is one that it would run; the last column is the age line."""
        out = io.StringIO()
        writer = csv.writer(out, lineterminator="\r\n")
        # In every row, not in a line of its own: the file stays rectangular and the age goes where the rows go.
        writer.writerow([*self.columns, "data"])
        for row in self.rows:
            writer.writerow([spreadsheet_cell(row[column]) for column in self.columns] + [self.age])
        return out.getvalue()

    def as_markdown(self) -> str:
        """A heading, a table and the age line."""
        lines = [f"# {markdown_text(self.heading)}", ""]
        if self.rows:
            lines.append("| " + " | ".join(markdown_text(column) for column in self.columns) + " |")
            lines.append("|" + " --- |" * len(self.columns))
            lines += [
                "| " + " | ".join(markdown_text(cell_text(row[column])) for column in self.columns) + " |"
                for row in self.rows
            ]
            lines.append("")
        return "\n".join([*lines, markdown_text(self.age), ""])


def run_report(connection: Connection, report: Report, given: Mapping[str, str]) -> ReportResult:
    """Run a report, reading only.

    Args:
        connection: where to.
        report: from ``find_report``.
        given: the parameters as a person typed them; entities by name (``Riga``, ``riga, lv``) or id.

    Raises:
        KgError: a parameter does not fit, or a name is unknown or ambiguous; the message says what to do.
    """
    from kg.database.read import read
    from kg.queries.entities import resolve

    values = check_parameters(report, given)
    asked: dict[str, str] = {}
    for parameter in report.parameters:
        value = values[parameter.name]
        if parameter.type in ENTITIES and isinstance(value, str):
            entity = resolve(connection, value, ENTITIES[parameter.type])
            values[parameter.name] = entity.id
            asked[parameter.name] = entity.name
    rows = read(connection, report.text, values)
    return ReportResult(
        report=report.name,
        title=report.title,
        parameters=values,
        asked=asked,
        columns=tuple(column.name for column in report.columns),
        rows=tuple({column.name: plain(row.get(column.name)) for column in report.columns} for row in rows),
    )


def plain(value: object) -> JsonValue:
    """A value from the database as one that JSON has; dates and points become text."""
    if value is None or isinstance(value, str | int | float | bool):
        return value
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    if isinstance(value, Mapping):
        return {str(key): plain(item) for key, item in value.items()}
    return str(value)


def cell(value: JsonValue) -> Cell:
    """A value as one cell: lists joined, yes and no in words, one line without control characters."""
    if value is None or (isinstance(value, int | float) and not isinstance(value, bool)):
        return value
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list):
        return "; ".join(cell_text(item) for item in value)
    return " ".join(clean(value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)).splitlines())


def cell_text(value: JsonValue) -> str:
    """A value as the text of one cell; nothing for null."""
    content = cell(value)
    return "" if content is None else str(content)


def spreadsheet_cell(value: JsonValue) -> Cell:
    """A value as a cell that a spreadsheet shows and never runs: text that would be a formula gets an apostrophe."""
    content = cell(value)
    if not isinstance(content, str):
        return content
    raw = value if isinstance(value, str) else content
    # The first visible character counts as well: some programs skip blanks before it.
    runnable = {*raw[:1], *raw.strip()[:1], *content.strip()[:1]} & set(RUNNABLE)
    return ("'" if runnable else "") + content


def markdown_text(text: str) -> str:
    """Text that Markdown shows as it is."""
    return re.sub(r"([\\`*_\[\]<>|#~])", r"\\\1", text)
