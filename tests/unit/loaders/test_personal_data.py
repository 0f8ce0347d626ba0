"""No loader brings a birth date, an e-mail address, a telephone number or a private address into the graph, wherever a source has it."""

from __future__ import annotations

import csv
import io
import json
import re
import shutil
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from kg.database.claims import FactClaim, NodeClaim
from kg.errors import KgError
from kg.loaders.base import Loader
from kg.loaders.catalogue import CATALOGUE
from kg.loaders.fates import header_of, read_rows
from kg.loaders.geonames import GeoNames
from kg.loaders.screening import edition_of, screen
from kg.loaders.starter import Starter
from kg.places.judgements import Judgements
from kg.schema.nodes import NODES, Record
from kg.schema.provenance import LISTS
from kg.schema.relationships import FACTS
from tests.unit.loaders.test_bad_input import CASES, DATA, Case, Nobody

BORN, MAIL, TELEPHONE, HOME = "1971-03-04", "annaprivate@example.org", "+371 26 123 456", "Elizabetes iela 77-12"
#: As they may be found in what a loader makes of them: in ids without signs, in other letters.
FOUND = re.compile(r"1971\W?03\W?04|annaprivate|26\W?123\W?456|elizabetes\W*iela", re.IGNORECASE)
PRIVATE = {
    "birth_date": BORN, "born": f"born {BORN}", "email": MAIL, "mail": f"mailto:{MAIL}", "phone": TELEPHONE, "Telefon": TELEPHONE,
    "private_address": HOME, "contact": f"{MAIL}, {TELEPHONE}", "home": HOME,
}  # fmt: skip
#: Columns of the sources themselves that hold such things.
HELD = re.compile(r"street|post.?code|postal|address|contact|mail|phone|birth|vat", re.IGNORECASE)
COVERED = {case.loader.name for case in CASES} | {"starter", "geonames"}
ALL = pytest.mark.parametrize("case", CASES, ids=lambda case: case.id)
TABLES = pytest.mark.parametrize("case", [case for case in CASES if case.is_table], ids=lambda case: case.id)
DOCUMENTS = pytest.mark.parametrize("case", [case for case in CASES if not case.is_table], ids=lambda case: case.id)

Claims = Sequence[NodeClaim | FactClaim]


def claims_of(loaders: Sequence[Loader]) -> list[NodeClaim | FactClaim]:
    """Return all that would be written, as the frame of loaders makes it."""
    found: list[NodeClaim | FactClaim] = []
    for loader in loaders:
        with read_rows(loader, header_of(loader)) as fates:
            screen(fates, lambda names: {name: name for name in names}, Judgements())
            edition_of(fates, loader.sources)
            for fate in fates:
                found += [*fate.nodes, *fate.facts]
    return found


def load(case: Case, folder: Path, content: bytes) -> list[NodeClaim | FactClaim]:
    """Return what a case comes to with this content; nothing when it is refused."""
    for name in case.beside:
        shutil.copy(DATA / name, folder)
    path = folder / case.fixture.name
    path.write_bytes(content)
    files = [path, *(folder / Path(name).name for name in case.beside)]
    options = {**case.options, **({"resolver": Nobody()} if case.resolves else {})}
    try:
        return claims_of(case.loader.for_files(files, edition="2024", **options))
    except KgError:
        return []


def texts_of(claims: Claims) -> Iterator[str]:
    """Yield every text of what would be written, that by which a row is called included."""
    for claim in claims:
        assertion = claim.assertion
        yield from (
            assertion.row,
            assertion.given,
            assertion.source,
            assertion.load,
            json.dumps(assertion.values, ensure_ascii=False),
        )
        yield from claim.ids if isinstance(claim, NodeClaim) else (claim.start, claim.end, claim.part, claim.spell)


def leaks(claims: Claims) -> list[str]:
    return [text for text in texts_of(claims) if FOUND.search(text)]


def as_table(case: Case) -> tuple[list[list[str]], str]:
    """Return the lines of a fixture as cells, and what separates them."""
    text = case.fixture.read_text(encoding="utf-8-sig")
    separator = "\t" if case.fixture.suffix in {".tsv", ".txt"} else ";" if ";" in text.partition("\n")[0] else ","
    quoting = csv.QUOTE_NONE if separator == "\t" else csv.QUOTE_MINIMAL
    return list(csv.reader(io.StringIO(text, newline=""), delimiter=separator, quoting=quoting)), separator


def written(lines: Sequence[Sequence[str]], separator: str) -> bytes:
    out = io.StringIO()
    csv.writer(out, delimiter=separator, lineterminator="\n").writerows(lines)
    return out.getvalue().encode()


def with_private(value: Any) -> Any:
    """Return a document with private values in each of its objects, and where it has a place for contacts, there."""
    if isinstance(value, list):
        return [with_private(item) for item in value]
    if not isinstance(value, dict):
        return value
    if "vars" in value:
        return {**value, "vars": [*value["vars"], *PRIVATE]}
    if "value" in value and "type" in value:  # a term of an answer
        return value
    if "bindings" in value:
        terms = {name: {"type": "literal", "value": text} for name, text in PRIVATE.items()}
        return {**value, "bindings": [binding | terms for binding in value["bindings"]]}
    return (
        {name: with_private(inside) for name, inside in value.items()}
        | PRIVATE
        | {"contact_details": [{"type": "email", "value": MAIL}]}
    )


def places(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, inside in items:
        if isinstance(inside, dict | list):
            yield from places(inside, (*path, key))
        else:
            yield (*path, key)


def test_every_loader_is_covered() -> None:
    assert {*CATALOGUE} <= COVERED, "a new loader needs a case in test_bad_input.py"


@TABLES
def test_private_columns_are_not_read(case: Case, tmp_path: Path) -> None:
    lines, separator = as_table(case)
    header = [[*lines[0], *PRIVATE]] if case.header else [[*lines[0], *PRIVATE.values()]]
    claims = load(
        case, tmp_path, written([*header, *([*line, *PRIVATE.values()] for line in lines[1:] if line)], separator)
    )
    # A layout without a header has no room for another column.
    assert claims or not case.header
    assert not leaks(claims)


@TABLES
def test_what_a_source_holds_itself_of_addresses_and_contacts_is_left_out(case: Case, tmp_path: Path) -> None:
    lines, separator = as_table(case)
    held = [place for place, name in enumerate(lines[0]) if case.header and HELD.search(name)]
    for text in (HOME, MAIL, TELEPHONE):
        changed = [
            lines[0],
            *([text if place in held else cell for place, cell in enumerate(line)] for line in lines[1:]),
        ]
        claims = load(case, tmp_path, written(changed, separator))
        assert claims
        assert not leaks(claims)


@TABLES
@pytest.mark.parametrize("text", [MAIL, TELEPHONE, f"Anna, {MAIL}", f"tel. {TELEPHONE}"])
def test_a_contact_in_any_column_whatever_does_not_get_in(case: Case, tmp_path: Path, text: str) -> None:
    lines, separator = as_table(case)
    first = 1 if case.header else 0
    for column in range(len(lines[0])):
        changed = [list(line) for line in lines]
        for line in changed[first:]:
            if column < len(line):
                line[column] = text
        assert not leaks(load(case, tmp_path, written(changed, separator))), lines[0][column]


@DOCUMENTS
def test_private_members_of_a_document_are_not_read(case: Case, tmp_path: Path) -> None:
    document = with_private(json.loads(case.fixture.read_bytes()))
    claims = load(case, tmp_path, json.dumps(document).encode())
    assert claims
    assert not leaks(claims)


@DOCUMENTS
@pytest.mark.parametrize("text", [MAIL, TELEPHONE])
def test_a_contact_in_any_place_of_a_document_does_not_get_in(case: Case, tmp_path: Path, text: str) -> None:
    content = case.fixture.read_bytes()
    for path in places(json.loads(content)):
        document = json.loads(content)
        holder = document
        for step in path[:-1]:
            holder = holder[step]
        holder[path[-1]] = text
        assert not leaks(load(case, tmp_path, json.dumps(document).encode())), path


def test_the_starter_takes_no_column_that_the_schema_has_not_and_no_contact_in_those_that_it_has(
    tmp_path: Path,
) -> None:
    folder = tmp_path / "starter"
    shutil.copytree(DATA / "starter", folder)

    def table(name: str) -> list[list[str]]:
        return list(csv.reader((DATA / "starter" / name).read_text(encoding="utf-8").splitlines()))

    people = table("people.csv")
    for name, text in PRIVATE.items():
        (folder / "people.csv").write_bytes(written([[*people[0], name], *([*line, text] for line in people[1:])], ","))
        assert not leaks(claims_of([Starter(folder, "2024")])), name
    shutil.copy(DATA / "starter" / "people.csv", folder)
    for file in ("people.csv", "holds_post.csv", "organisations.csv", "member_of.csv"):
        lines = table(file)
        for column in range(len(lines[0])):
            for text in (MAIL, TELEPHONE):
                changed = [lines[0], *([*line[:column], text, *line[column + 1 :]] for line in lines[1:])]
                (folder / file).write_bytes(written(changed, ","))
                try:
                    assert not leaks(claims_of([Starter(folder, "2024")])), (file, lines[0][column])
                except KgError:
                    continue
        shutil.copy(DATA / "starter" / file, folder)


def test_the_packaged_places_have_no_contacts_in_them(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    loader = GeoNames(edition="2024")
    place = {
        "geonameid": 456172, "name": "Riga", "latitude": 56.9, "longitude": 24.1, "countrycode": "LV", "population": 700_000,
        "timezone": "x", "admin1code": "25", "alternatenames": ["Rīga", MAIL, TELEPHONE], **PRIVATE,
    }  # fmt: skip
    path = tmp_path / "cities.json"
    path.write_text(json.dumps({"456172": place, "2": place | {"geonameid": 2, "name": MAIL}}), encoding="utf-8")
    monkeypatch.setattr(loader, "_path", path)
    claims = claims_of([loader])
    assert any("Riga" in text for text in texts_of(claims))
    assert not leaks(claims)


def _fields() -> Iterator[tuple[str, type[Record], str]]:
    for name, kind in {**NODES, **FACTS}.items():
        yield from ((name, kind, field) for field in kind.model_fields)


def test_the_schema_has_no_property_for_personal_data() -> None:
    forbidden = re.compile(
        r"birth|born|mail|phone|mobile|fax|street|postal|postcode|gender|nationality|address$|image", re.IGNORECASE
    )
    assert not [(name, field) for name, _, field in _fields() if forbidden.search(field)]
    assert set(NODES["Person"].model_fields) == {"as_of", "name", "names"}


@pytest.mark.parametrize("name", ["birth_date", "email", "phone", "address", "gender", "image"])
def test_a_person_with_a_property_of_that_kind_is_refused(name: str) -> None:
    with pytest.raises(ValueError, match=name):
        NODES["Person"](name="Anna", **{name: PRIVATE.get(name, "x")})


@pytest.mark.parametrize(
    "text",
    [
        f"Anna {TELEPHONE}",
        f"Anna ({BORN})",
        "Anna (born 1971)",
        "Anna, 04.03.1971",
        f"Anna <{MAIL}>",
        "Anna tel 26123456",
    ],
)
def test_the_name_of_a_person_is_a_name(text: str) -> None:
    for values in ({"name": text}, {"name": "Anna", "names": (text,)}):
        with pytest.raises(ValueError, match=r"address|telephone|date"):
            NODES["Person"](**values)


@pytest.mark.parametrize("name", ["Anna 2. Holm", "Juan Carlos I", "X Æ A-12", "Ада Мюллер"])
def test_names_of_persons_are_taken(name: str) -> None:
    assert NODES["Person"](name=name).name == name


@pytest.mark.parametrize(
    "name", ["SMART@FIRE", "Interreg +2014-2020", "C++ for 100 000 towns", "e@SY", "Tram 2000", "+CityxChange"]
)
def test_names_of_projects_are_taken(name: str) -> None:
    assert NODES["Project"](name=name).name == name


def test_what_goes_with_a_fact_has_room_for_nothing_else() -> None:
    assert LISTS == ("sources", "rows", "loads", "given", "missing")
