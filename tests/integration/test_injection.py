"""What a user gives, by whichever way, reaches the server in parameters alone: it is in no statement.

Each argument of each command and of each method gets all payloads as one text and some of them one by one, in turn, so that
every payload has its turn many times; ``KG_TEST_EVERY_PAYLOAD=1`` gives each of them to each, which takes the better part of an
hour. The commands, their options and the methods are asked of click and Python: a new one is tried too.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from kg.cli.document import walk
from kg.database.connection import VERSION
from kg.queries.reports.text import STARTS
from tests.integration.bolt import Statement
from tests.integration.hostile import MARK, PAYLOADS
from tests.integration.injecting import (
    OWN,
    VALID,
    assert_in_no_statement,
    graph,
    kg_environment_through_proxy,
    kg_through_proxy,
    run,
    some,
)

__all__ = ["graph", "kg_environment_through_proxy", "kg_through_proxy"]

DATA = Path(__file__).parents[1] / "data"

#: Options without which a command refuses all, or loads the cities of the whole area, which all commands after it would go through.
ALWAYS: dict[str, tuple[str, ...]] = {
    "kg export": ("--csv={tmp}/export",),
    "kg evaluate recommend": ("--kind=project",),
    "kg forget": ("--yes",),
    "kg load geonames": ("--min-population=200000", "--country=LV"),
}
#: What stands in front of a payload, so that it is more than a mistake in the form.
BEFORE = {("kg report run", "parameters"): "network=", ("kg report run", "every"): "network="}
#: The files that loaders read; a loader that is not here is given a table.
FILES = {
    "kg load covenant": ["covenant/signatories.csv"],
    "kg load eurocities": ["eurocities/members.json"],
    "kg load networks": ["networks/memberships.csv"],
    "kg load popolo": ["popolo/council.json"],
    "kg load mayors": ["mayors/mayors.csv"],
    "kg load lau": ["lau/nuts_lau_2019.csv"],
}
CONNECTION = ("uri", "username", "password_file", "database")


def commands() -> list[tuple[str, click.Command]]:
    """Every command that is told a database."""
    leaves = [(name, command) for name, command, _ in walk() if not isinstance(command, click.Group)]
    return [(name, one) for name, one in leaves if any(parameter.name == "uri" for parameter in one.params)]


def arguments_of(name: str, command: click.Command, tried: click.Parameter, value: str, tmp: Path) -> list[str]:
    """The command with valid values for what it requires, and this value for one of its arguments or options."""
    options = [text.format(tmp=tmp) for text in ALWAYS.get(name, ()) if f"--{tried.name}=" not in text]
    positional: list[str] = []
    for parameter in command.params:
        if parameter is tried:
            given = value
        elif parameter.required or (parameter.name == "files" and name in FILES):
            given = valid(name, parameter, tmp)
        else:
            continue
        if isinstance(parameter, click.Argument):
            positional += str(given).split("\0")
        else:
            options.append(f"{max(parameter.opts, key=len)}={given}")
    return [*name.split()[1:], *options, "--", *positional]


def valid(name: str, parameter: click.Parameter, tmp: Path) -> str:
    if isinstance(parameter.type, click.Choice):
        return str(parameter.type.choices[0])
    if parameter.name == "files" and name in FILES:
        return "\0".join(str(DATA / file) for file in FILES[name])
    if isinstance(parameter.type, click.Path):
        if parameter.type.exists:
            table = tmp / "table.csv"
            table.write_text(f"a,b\n{MARK},1\n", encoding="utf-8")
            return str(table)
        return str(tmp / "out.html")
    given = OWN.get(name, {}).get(parameter.name or "") or VALID.get(parameter.name or "")
    assert given, f"{name} requires {parameter.name}: name a value for it that it takes, in VALID"
    return given


def values_for(name: str, parameter: click.Parameter, tmp: Path) -> Iterator[str]:
    """What to give to an argument: payloads; of a file, its name and content are payloads."""
    if isinstance(parameter.type, click.Path):
        for number, payload in enumerate(some(many=False)):
            folder = tmp / f"{parameter.name}{number}"
            folder.mkdir(exist_ok=True)
            file = folder / (re.sub(r"[\x00-\x1f/\ud800-\udfff]", "", payload)[:60] + ".csv")
            if parameter.type.exists and parameter.type.file_okay:
                file.write_text(f"name;country\n{payload};LV\n", encoding="utf-8")
            yield str(file if parameter.type.file_okay else folder)
        return
    free = not isinstance(
        parameter.type, click.Choice | click.IntRange | click.types.IntParamType | click.types.FloatParamType
    )
    before = BEFORE.get((name, parameter.name or ""), "")
    for payload in some(free):
        # What stands there may be a query, by the rules of test_read_only.
        if parameter.name == "every" and payload.strip().upper().startswith(STARTS):
            continue
        yield before + payload


def test_two_hundred() -> None:
    assert len(set(PAYLOADS)) == len(PAYLOADS) == 200
    assert all(MARK in payload for payload in PAYLOADS)


@pytest.mark.parametrize(("name", "command"), commands(), ids=[name for name, _ in commands()])
def test_no_argument_of_a_command_gets_into_a_statement(
    name: str, command: click.Command, kg_through_proxy: list[Statement], tmp_path: Path
) -> None:
    tried = [one for one in command.params if one.name not in CONNECTION and not getattr(one, "is_flag", False)]
    for parameter in tried:
        for value in values_for(name, parameter, tmp_path):
            run(arguments_of(name, command, parameter, value, tmp_path))
            assert_in_no_statement(kg_through_proxy, f"{name} {parameter.name} = {value!r}")
    # Else this test would be one of messages on wrong arguments.
    sent = [one for one in kg_through_proxy if one.text != VERSION]
    got_to = [
        one for one in tried if isinstance(one.type, click.types.StringParamType) and one.name not in REFUSED_BEFORE
    ]
    # A withdrawn answer is looked for in the file of answers first.
    assert sent or not got_to or name.startswith(("kg load ", "kg review withdraw"))
    kg_through_proxy.clear()


#: Arguments of which a payload is refused before a database is asked, since there is a rule or a list of what they may be.
REFUSED_BEFORE = {
    *("as_of", "edition", "until", "rule", "theme_members", "files"),
    *("countries", "exclude_countries", "only_countries", "country"),
}
