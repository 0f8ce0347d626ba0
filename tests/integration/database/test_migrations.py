"""A graph that an older kg wrote is brought to the present layout, step by step, and until then is not changed."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from kg.cli import main
from kg.database import layout, migrations
from kg.database.backup.restoring import check_backup, restore
from kg.database.backup.taking import backup
from kg.database.connection import Connection
from kg.database.digest import digest
from kg.database.layout import LAYOUT, standing
from kg.database.migrations import STEPS, Step, migrate
from kg.database.schema import apply_schema, check_schema
from kg.editing.undo import undo
from kg.errors import KgError
from kg.graph import KnowledgeGraph, connect
from kg.loaders.loading import load
from kg.loaders.starter import Starter
from kg.schema.dates import are_in_order
from tests.integration.database.first_release import EDITIONS, REFUSED

OLD = Path(__file__).parents[2] / "data" / "backup" / "first-release.kgbackup"
EMPTY = "MATCH (n) CALL (n) { DETACH DELETE n } IN TRANSACTIONS OF 10000 ROWS"
RECORD = "MATCH (l:Layout) RETURN properties(l) AS p"


@pytest.fixture
def first(database: Connection) -> Connection:
    """The graph that the first kg wrote."""
    restore(database, OLD)
    return database


@pytest.fixture
def one_more(monkeypatch: pytest.MonkeyPatch) -> None:
    """A kg whose layout is one further than ours."""
    for module in (layout, migrations):
        monkeypatch.setattr(module, "LAYOUT", LAYOUT + 1)


# From the first release -------------------------------------------------------------------------------------------------------


def test_the_graph_of_the_first_kg_becomes_what_this_kg_loads(first: Connection) -> None:
    before = digest(first).value
    done = migrate(first)
    assert (done.before, done.after) == (0, LAYOUT)
    assert [step.changed for step in done.steps] == [1, 2]
    migrated = digest(first)
    assert migrated.value != before
    assert not check_schema(first)
    first.run_schema(EMPTY)
    for edition in EDITIONS:
        load(first, edition)
    assert digest(first) == migrated


def test_what_the_first_kg_refused_is_nothing_that_could_be_taken_back(first: Connection) -> None:
    migrate(first)
    assert undo(first, "network").load.startswith("network@2025-01#")
    assert undo(first, "network").load.startswith("network@2024-01#")


def test_no_span_ends_before_it_begins(first: Connection) -> None:
    wrong = (
        "MATCH ()-[f:MEMBER_OF]->() WHERE f.since IS NOT NULL AND f.until IS NOT NULL RETURN f.since AS s, f.until AS u"
    )
    assert not all(are_in_order(row["s"], row["u"]) for row in first.run_read(wrong))
    migrate(first)
    assert all(are_in_order(row["s"], row["u"]) for row in first.run_read(wrong))


def test_loads_and_undo_go_on_after_it(first: Connection) -> None:
    migrate(first)
    before = digest(first)
    assert not load(first, EDITIONS[-1]).changes
    assert load(first, REFUSED, max_ended_share=1).changes["facts ended"] > 1
    undo(first, "network")
    assert digest(first) == before


def test_the_file_is_of_the_first_layout() -> None:
    assert check_backup(OLD).layout == 0


# What is kept of it ------------------------------------------------------------------------------------------------------------


def test_the_graph_keeps_which_steps_were_applied(first: Connection) -> None:
    migrate(first)
    ((row),) = first.run_read(RECORD)
    kept = row["p"]
    assert kept["number"] == LAYOUT
    assert kept["steps"] == [step.name for step in STEPS]
    assert len(kept["applied"]) == len(kept["versions"]) == LAYOUT
    assert kept["under_way"] == ""
    assert not migrate(first).steps
    assert first.run_read(RECORD)[0]["p"] == kept


def test_the_record_is_no_part_of_the_digest(first: Connection) -> None:
    migrate(first)
    before = digest(first)
    first.run_write("MATCH (l:Layout) DELETE l")
    assert digest(first) == before


def test_a_backup_keeps_the_record(first: Connection, tmp_path: Path) -> None:
    migrate(first)
    before = first.run_read(RECORD)
    backup(first, tmp_path / "a.kgbackup")
    first.run_schema(EMPTY)
    restore(first, tmp_path / "a.kgbackup")
    assert first.run_read(RECORD) == before


def test_the_first_load_of_an_empty_database_writes_the_layout_down(database: Connection) -> None:
    apply_schema(database)
    assert standing(database).recorded is None
    load(database, EDITIONS[0])
    assert standing(database).recorded == LAYOUT
    assert not migrate(database).steps


# Interruptions -----------------------------------------------------------------------------------------------------------------


def test_a_step_that_is_broken_off_goes_on(first: Connection, one_more: None) -> None:
    """The step marks one theme after the other, and the connection is gone after the first."""
    seen: list[int] = []

    def mark(connection: Connection) -> int:
        changed = 0
        while connection.run_write(
            "MATCH (t:Theme) WHERE t.marked IS NULL WITH t LIMIT 1 SET t.marked = 1 RETURN t.id AS id"
        ):
            changed += 1
            seen.append(changed)
            if len(seen) == 1:
                raise KgError("the connection is gone")
        return changed

    first.run_write("CREATE (:Theme:Entity {id: 'own:a', name: 'A'}), (:Theme:Entity {id: 'own:b', name: 'B'})")
    themes = first.run_read("MATCH (t:Theme) RETURN count(t) AS n")[0]["n"]
    steps = (*STEPS, Step("mark", "themes are marked", mark))
    with pytest.raises(KgError, match="is gone"):
        migrate(first, steps)
    assert (standing(first).recorded, standing(first).under_way) == (LAYOUT, "mark")
    with pytest.raises(KgError, match="its step mark was broken off.*kg schema migrate"):
        undo(first)
    done = migrate(first, steps)
    assert [(step.number, step.name, step.changed) for step in done.steps] == [(LAYOUT + 1, "mark", themes - 1)]
    assert (standing(first).recorded, standing(first).under_way) == (LAYOUT + 1, "")
    assert first.run_read(RECORD)[0]["p"]["steps"] == [step.name for step in steps]


def test_steps_run_in_their_order_and_each_once(first: Connection, one_more: None) -> None:
    seen: list[str] = []

    def step(name: str) -> Step:
        return Step(name, name, lambda connection: seen.append(name) or 0)

    steps = [step("a"), step("b"), step("c")]
    migrate(first, steps[:2])
    migrate(first, steps)
    migrate(first, steps)
    assert seen == ["a", "b", "c"]


# Other layouts -----------------------------------------------------------------------------------------------------------------


def test_an_older_layout_is_read_with_a_word_and_not_changed(
    first: Connection, kg_environment: dict[str, str], caplog: pytest.LogCaptureFixture
) -> None:
    before = digest(first)
    for change in (
        lambda: load(first, Starter()),
        lambda: undo(first),
        lambda: KnowledgeGraph(first).seek("Mörk-1", "Darkness", by="A"),
    ):
        with pytest.raises(KgError, match="of layout 0, and this kg works with layout 2: run `kg schema migrate`"):
            change()
    assert digest(first) == before
    with connect() as g:
        assert g.why("geonames:9000001")
        assert any("kg schema migrate" in finding for finding in g.check_schema())
    assert "of layout 0" in caplog.text


def test_a_newer_layout_is_read_with_a_word_and_not_changed(
    database: Connection, kg_environment: dict[str, str], caplog: pytest.LogCaptureFixture, tmp_path: Path
) -> None:
    apply_schema(database)
    load(database, EDITIONS[0])
    database.run_write("MATCH (l:Layout) SET l.number = $n, l.versions = ['9.1']", {"n": LAYOUT + 1})
    before = digest(database)
    changes = (
        lambda: load(database, EDITIONS[1]),
        lambda: undo(database),
        lambda: migrate(database),
        lambda: backup(database, tmp_path / "a"),
    )
    for change in changes:
        with pytest.raises(KgError, match=r"of layout 3, written by kg 9\.1, .*update kg"):
            change()
    assert digest(database) == before
    with connect() as g:
        assert g.why("geonames:9000001")
    assert "layout 3" in caplog.text


def test_the_present_layout_says_nothing(
    database: Connection, kg_environment: dict[str, str], caplog: pytest.LogCaptureFixture
) -> None:
    apply_schema(database)
    load(database, EDITIONS[0])
    with connect():
        pass
    assert not caplog.text


# The command -------------------------------------------------------------------------------------------------------------------


def run(*arguments: str) -> int:
    try:
        main(list(arguments))
    except SystemExit as ended:
        return int(ended.code or 0)
    return 0


def test_the_command_says_what_there_is_to_do_and_what_it_did(
    first: Connection, kg_environment: dict[str, str], capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    assert run("schema", "migrate", "--dry-run") == 0
    assert "layout 0; steps to do: 2" in capsys.readouterr().out
    shutil.copy(OLD, tmp_path / "a.kgbackup")
    assert run("backup", "--force", str(tmp_path / "a.kgbackup")) == 0
    assert run("schema", "migrate") == 0
    assert "The graph is of layout 2." in capsys.readouterr().out
    assert run("schema", "migrate") == 0
    assert "nothing to do" in capsys.readouterr().out
    assert run("schema", "check") == 0
