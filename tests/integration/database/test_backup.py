"""A backup holds everything and a restore brings it back, or nothing is written; what is half written says so."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kg.cli import main
from kg.database import turn as turns
from kg.database.aggregates import read_aggregates
from kg.database.backup import restoring, survey
from kg.database.backup.restoring import check_backup, restore
from kg.database.backup.taking import backup
from kg.database.connection import Connection
from kg.database.digest import digest
from kg.database.layout import LAYOUT, standing
from kg.database.schema import apply_schema, check_schema
from kg.database.state import fingerprint
from kg.editing.undo import undo
from kg.errors import KgError
from kg.graph import KnowledgeGraph
from kg.loaders.loading import load
from kg.loaders.starter import Starter
from kg.testing import small_graph
from tests.integration.database import first_release

EMPTY = "MATCH (n) CALL (n) { DETACH DELETE n } IN TRANSACTIONS OF 10000 ROWS"

# Everything that there is, by what the server says of it; nothing here is shared with what is tested.
NODES = """\
MATCH (n) WHERE NOT n:Aggregate
RETURN labels(n) AS labels, [name IN keys(n) | [name, valueType(n[name]), n[name]]] AS properties"""
RELATIONSHIPS = """\
MATCH (a)-[r]->(b)
RETURN type(r) AS type, [name IN keys(r) | [name, valueType(r[name]), r[name]]] AS properties, labels(a) AS labels,
    [name IN keys(a) | [name, a[name]]] AS start, [name IN keys(b) | [name, b[name]]] AS end"""


def everything(connection: Connection) -> list[str]:
    rows = [row for statement in (NODES, RELATIONSHIPS) for row in connection.run_read(statement, timeout=600)]
    return sorted(
        repr([sorted(value, key=repr) if isinstance(value, list) else value for value in row.values()]) for row in rows
    )


def empty(connection: Connection) -> None:
    connection.run_schema(EMPTY)


@pytest.fixture
def small(database: Connection) -> Connection:
    """The small graph with a Change, an Identifier, an undone load and what somebody put beside it."""
    small_graph(database)
    g = KnowledgeGraph(database)
    g.seek("Espoo", "Digital transformation", by="Ada", note="Déjà vu")
    g.undo()
    g.offer("Espoo", "Digital transformation", by="Ada")
    database.run_write(
        "MATCH (r:City {name: 'Riga'}) CREATE (:`My note` {on: date('2026-01-01')})-[:`is about` {n: 2.0}]->(r)"
    )
    return database


def changed(path: Path, change: Callable[[dict[str, Any]], None]) -> Path:
    """Write a backup anew with another manifest."""
    target = path.with_name("changed.kgbackup")
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            content = old.read(name)
            if name == "manifest.json":
                manifest = json.loads(content)
                change(manifest)
                content = json.dumps(manifest).encode()
            new.writestr(name, content)
    return target


# Round trips -----------------------------------------------------------------------------------------------------------------


def test_everything_comes_back(small: Connection, tmp_path: Path) -> None:
    before, said = everything(small), digest(small)
    done = backup(small, tmp_path / "a.kgbackup")
    assert done.contents.digest.value == said.value
    empty(small)
    restored = restore(small, tmp_path / "a.kgbackup")
    assert everything(small) == before
    assert digest(small) == said
    assert not restored.again
    assert not check_schema(small)
    assert said.value in str(restored)


def test_the_starter_comes_back_and_backs_up_as_the_same(database: Connection, tmp_path: Path) -> None:
    apply_schema(database)
    load(database, Starter())
    before, said = everything(database), digest(database)
    first = backup(database, tmp_path / "a.kgbackup")
    empty(database)
    restore(database, tmp_path / "a.kgbackup")
    assert everything(database) == before
    assert digest(database) == said
    assert backup(database, tmp_path / "b.kgbackup").contents == first.contents


def test_a_backup_in_many_parts_and_small_batches_comes_back(
    small: Connection, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("kg.database.backup.archive.PART", 2_000)
    monkeypatch.setattr(restoring, "BATCH", 7)
    before = everything(small)
    backup(small, tmp_path / "a.kgbackup")
    empty(small)
    restore(small, tmp_path / "a.kgbackup")
    assert everything(small) == before


def test_an_empty_database_is_backed_up_and_restored(database: Connection, tmp_path: Path) -> None:
    backup(database, tmp_path / "a.kgbackup")
    restore(database, tmp_path / "a.kgbackup")
    assert everything(database) == []


NAMES = st.sampled_from(
    ["City", "name", "a b", "`", "``) DETACH DELETE n //", "$", "ключ", "名", "a:b", 'q"\\', "é", "e\u0301", "a,b"]
)
#: What a query says of the values, since some cannot be made in Python.
ODD = [
    "9007199254740993", "-9223372036854775808", "9223372036854775807", "0.1 + 0.2", "-0.0", "1.0", "1.0 / 0.0", "4.9E-324",
    "1.7976931348623157E308", "true", "''", "'\\u0000\\u2028\\uFFFF😀 e\u0301'", "[]", "[1, 9007199254740993]", "[1.0, 0.5]", "['a', '']",
    "[true, false]", "date('0001-01-01')", "date('9999-12-31')", "[date('2024-02-29')]", "localtime('23:59:59.999999999')",
    "time('12:00:00.000000001-11:30')", "localdatetime('2024-01-01T00:00:00.123456789')",
    "datetime('2024-10-27T02:30:00.000000001+01:00[Europe/Berlin]')", "datetime('2024-10-27T02:30:00+02:00[Europe/Berlin]')",
    "datetime('1900-01-01T00:00:00+05:45')", "[datetime('2024-01-01T00:00:00Z')]", "duration('P1Y2M-3DT4H-5.000000006S')",
    "point({longitude: 24.1, latitude: -56.9})", "point({longitude: 1, latitude: 2, height: 3})", "point({x: 1e300, y: -0.0})",
    "point({x: 1, y: 2, z: 3})", "[point({x: 1, y: 2}), point({x: 3, y: 4})]",
]  # fmt: skip
PROPERTIES = st.dictionaries(NAMES, st.sampled_from(ODD), max_size=4)
GRAPHS = st.lists(st.tuples(st.sets(NAMES, max_size=3), PROPERTIES), min_size=1, max_size=5).flatmap(
    lambda nodes: st.tuples(
        st.just(nodes),
        st.lists(
            st.tuples(st.integers(0, len(nodes) - 1), st.integers(0, len(nodes) - 1), NAMES, PROPERTIES), max_size=6
        ),
    )
)


def _make(connection: Connection, graph: tuple[list[Any], list[Any]]) -> None:
    def values(properties: dict[str, str]) -> str:
        return "{" + ", ".join(f"`{name.replace('`', '``')}`: {value}" for name, value in properties.items()) + "}"

    nodes, relationships = graph
    parts = [
        f"(n{number}{''.join(':`' + label.replace('`', '``') + '`' for label in sorted(labels))} {values(properties)})"
        for number, (labels, properties) in enumerate(nodes)
    ]
    parts += [
        f"(n{a})-[:`{type_.replace('`', '``')}` {values(properties)}]->(n{b})"
        for a, b, type_, properties in relationships
    ]
    connection.run_write(f"CREATE {', '.join(parts)}")


@given(GRAPHS)
@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_graph_comes_back(connection: Connection, tmp_path: Path, graph: tuple[list[Any], list[Any]]) -> None:
    empty(connection)
    _make(connection, graph)
    before = everything(connection)
    done = backup(connection, tmp_path / "a.kgbackup", force=True)
    empty(connection)
    restore(connection, tmp_path / "a.kgbackup")
    assert everything(connection) == before
    assert digest(connection).value == done.contents.digest.value


# What goes on after a restore --------------------------------------------------------------------------------------------------


def test_loads_and_undo_go_on_after_a_restore_as_if_nothing_had_been(database: Connection, tmp_path: Path) -> None:
    *earlier, latest = first_release.EDITIONS
    apply_schema(database)
    for edition in earlier:
        load(database, edition)
    without = digest(database)
    backup(database, tmp_path / "a.kgbackup")
    load(database, latest)
    with_it = digest(database)
    empty(database)
    restore(database, tmp_path / "a.kgbackup")
    assert not load(database, earlier[-1]).changes
    load(database, latest)
    assert digest(database) == with_it
    undo(database, "network")
    assert digest(database) == without


def test_a_load_that_was_broken_off_goes_on_after_a_restore(database: Connection, tmp_path: Path) -> None:
    apply_schema(database)
    (edition, *_) = first_release.EDITIONS
    load(database, edition)
    whole = digest(database)
    database.run_write("MATCH ()-[f:LOCATED_IN]->() WITH f LIMIT 5 DELETE f")
    database.run_write(
        "MATCH (l:Load) SET l.complete = false, l.attempt_status = ['running'], l.content = null, l.inputs = null"
    )
    assert "broken off" in str(backup(database, tmp_path / "a.kgbackup"))
    empty(database)
    restore(database, tmp_path / "a.kgbackup")
    load(database, edition)
    assert digest(database) == whole


@pytest.mark.parametrize("engine", ["live", "snapshot"])
def test_recommendations_are_what_they_were(database: Connection, tmp_path: Path, engine: str) -> None:
    small_graph(database)
    g = KnowledgeGraph(database)
    before = g.recommend("Riga", engine=engine, as_of="2026-01-01")  # type: ignore[arg-type]
    g.backup(tmp_path / "a.kgbackup")
    g.undo("small")
    g.recommend("Riga", engine=engine, as_of="2026-01-01")  # type: ignore[arg-type]
    empty(database)
    g.restore(tmp_path / "a.kgbackup")
    assert g.recommend("Riga", engine=engine, as_of="2026-01-01") == before  # type: ignore[arg-type]
    stored = read_aggregates(database)
    assert stored is not None
    assert stored.state == fingerprint(database)


# One state of the graph --------------------------------------------------------------------------------------------------------


def test_nobody_loads_while_a_backup_is_taken(
    small: Connection, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(survey, "_TOLD", 1)
    monkeypatch.setattr(turns, "_LOOK", 1)
    monkeypatch.setattr(turns, "_PATIENCE", 0)
    tried = []

    def once(what: str, number: int) -> None:
        if not tried:
            tried.append(what)
            with pytest.raises(KgError, match="another kg has been loading"):
                undo(small)

    backup(small, tmp_path / "a.kgbackup", progress=once)
    assert tried


def test_a_graph_that_another_program_changes_meanwhile_is_not_backed_up(
    small: Connection, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(survey, "_TOLD", 1)
    before = everything(small)

    def meanwhile(what: str, number: int) -> None:
        if what == "relationships" and number == 1:
            small.run_write("CREATE (:Entity:City {id: 'own:x', name: 'X'})")

    with pytest.raises(KgError, match="changed by another program"):
        backup(small, tmp_path / "a.kgbackup", progress=meanwhile)
    assert list(tmp_path.iterdir()) == []
    small.run_write("MATCH (n {id: 'own:x'}) DELETE n")
    assert everything(small) == before


def test_a_backup_changes_nothing(small: Connection, tmp_path: Path) -> None:
    before, state = everything(small), fingerprint(small)
    backup(small, tmp_path / "a.kgbackup")
    assert (everything(small), fingerprint(small)) == (before, state)


# Refusals ----------------------------------------------------------------------------------------------------------------------


def refused(connection: Connection, path: Path, said: str) -> None:
    """Nothing is written, not even a mark."""
    before = everything(connection)
    with pytest.raises(KgError, match=said):
        restore(connection, path)
    assert everything(connection) == before
    assert standing(connection).restoring is None


@pytest.fixture
def taken(small: Connection, tmp_path: Path) -> Path:
    return backup(small, tmp_path / "a.kgbackup").path


def test_a_database_that_is_not_empty_is_refused(small: Connection, taken: Path) -> None:
    refused(small, taken, "not empty")
    empty(small)
    small.run_write("CREATE (:`Somebody else's`)")
    refused(small, taken, "not empty")


def test_what_kg_keeps_beside_an_empty_graph_is_in_nobodys_way(small: Connection, taken: Path) -> None:
    before = everything(small)
    empty(small)
    small.run_write(
        "CREATE (:Layout {number: 2, made_by: 'x', versions: [], under_way: ''}) CREATE (:Aggregate {state: 'old'})"
    )
    restore(small, taken)
    assert everything(small) == before


def test_a_newer_layout_is_refused(small: Connection, taken: Path) -> None:
    empty(small)
    refused(small, changed(taken, lambda manifest: manifest.update(layout=LAYOUT + 1)), "layout 3.*update kg")


def test_a_damaged_file_is_refused(small: Connection, taken: Path) -> None:
    empty(small)
    whole = taken.read_bytes()
    for damaged in (whole[: len(whole) // 2], whole[:-1], whole[:200] + b"x" + whole[201:]):
        taken.write_bytes(damaged)
        refused(small, taken, "damaged|only the beginning")


def test_what_does_not_agree_with_its_sums_is_said_and_stays_marked(small: Connection, taken: Path) -> None:
    """Somebody who changes a file may set its checksums right, but not what all of it sums up to."""
    before = everything(small)
    other = changed(taken, lambda manifest: manifest["contents"].update(content="0" * 32))
    empty(small)
    with pytest.raises(KgError, match="not what .* says: the values differ"):
        restore(small, other)
    assert standing(small).restoring is not None
    assert restore(small, taken).again
    assert everything(small) == before


def test_a_graph_that_is_half_restored_is_not_backed_up(small: Connection, tmp_path: Path) -> None:
    small.run_write("CREATE (:Restore {file: 'a', began: '2026'})")
    with pytest.raises(KgError, match="only a part"):
        backup(small, tmp_path / "a.kgbackup")


def test_a_value_that_the_driver_cannot_read_is_said(database: Connection, tmp_path: Path) -> None:
    database.run_write("CREATE (:Note {on: date('-0044-03-15')})")
    with pytest.raises(KgError, match="before the year 1"):
        backup(database, tmp_path / "a.kgbackup")
    assert list(tmp_path.iterdir()) == []


# Interruptions -----------------------------------------------------------------------------------------------------------------

KILLED = """\
import os, signal, sys
from kg.database.backup import restoring
restoring.BATCH = 10
done = []
def kill(self, rows):
    if len(done) == 2:
        os.kill(os.getpid(), signal.SIGKILL)
    done.append(create(self, rows))
create, restoring._Writing.{method} = restoring._Writing.{method}, kill
from kg.cli import main
main(["restore", sys.argv[1]])
"""


@pytest.mark.parametrize("method", ["_create_nodes", "_create_relationships"])
def test_a_restore_that_is_killed_says_so_and_begins_anew(
    small: Connection, taken: Path, kg_environment: dict[str, str], method: str
) -> None:
    before, said = everything(small), digest(small)
    empty(small)
    command = [sys.executable, "-c", KILLED.format(method=method), str(taken)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == -signal.SIGKILL, done.stderr
    assert small.run_read("MATCH (n) RETURN count(n) AS n")[0]["n"] > 10
    for change in (lambda: undo(small), lambda: load(small, Starter()), lambda: backup(small, taken, force=True)):
        with pytest.raises(KgError, match="only a part: the restore of a.kgbackup, begun .* was broken off"):
            change()
    restored = restore(small, taken)
    assert restored.again
    assert everything(small) == before
    assert digest(small) == said
    assert standing(small).restoring is None


def test_a_file_with_wrong_rows_leaves_a_part_that_says_so(small: Connection, taken: Path) -> None:
    empty(small)
    with zipfile.ZipFile(taken) as old:
        nodes = old.read("nodes/00001.jsonl")
        assert nodes.count(b'"My note"') == 1

    def rows(content: bytes) -> Iterator[tuple[str, object]]:
        yield from (("somewhere", json.loads(line)) for line in content.splitlines())

    with pytest.MonkeyPatch.context() as patch:
        wrong = nodes.replace(b'"My note"', b'"Restore"')
        patch.setattr("kg.database.backup.archive.Archive.rows", lambda archive, kind: rows(wrong))
        with pytest.raises(KgError, match="nothing that kg backup writes"):
            restore(small, taken)
    assert standing(small).restoring is not None
    assert restore(small, taken).again


# The commands ------------------------------------------------------------------------------------------------------------------


def run(*arguments: str | Path) -> int:
    try:
        main([str(argument) for argument in arguments])
    except SystemExit as ended:
        return int(ended.code or 0)
    return 0


def test_the_commands_say_what_they_did(
    small: Connection, tmp_path: Path, kg_environment: dict[str, str], capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "a.kgbackup"
    before = digest(small).value
    assert run("backup", file) == 0
    assert before in capsys.readouterr().err
    assert run("backup", file) == 2
    assert "is there already" in capsys.readouterr().err
    assert run("restore", "--check", file) == 0
    assert "is whole" in capsys.readouterr().out
    assert run("restore", file) == 2
    assert "not empty" in capsys.readouterr().err
    empty(small)
    assert run("restore", file) == 0
    assert f"Digest {before}, as in the backup" in capsys.readouterr().err
    assert check_backup(file).contents.digest.value == before
