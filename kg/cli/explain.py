"""``kg explain`` and ``kg path``: why two would work together, and how any two things are connected."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from kg.cli.options import connection_options
from kg.cli.picture import draw_picture, picture_option
from kg.cli.present import as_of_option, engine_option, format_option, kind_option, present, top_option, weights_option


@click.command()
@click.argument("start", metavar="A")
@click.argument("end", metavar="B")
@kind_option
@top_option("paths")
@as_of_option
@engine_option
@weights_option
@format_option
@picture_option
@connection_options
def explain(
    start: str,
    end: str,
    as_of: str | None,
    form: str,
    picture: Path | None,
    connect: dict[str, Any],
    **options: Any,
) -> None:
    """Explain why two places would, or do, work together.

    A and B are cities or regions, by name or id. Shows the reasons that recommend adds up, with the same numbers, and
    the most specific paths between the two.
    """
    from kg.graph import connect as open_graph
    from kg.queries.recommend import weighting_of
    from kg.queries.validity import parse_as_of

    day = parse_as_of(as_of)
    weighting_of(options["kind"], options["weights"])
    with open_graph(**connect) as graph:
        result = graph.explain(start, end, as_of=day, **options)
    present(result, form)
    draw_picture(result, picture)


@click.command()
@click.argument("start", metavar="A")
@click.argument("end", metavar="B")
@top_option("paths")
@as_of_option
@format_option
@picture_option
@connection_options
def path(
    start: str, end: str, *, top: int, as_of: str | None, form: str, picture: Path | None, connect: dict[str, Any]
) -> None:
    """Show the most specific paths between any two things.

    A and B are anything in the graph (a city, a network, a person, a project, ...), by name or id. A shared country,
    region, theme, programme or seat is shown only when nothing else joins them.
    """
    from kg.graph import connect as open_graph
    from kg.queries.validity import parse_as_of

    day = parse_as_of(as_of)
    with open_graph(**connect) as graph:
        result = graph.path(start, end, top=top, as_of=day)
    present(result, form)
    draw_picture(result, picture)
