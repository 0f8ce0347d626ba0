"""``kg why``: who says so."""

from __future__ import annotations

from typing import Any

import click

from kg.cli.options import connection_options
from kg.cli.present import format_option, present


@click.command()
@click.argument("key")
@click.argument("other", required=False)
@format_option
@connection_options
def why(key: str, other: str | None, form: str, connect: dict[str, Any]) -> None:
    """Show every source of a fact or a node, and where they differ.

    KEY is the key of a fact, as in the evidence of a reason (recommend --format json), or the id or name of a node. With OTHER,
    the id or name of another node, it shows every fact that joins the two: kg why Riga EUROCITIES.
    """
    from kg.graph import connect as open_graph

    with open_graph(**connect) as graph:
        present(graph.why(key) if other is None else graph.why(key, other), form)
