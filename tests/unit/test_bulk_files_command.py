"""``kg load --bulk --files``: files for a Neo4j elsewhere, written without a database."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from kg.cli import root
from kg.errors import KgError

DATA = Path(__file__).parents[1] / "data"


def kg(*arguments: str) -> Result:
    return CliRunner().invoke(root, arguments)


@pytest.fixture(autouse=True)
def _no_database(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Nobody answers where the environment says that the database is."""
    monkeypatch.setenv("NEO4J_URI", "bolt://localhost:1")
    monkeypatch.setenv("KG_JUDGEMENTS", str(tmp_path / "judgements.csv"))


def test_it_says_how_many_rows_went_where_and_what_to_do_next(tmp_path: Path) -> None:
    rows = DATA / "networks" / "memberships.csv"
    out = tmp_path / "out"
    done = kg("load", "networks", str(rows), "--edition", "2024", "--bulk", "--files", str(out))
    assert done.exit_code == 0, done.output
    assert done.stdout.startswith("Wrote networks")
    assert f"What to do with the files stands in {out / 'README.txt'}." in done.stdout
    said = (out / "README.txt").read_text()
    assert f"\n    kg load networks --edition 2024 {rows}\n" in said
    named = {word.partition("=./")[2] for word in said.split() if "=./" in word}
    assert {path.name for path in out.iterdir()} == named | {"README.txt", "finish.cypher"}


def test_a_folder_with_something_in_it_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "mine.csv").write_text("mine")
    done = kg("load", "starter", "--bulk", "--files", str(tmp_path))
    assert isinstance(done.exception, KgError)
    assert "is not empty: name a new folder" in str(done.exception)
    assert [path.name for path in tmp_path.iterdir()] == ["mine.csv"]


def test_a_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    done = kg("load", "starter", "--bulk", "--files", str(tmp_path / "file" / "out"))
    assert isinstance(done.exception, KgError)
    assert "file/out" in str(done.exception)


@pytest.mark.parametrize("arguments", [["--files", "out"], ["--bulk", "--files", "out", "--dry-run"]])
def test_what_does_not_go_together_is_refused(arguments: list[str]) -> None:
    assert kg("load", "starter", *arguments).exit_code == 2


def test_several_editions_do_not_go_into_one_folder(tmp_path: Path) -> None:
    files = [tmp_path / "LV.txt", tmp_path / "EE.txt"]
    for file in files:
        file.write_text("")
    done = kg("load", "geonames", *map(str, files), "--edition", "2024", "--bulk", "--files", str(tmp_path / "out"))
    assert isinstance(done.exception, KgError)
    assert "writes one edition" in str(done.exception)
