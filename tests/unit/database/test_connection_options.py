"""The options with which every command is told its database."""

from __future__ import annotations

from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from kg.cli.options import connection_options


@click.command()
@click.argument("name")
@connection_options
def command(name: str, connect: dict[str, str | None]) -> None:
    click.echo(f"{name} {connect}")


@pytest.mark.parametrize("source", ["file", "-"])
def test_the_password_is_the_first_line_of_a_file_or_of_standard_input(tmp_path: Path, source: str) -> None:
    text = "correct horse \nsecond line\n"
    (tmp_path / "file").write_text(text)
    given = str(tmp_path / "file") if source == "file" else "-"
    result = CliRunner().invoke(command, ["Rīga", "--uri", "bolt://there", "--password-file", given], input=text)
    expected = {"uri": "bolt://there", "username": None, "password": "correct horse ", "database": None}
    assert result.output == f"Rīga {expected}\n"


def test_nothing_given_leaves_all_to_the_environment() -> None:
    result = CliRunner().invoke(command, ["Rīga"])
    assert result.output == f"Rīga {dict.fromkeys(['uri', 'username', 'password', 'database'])}\n"


def test_no_option_takes_a_password_itself() -> None:
    assert CliRunner().invoke(command, ["Rīga", "--password", "correct horse"]).exit_code == 2
