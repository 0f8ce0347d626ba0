"""No table that kg writes has a cell that a spreadsheet would run, and each is read back as it was."""

from __future__ import annotations

import csv
import doctest
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kg import spreadsheets
from kg.loaders.base import Row
from kg.loaders.reading.tables import read_table, write_rejects
from kg.places.judgements import Judgement, append_judgement, read_judgements, withdraw
from kg.spreadsheets import RUNNABLE, guarded, runs, unguarded

FORMULAS = [
    "=1+1",
    "+1",
    "-1",
    "@SUM(A1)",
    "\t=1",
    "\r=1",
    "=cmd|' /C calc'!A0",
    " =1",
    "\N{FULLWIDTH EQUALS SIGN}1",
    '=HYPERLINK("http://x")',
]
TEXTS = st.one_of(st.text(), st.builds(str.__add__, st.text("'=+-@ \t", max_size=4), st.text(max_size=5)))


def test_the_examples_in_the_documentation() -> None:
    assert doctest.testmod(spreadsheets).attempted
    assert doctest.testmod(spreadsheets).failed == 0


@given(TEXTS)
def test_what_is_guarded_is_never_run_and_given_back(text: str) -> None:
    assert not runs(guarded(text))
    assert unguarded(guarded(text)) == text


@pytest.mark.parametrize("text", ["'s-Hertogenbosch", "Riga", "", "'", "''", "L'Aquila", "a=1"])
def test_what_is_no_formula_stays_as_it_is(text: str) -> None:
    assert guarded(text) == unguarded(text) == text


def test_rejects_are_not_run_and_can_be_loaded_again(tmp_path: Path) -> None:
    rows = [Row("x.csv", number, {"name": text, "=note": "-"}, str(number)) for number, text in enumerate(FORMULAS, 2)]
    path = tmp_path / "rejects.csv"
    write_rejects(path, [(row, f"={row.line} is none") for row in rows])
    with path.open(encoding="utf-8", newline="") as file:
        assert not [cell for line in csv.reader(file) for cell in line if cell[:1] and cell[0] in RUNNABLE]
    again = list(read_table(path, columns=["file", "name"]))
    assert [row.cells["name"] for row in again] == [text.strip() for text in FORMULAS]


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=30)
@given(st.lists(TEXTS.filter(lambda text: text.isprintable() or text == "\t"), min_size=3, max_size=3))
def test_judgements_are_not_run_and_stay_what_was_said(tmp_path: Path, texts: list[str]) -> None:
    path = tmp_path / "judgements.csv"
    path.unlink(missing_ok=True)
    said = Judgement("yes", "own:riga", "geonames:456172", texts[0], "LV", texts[1], "2024-05-01", texts[2])
    append_judgement(path, said)
    with path.open(encoding="utf-8", newline="") as file:
        assert not [cell for line in csv.reader(file) for cell in line if cell[:1] and cell[0] in RUNNABLE]
    assert read_judgements(path).all == (said,)
    withdraw(path, "own:riga", "geonames:456172", "2024-06-01")
    assert read_judgements(path).all[0].reason == texts[2]


def test_a_link_to_the_judgements_stays_one(tmp_path: Path) -> None:
    there, link = tmp_path / "there.csv", tmp_path / "judgements.csv"
    link.symlink_to(there)
    append_judgement(link, Judgement("yes", "own:riga", "geonames:456172", "Riga", "LV", "Anna", "2024", ""))
    assert link.is_symlink()
    assert len(read_judgements(there).all) == 1
