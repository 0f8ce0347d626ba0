"""Every shipped report on the small graph of ``kg.testing``; the rows were worked out by hand from what is written in its ``invented.py``."""

from __future__ import annotations

import itertools
import json
import re
from collections.abc import Iterator

import pytest

from kg.database.connection import Connection
from kg.errors import KgError
from kg.queries.report_results import ReportResult, run_report
from kg.queries.reports import Report, find_report, list_reports
from kg.queries.reports.running import CHANGED, UNDER_WAY
from kg.resources import cypher_directory
from kg.testing import small_graph

COVENANT = "Covenant of Mayors for Climate and Energy"
CEMR = "Council of European Municipalities and Regions"
AFLRA = "Association of Finnish Local and Regional Authorities"
LPS = "Latvian Association of Local and Regional Governments"
HSL = "Helsinki Region Transport"
CLIMATE = "Climate mitigation and neutrality"
ENERGY = "Energy transition and efficient buildings"
FORUM = ("2024-03-05", "Example Forum 2024", "Riga", "LV", ["Digital transformation"])

#: The sources of kg.testing, as the column of a row has them.
PLACES, EUROCITIES, LISTS, PROJECTS, DESK, ENCYCLOPAEDIA, TWINS = (
    f"small-{name}" for name in ("places", "eurocities", "lists", "projects", "desk", "encyclopaedia", "twins")
)

#: Parameters as a person types them, and all rows: every column, in the order of the header.
Case = tuple[dict[str, str], list[tuple[object, ...]]]

CASES: dict[str, Case] = {
    "network-members": (
        {"network": "Eurocities"},
        [
            ("EE", "Estonia", "Tallinn", "City", "board member", "2003", "2025-05", [EUROCITIES]),
            ("FI", "Finland", "Espoo", "City", None, "2015-06", "2025-05", [EUROCITIES]),
            ("FI", "Finland", "Helsinki", "City", None, "1996", "2025-05", [EUROCITIES]),
            ("LV", "Latvia", "Riga", "City", None, "2000", "2025-05", [ENCYCLOPAEDIA, EUROCITIES]),
        ],
    ),
    "cities-in-networks": (
        {"at_least": "2"},
        [
            (
                3,
                "FI",
                "Helsinki",
                660_000,
                [COVENANT, "Eurocities", "Polis"],
                "2019",
                [EUROCITIES, LISTS],
            ),
            (2, "LV", "Riga", 600_000, [COVENANT, "Eurocities"], "2024-01", [ENCYCLOPAEDIA, EUROCITIES, LISTS]),
        ],
    ),
    "shared-by-two-places": (
        {"first": "Riga", "second": "Helsinki"},
        [
            ("twin city", "Tallinn", 0, None, None, "former", None, [TWINS]),
            ("project", "TRAM", 1, "lead partner", "partner", "current", "2022", [PROJECTS]),
            ("project", "WARM", 2, "partner", "lead partner", "former", "2020", [PROJECTS]),
            ("membership", "Eurocities", 4, None, None, "current", "2025-05", [ENCYCLOPAEDIA, EUROCITIES]),
            ("membership", COVENANT, 5, "signatory", "signatory", "current", "2024-01", [LISTS]),
        ],
    ),
    # Four cities in Eurocities, one in Polis, seven in the Covenant, nine in any: 4 * 1 / 9 and 4 * 7 / 9 by chance.
    "networks-like": (
        {"network": "Eurocities", "at_least": "1"},
        [
            ("Polis", 1, 4, 1, 0.4, 2.25, 0.25, "2019", [EUROCITIES, LISTS]),
            (COVENANT, 7, 4, 2, 3.1, 0.64, 0.222, "2024-01", [ENCYCLOPAEDIA, EUROCITIES, LISTS]),
        ],
    ),
    "represented-without-network": (
        {},
        [
            ("FI", "Finland", [AFLRA], "Turku", 200_000, [], "2019-06-17", [LISTS]),
            ("LV", "Latvia", [LPS], None, None, [], "2019-06-17", [LISTS]),
        ],
    ),
    # Four of seven cities of that size are members: 4/7 of each country's.
    "countries-underrepresented": (
        {"network": "Eurocities"},
        [
            ("UA", "Ukraine", 1, 0, 0.6, 0.6, 0, "2025-05", [ENCYCLOPAEDIA, EUROCITIES]),
            ("EE", "Estonia", 2, 1, 1.1, 0.1, 0, "2025-05", [ENCYCLOPAEDIA, EUROCITIES]),
            ("FI", "Finland", 3, 2, 1.7, -0.3, 0, "2025-05", [ENCYCLOPAEDIA, EUROCITIES]),
            ("LV", "Latvia", 1, 1, 0.6, -0.4, 0, "2025-05", [ENCYCLOPAEDIA, EUROCITIES]),
        ],
    ),
    "members-left": (
        {"network": "Eurocities"},
        [
            ("2025-05", "no longer listed", "Tartu", "EE", "City", "2005", [], "2024-05", [EUROCITIES]),
            ("2011", "last day given", "Turku", "FI", "City", "1998", [], "2025-05", [EUROCITIES]),
        ],
    ),
    "members-joined": (
        {"network": "Eurocities", "after": "2002"},
        [
            ("2015-06", "Espoo", "FI", "City", None, "member", "2025-05", [EUROCITIES]),
            ("2003", "Tallinn", "EE", "City", "board member", None, "2025-05", [EUROCITIES]),
        ],
    ),
    "projects-of-place": (
        {"place": "Riga"},
        [
            (project, title, ["Horizon 2020"], *years, budget, role, share, *partner, as_of, [PROJECTS])
            for project, title, years, budget, role, share, as_of, partners in (
                (
                    "TRAM",
                    "Trams for all",
                    ("2022", "2099"),
                    2_000_000,
                    "lead partner",
                    600_000,
                    "2023",
                    (("Helsinki", "FI", "partner", 500_000), ("Lviv", "UA", "partner", None)),
                ),
                (
                    "WARM",
                    "Warm homes",
                    ("2018", "2020-06"),
                    1_200_000,
                    "partner",
                    300_000,
                    "2020",
                    (
                        ("Example Energy Agency", "LV", "partner", None),
                        ("Helsinki", "FI", "lead partner", 400_000),
                        ("Tartu", "EE", "partner", None),
                    ),
                ),
            )
            for partner in partners
        ],
    ),
    "repeated-partners": (
        {"place": "Riga"},
        [("Helsinki", "FI", "City", 2, ["WARM", "TRAM"], "2018", "2022", True, "2020", [PROJECTS])],
    ),
    # By way of Tartu in GREEN; Lviv knows Espoo, which is a twin of Riga.
    "partners-of-partners": (
        {"place": "Riga"},
        [
            ("Kalda", "EE", "City", 8_000, 1, ["Tartu"], 1, "2021", [PROJECTS]),
            ("Turku", "FI", "City", 200_000, 1, ["Tartu"], 0, "2021", [PROJECTS]),
        ],
    ),
    "lead-partners": (
        {},
        [
            ("Horizon 2020", "Helsinki", "FI", "City", 1, ["WARM"], 1_200_000, 1, "2020", [PROJECTS]),
            ("Horizon 2020", "Riga", "LV", "City", 1, ["TRAM"], 2_000_000, 1, "2023", [PROJECTS]),
            ("URBACT III", "Tartu", "EE", "City", 1, ["GREEN"], None, 0, "2021", [PROJECTS]),
        ],
    ),
    "country-matrix": (
        {},
        [
            ("EE", "FI", 3, ["GREEN", "WARM", "OLDTOWN"], "2012", [PROJECTS]),
            ("FI", "LV", 2, ["TRAM", "WARM"], "2020", [PROJECTS]),
            ("FI", "UA", 2, ["Pairing Espoo and Lviv", "TRAM"], "2022", [PROJECTS]),
            ("EE", "EE", 1, ["GREEN"], "2021", [PROJECTS]),
            ("EE", "LV", 1, ["WARM"], "2020", [PROJECTS]),
            ("LV", "LV", 1, ["WARM"], "2020", [PROJECTS]),
            ("LV", "UA", 1, ["TRAM"], "2023", [PROJECTS]),
        ],
    ),
    # Distances by the haversine formula.
    "twin-towns": (
        {"place": "Riga"},
        [
            ("Tallinn", "EE", "City", 450_000, 280, "1993", None, "current", None, [TWINS]),
            ("Espoo", "FI", "City", 320_000, 364, "2001", None, "current", None, [TWINS]),
            ("Helsinki", "FI", "City", 660_000, 362, "1990-05", None, "current", None, [TWINS]),
        ],
    ),
    "twin-towns-of-region": (
        {"place": "Helsinki-Uusimaa"},
        [
            ("Helsinki-Uusimaa", "Espoo", "Riga", "LV", "2001", None, [TWINS]),
            ("Helsinki-Uusimaa", "Helsinki", "Riga", "LV", "1990-05", None, [TWINS]),
        ],
    ),
    "twins-with-projects": (
        {"place": "Riga"},
        [("Helsinki", "FI", "1990-05", 2, ["TRAM", "WARM"], "2099", "2020", [PROJECTS, TWINS])],
    ),
    "partnerships-with-country": (
        {},
        [
            ("Lviv", "Espoo", "FI", "pairing", "Pairing Espoo and Lviv", "2023", "current", "2024", [PROJECTS]),
            ("Lviv", "Helsinki", "FI", "project", "TRAM", "2022", "current", "2022", [PROJECTS]),
            ("Lviv", "Turku", "FI", "twinning", None, "1999", "current", None, [TWINS]),
            ("Lviv", "Riga", "LV", "project", "TRAM", "2022", "current", "2023", [PROJECTS]),
        ],
    ),
    "seekers-of-our-offers": (
        {"place": "Riga"},
        [
            (
                ENERGY,
                "Lviv",
                "UA",
                "City",
                "learner",
                "Heating without gas.",
                "2099-12",
                "mentor",
                "We renovated a thousand homes.",
                "2024",
                [DESK],
            )
        ],
    ),
    "open-calls": (
        {},
        [
            (
                "2099-06-30",
                "2024",
                "open",
                "Example call for climate-neutral towns",
                ["Horizon 2020"],
                [CLIMATE],
                5_000_000,
                "cities",
                "2024",
                [PROJECTS],
            ),
            (
                None,
                None,
                "probably closed",
                "Example call without dates",
                ["Horizon 2020"],
                [ENERGY],
                None,
                "cities",
                "2024",
                [PROJECTS],
            ),
        ],
    ),
    "people-of-organisation": (
        {"organisation": "CEMR", "former": "yes"},
        [
            ("adviser on examples", "Anna Invented", "2022", None, "current", "2024-03", [PROJECTS]),
            ("adviser on examples", "Bruno Invented", "2015", "2021", "former", "2020", [PROJECTS]),
        ],
    ),
    "kept-about-person": (
        {"person": "Bruno Invented"},
        [
            (
                "post",
                CEMR,
                PROJECTS,
                "HOLDS_POST:bruno>cemr",
                (
                    '{"e":"2024-05","f":"Person/own:small.bruno","t":"Organisation/own:cemr",'
                    '"v":{"as_of":"2020","post":"adviser on examples","since":"2015","until":"2021"}}'
                ),
                "2024-05",
                None,
            ),
            (
                "the person",
                None,
                PROJECTS,
                "own:small.bruno",
                '{"e":"2024-05","i":["own:small.bruno"],"v":{"as_of":"2024","name":"Bruno Invented"}}',
                "2024-05",
                None,
            ),
        ],
    ),
    "speakers": (
        {},
        [
            (
                *FORUM,
                "Anna Invented",
                "Person",
                "speaker",
                [f"adviser on examples, {CEMR}"],
                ["Eurocities"],
                "2024",
                [PROJECTS],
            ),
            (*FORUM, CEMR, "Organisation", "moderator", [], ["Eurocities"], "2024", [PROJECTS]),
        ],
    ),
    "organisations-within-two-steps": (
        {"organisation": "CEMR"},
        [
            (1, AFLRA, "association", "FI", 2, ["has it as member", "by way of PLATFORMA"], "2018", [LISTS]),
            (1, "PLATFORMA", "network", "BE", 2, ["has it as part", f"by way of {AFLRA}"], "2018", [LISTS]),
            (1, LPS, "association", "LV", 1, ["has it as member"], "2025-11", [LISTS]),
            (2, "Eurocities", "network", "BE", 1, ["by way of Example Forum 2024"], "2024", [PROJECTS]),
        ],
    ),
    "bridges": (
        {"first": "Eurocities", "second": "Polis"},
        [
            ("Espoo", "FI", "City", None, HSL, None, "associate", "2019", [EUROCITIES, LISTS]),
            ("Helsinki", "FI", "City", None, None, None, None, "2019", [EUROCITIES, LISTS]),
        ],
    ),
    "small-municipalities-in-projects": (
        {},
        [("Kalda", "EE", 8_000, 1, 0, ["GREEN"], ["URBACT III"], "2021", [PROJECTS])],
    ),
    # Riga, Helsinki and Tartu are in WARM; Vana-Kalda is no more.
    "signatories-without-project": (
        {},
        [
            (
                "Lviv",
                "UA",
                720_000,
                "2010",
                "published",
                ["2030", "adaptation"],
                [],
                2,
                "2024-01",
                [ENCYCLOPAEDIA, LISTS],
            ),
            ("Kalda", "EE", 8_000, "2018", "published", None, [], 1, "2024-01", [LISTS]),
            ("Novo Selo", "UA", None, None, "published", None, [], 0, "2024-01", [LISTS]),
        ],
    ),
    "themes-of-region": (
        {"region": "Helsinki-Uusimaa"},
        [
            (CLIMATE, 1, 0, 1, 0, ["Helsinki"], ["TRAM"], "2022", [DESK, PROJECTS]),
            ("Digital transformation", 0, 0, 0, 1, ["Espoo"], ["Example Forum 2024"], "2024", [PROJECTS]),
            (ENERGY, 1, 0, 0, 0, ["Helsinki"], ["WARM"], "2020", [PROJECTS]),
        ],
    ),
    "funding-per-inhabitant": (
        {},
        [
            ("Kalda", "EE", 8_000, 1, 1, 40_000, 5, "2021", [PROJECTS]),
            ("Riga", "LV", 600_000, 2, 2, 900_000, 1.5, "2020", [PROJECTS]),
            ("Helsinki", "FI", 660_000, 2, 2, 900_000, 1.36, "2020", [PROJECTS]),
            ("Tartu", "EE", 90_000, 2, 0, None, None, "2020", [PROJECTS]),
            ("Turku", "FI", 200_000, 2, 0, None, None, "2012", [PROJECTS]),
            ("Lviv", "UA", 720_000, 2, 0, None, None, "2023", [PROJECTS]),
            ("Vana-Kalda", "EE", None, 1, 0, None, None, "2012", [PROJECTS]),
            ("Espoo", "FI", 320_000, 1, 0, None, None, "2024", [PROJECTS]),
        ],
    ),
    "serving-bodies": (
        {"place": "Helsinki"},
        [
            (HSL, "transport authority", "seat", "Polis", True, "associate", None, "2019", [LISTS]),
            (HSL, "transport authority", "serves it", "Polis", True, "associate", None, "2019", [LISTS]),
        ],
    ),
    "merged-municipalities": (
        {},
        [
            (
                "2017-10-15",
                "Vana-Kalda",
                "Kalda",
                "EE",
                [COVENANT],
                ["Turku"],
                ["OLDTOWN"],
                ["European Charter for Equality of Women and Men in Local Life"],
                [],
                "2018",
                [PLACES],
            )
        ],
    ),
    "source-disagreements": (
        {"place": "Riga"},
        [
            (
                "membership",
                "Eurocities",
                "since",
                "2000",
                [f"{ENCYCLOPAEDIA}: 2001", f"{EUROCITIES}: 2000"],
                "2025-05",
                [ENCYCLOPAEDIA, EUROCITIES],
            ),
            (
                "the place itself",
                None,
                "name",
                "Riga",
                [f"{ENCYCLOPAEDIA}: Rīga", f"{PLACES}: Riga"],
                "2024",
                [ENCYCLOPAEDIA, PLACES],
            ),
            (
                "the place itself",
                None,
                "population",
                "600000",
                [f"{ENCYCLOPAEDIA}: 605000", f"{PLACES}: 600000"],
                "2024",
                [ENCYCLOPAEDIA, PLACES],
            ),
        ],
    ),
    "network-disagreements": (
        {"network": "Eurocities"},
        [
            (
                "membership",
                "Riga",
                "since",
                "2000",
                [f"{ENCYCLOPAEDIA}: 2001", f"{EUROCITIES}: 2000"],
                "2025-05",
                [ENCYCLOPAEDIA, EUROCITIES],
            )
        ],
    ),
    "places-unresolved": (
        {},
        [("Novo Selo", "UA", "in review", ["Novoselo (geonames:1)"], 2, [COVENANT], "2024-01", [LISTS])],
    ),
    "single-source-facts": (
        {"place": "Riga"},
        [
            (what, end, role, since, f"Small graph: {title}", publisher, trust, as_of, [source])
            for (source, title, publisher, trust), facts in (
                (
                    (PROJECTS, "projects and events", "Example Programmes", "publisher"),
                    (
                        ("project", "WARM", "partner", None, "2020"),
                        ("project", "TRAM", "lead partner", None, "2023"),
                    ),
                ),
                (
                    (LISTS, "other member lists", "Example Networks", "network"),
                    (("based in", "Example Energy Agency", None, None, "2024"),),
                ),
                (
                    (PROJECTS, "projects and events", "Example Programmes", "publisher"),
                    (("held in", "Example Forum 2024", None, None, "2024"),),
                ),
                (
                    (PLACES, "places", "Example Gazetteer", "publisher"),
                    (("located in", "Latvia", None, None, "2024"),),
                ),
                (
                    (LISTS, "other member lists", "Example Networks", "network"),
                    (
                        ("membership", COVENANT, "signatory", "2008", "2024-01"),
                        ("supports", "Example Energy Agency", "coordinator", None, "2024-01"),
                    ),
                ),
                (
                    (TWINS, "twin towns", "Example Twins", "aggregator"),
                    (
                        ("twinning", "Espoo", None, "2001", "2024-02"),
                        ("twinning", "Helsinki", None, "1990-05", "2024-02"),
                        ("twinning", "Tallinn", None, "1993", "2024-02"),
                    ),
                ),
                (
                    (DESK, "offers and requests", "Example Desk", "person"),
                    (("offers", ENERGY, None, None, "2025"),),
                ),
            )
            for what, end, role, since, as_of in facts
        ],
    ),
    "stale-lists": (
        {"before": "2020"},
        [
            ("PLATFORMA", 1, None, "2018", 0, "2018", [LISTS]),
            ("Polis", 2, 60, "2019", 0, "2019", [LISTS]),
        ],
    ),
    "sources-of-place": (
        {"place": "Riga"},
        [
            (f"Small graph: {title}", publisher, "CC0 1.0", f"https://example.org/{source[6:]}", *rest, [source])
            for source, title, publisher, *rest in (
                (
                    LISTS,
                    "other member lists",
                    "Example Networks",
                    None,
                    3,
                    ["based in", "member of", "supports"],
                    "2024-01",
                    "2024",
                ),
                (
                    PROJECTS,
                    "projects and events",
                    "Example Programmes",
                    None,
                    3,
                    ["held in", "participates in"],
                    "2024",
                    "2020",
                ),
                (TWINS, "twin towns", "Example Twins", "2024-02", 3, ["twinned with"], None, "2024-02"),
                (PLACES, "places", "Example Gazetteer", None, 2, ["description", "located in"], "2024", "2024"),
                (
                    ENCYCLOPAEDIA,
                    "what an encyclopaedia says",
                    "Example Encyclopaedia",
                    None,
                    2,
                    ["description", "member of"],
                    "2023",
                    "2023",
                ),
                (EUROCITIES, "members of Eurocities", "Example Networks", None, 1, ["member of"], "2025-05", "2025-05"),
                (DESK, "offers and requests", "Example Desk", None, 1, ["offers"], "2025", "2025"),
            )
        ],
    ),
    "themes": (
        {},
        [
            (CLIMATE, None, None, 1, 1, 2, "2024", [PROJECTS]),
            ("Digital transformation", None, None, 0, 0, 0, "2024", [PROJECTS]),
            (ENERGY, ["Energy transition"], "Less heat, and from the sun.", 2, 1, 1, "2024", [PROJECTS]),
        ],
    ),
}


@pytest.fixture(scope="module")
def small(connection: Connection) -> Connection:
    """The small graph, loaded once: reports only read."""
    connection.run_schema("MATCH (n) CALL (n) { DETACH DELETE n } IN TRANSACTIONS OF 10000 ROWS")
    small_graph(connection)
    return connection


def rows(result: ReportResult, *names: str) -> list[tuple[object, ...]]:
    return [tuple(row[name] for name in names or result.columns) for row in result.rows]


def ask(connection: Connection, report: str, **given: str) -> ReportResult:
    return run_report(connection, find_report(report), given)


@pytest.mark.parametrize("report", CASES)
def test_answers_are_those_worked_out_by_hand(small: Connection, report: str) -> None:
    given, expected = CASES[report]
    assert expected
    assert rows(ask(small, report, **given)) == expected


def test_every_report_has_a_case() -> None:
    assert {report.name for report in list_reports()} == CASES.keys()


#: Examples are of the starter; its persons are not in the small graph, where all are invented.
_INVENTED = {"own:fabrizio-rossi": "own:small.anna"}


@pytest.mark.parametrize("report", list_reports(), ids=lambda report: report.name)
def test_examples_run_and_columns_are_those_of_the_header(small: Connection, report: Report) -> None:
    """As Neo4j Browser and cypher-shell would run it: the file as it is up to the picture, the values of its header."""
    text = report.text.partition("\n// picture\n")[0]
    parameters = {parameter.name: parameter.example for parameter in report.parameters}
    with small.driver.session(database=small.database, default_access_mode="READ") as session:
        result = session.run(text, parameters)
        assert list(result.keys()) == [column.name for column in report.columns]
        result.consume()
        defaults = {entry.name: entry.example if entry.required else entry.default for entry in report.parameters}
        result = session.run(text, {name: _INVENTED.get(str(value), value) for name, value in defaults.items()})
        assert result.peek() is not None
        said = result.consume().gql_status_objects
    assert [entry.status_description for entry in said if entry.raw_classification == "DEPRECATION"] == []


def test_heading_and_age_of_a_result(small: Connection) -> None:
    result = ask(small, "cities-in-networks", at_least="2")
    assert "as of 2019 to" in result.age.lower()
    assert (
        ask(small, "network-members", network="own:eurocities").heading == "Members of a network by country: Eurocities"
    )


def test_members_of_a_network_in_one_country(small: Connection) -> None:
    assert rows(ask(small, "network-members", network="own:eurocities", country="lv"), "member") == [("Riga",)]


def test_what_two_cities_share_is_the_same_from_either_side(small: Connection) -> None:
    one = ask(small, "shared-by-two-places", first="Riga", second="Helsinki")
    other = ask(small, "shared-by-two-places", first="Helsinki", second="Riga")
    assert rows(one, "what", "name", "others", "state", "as_of") == rows(
        other, "what", "name", "others", "state", "as_of"
    )


def test_projects_that_run(small: Connection) -> None:
    running = ask(small, "projects-of-place", place="riga", running="yes")
    assert rows(running, "project", "partner") == [("TRAM", "Helsinki"), ("TRAM", "Lviv")]
    assert json.loads(running.as_json())["parameters"] == {"place": "geonames:456172", "running": True}


def test_a_region_is_found_by_a_city_in_it(small: Connection) -> None:
    assert rows(ask(small, "twin-towns-of-region", place="Espoo"), "place", "twin") == [
        ("Espoo", "Riga"),
        ("Helsinki", "Riga"),
    ]


def test_twin_towns_of_the_past_are_told_apart(small: Connection) -> None:
    assert rows(ask(small, "twin-towns", place="Tallinn"), "twin", "until", "state") == [
        ("Riga", None, "current"),
        ("Helsinki", "2010", "former"),
    ]


def test_who_would_lead_meets_who_would_join(small: Connection) -> None:
    assert rows(ask(small, "seekers-of-our-offers", place="Helsinki"), "theme", "who", "role", "our_role") == [
        (CLIMATE, "Kalda", "partner", "lead")
    ]


def test_calls_on_a_theme(small: Connection) -> None:
    assert rows(ask(small, "open-calls", theme="Energy transition and efficient buildings"), "call") == [
        ("Example call without dates",)
    ]


def test_a_caution_is_said_with_the_rows_in_every_form(small: Connection) -> None:
    result = ask(small, "signatories-without-project")
    caution = find_report("signatories-without-project").caution
    assert caution
    for text in (result.as_csv(), result.as_json(), " ".join(result.notes)):
        assert "a city may well have one that no loaded source names." in text
    assert result.completeness[0] == caution


def test_how_many_members_there_are_is_said_where_members_are_read(small: Connection) -> None:
    assert ask(small, "people-of-organisation", organisation="CEMR", former="yes").completeness == ()
    assert f"members of {CEMR}" in " ".join(ask(small, "network-members", network="CEMR").completeness)


def test_everybody_at_an_event(small: Connection) -> None:
    assert rows(ask(small, "speakers", everybody="yes"), "who", "role") == [
        ("Anna Invented", "speaker"),
        (CEMR, "moderator"),
        ("Espoo", "participant"),
    ]


def test_a_body_that_is_in_no_network_has_a_line(small: Connection) -> None:
    assert rows(ask(small, "serving-bodies", place="Riga"), "body", "tie", "network", "city_too", "as_of") == [
        ("Example Energy Agency", "coordinator in the Covenant", None, None, "2024-01"),
        ("Example Energy Agency", "seat", None, None, "2024"),
    ]


def test_bridges_are_the_same_from_either_side(small: Connection) -> None:
    other_way = ask(small, "bridges", first="Polis", second="Eurocities")
    assert rows(other_way, "bridge", "first_through", "second_through") == [
        ("Espoo", HSL, None),
        ("Helsinki", None, None),
    ]


def test_a_matrix_of_one_programme(small: Connection) -> None:
    assert rows(ask(small, "country-matrix", programme="URBACT III"), "country", "other_country", "projects") == [
        ("EE", "EE", 1),
        ("EE", "FI", 1),
    ]


def test_a_name_that_is_not_of_the_wanted_kind_is_refused(small: Connection) -> None:
    with pytest.raises(KgError):
        ask(small, "projects-of-place", place="EUROCITIES")
    with pytest.raises(KgError, match=r"Riga is a city, not a network, association"):
        ask(small, "network-members", network="Riga")
    with pytest.raises(KgError, match="the value of network must be text"):
        run_report(small, find_report("network-members"), {"network": 5})  # type: ignore[dict-item]


def test_the_small_graph_is_for_an_empty_database(small: Connection) -> None:
    with pytest.raises(KgError, match="is not empty"):
        small_graph(small)


#: Reports whose file has a second query, for the picture.
PICTURES = {
    path.stem: query
    for path in sorted((cypher_directory() / "reports").glob("*.cypher"))
    if (query := path.read_text(encoding="utf-8").partition("\n// picture\n")[2])
}


@pytest.mark.parametrize("report", PICTURES)
def test_pictures_show_something(small: Connection, report: str) -> None:
    """With the parameters of the report, though perhaps not all of them."""
    query = PICTURES[report]
    parameters = {
        parameter.name: parameter.example if parameter.required else parameter.default
        for parameter in find_report(report).parameters
    }
    assert set(re.findall(r"\$([a-z_]+)", query)) <= parameters.keys()
    with small.driver.session(database=small.database, default_access_mode="READ") as session:
        graph = session.run(query, parameters).graph()
    assert graph.nodes
    assert graph.relationships


def say_states(monkeypatch: pytest.MonkeyPatch, states: Iterator[dict[str, int]]) -> None:
    """Let reports find one state of all loads before their rows and the next one after."""
    monkeypatch.setattr("kg.queries.reports.running.between_cleanups", lambda connection, timeout: next(states))
    monkeypatch.setattr("kg.queries.reports.running.loads_of", lambda connection: next(states))


def test_a_load_that_begins_while_a_report_runs_makes_it_run_again(
    small: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    settled = {"unfinished": 0, "attempts": 1}
    states = iter([settled, {**settled, "attempts": 2}, settled, settled])
    say_states(monkeypatch, states)
    result = run_report(small, find_report("network-members"), {"network": "Eurocities"})
    assert len(result.rows) == 4
    assert CHANGED not in result.notes
    assert next(states, None) is None


def test_rows_of_a_graph_that_keeps_changing_say_so(small: Connection, monkeypatch: pytest.MonkeyPatch) -> None:
    states = ({"unfinished": 0, "attempts": number} for number in itertools.count())
    say_states(monkeypatch, states)
    assert CHANGED in run_report(small, find_report("network-members"), {"network": "Eurocities"}).notes


def test_while_any_load_is_not_finished_a_report_says_so(small: Connection, monkeypatch: pytest.MonkeyPatch) -> None:
    say_states(monkeypatch, itertools.repeat({"unfinished": 1, "attempts": 1}))
    assert UNDER_WAY in run_report(small, find_report("network-members"), {"network": "Eurocities"}).notes
