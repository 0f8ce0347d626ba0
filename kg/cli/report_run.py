"""``kg report run``."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO

import click

from kg.cli.completion import complete_every, complete_parameter, complete_report
from kg.cli.options import check_writable, connection_options
from kg.cli.report_options import from_option
from kg.queries.reports import Report, ReportError, check_parameters, find_report
from kg.queries.reports.every import Every, calls, parse_every, run_all, stack, told_once
from kg.queries.reports.files import check_new, new_file

if TYPE_CHECKING:
    from kg.database.connection import Connection
    from kg.queries.report_results import ReportResult
    from kg.queries.reports.parameters import Call
    from kg.queries.reports.running import Row

#: Columns of a table that nobody watches (a file, a pipe): wide enough that names are not broken.
UNWATCHED_WIDTH = 200

#: Ending of a file -> how a report is written to it.
ENDINGS = {
    ".csv": "csv",
    ".json": "json",
    ".md": "md",
    ".html": "html",
    ".htm": "html",
    ".xlsx": "xlsx",
    ".txt": "table",
}
FORMS = ("table", "csv", "json", "md", "html", "xlsx")

#: Rows that are shown unless --limit says otherwise; all of them in CSV, which is written while they come.
LIMITS = {"table": 10_000, "md": 10_000, "html": 10_000, "json": 100_000, "xlsx": 100_000}

#: Seconds unless --timeout says otherwise: a large CSV file takes a while to write.
TIMEOUT, CSV_TIMEOUT = 60.0, 600.0


@click.command("run")
@click.argument("name", shell_complete=complete_report)
@click.option(
    "--param",
    "-p",
    "parameters",
    multiple=True,
    metavar="NAME=VALUE",
    shell_complete=complete_parameter,
    help="A parameter; repeatable.",
)
@click.option(
    "--all",
    "every",
    metavar="NAME=WHICH",
    shell_complete=complete_every,
    help="Run it once for each of several values of a parameter.",
)
@click.option(
    "--format",
    "form",
    type=click.Choice(FORMS),
    help="How to print it (else by the ending of --out, else a table).",
)
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    help=f"File to write it to: {', '.join(ENDINGS)}; any other with --format.",
)
@click.option("--force", is_flag=True, help="Replace the file if it is there already.")
@click.option(
    "--limit",
    type=click.IntRange(1),
    metavar="N",
    help="Rows at most; says when it cut. Else 10,000, in json and xlsx 100,000, in csv all.",
)
@click.option(
    "--timeout",
    type=click.FloatRange(0, 86_400, min_open=True),
    metavar="SECONDS",
    help="End it when it takes longer. Else 60, for csv 600.",
)
@from_option
@connection_options
def run_command(
    name: str,
    parameters: tuple[str, ...],
    every: str | None,
    form: str | None,
    out: Path | None,
    force: bool,
    limit: int | None,
    timeout: float | None,
    own: Path | None,
    connect: dict[str, Any],
) -> None:
    """Run report NAME and print its rows, with the age and the completeness of the data.

    Cities, networks and the like are given by name or id: --param network=EUROCITIES.

    \b
    --all runs it once for each of several values and puts the results below each
    other with one column more (in xlsx on one sheet each):
      --all network                            everything of this kind in the graph
      --all city=country=FI                    of that, what is in a country
      --all "network=EUROCITIES; Polis"        these, by name or id
      --all "network=MATCH (n:Network) RETURN n.id"   what a plain read gives

    A file is written whole or not at all. csv is written row by row, so it may have millions.
    """
    from kg.database.opening import open_connection

    # All that can be said without a database is said first: no server is started for a mistyped parameter.
    entry = find_report(name, own)
    given = split_parameters(parameters)
    which = None if every is None else parse_every(entry, every, given)
    _check_given(entry, given, which)
    if out is not None:
        check_writable(out, "--out")
        check_new(out, force=force)
    form = form or _form_of(out)
    check_form(out, form)
    limit = limit or LIMITS.get(form)
    timeout = timeout or (CSV_TIMEOUT if form == "csv" else TIMEOUT)
    wanted = Wanted(entry, given, which, limit, timeout)
    with open_connection(**connect) as connection:
        if form == "csv":
            _stream(connection, wanted, out, force=force)
            return
        results, notes = _results(connection, wanted, form)
    if out is None:
        print_results(results, form)
        return
    content = rendered(results, form, notes)
    with new_file(out, force=force) as draft:
        draft.write_bytes(content)
    _say_written(out, sum(len(result.rows) for result in results), notes)


def _check_given(entry: Report, given: dict[str, str], which: Every | None) -> None:
    assumed = {}
    if which is not None:
        # Any text will do where it is not looked at before there is a database.
        (parameter,) = (one for one in entry.parameters if one.name == which.parameter)
        assumed = {
            which.parameter: str(parameter.example).lower() if parameter.example is True else str(parameter.example)
        }
    check_parameters(entry, {**assumed, **given})


def check_form(out: Path | None, form: str) -> None:
    """Refuse a workbook without a file or without openpyxl.

    Raises:
        ReportError: says what to do.
    """
    if form != "xlsx":
        return
    if out is None:
        raise ReportError("--format xlsx needs a file: --out report.xlsx.")
    if find_spec("openpyxl") is None:
        raise ReportError(
            "A workbook needs the package openpyxl: pip install 'localgov-kg[loaders]'. Or take --format csv."
        )


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
            raise ReportError(f'--param {name} is given twice. For several values: --all "{name}=ONE; ANOTHER".')
        given[name] = value
    return given


@dataclass(frozen=True)
class Wanted:
    """What is to be run: a report with parameters as typed, for each value of one of them or once, and within what bounds."""

    report: Report
    given: dict[str, str]
    every: Every | None
    limit: int | None
    timeout: float


def _results(connection: Connection, wanted: Wanted, form: str) -> tuple[list[ReportResult], Sequence[str]]:
    """One result, or those of --all: one each for a workbook's sheets where it has rows, else stacked into one; and the notes."""
    from kg.queries.reports.running import run_report

    report, given, limit, timeout = wanted.report, wanted.given, wanted.limit, wanted.timeout
    if wanted.every is None:
        result = run_report(connection, report, given, limit=limit, timeout=timeout)
        return [result], result.notes
    found = run_all(connection, report, given, wanted.every, limit=limit, timeout=timeout)
    if form != "xlsx":
        stacked = stack(found, wanted.every)
        return [stacked], stacked.notes
    notes = told_once([(value, len(result.rows), result.notes) for value, result in found])
    return [result for _, result in found if result.rows] or [stack(found, wanted.every)], notes


def _stream(connection: Connection, wanted: Wanted, out: Path | None, *, force: bool) -> None:
    """Write CSV while the rows come."""
    if out is None:
        _, notes = _write_rows(sys.stdout, connection, wanted)
        for note in notes:
            click.echo(note, err=True)
        return
    # The byte order mark makes Excel read the names of cities in their own letters.
    with new_file(out, force=force) as draft, draft.open("w", encoding="utf-8-sig", newline="") as file:
        count, notes = _write_rows(file, connection, wanted)
    _say_written(out, count, notes)


def _write_rows(file: TextIO, connection: Connection, wanted: Wanted) -> tuple[int, list[str]]:
    from kg.queries.reports.csv_rows import write_csv
    from kg.queries.reports.parameters import prepare
    from kg.queries.reports.running import open_rows

    report, every = wanted.report, wanted.every
    columns = [column.name for column in report.columns]
    runs: Iterable[tuple[str, Call]]
    if every is None:
        runs = [("", prepare(connection, report, wanted.given))]
    else:
        runs = calls(connection, report, wanted.given, every, wanted.timeout)
    told: list[tuple[str, int, Sequence[str]]] = []
    for index, (value, call) in enumerate(runs):
        with open_rows(connection, call, limit=wanted.limit, timeout=wanted.timeout) as rows:
            named, found = columns, iter(rows)
            if every is not None:
                named, found = [every.column, *columns], _with(every.column, value, rows)
            count = write_csv(file, named, found, rows.behind.of_row, header=index == 0)
        told.append((value, count, rows.notes))
    return sum(count for _, count, _ in told), told_once(told) if every is not None else list(told[0][2])


def _with(column: str, value: str, rows: Iterable[Row]) -> Iterator[Row]:
    for row in rows:
        yield {column: value, **row}


def _say_written(out: Path, count: int, notes: Sequence[str]) -> None:
    click.echo(f"{count:,} rows in {out}.", err=True)
    for note in notes:
        click.echo(note, err=True)


def rendered(results: Sequence[ReportResult], form: str, notes: Sequence[str] = ()) -> bytes:
    """The results as the content of a file; several only as a workbook, whose cover has notes on all of them."""
    from kg.queries.display import to_text
    from kg.queries.reports.page import as_page
    from kg.queries.reports.workbook import as_workbook

    today = datetime.now(UTC).date()
    first = results[0]
    match form:
        case "xlsx":
            # One result says on the cover what it says.
            return as_workbook(results, today, notes=[note for note in notes if len(results) > 1])
        case "html":
            text = as_page(first, today)
        case "json":
            text = first.as_json()
        case "md":
            text = first.as_markdown(today)
        case _:
            text = to_text(first.blocks(), UNWATCHED_WIDTH) + "\n"
    return text.encode()


def print_results(results: Sequence[ReportResult], form: str) -> None:
    """The results on standard output."""
    from rich.console import Console

    console = Console()
    if form == "table" and console.is_terminal:
        console.print(results[0])
        return
    click.echo(rendered(results, form).decode(), nl=False)
