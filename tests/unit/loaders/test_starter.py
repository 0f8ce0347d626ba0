"""The starter as the loader reads it: every row of the shipped files means something, and bad rows say what is wrong."""

from __future__ import annotations

from pathlib import Path

import pytest

from kg.errors import KgError
from kg.loaders.base import Records, Rejected, Row
from kg.loaders.starter import DATA, Starter
from kg.schema.nodes import Event, Project

SMALL = Path(__file__).parents[2] / "data" / "starter"


def outcomes(directory: Path = DATA) -> list[tuple[Row, object]]:
    loader = Starter(directory, "2020")
    result: list[tuple[Row, object]] = []
    for row in loader.extract():
        try:
            result.append((row, loader.transform(row)))
        except ValueError as error:
            result.append((row, Rejected(str(error))))
    return result


def test_every_shipped_row_says_something() -> None:
    rejected = [(row.file, row.line, outcome) for row, outcome in outcomes() if not isinstance(outcome, Records)]
    assert rejected == []


def test_every_shipped_row_has_an_id_of_its_own() -> None:
    ids = [(row.file, row.cells["source"], row.id) for row, _ in outcomes()]
    assert len(set(ids)) == len(ids)


@pytest.mark.parametrize(("file", "model"), [("projects.csv", Project), ("events.csv", Event)])
def test_dates_of_projects_and_events_are_values(file: str, model: type[Project | Event]) -> None:
    for row, outcome in outcomes():
        if row.file == file:
            assert isinstance(outcome, Records)
            (record,) = outcome.nodes
            assert isinstance(record.node, model)
            assert (record.node.start or "", record.node.end or "") == (row.cells["start"], row.cells["end"])
