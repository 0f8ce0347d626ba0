"""Suggested mappings: what is guessed from headings and cells, and that what is written can be loaded."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kg.errors import KgError
from kg.loaders.base import Outcome, Records, Row, Skipped
from kg.loaders.mapping.reading import parse_mapping
from kg.loaders.mapping.sniffing import fit
from kg.loaders.mapping.suggest import suggest

TODAY = date(2026, 1, 2)

Outcomes = Callable[[Path, str], list[tuple[Row, Outcome]]]


def suggested(path: Path) -> dict[str, Any]:
    """Return a suggested mapping as YAML reads it."""
    found: dict[str, Any] = yaml.load(suggest(path, today=TODAY), Loader=yaml.BaseLoader)
    return found


def filled_in(text: str) -> str:
    """Fill in what only a user knows."""
    return (
        text.replace("title: TO FILL IN", "title: Towns")
        .replace("publisher: TO FILL IN", "publisher: Us")
        .replace("of: TO FILL IN", "of: own:eurocities")
        .replace("name: TO FILL IN", "name: {value: Wien}")
    )


def write(tmp_path: Path, text: str, name: str = "towns.csv") -> Path:
    path = tmp_path / name
    path.write_text(text, encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("header", "fields"),
    [
        ("City;Country;Member since;Population;Website", ("City", "Country", "Member since", "Population", "Website")),
        ("Stadt;Land;Mitglied seit;Einwohner;Webseite", ("Stadt", "Land", "Mitglied seit", "Einwohner", "Webseite")),
        ("Ville;Pays;Date d'adhésion;Habitants;Site web", ("Ville", "Pays", "Date d'adhésion", "Habitants", "Site web")),
        ("Ciudad;País;Fecha de adhesión;Población;Web", ("Ciudad", "País", "Fecha de adhesión", "Población", "Web")),
        ("Comune;Paese;Anno di adesione;Abitanti;Sito", ("Comune", "Paese", "Anno di adesione", "Abitanti", "Sito")),
        ("Miasto;Kraj;Członek od;Liczba mieszkańców;Strona www", ("Miasto", "Kraj", "Członek od", "Liczba mieszkańców", "Strona www")),
    ],
)  # fmt: skip
def test_headings_are_known_in_several_languages(tmp_path: Path, header: str, fields: tuple[str, ...]) -> None:
    path = write(tmp_path, f"{header}\nWien;AT;1999;1900000;wien.gv.at\nKöln;DE;2003;1000000;www.koeln.de\n")
    members = suggested(path)["members"]
    assert tuple(members[key] for key in ("name", "country", "since", "population", "website")) == fields


def test_columns_are_known_by_their_cells_where_headings_say_nothing(tmp_path: Path) -> None:
    path = write(tmp_path, "A,B,C,D\nWien,AT,Q1741,1999-05-01\nKöln,DE,Q365,2003-02-03\n")
    members = suggested(path)["members"]
    assert {key: members[key] for key in ("name", "country", "wikidata", "since")} == {
        "name": "A", "country": "B", "wikidata": "C", "since": "D",
    }  # fmt: skip


def test_a_heading_does_not_count_where_the_cells_are_something_else(tmp_path: Path) -> None:
    members = suggested(write(tmp_path, "Town,Country,Since\nWien,yes,often\nKöln,no,never\n"))["members"]
    assert members["name"] == "Town"
    assert {"country", "since"}.isdisjoint(members)


def test_the_body_comes_before_the_town_of_its_seat(tmp_path: Path) -> None:
    text = suggest(
        write(tmp_path, "Organisation,City,Country\nTransport for X,Ixtown,GB\nY Transit,Ypsburg,DE\n"), today=TODAY
    )
    assert "  name: Organisation " in text
    assert "  label: Organisation " in text
    assert "# City may be where the member only has its seat" in text


def test_a_body_with_a_name_longer_than_any_is_looked_at_all_the_same(tmp_path: Path) -> None:
    path = write(tmp_path, "organisation,town,country\n" + f"{'Verein ' * 350},Riga,LV\n" * 3)
    assert "organisation" in suggest(path, today=TODAY)


def test_members_under_the_heading_region_are_regions(tmp_path: Path) -> None:
    members = suggested(write(tmp_path, "Region,Country\nSkåne,SE\nCatalunya,ES\n"))["members"]
    assert (members["label"], members["name"], members["country"]) == ("Region", "Region", "Country")


def test_only_fields_that_such_members_have_are_suggested(tmp_path: Path, outcomes: Outcomes) -> None:
    path = write(
        tmp_path, "Region,Country,Lat,Lon,GeoNames\nSkåne,SE,55.9,13.5,3337385\nCatalunya,ES,41.8,1.5,3336901\n"
    )
    assert [type(outcome) for _, outcome in outcomes(path, filled_in(suggest(path, today=TODAY)))] == [Records, Records]


def test_contacts_of_persons_are_never_read_nor_shown(tmp_path: Path) -> None:
    text = suggest(
        write(tmp_path, "City,Contact person,E-mail,Info\nWien,Eva Muster,eva@example.org,eva@example.org\n"),
        today=TODAY,
    )
    assert "Eva" not in text
    assert "eva@" not in text
    assert "# Never read, the graph has no place for contacts: Contact person, E-mail, Info" in text


def test_several_networks_in_one_table(tmp_path: Path) -> None:
    path = write(tmp_path, "Network,City\nAlpha,Wien\nAlpha,Köln\nBeta,Wien\n")
    assert suggested(path)["members"]["of"] == {"name": {"column": "Network"}}


@pytest.mark.parametrize(
    ("name", "network", "edition", "source"),
    [
        ("emta_members_2023-04-05.csv", "own:emta", "2023-04-05", "emta-members"),
        ("EUROCITIES 2021.csv", "own:eurocities", "2021", "eurocities"),
        ("list.csv", "TO FILL IN", "2026-01-02", "list"),
    ],
)
def test_the_name_of_the_file_tells_of_whom_and_when(
    tmp_path: Path, name: str, network: str, edition: str, source: str
) -> None:
    found = suggested(write(tmp_path, "City\nWien\n", name))
    assert (found["members"]["of"], found["edition"], found["source"]["id"]) == (network, edition, source)


def test_what_it_leaves_to_the_user_must_be_filled_in(tmp_path: Path) -> None:
    text = suggest(write(tmp_path, "City\nWien\n"), today=TODAY)
    with pytest.raises(KgError) as caught:
        parse_mapping(text.encode())
    lines = {number for number, line in enumerate(text.splitlines(), 1) if ": TO FILL IN" in line}
    assert {int(told.split("line ")[1].split(",")[0]) for told in str(caught.value).splitlines()} == lines
    parse_mapping(filled_in(text).encode())


MESSY = """Members of the River Towns;;;;;;
;;;;;;
Nr;Stadt;Land;Mitglied seit;Einwohner;Breite;Länge
1;Wien;Österreich;01.05.1999;1.897.000;48,208;16,373
2;Köln;Deutschland;03.02.05;unbekannt;50,937;6,960
3;Praha;Tschechien;12.12.2010;;50,088;14,420
Total;;;;;;
"""


def test_a_suggested_mapping_loads_what_it_was_made_from(tmp_path: Path, outcomes: Outcomes) -> None:
    path = write(tmp_path, MESSY)
    found = outcomes(path, filled_in(suggest(path, today=TODAY)))
    members = [
        (outcome.nodes[0].node.name, outcome.nodes[0].values.get("country"), outcome.nodes[0].values.get("population"),
         outcome.facts[-1].values.get("since"))
        for _, outcome in found
        if isinstance(outcome, Records)
    ]  # fmt: skip
    assert members == [
        ("Wien", "AT", 1897000, "1999-05-01"),
        ("Köln", "DE", None, None),
        ("Praha", "CZ", None, "2010-12-12"),
    ]
    assert [type(outcome) for _, outcome in found][3:] == [Skipped]


@pytest.mark.parametrize("cells", [("12/31/2009", "01/15/2010"), ("31.12.09", "15.01.10")])
def test_a_layout_that_must_be_said_is_said(tmp_path: Path, outcomes: Outcomes, cells: tuple[str, str]) -> None:
    path = write(tmp_path, f"City;Joined\nWien;{cells[0]}\nKöln;{cells[1]}\n")
    found = outcomes(path, filled_in(suggest(path, today=TODAY)))
    dates = [outcome.facts[-1].values["since"] for _, outcome in found if isinstance(outcome, Records)]
    assert dates == ["2009-12-31", "2010-01-15"]


def test_merged_cells_and_the_sheet_of_a_workbook_are_found(tmp_path: Path, outcomes: Outcomes) -> None:
    from openpyxl import Workbook

    book = Workbook()
    book.active.append(["Read me"])
    sheet = book.create_sheet("List")
    for cells in (["River Towns"], ["Country", "City"], ["AT", "Wien"], [None, "Graz"], [None, "Linz"], ["DE", "Köln"]):
        sheet.append(cells)
    book.save(tmp_path / "towns.xlsx")
    text = suggest(tmp_path / "towns.xlsx", today=TODAY)
    assert yaml.load(text, Loader=yaml.BaseLoader)["file"] == {"sheet": "List", "header": "2", "fill_down": "Country"}
    found = outcomes(tmp_path / "towns.xlsx", filled_in(text))
    assert [outcome.nodes[0].values["country"] for _, outcome in found if isinstance(outcome, Records)] == [
        "AT",
        "AT",
        "AT",
        "DE",
    ]


@pytest.mark.parametrize("cells", [("Wien, Austria", "Köln, Germany"), ("Wien (AT)", "Köln (DE)")])
def test_a_country_behind_the_name_is_found(tmp_path: Path, outcomes: Outcomes, cells: tuple[str, str]) -> None:
    path = write(tmp_path, f"Member;Since\n{cells[0]};1999\n{cells[1]};2003\n")
    found = outcomes(path, filled_in(suggest(path, today=TODAY)))
    nodes = [outcome.nodes[0].values for _, outcome in found if isinstance(outcome, Records)]
    assert [(values["name"], values["country"]) for values in nodes] == [("Wien", "AT"), ("Köln", "DE")]


@pytest.mark.parametrize("text", ["", "City;Country\n", "<html><body>City</body></html>", "%PDF-1.4"])
def test_what_is_no_table_is_refused(tmp_path: Path, text: str) -> None:
    with pytest.raises(KgError):
        suggest(write(tmp_path, text), today=TODAY)


@pytest.mark.parametrize(
    ("file", "rows"), [("wikidata-mayors/european_mayors.csv", 728), ("eurocities/members-wikidata-enriched.json", 209)]
)
def test_a_real_table_loads_by_its_suggestion(shared_data: Path, outcomes: Outcomes, file: str, rows: int) -> None:
    path = shared_data / file
    found = outcomes(path, filled_in(suggest(path, today=TODAY)))
    assert [isinstance(outcome, Records) for _, outcome in found] == [True] * rows


def test_a_running_number_names_no_member(tmp_path: Path) -> None:
    counted = write(tmp_path, "No;City\n1;Wien\n2;Köln\n", "counted.csv")
    numbered = write(tmp_path, "Member no;City\n4711;Wien\n815;Köln\n", "numbered.csv")
    assert "own_id" not in suggested(counted)["members"]
    assert suggested(numbered)["members"]["own_id"] == "Member no"


@pytest.mark.parametrize(("cell", "doubtful"), [("03/05/2009", True), ("13/05/2009", False), ("03.05.2009", False)])
def test_only_where_the_month_could_come_first_it_says_so(tmp_path: Path, cell: str, *, doubtful: bool) -> None:
    text = suggest(write(tmp_path, f"City;Joined\nWien;{cell}\n"), today=TODAY)
    assert ("# the day comes first" in text) is doubtful


def test_json_lines_and_tables_without_a_header(tmp_path: Path, outcomes: Outcomes) -> None:
    lines = write(tmp_path, '{"city": "Wien", "address": {"country": "AT"}}\n', "towns.jsonl")
    assert suggested(lines)["members"] | {"of": ""} == {
        "of": "", "label": "authority", "name": "city", "country": "address.country",
    }  # fmt: skip
    bare = write(tmp_path, "Wien\tAT\t1999\nKöln\tDE\t2003\n", "towns.tsv")
    found = outcomes(bare, filled_in(suggest(bare, today=TODAY)))
    assert [(row.id, type(outcome)) for row, outcome in found] == [("AT|Wien", Records), ("DE|Köln", Records)]


def test_what_no_column_holds_is_to_be_filled_in(tmp_path: Path) -> None:
    text = suggest(write(tmp_path, "E-mail;Phone\na@b.example;1\nc@d.example;2\n"), today=TODAY)
    assert "  name: TO FILL IN  # the column" in text


def test_the_first_word_of_a_field_fits_best() -> None:
    assert fit("country", "country") > fit("Country of the member", "country") > fit("Zug", "country") == 0


CELLS = st.text(st.characters(exclude_categories=("Cs", "Cc")), max_size=12)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.lists(CELLS, min_size=3, max_size=3), min_size=2, max_size=6))
def test_whatever_the_table_a_suggestion_is_a_mapping_of_it(
    tmp_path: Path, outcomes: Outcomes, rows: list[list[str]]
) -> None:
    import csv

    path = tmp_path / "table.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows(rows)
    try:
        text = suggest(path, today=TODAY)
    except KgError:
        return
    outcomes(path, filled_in(text))
