"""Printing a result: one model as table, JSON or CSV, and the options that the commands with a result share."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

from kg.queries.display import to_text
from kg.queries.kinds.names import KINDS
from kg.queries.report_results import spreadsheet_cell
from kg.queries.results import Result

R = TypeVar("R")

#: Columns of a table that nobody watches (a file, a pipe).
UNWATCHED_WIDTH = 160

kind_option = click.option(
    "--kind",
    type=click.Choice(KINDS),
    default="exchange",
    show_default=True,
    help="What for: exchange (learn from each other), project (a consortium) or twinning.",
)
as_of_option = click.option(
    "--as-of", metavar="DATE", help="Answer as of this date: 2019 (its last day), 2019-05 or 2019-05-03. Else today."
)
engine_option = click.option(
    "--engine",
    type=click.Choice(["live", "snapshot"]),
    default="live",
    show_default=True,
    help="Ask the database (live) or the graph in memory (snapshot); both give the same answer.",
)
engine_or_spark_option = click.option(
    "--engine",
    type=click.Choice(["live", "snapshot", "spark"]),
    default="live",
    show_default=True,
    help="Ask the database (live) or the graph in memory (snapshot), or with --all Apache Spark; all give the same answer.",
)
weights_option = click.option(
    "--weights",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FILE",
    help="A weights file to use instead of the package's for this kind.",
)
format_option = click.option(
    "--format",
    "form",
    type=click.Choice(["table", "json", "csv"]),
    default="table",
    show_default=True,
    help="How to print it; JSON and CSV hold all reasons.",
)


def top_option(what: str) -> Callable[[Callable[..., R]], Callable[..., R]]:
    """Return the option ``--top``, for so many of ``what``."""
    return click.option(
        "--top", type=click.IntRange(1, 1000), default=10, show_default=True, metavar="N", help=f"How many {what}."
    )


def present(result: Result, form: str) -> None:
    """Print a result on standard output."""
    match form:
        case "json":
            click.echo(result.model_dump_json(indent=2))
        case "csv":
            click.echo(as_csv(result), nl=False)
        case _:
            _print_table(result)


def _print_table(result: Result) -> None:
    from rich.console import Console

    console: Any = Console()
    if console.is_terminal:
        console.print(result)
    else:
        click.echo(to_text(result.blocks(), UNWATCHED_WIDTH))


def as_csv(result: Result) -> str:
    """Return the rows of a result as CSV, in which no cell is one that a spreadsheet would run; empty without rows."""
    records = result.records()
    if not records:
        return ""
    out = io.StringIO()
    writer = csv.DictWriter(out, fieldnames=list(records[0]), lineterminator="\r\n")
    writer.writeheader()
    for record in records:
        writer.writerow({column: spreadsheet_cell(value) for column, value in record.items()})
    return out.getvalue()
