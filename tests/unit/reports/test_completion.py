"""What the shell is told without a database."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from click.shell_completion import CompletionItem

from kg.cli import root
from kg.cli.completion import KgBash, _as_typed, open_quote


def bash(line: str, monkeypatch: pytest.MonkeyPatch) -> KgBash:
    monkeypatch.setenv("KG_COMP_LINE", line)
    return KgBash(root, {}, "kg", "_KG_COMPLETE")


def values(line: str, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What bash would be given for a command line."""
    shell = bash(line, monkeypatch)
    args, incomplete = shell.get_completion_args()
    return [shell.format_completion(item).partition(",")[2] for item in shell.get_completions(args, incomplete)]


@pytest.fixture(autouse=True)
def _no_database(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv("NEO4J_URI", raising=False)
    monkeypatch.delenv("KG_REPORTS", raising=False)
    monkeypatch.setenv("KG_HOME", str(tmp_path))


def test_commands_reports_and_parameters(monkeypatch: pytest.MonkeyPatch) -> None:
    assert values("kg rep", monkeypatch) == ["report"]
    assert values("kg report ru", monkeypatch) == ["run"]
    assert "network-members" in values("kg report run network-", monkeypatch)
    assert values("KG_X=1 kg report run network-members --param net", monkeypatch) == ["network="]
    assert values("kg report run network-members -p network=x -p ", monkeypatch) == ["country="]
    assert values("kg report run no-such-report -p ", monkeypatch) == []


def test_values_that_need_no_database(monkeypatch: pytest.MonkeyPatch) -> None:
    assert values("kg report run network-members -p country=F", monkeypatch) == ["FI", "FR"]
    assert values("kg report run projects-of-place -p running=", monkeypatch) == ["yes", "no"]
    assert "country=" in values("kg report run network-members --all network=", monkeypatch)


def test_without_a_running_database_nothing_is_suggested_nothing_started_and_nothing_said(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    assert values("kg report run network-members -p network=Eur", monkeypatch) == []
    assert list(tmp_path.iterdir()) == []
    monkeypatch.setenv("NEO4J_URI", "bolt://localhost:1")
    assert values("kg report run network-members -p network=Eur", monkeypatch) == []
    monkeypatch.setenv("NEO4J_URI", "nonsense")
    assert values("kg report run network-members -p network=Eur", monkeypatch) == []
    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize(
    ("line", "value", "given"),
    [
        ("kg report run r -p city=De", "city=Den Haag", "plain,Den\\ Haag"),
        ("kg report run r -p 'city=De", "city=Den Haag", "plain,city=Den Haag"),
        ('kg report run r -p "city=L', "city=L'Hospitalet", "plain,city=L'Hospitalet"),
        ("kg report run r -p city=L", "city=L'Hospitalet", "plain,L\\'Hospitalet"),
        ("kg report run r -p n=own:eu", "n=own:eurocities", "plain,eurocities"),
        ("kg report run r -p ci", "city=", "plain,city="),
    ],
)
def test_bash_is_given_the_part_that_it_takes_for_the_word(
    line: str, value: str, given: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert bash(line, monkeypatch).format_completion(CompletionItem(value)) == given


def test_quotes() -> None:
    assert [open_quote(line) for line in ("a 'b", "a 'b' c", "a \"b's", "a \\' b", "a")] == [
        True,
        False,
        True,
        False,
        False,
    ]


def test_a_name_is_completed_in_the_letters_that_were_typed() -> None:
    assert _as_typed("Rig", "rig", {"name": "Rīga", "found": "riga"}) == "Riga"
    assert _as_typed("Rī", "ri", {"name": "Rīga", "found": "riga"}) == "Rīga"
    assert _as_typed("EURO", "euro", {"name": "Eurocities", "found": "eurocities"}) == "EUROcities"


@pytest.mark.skipif(shutil.which("bash") is None, reason="no bash")
def test_the_script_works_in_bash(tmp_path: Path) -> None:
    kg = tmp_path / "kg"
    kg.write_text(f"#!/bin/sh\nexec {sys.executable} -c 'from kg.cli import main; main()' \"$@\"\n")
    kg.chmod(0o755)
    script = (
        'eval "$(kg completion bash)"; '
        'COMP_LINE="kg report run network-members -p country=F"; COMP_POINT=${#COMP_LINE}; '
        '_kg_completion kg; echo "${COMPREPLY[@]}"'
    )
    environment = {**os.environ, "PATH": f"{tmp_path}:{os.environ['PATH']}", "PYTHONPATH": str(Path.cwd())}
    done = subprocess.run(["bash", "-c", script], capture_output=True, text=True, check=False, env=environment)
    assert done.stdout == "FI FR\n", done.stderr
    assert done.stderr == ""
