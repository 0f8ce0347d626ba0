"""A whole graph for a command that works in memory: out of the database, or straight from files."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from typing import TYPE_CHECKING, Any, TypeVar

import click

from kg.errors import KgError

if TYPE_CHECKING:
    from kg.queries.snapshot.tables import Tables

R = TypeVar("R")


def graph_options(command: Callable[..., R]) -> Callable[..., R]:
    """Add ``--offline`` and the files for it; :func:`graph_tables` reads either way."""
    files = click.argument("files", nargs=-1, metavar="[FILE]...")
    offline = click.option(
        "--offline", is_flag=True, help="Without a database: from the starter, GeoNames and the FILEs given."
    )
    return files(offline(command))


def graph_tables(
    files: tuple[str, ...], offline: bool, as_of: date, connect: Mapping[str, Any]
) -> tuple[Tables, dict[str, str]]:
    """Return the tables of a graph, and by source of which edition they are.

    Raises:
        KgError: Files were given without ``--offline``, one of them cannot be read, or the database cannot be reached.
    """
    if offline:
        from kg.offline import open_offline

        opened = open_offline(files, as_of)
        dated = {id_: opened.editions[id_] for id_ in sorted(opened.sources) if opened.editions.get(id_)}
        return opened.tables, dated | {"others": f"{len(opened.sources) - len(dated)} sources of the starter and files"}
    if files:
        raise KgError(
            f"{files[0]} would not be read: files are for --offline, where no database is. Without it the graph of the database "
            "is used; load files into that with kg load."
        )
    from kg.graph import connect as open_graph
    from kg.queries.snapshot.reader import tables_of_database

    with open_graph(**connect) as graph:
        loaded = {row["id"]: "; ".join(row["loaded"]) for row in graph.loaded_sources()}
        return tables_of_database(graph.connection), loaded
