"""``kg report``: list, show, run, check and export the canned reports."""

from __future__ import annotations

import json
from pathlib import Path

import click

from kg.cli.completion import complete_report
from kg.cli.report_check import check_command, export_command
from kg.cli.report_options import from_option
from kg.cli.report_run import run_command
from kg.errors import quoted
from kg.queries.reports import Report, ReportError, find_report
from kg.queries.reports.folders import read_reports
from kg.queries.reports.types import did_you_mean


@click.group()
def report() -> None:
    """List, show, run, check and export the canned reports.

    Each is one file in cypher/reports that also runs in Neo4j Browser and cypher-shell. Reports of your own, in a folder
    named by KG_REPORTS or --from, come in addition and are run by the same rules: plain reads only. kg completion makes
    the shell complete their names and parameters.
    """


@report.command("list")
@click.option("--tag", metavar="TAG", help="Only reports with this tag.")
@click.option("--format", "form", type=click.Choice(["table", "json"]), default="table", show_default=True, help="How.")
@from_option
def list_command(tag: str | None, form: str, own: Path | None) -> None:
    """List the reports and what each takes. Needs no database."""
    every: list[Report] = []
    for found in read_reports(own):
        if isinstance(found, ReportError):
            # One file that is wrong does not hide the others.
            click.echo(f"Left out: {found}", err=True)
        else:
            every.append(found)
    reports = [entry for entry in every if tag is None or tag in entry.tags]
    if tag is not None and not reports:
        tags = sorted({one for entry in every for one in entry.tags})
        raise ReportError(
            f"No report has the tag {quoted(tag)};{did_you_mean(tag, tags)} there are: {', '.join(tags)}."
        )
    if form == "json":
        listed = [entry.model_dump(mode="json", exclude={"text", "query"}) for entry in reports]
        click.echo(json.dumps(listed, ensure_ascii=False, indent=2))
        return
    for entry in reports:
        takes = " ".join(
            parameter.name if parameter.required else f"[{parameter.name}]" for parameter in entry.parameters
        )
        click.echo(f"{click.style(entry.name, bold=True)} {takes}".rstrip())
        click.echo(f"  {entry.title}")
        if entry.needs:
            click.echo(f"  Needs {entry.needs}")


@report.command("show")
@click.argument("name", shell_complete=complete_report)
@click.option("--cypher", is_flag=True, help="Only what can be pasted into Neo4j Browser or piped to cypher-shell.")
@from_option
def show_command(name: str, cypher: bool, own: Path | None) -> None:
    """Show what report NAME takes and gives, and its queries. Needs no database."""
    entry = find_report(name, own)
    if cypher:
        # Values that make it run as it is: the default where there is one, else the example.
        for parameter in entry.parameters:
            value = parameter.example if parameter.required else parameter.default
            click.echo(f":param {parameter.name} => {json.dumps(value, ensure_ascii=False)}")
        click.echo(entry.text, nl=False)
        return
    click.echo(description(entry), nl=False)


def description(entry: Report) -> str:
    """A report for reading: what it says, what it takes, what it gives, and its queries."""
    lines = [entry.title, "", entry.description, ""]
    # As they are written in a header, for whoever takes the report as a model.
    lines += [parameter.line for parameter in entry.parameters]
    lines += ["", "Columns"]
    lines += [f"    {column.name}: {column.description}" for column in entry.columns]
    lines += ["", f"Tags: {', '.join(entry.tags)}. Since {entry.since}."]
    if entry.needs:
        lines.append(f"Needs: {entry.needs}")
    if entry.caution:
        lines.append(f"Caution: {entry.caution}")
    body = entry.query.splitlines()
    while body and body[0].startswith("//"):
        del body[0]
    lines += ["", *body]
    if entry.picture is not None:
        lines += ["", "Picture, for Neo4j Browser", "", *entry.picture.splitlines()]
    return "\n".join(lines).rstrip() + "\n"


for command in (run_command, check_command, export_command):
    report.add_command(command)
