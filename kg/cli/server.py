"""``kg server``: a Neo4j of one's own, on this machine only."""

from __future__ import annotations

import os
import sys
import webbrowser
from pathlib import Path

import click

from kg.database.server import (
    ServerInfo,
    console_reporter,
    ensure_running,
    has_guide,
    home_of,
    recent_log,
    running,
    stop,
    wait_for_browser,
    wipe,
)
from kg.database.server.guide import write_files
from kg.database.settings import Settings


@click.group()
def server() -> None:
    """Run a Neo4j of one's own, on this machine only.

    Every command that needs a database starts it by itself when NEO4J_URI is not set. Its folder is KG_HOME, else the
    nearest .kg folder from the working directory upward, else the user's data folder. KG_NEO4J_VERSION chooses the
    line, 5.26 or 2026; each line has data of its own.
    """
    elsewhere = Settings().neo4j_uri
    if elsewhere:
        click.echo(f"NEO4J_URI is set: other commands use {elsewhere}, not this server.", err=True)


@server.command()
@click.option("--new-ports", is_flag=True, help="Move to the next free ports if those used before are taken.")
def start(new_ports: bool) -> None:
    """Start the server, if it does not run, and wait until it answers."""
    with console_reporter() as report:
        info = ensure_running(report=report, new_ports=new_ports)
    _describe(info)


@server.command("stop")
def stop_command() -> None:
    """Stop the server; its data stay."""
    home = home_of()
    with console_reporter() as report:
        report.step("Stopping the local Neo4j")
        stopped = stop(home)
    click.echo(f"Stopped the Neo4j of {home.folder}." if stopped else f"No Neo4j of {home.folder} was running.")


@server.command()
def status() -> None:
    """Say whether the server runs, where, and which home it has and why."""
    home = home_of()
    info = running(home)
    if info is None:
        click.echo(f"Not running: Neo4j {home.line} of {home.folder}")
        click.echo(f"Home:        {home.folder} ({home.reason})")
    else:
        _describe(info)


@server.command()
@click.option("--lines", type=click.IntRange(min=1), default=40, show_default=True, help="How many of the last lines.")
def logs(lines: int) -> None:
    """Show the last lines that the server wrote to its log."""
    home = home_of()
    for line in recent_log(home, lines):
        click.echo(line)
    click.echo(f"(from {home.logs})", err=True)


@server.command("wipe")
@click.option("--yes", is_flag=True, help="Do not ask.")
def wipe_command(yes: bool) -> None:
    """Remove everything in the database, stopping the server first; its program files stay."""
    home = home_of()
    if not yes:
        click.confirm(f"Remove all data of the Neo4j {home.line} of {home.folder}?", abort=True, err=True)
    if wipe(home):
        click.echo(f"Removed the data of the Neo4j {home.line} of {home.folder}; the next start begins empty.")
    else:
        click.echo(f"There were no data of a Neo4j {home.line} in {home.folder}.")


@server.command()
@click.option("--no-open", is_flag=True, help="Print the address only.")
@click.option(
    "--files",
    type=click.Path(path_type=Path, file_okay=False),
    metavar="FOLDER",
    help="Write colours, guide and instructions into this folder instead, for a Neo4j that runs elsewhere.",
)
@click.option("--force", is_flag=True, help="With --files: write over files that are there.")
def browser(no_open: bool, files: Path | None, force: bool) -> None:
    """Open Neo4j Browser on the local server, starting it first if needed.

    With each connection it plays a guide of ten steps and has a colour for each kind of node. It is served by the local
    server alone: the page reaches no other host.
    """
    if files is not None:
        for path in write_files(files, force=force):
            click.echo(f"Wrote {path}")
        click.echo(f"What each file is for stands in {files / 'README.txt'}.")
        return
    with console_reporter() as report:
        info = ensure_running(report=report, new_ports=True)
        report.step("Waiting for Neo4j Browser")
        wait_for_browser(info)
        if not has_guide(info):
            report.note(
                "This server was started by another version of kg and lacks the guide of this one: `kg server stop`, then "
                "the same command again."
            )
    describe_browser(info)
    if not no_open and _has_display():
        webbrowser.open(info.browser_address)


def describe_browser(info: ServerInfo) -> None:
    """Print how to log in to Neo4j Browser; the password only on a terminal, elsewhere where it stands."""
    click.echo(f"Neo4j Browser: {info.browser_address}")
    click.echo(f"User:          {info.username}")
    if sys.stdout.isatty():
        click.echo(f"Password:      {info.password}")
    else:
        click.echo(f"Password:      in the file {info.home.password_file}")


def _has_display() -> bool:
    if sys.platform.startswith("linux"):
        return bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))
    return True


def _describe(info: ServerInfo) -> None:
    click.echo(f"Running:     Neo4j {info.version}, process {info.pid}")
    click.echo(f"Bolt:        {info.uri}, user {info.username}, password in {info.home.password_file}")
    click.echo(f"Browser:     {info.http_address}/browser/")
    click.echo(f"Home:        {info.home.folder} ({info.home.reason})")
