"""``kg check``: whether the rules of the graph hold."""

from __future__ import annotations

import json
import sys
from dataclasses import asdict
from typing import Any

import click

from kg.cli.options import connection_options


@click.command()
@click.option(
    "--most", type=click.IntRange(min=1), default=20, show_default=True, help="So many findings of each rule."
)
@click.option(
    "--format",
    "format_",
    type=click.Choice(["table", "json"]),
    default="table",
    show_default=True,
    help="How to print.",
)
@connection_options
def check(most: int, format_: str, connect: dict[str, Any]) -> None:
    """Look whether the rules of the graph hold in the connected database, and list what breaks them.

    Everything that is stored is reckoned anew from what the sources gave. The database is only read; exit code 1 when a rule is
    broken.
    """
    from kg.database.check import RULES
    from kg.graph import connect as open_graph

    with open_graph(**connect) as graph:
        checked = graph.check(most=most)
    if format_ == "json":
        click.echo(json.dumps({**asdict(checked), "holds": checked.holds}, ensure_ascii=False, indent=2))
    else:
        for rule, sentence in RULES.items():
            if rule not in checked.counts:
                continue
            number, shown = checked.counts[rule], [one for one in checked.findings if one.rule == rule]
            click.echo(f"{rule}: {sentence} Not so {number:,} times{':' if shown else '.'}")
            for one in shown:
                click.echo(f"  {one.thing}: {one.says}")
            if number > len(shown):
                click.echo(f"  ... and {number - len(shown):,} more (--most {number} shows all)")
        for note in checked.notes:
            click.echo(f"note: {note}")
        looked = f"{checked.nodes:,} nodes and {checked.facts:,} facts looked at"
        if checked.holds:
            click.echo(f"Every rule holds: {looked}.")
        else:
            click.echo(f"{len(checked.counts)} of {len(RULES)} rules are broken: {looked}.")
    if not checked.holds:
        click.echo(
            "What a source gave is the truth: kg undo SOURCE and kg load again write it anew. What was changed by hand, put back "
            "by hand.",
            err=True,
        )
        sys.exit(1)
