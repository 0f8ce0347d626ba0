"""The options with which every command is told its database."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from kg.cli.options import connection_options
from kg.database.passwords import Password
from kg.errors import KgError


@click.command()
@click.argument("name")
@connection_options
def command(name: str, connect: dict[str, str | None]) -> None:
    click.echo(f"{name} {connect} {connect['password']}")


@pytest.mark.parametrize("source", ["file", "-"])
def test_the_password_is_the_first_line_of_a_file_or_of_standard_input(tmp_path: Path, source: str) -> None:
    text = "correct horse \nsecond line\n"
    (tmp_path / "file").write_text(text)
    (tmp_path / "file").chmod(0o600)
    given = str(tmp_path / "file") if source == "file" else "-"
    result = CliRunner().invoke(command, ["Rīga", "--uri", "bolt://there", "--password-file", given], input=text)
    shown = {"uri": "bolt://there", "username": None, "password": Password("correct horse "), "database": None}
    assert result.output == f"Rīga {shown} correct horse \n"
    assert str(shown).count("correct horse") == 0


@pytest.mark.skipif(sys.platform == "win32", reason="there are no such permissions")
@pytest.mark.parametrize("mode", [0o644, 0o604, 0o602])
def test_a_password_file_that_everybody_may_read_or_change_is_refused(tmp_path: Path, mode: int) -> None:
    file = tmp_path / "file"
    file.write_text("correct horse\n")
    file.chmod(mode)
    result = CliRunner().invoke(command, ["Rīga", "--uri", "bolt://there", "--password-file", str(file)])
    assert isinstance(result.exception, KgError)
    assert f"(mode {mode:04o}), which holds a password: close it with `chmod 600 {file}`" in str(result.exception)
    assert "correct horse" not in result.output + str(result.exception)


def test_a_password_from_a_pipe_is_nobody_elses() -> None:
    reading, writing = os.pipe()
    os.write(writing, b"correct horse\n")
    os.close(writing)
    result = CliRunner().invoke(command, ["Rīga", "--password-file", f"/dev/fd/{reading}"])
    os.close(reading)
    assert result.output.endswith(" correct horse\n"), result.exception


def test_nothing_given_leaves_all_to_the_environment() -> None:
    result = CliRunner().invoke(command, ["Rīga"])
    assert result.output == f"Rīga {dict.fromkeys(['uri', 'username', 'password', 'database'])} None\n"


def test_no_option_takes_a_password_itself() -> None:
    assert CliRunner().invoke(command, ["Rīga", "--password", "correct horse"]).exit_code == 2
