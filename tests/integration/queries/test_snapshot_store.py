"""The file beside the database: used while nothing changed, made anew after every way in which kg changes a graph."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from kg.cli import main
from kg.database.connection import Connection
from kg.database.schema import apply_schema
from kg.database.state import state_of
from kg.graph import KnowledgeGraph
from kg.loaders.loading import load
from kg.loaders.starter import Starter
from kg.queries.snapshot.reader import tables_of_database
from kg.queries.snapshot.store import kept, snapshot_of


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("KG_HOME", str(tmp_path))
    return tmp_path


@pytest.fixture
def ready(database: Connection) -> Connection:
    apply_schema(database)
    load(database, Starter())
    return database


def test_the_file_gives_what_the_database_does_while_nothing_changed(ready: Connection) -> None:
    first = snapshot_of(ready)
    again = snapshot_of(ready)
    assert (first.read_from, again.read_from) == ("database", "file")
    assert first.note is again.note is None
    assert first.tables == again.tables == tables_of_database(ready)
    assert len(again.tables.facts) > 1_000


def _by_hand(cypher: str) -> Callable[[KnowledgeGraph], Any]:
    return lambda graph: graph.connection.run_write(cypher)


@pytest.mark.parametrize(
    "change",
    [
        lambda graph: graph.seek("Riga", "Urban mobility", by="me", new_theme=True),
        lambda graph: graph.undo(),
        _by_hand("CREATE (:Entity:City {id: 'own:here', name: 'Here'})"),
        _by_hand("MATCH (:City)-[m:MEMBER_OF]->() WITH m LIMIT 1 DELETE m"),
    ],
    ids=["a request", "an undo", "a node by hand", "a fact by hand"],
)
def test_after_a_change_it_is_read_again(ready: Connection, change: Callable[[KnowledgeGraph], Any]) -> None:
    before = snapshot_of(ready).tables
    change(KnowledgeGraph(ready))
    assert not kept(ready).is_current
    after = snapshot_of(ready)
    assert after.read_from == "database"
    assert after.tables == tables_of_database(ready) != before
    assert snapshot_of(ready).read_from == "file"


def test_what_was_undone_and_loaded_again_is_read_again(ready: Connection) -> None:
    before = state_of(ready)
    graph = KnowledgeGraph(ready)
    graph.undo()
    undone = state_of(ready)
    load(ready, Starter())
    assert len({str(state) for state in (before, undone, state_of(ready))}) == 3


def test_a_value_changed_by_hand_needs_a_refresh(ready: Connection) -> None:
    snapshot_of(ready)
    ready.run_write("MATCH (c:City {name: 'Riga'}) SET c.population = 1")
    assert snapshot_of(ready).read_from == "file"
    assert snapshot_of(ready, refresh=True).read_from == "database"
    assert snapshot_of(ready).tables == tables_of_database(ready)


def test_while_a_load_is_unfinished_nothing_is_kept(ready: Connection, home: Path) -> None:
    ready.run_write("MATCH (l:Load) SET l.complete = false, l.attempt_status = ['running']")
    for _ in range(2):
        taken = snapshot_of(ready)
        assert taken.read_from == "database"
        assert taken.note is not None
        assert "kg undo" in taken.note
    assert not (home / "snapshots").exists()


def test_a_broken_file_is_written_anew(ready: Connection) -> None:
    tables = snapshot_of(ready).tables
    path = kept(ready).path
    path.write_bytes(path.read_bytes()[:-200])
    assert kept(ready).taken is None
    assert snapshot_of(ready).read_from == "database"
    again = snapshot_of(ready)
    assert (again.read_from, again.tables) == ("file", tables)


def test_a_folder_that_cannot_be_written_is_no_error(ready: Connection, home: Path) -> None:
    (home / "snapshots").write_text("")
    taken = snapshot_of(ready)
    assert taken.tables.nodes
    assert taken.note is not None
    assert str(home / "snapshots") in taken.note


def test_without_pyarrow_the_graph_is_read_and_a_word_said(ready: Connection, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    for taken in (snapshot_of(ready), snapshot_of(ready)):
        assert taken.read_from == "database"
        assert taken.note is not None
        assert "localgov-kg[arrow]" in taken.note
    assert kept(ready).note == taken.note


def test_an_empty_graph_is_kept_as_well(database: Connection) -> None:
    assert snapshot_of(database).tables == snapshot_of(database).tables
    assert snapshot_of(database).read_from == "file"


@pytest.mark.usefixtures("kg_environment")
def test_the_command_shows_and_refreshes(ready: Connection, capsys: pytest.CaptureFixture[str]) -> None:
    def run(what: str) -> str:
        with pytest.raises(SystemExit) as ended:
            main(["snapshot", what])
        assert ended.value.code == 0
        return capsys.readouterr().out

    assert "Nothing is kept yet" in run("show")
    assert f"Read {len(tables_of_database(ready).nodes):,} nodes" in run("refresh")
    assert "has not changed since" in run("show")
    ready.run_write("CREATE (:Entity:City {id: 'own:here', name: 'Here'})")
    assert "the graph has changed since" in run("show")
