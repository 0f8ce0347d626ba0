"""``kg schema``: what may be in the graph, and whether the database is ready for it."""

from __future__ import annotations

import sys
from typing import Any

import click

from kg.cli.options import connection_options


@click.group(no_args_is_help=True)
def schema() -> None:
    """Show the schema, make it in the connected database, check that database against it, or bring it to a newer layout."""


@schema.command()
def show() -> None:
    """Print the constraints and indexes as Cypher; docs/schema.md describes the whole model."""
    from kg.schema.cypher import constraints, indexes

    for item in (*constraints(), *indexes()):
        click.echo(f"{item.statement};")


@schema.command()
@connection_options
def apply(connect: dict[str, Any]) -> None:
    """Make the constraints and indexes that the connected database lacks."""
    from kg.graph import connect as open_graph

    with open_graph(**connect) as graph:
        graph.apply_schema()
    click.echo("The schema is in place.")


@schema.command()
@connection_options
def check(connect: dict[str, Any]) -> None:
    """Say what the connected database lacks or has differently; exit code 1 when there is something."""
    from kg.database.opening import open_connection
    from kg.graph import KnowledgeGraph

    with KnowledgeGraph(open_connection(**connect)) as graph:
        findings = graph.check_schema()
    for finding in findings:
        click.echo(finding)
    if findings:
        click.echo(
            "To make what is missing: kg schema apply. What is different has to be dropped first. For another layout: kg schema migrate.",
            err=True,
        )
        sys.exit(1)
    click.echo("The schema is in place.")


@schema.command()
@click.option("--dry-run", is_flag=True, help="Only say which steps there are to do.")
@connection_options
def migrate(dry_run: bool, connect: dict[str, Any]) -> None:
    """Bring a graph that an older kg wrote to the layout of this one, step by step.

    The graph keeps which steps were applied, when and by which kg. When it is broken off, run it again: it goes on. Take a backup
    first (kg backup FILE).
    """
    from kg.database.migrations import pending
    from kg.database.opening import open_connection
    from kg.graph import KnowledgeGraph

    with KnowledgeGraph(open_connection(**connect)) as graph:
        if not dry_run:
            click.echo(str(graph.migrate_schema()))
            return
        layout, steps = pending(graph.connection)
    click.echo(f"The graph is of layout {layout}; steps to do: {len(steps) or 'none'}")
    for number, step in enumerate(steps, layout + 1):
        click.echo(f"{number}  {step.name}: {step.purpose}")
