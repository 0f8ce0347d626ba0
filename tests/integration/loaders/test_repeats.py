"""The same edition once more: not read where that changes nothing for certain, and read in every other case."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterable
from pathlib import Path

import pytest

from kg.database.connection import Connection
from kg.database.digest import digest
from kg.database.schema import apply_schema
from kg.editing.undo import undo
from kg.loaders import inputs
from kg.loaders.base import Row
from kg.loaders.loading import load
from kg.loaders.starter import Starter
from kg.places.judgements import COLUMNS

SMALL = Path(__file__).parents[2] / "data" / "starter"


class Counted(Starter):
    """A small starter that says how often it was read."""

    times = 0

    def __init__(self, directory: Path, edition: str = "2020", *, option: object = None) -> None:
        super().__init__(directory, edition)

    def extract(self) -> Iterable[Row]:
        type(self).times += 1
        yield from super().extract()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Files that a test may change."""
    shutil.copytree(SMALL, tmp_path / "starter")
    return tmp_path / "starter"


@pytest.fixture
def loaded(database: Connection, folder: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Connection:
    """A database into which it was loaded."""
    monkeypatch.setenv("KG_JUDGEMENTS", str(tmp_path / "judgements.csv"))
    apply_schema(database)
    load(database, Counted(folder))
    return database


def is_read(connection: Connection, loader: Counted) -> bool:
    before = Counted.times
    load(connection, loader)
    return Counted.times > before


def test_the_same_edition_is_not_read_again(loaded: Connection, folder: Path) -> None:
    before = digest(loaded)
    assert not is_read(loaded, Counted(folder))
    assert digest(loaded) == before


def test_it_says_what_reading_it_again_would_have_said(
    loaded: Connection, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    short = load(loaded, Counted(folder))
    monkeypatch.setattr("kg.loaders.loading.repeated", lambda *_: None)
    assert load(loaded, Counted(folder)) == short


def test_what_changed_nothing_when_it_was_read_again_is_not_read_a_third_time(
    loaded: Connection, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr("kg.loaders.loading.repeated", lambda *_: None)
        load(loaded, Counted(folder))
    assert not is_read(loaded, Counted(folder))


def test_a_dry_run_is_short_too(loaded: Connection, folder: Path) -> None:
    before = Counted.times
    assert load(loaded, Counted(folder), dry_run=True).dry_run
    assert Counted.times == before


@pytest.mark.parametrize(
    "edit",
    [
        "MATCH ()-[r:MEMBER_OF]->() WITH r LIMIT 1 DELETE r",
        "MATCH ()-[r:MEMBER_OF]->() WITH r LIMIT 1 SET r.fingerprint = 0",
        "MATCH (n:City) WITH n LIMIT 1 DETACH DELETE n",
        "CREATE (:Entity:City {id: 'own:by-hand', own_id: 'by-hand', name: 'By hand'})",
        "MATCH (s:Source) SET s.authority = 'aggregator'",
        "MATCH (l:Load) SET l.complete = false",
        "MATCH (l:Load) SET l.attempt_status = ['running']",
        "MATCH (l:Load) SET l.rows_rejected = 1",
        "MATCH (l:Load) REMOVE l.inputs",
        "MATCH (n) DETACH DELETE n",
    ],
)
def test_it_is_read_when_the_graph_or_its_load_is_not_as_it_was_left(
    loaded: Connection, folder: Path, edit: str
) -> None:
    loaded.run_write(edit)
    assert is_read(loaded, Counted(folder))


def test_it_is_read_when_it_was_taken_back(loaded: Connection, folder: Path) -> None:
    before = digest(loaded)
    undo(loaded, "starter")
    assert is_read(loaded, Counted(folder))
    assert digest(loaded) == before


def test_it_is_read_when_another_edition_came_after_it(loaded: Connection, folder: Path) -> None:
    cities = folder / "cities.csv"
    first = cities.read_text(encoding="utf-8")
    cities.write_text(first.replace("Riga", "Old Riga"), encoding="utf-8")
    assert is_read(loaded, Counted(folder))
    cities.write_text(first, encoding="utf-8")
    assert is_read(loaded, Counted(folder))
    assert not is_read(loaded, Counted(folder))


def test_it_is_read_when_another_source_says_something_since(
    loaded: Connection, folder: Path, other: Callable[[Connection], None]
) -> None:
    other(loaded)
    assert is_read(loaded, Counted(folder))
    undo(loaded, "other")
    assert is_read(loaded, Counted(folder))


@pytest.fixture
def other() -> Callable[[Connection], None]:
    class Other(Counted):
        scope = "other"

    return lambda connection: load(connection, Other(SMALL)) and None


def test_a_load_that_was_cut_off_is_finished(
    database: Connection, folder: Path, loaded: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = digest(loaded)
    database.run_write("MATCH (n) DETACH DELETE n")

    def fail(*_: object, **__: object) -> None:
        raise ConnectionError("lost")

    with monkeypatch.context() as patch:
        patch.setattr("kg.database.loads.finish", fail)
        with pytest.raises(ConnectionError):
            load(database, Counted(folder))
    assert is_read(database, Counted(folder))
    assert digest(database) == before


def test_it_is_read_by_another_version_of_the_loader(
    loaded: Connection, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Counted, "version", 2)
    assert is_read(loaded, Counted(folder))


def test_it_is_read_by_another_version_of_the_program(
    loaded: Connection, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(inputs, "_program", lambda: "another")
    assert is_read(loaded, Counted(folder))


def test_it_is_read_with_another_option(loaded: Connection, folder: Path) -> None:
    assert is_read(loaded, Counted(folder, option="another"))


def test_it_is_read_when_the_loader_holds_what_cannot_be_compared(loaded: Connection, folder: Path) -> None:
    load(loaded, Counted(folder, option=object()))
    assert is_read(loaded, Counted(folder, option=object()))


def test_it_is_read_when_the_gazetteer_is_another(
    loaded: Connection, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(inputs, "package_file", lambda: (folder / "cities.csv", "9"))
    assert is_read(loaded, Counted(folder))


def test_it_is_read_when_a_person_decided_on_a_place(loaded: Connection, folder: Path, tmp_path: Path) -> None:
    (tmp_path / "judgements.csv").write_text(",".join(COLUMNS) + "\n", encoding="utf-8")
    assert is_read(loaded, Counted(folder))
