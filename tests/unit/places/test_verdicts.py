"""What was checked by hand stands in the documentation as it stands in the files."""

from __future__ import annotations

import csv
import re
from collections import Counter
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
DATA = ROOT / "tests" / "data" / "places"


def rows(name: str) -> list[dict[str, str]]:
    return list(csv.DictReader((DATA / name).read_text(encoding="utf-8").splitlines()))


def row_of_table(beginning: str) -> list[int]:
    text = (ROOT / "docs" / "places.md").read_text(encoding="utf-8")
    found = re.search(rf"^\| {beginning}[^|]*\|([ \d|]+)\|$", text, re.MULTILINE)
    assert found, beginning
    return [int(cell) for cell in found[1].split("|")]


@pytest.mark.parametrize("verdict", ["gold error", "both acceptable", "resolver error"])
def test_disagreements(verdict: str) -> None:
    counts = Counter(row["set"] for row in rows("disagreements.csv") if row["verdict"] == verdict)
    assert row_of_table(f"{verdict}:?") == [counts["etmun"], counts["keep"]]


def test_fifty_of_each_set_with_a_reason_each() -> None:
    drawn = rows("disagreements.csv")
    assert Counter(row["set"] for row in drawn) == {"etmun": 50, "keep": 50}
    assert len({(row["set"], row["row"]) for row in drawn}) == 100
    assert all(row["reason"] for row in (*drawn, *rows("missed.csv")))


@pytest.mark.parametrize("verdict", ["name not in the gazetteer", "resolver miss", "no municipality"])
def test_missed_rows(verdict: str) -> None:
    assert row_of_table(verdict) == [sum(row["verdict"] == verdict for row in rows("missed.csv"))]


def test_verdicts_are_on_rows_that_are_measured(shared_data: Path) -> None:
    with (shared_data / "etmun" / "etmun_membership.csv").open(encoding="utf-8-sig", newline="") as file:
        table = list(csv.DictReader(file))
    for row in rows("disagreements.csv"):
        if row["set"] == "etmun":
            assert f"geonames:{table[int(row['row']) - 2]['geonameId']}" == row["gold_id"]
