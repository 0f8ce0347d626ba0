"""Twins in tables by country, and as pairs of items: one fact for a pair, one node for a place, whatever the rows repeat."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kg.errors import KgError
from kg.loaders.base import Outcome, Records, Rejected, Skipped
from kg.loaders.fates import outcome_of
from kg.loaders.wikidata import Wikidata
from kg.loaders.wikidata.labels import name_and_area, one_country, tier
from kg.places.query import PlaceQuery, Resolution
from kg.schema.records import FactRecord, NodeRecord

DATA = Path(__file__).parents[2] / "data" / "wikidata"
HEADER = (DATA / "latvia.tsv").read_text(encoding="utf-8").splitlines()[0]


class Unknowing:
    """A resolver without a gazetteer."""

    def resolve(self, query: PlaceQuery) -> Resolution:
        return Resolution("unknown", 0.0)

    def region_ids(self, name: str, country: str | None, level: str | None = None) -> tuple[str, ...]:
        return ()


def loads(*names: str | Path, edition: str | None = "2017") -> list[Wikidata]:
    return list(Wikidata.for_files([DATA / name for name in names], edition=edition, resolver=Unknowing()))


def outcomes(loader: Wikidata) -> list[Outcome]:
    return [outcome_of(loader, row) for row in loader.extract()]


def records(loader: Wikidata) -> list[Records]:
    return [outcome for outcome in outcomes(loader) if isinstance(outcome, Records)]


def twinnings(loader: Wikidata) -> list[FactRecord]:
    return [outcome.facts[0] for outcome in records(loader)]


def nodes(loader: Wikidata) -> dict[str, NodeRecord]:
    return {node.node.name: node for outcome in records(loader) for node in outcome.nodes}


def table(tmp_path: Path, *rows: str) -> Path:
    path = tmp_path / "table.tsv"
    path.write_text("\n".join([HEADER, *rows]) + "\n", encoding="utf-8")
    return path


def ends(fact: FactRecord) -> tuple[str, str]:
    return fact.fact.start, fact.fact.end


def test_each_country_is_a_scope_of_its_own() -> None:
    assert [load.scope for load in loads("denmark.tsv", "latvia.tsv")] == [
        "wikidata-twins-2017?country=SE",
        "wikidata-twins-2017?country=LV",
    ]


def test_a_table_carries_no_edition() -> None:
    (load,) = loads("latvia.tsv", edition=None)
    with pytest.raises(KgError, match="give --edition"):
        _ = load.edition


def test_rows_that_differ_in_population_or_coordinate_are_one_fact() -> None:
    found = outcomes(loads("latvia.tsv")[0])
    assert isinstance(found[0], Records)
    again = Skipped("the pair of an earlier row, with another population or coordinate")
    assert found[1] == found[2] == again
    assert Counter(type(outcome).__name__ for outcome in found) == {"Records": 8, "Skipped": 3, "Rejected": 1}


def test_of_several_populations_the_largest_and_of_several_coordinates_the_first_is_taken() -> None:
    riga = nodes(loads("latvia.tsv")[0])["Riga"]
    assert riga.values["population"] == 641007
    assert riga.values["location"] == [24.106388888889, 56.948888888889]
    assert riga.row == "Riga|56.9,24.1"


def test_a_pair_listed_from_both_ends_is_two_rows_of_one_fact() -> None:
    there, back = [fact for fact in twinnings(loads("latvia.tsv")[0]) if "sigulda" in fact.row.lower()][1:]
    assert ends(there) == ends(back)[::-1]
    assert there.row != back.row
    assert there.row.split(">") == back.row.split(">")[::-1]


def test_a_place_has_the_same_key_in_the_tables_of_all_countries(tmp_path: Path) -> None:
    back = table(
        tmp_path, "Bremen\tGermany\t53.0758\t8.8072\t557464\tRiga\t56.948888888889\t24.106388888889\t\tLatvia\t1009\tEU"
    )
    (there, *_), (here,) = (twinnings(load) for load in loads("latvia.tsv", back))
    assert ends(there) == ends(here)[::-1]


def test_places_of_one_name_far_from_each_other_stay_two(tmp_path: Path) -> None:
    path = table(
        tmp_path,
        "Nienhagen\tGermany\t54.166666666667\t11.966666666667\t1852\tNienhagen\t52.55\t10.1\t\tGermany\t218\tEU",
    )
    (fact,) = twinnings(loads(path)[0])
    assert len({*ends(fact)}) == 2


def test_a_place_twinned_with_itself_is_left_out(tmp_path: Path) -> None:
    path = table(tmp_path, "Nienhagen\tGermany\t52.55\t10.1\t1852\tNienhagen\t52.551\t10.1\t\tGermany\t0\tEU")
    assert outcomes(loads(path)[0]) == [Skipped("twinned with itself")]


def test_a_label_that_is_an_item_number_is_an_exact_id() -> None:
    assert "wikidata:Q90123456" in nodes(loads("latvia.tsv")[0])["Q90123456"].ids


def test_a_county_is_a_region() -> None:
    county = nodes(loads("latvia.tsv")[0])["Tartu County"]
    assert (county.node.label, county.values["level"]) == ("Region", "county")


def test_what_stands_behind_the_comma_is_no_part_of_the_name() -> None:
    found = nodes(loads("latvia.tsv")[0])
    assert found["Porcia"].node.label == "City"


def test_a_country_that_is_not_in_the_list_stays_open() -> None:
    assert "country" not in nodes(loads("latvia.tsv")[0])["Kobe"].values


def test_of_two_countries_the_one_of_the_mission_area_counts() -> None:
    assert nodes(loads("latvia.tsv")[0])["Yalta"].values["country"] == "UA"


def test_a_row_without_coordinates_is_rejected() -> None:
    (rejected,) = [outcome for outcome in outcomes(loads("latvia.tsv")[0]) if isinstance(outcome, Rejected)]
    assert "destinationlat ''" in rejected.reason


def test_origins_called_danish_that_lie_in_sweden_are_swedish() -> None:
    found = nodes(loads("denmark.tsv")[0])
    assert {name: found[name].values["country"] for name in ("Örebro", "Malmö Municipality", "Drammen")} == {
        "Örebro": "SE",
        "Malmö Municipality": "SE",
        "Drammen": "NO",
    }


def test_origins_called_danish_that_lie_in_denmark_stay_danish(tmp_path: Path) -> None:
    path = table(tmp_path, "Aalborg\tDenmark\t57.05\t9.91\t\tRiga\t56.948888888889\t24.106388888889\t\tLatvia\t1\tEU")
    (load,) = loads(path)
    assert load.scope == "wikidata-twins-2017?country=DK"


def test_a_row_with_too_few_cells_is_rejected_and_the_others_are_read(tmp_path: Path) -> None:
    good = "Riga\tLatvia\t56.9\t24.1\t\tBremen\t53.0\t8.8\t\tGermany\t1009\tEU"
    found = outcomes(loads(table(tmp_path, "Riga\tLatvia", good))[0])
    assert [type(outcome) for outcome in found] == [Rejected, Records]


def test_pairs_and_labels_are_one_load_in_whatever_order_they_are_named() -> None:
    for names in (["names.tsv", "relations.tsv"], ["relations.tsv", "names.tsv"]):
        (load,) = loads(*names, edition="2016-09")
        assert load.scope == "wikidata-twins-2016"
        assert [ends(fact) for fact in twinnings(load)] == [
            ("City/wikidata:Q1773", "City/wikidata:Q24879"),
            ("City/wikidata:Q24879", "City/wikidata:Q1773"),
            ("Region/wikidata:Q207010", "City/wikidata:Q24879"),
            ("City/wikidata:Q48320", "City/wikidata:Q999999"),
        ]


def test_repeated_pairs_and_pairs_of_one_item_are_left_out() -> None:
    (load,) = loads("names.tsv", "relations.tsv")
    assert [outcome.rule for outcome in outcomes(load) if isinstance(outcome, Skipped)] == [
        "the same as an earlier row",
        "twinned with itself",
    ]


def test_an_item_without_a_label_is_called_by_its_number() -> None:
    (load,) = loads("names.tsv", "relations.tsv")
    assert "Q999999" in nodes(load)


def test_labels_without_pairs_are_refused() -> None:
    with pytest.raises(KgError, match="loaded together"):
        loads("names.tsv")


def test_two_files_of_one_country_are_two_editions(tmp_path: Path) -> None:
    again = table(tmp_path, "Riga\tLatvia\t56.9\t24.1\t\tBremen\t53.0\t8.8\t\tGermany\t1009\tEU")
    with pytest.raises(KgError, match=r"latvia.tsv and table.tsv are both of wikidata-twins-2017\?country=LV"):
        loads("latvia.tsv", again)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("", "is empty"),
        ("<!DOCTYPE html><p>Sorry", "is a web page"),
        ("a\tb\nc\td\n", "in none of the layouts"),
        ("PK\x03\x04", "in none of the layouts"),
    ],
)
def test_a_file_in_no_layout_is_refused_with_what_is_wanted(tmp_path: Path, content: str, said: str) -> None:
    path = tmp_path / "file"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(KgError, match=f"{said}.*kg fetch wikidata"):
        loads(path)


def test_a_file_that_is_not_there_is_one_clear_error(tmp_path: Path) -> None:
    with pytest.raises(KgError, match="absent.tsv"):
        loads(tmp_path / "absent.tsv")


@pytest.mark.parametrize(
    ("label", "above"),
    [
        ("Győr-Moson-Sopron County", True),
        ("County Donegal", True),
        ("Union County", True),
        ("Province of Rieti", True),
        ("Landkreis Forchheim", True),
        ("Bandiagara (Kreis)", True),
        ("Dédougou Department", True),
        ("Moscow Oblast", True),
        ("Neath Port Talbot County Borough", False),
        ("Brody, Żary County", False),
        ("Ventspils District", False),
        ("Bezirk Baldone", False),
        ("Hof HaCarmel Regional Council", False),
        ("Region", False),
    ],
)
def test_whether_a_label_names_a_tier_above_municipalities(label: str, *, above: bool) -> None:
    assert (tier(label) is not None) == above


@given(st.text())
def test_a_name_is_never_empty_unless_its_label_is(label: str) -> None:
    name, area = name_and_area(label)
    assert bool(name) == bool(label)
    assert label == (f"{name}, {area}" if area else name)


@given(st.lists(st.sampled_from(["LV", "RU", "UA", "RS", "XK", "JP", "ZZ"])))
def test_the_order_in_which_countries_are_stated_makes_no_difference(codes: list[str]) -> None:
    assert one_country(codes) == one_country(reversed(codes))


def test_the_real_tables_come_out_whole(shared_data: Path) -> None:
    """Swapped countries apart, every origin lies where its table says, and no row is lost."""
    files = sorted((shared_data / "wikidata-twins-2017").glob("*.tsv"))
    count: Counter[str] = Counter()
    for load in loads(*(file for file in files if file.stem in ("denmark", "sweden", "latvia", "cyprus"))):
        count[load.scope.rpartition("=")[2]] += len(twinnings(load))
        count["rows"] += len(outcomes(load))
    assert count["rows"] == 687 + 297 + 220 + 126
    assert {"SE", "DK", "LV", "CY"} <= count.keys()
