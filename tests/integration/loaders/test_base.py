"""The frame of every loader on a real Neo4j: what a dry run, a strict one, a repeated one and a failed one leave behind."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from kg.database.connection import Connection
from kg.database.digest import digest
from kg.database.schema import apply_schema
from kg.errors import KgError
from kg.loaders.loading import LoadReport, load
from kg.loaders.starter import Starter

SMALL = Path(__file__).parents[2] / "data" / "starter"

COUNT = "MATCH (n) RETURN count(n) AS n"


@pytest.fixture
def ready(database: Connection) -> Connection:
    apply_schema(database)
    return database


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of the small starter, to be changed."""
    return Path(shutil.copytree(SMALL, tmp_path / "starter"))


def change(folder: Path, file: str, old: str, new: str) -> None:
    text = (folder / file).read_text(encoding="utf-8")
    assert old in text
    (folder / file).write_text(text.replace(old, new), encoding="utf-8")


def counts(report: LoadReport) -> tuple[dict[str, int], dict[str, int], dict[str, int]]:
    changes = {name: number for name, number in report.changes.items() if number}
    return dict(report.rows), dict(report.skipped), changes


def test_a_dry_run_on_an_empty_graph_writes_nothing_and_predicts_the_load(ready: Connection) -> None:
    predicted = load(ready, Starter(SMALL, "2020"), dry_run=True)
    assert ready.run_read(COUNT) == [{"n": 0}]
    assert counts(predicted) == counts(load(ready, Starter(SMALL, "2020")))
    assert predicted.dry_run


def test_a_dry_run_of_a_changed_edition_predicts_the_load(ready: Connection, folder: Path) -> None:
    load(ready, Starter(SMALL, "2020"))
    before = digest(ready).value
    change(folder, "cities.csv", "202250", "204618")
    change(folder, "member_of.csv", "city,turku-fi,organisation,small-network,,,1995,1999,list-web,2020\n", "")
    predicted = load(ready, Starter(folder, "2021"), dry_run=True)
    assert digest(ready).value == before
    assert counts(predicted) == counts(load(ready, Starter(folder, "2021")))


def test_a_dry_run_predicts_what_joins(ready: Connection, folder: Path) -> None:
    change(folder, "cities.csv", "espoo-fi,Espoo,Esbo,FI,660129,Q47034", "espoo-fi,Espoo,Esbo,FI,660129,")
    load(ready, Starter(folder, "2020"))
    # The list now says that Turku and Espoo are one: nodes join, and facts of both with them.
    change(folder, "cities.csv", "espoo-fi,Espoo,Esbo,FI,660129,", "espoo-fi,Espoo,Esbo,FI,660129,Q38511")
    before = digest(ready).value
    predicted = load(ready, Starter(folder, "2021"), dry_run=True)
    assert digest(ready).value == before
    done = load(ready, Starter(folder, "2021"))
    assert done.changes["nodes joined"] == 1
    assert counts(predicted) == counts(done)


def test_the_same_edition_again_changes_nothing(ready: Connection) -> None:
    load(ready, Starter(SMALL, "2020"))
    before = digest(ready).value
    report = load(ready, Starter(SMALL, "2020"))
    assert report.rows["unchanged"] == report.rows["read"]
    assert not any(report.changes.values())
    assert digest(ready).value == before


def test_strict_refuses_an_edition_with_a_reject_and_writes_nothing(ready: Connection, folder: Path) -> None:
    change(folder, "member_of.csv", "2005", "1905-99")
    with pytest.raises(
        KgError, match=r"1 of \d+ rows of starter are rejected, the first in member_of.csv, line 5: .*strict"
    ):
        load(ready, Starter(folder, "2020"), strict=True)
    assert ready.run_read(COUNT) == [{"n": 0}]


def test_a_rejected_row_keeps_what_it_said_before(ready: Connection, folder: Path) -> None:
    load(ready, Starter(folder, "2020"))
    change(folder, "holds_post.csv", "2019,", "yesterday,")
    report = load(ready, Starter(folder, "2021"))
    assert report.rows["rejected"] == 1
    assert ready.run_read("MATCH ()-[r:HOLDS_POST]->() RETURN r.since AS since, r.ended AS ended") == [
        {"since": "2019", "ended": None}
    ]
