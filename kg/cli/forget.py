"""``kg forget``: a person who asked not to be in the graph."""

from __future__ import annotations

from typing import Any

import click

from kg.cli.options import connection_options


@click.command()
@click.argument("person")
@click.option("--everyone", is_flag=True, help="All persons of that name, where several have it.")
@click.option("--take-back", is_flag=True, help="Let the person with this id into later loads again.")
@click.option("--yes", is_flag=True, help="Do not ask.")
@connection_options
def forget(person: str, everyone: bool, take_back: bool, yes: bool, connect: dict[str, Any]) -> None:
    """Remove PERSON, every fact about them and what loads kept of them, and keep them out of later loads.

    PERSON is a name as it is shown, or an id such as wikidata:Q5. This cannot be undone. The database keeps a hash of each id of the
    person, by which loads leave them out; no name is kept. A source that has the person under another id brings them back.
    Files made before (backups, exports, reports) keep what they have.
    """
    from kg.graph import connect as open_graph

    if not (yes or take_back):
        click.confirm(f"Remove {person} and every fact about them, for good?", abort=True, err=True)
    with open_graph(**connect) as graph:
        if take_back:
            done = graph.remember(person)
            click.echo(f"{person} may be loaded again." if done else f"{person} was not on the list.")
            return
        forgot = graph.forget(person, everyone=everyone)
    persons = "1 person" if forgot.persons == 1 else f"{forgot.persons:,} persons"
    click.echo(f"Removed {persons} and {forgot.facts:,} facts; {forgot.ids:,} ids are kept out of later loads.")
