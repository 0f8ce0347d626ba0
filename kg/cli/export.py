"""``kg export``: the graph, or a part of it, as files for other programs."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from kg.cli.options import connection_options
from kg.cli.watching import watched
from kg.errors import KgError


@click.command()
@click.option("--graphml", type=click.Path(path_type=Path), metavar="FILE", help="One file of GraphML.")
@click.option(
    "--csv",
    type=click.Path(path_type=Path),
    metavar="FOLDER",
    help="A table for each kind of node and fact in a new folder, or in one file that ends in .zip.",
)
@click.option(
    "--parquet",
    type=click.Path(path_type=Path),
    metavar="FOLDER",
    help="The same tables as Parquet, with types, in a new folder (extra parquet).",
)
@click.option("--around", metavar="NAME", help="Only what is within --steps of this: a city or anything else.")
@click.option("--steps", type=click.IntRange(1, 6), metavar="N", help="How many facts away from it (else 1).")
@click.option(
    "--network",
    "networks",
    multiple=True,
    metavar="NAME",
    help="Only this network or project, its members, and the facts between them; repeatable.",
)
@click.option(
    "--as-of",
    metavar="DATE",
    help="Only what is true on this date: 2019 (its last day), 2019-05 or 2019-05-03. Else all, also what has ended.",
)
@click.option("--force", is_flag=True, help="Replace an export that is there already.")
@connection_options
def export(
    graphml: Path | None,
    csv: Path | None,
    parquet: Path | None,
    around: str | None,
    steps: int | None,
    networks: tuple[str, ...],
    as_of: str | None,
    force: bool,
    connect: dict[str, Any],
) -> None:
    """Write the graph or a part of it as GraphML, CSV or Parquet, with its sources and licences beside it.

    \b
    kg export --graphml graph.graphml                        all of it
    kg export --csv riga.zip --around Riga --steps 2         what is within two facts of Riga
    kg export --parquet emta --network EMTA --as-of 2019     a network with its members, as it was

    Two nodes are in the part of --around when so many facts, in any direction, lead from one to the other. Facts come with
    since, until and ended, so that what is over can be told; the order is always the same. All is put in place at the end,
    or nothing. docs/exports.md has the columns.
    """
    from kg.graph import connect as open_graph
    from kg.queries.export.run import check_target
    from kg.queries.export.run import export as write
    from kg.queries.export.scope import check_asked

    given = [
        (form, path) for form, path in (("graphml", graphml), ("csv", csv), ("parquet", parquet)) if path is not None
    ]
    if len(given) != 1:
        raise KgError(
            "Say how to write it, in one way: --graphml FILE, --csv FOLDER (or FILE.zip) or --parquet FOLDER."
        )
    ((form, path),) = given
    asked = check_asked(around, steps, networks, as_of)
    target = check_target(path, form, option=f"--{form}", force=force)
    with open_graph(**connect) as graph, watched("Reading") as progress:
        done = write(graph.connection, asked, target, progress=progress)
    click.echo(str(done), err=True)
