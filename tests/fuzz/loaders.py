"""Targets: every loader of files, from its files to the claims that would go into the graph."""

from __future__ import annotations

import csv
import io
import math
import shutil
import zipfile
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import openpyxl

from kg.loaders.base import Rejected, Skipped
from kg.loaders.cordis import Cordis
from kg.loaders.covenant import Covenant
from kg.loaders.eurocities import Eurocities
from kg.loaders.fates import Fates, header_of, read_rows
from kg.loaders.files import FileLoader
from kg.loaders.geonames_dump import GeoNamesDump
from kg.loaders.keep import Keep
from kg.loaders.lau import Lau
from kg.loaders.mayors import Mayors
from kg.loaders.networks import Networks
from kg.loaders.popolo import Popolo
from kg.loaders.reading.tables import write_rejects
from kg.loaders.screening import edition_of, screen
from kg.loaders.table import Table
from kg.loaders.wikidata.loader import Wikidata
from kg.places.gazetteer import SqliteGazetteer, build, open_file
from kg.places.judgements import Judgements
from kg.places.resolve import Resolver
from tests.fuzz import mutate
from tests.fuzz.trial import DATA, Target

#: A few places of GeoNames, so that names are looked up and not only read.
_PLACES = (
    (456172, "Riga", "LV", 56.946, 24.106, 742572, ["Rīga", "Рига"]),
    (3181913, "Bolzano", "IT", 46.491, 11.340, 107436, ["Bozen"]),
    (2925533, "Frankfurt am Main", "DE", 50.116, 8.684, 650000, ["Frankfurt"]),
    (2925535, "Frankfurt (Oder)", "DE", 52.347, 14.551, 51691, []),
    (2643743, "London", "GB", 51.509, -0.126, 7556900, ["Londres"]),
    (2618425, "Copenhagen", "DK", 55.676, 12.566, 1153615, ["København"]),
)  # fmt: skip


@cache
def gazetteer(folder: Path) -> SqliteGazetteer:
    """Return the names of a few places; its file lies in a folder."""
    path = folder / "gazetteer.sqlite"
    names = ("geonameid", "name", "countrycode", "latitude", "longitude", "population", "alternatenames")
    build(({"admin1code": "01", **dict(zip(names, place, strict=True))} for place in _PLACES), str(path))
    opened = open_file(path)
    assert opened is not None
    return opened


def resolver(folder: Path) -> Resolver:
    """Return who knows these places."""
    return Resolver(gazetteer(folder))


def read_loads(loaders: Iterable[FileLoader], folder: Path) -> Iterator[str]:
    """Read loads as the frame of all loaders does, but for the database, in which everything that is asked for is found."""
    for loader in loaders:
        header = header_of(loader)
        with read_rows(loader, header) as fates:
            screen(fates, lambda names: {name: name for name in names}, Judgements())
            fates.recall(loader)
            edition_of(fates, loader.sources)
            yield from _said(fates, folder)


def _said(fates: Fates, folder: Path) -> Iterator[str]:
    for fate in fates:
        match fate.outcome:
            case Rejected(reason):
                reason.encode()
                yield f"rejected: {reason}"
            case Skipped(rule):
                yield f"skipped: {rule}"
        for node in fate.nodes:
            _storable((node.ids, node.assertion.values, node.assertion.row, node.assertion.given))
            yield f"{node.label} {' '.join(sorted(node.assertion.values))}"
        for fact in fate.facts:
            _storable(
                (fact.start, fact.end, fact.part, fact.assertion.values, fact.assertion.row, fact.assertion.given)
            )
            yield f"{fact.type} {' '.join(sorted(fact.assertion.values))}"
    write_rejects(folder / "rejects.csv", fates.rejects)


def _storable(value: Any) -> None:
    """Fail when a value is one that the driver or the database refuses."""
    match value:
        case str():
            value.encode()
            assert "\0" not in value, "a NUL character"
        case bool() | None:
            pass
        case int():
            assert -(2**63) <= value < 2**63, "a number of more than 64 bits"
        case float():
            assert math.isfinite(value), "a number without end"
        case Mapping():
            for name, inside in value.items():
                _storable(name)
                _storable(inside)
        case list() | tuple():
            for inside in value:
                _storable(inside)
        case _:
            raise AssertionError(f"a value of type {type(value).__name__}")


def _reader(
    loader: type[FileLoader], beside: Sequence[str], options: Mapping[str, Any], *, resolves: bool
) -> Callable[[Path], Iterable[str]]:
    def read(path: Path) -> Iterator[str]:
        files = [path]
        for name in beside:
            files.append(path.parent / Path(name).name)
            shutil.copy(DATA / name, files[-1])
        given = {**options, **({"resolver": resolver(path.parent)} if resolves else {})}
        yield from read_loads(loader.for_files(files, edition="2024", **given), path.parent)

    return read


def zipped(*names: str) -> Callable[[], bytes]:
    """Return what makes a zip of files of ``tests/data``."""

    def make() -> bytes:
        out = io.BytesIO()
        with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
            for name in names:
                archive.writestr(zipfile.ZipInfo(Path(name).name), (DATA / name).read_bytes(), zipfile.ZIP_DEFLATED)
        return out.getvalue()

    return make


def workbook(name: str, separator: str = ",") -> Callable[[], bytes]:
    """Return what makes a workbook of a table of ``tests/data``."""

    def make() -> bytes:
        book = openpyxl.Workbook(write_only=True)
        sheet = book.create_sheet("Table")
        for line in (DATA / name).read_text(encoding="utf-8-sig").splitlines():
            sheet.append([float(cell) if cell.isdigit() else cell for cell in line.split(separator)])
        out = io.BytesIO()
        book.save(out)
        return out.getvalue()

    return make


def keep_workbook() -> bytes:
    """Return the workbook of keep.eu: projects, partners and calls, each a sheet."""
    book = openpyxl.Workbook(write_only=True)
    for name in ("projects", "partners", "calls"):
        sheet = book.create_sheet(name.capitalize())
        with (DATA / f"keep/{name}.csv").open(encoding="utf-8-sig", newline="") as file:
            for line in csv.reader(file):
                sheet.append(line)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _target(
    loader: type[FileLoader],
    fixtures: Sequence[str],
    *,
    called: str = "",
    file: str = "",
    beside: Sequence[str] = (),
    made: Sequence[Callable[[], bytes]] = (),
    resolves: bool = True,
    **options: Any,
) -> Target:
    file = file or Path(fixtures[0]).name
    kinds = {
        "json": [mutate.change_json, mutate.change_json, mutate.change_bytes],
        "zip": [mutate.change_member, mutate.change_member, mutate.change_headers, mutate.change_bytes],
        "xlsx": [mutate.change_member, mutate.change_member, mutate.change_headers, mutate.change_bytes],
        "jsonl": [mutate.change_json_lines, mutate.change_lines, mutate.change_bytes],
    }
    changes = kinds.get(
        file.rpartition(".")[2], [mutate.change_cells, mutate.change_cells, mutate.change_lines, mutate.change_bytes]
    )
    name = f"load-{loader.name}" + (f"-{called}" if called else "")
    return Target(name, file, _reader(loader, beside, options, resolves=resolves), changes, fixtures, made)


def _mapping(path: Path) -> Iterator[str]:
    table = path.parent / "projects.csv"
    shutil.copy(DATA / "table/projects.csv", table)
    yield from read_loads(Table.for_files([table], mapping=path, resolver=resolver(path.parent)), path.parent)


_TOWNS = {"mapping": DATA / "table/towns.yaml"}

TARGETS = (
    _target(Covenant, ["covenant/signatories.csv"]),
    _target(Covenant, [], called="xlsx", file="signatories.xlsx", made=[workbook("covenant/signatories.csv")]),
    _target(Networks, ["networks/memberships.csv"]),
    _target(Eurocities, ["eurocities/members.json"]),
    _target(Keep, ["keep/participations.csv"], called="participations"),
    _target(Keep, [], called="workbook", file="keep.xlsx", made=[keep_workbook]),
    _target(Cordis, ["cordis/organization.csv"], called="organizations", beside=["cordis/project.csv"]),
    _target(Cordis, ["cordis/project.csv"], called="projects", beside=["cordis/organization.csv"]),
    _target(
        Cordis, [], called="zip", file="cordis.zip", made=[zipped("cordis/project.csv", "cordis/organization.csv")]
    ),
    _target(Wikidata, ["wikidata/twins.json", "wikidata/members.json", "wikidata/mayors.json"], called="answers"),
    _target(Wikidata, ["wikidata/latvia.tsv", "wikidata/denmark.tsv"], called="tables"),
    _target(Wikidata, ["wikidata/relations.tsv"], called="pairs", beside=["wikidata/names.tsv"]),
    _target(Lau, ["lau/nuts_lau_2019.csv"], all=True),
    _target(Lau, ["lau/NUTS2021.csv", "lau/NUTS_AT_2021.csv"], called="nuts"),
    _target(Lau, [], called="xlsx", file="EU-27-LAU-2021.xlsx", made=[workbook("lau/nuts_lau_2019.csv")], all=True),
    _target(GeoNamesDump, ["geonames/cities500.txt"], resolves=False),
    _target(
        GeoNamesDump, [], called="zip", file="cities500.zip", made=[zipped("geonames/cities500.txt")], resolves=False
    ),
    _target(Popolo, ["popolo/council.json"], publisher="A council"),
    _target(Mayors, ["mayors/mayors.csv"]),
    _target(Table, ["table/towns.csv"], **_TOWNS),
    _target(Table, [], called="json", file="towns.json", **_TOWNS),
    _target(Table, [], called="lines", file="towns.jsonl", **_TOWNS),
    _target(Table, ["table/wishes.csv"], called="wishes", mapping=DATA / "table/wishes.yaml"),
    Target(
        "mapping",
        "mapping.yaml",
        _mapping,
        [mutate.change_lines, mutate.change_lines, mutate.change_bytes],
        ["table/long.yaml", "table/short.yaml", "table/towns.yaml", "table/wishes.yaml"],
    ),
)
