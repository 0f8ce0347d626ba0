"""The measurement: what is asked, what counts as right, and why something was missed."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from kg.cli import root
from kg.errors import KgError
from kg.places.evaluate import by_cause, by_country, draw_disagreements, etmun_cases, keep_cases, summary, trial
from kg.places.gazetteer import SqliteGazetteer
from kg.places.query import PlaceQuery, Resolution
from kg.places.resolve import Resolver

HEADER = "Full_Name,Locality_Siege,CountryCode,Continent,EntitySimplified,lon,lat,geonameId,asciiName,lng_GN,lat_GN"
ROWS = (
    "City of Riga,Riga,LV,Europe,City,24.1,56.9,456172,Riga,24.106,56.946",  # right
    "Castro,Castro,IT,Europe,Municipality,10,45,9000001,Castro,10.07,45.80",  # review
    "Bozen,Bolzano,IT,Europe,City,11,46,3165185,Trieste,13.79,45.64",  # wrong: the gold one is another place
    "Village,Nowhere,IT,Europe,City,11,46,77,Nowhere,11.0,46.0",  # unknown, and not in the gazetteer
    "Genova,Provincia di Genova,IT,Europe,City,9,44,3176219,Genoa,8.944,44.405",  # unknown: a region
    "Region,Riga,LV,Europe,Region,24.1,56.9,456172,Riga,24.106,56.946",  # not asked: no municipality
    "Rabat,Rabat,MA,Africa,City,-6.8,34.0,2538475,Rabat,-6.83,34.01",  # not asked: not in Europe
    "None,Riga,LV,Europe,City,24.1,56.9,,Riga,,",  # not asked: without gold
)


@pytest.fixture
def etmun(tmp_path: Path) -> Path:
    path = tmp_path / "etmun.csv"
    path.write_text("\n".join((HEADER, *ROWS)) + "\n", encoding="utf-8")
    return path


def test_only_name_and_country_are_asked(etmun: Path, gazetteer: SqliteGazetteer) -> None:
    asked: list[PlaceQuery] = []

    class Listener(Resolver):
        def resolve(self, query: PlaceQuery) -> Resolution:
            asked.append(query)
            return super().resolve(query)

    trial(etmun_cases(etmun, gazetteer), Listener(gazetteer))
    assert asked == [
        PlaceQuery("Riga", "LV"),
        PlaceQuery("Castro", "IT"),
        PlaceQuery("Bolzano", "IT"),
        PlaceQuery("Nowhere", "IT"),
        PlaceQuery("Provincia di Genova", "IT"),
    ]


def test_figures(etmun: Path, gazetteer: SqliteGazetteer, resolver: Resolver) -> None:
    tried = trial(etmun_cases(etmun, gazetteer), resolver)
    result = summary(tried)
    assert (result.rows, result.right, result.wrong, result.review, result.unknown) == (5, 1, 1, 1, 2)
    assert (result.held, result.right_held) == (4, 1)
    assert (result.precision, result.recall, result.recall_held) == (0.5, 0.2, 0.25)
    assert by_cause(tried) == {
        "name of a region, association or other body": (1, 1),
        "several places of that name: left to a person": (1, 1),
        "the gazetteer has no such name": (1, 0),
        "the name is that of another place": (1, 1),
    }
    assert sum(every for every, _ in by_cause(tried).values()) == result.rows - result.right
    assert {country: one.rows for country, one in by_country(tried).items()} == {"IT": 4, "LV": 1}


def test_no_row_has_no_figures(resolver: Resolver) -> None:
    result = summary(trial([], resolver))
    assert (result.precision, result.recall, result.recall_held) == (None, None, None)


def test_towns_of_keep(tmp_path: Path, gazetteer: SqliteGazetteer, resolver: Resolver) -> None:
    path = tmp_path / "keep.csv"
    path.write_text(
        "Town,Country,geonameId,asciiName,lat_GN,lng_GN,CountryISO\nRIGA,Latvia,456172,Riga,56.946,24.106,LV\n"
        "Atlantis,Nowhereland,1,Atlantis,0,0,\n",
        encoding="utf-8",
    )
    (tried,) = trial(keep_cases(path, gazetteer), resolver)
    assert (tried.case.row, tried.case.country, tried.outcome) == (2, "LV", "right")


def test_draw_depends_on_seed_alone(etmun: Path, gazetteer: SqliteGazetteer, resolver: Resolver) -> None:
    tried = trial(etmun_cases(etmun, gazetteer), resolver) * 20
    assert draw_disagreements(tried, 5, 1) == draw_disagreements(tried, 5, 1)
    assert len(draw_disagreements(tried, 100, 1)) == 20


@pytest.mark.parametrize(("text", "said"), [("a,b\n1,2\n", "lacks the columns Continent"), ("\xff", "UTF-8")])
def test_wrong_file(tmp_path: Path, gazetteer: SqliteGazetteer, text: str, said: str) -> None:
    path = tmp_path / "wrong.csv"
    path.write_text(text, encoding="latin-1")
    with pytest.raises(KgError, match=said):
        list(etmun_cases(path, gazetteer))


@pytest.fixture
def command(monkeypatch: pytest.MonkeyPatch, gazetteer: SqliteGazetteer) -> CliRunner:
    monkeypatch.setattr("kg.places.gazetteer.open_gazetteer", lambda: gazetteer)
    return CliRunner()


def test_command_prints_a_table(command: CliRunner, etmun: Path) -> None:
    done = command.invoke(root, ["evaluate", "places", "--etmun", str(etmun)], catch_exceptions=False)
    assert "precision                         0.5000" in done.output
    assert "the gazetteer has no such name" in done.output


def test_command_prints_json_and_writes_disagreements(command: CliRunner, etmun: Path, tmp_path: Path) -> None:
    out = tmp_path / "out.csv"
    arguments = ["places", "--etmun", str(etmun), "--format", "json", "--disagreements", "9", "--out", str(out)]
    done = command.invoke(root, ["evaluate", *arguments], catch_exceptions=False)
    assert json.loads(done.stdout)["etmun"]["recall_held"] == 0.25
    (row,) = csv.DictReader(out.read_text(encoding="utf-8").splitlines())
    assert (row["set"], row["row"], row["gold_name"], row["answer_name"]) == ("etmun", "4", "Trieste", "Bolzano")


@pytest.mark.parametrize("arguments", [["places"], ["places", "--disagreements", "3", "--etmun"]])
def test_command_says_what_is_missing(command: CliRunner, etmun: Path, arguments: list[str]) -> None:
    given = [*arguments, *([str(etmun)] if arguments[-1] == "--etmun" else [])]
    with pytest.raises(KgError, match="--"):
        command.invoke(root, ["evaluate", *given], catch_exceptions=False)
