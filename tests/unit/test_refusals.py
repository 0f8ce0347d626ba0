"""What a command refuses before any database is asked or started."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from kg.cli import main, root
from kg.cli.options import check_writable
from kg.errors import KgError

CONSORTIUM = ["consortium", "--lead", "Riga", "--theme", "mobility"]
RUN = ["report", "run", "network-members", "--param", "network=EUROCITIES"]
#: Nothing listens there: a command that got so far would say so instead.
NOWHERE = {"NEO4J_URI": "bolt://127.0.0.1:9", "NEO4J_PASSWORD": "none"}


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["recommend", "Riga", "--picture", ""], "--picture is empty"),
        (["recommend", "Riga", "--picture", "/proc/x.html"], "--picture /proc/x.html cannot be written"),
        (["explain", "Riga", "Espoo", "--picture", "no/such/x.html"], "there is no folder"),
        (["fit", "exchange", "--offline", "--out", "/proc/version"], "--out /proc/version cannot be written"),
        (["evaluate", "recommend", "--out", "/proc/version"], "--out /proc/version cannot be written"),
        (["explain", "Riga", "Espoo", "--picture", "x.png"], "--picture x.png: a picture is an HTML page"),
        ([*RUN, "--out", ""], "--out is empty"),
        ([*RUN, "--out", "x.unknown"], ".csv, .json, .md, .html, .htm, .xlsx, .txt"),
        ([*RUN, "--out", "/proc/x.csv"], "--out /proc/x.csv cannot be written"),
        (["report", "list", "--tag", "nosuch"], "No report has the tag 'nosuch'; there are: "),
        (["load", "geonames", "--country", ""], "is empty"),
        (["load", "geonames", "--country", "Atlantis"], "AD AL AM"),
        (["recommend", "Riga", "--as-of", "yesterday"], "as-of date cannot be read"),
        (["recommend"], "Name a city or region"),
        (["recommend", "Riga", "--newcomers", "3"], "above 0 and at most 1"),
        (["recommend", "Riga", "--min-population", "9", "--max-population", "3"], "nobody can be between"),
        (["recommend", "Riga", "--weights", "no-such.toml"], "no-such.toml cannot be read"),
        (["recommend", "Riga", "--out", "x.csv"], "--out is for --all"),
        (["recommend", "Riga", "--all", "--out", "x.csv"], "leave PLACE"),
        (["recommend", "--all"], "--all needs a file"),
        (["recommend", "--all", "--out", "x.xlsx"], "Known are .csv, .parquet, .arrow"),
        (["recommend", "--all", "--out", "/proc/x.csv"], "--out /proc/x.csv cannot be written"),
        (
            ["recommend", "--all", "--out", "x.csv", "--country", "FI", "--spread", "2"],
            "--all takes no --country, --spread",
        ),
        (["recommend", "Riga", "--engine", "spark"], "--engine spark is for --all"),
        (["recommend", "Riga", "--snapshot", "x"], "--snapshot is for --all --engine spark"),
        (["recommend", "--all", "--snapshot", "x", "--out", "x.csv"], "--snapshot is for --engine spark"),
        (["recommend", "--all", "--out", "/tmp"], "--out /tmp is a folder"),
        (["snapshot", "export", "/proc/version"], "FOLDER /proc/version cannot be written"),
        (["snapshot", "export", "no/such/folder"], "there is no folder"),
        (["why-not", "Riga", "Espoo", "--as-of", "soon"], "as-of date cannot be read"),
        (["explain", "Riga", "Espoo", "--weights", "no-such.toml"], "no-such.toml cannot be read"),
        (["brief", "Riga", "Espoo", "--out", "x.pdf"], "ends in .html or .docx"),
        (["brief", "Riga", "Espoo", "--out", "no/such/x.html"], "there is no folder"),
        ([*CONSORTIUM, "--rule", "horizon", "--size", "3"], "There is no rule 'horizon': choose one of horizon-ria"),
        ([*CONSORTIUM, "--rule", "urbact-action-planning", "--size", "4"], "size (--size) 4 is below what"),
        ([*CONSORTIUM, "--rule", "interreg-europe", "--size", "17"], "size (--size) 17 is above what"),
        (
            [*CONSORTIUM, "--rule", "horizon-ia", "--size", "3", "--theme-members", "4"],
            "from 0 to the size (3), or 'most'",
        ),
        ([*CONSORTIUM, "--rule", "horizon-ia", "--size", "3", "--theme-members", "some"], "not 'some'"),
        ([*CONSORTIUM, "--rule", "horizon-ia", "--size", "3", "--as-of", "soon"], "as-of date cannot be read"),
        (["seek", "add", "Riga", "--theme", "AI", "--until", "2001"], "until (--until) 2001 is past"),
        (["seek", "add", "Riga", "--theme", "AI", "--until", "soon"], "until (--until) cannot be read"),
        (["seek", "add", "Riga", "--theme", "AI", "--role", "mentor"], "use: kg offer add"),
        (["offer", "add", "Riga", "--theme", "AI", "--note", ""], "note (--note) is empty"),
        (["offer", "add", "Riga", "--theme", "AI", "--note", "a@example.org"], "e-mail address"),
        (["seek", "list", "--as-of", "yesterday"], "as-of date cannot be read"),
        (["match", "Riga", "--as-of", "2026-13"], "as-of date cannot be read"),
        (["central", "--as-of", "yesterday"], "as-of date cannot be read"),
        (["central", "--of", "networks", "--layer", "projects"], "leaves all networks out"),
        (["central", "--min-members", "9", "--max-members", "3"], "no network or project can be between"),
        (["communities", "--past", "--layer", "networks"], "leaves all projects out"),
        (["communities", "--resolution", "0"], "must be a number above 0"),
        (["bridges", "--resolution", "nan"], "must be a number above 0"),
        (["bridges", "EMTA"], "Name two or more networks"),
        (["bridges", "EMTA", "Polis", "--seed", "7"], "seed (--seed): this shapes communities"),
    ],
)
def test_refused_with_exit_code_2(arguments: list[str], message: str) -> None:
    result = CliRunner(env=NOWHERE).invoke(root, arguments)
    assert isinstance(result.exception, KgError), result.output
    assert result.exception.exit_code == 2
    assert message in str(result.exception)


@pytest.mark.parametrize("arguments", [["central"], ["communities"], ["bridges"]])
def test_what_needs_a_package_says_so_before_any_database(
    arguments: list[str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setitem(sys.modules, "igraph", None)
    for name, value in NOWHERE.items():
        monkeypatch.setenv(name, value)
    with pytest.raises(SystemExit) as ended:
        main(arguments)
    assert ended.value.code == 2
    assert capsys.readouterr().err == "kg: this needs the package igraph: pip install 'localgov-kg[structure]'\n"


SPARK = ["recommend", "--all", "--engine", "spark"]


def test_without_spark_the_extra_is_named_before_any_database(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pyspark", None)
    result = CliRunner(env=NOWHERE).invoke(root, [*SPARK, "--out", "x.csv"])
    assert isinstance(result.exception, KgError), result.output
    assert "pip install 'localgov-kg[spark]'" in str(result.exception)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--out", "x.xlsx"], "a name without an ending is a new folder"),
        (["--out", "tests"], "--out tests is there already"),
        (["--out", "no/such/folder"], "there is no folder"),
        (["--out", "x", "--snapshot", "tests"], "--snapshot tests holds no snapshot"),
        (["--out", "x", "--snapshot", "x", "--uri", "bolt://x"], "--snapshot asks no database, and --uri"),
        (["--out", "x", "--spread", "2"], "--all takes no --spread"),
    ],
)
def test_refused_before_spark_starts(arguments: list[str], message: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("kg.queries.spark.run.check_spark", lambda: None)
    monkeypatch.setattr("kg.queries.spark.run.find_java", lambda: Path("java"))
    monkeypatch.chdir(Path(__file__).parents[2])
    result = CliRunner(env=NOWHERE).invoke(root, [*SPARK, *arguments])
    assert isinstance(result.exception, KgError), result.output
    assert message in str(result.exception)


@pytest.mark.parametrize("lines", ["0", "-5"])
def test_logs_of_no_lines(lines: str) -> None:
    result = CliRunner().invoke(root, ["server", "logs", "--lines", lines])
    assert result.exit_code == 2
    assert "--lines" in result.output


def test_a_file_that_is_there_may_be_written_over(tmp_path: Path) -> None:
    file = tmp_path / "x.html"
    check_writable(file, "--picture")
    assert not file.exists(), "only asked, nothing made"
    file.write_text("old", encoding="utf-8")
    check_writable(file, "--picture")
    assert file.read_text(encoding="utf-8") == "old"


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="only Linux has a device that is always full")
@pytest.mark.parametrize("arguments", [["rules"], ["rules", "--format", "json"], ["--help"]])
def test_a_disk_that_is_full_is_said_in_one_line(arguments: list[str]) -> None:
    program = f"from kg.cli import main; main({arguments!r})"
    with Path("/dev/full").open("w") as full:
        ended = subprocess.run(
            [sys.executable, "-c", program], stdout=full, stderr=subprocess.PIPE, text=True, check=False
        )
    assert ended.stderr == "kg: not all could be written: No space left on device. Free some, or write elsewhere.\n"
    assert ended.returncode == 2
