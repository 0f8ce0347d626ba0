"""Every loader of files, given what is not its file or is damaged: one clear error, or rejects with reasons, never anything else."""

from __future__ import annotations

import random
import shutil
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from kg.errors import KgError
from kg.loaders.base import Outcome, Records, Rejected, Skipped
from kg.loaders.cordis import Cordis
from kg.loaders.covenant import Covenant
from kg.loaders.eurocities import Eurocities
from kg.loaders.fates import outcome_of
from kg.loaders.files import FileLoader
from kg.loaders.geonames_dump import GeoNamesDump
from kg.loaders.keep import Keep
from kg.loaders.lau import Lau
from kg.loaders.mayors import Mayors
from kg.loaders.networks import Networks
from kg.loaders.popolo import Popolo
from kg.loaders.table import Table
from kg.loaders.wikidata.loader import Wikidata
from kg.places.countries import countries
from kg.places.query import PlaceQuery, Resolution
from kg.places.resolve import Resolver

DATA = Path(__file__).parents[2] / "data"


class Nobody(Resolver):
    """Knows no place, so that files are all that these tests depend on."""

    def __init__(self) -> None:
        pass

    def resolve(self, query: PlaceQuery) -> Resolution:
        return Resolution("unknown", 0.0)

    def region_ids(self, name: str, country: str | None, level: str | None = None) -> tuple[str, ...]:
        return ()


@dataclass(frozen=True)
class Case:
    """A loader with its small fixture: the file that is spoilt, those beside it, and what else the loader must be told.

    ``country`` is a text of the fixture and one in its place that names no country.
    """

    loader: type[FileLoader]
    file: str
    beside: tuple[str, ...] = ()
    options: Mapping[str, object] = field(default_factory=dict)
    country: tuple[str, str] | None = None
    header: bool = True
    resolves: bool = True

    @property
    def id(self) -> str:
        return f"{self.loader.name}-{self.fixture.stem}"

    @property
    def fixture(self) -> Path:
        return DATA / self.file

    @property
    def is_table(self) -> bool:
        return self.fixture.suffix in {".csv", ".tsv", ".txt"}

    def read(self, folder: Path, content: bytes) -> list[Outcome]:
        """Return what becomes of each row when the file has this content, as the frame does it."""
        for name in self.beside:
            shutil.copy(DATA / name, folder)
        path = folder / self.fixture.name
        path.write_bytes(content)
        files = [path, *(folder / Path(name).name for name in self.beside)]
        options = {**self.options, **({"resolver": Nobody()} if self.resolves else {})}
        outcomes: list[Outcome] = []
        for loader in self.loader.for_files(files, edition="2024", **options):
            assert loader.checksum()
            assert "@" not in loader.scope
            outcomes.extend(outcome_of(loader, row) for row in loader.extract())
        return outcomes


CASES = (
    Case(Covenant, "covenant/signatories.csv", country=(",dk,Denmark,", ",qq,Nowhere,")),
    Case(Networks, "networks/memberships.csv", country=(",SE,", ",QQ,")),
    Case(Eurocities, "eurocities/members.json"),
    Case(Keep, "keep/participations.csv"),
    Case(Cordis, "cordis/organization.csv", ("cordis/project.csv",), country=('"IT"', '"QQ"')),
    Case(Cordis, "cordis/project.csv", ("cordis/organization.csv",)),
    Case(Wikidata, "wikidata/latvia.tsv"),
    Case(Wikidata, "wikidata/members.json"),
    Case(Lau, "lau/nuts_lau_2019.csv", options={"all": True}, country=("LV006,", "QQ006,")),
    Case(Lau, "lau/NUTS2021.csv", country=("LV006,", "QQ006,")),
    Case(GeoNamesDump, "geonames/cities500.txt", header=False, resolves=False),
    Case(Popolo, "popolo/council.json", options={"publisher": "A council"}),
    Case(Mayors, "mayors/mayors.csv", country=("Latvia,", "Atlantis,")),
    Case(
        Table,
        "table/towns.csv",
        options={"mapping": DATA / "table" / "towns.yaml"},
        country=("Deutschland", "Nirgends"),
    ),
)
ALL = pytest.mark.parametrize("case", CASES, ids=lambda case: case.id)
TABLES = pytest.mark.parametrize("case", [case for case in CASES if case.is_table], ids=lambda case: case.id)
HEADED = pytest.mark.parametrize(
    "case", [case for case in CASES if case.is_table and case.header], ids=lambda case: case.id
)
FIXTURES = sorted({case.file for case in CASES})
#: Each loader with the files of all others.
STRANGERS = [
    (case, other)
    for case in CASES
    for other in FIXTURES
    if other not in {one.file for one in CASES if one.loader is case.loader}
]

NO_TABLE = {
    "empty": b"",
    "blank lines": b"\n\n \n",
    "a web page": b"<!DOCTYPE html>\n<html><head><title>Log in</title></head><body>Please log in</body></html>\n",
    "binary noise": random.Random(4).randbytes(5_000),
    "a damaged workbook": b"PK\x03\x04" + random.Random(5).randbytes(3_000),
    "a damaged packed file": b"\x1f\x8b\x08\x00" + random.Random(6).randbytes(500),
    "a PDF": b"%PDF-1.7\n1 0 obj\n<< /Type /Catalog >>\nendobj\n",
    "one long line": b"x" * 3_000_000,
    "half an object of JSON": b'{"members": [{"name": "Riga"',
    "JSON of something else": b'{"weather": [1, 2, 3]}',
    "JSON nested without end": b"[" * 200_000,
    "NUL characters": b"\0" * 4_096,
    "UTF-16": "a,b\n1,2\n".encode("utf-16"),
}


def attempt(case: Case, folder: Path, content: bytes) -> list[Outcome] | str:
    """Return what becomes of each row, or the message of the one error that reading comes to."""
    try:
        return case.read(folder, content)
    except KgError as error:
        return str(error)


def is_clear(message: str, case: Case) -> bool:
    """Whether a message names a file and is one paragraph; that on a mapping has a line for each thing wrong with it."""
    names = [case.fixture.name, *(Path(name).name for name in case.beside)]
    paragraph = "\n" not in message or case.loader is Table
    return (
        paragraph
        and any(name in message for name in names)
        and "Traceback" not in message
        and (max(map(len, message.splitlines())) < 2_000)
    )


def one_error(case: Case, folder: Path, content: bytes) -> None:
    """Check that reading comes to one clear error."""
    outcome = attempt(case, folder, content)
    assert isinstance(outcome, str)
    assert is_clear(outcome, case), outcome


def said(outcomes: list[Outcome]) -> set[tuple[object, ...]]:
    """Return what is said of nodes and facts, without the rows that say it."""
    found: set[tuple[object, ...]] = set()
    for outcome in outcomes:
        if isinstance(outcome, Records):
            found |= {("node", *record.ids, str(record.values)) for record in outcome.nodes}
            found |= {(one.fact.type, one.fact.start, one.fact.end, str(one.values)) for one in outcome.facts}
    return found


@ALL
def test_the_fixture_itself_is_read_and_every_row_has_an_outcome(case: Case, tmp_path: Path) -> None:
    outcomes = case.read(tmp_path, case.fixture.read_bytes())
    assert said(outcomes)
    assert all(isinstance(outcome, Records | Skipped | Rejected) for outcome in outcomes)
    assert all(outcome.reason for outcome in outcomes if isinstance(outcome, Rejected))
    assert all(outcome.rule for outcome in outcomes if isinstance(outcome, Skipped))


@ALL
@pytest.mark.parametrize("content", NO_TABLE.values(), ids=NO_TABLE)
def test_what_is_no_table_is_one_error(case: Case, tmp_path: Path, content: bytes) -> None:
    one_error(case, tmp_path, content)


@pytest.mark.parametrize(("case", "other"), STRANGERS, ids=lambda value: value.id if isinstance(value, Case) else value)
def test_the_file_of_another_loader_brings_nothing_in(case: Case, tmp_path: Path, other: str) -> None:
    outcome = attempt(case, tmp_path, (DATA / other).read_bytes())
    assert is_clear(outcome, case) if isinstance(outcome, str) else not said(outcome)


@HEADED
def test_a_header_without_rows_is_one_error(case: Case, tmp_path: Path) -> None:
    header, _, _ = case.fixture.read_bytes().partition(b"\n")
    one_error(case, tmp_path, header + b"\n")


@HEADED
def test_a_table_without_its_header_is_one_error(case: Case, tmp_path: Path) -> None:
    _, _, rows = case.fixture.read_bytes().partition(b"\n")
    one_error(case, tmp_path, rows)


@ALL
@pytest.mark.parametrize("share", [0.2, 0.5, 0.8, 0.97])
def test_a_truncated_file_is_an_error_or_says_nothing_new(case: Case, tmp_path: Path, share: float) -> None:
    content = case.fixture.read_bytes()
    whole = case.read(tmp_path, content)
    part = attempt(case, tmp_path, content[: int(len(content) * share)])
    assert is_clear(part, case) if isinstance(part, str) else len(part) <= len(whole)


@ALL
def test_byte_order_mark_and_windows_line_ends_make_no_difference(case: Case, tmp_path: Path) -> None:
    content = case.fixture.read_bytes()
    other = b"\xef\xbb\xbf" + content.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")
    assert case.read(tmp_path, other) == case.read(tmp_path, content)


@TABLES
def test_a_nul_character_is_an_error_or_a_reject(case: Case, tmp_path: Path) -> None:
    content = case.fixture.read_bytes()
    middle = content.index(b"\n", len(content) // 2) - 3
    outcome = attempt(case, tmp_path, content[:middle] + b"\0" + content[middle:])
    if isinstance(outcome, str):
        assert is_clear(outcome, case)
    else:
        assert any(isinstance(one, Rejected) for one in outcome)
        assert all("\0" not in str(one) for one in said(outcome))


@TABLES
def test_a_row_with_a_cell_too_many_does_not_move_the_others(case: Case, tmp_path: Path) -> None:
    content = case.fixture.read_bytes()
    whole = said(case.read(tmp_path, content))
    separator = (
        b"\t" if case.fixture.suffix in {".tsv", ".txt"} else b";" if b";" in content.partition(b"\n")[0] else b","
    )
    spoilt = content.rstrip(b"\n") + b"\n" + separator.join([b"1"] * 60) + b"\n"
    outcomes = case.read(tmp_path, spoilt)
    assert isinstance(outcomes[-1], Rejected)
    assert said(outcomes) == whole


@pytest.mark.parametrize("case", [case for case in CASES if case.country], ids=lambda case: case.id)
def test_no_country_is_made_up(case: Case, tmp_path: Path) -> None:
    assert case.country
    right, wrong = (text.encode() for text in case.country)
    content = case.fixture.read_bytes()
    assert right in content
    outcomes = case.read(tmp_path, content.replace(right, wrong))
    ids = {id_ for one in outcomes if isinstance(one, Records) for node in one.nodes for id_ in node.ids}
    assert {id_ for id_ in ids if id_.startswith("iso:")} <= {f"iso:{code}" for code in countries()}


@TABLES
def test_the_order_of_the_rows_makes_no_difference_to_what_is_said(case: Case, tmp_path: Path) -> None:
    lines = case.fixture.read_bytes().rstrip(b"\n").split(b"\n")
    first = 1 if case.header else 0
    turned = [*lines[:first], *reversed(lines[first:])]
    assert not any(line.count(b'"') % 2 for line in lines), "no cell of a fixture goes over several lines"
    assert said(case.read(tmp_path, b"\n".join(turned))) == said(case.read(tmp_path, b"\n".join(lines)))
