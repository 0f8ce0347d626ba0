"""``kg consortium`` and ``kg rules``: partner sets for a call, and what calls ask for."""

from __future__ import annotations

from typing import Any

import click

from kg.cli.options import connection_options
from kg.cli.present import as_of_option, format_option, present
from kg.queries.kinds.names import KINDS


@click.command()
@click.option("--lead", required=True, metavar="PLACE", help="The city or region that leads, by name or id.")
@click.option("--theme", required=True, metavar="THEME", help="What it is about: a name, id or words of a theme.")
@click.option("--rule", required=True, metavar="RULE", help="What the call asks for; `kg rules` lists the rules.")
@click.option("--size", required=True, type=int, metavar="N", help="How many members, the lead among them.")
@click.option("--with", "including", multiple=True, metavar="PLACE", help="Must be a member; repeatable.")
@click.option("--without", multiple=True, metavar="PLACE", help="Must not be a member; repeatable.")
@click.option(
    "--theme-members",
    default="1",
    show_default=True,
    metavar="N|most",
    help="So many members at least are concerned with the theme; most: as many as possible.",
)
@click.option(
    "--kind",
    type=click.Choice(KINDS),
    default="project",
    show_default=True,
    help="For what the members should fit: exchange, project (a consortium) or twinning.",
)
@click.option(
    "--time-limit",
    type=click.FloatRange(min=0),
    default=10,
    show_default=True,
    metavar="SECONDS",
    help="Then the best set so far is shown, with how much better another could be.",
)
@as_of_option
@format_option
@connection_options
def consortium(form: str, connect: dict[str, Any], lead: str, theme: str, rule: str, size: int, **options: Any) -> None:
    """Propose partners that together satisfy the rule of a call, fit each other best and cover a theme.

    Of at most 40 candidates (those asked for, the lead's best partners of many countries, places on the theme) the set with
    the greatest sum of pair scores is chosen. Each member comes with its reasons, what it satisfies, and the two best
    others for its seat. A request that cannot be met is answered with the condition that stands against it.
    """
    from kg.graph import connect as open_graph
    from kg.queries.consortium_request import check_request

    # What can be refused without a database is refused before one is started.
    checked = {key: value for key, value in options.items() if key != "time_limit"}
    options["as_of"] = check_request(rule, size, **checked).day
    with open_graph(**connect) as graph:
        result = graph.consortium(lead, theme=theme, rule=rule, size=size, **options)
    present(result, form)


@click.command()
@format_option
def rules(form: str) -> None:
    """List the rules for `kg consortium`: what each asks for, where that is stated and when it was checked."""
    from kg.queries.consortium_rules import all_rules

    present(all_rules(), form)
