"""``kg report check`` and ``kg report export``."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import click

from kg.cli.options import check_writable, connection_options
from kg.cli.report_options import from_option
from kg.queries.reports import list_reports
from kg.queries.reports.browser import as_zip
from kg.queries.reports.files import check_new, new_file
from kg.queries.reports.folders import read_reports


@click.command("check")
@from_option
@connection_options
def check_command(own: Path | None, connect: dict[str, Any]) -> None:
    """Check all reports on the connected database, without running them.

    Each query is sent with EXPLAIN. It is an error when Neo4j refuses it; when its columns are not those of the header;
    when a label, relationship type or property is neither in the schema nor in the database; when it is more than a plain
    read; when a required parameter that names something in the graph is not looked up through an index, or everything in
    the graph is gone through (all nodes of a label may be, where no parameter could narrow that down); when it follows
    paths of any length; and when it joins each row with each of another set. All errors are listed; the exit code is
    then 1.
    """
    from kg.database.opening import open_connection
    from kg.queries.reports.checking import check_reports

    reports = list(read_reports(own))
    with open_connection(**connect) as connection:
        offences = list(check_reports(connection, reports))
    for offence in offences:
        click.echo(str(offence), err=True)
    if offences:
        wrong = len({offence.report or offence.text for offence in offences})
        click.echo(f"{wrong} of {len(reports)} reports have errors.", err=True)
        sys.exit(1)
    click.echo(f"{len(reports)} reports are in order.")


@click.command("export")
@click.option("--browser", is_flag=True, required=True, help="As favourites for Neo4j Browser: a zip.")
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    default=Path("kg-reports.zip"),
    show_default=True,
    help="File to write.",
)
@click.option("--force", is_flag=True, help="Replace the file if it is there already.")
@from_option
def export_command(browser: bool, out: Path, force: bool, own: Path | None) -> None:  # noqa: ARG001 - the one kind there is
    """Write all reports as one file for use elsewhere. Needs no database.

    In Neo4j Browser open the favourites (the star, or "Saved scripts") and drop the zip on "Import": each report is a
    favourite in the folder "kg reports", with its parameters as :param lines to edit.
    """
    check_writable(out, "--out")
    check_new(out, force=force)
    reports = list_reports(own)
    with new_file(out, force=force) as draft:
        draft.write_bytes(as_zip(reports))
    click.echo(f"{len(reports)} reports in {out}. Import it in Neo4j Browser among the favourites.", err=True)
