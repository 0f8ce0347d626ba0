"""What a user gives to a method, in a file or by the environment reaches the server in parameters alone (see ``test_injection.py``)."""

from __future__ import annotations

import importlib
import inspect
import itertools
import re
import warnings
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
import yaml

import kg
from kg.database.connection import Connection
from kg.errors import KgError
from kg.queries.entities import resolve
from kg.queries.reports import list_reports
from kg.queries.reports.parameters import ENTITIES, prepare
from tests.integration.bolt import Statement
from tests.integration.hostile import ALL, MARK, PAYLOADS
from tests.integration.injecting import (
    EACH,
    OWN,
    VALID,
    Shared,
    assert_in_no_statement,
    graph,
    kg_environment_through_proxy,
    kg_through_proxy,
    run,
    some,
    turn,
)

__all__ = ["graph", "kg_environment_through_proxy", "kg_through_proxy"]

DATA = Path(__file__).parents[1] / "data"

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
        for payload in [PAYLOADS[0], *itertools.islice(turn, 2)]:
            with monkeypatch.context() as patch:
                patch.setenv(name, payload.replace("\0", ""))
                run(["seek", "close", "Riga", "1", "--status", "met"])
                run(["report", "run", "network-members", "--param", "network=Eurocities"])
            assert_in_no_statement(heard, f"{name} = {payload!r}")
