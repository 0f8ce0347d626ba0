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
@click.option(
    "--loaded", is_flag=True, help="What the connected database was loaded from, instead of what kg can load."
)
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
    """List the public sources: publisher, licence, address and how to load them."""
    from kg.loaders.catalogue import CATALOGUE

    if loaded:
        from kg.graph import connect as open_graph

        with open_graph(**connect) as graph:
            rows = graph.loaded_sources()
    else:
        rows = [entry.as_row() for entry in CATALOGUE]
    if format_ == "json":
        click.echo(json.dumps(rows, ensure_ascii=False, indent=2))
        return
    for row in rows:
        click.echo(f"{row.pop('id')}  {row.pop('title')}")
        for name, value in row.items():
            if value:
                click.echo(f"    {name}: {', '.join(value) if isinstance(value, list) else value}")
