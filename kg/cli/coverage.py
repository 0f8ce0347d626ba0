"""``kg coverage``: how much of what there is, is in the graph."""

from __future__ import annotations

from typing import Any

import click

from kg.cli.options import connection_options
from kg.cli.present import format_option, present


@click.command()
@format_option
@connection_options
def coverage(form: str, connect: dict[str, Any]) -> None:
    """Show what share of each network's stated members is in the graph, how full each field is, how old each edition.

    CSV has the networks only; JSON has all.
    """
    from kg.graph import connect as open_graph

    with open_graph(**connect) as graph:
        present(graph.coverage(), form)
