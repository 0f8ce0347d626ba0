"""What a user gives, by whichever way, reaches the server in parameters alone: it is in no statement.

Each argument of each command and of each method gets all payloads as one text and some of them one by one, in turn, so that
every payload has its turn many times; ``KG_TEST_EVERY_PAYLOAD=1`` gives each of them to each, which takes the better part of an
hour. The commands, their options and the methods are asked of click and Python: a new one is tried too.
"""

from __future__ import annotations

import importlib
import inspect
import itertools
import os
import re
import warnings
from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

import click
import pytest
import yaml
from click.testing import CliRunner

import kg
from kg.cli import root
from kg.cli.document import walk
from kg.database import opening
from kg.database.connection import VERSION, Connection
from kg.database.driver_connection import DriverConnection
from kg.database.opening import open_connection
from kg.errors import KgError
from kg.queries.entities import resolve
from kg.queries.reports import list_reports
from kg.queries.reports.parameters import ENTITIES, prepare
from kg.queries.reports.text import STARTS
from kg.testing import small_graph
from tests.integration.bolt import Statement
from tests.integration.hostile import ALL, MARK, PAYLOADS
from tests.integration.proxy import Proxy

from .conftest import Address

DATA = Path(__file__).parents[1] / "data"

#: Payloads that each argument gets one by one.
EACH = len(PAYLOADS) if os.environ.get("KG_TEST_EVERY_PAYLOAD") == "1" else 2
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
    "person": "own:small.anna",
    "id_": "own:small.anna",
    "path": "graph.kgbackup",
    "folder": "snapshot",
}
#: By the name of a command, where its arguments are others.
OWN: dict[str, dict[str, str]] = {
    "kg report run": {"name": "network-members"},
    "kg picture map": {"name": "Eurocities"},
    "kg seek add": {"note": "A note."},
    # What becomes one is not needed by others.
    "kg merge": {"first": "Kalda", "second": "Tartu"},
    "kg review yes": {"subject": "Kalda", "candidate": "Tartu"},
    "merge": {"first": "Kalda", "second": "Tartu"},
    "report": {"name": "network-members"},
}
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


class Shared(DriverConnection):
    """One that is opened once for all commands."""

    def close(self) -> None:
        """Do nothing."""


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
    monkeypatch.setattr(opening, "_open", lambda *_, **__: graph)
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


# The Python API ----------------------------------------------------------------------------------------------------------------

#: Methods that take no text of a user's, or open and close.
NO_TEXT = ("close", "several_changes", "load", "locations", "rules")


def methods() -> list[str]:
    """The public methods of the facade."""
    found = inspect.getmembers(kg.KnowledgeGraph, inspect.isfunction)
    return [name for name, _ in found if not name.startswith("_") and name not in NO_TEXT]


def options_of(kind: str) -> dict[str, Any]:
    """The options in a dictionary of options, with what they may be, by its name, which only type checkers import."""
    package = Path(kg.__file__).parent
    (file,) = [one for one in package.rglob("*.py") if f"\nclass {kind}(" in one.read_text(encoding="utf-8")]
    module = importlib.import_module(".".join(("kg", *file.relative_to(package).with_suffix("").parts)))
    return dict(getattr(module, kind).__annotations__)


def texts_of(name: str) -> dict[str, inspect.Parameter | None]:
    """The parameters of a method that may be text; those of a dictionary of options are without a parameter of their own."""
    found: dict[str, inspect.Parameter | None] = {}
    for parameter in inspect.signature(getattr(kg.KnowledgeGraph, name)).parameters.values():
        annotation = str(parameter.annotation)
        if options := re.fullmatch(r"Unpack\[(\w+)\]", annotation):
            found |= {
                option: None for option, hint in options_of(options[1]).items() if re.search(r"\bstr\b", str(hint))
            }
        elif re.search(r"\bstr\b", annotation):
            found[parameter.name] = parameter
    return found


def required_of(name: str) -> dict[str, str]:
    """Valid values for what a method requires."""
    signature = inspect.signature(getattr(kg.KnowledgeGraph, name))
    needed = [one for one in signature.parameters.values() if one.default is one.empty and one.name != "self"]
    named = {one.name for one in needed if one.kind not in (one.VAR_KEYWORD, one.VAR_POSITIONAL)}
    missing = named - VALID.keys() - {"out", "pairs", "size"}
    assert not missing, f"{name} requires {missing}: name a value for it, in VALID"
    return {one: OWN.get(name, {}).get(one) or VALID.get(one, "") for one in named}


@pytest.mark.parametrize("name", methods())
def test_no_argument_of_a_method_gets_into_a_statement(
    name: str, graph: Shared, heard: list[Statement], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    whole = kg.KnowledgeGraph(graph)
    heard.clear()
    for tried, payload in [(tried, payload) for tried in texts_of(name) for payload in some()]:
        given: dict[str, Any] = {**required_of(name), tried: payload}
        given |= {"out": str(tmp_path / "out.csv")} if "out" in given and tried != "out" else {}
        given |= {"pairs": [(payload, "Helsinki")]} if "pairs" in given else {}
        given |= {"size": 3} if "size" in given else {}
        if tried in ("parameters", "named"):
            del given[tried]
            given["parameters" if tried == "parameters" else "network"] = (
                {"network": payload} if tried == "parameters" else payload
            )
        signature = inspect.signature(getattr(whole, name))
        positional = [
            given.pop(one.name)
            for one in signature.parameters.values()
            if one.kind in (one.POSITIONAL_ONLY, one.VAR_POSITIONAL) and one.name in given
        ]
        # A file's name may be too long; what is of another type than it says is Python's to refuse.
        with suppress(KgError, ValueError, TypeError, OSError), warnings.catch_warnings():
            warnings.simplefilter("ignore")  # such as that a pair has no score
            getattr(whole, name)(*positional, **given)
        assert_in_no_statement(heard, f"{name} {tried} = {payload!r}")


def test_every_payload_is_looked_up_as_a_name(graph: Shared, heard: list[Statement]) -> None:
    heard.clear()
    for payload in PAYLOADS:
        with pytest.raises(KgError):
            resolve(graph, payload)
    assert_in_no_statement(heard, "A name")
    given = [str(one.parameters) for one in heard if MARK in str(one.parameters).casefold()]
    assert len(given) >= len(PAYLOADS) / 2, "names are looked up by parameters: where are they?"


def test_no_parameter_of_a_report_gets_into_a_statement(graph: Shared, heard: list[Statement]) -> None:
    """One parameter of each type: what is done with a value is done by its type."""
    heard.clear()
    tried: set[str] = set()
    for report in list_reports(False):
        given = {one.name: str(one.example) for one in report.parameters if one.required}
        for parameter in report.parameters:
            if parameter.type in tried:
                continue
            tried.add(parameter.type)
            # All names are looked up in one way, which has its own test.
            for payload in some() if parameter.type in ENTITIES else (ALL, *PAYLOADS):
                try:
                    call = prepare(graph, report, {**given, parameter.name: payload})
                except KgError:
                    continue
                graph.explain(report.query, call.values)
    assert_in_no_statement(heard, "A parameter of a report")


# Files and the environment -----------------------------------------------------------------------------------------------------


def leaves(document: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """The places of all texts in a mapping file."""
    if isinstance(document, dict):
        for key, value in document.items():
            yield from leaves(value, (*path, key))
    elif isinstance(document, list):
        for number, value in enumerate(document):
            yield from leaves(value, (*path, number))
    else:
        yield path


def changed(document: Any, path: tuple[Any, ...], value: str) -> Any:
    """The document with another value at a place."""
    if not path:
        return value
    copy = document.copy()
    copy[path[0]] = changed(document[path[0]], path[1:], value)
    return copy


@pytest.mark.parametrize("name", ["towns", "wishes"])
def test_no_value_of_a_mapping_gets_into_a_statement(
    name: str, kg_through_proxy: list[Statement], tmp_path: Path
) -> None:
    document = yaml.safe_load((DATA / "table" / f"{name}.yaml").read_text(encoding="utf-8"))
    for number, path in enumerate(leaves(document)):
        for payload in some(many=EACH > 2):
            mapping = tmp_path / f"{number}.yaml"
            mapping.write_text(yaml.safe_dump(changed(document, path, payload)), encoding="utf-8")
            run(["load", "table", str(DATA / "table" / f"{name}.csv"), "--mapping", str(mapping), "--dry-run"])
            assert_in_no_statement(kg_through_proxy, f"{path} = {payload!r}")


def test_no_cell_of_a_table_gets_into_a_statement(
    kg_through_proxy: list[Statement], connection: Connection, tmp_path: Path
) -> None:
    """It is written: every payload is the name of a member, and all are in the source."""
    mapping = {
        "source": {"id": "hostile", "title": ALL[:300], "publisher": PAYLOADS[7], "url": "https://example.org/"},
        "edition": "2026-11",
        "members": {"of": "own:eurocities", "label": "Organisation", "name": "Name", "country": "Land"},
    }
    (tmp_path / "m.yaml").write_text(yaml.safe_dump(mapping, allow_unicode=True), encoding="utf-8")
    quoted = [payload.replace('"', '""') for payload in PAYLOADS]
    rows = "".join(f'"{text}",LV\n' for text in quoted)
    (tmp_path / "t.csv").write_text(f"Name,Land\n{rows}", encoding="utf-8", newline="")
    run(["load", "table", str(tmp_path / "t.csv"), "--mapping", str(tmp_path / "m.yaml")])
    assert_in_no_statement(kg_through_proxy, "A cell")
    written = connection.run_read(
        "MATCH (n:Organisation) WHERE toLower(n.name) CONTAINS $mark RETURN count(n) AS n", {"mark": MARK}
    )
    # Names that differ in punctuation alone are one organisation.
    assert written[0]["n"] > len(PAYLOADS) / 4


def test_no_variable_of_the_environment_gets_into_a_statement(
    kg_environment_through_proxy: None,
    graph: Shared,
    heard: list[Statement],
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    monkeypatch.chdir(tmp_path)
    source = "".join(file.read_text(encoding="utf-8") for file in Path(kg.__file__).parent.rglob("*.py"))
    names = set(re.findall(r"\b(?:KG|NEO4J)_[A-Z0-9_]+\b", source)) - {"NEO4J_PASSWORD", "KG_JARS"}
    assert {"NEO4J_URI", "NEO4J_USERNAME", "NEO4J_DATABASE", "KG_USER", "KG_REPORTS"} <= names
    heard.clear()
    for name in sorted(names):
        for payload in [PAYLOADS[0], *itertools.islice(_turn, 2)]:
            with monkeypatch.context() as patch:
                patch.setenv(name, payload.replace("\0", ""))
                run(["seek", "close", "Riga", "1", "--status", "met"])
                run(["report", "run", "network-members", "--param", "network=Eurocities"])
            assert_in_no_statement(heard, f"{name} = {payload!r}")
