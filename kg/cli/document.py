"""``docs/commands.md``, made from every command's ``--help``: ``python -m kg.cli.document`` writes it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import click

from kg.cli import document_reports, root

PAGE = Path(__file__).resolve().parents[2] / "docs" / "commands.md"
#: Columns of a help text: what a terminal of the usual width shows, whatever the one is that this runs in.
WIDTH = 100

INTRODUCTION = """\
# Commands

Made from the commands' own help by `make generate`; a test fails when it is out of date.
"""


def walk(
    command: click.Command = root, name: str = "kg", parent: click.Context | None = None
) -> Iterator[tuple[str, click.Command, click.Context]]:
    """Every command with its full name (``kg server start``) and context: groups before what is in them."""
    context = click.Context(
        command, info_name=name.rpartition(" ")[2], parent=parent, max_content_width=WIDTH, terminal_width=WIDTH
    )
    context.help_option_names = ["-h", "--help"]
    yield name, command, context
    if isinstance(command, click.Group):
        for sub in command.list_commands(context):
            found = command.get_command(context, sub)
            assert found is not None
            yield from walk(found, f"{name} {sub}", context)


def page() -> str:
    """The text of ``docs/commands.md``."""
    parts = [INTRODUCTION]
    parts += [f"## {name}\n\n```text\n{command.get_help(context)}\n```\n" for name, command, context in walk()]
    return "\n".join(parts)


def main() -> None:
    """Write this page and that of the reports."""
    PAGE.parent.mkdir(exist_ok=True)
    PAGE.write_text(page(), encoding="utf-8")
    document_reports.PAGE.write_text(document_reports.page(), encoding="utf-8")


if __name__ == "__main__":
    main()
