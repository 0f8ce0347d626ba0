"""The gazetteer: made once from the package's file, read in a stream, and found again."""

from __future__ import annotations

import json
import tracemalloc
from pathlib import Path

import pytest

from kg.errors import KgError
from kg.places import gazetteer as module
from kg.places.gazetteer import SqliteGazetteer, build, entries, open_file, open_gazetteer
from kg.places.keys import place_key

from .conftest import PLACES, entry


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    path = tmp_path / "cities500.json"
    path.write_text(json.dumps({str(place[0]): entry(place) for place in PLACES}), encoding="utf-8")
    monkeypatch.setattr(module, "package_file", lambda: (path, "3.0.0"))
    return path


def test_entries_are_read_whatever_the_size_of_the_file(tmp_path: Path) -> None:
    path = tmp_path / "many.json"
    given = {str(number): {**entry(PLACES[0]), "geonameid": number, "name": 'A "b"]} {c'} for number in range(9000)}
    path.write_text(json.dumps(given), encoding="utf-8")
    assert path.stat().st_size > 1 << 20
    assert [one["geonameid"] for one in entries(path)] == list(range(9000))


def test_entries_are_never_all_held(tmp_path: Path) -> None:
    path = tmp_path / "many.json"
    path.write_text(json.dumps({str(number): entry(PLACES[0]) for number in range(25_000)}), encoding="utf-8")
    tracemalloc.start()
    count = sum(1 for _ in entries(path))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert count == 25_000
    assert peak < path.stat().st_size


def test_place_is_found_by_id_and_by_key(gazetteer: SqliteGazetteer) -> None:
    riga = gazetteer.place(456172)
    assert riga is not None
    assert (riga.name, riga.country, riga.population) == ("Riga", "LV", 742572)
    assert [named.place for named in gazetteer.named(("LV",), place_key("RĪGA", "LV"))] == [456172]
    assert gazetteer.named(("LT",), place_key("Riga", "LT")) == ()
    assert gazetteer.place(1) is None


@pytest.mark.parametrize("junk", ["RIX", "lijiajia"])
def test_codes_and_machine_transliterations_are_no_names(gazetteer: SqliteGazetteer, junk: str) -> None:
    assert gazetteer.named(("LV",), place_key(junk, "LV")) == ()


def test_name_in_its_own_letters_is_kept_beside_its_ascii_form(gazetteer: SqliteGazetteer) -> None:
    assert {named.text for named in gazetteer.named(("DE",), place_key("München", "DE"))} == {"München", "Muenchen"}
    assert {named.text for named in gazetteer.named(("FR",), place_key("Lille", "FR"))} == {"Lille"}


def test_file_is_made_once(package: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = open_gazetteer(tmp_path / "cache")
    monkeypatch.setattr(module, "build", lambda *_: pytest.fail("made twice"))
    second = open_gazetteer(tmp_path / "cache")
    assert first.place(456172) == second.place(456172) is not None
    assert [path.suffix for path in (tmp_path / "cache").iterdir()] == [".sqlite"]


def test_broken_file_is_made_anew(package: Path, tmp_path: Path) -> None:
    open_gazetteer(tmp_path / "cache").close()
    (path,) = (tmp_path / "cache").iterdir()
    path.write_bytes(b"not a database" * 1000)
    assert open_file(path) is None
    assert open_gazetteer(tmp_path / "cache").place(456172) is not None


def test_file_of_another_edition_goes(package: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    open_gazetteer(tmp_path / "cache").close()
    monkeypatch.setattr(module, "package_file", lambda: (package, "3.0.1"))
    open_gazetteer(tmp_path / "cache").close()
    (path,) = (tmp_path / "cache").iterdir()
    assert "3.0.1" in path.name


def test_works_without_a_folder_to_write_to(package: Path, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    assert open_gazetteer(tmp_path / "file" / "cache").place(456172) is not None


def test_empty_package_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(KgError, match="no place"):
        build([], str(tmp_path / "empty.sqlite"))


def test_larger_place_nearby(gazetteer: SqliteGazetteer) -> None:
    quarter, city = gazetteer.place(9000010), gazetteer.place(3110044)
    assert quarter is not None
    assert city is not None
    assert gazetteer.larger_near(quarter, 8.0, 8.0)
    assert not gazetteer.larger_near(city, 8.0, 8.0)
