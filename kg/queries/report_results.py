"""A report's result as one model with its renderings: table, CSV, JSON, Markdown, HTML and workbook."""

from __future__ import annotations

import io
import json
from collections.abc import Iterable, Sequence
from datetime import date
from typing import TYPE_CHECKING, Any

from pydantic import JsonValue

from kg.queries.display import Block, Cell, Line, Table
from kg.queries.frames import frame
from kg.queries.reports.behind import Behind, SourceBehind, age_of_row
from kg.queries.reports.cells import cell, cell_text, heading, markdown_text, spreadsheet_cell
from kg.queries.reports.csv_rows import write_csv
from kg.queries.reports.page import SOURCE_COLUMNS, made_on, source_row
from kg.queries.reports.running import notes_of, run_report
from kg.queries.results import Result

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["ReportResult", "cell_text", "run_report", "spreadsheet_cell"]


class ReportResult(Result):
    """The rows of one run of a report (or of several, stacked), how old what they say is, and what is missing."""

    report: str
    title: str
    parameters: dict[str, JsonValue]
    """As the query got them: names resolved to ids."""
    asked: dict[str, str]
    """Names of the entities among the parameters, by parameter."""
    columns: tuple[str, ...]
    rows: tuple[dict[str, JsonValue], ...]
    as_of: str = ""
    """One line on how old the data is."""
    sources: tuple[SourceBehind, ...] = ()
    """All sources that the rows name."""
    completeness: tuple[str, ...] = ()
    """What is known to be missing, one sentence each."""
    cut: int | None = None
    """The number of rows after which it was cut; None when all are there."""
    needs: str | None = None
    """What has to be loaded where the starter alone gives no row."""

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
        """One line on how old the data is: ``EUROCITIES as of May 2025; Polis as of 2019.``"""
        if self.as_of:
            return self.as_of
        behind = Behind()
        for row in self.rows:
            behind.add(row)
        return behind.age

    @property
    def notes(self) -> tuple[str, ...]:
        """What a reader has to know besides the rows: their age, what is missing, whether they were cut."""
        return notes_of(self.age, self.completeness, self.cut, None if self.rows else self.needs)

    def blocks(self) -> list[Block]:
        """Return the heading, the rows and the notes."""
        blocks: list[Block] = [Line(self.heading, "heading")]
        if self.rows:
            blocks.append(self.table)
        return [*blocks, *(Line(note, "dim") for note in self.notes)]

    @property
    def table(self) -> Table:
        """The rows below headings in words."""
        headings = tuple(heading(column) for column in self.columns)
        return Table(headings, tuple(tuple(record.values()) for record in self.records()))

    def records(self) -> list[dict[str, Cell]]:
        """Return the rows, each value as one cell."""
        return [{column: cell(row[column]) for column in self.columns} for row in self.rows]

    @property
    def about(self) -> dict[str, Any]:
        """How old the data is, what is missing, and the sources with the date of each."""
        return {
            "as_of": self.age,
            "completeness": list(self.completeness),
            "sources": {source.title: source.as_of for source in self.sources},
        }

    def to_df(self) -> pd.DataFrame:
        """Return the rows as a pandas DataFrame, with values as they are (lists stay lists).

        Raises:
            KgError: pandas is not installed (extra ``notebooks``).
        """
        return frame([{column: row[column] for column in self.columns} for row in self.rows], self.columns, self.about)

    def as_json(self) -> str:
        """Everything, with values as they are."""
        content: dict[str, object] = {
            "report": self.report,
            "title": self.title,
            "parameters": self.parameters,
            "data": {
                "as_of": self.age,
                "completeness": list(self.completeness),
                "sources": [source.model_dump() for source in self.sources],
            },
            "cut": self.cut,
            "columns": list(self.columns),
            "rows": list(self.rows),
        }
        return json.dumps(content, ensure_ascii=False, indent=2) + "\n"

    def as_csv(self) -> str:
        """Comma-separated, for a spreadsheet: no cell is one that it would run; the last column says what a row rests on."""
        out = io.StringIO()
        sources = {source.id: source for source in self.sources}
        write_csv(
            out,
            self.columns,
            self.rows,
            lambda row: " ".join([age_of_row(row, sources), *self.completeness]).strip(),
        )
        return out.getvalue()

    def as_markdown(self, today: date) -> str:
        """A heading, a table, the notes and the sources; ``today`` is the day that it says it is made on."""
        lines = [f"# {markdown_text(self.heading)}", ""]
        if self.rows:
            headings = [heading(column) for column in self.columns]
            lines += _markdown_table(headings, ([row[column] for column in self.columns] for row in self.rows))
        lines += [markdown_text(" ".join(self.notes)), ""]
        if self.sources:
            lines += ["## Sources", "", *_markdown_table(SOURCE_COLUMNS, map(source_row, self.sources))]
        return "\n".join([*lines, markdown_text(made_on(self, today)), ""])


def _markdown_table(headings: Sequence[str], rows: Iterable[Sequence[JsonValue]]) -> list[str]:
    """The lines of a table, and an empty one."""
    lines = [headings, *rows]
    written = ["| " + " | ".join(markdown_text(cell_text(value)) for value in line) + " |" for line in lines]
    return [written[0], "|" + " --- |" * len(headings), *written[1:], ""]
