"""``kg recommend``, ``explain``, ``path`` and ``why`` on the small graph, as a user runs them."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable

import pytest
from click.testing import CliRunner, Result

from kg.cli import root
from kg.database.connection import Connection
from kg.errors import KgError

pytestmark = pytest.mark.integration

Run = Callable[..., Result]


@pytest.fixture
def run(graph: Connection, kg_environment: dict[str, str]) -> Run:
    return lambda *arguments: CliRunner().invoke(root, list(arguments))


def done(result: Result) -> str:
    assert result.exit_code == 0, result.output
    return result.stdout


def test_the_table(run: Run) -> None:
    table = done(run("recommend", "Riga", "--as-of", "2026-11-22", "--top", "3"))
    assert "Partners for Riga, LV (exchange), as of 2026-11-22" in table
    assert "Riga" in table.split("Left out")[0].partition("Reasons")[2]
    assert "Left out, already twinned with Riga: 2 (Florence" in table


def test_the_json_is_the_model(run: Run) -> None:
    answer = json.loads(done(run("recommend", "riga, lv", "--kind", "twinning", "--country", "FR", "--format", "json")))
    assert answer["query"]["partner"] == {"id": "geonames:456172", "label": "City", "name": "Riga", "country": "LV"}
    assert [row["partner"]["name"] for row in answer["recommendations"]] == ["Reims"]


def test_csv_that_no_spreadsheet_runs(run: Run) -> None:
    text = done(run("recommend", "Riga", "--country", "XK", "--format", "csv"))
    rows = list(csv.DictReader(io.StringIO(text)))
    assert {row["id"] for row in rows} == {"own:evil"}
    assert {row["name"] for row in rows} == {"'=cmd|' /C calc'!A0<b>"}
    assert sum(float(row["value"]) for row in rows) == pytest.approx(float(rows[0]["score"]))


def test_explain_path_and_why(run: Run) -> None:
    assert "Paths, most specific first" in done(run("explain", "Riga", "Espoo"))
    found = json.loads(done(run("path", "Anna Ozola", "EUROCITIES", "--format", "json")))
    assert {"nodes", "relationships", "sentence"} <= found["paths"][0].keys()
    assert "Sources differ in since" in done(run("why", "m-riga-eurocities"))
    for arguments in (("explain", "Riga", "Espoo"), ("path", "Riga", "Espoo"), ("why", "Riga")):
        assert list(csv.DictReader(io.StringIO(done(run(*arguments, "--format", "csv")))))
        assert json.loads(done(run(*arguments, "--format", "json")))


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["recommend", "San Fernando"], "may be any of 2"),
        (["recommend", "Rgia"], "geonames:456172  Riga, LV"),
        (["explain", "Riga", "geonames:1"], "Nothing in the graph has the id"),
        (["path", "Riga", "Nowhere at all"], "Nothing in the graph is called"),
        (["why", "ffff"], "No fact has the key"),
        (["recommend", "Riga", "--as-of", "yesterday"], "as-of date cannot be read"),
        (["recommend", "Riga", "--country", "Atlantis"], "It has cities in"),
        (["recommend", "Riga", "--region", "Espoo"], "not a region"),
        (["why-not", "Riga", "Rīga"], "give two different ones"),
        (["why-not", "Riga", "EUROCITIES"], "not a city or region"),
    ],
)
def test_an_error_is_one_that_main_prints_with_exit_code_2(run: Run, arguments: list[str], message: str) -> None:
    result = run(*arguments)
    assert isinstance(result.exception, KgError)
    assert result.exception.exit_code == 2
    assert message in str(result.exception)


def test_a_kind_that_does_not_exist_lists_the_choices(run: Run) -> None:
    result = run("recommend", "Riga", "--kind", "marriage")
    assert result.exit_code == 2
    assert "'exchange', 'project', 'twinning'" in result.output
