"""``kg demo``: from nothing to an explained recommendation, on the local server."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from kg.graph import KnowledgeGraph
    from kg.loaders.base import Loader

PLACE = "Riga"
PAIR = ("Riga", "Gothenburg")


@click.command()
def demo() -> None:
    """Start the local server, load real data, recommend partners for a city and explain one.

    It always uses the local server, whatever NEO4J_URI says, so that no other database is written to. Running it again
    changes nothing.
    """
    from kg.cli.server import describe_browser
    from kg.database.server import console_reporter, ensure_running
    from kg.database.settings import Settings
    from kg.graph import connect
    from kg.loaders.geonames import GeoNames
    from kg.loaders.starter import Starter
    from kg.pictures import write_picture

    settings = Settings().model_copy(update={"neo4j_uri": None})
    _heading("1. A Neo4j of one's own")
    with console_reporter() as report:
        server = ensure_running(settings, report)
    click.echo(f"Neo4j {server.version} runs at {server.uri}; its data are in {server.home.folder}.")

    with connect(settings=settings) as graph:
        _heading("2. Data in")
        with graph.several_changes():
            for loader in (Starter(), GeoNames()):
                _load(graph, loader)

        _heading(f"3. Who should {PLACE} learn from, and why?")
        recommendations = graph.recommend(PLACE, top=10)
        click.echo(str(recommendations))

        _heading(f"4. Why {PAIR[0]} and {PAIR[1]}?")
        click.echo(str(graph.explain(*PAIR)))

    _heading("5. A picture of the ten and their reasons")
    picture = server.home.folder / f"demo-{PLACE.lower()}.html"
    write_picture(recommendations, picture)
    click.echo(f"Open it in a web browser: {picture}")

    _heading("6. The graph itself, in Neo4j Browser")
    describe_browser(server)
    click.echo("")
    click.echo('Next: kg recommend "Your city" --kind project   kg explain CITY CITY   kg report list   kg --help')
    click.echo("In a shell of this folder, `. .venv/bin/activate` puts kg on the path; kg server stop ends the server.")


def _load(graph: KnowledgeGraph, loader: Loader) -> None:
    from kg.cli.load import bars

    with bars() as progress:
        report = graph.load(loader, progress=progress)
    click.echo(str(report))


def _heading(text: str) -> None:
    click.secho(f"\n{text}", bold=True)
