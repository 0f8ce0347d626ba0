"""The starter as the loader reads it: every row of the shipped files means something, and bad rows say what is wrong."""

from __future__ import annotations

import shutil
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


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of the small starter, to be spoilt."""
    return Path(shutil.copytree(SMALL, tmp_path / "starter"))


def spoil(folder: Path, file: str, text: str) -> None:
    with (folder / file).open("a", encoding="utf-8") as stream:
        stream.write(text + "\n")


def last_outcome(folder: Path, file: str) -> object:
    return [outcome for row, outcome in outcomes(folder) if row.file == file][-1]


def test_the_small_starter_is_good() -> None:
    assert [outcome for _, outcome in outcomes(SMALL) if not isinstance(outcome, Records)] == []


@pytest.mark.parametrize(
    ("file", "line", "reason"),
    [
        ("cities.csv", "x,X,,LV,,,,,,,nobody,2020", "'nobody' is not in sources.csv"),
        ("cities.csv", "x,X,,LV,Q1773,,,,,,list-web,2020", "'Q1773' is not a code of the scheme geonames"),
        ("cities.csv", "x,X,,LV,,,91,24,,,list-web,2020", "not on the globe"),
        ("cities.csv", "x,X,,LV,,,,,-5,,list-web,2020", "population"),
        ("cities.csv", "x,X,,lv,,,,,,,list-web,2020", "country"),
        ("cities.csv", "x,X,,LV,,,,,,,list-web,2020-13", "not a date that exists"),
        ("cities.csv", "X Y,X,,LV,,,,,,,list-web,2020", "'X Y' is not a code of the scheme own"),
        ("countries.csv", ",Nowhere,,,,,list-web,2020", "no source or row"),
        ("projects.csv", "x,,,,,,,,list-web,2020", "name"),
        ("member_of.csv", "city,nowhere,organisation,small-network,,,,,list-web,2020", "no city 'nowhere'"),
        ("member_of.csv", "planet,mars,organisation,small-network,,,,,list-web,2020", "no planet 'mars'"),
        ("member_of.csv", "city,riga-lv,city,turku-fi,,,,,list-web,2020", "MEMBER_OF does not join City to City"),
        ("member_of.csv", "city,riga-lv,organisation,small-network,,,2009,2001,list-web,2020", "until 2001 is before"),
    ],
)
def test_a_bad_row_is_rejected_with_its_reason(folder: Path, file: str, line: str, reason: str) -> None:
    spoil(folder, file, line)
    outcome = last_outcome(folder, file)
    assert isinstance(outcome, Rejected)
    assert reason in outcome.reason


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("id,title,publisher,licence,url\nx,X,X,X,\n", "no column authority"),
        ("id,title,publisher,licence,url,authority\nx,X,X,X,,king\n", "line 2.*'king' is none of person, network"),
        (
            "id,title,publisher,licence,url,authority\nx,X,X,X,,network\nx,X,X,X,,person\n",
            "line 3.*'x' is empty or stands twice",
        ),
    ],
)
def test_sources_that_are_none_are_an_error_of_the_file(folder: Path, text: str, reason: str) -> None:
    (folder / "sources.csv").write_text(text, encoding="utf-8")
    with pytest.raises(KgError, match=reason):
        outcomes(folder)


def test_a_folder_without_sources_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(KgError, match=r"cannot read .*sources\.csv"):
        _ = Starter(tmp_path).sources


@pytest.mark.parametrize("file", ["cities.csv", "member_of.csv"])
def test_a_table_without_its_columns_is_an_error(folder: Path, file: str) -> None:
    (folder / file).write_text("name\nRiga\n", encoding="utf-8")
    with pytest.raises(KgError, match="no column"):
        outcomes(folder)


def test_a_row_keeps_its_id_whatever_the_other_tables_hold(folder: Path) -> None:
    (folder / "part_of.csv").write_text(
        "start_kind,start,end_kind,end,source,as_of\norganisation,small-network,organisation,small-network,list-web,2020\n",
        encoding="utf-8",
    )
    before = [row.id for row, _ in outcomes(folder) if row.file == "part_of.csv"]
    spoil(folder, "member_of.csv", "organisation,small-network,organisation,small-network,,,,,list-web,2020")
    assert (
        [row.id for row, _ in outcomes(folder) if row.file == "part_of.csv"]
        == before
        == ["small-network>small-network"]
    )


def test_what_one_source_says_twice_of_the_same_has_two_ids() -> None:
    ids = [row.id for row, _ in outcomes(SMALL) if row.file == "member_of.csv"]
    assert ids == [
        "riga-lv>small-network",
        "riga-lv>small-network",
        "turku-fi>small-network",
        "turku-fi>small-network#2",
    ]


def test_the_checksum_follows_the_content(folder: Path) -> None:
    before = Starter(folder).checksum()
    assert before == Starter(SMALL).checksum()
    spoil(folder, "people.csv", "x,X,list-web,2020")
    assert Starter(folder).checksum() != before
