"""``kg brief``: two places on one page, for a meeting."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from kg.cli.options import check_writable, connection_options
from kg.cli.present import as_of_option, engine_option, kind_option, weights_option


@click.command()
@click.argument("start", metavar="A")
@click.argument("end", metavar="B")
@kind_option
@click.option("--top", type=click.IntRange(1, 1000), default=5, show_default=True, metavar="N", help="How many paths.")
@as_of_option
@engine_option
@weights_option
@click.option(
    "--out",
    type=click.Path(dir_okay=False, writable=True, path_type=Path),
    required=True,
    metavar="FILE",
    help="The page to write: .html, or .docx for Word.",
)
@connection_options
def brief(start: str, end: str, out: Path, connect: dict[str, Any], **options: Any) -> None:
    """Write one page about two places for a meeting: the reasons, what joins them, the sources with licence and age.

    A and B are cities or regions, by name or id. An .html page needs no network connection; a browser prints it.
    """
    from kg.graph import connect as open_graph
    from kg.queries.brief import check_brief, write_brief
    from kg.queries.recommend import weighting_of
    from kg.queries.validity import parse_as_of

    check_brief(out)
    check_writable(out, "--out")
    options["as_of"] = parse_as_of(options["as_of"])
    weighting_of(options["kind"], options["weights"])
    with open_graph(**connect) as graph:
        found = graph.brief(start, end, **options)
    write_brief(found, out)
    click.echo(f"The page is in {out}.", err=True)
