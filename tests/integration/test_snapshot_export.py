"""``kg snapshot export`` on the small graph: the tables of the database, with licences and sources of all that is in them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
import yaml

from kg.cli import main
from kg.database.connection import Connection
from kg.errors import KgError
from kg.graph import KnowledgeGraph
from kg.queries.export import snapshot as exporting
from kg.queries.export.run import check_target, export
from kg.queries.export.scope import check_asked
from kg.queries.snapshot import parquet
from kg.queries.snapshot.reader import tables_of_database
from kg.testing import small_graph

EMPTY = "MATCH (n) CALL (n) { DETACH DELETE n } IN TRANSACTIONS OF 10000 ROWS"


@pytest.fixture(scope="module")
def graph(connection: Connection) -> Connection:
    connection.run_schema(EMPTY)
    small_graph(connection)
    return connection


@pytest.fixture
def run(graph: Connection, kg_environment: dict[str, str]) -> Callable[..., int]:
    def command(*arguments: str | Path) -> int:
        try:
            main(["snapshot", "export", *(str(argument) for argument in arguments)])
        except SystemExit as ended:
            return int(ended.code or 0)
        return 0

    return command


def test_the_files_have_what_the_database_has(graph: Connection, run: Callable[..., int], tmp_path: Path) -> None:
    assert run(tmp_path / "all") == 0
    assert {file.name for file in (tmp_path / "all").iterdir()} == {*parquet.FILES, "LICENCE.txt", "CITATION.cff"}
    assert parquet.read(tmp_path / "all") == tables_of_database(graph)


def test_sources_and_licences_are_those_of_an_export_of_the_whole(graph: Connection, tmp_path: Path) -> None:
    KnowledgeGraph(graph).export_snapshot(tmp_path / "snapshot")
    export(graph, check_asked(), check_target(tmp_path / "whole", "parquet"))

    def told(folder: str) -> str:
        # But for the title, in the first line.
        return (tmp_path / folder / "LICENCE.txt").read_text(encoding="utf-8").partition("\n")[2]

    assert told("snapshot") == told("whole")
    cited = [yaml.safe_load((tmp_path / folder / "CITATION.cff").read_text()) for folder in ("snapshot", "whole")]
    assert cited[0]["references"] == cited[1]["references"]


def test_another_export_is_replaced_only_by_force_and_nothing_else_ever(
    run: Callable[..., int], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(tmp_path / "all") == 0
    assert run(tmp_path / "all") == 2
    assert "holds an export already" in capsys.readouterr().err
    assert run(tmp_path / "all", "--force") == 0
    (tmp_path / "all" / "notes.txt").touch()
    assert run(tmp_path / "all", "--force") == 2
    assert "other things in it, which are never replaced" in capsys.readouterr().err


def test_what_changes_meanwhile_is_not_written(
    graph: Connection, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = exporting.editions

    def change(connection: Connection) -> dict[str, str]:
        graph.run_write("CREATE (:Entity:City {id: 'own:new', name: 'New'})")
        return before(connection)

    monkeypatch.setattr(exporting, "editions", change)
    with pytest.raises(KgError, match="changed while it was read"):
        KnowledgeGraph(graph).export_snapshot(tmp_path / "all")
    assert list(tmp_path.iterdir()) == []
    graph.run_write("MATCH (n {id: 'own:new'}) DELETE n")
