"""``kg review`` and ``kg merge``: what a person must decide, and deciding it."""

from __future__ import annotations

from typing import Any

import click

from kg.cli.options import by_option, connection_options, person
from kg.cli.present import format_option, present


@click.group(no_args_is_help=True)
def review() -> None:
    """Decide on places that kg did not dare to join.

    Answers live in a plain CSV file (judgements.csv in the home folder, or KG_JUDGEMENTS) with name, date and reason; they apply
    to every later load and can be taken back.
    """


@review.command("list")
@click.option("--source", default="", metavar="ID", help="Only what this source says.")
@click.option(
    "--status",
    type=click.Choice(["review", "unknown", "all"]),
    default="review",
    show_default=True,
    help="With candidates, without, or both.",
)
@click.option("--top", type=click.IntRange(min=1), default=20, show_default=True, metavar="N", help="How many places.")
@format_option
@connection_options
def list_(source: str, status: str, top: int, form: str, connect: dict[str, Any]) -> None:
    """List the places to decide on: candidate, score, and which value of each side matched."""
    from kg.graph import connect as open_graph

    with open_graph(**connect) as graph:
        present(graph.review(source=source, status=status, top=top), form)


def _answer_command(word: str, help_: str) -> None:
    def command(subject: str, candidate: str, reason: str, by: str | None, connect: dict[str, Any]) -> None:
        from kg.graph import connect as open_graph

        with open_graph(**connect) as graph:
            done = graph.answer(word, subject, candidate, by=person(by), reason=reason)
        click.echo(f"Noted: {subject} is {_WORDS[word]} {candidate}, says {done.judgement.by}.")
        if done.merged and done.merged.changed:
            click.echo(f"They are one now ({done.merged.name}).")
        elif word == "no":
            click.echo("Every later load keeps them apart; to part what a load has joined, load that edition again.")

    command.__doc__ = help_
    decorated = connection_options(by_option(command))
    decorated = click.option("--reason", required=True, metavar="TEXT", help="Why, in a sentence.")(decorated)
    decorated = click.argument("candidate")(decorated)
    review.command(name=word)(click.argument("subject")(decorated))


_WORDS = {"yes": "the same as", "no": "not the same as", "unsure": "perhaps the same as"}

_answer_command("yes", "Say that SUBJECT is CANDIDATE: the two become one, here and in every later load.")
_answer_command("no", "Say that SUBJECT is not CANDIDATE: no later load joins them.")
_answer_command("unsure", "Say that you looked and cannot tell.")


@review.command()
@click.argument("subject")
@click.argument("candidate")
@connection_options
def withdraw(subject: str, candidate: str, connect: dict[str, Any]) -> None:
    """Take an answer on SUBJECT and CANDIDATE back."""
    from kg.graph import connect as open_graph

    with open_graph(**connect) as graph:
        said = graph.withdraw(subject, candidate)
    click.echo(f"Taken back: {said.by} said {said.answer} on {said.date}.")


@review.command()
@format_option
def judged(form: str) -> None:
    """List the answers given so far."""
    from kg.home import judgements_file
    from kg.places.judgements import read_judgements
    from kg.queries.judged import JudgedList

    present(JudgedList(judgements=read_judgements(judgements_file()).all), form)


@click.command()
@click.argument("first")
@click.argument("second")
@click.option("--label", metavar="LABEL", help="Kind of node, where one id stands for several (City, Region, ...).")
@by_option
@connection_options
def merge(first: str, second: str, label: str | None, by: str | None, connect: dict[str, Any]) -> None:
    """Say that the nodes with the ids FIRST and SECOND are one; the name of FIRST is shown.

    `kg undo` takes it back.
    """
    from kg.graph import connect as open_graph

    with open_graph(**connect) as graph:
        merged = graph.merge(first, second, by=person(by), label=label)
    if not merged.changed:
        click.echo(f"{first} and {second} are one already: {merged.name}.")
        return
    click.echo(f"{first} and {second} are one now: {merged.name}. To take it back: kg undo '{merged.scope}'")
