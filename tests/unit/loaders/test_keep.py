"""keep.eu: which rows of its two layouts become which projects, partners and facts, and what never gets in."""

from __future__ import annotations

import csv
import random
from collections import Counter
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import Workbook

from kg.errors import KgError
from kg.loaders.base import Outcome, Records, Rejected, Row, Skipped
from kg.loaders.keep import Keep
from kg.loaders.keep.loader import _themes, programme_record
from kg.loaders.keep.names import read_partner, read_town
from kg.loaders.localities import own_id
from kg.loaders.starter import DATA as STARTER
from kg.places.query import Candidate, PlaceQuery, Resolution
from kg.places.resolve import Resolver
from kg.schema.nodes import City, Organisation, Project, Region

DATA = Path(__file__).parents[2] / "data" / "keep"
TABLE = DATA / "participations.csv"
SHEETS = {"Projects (lead partners)": "projects", "Partners": "partners", "Calls": "calls"}

WARM = f"Project/{own_id('keep', '2014-2020-interreg-vb-baltic-sea|WarmTowns')}"


class Places(Resolver):
    """Knows Genoa, and remembers what it was asked."""

    def __init__(self) -> None:
        self.asked: list[PlaceQuery] = []

    def resolve(self, query: PlaceQuery) -> Resolution:
        self.asked.append(query)
        if query.name != "Genova":
            return Resolution("unknown", 0.0)
        return Resolution(
            "resolved", 1.0, (Candidate("geonames:3176219", "Genoa", "IT", (8.94, 44.4), 580_097, 1.0, ()),)
        )

    def region_ids(self, name: str, country: str | None, level: str | None = None) -> tuple[str, ...]:
        return ()


def cells_of(name: str) -> list[list[str]]:
    with (DATA / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.reader(file))


def workbook(path: Path, *, shuffled: int | None = None, without: str | None = None) -> Path:
    book = Workbook()
    book.remove(book.worksheets[0])
    for title, name in SHEETS.items():
        if title == without:
            continue
        header, *rows = cells_of(name)
        if shuffled is not None:
            random.Random(shuffled).shuffle(rows)
        sheet = book.create_sheet(title)
        for row in (header, *rows):
            sheet.append(row)
    book.save(path)
    return path


@pytest.fixture
def export(tmp_path: Path) -> Path:
    return workbook(tmp_path / "export.xlsx")


def keep(path: Path) -> Keep:
    (loader,) = Keep.for_files([path], edition="2022-01", resolver=Places())
    return loader


def outcomes(loader: Keep) -> list[tuple[Row, Outcome]]:
    read: list[tuple[Row, Outcome]] = []
    for row in loader.extract():
        try:
            read.append((row, loader.transform(row)))
        except ValueError as error:
            read.append((row, Rejected(str(error))))
    return read


def said(path: Path) -> tuple[dict[tuple[object, ...], object], dict[tuple[object, ...], object]]:
    """Return all nodes and facts with their values, and check that no two rows say different things of one."""
    nodes: dict[tuple[object, ...], object] = {}
    facts: dict[tuple[object, ...], object] = {}
    for _, outcome in outcomes(keep(path)):
        if isinstance(outcome, Records):
            for node in outcome.nodes:
                key = (node.source, node.row, node.node.label, node.ids)
                assert nodes.setdefault(key, node.values) == node.values
            for fact in outcome.facts:
                joined = (fact.source, fact.row, fact.fact.type, fact.fact.start, fact.fact.end)
                assert facts.setdefault(joined, fact.values) == fact.values
    return nodes, facts


def ends(path: Path, type_: str) -> set[tuple[str, str]]:
    return {(str(key[3]), str(key[4])) for key in said(path)[1] if key[2] == type_}


def described(path: Path, label: str) -> dict[str, dict[str, object]]:
    return {str(key[3][-1]): dict(values) for key, values in said(path)[0].items() if key[2] == label}  # type: ignore[index, call-overload]


def test_scope_says_layout_and_periods(export: Path) -> None:
    assert keep(export).scope == "keep?layout=workbook&period=2014-2020"
    assert keep(TABLE).scope == "keep?layout=table&period=2000-2006,2007-2013,2014-2020"


def test_layout_is_told_by_content_whatever_the_name(export: Path, tmp_path: Path) -> None:
    disguised = tmp_path / "export.csv"
    disguised.write_bytes(export.read_bytes())
    assert keep(disguised).scope == keep(export).scope


def test_edition_must_be_given(export: Path) -> None:
    with pytest.raises(KgError, match="--edition"):
        _ = Keep([export], resolver=Places()).edition


def test_every_row_has_an_outcome(export: Path) -> None:
    counts = Counter(type(outcome) for _, outcome in outcomes(keep(export)))
    assert counts == {Records: 14, Skipped: 1, Rejected: 1}
    reasons = [outcome for _, outcome in outcomes(keep(export)) if not isinstance(outcome, Records)]
    assert reasons == [Skipped("a natural person"), Rejected("no Project Partner")]


def test_project_has_dates_budget_titles_and_its_own_website(export: Path) -> None:
    project = described(export, "Project")[WARM.removeprefix("Project/")]
    assert project == {
        "name": "WarmTowns",
        "acronym": "WarmTowns",
        "title": "Towns that heat without smoke",
        "names": ["Ciepłe miasta", "Siltas pilsētas"],
        "kind": "project",
        "start": "2016-03-01",
        "end": "2019-02-28",
        "budget_eur": 1_200_500.75,
        "website": "https://warmtowns.example",
    }


def test_a_website_of_several_projects_is_the_programmes(export: Path) -> None:
    assert [values["name"] for values in described(export, "Project").values() if "website" in values] == ["WarmTowns"]


def test_an_end_before_the_start_is_left_out_and_the_project_stays(export: Path) -> None:
    plus = next(values for values in described(export, "Project").values() if values["name"] == "WarmTowns+")
    assert plus["start"] == "2019-09-01"
    assert "end" not in plus
    assert "budget_eur" not in plus


def test_without_an_english_title_the_first_other_is_taken(export: Path) -> None:
    trail = next(values for values in described(export, "Project").values() if values["name"] == "Gränsled")
    assert (trail["title"], trail["names"]) == ("Vandringsled över gränsen", ["Vandrersti over grensen"])


def test_acronyms_that_differ_in_a_sign_are_two_projects(export: Path) -> None:
    assert sorted(str(values["name"]) for values in described(export, "Project").values()) == [
        "Gränsled",
        "WarmTowns",
        "WarmTowns+",
    ]


def test_programme_and_project_are_the_same_in_both_layouts(export: Path) -> None:
    funded = {end for start, end in ends(export, "FUNDED_BY") if start == WARM}
    assert funded == {"Programme/own:2014-2020-interreg-vb-baltic-sea"}
    assert {end for start, end in ends(TABLE, "FUNDED_BY") if start == WARM} == funded


def test_a_programme_of_the_starter_keeps_its_id() -> None:
    assert programme_record("2014 - 2020 URBACT III").ids == ("own:urbact-iii",)


def test_themes_are_ours(export: Path) -> None:
    assert {end for start, end in ends(export, "ABOUT") if start == WARM} == {
        "Theme/own:energy-transition",
        "Theme/own:urban-planning",
    }


def test_the_mapping_names_only_themes_that_the_starter_has() -> None:
    with (STARTER / "themes.csv").open(encoding="utf-8") as file:
        known = {row["id"] for row in csv.DictReader(file)}
    assert {theme for themes in _themes().values() for theme in themes} <= known


def test_calls_belong_to_their_programme(export: Path) -> None:
    calls = described(export, "Call")
    assert sorted(calls.values(), key=lambda call: str(call["name"])) == [
        {
            "name": "INTERREG VB Baltic Sea (2014-2020), call 1",
            "opens": "2014-12-10",
            "closes": "2015-02-02",
            "budget_eur": 100_000_000.0,
        },
        {"name": "INTERREG VB Baltic Sea (2014-2020), call B2"},
    ]
    assert {end for _, end in ends(export, "PART_OF")} == {"Programme/own:2014-2020-interreg-vb-baltic-sea"}


def roles(path: Path) -> Counter[tuple[str, str]]:
    found: Counter[tuple[str, str]] = Counter()
    for _, outcome in outcomes(keep(path)):
        if isinstance(outcome, Records):
            for record in outcome.facts:
                if record.fact.type == "PARTICIPATES_IN":
                    found[record.fact.start.split("/")[0], str(record.values["role"])] += 1
    return found


def test_a_lead_partner_of_both_sheets_is_one_participation(export: Path) -> None:
    assert roles(export) == {
        ("City", "lead partner"): 3,
        ("Region", "lead partner"): 1,
        ("City", "partner"): 1,
        ("Organisation", "partner"): 3,
    }


def test_participations_have_the_row_ids_of_the_source() -> None:
    rows = [str(key[1]) for key in said(TABLE)[1] if key[2] == "PARTICIPATES_IN"]
    assert rows == ["p1", "p2", "2007 – 2013 Two Shores|Ferry|Obec Šanov|Šanov", "p4", "p5", "p6"]


def test_a_municipality_is_its_town_where_the_names_agree() -> None:
    nodes = said(TABLE)[0]
    liepaja = next(values for key, values in nodes.items() if key[2] == "City" and "geonames:457954" in key[3])  # type: ignore[operator]
    assert liepaja["name"] == "Liepāja"  # type: ignore[index]
    assert liepaja["location"] == [21.01085, 56.50474]  # type: ignore[index]
    assert ("City/" + own_id("keep-places", "geonames:457954"), WARM) in ends(TABLE, "PARTICIPATES_IN")


def test_a_municipality_whose_town_has_another_name_in_geonames_is_looked_up_by_its_name() -> None:
    places = Places()
    (loader,) = Keep.for_files([TABLE], edition="2022", resolver=places)
    outcomes(loader)
    asked = {query.name: query for query in places.asked}
    assert (asked["Genova"].ids, asked["Genova"].region, asked["Genova"].country) == ((), "ITC33", "IT")
    assert asked["Šanov"].ids == ()


def test_the_bare_name_of_its_town_is_a_municipality() -> None:
    cities = described(TABLE, "City")
    padova = next(id_ for id_, values in cities.items() if values["name"] == "Padova")
    assert f"City/{padova}" in {start for start, _ in ends(TABLE, "PARTICIPATES_IN")}


def test_an_authority_that_does_not_say_whose_is_a_body() -> None:
    bodies = described(TABLE, "Organisation")
    assert [values["name"] for values in bodies.values()] == ["Consejería de Cultura"]


def test_a_geonames_place_of_another_country_is_not_believed() -> None:
    assert not any("geonames:3030300" in key[3] for key in said(TABLE)[0])  # type: ignore[operator]
    assert "Brest" in {values["name"] for values in described(TABLE, "City").values()}


def test_a_region_is_never_its_seat() -> None:
    nodes = said(TABLE)[0]
    region = next(values for key, values in nodes.items() if key[2] == "Region" and key[3][0].startswith("own:"))  # type: ignore[index]
    assert region == {"name": "Nordjylland", "level": "region", "country": "DK"}
    assert not any(values["name"] == "Aalborg Ø" for values in described(TABLE, "City").values())


def test_spellings_of_one_body_are_one_organisation(export: Path) -> None:
    bodies = described(export, "Organisation")
    names = sorted((str(values["name"]), str(values.get("kind"))) for values in bodies.values())
    assert names == [("Riga Technical University", "higher education"), ("Warm Homes GmbH", "company")]
    assert len(ends(export, "BASED_IN")) == 2


def test_a_cell_in_two_languages_is_one_municipality(export: Path) -> None:
    ruse = [values for values in described(export, "City").values() if values["name"] == "Ruse"]
    assert len(ruse) == 1


def test_nuts_regions_lie_in_each_other(export: Path) -> None:
    located = ends(export, "LOCATED_IN")
    chain = ["nuts:BG323", "nuts:BG32", "nuts:BG3"]
    assert {(f"Region/{small}", f"Region/{large}") for small, large in pairwise(chain)} <= located
    assert ("Region/nuts:BG3", "Country/iso:BG") in located
    ruse = described(export, "Region")["nuts:BG323"]
    assert ruse == {"name": "Ruse", "names": ["Русе"], "level": "NUTS 3", "country": "BG"}


def test_a_nuts_code_of_another_country_than_the_partners_is_not_believed(export: Path) -> None:
    assert not any(id_.startswith("nuts:PL") for id_ in described(export, "Region"))


def test_the_order_of_rows_makes_no_difference(export: Path, tmp_path: Path) -> None:
    assert said(workbook(tmp_path / "shuffled.xlsx", shuffled=7)) == said(export)


def test_no_street_or_department_is_read(export: Path) -> None:
    for path in (export, TABLE):
        for row, _ in outcomes(keep(path)):
            assert not {"Street", "Postal code", "Postal.code", "Department"} & row.cells.keys()


def test_every_fact_names_nodes_that_rows_describe(export: Path) -> None:
    for path in (export, TABLE):
        nodes, facts = said(path)
        known = {f"{key[2]}/{id_}" for key in nodes for id_ in key[3]}  # type: ignore[attr-defined]
        assert {end for key in facts for end in key[3:]} <= known


def test_models_accept_what_is_read(export: Path) -> None:
    labels = Counter(str(key[2]) for key in said(export)[0])
    assert {kind.label for kind in (City, Organisation, Project, Region)} <= labels.keys()


@pytest.mark.parametrize("missing", ["Projects (lead partners)", "Partners", "Calls"])
def test_a_workbook_without_a_sheet_is_refused(tmp_path: Path, missing: str) -> None:
    path = workbook(tmp_path / "export.xlsx", without=missing)
    with pytest.raises(KgError, match=r"export\.xlsx"):
        outcomes(keep(path))


def test_another_table_is_refused(tmp_path: Path) -> None:
    other = tmp_path / "other.csv"
    other.write_text("name,country\nRiga,LV\n")
    with pytest.raises(KgError, match=r"Project\.Partner"):
        _ = keep(other).scope


def test_header_only_is_refused(tmp_path: Path) -> None:
    empty = tmp_path / "empty.csv"
    empty.write_text(TABLE.read_text(encoding="utf-8").splitlines()[0] + "\n", encoding="utf-8")
    with pytest.raises(KgError, match="empty.csv"):
        _ = keep(empty).scope


@given(st.text(max_size=40))
def test_any_town_and_partner_can_be_read(text: str) -> None:
    town = read_town(text)
    assert town is None or town.name
    assert isinstance(read_partner(text)[0], str)


def test_every_row_of_a_real_export_is_accounted_for(shared_data: Path) -> None:
    """The figures of docs/loaders/keep.md, as far as they do not hang on the gazetteer."""
    loader = keep(shared_data / "keep-eu" / "keep_closed_1420.xlsx")
    counts: Counter[str] = Counter()
    participants: Counter[str] = Counter()
    for _, outcome in outcomes(loader):
        counts[type(outcome).__name__] += 1
        if isinstance(outcome, Records):
            ends_of = (record.fact for record in outcome.facts if record.fact.type == "PARTICIPATES_IN")
            participants.update(fact.start.split("/")[0] for fact in ends_of)
    assert counts == {"Records": 1_891 + 138 + 8_621}
    assert participants.total() == 8_621
    assert participants["City"] > 1_400
    assert participants["Region"] > 500


def test_a_row_with_too_few_cells_is_rejected_and_counts_for_nothing(tmp_path: Path) -> None:
    short = tmp_path / "short.csv"
    short.write_text(TABLE.read_text(encoding="utf-8") + "1994 - 1999 Oldest Shores,Ferry,Riga\n", encoding="utf-8")
    loader = keep(short)
    assert [row.id for row in loader.extract() if row.defect] != []
    assert "1994" not in loader.scope
