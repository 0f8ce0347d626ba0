"""``kg report run | check | export`` and what the shell suggests, as a person uses them."""

from __future__ import annotations

import csv
import json
import os
import subprocess
import sys
from pathlib import Path

import click
import pytest
from openpyxl import load_workbook

from kg.cli import main
from kg.cli.completion import complete_every, complete_parameter
from kg.cli.report_run import run_command
from kg.database.connection import Connection
from kg.database.schema import apply_schema

pytestmark = pytest.mark.usefixtures("kg_environment", "graph")

GRAPH = """
CREATE (riga:Entity:City {id: 'geonames:456172', name: 'Rīga', search_names: ['riga'], country: 'LV', population: 605802}),
       (:Entity:City {id: 'own:other', name: 'Rigaud', search_names: ['rigaud'], country: 'FR', population: 900}),
       (:Entity:City {id: 'own:first', name: 'Neustadt', search_names: ['neustadt'], country: 'DE'}),
       (:Entity:City {id: 'own:second', name: 'Neustadt', search_names: ['neustadt'], country: 'AT'}),
       (cities:Entity:Organisation:Network {id: 'own:eurocities', name: 'EUROCITIES', search_names: ['eurocities']}),
       (baltic:Entity:Organisation:Network {id: 'own:ubc', name: 'Baltic Cities', search_names: ['baltic cities']}),
       (:Source {id: 'own:s', title: 'EUROCITIES list', edition: '2025-05', licence: 'CC BY 4.0'}),
       (riga)-[:MEMBER_OF {key: 'a', as_of: '2025-05', role: '=1+1', sources: ['own:s']}]->(cities),
       (riga)-[:MEMBER_OF {key: 'b', as_of: '2019', sources: ['own:s']}]->(baltic)
"""


@pytest.fixture
def graph(database: Connection) -> None:
    apply_schema(database)
    database.run_write(GRAPH)
    database.run_schema("CALL db.index.fulltext.awaitEventuallyConsistentIndexRefresh()")


@pytest.fixture
def own(tmp_path: Path) -> Path:
    folder = tmp_path / "own"
    folder.mkdir()
    return folder


def write(folder: Path, name: str, query: str, *lines: str, columns: str = "x") -> None:
    header = ["// Own", *(f"// {line}" for line in lines), *(f"// column {one}: It." for one in columns.split())]
    (folder / f"{name}.cypher").write_text("\n".join([*header, "// since: 0.1", query, ""]), encoding="utf-8")


def run(*arguments: str | Path) -> int:
    try:
        main(["report", *(str(argument) for argument in arguments)])
    except SystemExit as ended:
        return int(ended.code or 0)
    return 0


MEMBERS = ("run", "network-members", "--param", "network=EUROCITIES")


def test_every_form_has_the_rows_and_their_age(tmp_path: Path) -> None:
    for ending in ("csv", "json", "md", "html", "txt"):
        out = tmp_path / f"out.{ending}"
        assert run(*MEMBERS, "--out", out) == 0
        text = out.read_text(encoding="utf-8-sig")
        assert "Rīga" in text
        assert "EUROCITIES list as of May 2025" in text
    book = load_workbook(tmp_path / "out.xlsx") if run(*MEMBERS, "--out", tmp_path / "out.xlsx") == 0 else None
    assert book is not None
    cover = " ".join(str(cell) for row in book["Cover"].iter_rows(values_only=True) for cell in row)
    assert "CC BY 4.0" in cover
    assert "EUROCITIES list as of May 2025" in cover
    row = dict(zip(*book["Data"].iter_rows(values_only=True), strict=True))
    assert (row["Member"], row["Role"]) == ("Rīga", "=1+1")
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        f"out.{ending}" for ending in ("csv", "html", "json", "md", "txt", "xlsx")
    ]


def test_a_file_that_is_there_is_replaced_only_with_force(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "out.csv"
    out.write_text("old")
    assert run(*MEMBERS, "--out", out) == 2
    assert "is there already: name another file, or replace it with --force" in capsys.readouterr().err
    assert out.read_text() == "old"
    assert run(*MEMBERS, "--out", out, "--force") == 0
    assert "Rīga" in out.read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("out", "said"), [("/proc/out.csv", "no file can be made in /proc"), ("none/out.csv", "there is no folder none")]
)
def test_a_folder_in_which_nothing_can_be_made_is_named(
    out: str, said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    assert run(*MEMBERS, "--out", out) == 2
    assert said in capsys.readouterr().err


@pytest.mark.parametrize(
    ("name", "query", "said"),
    [
        ("syntax", "MATCH (n:City) RETRUN n AS x;", "Neo4j refuses its query"),
        ("header", "RETURN $y AS x;", "the query uses the parameter y"),
        ("write", "MATCH (n:City) CALL (n) { CREATE (m:City) RETURN m } RETURN 1 AS x;", "this one has CREATE"),
        ("files", "LOAD CSV FROM 'file:///etc/passwd' AS row RETURN row AS x;", "this one has LOAD CSV"),
    ],
)
def test_an_own_report_that_is_wrong_is_told_in_one_paragraph(
    name: str, query: str, said: str, own: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write(own, name, query)
    assert run("run", name, "--from", own) == 2
    printed = capsys.readouterr()
    assert printed.out == ""
    assert printed.err.startswith("kg: Report")
    assert said in printed.err


def test_a_path_that_takes_for_ever_ends_and_leaves_no_half_file(
    own: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], connection: Connection
) -> None:
    connection.run_write(
        "UNWIND range(1, 12) AS n CREATE (:City:Entity {id: 'own:x' + n}) WITH count(*) AS c"
        " MATCH (a:City), (b:City) WHERE a.id < b.id CREATE (a)-[:TWINNED_WITH]->(b)"
    )
    write(own, "endless", "MATCH (a:City)-[:TWINNED_WITH*..40]-(b) RETURN b.id AS x;")
    out = tmp_path / "out.csv"
    assert run("run", "endless", "--from", own, "--timeout", "1", "--out", out) == 2
    assert "took longer than 1 seconds and was ended" in capsys.readouterr().err
    assert [path for path in tmp_path.iterdir() if path != own] == []


def test_a_million_rows_are_written_in_constant_memory(own: Path, tmp_path: Path) -> None:
    write(own, "million", "UNWIND range(1, $rows) AS x RETURN x;", "parameter rows: whole number, for example 5 - It.")
    peaks = []
    for rows in (10, 1_000_000):
        out = tmp_path / f"{rows}.csv"
        command = [sys.executable, "-c", "from kg.cli import main; main()", "report", "run", "million", "--from", own]
        started = subprocess.Popen([*command, "--param", f"rows={rows}", "--out", out], stderr=subprocess.DEVNULL)
        _, status, usage = os.wait4(started.pid, 0)
        started.returncode = os.waitstatus_to_exitcode(status)
        assert started.returncode == 0
        with out.open(encoding="utf-8-sig", newline="") as file:
            assert sum(1 for _ in csv.reader(file)) == rows + 1
        peaks.append(usage.ru_maxrss * (1 if sys.platform == "darwin" else 1024))
    # A list of them would take more than 200 MB.
    assert peaks[1] - peaks[0] < 30_000_000


def test_a_table_is_cut_and_says_so(own: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write(own, "many", "UNWIND range(1, 20000) AS x RETURN x;")
    assert run("run", "many", "--from", own, "--format", "json") == 0
    assert len(json.loads(capsys.readouterr().out)["rows"]) == 20_000
    assert run("run", "many", "--from", own, "--limit", "2") == 0
    assert "Cut after 2 rows: there are more." in capsys.readouterr().out
    assert run("run", "many", "--from", own, "--format", "csv", "--limit", "2") == 0
    printed = capsys.readouterr()
    assert printed.out.splitlines() == ["x,data", "1,", "2,"]
    assert "Cut after 2 rows" in printed.err


def test_all_values_are_stacked_or_have_a_sheet_each(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    every = ("run", "network-members", "--all", "network=MATCH (n:Network) RETURN n.id ORDER BY n.id")
    assert run(*every, "--format", "csv") == 0
    rows = list(csv.DictReader(capsys.readouterr().out.splitlines()))
    assert [(row["for_network"], row["member"]) for row in rows] == [("EUROCITIES", "Rīga"), ("Baltic Cities", "Rīga")]
    assert run(*every, "--out", tmp_path / "out.xlsx") == 0
    assert load_workbook(tmp_path / "out.xlsx").sheetnames == ["Cover", "EUROCITIES", "Baltic Cities"]
    assert run(*every, "--param", "network=EUROCITIES") == 2
    assert "by --param and by --all" in capsys.readouterr().err


def test_values_without_rows_have_no_sheet_and_one_line_in_all(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], connection: Connection
) -> None:
    connection.run_write("CREATE (:Entity:Organisation:Network {id: 'own:zz', name: 'Empty', search_names: ['empty']})")
    every = ("run", "network-members", "--all", "network")
    for ending in ("xlsx", "csv", "md"):
        assert run(*every, "--out", tmp_path / f"out.{ending}") == 0
        said = capsys.readouterr().err.splitlines()
        assert [line for line in said if "No rows" in line] == ["No rows for 1 of 3 values: Empty."]
        assert len(said) == len(set(said))
    book = load_workbook(tmp_path / "out.xlsx")
    assert book.sheetnames == ["Cover", "Baltic Cities", "EUROCITIES"]
    cover = [cell for row in book["Cover"].iter_rows(values_only=True) for cell in row]
    assert "No rows for 1 of 3 values: Empty." in cover
    assert run("run", "projects-of-place", "--all", "place=Riga; Rigaud", "--out", tmp_path / "none.xlsx") == 0
    assert "No rows for 2 of 2 values: Rīga, Rigaud." in capsys.readouterr().err


def test_no_rows_say_what_has_to_be_loaded(own: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write(own, "empty", "UNWIND [] AS x RETURN x;", "needs: twin towns (kg load wikidata)")
    for form in ("table", "csv", "md"):
        assert run("run", "empty", "--from", own, "--format", form) == 0
        printed = capsys.readouterr()
        assert "This report needs twin towns (kg load wikidata)." in " ".join((printed.out + printed.err).split())
    assert run("list", "--from", own) == 0
    assert "Needs twin towns (kg load wikidata)" in capsys.readouterr().out


def test_check_lists_what_is_wrong_and_fails(own: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("check") == 0
    assert "reports are in order" in capsys.readouterr().out
    write(own, "first", "MATCH (n:Cty) RETURN n.name AS x;")
    write(own, "second", "MATCH (n) RETURN n.name AS x;")
    assert run("check", "--from", own) == 1
    said = capsys.readouterr().err
    assert "Report first: there is no label Cty" in said
    assert "Report second: it goes through everything in the graph" in said
    assert "2 of " in said


def test_show_prints_both_queries_and_export_writes_all(
    own: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write(own, "both", "RETURN 1 AS x;\n// picture\nMATCH (n:City) RETURN n;")
    assert run("show", "both", "--from", own) == 0
    shown = capsys.readouterr().out
    assert "RETURN 1 AS x;\n\nPicture, for Neo4j Browser\n\nMATCH (n:City) RETURN n;\n" in shown
    out = tmp_path / "reports.zip"
    assert run("export", "--browser", "--out", out, "--from", own) == 0
    assert run("export", "--browser", "--out", out, "--from", own) == 2


def suggested(text: str, report: str, *, every: bool = False) -> list[str]:
    context = click.Context(run_command, resilient_parsing=True)
    context.params = {"name": report}
    complete = complete_every if every else complete_parameter
    return [str(item.value) for item in complete(context, run_command.params[1], text)]


def test_names_are_suggested_as_they_are_typed() -> None:
    assert suggested("place=Rig", "projects-of-place") == ["place=Riga", "place=Rigaud"]
    assert suggested("place=neu", "projects-of-place") == ["place=neustadt,AT", "place=neustadt,DE"]
    assert suggested("network=EURO", "network-members") == ["network=EUROCITIES"]
    assert suggested("network=", "network-members") == ["network=Baltic Cities", "network=EUROCITIES"]
    assert suggested("network=Baltic Ci", "network-members") == ["network=Baltic Cities"]
    assert suggested("place=AND OR (", "projects-of-place") == []
    assert suggested("place=co", "projects-of-place", every=True) == ["place=country="]


def test_what_is_suggested_for_one_of_several_is_understood(capsys: pytest.CaptureFixture[str]) -> None:
    assert run("run", "projects-of-place", "--param", "place=neustadt,AT", "--format", "json") == 0
    assert json.loads(capsys.readouterr().out)["parameters"]["place"] == "own:second"
