"""``kg fit``: what each term is worth, fitted on a graph of one's own."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Any

import click

from kg.cli.graph_data import graph_options, graph_tables
from kg.cli.options import check_writable, connection_options
from kg.cli.present import as_of_option
from kg.queries.kinds.names import KINDS


@click.command()
@click.argument("kind", type=click.Choice(KINDS))
@graph_options
@click.option(
    "--out", required=True, type=click.Path(dir_okay=False, path_type=Path), help="Weights file to write (TOML)."
)
@click.option("--measure/--no-measure", "measured", default=True, show_default=True, help="Measure what it reaches.")
@as_of_option
@click.option("--seed", type=click.IntRange(min=0), default=7, show_default=True, help="Seed of splits and samples.")
@connection_options
def fit(
    kind: str,
    files: tuple[str, ...],
    offline: bool,
    out: Path,
    measured: bool,
    as_of: str | None,
    seed: int,
    connect: dict[str, Any],
) -> None:
    """Fit the weights of a KIND of recommendation on the partnerships of the graph, and write them as a file.

    kg recommend --weights FILE uses it. Terms that no past partnership teaches (themes, events) keep the weights that are shipped.
    """  # fmt: skip
    from kg.queries.evaluation.run import fitted
    from kg.queries.kinds.kind import check_kind
    from kg.queries.kinds.writing import weights_text
    from kg.queries.validity import parse_as_of

    check_writable(out, "--out")
    day = parse_as_of(as_of)
    tables, data = graph_tables(files, offline, day, connect)
    weights = fitted(tables, day, kind, seed=seed, data=data, measured=measured, say=partial(click.echo, err=True))
    out.write_text(weights_text(check_kind(kind), weights), encoding="utf-8")
    click.echo(f"{len(weights.terms)} terms in {out}", err=True)
