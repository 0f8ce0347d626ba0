"""Which loader reads a file, when no command says it."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest

from kg.errors import KgError
from kg.loaders.choosing import BY_NAME, loaders_of_files
from kg.loaders.files import FileLoader

DATA = Path(__file__).parents[2] / "data"


@pytest.mark.parametrize(
    ("file", "loader"),
    [
        ("geonames/cities500.txt", "geonames"),
        ("lau/nuts_lau_2019.csv", "lau"),
        ("networks/memberships.csv", "networks"),
        ("wikidata/twins.json", "wikidata"),
    ],
)
def test_a_file_is_recognised_by_its_header(file: str, loader: str) -> None:
    assert {one.name for one in loaders_of_files([str(_file(file))])} == {loader}


@pytest.mark.parametrize(
    ("file", "loader"),
    [
        ("covenant/signatories.csv", "covenant"),
        ("eurocities/members.json", "eurocities"),
        ("keep/participations.csv", "keep"),
        ("mayors/mayors.csv", "mayors"),
        ("wikidata/latvia.tsv", "wikidata"),
    ],
)
def test_of_one_without_a_date_it_is_asked_for(file: str, loader: str) -> None:
    path = _file(file)
    with pytest.raises(KgError, match=re.escape(f"{loader}@2024-01:{path}")):
        loaders_of_files([str(path)])
    (found,) = loaders_of_files([f"{loader}@2024:{path}"])
    assert (found.name, found.edition) == (loader, "2024")


def _file(name: str) -> Path:
    return DATA / name


def test_every_loader_of_files_can_be_named() -> None:
    assert list(BY_NAME) == [
        "geonames", "covenant", "networks", "eurocities", "keep", "cordis", "wikidata", "lau", "popolo", "mayors", "table",
    ]  # fmt: skip
    assert all(issubclass(loader, FileLoader) for loader in BY_NAME.values())


def test_files_of_one_loader_and_edition_are_read_together_and_in_the_best_order() -> None:
    names, relations = (next(DATA.rglob(f"wikidata/{name}.tsv")) for name in ("names", "relations"))
    mayors = next(DATA.rglob("mayors/mayors.csv"))
    loaders = loaders_of_files([f"mayors@2021:{mayors}", f"wikidata@2016:{relations}", f"wikidata@2016:{names}"])
    assert [one.name for one in loaders] == ["wikidata", "mayors"]
    assert {one.edition for one in loaders} == {"2016", "2021"}


def test_a_table_is_read_by_the_mapping_beside_it(tmp_path: Path) -> None:
    mapping = next(path for path in sorted((DATA / "table").glob("*.yaml")) if path.with_suffix(".csv").exists())
    for path in (mapping, mapping.with_suffix(".csv")):
        shutil.copy(path, tmp_path / path.name)
    (loader,) = loaders_of_files([str(tmp_path / mapping.with_suffix(".csv").name)])
    assert loader.name == "table"


def test_a_file_that_nobody_knows_is_told_what_helps(tmp_path: Path) -> None:
    file = tmp_path / "members.csv"
    file.write_text("a,b\n1,2\n", encoding="utf-8")
    with pytest.raises(KgError, match=r"no loader knows its header.* keep:members\.csv .*members\.yaml"):
        loaders_of_files([str(file)])


def test_no_file(tmp_path: Path) -> None:
    with pytest.raises(KgError, match="there is no such file"):
        loaders_of_files([str(tmp_path / "none.csv")])
    with pytest.raises(KgError, match="is not a file"):
        loaders_of_files([f"keep:{tmp_path}"])


def test_an_edition_that_is_no_date() -> None:
    with pytest.raises(KgError, match="'soon'"):
        loaders_of_files([f"mayors@soon:{next(DATA.rglob('mayors/mayors.csv'))}"])
