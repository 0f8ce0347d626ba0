"""``kg report``: list, show and run the canned reports."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import click
from rich.console import Console

from kg.cli.options import check_writable, connection_options
from kg.errors import quoted
from kg.queries.display import to_text
from kg.queries.report_results import ReportResult, run_report
from kg.queries.reports import Report, ReportError, check_parameters, find_report, list_reports

#: Columns of a table that nobody watches (a file, a pipe): wide enough that names are not broken.
UNWATCHED_WIDTH = 200

#: Ending of a file -> how a report is written to it.
ENDINGS = {".csv": "csv", ".json": "json", ".md": "md", ".txt": "table"}


@click.group()
def report() -> None:
    """List, show and run the canned reports.

    Each is one file in cypher/reports that also runs in Neo4j Browser and cypher-shell.
    """


@report.command("list")
@click.option("--tag", metavar="TAG", help="Only reports with this tag.")
@click.option("--format", "form", type=click.Choice(["table", "json"]), default="table", show_default=True, help="How.")
def list_command(tag: str | None, form: str) -> None:
    """List the reports and what each takes. Needs no database."""
    every = list_reports()
    reports = [entry for entry in every if tag is None or tag in entry.tags]
    if tag is not None and not reports:
        tags = sorted({one for entry in every for one in entry.tags})
        raise ReportError(f"No report has the tag {quoted(tag)}; there are: {', '.join(tags)}.")
    if form == "json":
        listed = [entry.model_dump(mode="json", exclude={"text"}) for entry in reports]
        click.echo(json.dumps(listed, ensure_ascii=False, indent=2))
        return
    for entry in reports:
        takes = " ".join(
            parameter.name if parameter.required else f"[{parameter.name}]" for parameter in entry.parameters
        )
        click.echo(f"{click.style(entry.name, bold=True)} {takes}".rstrip())
        click.echo(f"  {entry.title}")


@report.command("show")
@click.argument("name")
@click.option("--cypher", is_flag=True, help="Only what can be pasted into Neo4j Browser or piped to cypher-shell.")
def show_command(name: str, cypher: bool) -> None:
    """Show what report NAME takes and gives, and its query. Needs no database."""
    entry = find_report(name)
    if cypher:
        # Values that make it run as it is: the default where there is one, else the example.
        for parameter in entry.parameters:
            value = parameter.example if parameter.required else parameter.default
            click.echo(f":param {parameter.name} => {json.dumps(value, ensure_ascii=False)}")
        click.echo(entry.text, nl=False)
        return
    click.echo(description(entry), nl=False)


def description(entry: Report) -> str:
    """A report for reading: what it says, what it takes, what it gives, and its query."""
    _, _, query = entry.text.rpartition("\n//")
    lines = [entry.title, "", entry.description, ""]
    for parameter in entry.parameters:
        default = "required" if parameter.required else f"default {json.dumps(parameter.default)}"
        lines += [
            f"--param {parameter.name}=  {parameter.type}, {default}, for example {json.dumps(parameter.example)}",
            f"    {parameter.description}",
        ]
    lines += ["", "Columns"]
    lines += [f"    {column.name}: {column.description}" for column in entry.columns]
    lines += ["", f"Tags: {', '.join(entry.tags)}. Since {entry.since}.", ""]
    return "\n".join(lines) + "\n" + query.partition("\n")[2]


@report.command("run")
@click.argument("name")
@click.option("--param", "-p", "parameters", multiple=True, metavar="NAME=VALUE", help="A parameter; repeatable.")
@click.option(
    "--format",
    "form",
    type=click.Choice(["table", "csv", "json", "md"]),
    help="How to print it (else by the ending of --out, else a table).",
)
@click.option(
    "--out",
    type=click.Path(dir_okay=False, writable=True, path_type=Path),
    help=f"File to write it to: {', '.join(ENDINGS)}; any other with --format.",
)
@connection_options
def run_command(
    name: str, parameters: tuple[str, ...], form: str | None, out: Path | None, connect: dict[str, Any]
) -> None:
    """Run report NAME and print its rows, with the age of the data.

    Cities, networks and the like are given by name or id: --param network=EUROCITIES.
    """
    from kg.database.connection import open_connection

    entry = find_report(name)
    given = split_parameters(parameters)
    check_parameters(entry, given)  # here already: no server is started for a mistyped parameter
    if out is not None:
        check_writable(out, "--out")
    form = form or _form_of(out)
    connection = open_connection(**connect)
    try:
        result = run_report(connection, entry, given)
    finally:
        connection.close()
    if out is None:
        print_result(result, form)
        return
    # The byte order mark makes Excel read the names of cities in their own letters.
    encoding = "utf-8-sig" if form == "csv" else "utf-8"
    try:
        out.write_text(rendered(result, form), encoding=encoding, newline="")
    except OSError as error:
        raise ReportError(f"{out} cannot be written: {error.strerror}. Name another file with --out.") from error
    click.echo(f"{len(result.rows)} rows in {out}. {result.age}", err=True)


def _form_of(out: Path | None) -> str:
    """Return how a file is written, by its ending; without a file a table is printed."""
    if out is None:
        return "table"
    if out.suffix.lower() not in ENDINGS:
        raise ReportError(
            f"--out {out}: its ending does not say how to write it. Known are {', '.join(ENDINGS)} (a table); for any "
            "other give --format."
        )
    return ENDINGS[out.suffix.lower()]


def split_parameters(parameters: tuple[str, ...]) -> dict[str, str]:
    """``NAME=VALUE`` texts as a dictionary.

    Raises:
        ReportError: one has no ``=``, or a name is given twice.
    """
    given: dict[str, str] = {}
    for text in parameters:
        name, equals, value = text.partition("=")
        if not equals or not name:
            raise ReportError(f"--param {text} must read NAME=VALUE, for example --param network=EUROCITIES.")
        if name in given:
            raise ReportError(f"--param {name} is given twice.")
        given[name] = value
    return given


def rendered(result: ReportResult, form: str) -> str:
    """The result as the text of a file."""
    if form == "table":
        return to_text(result.blocks(), UNWATCHED_WIDTH) + "\n"
    return {"csv": result.as_csv, "json": result.as_json, "md": result.as_markdown}[form]()


def print_result(result: ReportResult, form: str) -> None:
    """The result on standard output."""
    console = Console()
    if form == "table" and console.is_terminal:
        console.print(result)
        return
    click.echo(rendered(result, form), nl=False)
    if form == "csv" and not result.rows:
        click.echo(result.age, err=True)
