"""``kg load``, ``digest``, ``undo``, ``sources`` and ``schema`` as a user calls them: what they print, and how they fail."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from kg.cli import root
from kg.database.connection import Connection
from kg.errors import KgError

FEW = ("load", "geonames", "--min-population", "200000", "--country", "LV", "--country", "EE")


def kg(*arguments: str) -> Result:
    return CliRunner().invoke(root, arguments)


def process(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", "from kg.cli import main; main()", *arguments],
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )


@pytest.fixture
def empty(
    database: Connection, kg_environment: dict[str, str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> Connection:
    """An empty database that the commands find, and a folder of this test alone to work in."""
    monkeypatch.chdir(tmp_path)
    return database


def test_from_loading_to_taking_back(empty: Connection) -> None:
    nothing = kg("digest").stdout
    predicted = kg(*FEW, "--dry-run")
    assert predicted.exit_code == 0, predicted.output
    assert predicted.stdout.startswith("Would load geonames?min=200000&country=EE,LV@")
    assert kg("digest").stdout == nothing
    done = kg(*FEW)
    assert done.exit_code == 0, done.output
    assert done.stdout.replace("Loaded ", "Would load ") == predicted.stdout
    loaded = kg("digest").stdout
    assert loaded != nothing
    again = kg(*FEW)
    assert "0 written, 2 unchanged" in again.stdout
    assert "nothing to change" in again.stdout
    assert kg("digest").stdout == loaded
    undone = kg("undo", "geonames?min=200000&country=EE,LV")
    assert undone.exit_code == 0, undone.output
    assert "4 nodes and 2 facts removed" in undone.stdout
    assert kg("digest").stdout == nothing


def test_the_digest_is_the_last_line_and_the_only_one_on_stdout(empty: Connection) -> None:
    result = kg("digest")
    (line,) = result.stdout.splitlines()
    assert len(line) == 64
    assert int(line, 16)
    assert result.stderr == "0 nodes, 0 facts\n"


def test_sources_that_can_be_loaded_and_those_that_were(empty: Connection) -> None:
    can = json.loads(kg("sources", "--format", "json").stdout)
    assert {entry["id"] for entry in can} > {"starter", "geonames", "geonames-dump", "table"}
    assert len(can) == 13
    assert all(entry["brings"] and entry["publisher"] and entry["licence"] for entry in can)
    assert {entry["loaded"][0] for entry in can if "loaded" in entry} == {"no"}
    assert json.loads(kg("sources", "--loaded", "--format", "json").stdout) == []
    kg(*FEW)
    (of_geonames,) = [
        entry["loaded"] for entry in json.loads(kg("sources", "--format", "json").stdout) if entry["id"] == "geonames"
    ]
    assert "30 rows (0 rejected), 4 nodes and 2 facts" in of_geonames[0]
    (source,) = json.loads(kg("sources", "--loaded", "--format", "json").stdout)
    assert source["id"] == "geonames"
    assert source["licence"] == "CC BY 4.0"
    (loaded,) = source["loaded"]
    assert loaded.startswith("geonames?min=200000&country=EE,LV of ")
    table = kg("sources", "--loaded").stdout
    assert loaded in table
    assert "[" not in table


def test_the_schema_is_checked_and_applied(empty: Connection) -> None:
    assert kg("schema", "apply").exit_code == 0
    assert kg("schema", "check").exit_code == 0
    empty.run_schema("DROP INDEX city_name")
    lacking = kg("schema", "check")
    assert lacking.exit_code == 1
    assert "index city_name is missing" in lacking.stdout
    assert kg("schema", "apply").exit_code == 0
    assert kg("schema", "check").stdout == "The schema is in place.\n"


def test_the_schema_is_shown_without_a_database() -> None:
    shown = kg("schema", "show").stdout
    assert shown.count(";\n") == len(shown.splitlines())
    assert "CREATE CONSTRAINT entity_id IF NOT EXISTS" in shown


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("load",), "Usage:"),
        (("load", "nothing"), "No such command"),
        (("load", "geonames", "--min-population", "many"), "--min-population"),
        (("load", "geonames", "--min-population", "-1"), "--min-population"),
        (("load", "covenant"), "Missing argument"),
        (("load", "starter", "--password-file", "/nowhere"), "--password-file"),
        (("undo", "a", "b"), "unexpected extra argument"),
        (("sources", "--format", "xml"), "--format"),
    ],
)
def test_options_that_cannot_be_are_refused_before_anything_else(arguments: tuple[str, ...], message: str) -> None:
    result = kg(*arguments)
    assert result.exit_code == 2
    assert message in result.output


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("load", "geonames", "--country", "XX"), "--country 'XX': not in the list"),
        (("load", "geonames", "--edition", "soon"), "--edition"),
        (("undo", "nothing"), "nothing is loaded under 'nothing'"),
        (("undo", "a@b@c"), "nothing is loaded under 'a@b'"),
    ],
)
def test_what_a_user_can_put_right_is_a_sentence(empty: Connection, arguments: tuple[str, ...], message: str) -> None:
    result = kg(*arguments)
    assert isinstance(result.exception, KgError)
    assert message in str(result.exception)


def test_an_error_is_one_paragraph_on_stderr_and_exit_code_2(empty: Connection) -> None:
    done = process("load", "geonames", "--edition", "1850", *FEW[2:])
    assert done.returncode == 0, done.stderr
    assert process(*FEW).returncode == 0
    older = process("load", "geonames", "--edition", "1850", *FEW[2:])
    assert older.returncode == 2
    assert older.stdout == ""
    line = older.stderr.splitlines()[-1]
    assert "Traceback" not in older.stderr
    assert line.startswith("kg: edition 1850 of geonames?min=200000&country=EE,LV is older than edition ")
    assert "kg undo 'geonames?min=200000&country=EE,LV'" in line


def test_an_unreachable_database_is_one_paragraph_too(empty: Connection) -> None:
    done = process("load", "starter", "--uri", "bolt://localhost:1")
    assert done.returncode == 2
    assert done.stderr.splitlines()[-1].startswith("kg: ")
    assert "Traceback" not in done.stderr


def test_rejects_that_cannot_be_written_are_a_sentence(
    empty: Connection, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr("kg.loaders.geonames.GeoNames.transform", _reject)
    (tmp_path / "file").write_text("")
    result = kg(*FEW, "--rejects", str(tmp_path / "file" / "rejects.csv"))
    assert isinstance(result.exception, KgError)
    assert "cannot write" in str(result.exception)
    result = kg(*FEW, "--rejects", str(tmp_path / "new" / "rejects.csv"))
    assert result.exit_code == 0, result.output
    assert (tmp_path / "new" / "rejects.csv").read_text(encoding="utf-8").startswith("file,line,reason,geonameid,")


def _reject(*_: object) -> None:
    raise ValueError("for the test")
