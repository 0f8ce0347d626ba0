"""``kg recommend`` and ``kg why-not``: the best partners for a city or region, and why another is not among them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

from kg.cli.graph_data import graph_options
from kg.cli.options import check_writable, connection_options
from kg.cli.picture import draw_picture, picture_option
from kg.cli.present import (
    as_of_option,
    engine_option,
    engine_or_spark_option,
    format_option,
    kind_option,
    present,
    top_option,
    weights_option,
)
from kg.errors import KgError

R = TypeVar("R")

#: What only makes sense for one place: refused with --all.
_OF_ONE_PLACE = {
    "countries": "--country",
    "exclude_countries": "--exclude-country",
    "min_population": "--min-population",
    "max_population": "--max-population",
    "regions": "--region",
    "themes": "--theme",
    "networks": "--network",
    "newcomers": "--newcomers",
    "spread": "--spread",
}


def recommend_options(command: Callable[..., R]) -> Callable[..., R]:
    """Add the options that say what partners must be."""
    for option in reversed(
        (
            kind_option,
            top_option("partners"),
            click.option(
                "--country",
                "countries",
                multiple=True,
                metavar="CODE",
                help="Only partners there, its own country if named; repeatable.",
            ),
            click.option(
                "--exclude-country", "exclude_countries", multiple=True, metavar="CODE", help="None there; repeatable."
            ),
            click.option(
                "--region", "regions", multiple=True, metavar="REGION", help="Only partners in this region; repeatable."
            ),
            click.option(
                "--network",
                "networks",
                multiple=True,
                metavar="NETWORK",
                help="Only members of this network; repeatable.",
            ),
            click.option(
                "--theme",
                "themes",
                multiple=True,
                metavar="THEME",
                help="Only who seeks, offers or has a project on this theme; repeatable.",
            ),
            click.option(
                "--min-population",
                type=click.IntRange(min=0),
                metavar="N",
                help="Only with so many inhabitants or more.",
            ),
            click.option(
                "--max-population", type=click.IntRange(min=0), metavar="N", help="Only with so many or fewer."
            ),
            click.option(
                "--newcomers",
                type=float,
                metavar="SHARE",
                help="Keep this share of the list (0.33: a third) for places with at most one partnership of the kind.",
            ),
            click.option("--spread", type=click.IntRange(min=1), metavar="N", help="At most so many of one country."),
            as_of_option,
            click.option(
                "--include-existing", is_flag=True, help="Keep those it is twinned or in a running project with."
            ),
            weights_option,
        )
    ):
        command = option(command)
    return command


def check_options(options: dict[str, Any]) -> None:
    """Refuse what can be refused without a database, before one is started."""
    from kg.queries.filters import Filters
    from kg.queries.recommend import weighting_of
    from kg.queries.validity import parse_as_of

    options["as_of"] = parse_as_of(options["as_of"])
    Filters(
        min_population=options["min_population"],
        max_population=options["max_population"],
        newcomers=options["newcomers"],
        spread=options["spread"],
    )
    weighting_of(options["kind"], options["weights"])


@click.command()
@click.argument("place", required=False)
@graph_options
@recommend_options
@engine_or_spark_option
@click.option("--all", "everybody", is_flag=True, help="For every city and region, into the file of --out.")
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="With --all: a file that ends in .csv, .parquet or .arrow, with a column for each reason; by Spark also a new folder.",
)
@click.option(
    "--snapshot",
    type=click.Path(path_type=Path),
    metavar="FOLDER",
    help="With --engine spark: what kg snapshot export wrote, so that no database is asked.",
)
@format_option
@picture_option
@connection_options
def recommend(
    place: str | None,
    files: tuple[str, ...],
    offline: bool,
    everybody: bool,
    out: Path | None,
    snapshot: Path | None,
    form: str,
    picture: Path | None,
    connect: dict[str, Any],
    **options: Any,
) -> None:
    """Recommend partners for a city or region, with the reasons.

    PLACE is a name (Riga, Rīga, "riga, lv") or an id (geonames:456172). The score of a partner is the sum of its reasons;
    kg/queries/kinds/ says how much each is worth, and --weights uses another such file. Partners are looked for abroad, unless
    its own country is asked for by --country. With --offline no server is needed: the graph is made in memory, and the answer says so.
    --all is computed on this machine, or with --engine spark by Apache Spark on as many as it has (extra spark; docs/scale.md).
    """
    from kg.graph import connect as open_graph

    check_options(options)
    if offline:
        _refuse_with_offline(everybody or out is not None, connect)
    elif files:
        raise KgError(
            f"{files[0]} would not be read: files are for --offline, where no database is. A name of several words is one in "
            'quotes, kg recommend "The Hague".'
        )
    if everybody:
        if place is not None or picture is not None or form != "table":
            raise KgError("--all is for every place, into a file: leave PLACE, --format and --picture out.")
        _recommend_all(out, snapshot, connect, options)
        return
    if options["engine"] == "spark":
        raise KgError(
            "--engine spark is for --all: for one place use snapshot or live, which answer in less time than Spark starts."
        )
    if snapshot is not None:
        raise KgError("--snapshot is for --all --engine spark, which reads what kg snapshot export wrote.")
    if place is None:
        raise KgError('Name a city or region: kg recommend "Riga"; or every one: kg recommend --all --out FILE.csv.')
    if out is not None:
        raise KgError("--out is for --all; the list of one place is printed: --format csv or json, and > FILE.")
    if offline:
        from kg.offline import open_offline

        opened = open_offline(files, options["as_of"])
        result = opened.recommend(place, **{**options, "engine": "snapshot"})
        if form == "csv":
            # The rows have no place for it; a table and JSON say it themselves.
            click.echo(f"Without a database: from {opened.read_from}.", err=True)
    else:
        with open_graph(**connect) as graph:
            result = graph.recommend(place, **options)
    present(result, form)
    draw_picture(result, picture)


def _refuse_with_offline(everybody: bool, connect: dict[str, Any]) -> None:
    """Refuse what needs a database, where there is none."""
    if everybody:
        raise KgError("--all and --out need a database: with --offline, name one city or region.")
    given = [f"--{name.replace('password', 'password-file')}" for name, value in connect.items() if value is not None]
    source = click.get_current_context().get_parameter_source("engine")
    if source is click.core.ParameterSource.COMMANDLINE:
        given.append("--engine")
    if given:
        raise KgError(f"--offline asks no database, and {', '.join(given)} would choose one: give one or the other.")


def _recommend_all(out: Path | None, snapshot: Path | None, connect: dict[str, Any], options: dict[str, Any]) -> None:
    from kg.database.server import console_reporter
    from kg.graph import connect as open_graph
    from kg.queries.everybody import check_out, everybody, write_everybody

    given = [name for option, name in _OF_ONE_PLACE.items() if options.pop(option) not in (None, ())]
    if given:
        raise KgError(f"--all takes no {', '.join(given)}: choose from the rows of the file.")
    if out is None:
        raise KgError("--all needs a file to write to: --out FILE.csv, .parquet or .arrow.")
    if options.pop("engine") == "spark":
        _by_spark(out, snapshot, connect, options)
        return
    if snapshot is not None:
        raise KgError("--snapshot is for --engine spark, which reads what kg snapshot export wrote.")
    if out.is_dir():
        raise KgError(f"--out {out} is a folder: name a file in it.")
    check_out(out)
    check_writable(out, "--out")
    with open_graph(**connect) as graph, console_reporter() as report:
        report.step("Reading the graph")
        found = everybody(
            graph.connection, progress=lambda done, total: report.count("Comparing places", done, total), **options
        )
        number = write_everybody(found, out)
    click.echo(f"{number:,} rows in {out}.", err=True)


def _by_spark(out: Path, snapshot: Path | None, connect: dict[str, Any], options: dict[str, Any]) -> None:
    from kg.database.server import console_reporter
    from kg.graph import connect as open_graph
    from kg.queries.spark.run import check_spark_out, recommend_all_by_spark

    given = [f"--{name.replace('password', 'password-file')}" for name, value in connect.items() if value is not None]
    if snapshot is not None and given:
        raise KgError(f"--snapshot asks no database, and {', '.join(given)} would choose one: give one or the other.")
    check_spark_out(out)
    if out.suffix:
        check_writable(out, "--out")
    with console_reporter() as report:
        if snapshot is not None:
            number = recommend_all_by_spark(snapshot, out, report=report.step, **options)
        else:
            with open_graph(**connect) as graph:
                number = graph.recommend_all_by_spark(out, report=report.step, **options)
    click.echo(f"{number:,} rows in {out}.", err=True)


@click.command("why-not")
@click.argument("place", metavar="A")
@click.argument("other", metavar="B")
@recommend_options
@engine_option
@format_option
@connection_options
def why_not(place: str, other: str, form: str, connect: dict[str, Any], **options: Any) -> None:
    """Show why B is not recommended to A: the rule that leaves it out, or its rank and what it lacks.

    A and B are cities or regions, by name or id. Give the options with which the list was asked for.
    """
    from kg.graph import connect as open_graph

    check_options(options)
    with open_graph(**connect) as graph:
        result = graph.why_not(place, other, **options)
    present(result, form)
