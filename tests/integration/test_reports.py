"""The shipped reports on a small graph made by hand, so that every row can be told in advance."""

from __future__ import annotations

import json

import pytest

from kg.database.connection import Connection
from kg.database.schema import apply_schema
from kg.errors import KgError
from kg.queries.report_results import ReportResult, run_report
from kg.queries.reports import Report, find_report, list_reports

GRAPH = """
CREATE (lv:Entity:Country {id: 'iso:LV', iso_code: 'LV', name: 'Latvia'}),
       (riga:Entity:City {id: 'geonames:456172', name: 'Rīga', search_names: ['riga'], country: 'LV'}),
       (helsinki:Entity:City {id: 'geonames:658225', name: 'Helsinki', search_names: ['helsinki'], country: 'FI'}),
       (espoo:Entity:City {id: 'geonames:660129', name: 'Espoo', search_names: ['espoo'], country: 'FI'}),
       (cities:Entity:Organisation:Network
           {id: 'own:eurocities', name: 'EUROCITIES', acronym: 'EC', search_names: ['eurocities']}),
       (baltic:Entity:Organisation:Network {id: 'own:ubc', name: 'Union of the Baltic Cities', search_names: ['ubc']}),
       (fund:Entity:Programme {id: 'own:urbact', name: 'URBACT'}),
       (young:Entity:Project {id: 'cordis:2', name: 'YOUNG', title: 'Young cities', start: '2099', end: '2100'}),
       (old:Entity:Project {id: 'cordis:1', name: 'OLD', title: 'Old cities', start: '2001', end: '2003-06'}),
       (alone:Entity:Project {id: 'cordis:3', name: 'ALONE'}),
       (riga)-[:MEMBER_OF {key: 'a', role: 'full', since: '2000', as_of: '2019', sources: ['own:s']}]->(cities),
       (helsinki)-[:MEMBER_OF {key: 'b', role: 'full', as_of: '2024-05', sources: ['own:s', 'own:t']}]->(cities),
       (espoo)-[:MEMBER_OF {key: 'c', until: '2011', as_of: '2019', sources: ['own:s']}]->(cities),
       (riga)-[:MEMBER_OF {key: 'd', sources: ['own:s']}]->(baltic),
       (helsinki)-[:MEMBER_OF {key: 'e', ended: '2020-01-01', as_of: '2019', sources: ['own:s']}]->(baltic),
       (riga)-[:PARTICIPATES_IN {key: 'f', role: 'lead', as_of: '2022', sources: ['own:p']}]->(young),
       (helsinki)-[:PARTICIPATES_IN {key: 'g', role: 'partner', as_of: '2022', sources: ['own:p']}]->(young),
       (espoo)-[:PARTICIPATES_IN {key: 'h', as_of: '2022', sources: ['own:p']}]->(young),
       (riga)-[:PARTICIPATES_IN {key: 'i', as_of: '2004', sources: ['own:p']}]->(old),
       (helsinki)-[:PARTICIPATES_IN {key: 'j', as_of: '2004', sources: ['own:q']}]->(old),
       (riga)-[:PARTICIPATES_IN {key: 'k', sources: ['own:p']}]->(alone),
       (espoo)-[:TWINNED_WITH {key: 'l', as_of: '2016', sources: ['own:w']}]->(riga),
       (espoo)-[:TWINNED_WITH {key: 'm', as_of: '2017', sources: ['own:w']}]->(helsinki),
       (young)-[:FUNDED_BY {key: 'n', sources: ['own:p']}]->(fund)
"""


@pytest.fixture
def graph(database: Connection) -> Connection:
    apply_schema(database)
    database.run_write(GRAPH)
    database.run_schema("CALL db.index.fulltext.awaitEventuallyConsistentIndexRefresh()")
    return database


def columns(result: ReportResult, *names: str) -> list[tuple[object, ...]]:
    return [tuple(row[name] for name in names) for row in result.rows]


def test_members_of_a_network_leaves_out_the_former(graph: Connection) -> None:
    result = run_report(graph, find_report("network-members"), {"network": "eurocities"})
    assert columns(result, "country", "country_name", "member", "role", "since", "as_of", "sources") == [
        ("FI", None, "Helsinki", "full", None, "2024-05", ["own:s", "own:t"]),
        ("LV", "Latvia", "Rīga", "full", "2000", "2019", ["own:s"]),
    ]
    assert result.heading == "Members of a network by country: EUROCITIES"
    assert result.age == "As of 2019 to 2024-05."


def test_members_of_a_network_in_one_country(graph: Connection) -> None:
    result = run_report(graph, find_report("network-members"), {"network": "own:eurocities", "country": "lv"})
    assert columns(result, "member") == [("Rīga",)]


def test_what_two_cities_share_is_the_same_from_either_side(graph: Connection) -> None:
    report = find_report("shared-by-two-places")
    result = run_report(graph, report, {"first": "Riga", "second": "Helsinki"})
    assert columns(result, "what", "name", "others", "first_role", "second_role", "state", "as_of") == [
        ("membership", "Union of the Baltic Cities", 0, None, None, "former", "2019"),
        ("project", "OLD", 0, None, None, "former", "2004"),
        ("twin city", "Espoo", 0, None, None, "current", "2016"),
        ("membership", "EUROCITIES", 1, "full", "full", "current", "2019"),
        ("project", "YOUNG", 1, "lead", "partner", "current", "2022"),
    ]
    other_way = run_report(graph, report, {"first": "Helsinki", "second": "Riga"})
    assert columns(other_way, "name", "as_of") == columns(result, "name", "as_of")
    old = result.rows[1]
    assert old["sources"] == ["own:p", "own:q"]


def test_projects_of_a_city_with_their_partners(graph: Connection) -> None:
    report = find_report("projects-of-place")
    result = run_report(graph, report, {"place": "riga, lv"})
    assert columns(result, "project", "programme", "partner", "partner_role", "role") == [
        ("YOUNG", ["URBACT"], "Espoo", None, "lead"),
        ("YOUNG", ["URBACT"], "Helsinki", "partner", "lead"),
        ("OLD", [], "Helsinki", None, None),
        ("ALONE", [], None, None, None),
    ]
    running = run_report(graph, report, {"place": "riga", "running": "yes"})
    assert columns(running, "project") == [("YOUNG",), ("YOUNG",), ("ALONE",)]
    assert json.loads(running.as_json())["parameters"] == {"place": "geonames:456172", "running": True}


@pytest.mark.parametrize("report", list_reports(), ids=lambda report: report.name)
def test_examples_run_and_columns_are_those_of_the_header(graph: Connection, report: Report) -> None:
    """As Neo4j Browser and cypher-shell would run it: the file as it is, the values of its header."""
    parameters = {parameter.name: parameter.example for parameter in report.parameters}
    with graph.driver.session(database=graph.database, default_access_mode="READ") as session:
        result = session.run(report.text, parameters)
        assert result.keys() == [column.name for column in report.columns]
        result.consume()
        defaults = {entry.name: entry.example if entry.required else entry.default for entry in report.parameters}
        said = session.run(report.text, defaults).consume().gql_status_objects
    assert [entry.status_description for entry in said if entry.raw_classification == "DEPRECATION"] == []


def test_a_name_that_is_not_of_the_wanted_kind_is_refused(graph: Connection) -> None:
    with pytest.raises(KgError):
        run_report(graph, find_report("projects-of-place"), {"place": "EUROCITIES"})
    with pytest.raises(KgError, match=r"Rīga is a city, not a network, association"):
        run_report(graph, find_report("network-members"), {"network": "Riga"})
    with pytest.raises(KgError, match="the value of network must be text"):
        run_report(graph, find_report("network-members"), {"network": 5})  # type: ignore[dict-item]
