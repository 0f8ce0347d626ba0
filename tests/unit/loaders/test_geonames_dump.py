"""GeoNames' dump files: which lines are cities, which are left out by which rule, the edition, and files that are no dumps."""

from __future__ import annotations

import zipfile
from collections import Counter
from pathlib import Path

import pytest

from kg.errors import KgError
from kg.loaders.base import Records, Rejected, Row, Skipped
from kg.loaders.geonames import GeoNames
from kg.loaders.geonames_dump import COLUMNS, GeoNamesDump

FIXTURE = Path(__file__).parents[2] / "data" / "geonames" / "cities500.txt"


def outcomes(loader: GeoNamesDump) -> dict[str, object]:
    return {row.id: loader.transform(row) for row in loader.extract()}


def written(tmp_path: Path, text: str | bytes, name: str = "LV.txt") -> Path:
    path = tmp_path / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def line(**cells: str) -> str:
    riga = dict(zip(COLUMNS, FIXTURE.read_text(encoding="utf-8").splitlines()[0].split("\t"), strict=True))
    return "\t".join((riga | {name.replace("_", " "): cell for name, cell in cells.items()}).values()) + "\n"


def test_every_line_is_a_city_or_left_out_by_a_named_rule() -> None:
    found = outcomes(GeoNamesDump([FIXTURE]))
    assert {id_: outcome.rule for id_, outcome in found.items() if isinstance(outcome, Skipped)} == {
        "9000001": "fewer than 15000 inhabitants",
        "9000002": "a section of a populated place (PPLX)",
        "9000003": "an abandoned populated place (PPLQ)",
        "9000004": "not a populated place (feature class P)",
        "4984247": "in none of the countries asked for",
    }
    assert {id_ for id_, outcome in found.items() if isinstance(outcome, Records)} == {
        "456172",
        "460570",
        "593116",
        "2643743",
    }


def test_a_city_is_the_same_record_as_that_of_the_packages_data() -> None:
    package = GeoNames().transform(
        Row(
            "cities.json",
            1,
            {
                "name": "Riga",
                "alternatenames": "RIX\nRiga\nRīga\nРига",
                "countrycode": "LV",
                "population": "605273",
                "longitude": "24.10589",
                "latitude": "56.946",
            },
            "456172",
        )
    )
    assert outcomes(GeoNamesDump([FIXTURE]))["456172"] == package


@pytest.mark.parametrize(
    ("name", "options", "scope"),
    [
        ("cities500.txt", {}, "geonames?file=cities500&min=15000"),
        ("cities500 (1).txt", {"min_population": 500}, "geonames?file=cities500&min=500"),
        ("LV.txt", {"country": ["Latvia"]}, "geonames?file=LV&min=15000&country=LV"),
        ("allCountries.txt", {"country": ["LT", "lv"]}, "geonames?file=allCountries&min=15000&country=LT,LV"),
    ],
)
def test_the_scope_is_file_population_and_countries(
    tmp_path: Path, name: str, options: dict[str, object], scope: str
) -> None:
    loader = GeoNamesDump([written(tmp_path, FIXTURE.read_bytes(), name)], **options)  # type: ignore[arg-type]
    assert loader.scope == scope
    assert any(isinstance(outcome, Records) for outcome in outcomes(loader).values())


def test_the_edition_is_the_newest_modification_unless_another_is_given() -> None:
    assert GeoNamesDump([FIXTURE]).edition == "2024-11-02"
    assert GeoNamesDump([FIXTURE], edition="2025-01").edition == "2025-01"


def test_of_the_whole_world_only_what_is_asked_for_is_a_row(tmp_path: Path) -> None:
    path = written(tmp_path, FIXTURE.read_bytes(), "allCountries.txt")
    found = outcomes(GeoNamesDump([path], country=["LV"]))
    assert set(found) == {"456172", "460570"}


def test_a_zip_is_read_without_unpacking_it(tmp_path: Path) -> None:
    path = tmp_path / "cities500.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("readme.txt", "anything")
        archive.writestr("cities500.txt", FIXTURE.read_bytes())
    packed, plain = GeoNamesDump([path]), GeoNamesDump([FIXTURE])
    assert outcomes(packed) == outcomes(plain)
    assert packed.edition == plain.edition


def test_byte_order_mark_windows_line_ends_and_blank_lines_make_no_difference(tmp_path: Path) -> None:
    text = FIXTURE.read_text(encoding="utf-8").replace("\n", "\r\n") + "\r\n"
    path = written(tmp_path, b"\xef\xbb\xbf" + text.encode(), "cities500.txt")
    assert outcomes(GeoNamesDump([path])) == outcomes(GeoNamesDump([FIXTURE]))


@pytest.mark.parametrize(
    ("cells", "reason"),
    [
        ({"population": "many"}, "population 'many' is not a number"),
        ({"latitude": "north"}, "are not coordinates"),
        ({"latitude": "nan"}, "not on the globe"),
        ({"longitude": "999"}, "not on the globe"),
        ({"geonameid": "x"}, "geonameid 'x' is not a number"),
        ({"name": ""}, "empty text"),
    ],
)
def test_a_line_that_cannot_be_right_is_rejected_with_a_reason(
    tmp_path: Path, cells: dict[str, str], reason: str
) -> None:
    loader = GeoNamesDump([written(tmp_path, line() + line(**cells))])
    *_, bad = loader.extract()
    try:
        outcome = loader.transform(bad)
    except ValueError as error:
        outcome = Rejected(str(error))
    assert isinstance(outcome, Rejected)
    assert reason in outcome.reason


def test_a_line_with_too_many_cells_is_rejected_and_the_rest_is_read(tmp_path: Path) -> None:
    loader = GeoNamesDump([written(tmp_path, line() + "1\tone\tcell\n" + line(geonameid="2"))])
    kinds = Counter(type(loader.transform(row)) for row in loader.extract())
    assert kinds == {Records: 2, Rejected: 1}


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "is empty"),
        (b"\n\n", "is empty"),
        (b"<!DOCTYPE html>\n<html>\n", "not a line of a GeoNames dump"),
        (b"id,name\n1,Riga\n", "not a line of a GeoNames dump"),
        ("\t".join(COLUMNS).encode() + b"\n", "not a line of a GeoNames dump"),
        (b"456172\tRi\0ga" + b"\tx" * 17, "line 1: not a line"),
        (b"1" * 200_000, "line 1: not a line"),
        (b"\xff\xfe4\x005\x00", "is not UTF-8"),
        (line().encode() + line().encode()[:40], "ends in the middle of line 2"),
        (line(country_code="US").encode(), "the area of the mission has 15,000 inhabitants or more: give --country"),
        (line(population="90").encode(), r"\(the largest has 90\): lower --min-population"),
        (b"PK\x03\x04 no zip", "not a line of a GeoNames dump"),
    ],
)
def test_a_file_that_is_no_dump_is_one_error(tmp_path: Path, content: bytes, message: str) -> None:
    with pytest.raises(KgError, match=message):
        list(GeoNamesDump([written(tmp_path, content)]).extract())


def test_a_zip_without_the_dump_or_too_large_when_unpacked_is_refused(tmp_path: Path) -> None:
    other = tmp_path / "LV.zip"
    with zipfile.ZipFile(other, "w") as archive:
        archive.writestr("../LV.txt", line())
    with pytest.raises(KgError, match=r"holds no LV\.txt"):
        list(GeoNamesDump([other]).extract())
    bomb = tmp_path / "LT.zip"
    with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("LT.txt", b"0" * 5_000_000)
    with pytest.raises(KgError, match="would unpack to 5,000,000 bytes"):
        list(GeoNamesDump([bomb]).extract())


@pytest.mark.parametrize(
    ("name", "options", "message"),
    [
        ("places.txt", {}, "is not named as GeoNames names its dump files"),
        ("LVA.txt", {}, "is not named as GeoNames names its dump files"),
        ("LV.txt", {"min_population": -1}, "--min-population"),
        ("LV.txt", {"country": ["Atlantis"]}, "not in the list of countries"),
    ],
)
def test_wrong_names_and_options_are_refused(
    tmp_path: Path, name: str, options: dict[str, object], message: str
) -> None:
    with pytest.raises(KgError, match=message):
        GeoNamesDump([written(tmp_path, line(), name)], **options)  # type: ignore[arg-type]


def test_each_file_is_a_load_of_its_own(tmp_path: Path) -> None:
    files = [written(tmp_path, line(), name) for name in ("LV.txt", "LT.txt")]
    assert [loader.scope for loader in GeoNamesDump.for_files(files)] == [
        "geonames?file=LV&min=15000",
        "geonames?file=LT&min=15000",
    ]
    with pytest.raises(KgError, match="one by one"):
        GeoNamesDump(files)
