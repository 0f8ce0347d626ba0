"""``kg seek`` and ``kg offer``: what somebody looks for or has to give on a theme. Both groups have the same commands."""

from __future__ import annotations

import shlex
from typing import Any

import click

from kg.cli.options import by_option, connection_options, person
from kg.cli.present import as_of_option, format_option, present


def _group(verb: str, help_: str) -> click.Group:
    group = click.Group(verb, help=help_, short_help=help_.partition("\n")[0], no_args_is_help=True)
    usual = {"seek": "learner", "offer": "mentor"}[verb]

    @group.command(help=f"Write down what PLACE {verb}s on a theme.\n\n{_ADD[verb]}")
    @click.argument("place")
    @click.option("--theme", required=True, metavar="THEME", help="On what: name or id of a theme.")
    @click.option("--until", metavar="DATE", help="Until when: 2027 (its last day), 2026-12 or 2026-12-31.")
    @click.option(
        "--note", metavar="TEXT", help="What is meant, in a sentence; no e-mail address, no telephone number."
    )
    @click.option(
        "--role",
        type=click.Choice(["mentor", "learner", "lead", "partner"]),
        help=f"What PLACE would be itself: {usual} unless given; lead or partner in a project.",
    )
    @click.option("--new-theme", is_flag=True, help="Make the theme when there is none of that name.")
    @by_option
    @connection_options
    def add(place: str, theme: str, by: str | None, connect: dict[str, Any], **options: Any) -> None:
        from kg.editing.requests import check_wish
        from kg.graph import connect as open_graph

        # What can be refused without a database is refused before one is started.
        check_wish(verb, until=options["until"], note=options["note"], role=options["role"])
        with open_graph(**connect) as graph:
            made = (graph.seek if verb == "seek" else graph.offer)(place, theme, by=person(by), **options)
        told = f"{verb} {made.number}: {made.place} {verb}s {made.theme} (as {made.role})"
        if not made.changed:
            click.echo(f"Noted before as {told}. Nothing was written.")
            return
        click.echo(f"Noted as {told}. To take it back: kg undo {made.scope}. Who fits: kg match {shlex.quote(place)}")

    @group.command("list", help=f"List what is {_DONE[verb]}, by PLACE or by anybody.")
    @click.argument("place", required=False)
    @click.option("--theme", metavar="THEME", help="Only on this theme, a name or id.")
    @click.option(
        "--status",
        type=click.Choice(["open", "closed", "expired", "all"]),
        default="open",
        show_default=True,
        help="Closed is what was met or withdrawn; expired what was to last until a day that is past.",
    )
    @as_of_option
    @format_option
    @connection_options
    def list_(
        place: str | None, theme: str | None, status: str, as_of: str | None, form: str, connect: dict[str, Any]
    ) -> None:
        from kg.graph import connect as open_graph
        from kg.queries.validity import parse_as_of

        day = parse_as_of(as_of)
        with open_graph(**connect) as graph:
            present(graph.requests(verb, place, theme=theme, status=status, as_of=day), form)

    @group.command(
        help=f"Say that what PLACE {verb}s under a NUMBER was met or withdrawn.\n\n"
        f"The number is that of kg {verb} list. The request stays in the graph, as closed; kg undo opens it again."
    )
    @click.argument("place")
    @click.argument("number")
    @click.option("--status", type=click.Choice(["met", "withdrawn"]), required=True, help="What became of it.")
    @click.option("--theme", metavar="THEME", help="Its theme, where the number of another source stands for several.")
    @by_option
    @connection_options
    def close(place: str, number: str, status: str, theme: str | None, by: str | None, connect: dict[str, Any]) -> None:
        from kg.graph import connect as open_graph

        with open_graph(**connect) as graph:
            done = graph.close_request(verb, place, number, status=status, by=person(by), theme=theme)
        click.echo(
            f"Closed as {status}: {verb} {done.number}, {done.place} {verb}s {done.theme}. "
            f"To take it back: kg undo {done.scope}"
        )

    return group


_DONE = {"seek": "sought", "offer": "offered"}
_ADD = {
    "seek": "Who seeks is the learner of an exchange: kg match finds mentors, and peers. With --role lead or partner it seeks "
    "a project instead, to lead or to join.",
    "offer": "Who offers is the mentor of an exchange: kg match finds learners. With --role lead or partner it offers to lead "
    "or to join a project instead.",
}

seek = _group(
    "seek",
    "Say what a city, region or organisation seeks, list it, close it.\n\n"
    "Every request is a small load of its own by the one who states it: kg why shows it, kg undo takes it back.",
)
offer = _group(
    "offer",
    "Say what a city, region or organisation offers, list it, close it.\n\n"
    "Every request is a small load of its own by the one who states it: kg why shows it, kg undo takes it back.",
)
