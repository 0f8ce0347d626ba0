"""``kg recommend``: the best partners for a city or region."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from kg.cli.options import connection_options
from kg.cli.picture import draw_picture, picture_option
from kg.cli.present import as_of_option, format_option, kind_option, present, top_option


@click.command()
@click.argument("place")
@kind_option
@top_option("partners")
@click.option("--country", "countries", multiple=True, metavar="CODE", help="Only partners there; repeatable.")
@click.option("--exclude-country", "exclude_countries", multiple=True, metavar="CODE", help="None there; repeatable.")
@click.option(
    "--min-population", type=click.IntRange(min=0), metavar="N", help="Only with so many inhabitants or more."
)
@click.option("--max-population", type=click.IntRange(min=0), metavar="N", help="Only with so many or fewer.")
@as_of_option
@click.option("--include-existing", is_flag=True, help="Keep those it is twinned or in a running project with.")
@format_option
@picture_option
@connection_options
def recommend(
    place: str, as_of: str | None, form: str, picture: Path | None, connect: dict[str, Any], **options: Any
) -> None:
    """Recommend partners for a city or region, with the reasons.

    PLACE is a name (Riga, Rīga, "riga, lv") or an id (geonames:456172, wikidata:Q1773). The score of a partner is the
    sum of its reasons; kg/queries/weights.toml says how much each kind of reason counts.
    """
    from kg.graph import connect as open_graph
    from kg.queries.recommend import Filters
    from kg.queries.validity import parse_as_of

    # What can be refused without a database is refused before one is started.
    day = parse_as_of(as_of)
    Filters(min_population=options["min_population"], max_population=options["max_population"])
    with open_graph(**connect) as graph:
        result = graph.recommend(place, as_of=day, **options)
    present(result, form)
    draw_picture(result, picture)
