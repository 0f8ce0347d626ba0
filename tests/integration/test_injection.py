"""What a user gives, by whichever way, reaches the server in parameters alone: it is in no statement.

Each argument of each command and of each method gets all payloads as one text and some of them one by one, in turn, so that
every payload has its turn many times; ``KG_TEST_EVERY_PAYLOAD=1`` gives each of them to each, which takes the better part of an
hour. The commands, their options and the methods are asked of click and Python: a new one is tried too.
"""

from __future__ import annotations

import itertools
import os
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from urllib.parse import urlsplit

import click
import pytest
from click.testing import CliRunner

from kg.cli import root
from kg.cli.document import walk
from kg.database import connection as connections
from kg.database.connection import VERSION, Connection, DriverConnection, open_connection
from kg.errors import KgError
from kg.queries.reports.text import STARTS
from kg.testing import small_graph
from tests.integration.bolt import Statement
from tests.integration.hostile import ALL, MARK, PAYLOADS
from tests.integration.proxy import Proxy

from .conftest import Address

DATA = Path(__file__).parents[1] / "data"

#: Payloads that each argument gets one by one.
EACH = len(PAYLOADS) if os.environ.get("KG_TEST_EVERY_PAYLOAD") == "1" else 4
_turn = itertools.cycle(PAYLOADS)

#: Values of required arguments, so that the payload in another is got to; by their names.
VALID = {
    **dict.fromkeys(("place", "start", "lead", "name", "subject", "first", "around"), "Riga"),
    **dict.fromkeys(("end", "candidate", "second"), "Helsinki"),
    "other": "Espoo",
    "theme": "Energy transition and efficient buildings",
    "rule": "interreg-europe",
    "size": "5",
    "key": "geonames:456172",
    "networks": "Eurocities",
    "number": "1",
    "reason": "Because.",
    "by": "Anna",
    "answer": "unsure",
    "verb": "seek",
    "status": "met",
    "partners": "",
}
#: By the name of a command, where its arguments are others.
OWN: dict[str, dict[str, str]] = {
    "kg report run": {"name": "network-members"},
    "kg picture map": {"name": "Eurocities"},
    "kg seek add": {"note": "A note."},
}
#: Options without which a command refuses all.
ALWAYS: dict[str, tuple[str, ...]] = {
    "kg export": ("--csv={tmp}/export",),
    "kg evaluate recommend": ("--kind=project",),
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


class Shared(DriverConnection):
    """One that is opened once for all commands."""

    def close(self) -> None:
        """Do nothing."""


@pytest.fixture(scope="module")
def heard() -> list[Statement]:
    """What has gone through the proxy."""
    return []


@pytest.fixture(scope="module")
def proxy(address: Address, heard: list[Statement]) -> Iterator[Proxy]:
    target = urlsplit(address.uri)
    with Proxy((target.hostname or "", target.port or 7687), heard=heard) as proxy:
        yield proxy


@pytest.fixture(scope="module")
def graph(address: Address, connection: Connection, proxy: Proxy) -> Iterator[Shared]:
    """The small graph, by way of the proxy."""
    connection.run_schema("MATCH (n) CALL (n) { DETACH DELETE n } IN TRANSACTIONS")
    small_graph(connection)
    uri = f"bolt://127.0.0.1:{proxy.port}"
    with open_connection(uri, address.username, address.password, address.database) as opened:
        yield Shared(opened.driver, address.database, place=uri, owned=False)


@pytest.fixture
def kg_environment_through_proxy(address: Address, proxy: Proxy, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {**address.environment, "NEO4J_URI": f"bolt://127.0.0.1:{proxy.port}"}.items():
        monkeypatch.setenv(name, value)


@pytest.fixture
def kg_through_proxy(
    graph: Shared,
    heard: list[Statement],
    kg_environment_through_proxy: None,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> list[Statement]:
    """Commands use the connection that is open; what they send is heard."""
    monkeypatch.setattr(connections, "_open", lambda *_, **__: graph)
    monkeypatch.chdir(tmp_path)
    heard.clear()
    return heard


def some(many: bool = True) -> list[str]:
    """All payloads as one, and some one by one."""
    return [ALL, *itertools.islice(_turn, EACH if many else 0)]


def assert_in_no_statement(heard: Sequence[Statement], of: str) -> None:
    wrong = [one.text for one in heard if MARK in one.text.casefold()]
    assert not wrong, f"{of} got into a statement: {wrong[0][:300]}"


def run(arguments: Sequence[str]) -> None:
    """Run a command; whether it refuses what it is given does not matter, but it must not fall over."""
    result = CliRunner().invoke(root, list(arguments))
    if result.exception is not None and not isinstance(result.exception, KgError | SystemExit):
        raise AssertionError(f"kg {arguments} fell over") from result.exception


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
    assert sent or name in NOT_REACHED or not tried
    kg_through_proxy.clear()


#: Commands of which no argument gets as far as the database when it holds a payload.
NOT_REACHED: frozenset[str] = frozenset()
