"""``kg digest``, ``kg undo`` and ``kg sources``: looking after what is loaded."""

from __future__ import annotations

import json
from typing import Any

import click

from kg.cli.options import connection_options


@click.command()
@connection_options
def digest(connect: dict[str, Any]) -> None:
    """Print one number for what the graph says.

    Equal graphs have equal digests, however they came about.
    """
    from kg.graph import connect as open_graph

    with open_graph(**connect) as graph:
        result = graph.digest()
    click.echo(f"{result.nodes} nodes, {result.facts} facts", err=True)
    click.echo(result.value)


@click.command()
@click.argument("source", required=False)
@connection_options
def undo(source: str | None, connect: dict[str, Any]) -> None:
    """Take back the latest load of SOURCE, or the latest of all.

    The graph is then as if that load had never run. SOURCE is the id of a source or the scope of a load; `kg sources --loaded`
    names both.
    """
    from kg.graph import connect as open_graph

    with open_graph(**connect) as graph:
        undone = graph.undo(source)
    click.echo(
        f"Took back {undone.load}: {undone.nodes_removed} nodes and {undone.facts_removed} facts removed, "
        f"{undone.nodes_changed} nodes and {undone.facts_changed} facts as they were before."
    )


@click.command()
@click.option("--loaded", is_flag=True, help="Only what is loaded, each source behind it with its licence.")
@click.option(
    "--format",
    "format_",
    type=click.Choice(["table", "json"]),
    default="table",
    show_default=True,
    help="How to print.",
)
@connection_options
def sources(loaded: bool, format_: str, connect: dict[str, Any]) -> None:
    """List what can be loaded: what it brings, whose it is, licence, where to get it, and what of it is loaded.

    What is loaded is shown when a database is named or the local server runs; no server is started for it.
    """
    from kg.graph import connect as open_graph

    if loaded:
        with open_graph(**connect) as graph:
            rows = graph.loaded_sources()
    else:
        rows = _catalogue(_standing_loads(connect))
    if format_ == "json":
        click.echo(json.dumps(rows, ensure_ascii=False, indent=2))
        return
    for row in rows:
        click.echo(f"{row.pop('id')}  {row.pop('title')}")
        for name, value in row.items():
            if value:
                click.echo(f"    {name}: {', '.join(value) if isinstance(value, list) else value}")


def _standing_loads(connect: dict[str, Any]) -> list[dict[str, Any]] | None:
    """Return what is loaded; none when there is no database to ask."""
    from kg.database.server import home_of, running
    from kg.database.settings import Settings
    from kg.graph import connect as open_graph

    settings = Settings()
    if not (connect.get("uri") or settings.neo4j_uri or running(home_of(settings))):
        click.echo("No database is named and the local server is not running: what is loaded is not shown.", err=True)
        return None
    with open_graph(**connect) as graph:
        return graph.standing_loads()


def _catalogue(loads: list[dict[str, Any]] | None) -> list[dict[str, Any]]:
    from kg.loaders.catalogue import CATALOGUE

    rows = []
    for name, entries in CATALOGUE.items():
        of_loader = [_told(load) for load in loads or () if load["loader"] == name]
        for number, entry in enumerate(entries):
            row: dict[str, Any] = dict(entry.as_row())
            if loads is not None and number == 0:
                row["loaded"] = of_loader or ["no"]
            rows.append(row)
    return rows


def _told(load: dict[str, Any]) -> str:
    if not load["complete"]:
        return f"{load['scope']} of {load['edition']} (not finished)"
    return (
        f"{load['scope']} of {load['edition']} on {load['finished'][:10]}: {load['rows']:,} rows "
        f"({load['rejected']:,} rejected), {load['nodes']:,} nodes and {load['facts']:,} facts"
    )
