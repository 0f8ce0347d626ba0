"""Eurostat's units and regions: what becomes of a unit, which unit is which place, both layouts, names of regions."""

from __future__ import annotations

import gzip
from collections import Counter
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kg.errors import KgError
from kg.loaders.base import Loader, Records, Rejected, Skipped
from kg.loaders.fates import outcome_of
from kg.loaders.lau import Lau
from kg.loaders.lau_files import Unit, find_layout, read_layout, unit_of
from kg.loaders.lau_places import CONTESTED, DOUBTFUL, FAR, LARGER, UNKNOWN, settle
from kg.places.query import Candidate, Evidence, PlaceQuery, Resolution
from kg.places.resolve import Resolver

DATA = Path(__file__).parents[2] / "data" / "lau"
UNITS = DATA / "nuts_lau_2019.csv"


def place(
    code: str, name: str, country: str, *, at: tuple[float, float] = (0.0, 0.0), population: int = 0
) -> Candidate:
    return Candidate(f"geonames:{code}", name, country, at, population, 1.0, (Evidence("name", name, name),))


class Gazetteer(Resolver):
    """Knows places by the first word of their name; several of one name are in doubt."""

    def __init__(self, *places: Candidate) -> None:
        self._places = places

    def resolve(self, query: PlaceQuery) -> Resolution:
        found = tuple(
            one
            for one in self._places
            if one.country == query.country
            and one.name.split()[0] in {name.split()[0] for name in (query.name, *query.names)}
        )
        if not found:
            return Resolution("unknown", 0.0)
        return Resolution("resolved" if len(found) == 1 else "review", 0.9, found)


GAZETTEER = Gazetteer(
    place("456172", "Rīga", "LV", population=605_273),
    place("598316", "Kauno", "LT", population=289_380),
    place("734077", "Thessaloniki", "GR", population=317_778),
    place("2654675", "Bristol", "GB", population=465_866),
    place("2988507", "Paris", "FR", population=2_138_551),
    place("2891122", "Kiel", "DE", population=2_000_000),
)


def loader(path: Path = UNITS, **options: object) -> Lau:
    return Lau([path], resolver=GAZETTEER, **options)  # type: ignore[arg-type]


def outcomes(loader: Loader) -> dict[str, object]:
    found: dict[str, object] = {}
    for row in loader.extract():
        found[row.id] = outcome_of(loader, row)
    return found


def records(outcome: object) -> tuple[dict[str, dict[str, object]], set[tuple[str, str]]]:
    """Return the nodes by their ids, and the facts as pairs."""
    assert isinstance(outcome, Records)
    nodes = {" ".join(record.ids): dict(record.values) for record in outcome.nodes}
    return nodes, {(record.fact.start, record.fact.end) for record in outcome.facts}


def test_a_unit_is_a_city_in_its_regions_and_country() -> None:
    nodes, facts = records(outcomes(loader())["LV_0010000"])
    assert nodes["geonames:456172 lau:LV_0010000"] == {"name": "Rīga", "country": "LV", "population": 632_614}
    assert {ids: node["name"] for ids, node in nodes.items() if ids.startswith("nuts:")} == {
        "nuts:LV006": "NUTS LV006",
        "nuts:LV00": "NUTS LV00",
        "nuts:LV0": "NUTS LV0",
    }
    assert facts == {
        ("City/lau:LV_0010000", "Country/iso:LV"),
        ("City/lau:LV_0010000", "Region/nuts:LV006"),
        ("Region/nuts:LV006", "Region/nuts:LV00"),
        ("Region/nuts:LV00", "Region/nuts:LV0"),
        ("Region/nuts:LV0", "Country/iso:LV"),
    }


def test_countries_have_their_iso_codes_and_units_their_names_in_order() -> None:
    nodes, facts = records(outcomes(loader())["UK_E06000023"])
    city = nodes["geonames:2654675 lau:UK_E06000023"]
    assert (city["name"], city["names"], city["country"]) == ("Bristol", ["Bristol, City of"], "GB")
    assert ("Region/nuts:UKK", "Country/iso:GB") in facts


def test_an_unknown_population_stays_empty() -> None:
    nodes, _ = records(outcomes(loader())["FR_75056"])
    assert "population" not in nodes["geonames:2988507 lau:FR_75056"]


def test_a_part_of_a_municipality_only_says_where_the_town_lies() -> None:
    nodes, facts = records(outcomes(loader())["EL_19010101"])
    (ids,) = (ids for ids in nodes if ids.startswith("geonames:"))
    assert "lau:" not in ids
    assert "population" not in nodes[ids]
    assert any(end == "Region/nuts:EL522" for _, end in facts)


def test_what_is_left_out_is_left_out_by_a_named_rule() -> None:
    assert {id_: outcome.rule for id_, outcome in outcomes(loader()).items() if isinstance(outcome, Skipped)} == {
        "LV_0270000": UNKNOWN,
        "LT_52": CONTESTED,
        "EL_19010102": "a part of a municipality (Greece, Ireland, Portugal) that is no place of the gazetteer",
        "EL_99999901": "in no region (NUTS code ending in Z)",
        "DE_01002000": LARGER,
    }


def test_all_units_are_cities_of_their_own_when_asked_for() -> None:
    found = outcomes(loader(all=True))
    nodes, facts = records(found["LV_0270000"])
    assert nodes["lau:LV_0270000"] == {
        "name": "Liepāja",
        "country": "LV",
        "population": 69_180,
        "resolution": "unknown",
    }
    assert ("City/lau:LV_0270000", "Region/nuts:LV003") in facts
    nodes, _ = records(found["LT_52"])
    assert "lau:LT_52" in nodes
    assert isinstance(found["EL_19010102"], Skipped)


def test_every_region_is_described_once() -> None:
    told = Counter(
        record.row
        for outcome in outcomes(loader(all=True)).values()
        if isinstance(outcome, Records)
        for record in outcome.nodes
        if record.node.label == "Region"
    )
    assert set(told.values()) == {1}
    assert {"LT022", "LT02", "LT0", "EL522", "UKK11", "FR1"} <= set(told)


def test_only_the_countries_asked_for() -> None:
    lithuania = loader(country=["Lithuania"])
    assert {id_ for id_, outcome in outcomes(lithuania).items() if isinstance(outcome, Records)} == {"LT_19"}
    assert lithuania.scope == "eurostat-lau?layout=table&units=joined&country=LT"
    assert loader(all=True).scope == "eurostat-lau?layout=table&units=all"


def test_the_edition_is_the_year_of_the_units_in_the_files_name(tmp_path: Path) -> None:
    assert loader().edition == "2019"
    renamed = tmp_path / "units.csv"
    renamed.write_bytes(UNITS.read_bytes())
    with pytest.raises(KgError, match="--edition"):
        _ = loader(renamed).edition
    assert loader(renamed, edition="2020").edition == "2020"


def test_a_packed_file_is_the_same(tmp_path: Path) -> None:
    packed = tmp_path / "nuts_lau_2019.csv.gz"
    packed.write_bytes(gzip.compress(UNITS.read_bytes()))
    assert outcomes(loader(packed)) == outcomes(loader())


def test_the_order_of_the_rows_makes_no_difference(tmp_path: Path) -> None:
    header, *lines = UNITS.read_text(encoding="utf-8").splitlines()
    turned = tmp_path / "nuts_lau_2019.csv"
    turned.write_text("\n".join([header, *reversed(lines)]), encoding="utf-8")
    assert outcomes(loader(turned)) == outcomes(loader())


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        ("632614.0", "many", "population 'many' is not a number"),
        ("632614.0", "-5", "population '-5' is not a number"),
        ("LV006,", "Riga,", "'Riga' is not a NUTS code"),
        ("LV006,", "QQ006,", "no country of the list has the code 'QQ'"),
        ("Rīga", "", "a unit without code or name"),
    ],
)
def test_a_row_that_cannot_be_right_is_rejected(tmp_path: Path, old: str, new: str, reason: str) -> None:
    path = tmp_path / "nuts_lau_2019.csv"
    path.write_text(UNITS.read_text(encoding="utf-8").replace(old, new, 1), encoding="utf-8")
    found = outcomes(loader(path))
    assert found["LV_0010000"] == Rejected(reason)
    assert isinstance(found["UK_E06000023"], Records)


def test_the_yearly_workbook_has_a_sheet_for_each_country(tmp_path: Path) -> None:
    import openpyxl

    workbook = openpyxl.Workbook()
    workbook.active.title = "Read me"
    workbook.active.append(["Local administrative units"])
    columns = [
        "NUTS 3 CODE",
        "LAU CODE",
        "LAU NAME NATIONAL",
        "LAU NAME LATIN",
        "CHANGE (Y/N)",
        "POPULATION",
        "DEGURBA",
    ]
    rows = {
        "LV": ["LV006", "0001000", "Rīga", None, "no", 614_618, 1],
        "LT": ["LT022", 19, "Kauno miesto savivaldybė", None, "no", "n.a.", 1],
    }
    for country, row in rows.items():
        sheet = workbook.create_sheet(country)
        sheet.append(columns)
        sheet.append(row)
    path = tmp_path / "EU-27-LAU-2021-NUTS-2021.xlsx"
    workbook.save(path)
    units = loader(path)
    found = outcomes(units)
    assert (units.edition, units.scope, list(found)) == (
        "2021",
        "eurostat-lau?layout=workbook&units=joined",
        ["LV_0001000", "LT_19"],
    )
    nodes, _ = records(found["LV_0001000"])
    assert nodes["geonames:456172 lau:LV_0001000"]["population"] == 614_618
    nodes, _ = records(found["LT_19"])
    assert "population" not in nodes["geonames:598316 lau:LT_19"]


def test_names_of_regions_come_from_eurostats_table_of_them() -> None:
    names = loader(DATA / "NUTS2021.csv")
    found = outcomes(names)
    assert (names.edition, names.scope, names.sources[0].authority) == (
        "2021",
        "eurostat-nuts?layout=nuts-levels",
        "publisher",
    )
    assert {id_: outcome.rule for id_, outcome in found.items() if isinstance(outcome, Skipped)} == {
        "LV": "a country",
        "LVZ": "in no region (NUTS code ending in Z)",
    }
    nodes, facts = records(found["LV006"])
    assert nodes == {"nuts:LV006": {"name": "Rīga", "level": "NUTS 3", "country": "LV"}}
    assert facts == {("Region/nuts:LV006", "Region/nuts:LV00")}
    nodes, facts = records(found["LV0"])
    assert set(nodes) == {"nuts:LV0", "iso:LV"}
    assert facts == {("Region/nuts:LV0", "Country/iso:LV")}


def test_names_of_regions_in_both_scripts() -> None:
    nodes, _ = records(outcomes(loader(DATA / "NUTS_AT_2021.csv"))["EL522"])
    assert nodes["nuts:EL522"] == {
        "name": "Θεσσαλονίκη",
        "names": ["Thessaloniki"],
        "level": "NUTS 3",
        "country": "GR",
    }


def test_units_and_names_are_two_loads_of_one_command() -> None:
    loads = Lau.for_files([UNITS, DATA / "NUTS2021.csv"], resolver=GAZETTEER)
    assert [load.sources[0].id for load in loads] == ["eurostat-lau", "eurostat-nuts"]


def test_a_file_that_is_none_of_eurostats_is_one_error(tmp_path: Path) -> None:
    other = tmp_path / "other.csv"
    other.write_text("id,name\n1,Riga\n")
    with pytest.raises(KgError, match="is neither Eurostat's correspondence") as caught:
        list(loader(other).extract())
    assert "NUTS 3 CODE" in str(caught.value)
    other.write_text("")
    with pytest.raises(KgError, match="is empty"):
        list(loader(other).extract())


# -- which unit is which place ---------------------------------------------------------------------------------------


def unit(id_: str, name: str, *, nuts: str = "XX111", population: int | None = None) -> Unit:
    return Unit(id_, "FR", nuts, name, (), population)


def villages(nuts: str, longitude: float) -> tuple[list[Unit], list[Candidate]]:
    """Return six known villages of a region, some 20 km apart."""
    names = [f"Village{number}of{nuts}" for number in range(6)]
    units = [unit(name, name, nuts=nuts) for name in names]
    places = [
        place(str(1000 + number * 7 + int(longitude * 50)), name, "FR", at=(longitude + number / 5, 45.0))
        for number, name in enumerate(names)
    ]
    return units, places


def settled(units: Iterable[Unit], *places: Candidate) -> tuple[dict[str, str | None], dict[str, str]]:
    units = tuple(units)
    found = settle(units, Gazetteer(*places))
    answers = {one.id: found.resolve(PlaceQuery("", None, subject=f"lau:{one.id}")).best for one in units}
    return {id_: best.id if best else None for id_, best in answers.items()}, dict(found.reasons)


def test_a_place_far_from_the_units_of_the_region_is_not_the_one() -> None:
    units, places = villages("FR111", 2.0)
    here, reasons = settled(
        [*units, unit("a", "Valence", nuts="FR111")], *places, place("9", "Valence", "FR", at=(8.0, 45.0))
    )
    assert (here["a"], reasons) == (None, {"a": FAR})
    there, reasons = settled(
        [*units, unit("a", "Valence", nuts="FR111")], *places, place("9", "Valence", "FR", at=(2.4, 45.1))
    )
    assert (there["a"], reasons) == ("geonames:9", {})


def test_of_namesakes_the_one_in_the_region_is_the_one() -> None:
    (west, near_west), (east, near_east) = villages("FR111", 2.0), villages("FR222", 8.0)
    namesakes = [place("9", "Colombe", "FR", at=(2.3, 45.0)), place("8", "Colombe", "FR", at=(8.3, 45.0))]
    found, reasons = settled(
        [*west, *east, unit("w", "Colombe", nuts="FR111"), unit("e", "Colombe", nuts="FR222")],
        *near_west,
        *near_east,
        *namesakes,
    )
    assert (found["w"], found["e"], reasons) == ("geonames:9", "geonames:8", {})


def test_namesakes_within_the_region_stay_in_doubt() -> None:
    units, places = villages("FR111", 2.0)
    namesakes = [place("9", "Colombe", "FR", at=(2.3, 45.0)), place("8", "Colombe", "FR", at=(2.6, 45.0))]
    found, reasons = settled([*units, unit("w", "Colombe", nuts="FR111")], *places, *namesakes)
    assert (found["w"], reasons) == (None, {"w": DOUBTFUL})


@pytest.mark.parametrize(
    ("first", "second", "winner"),
    [
        (("Bochnia", 29_922), ("Bochnia", 19_872), "a"),
        (("Bochnia", 19_872), ("Bochnia", 29_922), "b"),
        (("Bochnia", 29_000), ("Bochnia", 30_000), None),
        (("Bochnia", None), ("Bochnia", None), None),
        (("Bochnia Górna", 29_814), ("Bochnia", 10_000), "b"),
        (("Bochnia Górna", 29_814), ("Bochnia Dolna", 10_000), "a"),
    ],
)
def test_of_units_that_claim_one_place_at_most_one_gets_it(
    first: tuple[str, int | None], second: tuple[str, int | None], winner: str | None
) -> None:
    units = [unit("a", first[0], population=first[1]), unit("b", second[0], population=second[1])]
    found, reasons = settled(units, place("1", "Bochnia", "FR", population=29_814))
    assert {id_ for id_, place_id in found.items() if place_id} == ({winner} if winner else set())
    assert set(reasons.values()) == {CONTESTED}


def test_a_persons_judgement_stands_wherever_the_place_is() -> None:
    class Judged(Gazetteer):
        def resolve(self, query: PlaceQuery) -> Resolution:
            answer = super().resolve(query)
            if query.subject != "lau:a" or answer.best is None:
                return answer
            return Resolution("resolved", 1.0, (replace(answer.best, evidence=(Evidence("judgement", "a", "9"),)),))

    units, places = villages("FR111", 2.0)
    far = place("9", "Valence", "FR", at=(8.0, 45.0))
    found = settle([*units, unit("a", "Valence", nuts="FR111")], Judged(*places, far))
    best = found.resolve(PlaceQuery("", None, subject="lau:a")).best
    assert best is not None
    assert best.id == "geonames:9"


_NAMES = st.sampled_from(["Alba", "Alba Nova", "Berg", "Ciel"])


@given(
    rows=st.lists(
        st.tuples(_NAMES, st.sampled_from(["FR111", "FR112", "FR2"]), st.sampled_from([None, 90, 500, 4000]))
    ),
    places=st.lists(st.tuples(_NAMES, st.floats(0, 9), st.sampled_from([0, 100, 450, 5000])), max_size=5),
    order=st.randoms(use_true_random=False),
)
def test_no_two_units_are_one_place_in_whatever_order_they_come(
    rows: list[tuple[str, str, int | None]], places: list[tuple[str, float, int]], order: object
) -> None:
    units = [unit(f"u{n}", name, nuts=nuts, population=people) for n, (name, nuts, people) in enumerate(rows)]
    gazetteer = [
        place(str(n + 1), name, "FR", at=(longitude, 45.0), population=people)
        for n, (name, longitude, people) in enumerate(places)
    ]
    found, reasons = settled(units, *gazetteer)
    joined = [place_id for place_id in found.values() if place_id]
    assert len(joined) == len(set(joined))
    assert set(reasons) == {id_ for id_, place_id in found.items() if place_id is None}
    shuffled = list(units)
    order.shuffle(shuffled)  # type: ignore[attr-defined]
    assert settled(shuffled, *gazetteer) == (found, reasons)


def test_every_row_of_the_real_edition_is_a_unit(shared_data: Path) -> None:
    path = shared_data / "eurostat-lau" / "nuts_lau_2019.csv.gz"
    layout = find_layout(path)
    countries = Counter(unit_of(row, layout).country for row in read_layout(path, layout) if not row.defect)
    assert (countries.total(), countries["GR"], countries["GB"], countries["LV"]) == (99_140, 6_134, 400, 119)
