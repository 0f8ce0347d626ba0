"""``kg backup`` and ``kg restore``: the whole database as one file, and back."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from kg.cli.options import connection_options
from kg.cli.watching import watched


@click.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--force", is_flag=True, help="Replace FILE if it is there already.")
@connection_options
def backup(file: Path, force: bool, connect: dict[str, Any]) -> None:
    """Write everything in the database to FILE, from which kg restore makes it again.

    \b
    kg backup graph.kgbackup
    kg backup --uri neo4j://db.example.org graph.kgbackup

    Every node, relationship and property is in it, also the record of loads, so that after a restore kg undo works as before; with
    sums over all of it. Loads wait meanwhile. FILE is for its owner alone, and is put in place when it is whole.
    docs/backup.md says how to do it every night.
    """
    from kg.database.backup.archive import check_place
    from kg.database.opening import open_connection
    from kg.graph import KnowledgeGraph

    check_place(file, force=force)
    with KnowledgeGraph(open_connection(**connect)) as graph, watched("Working") as progress:
        done = graph.backup(file, force=force, progress=progress)
    click.echo(str(done), err=True)


@click.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.option(
    "--check", is_flag=True, help="Only read FILE and say what is in it and whether it is whole; no database is used."
)
@connection_options
def restore(file: Path, check: bool, connect: dict[str, Any]) -> None:
    """Make the graph of a backup again in an empty database.

    \b
    kg restore graph.kgbackup
    kg restore --check graph.kgbackup

    All of FILE is checked before anything is written, and afterwards what is in the database is compared with it, property by
    property. When it is broken off, run it again: it removes what it had written and begins anew.
    """
    from kg.database.backup.restoring import check_backup
    from kg.database.opening import open_connection
    from kg.graph import KnowledgeGraph

    manifest = check_backup(file)
    if check:
        contents = manifest.contents
        click.echo(
            f"{file} is whole: {contents.node_count:,} nodes and {contents.relationship_count:,} relationships of {manifest.taken}, "
            f"layout {manifest.layout}, written by kg {manifest.kg} from Neo4j {manifest.neo4j}."
        )
        click.echo(f"Digest {contents.digest.value}")
        return
    with KnowledgeGraph(open_connection(**connect)) as graph, watched("Working") as progress:
        done = graph.restore(file, progress=progress)
    click.echo(str(done), err=True)
