"""``kg match``: who fits what a place seeks and offers."""

from __future__ import annotations

from typing import Any

import click

from kg.cli.options import connection_options
from kg.cli.present import as_of_option, format_option, present, top_option


@click.command()
@click.argument("place")
@click.option("--theme", metavar="THEME", help="Only on this theme, a name or id.")
@top_option("matches of each kind")
@as_of_option
@format_option
@connection_options
def match(place: str, theme: str | None, top: int, as_of: str | None, form: str, connect: dict[str, Any]) -> None:
    """Show who offers what a place seeks, seeks what it offers, or seeks the same.

    PLACE is a city, region or organisation, a name or id. Only open requests count (kg seek list, kg offer list); who offers
    is the mentor and who seeks the learner, and in a project lead goes with partner.
    """
    from kg.graph import connect as open_graph
    from kg.queries.validity import parse_as_of

    # What can be refused without a database is refused before one is started.
    day = parse_as_of(as_of)
    with open_graph(**connect) as graph:
        result = graph.match(place, theme=theme, top=top, as_of=day)
    present(result, form)
