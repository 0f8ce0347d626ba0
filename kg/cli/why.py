"""``kg why``: who says so."""

from __future__ import annotations

from typing import Any

import click

from kg.cli.options import connection_options
from kg.cli.present import format_option, present


@click.command()
@click.argument("key")
@format_option
@connection_options
def why(key: str, form: str, connect: dict[str, Any]) -> None:
    """Show every source of a fact or a node, and where they differ.

    KEY is the key of a fact, as in the evidence of a reason (recommend --format json), or the id or name of a node.
    """
    from kg.graph import connect as open_graph

    with open_graph(**connect) as graph:
        present(graph.why(key), form)
