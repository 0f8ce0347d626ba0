"""``kg snapshot``: the file that is kept of the graph, so that it need not be read from the database each time."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from kg.cli.options import connection_options


@click.group(no_args_is_help=True)
def snapshot() -> None:
    """Show, refresh or export what is kept of the graph.

    It is read again by itself after each load, merge, request or undo, and when nodes or facts were made or removed by hand. A
    value that was changed by hand is not seen: then refresh it.
    """


@snapshot.command()
@connection_options
def show(connect: dict[str, Any]) -> None:
    """Say which file is kept of the graph, of when it is, and whether the graph changed since."""
    from kg.graph import connect as open_graph
    from kg.queries.snapshot.store import kept

    with open_graph(**connect) as graph:
        found = kept(graph.connection)
    if found.taken is None:
        click.echo(f"Nothing is kept yet in {found.path}.")
    else:
        click.echo(
            f"{found.path}: {found.nodes:,} nodes and {found.facts:,} facts, {found.size / 1e6:.1f} MB, taken {found.taken}; "
            + ("the graph has not changed since." if found.is_current else "the graph has changed since.")
        )
    if found.note:
        click.echo(found.note, err=True)


@snapshot.command()
@connection_options
def refresh(connect: dict[str, Any]) -> None:
    """Read the graph from the database again and keep it, whether or not it seems to have changed."""
    from kg.graph import connect as open_graph
    from kg.queries.snapshot.store import snapshot_of

    with open_graph(**connect) as graph:
        taken = snapshot_of(graph.connection, refresh=True)
    click.echo(f"Read {len(taken.tables.nodes):,} nodes and {len(taken.tables.facts):,} facts.")
    if taken.note:
        click.echo(taken.note, err=True)


@snapshot.command("export")
@click.argument("folder", type=click.Path(path_type=Path))
@click.option("--force", is_flag=True, help="Replace an export that is there already.")
@connection_options
def export_command(folder: Path, force: bool, connect: dict[str, Any]) -> None:
    """Write what recommendations need of the graph to FOLDER as Parquet, with its sources and licences beside it.

    \b
    kg snapshot export europe
    kg recommend --all --engine spark --snapshot europe --out partners

    FOLDER is a new one, or one with an export that --force replaces. In it are nodes.parquet and facts.parquet, whose columns
    docs/scale.md has, and LICENCE.txt and CITATION.cff. Needs the extra parquet.
    """
    from kg.graph import connect as open_graph
    from kg.queries.export.snapshot import check_snapshot_target

    check_snapshot_target(folder, option="FOLDER", force=force)
    with open_graph(**connect) as graph:
        click.echo(str(graph.export_snapshot(folder, force=force)), err=True)
