"""``kg central``, ``kg communities`` and ``kg bridges``: how members hold together through networks and projects."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import click

from kg.cli.options import connection_options
from kg.cli.present import as_of_option, format_option, present, top_option

R = TypeVar("R")

# Where nothing is given the library's own default holds, which the help repeats.
_MEMBERSHIP_OPTIONS = (
    click.option(
        "--members",
        type=click.Choice(["places", "all"]),
        help="Cities and regions, with what the bodies that serve them are in (places); or all members as they are listed "
        "(else places, and all where networks are given).",
    ),
    click.option("--country", "countries", multiple=True, metavar="CODE", help="Only members there; repeatable."),
    click.option("--past", is_flag=True, help="Count projects that had ended; else only those that run."),
)
_SIZE_OPTIONS = (
    click.option(
        "--layer",
        type=click.Choice(["networks", "projects", "both"]),
        help="Memberships of networks, partnerships in projects, or both (else both).",
    ),
    click.option(
        "--min-members",
        type=click.IntRange(min=1),
        metavar="N",
        help="Leave out networks and projects with fewer members (else 2).",
    ),
    click.option(
        "--max-members",
        type=click.IntRange(min=1),
        metavar="N",
        help="Leave out those with more, such as a hub that nearly everybody is in.",
    ),
)
_pivots_option = click.option(
    "--pivots",
    type=click.IntRange(min=1),
    metavar="N",
    help="Estimate shortest paths from so many starting points (else from all, unless the graph is large).",
)
_seed_option = click.option(
    "--seed",
    type=click.IntRange(min=0),
    metavar="N",
    help="Where random numbers begin: the same gives the same answer (else 7).",
)
_resolution_option = click.option(
    "--resolution",
    type=float,
    metavar="X",
    help="Above 1 for smaller communities, below 1 for larger ones (else 1).",
)


def _options(*options: Callable[[Any], Any]) -> Callable[[Callable[..., R]], Callable[..., R]]:
    def add(command: Callable[..., R]) -> Callable[..., R]:
        for option in reversed(options):
            command = option(command)
        return command

    return add


def _given(as_of: str | None, options: dict[str, Any]) -> dict[str, Any]:
    """Return the options that were given; what can be refused without a database is refused before one is started."""
    from kg.queries.structure.measures import igraph
    from kg.queries.structure.selection import check_resolution, select
    from kg.queries.validity import parse_as_of

    given = {name: value for name, value in options.items() if value is not None}
    day = parse_as_of(as_of)
    select(day, **{name: given[name] for name in _SELECTED & given.keys()})
    if "resolution" in given:
        check_resolution(given["resolution"])
    if not given.get("networks"):
        igraph()
    return {**given, "as_of": day}


_SELECTED = frozenset(("layer", "members", "min_members", "max_members", "past"))


@click.command()
@click.option(
    "--of",
    type=click.Choice(["members", "networks", "projects"]),
    default="members",
    show_default=True,
    help="Whose centrality.",
)
@click.option(
    "--measure",
    type=click.Choice(["degree", "betweenness", "closeness", "pagerank"]),
    default="degree",
    show_default=True,
    help="In how much; between how many others; how near to all; in how much that few share.",
)
@_options(*_MEMBERSHIP_OPTIONS, *_SIZE_OPTIONS, _pivots_option, _seed_option)
@top_option("rows")
@as_of_option
@format_option
@connection_options
def central(as_of: str | None, form: str, connect: dict[str, Any], **options: Any) -> None:
    """Show which cities, networks or projects are the most central.

    Members and what they are in form one graph of two kinds of nodes. Each value is a share of the most that was possible;
    that of pagerank is a multiple of the average. docs/structure.md says what each measure means. Needs the extra
    structure.
    """
    from kg.graph import connect as open_graph
    from kg.queries.structure.selection import check_of

    given = _given(as_of, options)
    check_of(given["of"], given.get("layer", "both"))
    with open_graph(**connect) as graph:
        result = graph.central(**given)
    present(result, form)


@click.command()
@_options(*_MEMBERSHIP_OPTIONS, *_SIZE_OPTIONS, _resolution_option, _seed_option)
@click.option(
    "--typical",
    type=click.IntRange(min=1),
    default=5,
    show_default=True,
    metavar="N",
    help="How many typical members, networks and projects of each.",
)
@top_option("communities")
@as_of_option
@format_option
@connection_options
def communities(as_of: str | None, form: str, connect: dict[str, Any], **options: Any) -> None:
    """Show which members, networks and projects belong together.

    Communities have more links within than chance would give (Leiden, modularity of two-mode networks). The same graph and
    options give the same answer every time. Needs the extra structure.
    """
    from kg.graph import connect as open_graph

    given = _given(as_of, options)
    with open_graph(**connect) as graph:
        result = graph.communities(**given)
    present(result, form)


@click.command()
@click.argument("networks", nargs=-1, metavar="[NETWORK NETWORK...]")
@click.option(
    "--by",
    type=click.Choice(["betweenness", "participation"]),
    help="Rank by how many shortest chains lead over a member, or by how evenly it is spread over communities "
    "(else betweenness).",
)
@_options(*_MEMBERSHIP_OPTIONS, *_SIZE_OPTIONS, _resolution_option, _pivots_option, _seed_option)
@top_option("rows")
@as_of_option
@format_option
@connection_options
def bridges(networks: tuple[str, ...], as_of: str | None, form: str, connect: dict[str, Any], **options: Any) -> None:
    """Show who joins communities that otherwise lie apart, or who links given networks.

    Without NETWORK: the members that are in networks and projects of several communities (those of kg communities), or
    without whom others would be cut off; needs the extra structure. With two or more, by name or id: whoever is in at
    least two of them, itself or by a body that serves it.
    """
    from kg.graph import connect as open_graph
    from kg.queries.structure.bridges import check_asked

    check_asked(networks, options)
    given = _given(as_of, {"networks": networks, **options})
    with open_graph(**connect) as graph:
        result = graph.bridges(**given)
    present(result, form)
