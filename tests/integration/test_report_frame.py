"""What surrounds the reports, on a small graph made by hand: only plain reads, bounds, ages, several values, the check."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from kg.database.connection import Connection
from kg.database.schema import apply_schema
from kg.errors import KgError
from kg.graph import KnowledgeGraph
from kg.queries.reports import Report, ReportError, find_report, guard, list_reports, parse_report
from kg.queries.reports.checking import check_reports
from kg.queries.reports.every import parse_every, run_all, stack, values_of
from kg.queries.reports.folders import read_reports
from kg.queries.reports.parameters import prepare
from kg.queries.reports.running import open_rows, run_report

GRAPH = """
CREATE (riga:Entity:City {id: 'geonames:456172', name: 'Rīga', search_names: ['riga'], country: 'LV', population: 605802}),
       (espoo:Entity:City {id: 'geonames:660129', name: 'Espoo', search_names: ['espoo'], country: 'FI'}),
       (cities:Entity:Organisation:Network {id: 'own:eurocities', name: 'EUROCITIES', search_names: ['eurocities'],
           members_stated: 4}),
       (baltic:Entity:Organisation:Network {id: 'own:ubc', name: 'Union of the Baltic Cities', search_names: ['ubc']}),
       (list:Source {id: 'own:s', title: 'EUROCITIES', publisher: 'EUROCITIES', licence: 'CC BY 4.0', url: 'x',
           authority: 'network', edition: '2025-05'}),
       (polis:Source {id: 'own:t', title: 'Polis', authority: 'network', licence: 'none stated'}),
       (load:Load {id: 'l', sequence: 1, complete: true, attempt_status: ['complete'], rows_read: 9, rows_rejected: 2}),
       (load)-[:READ]->(polis),
       (riga)-[:MEMBER_OF {key: 'a', as_of: '2025-05', sources: ['own:s']}]->(cities),
       (espoo)-[:MEMBER_OF {key: 'b', as_of: '2019', sources: ['own:t']}]->(cities),
       (riga)-[:MEMBER_OF {key: 'c', as_of: '2019', sources: ['own:t']}]->(baltic)
WITH 1 AS done
UNWIND range(1, 12) AS number
CREATE (:Entity:City {id: 'own:twin' + number, name: 'Twin ' + number, search_names: ['twin ' + number], country: 'AX'})
WITH collect(number) AS numbers
MATCH (one:City {country: 'AX'}), (other:City {country: 'AX'}) WHERE one.id < other.id
CREATE (one)-[:TWINNED_WITH {key: one.id + other.id, sources: ['own:t']}]->(other)
"""


@pytest.fixture
def graph(database: Connection) -> Connection:
    apply_schema(database)
    database.run_write(GRAPH)
    database.run_schema("CALL db.index.fulltext.awaitEventuallyConsistentIndexRefresh()")
    return database


def report(query: str, *lines: str, columns: str = "x") -> Report:
    header = ["// Own", *(f"// {line}" for line in lines), *(f"// column {name}: It." for name in columns.split())]
    return parse_report("own", "\n".join([*header, "// since: 0.1", query]))


@pytest.fixture
def counted(graph: Connection) -> Iterator[Connection]:
    """The graph, which after the test has as many nodes as before."""
    count = "MATCH (n) RETURN count(n) AS nodes"
    before = graph.run_read(count)
    yield graph
    assert graph.run_read(count) == before


def test_a_network_with_more_members_than_it_states_is_told_so(graph: Connection) -> None:
    graph.run_write("MATCH (n {id: 'own:eurocities'}) SET n.members_stated = 1")
    result = run_report(graph, find_report("network-members"), {"network": "EUROCITIES"})
    assert result.completeness[0] == "The graph has 2 members of EUROCITIES, more than the 1 that it states."


# Only plain reads ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("MATCH (n:City) CALL (n) { CREATE (m:City) RETURN m } RETURN 1 AS x", "does more than read"),
        ("LOAD CSV FROM 'file:///etc/passwd' AS row RETURN row AS x", "would do LoadCSV"),
        ("SHOW SETTINGS YIELD name RETURN name AS x", "would do ShowSettings"),
        ("SHOW TRANSACTIONS YIELD username RETURN username AS x", "would do ShowTransactions"),
        ("CALL db.stats.collect('QUERIES') YIELD section RETURN section AS x", "it calls db.stats.collect"),
        ("CALL dbms.listConfig() YIELD name RETURN name AS x", "does more than read"),
    ],
)
def test_what_gets_past_the_look_at_the_text_is_refused_by_the_plan(
    counted: Connection, query: str, said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(guard, "check_text", lambda _: None)
    disguised = report("RETURN 1 AS x;").model_copy(update={"query": query})
    with pytest.raises(ReportError, match=said):
        run_report(counted, disguised, {})


def test_an_attempt_to_inject_is_a_value_like_any_other(counted: Connection) -> None:
    asked = report("MATCH (n:City {name: $text}) RETURN $text AS x;", 'parameter text: text, for example "a" - It.')
    nasty = "x'}) DETACH DELETE n WITH 1 AS y MATCH (m) DETACH DELETE m //"
    assert run_report(counted, asked, {"text": nasty}).rows == ()
    echoed = report("RETURN $text AS x;", 'parameter text: text, for example "a" - It.')
    assert run_report(counted, echoed, {"text": nasty}).rows == ({"x": nasty},)
    with pytest.raises(KgError, match="DETACH DELETE"):
        run_report(counted, find_report("network-members"), {"network": "a'}) DETACH DELETE n //"})


def test_a_mistake_in_the_syntax_is_told_with_its_place(graph: Connection) -> None:
    with pytest.raises(
        ReportError, match=r"Report own: Neo4j refuses its query: Invalid input 'RETUR'.*line 5, column"
    ):
        run_report(graph, report("MATCH (n)\nRETUR n AS x;"), {})


def test_a_mistake_that_shows_only_while_it_runs_is_told_as_well(graph: Connection) -> None:
    with pytest.raises(ReportError, match="Report own: Neo4j refuses its query: / by zero"):
        run_report(graph, report("UNWIND [1, 0] AS n RETURN 1 / n AS x;"), {})


def test_where_no_row_comes_the_names_that_nobody_knows_are_told(graph: Connection) -> None:
    result = run_report(graph, report("MATCH (n:Citty) RETURN n.name AS x;"), {})
    assert result.rows == ()
    assert "The query may be wrong: there is no label Citty, in the schema or in the database." in str(result)
    assert run_report(graph, report("MATCH (n:Project) RETURN n.name AS x;"), {}).completeness == ()


def test_two_parameters_of_one_type_that_name_the_same_are_refused(graph: Connection) -> None:
    with pytest.raises(ReportError, match=r"first and second are both EUROCITIES \(own:eurocities\): name two that"):
        run_report(graph, find_report("bridges"), {"first": "EUROCITIES", "second": "own:eurocities"})


def test_each_with_one_leaves_out_that_one_itself(graph: Connection) -> None:
    entry = find_report("bridges")
    found = run_all(graph, entry, {"second": "EUROCITIES"}, parse_every(entry, "first", {}))
    assert [value for value, _ in found] == ["Union of the Baltic Cities"]
    with pytest.raises(ReportError, match="are both EUROCITIES"):
        run_all(graph, entry, {"second": "EUROCITIES"}, parse_every(entry, "first=EUROCITIES", {}))


def test_a_call_without_a_closing_date_is_probably_closed_when_it_is_old(graph: Connection) -> None:
    graph.run_write(
        "UNWIND [['recent', null, toString(date())], ['old', null, '2019'], ['began', '2023-01', toString(date())],"
        " ['none', null, null], ['later', '2999', '2019']] AS call"
        " CREATE (:Call:Entity {id: call[0], name: call[0], opens: call[1], as_of: call[2], sources: ['own:s']})"
    )
    found = [(row["call"], row["state"]) for row in run_report(graph, find_report("open-calls"), {}).rows]
    unknown, closed = "closing date unknown", "probably closed"
    assert found == [
        ("none", unknown), ("recent", unknown), ("began", closed), ("later", "opens later"), ("old", closed)
    ]  # fmt: skip


def test_a_country_is_named_by_code_or_name(graph: Connection) -> None:
    asked = {"network": "EUROCITIES", "country": "Latvia"}
    assert [row["member"] for row in run_report(graph, find_report("network-members"), asked).rows] == ["Rīga"]


def test_columns_other_than_those_of_the_header_are_refused(graph: Connection) -> None:
    with pytest.raises(ReportError, match="its header names the columns x, but its query gives y"):
        run_report(graph, report("RETURN 1 AS y;"), {})


# Bounds ----------------------------------------------------------------------------------------------------------------------


def test_a_path_that_takes_for_ever_ends(graph: Connection) -> None:
    endless = report("MATCH (a:City {country: 'AX'})-[:TWINNED_WITH*..40]-(b) RETURN count(*) AS x;")
    with pytest.raises(ReportError, match="Report own took longer than 1 seconds and was ended.*--timeout 2"):
        run_report(graph, endless, {}, timeout=1)


def test_a_path_that_takes_for_ever_whose_rows_come_one_by_one_ends_too(graph: Connection) -> None:
    endless = report("MATCH (a:City {country: 'AX'})-[:TWINNED_WITH*..40]-(b) RETURN b.name AS x;")
    with (
        pytest.raises(ReportError, match="took longer than 1 seconds"),
        open_rows(graph, prepare(graph, endless, {}), timeout=1) as rows,
    ):
        sum(1 for _ in rows)


def test_rows_beyond_the_limit_are_cut_and_it_says_so(graph: Connection) -> None:
    many = report("UNWIND range(1, 100000000) AS x RETURN x;")
    result = run_report(graph, many, {}, limit=3)
    assert [row["x"] for row in result.rows] == [1, 2, 3]
    assert result.cut == 3
    assert "Cut after 3 rows" in str(result)
    assert run_report(graph, report("UNWIND range(1, 3) AS x RETURN x;"), {}, limit=3).cut is None


# Age and completeness --------------------------------------------------------------------------------------------------------


def test_a_result_says_how_old_and_how_complete_the_data_behind_it_is(graph: Connection) -> None:
    result = run_report(graph, find_report("network-members"), {"network": "EUROCITIES"})
    assert result.age == "EUROCITIES as of May 2025; Polis as of 2019."
    assert result.completeness == (
        "The graph has 2 of the 4 members that EUROCITIES states.",
        "2 of 9 rows of Polis could not be read.",
    )
    assert [(source.id, source.licence) for source in result.sources] == [
        ("own:s", "CC BY 4.0"),
        ("own:t", "none stated"),
    ]
    assert "Polis as of 2019. The graph has 2 of the 4" in result.as_csv()


def test_the_date_of_a_source_is_told_apart_where_rows_have_several(graph: Connection) -> None:
    both = report(
        "MATCH (:Entity {id: $network})<-[:MEMBER_OF]-() RETURN ['own:s', 'own:t'] AS sources, '2011' AS as_of LIMIT 1;",
        'parameter network: network, for example "own:ubc" - Which.',
        columns="sources as_of",
    )
    graph.run_write("MATCH (s:Source {id: 'own:s'}) REMOVE s.edition")
    result = run_report(graph, both, {"network": "EUROCITIES"})
    assert result.age == "EUROCITIES as of May 2025; Polis as of 2019."


def test_the_library_takes_values_of_python(graph: Connection) -> None:
    found = KnowledgeGraph(graph).report("network-members", network="EUROCITIES", country="LV", limit=5)
    assert [row["member"] for row in found.rows] == ["Rīga"]
    again = KnowledgeGraph(graph).report("network-members", {"network": "own:eurocities"}, country=None)
    assert len(again.rows) == 2


# Several values --------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("which", "values"),
    [
        ("network", ["own:eurocities", "own:ubc"]),
        ("network=UBC; EUROCITIES;", ["UBC", "EUROCITIES"]),
        ("network=MATCH (n:Network) RETURN n.id ORDER BY n.id DESC", ["own:ubc", "own:eurocities"]),
    ],
)
def test_which_values_are_meant(graph: Connection, which: str, values: list[str]) -> None:
    entry = find_report("network-members")
    assert values_of(graph, entry, parse_every(entry, which, {})) == values


def test_everything_in_a_country(graph: Connection) -> None:
    entry = find_report("projects-of-place")
    for country in ("fi", "Finland", "Republic of Finland"):
        assert values_of(graph, entry, parse_every(entry, f"place=country={country}", {})) == ["geonames:660129"]
    with pytest.raises(ReportError, match="nothing in the graph is meant"):
        values_of(graph, entry, parse_every(entry, "place=country=DE", {}))


@pytest.mark.parametrize(
    ("which", "said"),
    [
        ("netwrok", "has no parameter 'netwrok'; did you mean network?"),
        ("network=MATCH (n) DETACH DELETE n RETURN 1", "this one has DELETE"),
        ("network=MATCH (n:Network) RETURN n.id, n.name", "must give one column"),
        ("network=MATCH (n {id: $x}) RETURN n.id", "takes no parameters"),
        ("network=MATCH (n:Network) RETRUN n.id", "Neo4j refuses its query"),
        ("network=UNWIND range(1, 5000) AS x RETURN x", "more than 1,000 values"),
        ("network=Nowhere", "Nowhere"),
    ],
)
def test_what_cannot_be_meant_is_refused(counted: Connection, which: str, said: str) -> None:
    entry = find_report("network-members")
    with pytest.raises(KgError, match=said):
        run_all(counted, entry, {}, parse_every(entry, which, {}))


def test_results_for_several_values_stand_below_each_other(graph: Connection) -> None:
    entry = find_report("network-members")
    every = parse_every(entry, "network", {})
    stacked = stack(run_all(graph, entry, {}, every), every)
    assert [(row["for_network"], row["member"]) for row in stacked.rows] == [
        ("EUROCITIES", "Espoo"),
        ("EUROCITIES", "Rīga"),
        ("Union of the Baltic Cities", "Rīga"),
    ]
    assert stacked.columns[0] == "for_network"
    assert stacked.age == "EUROCITIES as of May 2025; Polis as of 2019."
    assert "The graph has 1 member of Union of the Baltic Cities" in " ".join(stacked.completeness)


# The check -------------------------------------------------------------------------------------------------------------------


def test_the_shipped_reports_are_in_order(graph: Connection) -> None:
    assert [str(offence) for offence in check_reports(graph, list_reports(own=False))] == []


def test_all_that_is_wrong_is_listed(graph: Connection, tmp_path: Path) -> None:
    city = 'parameter city: city, for example "geonames:456172" - Which.'
    queries = {
        "syntax": ("RETUR 1 AS x;", "a query starts with"),
        "syntax-later": ("MATCH (n:City) RETRUN n AS x;", "Neo4j refuses its query"),
        "label": ("MATCH (n:Cty) RETURN n.name AS x;", "no label Cty"),
        "property": ("MATCH (n:City) RETURN n.populaton AS x;", "no property populaton"),
        "type": ("MATCH (n:City)-[:MEMBR_OF]->() RETURN n.name AS x;", "no relationship type MEMBR_OF"),
        "everything": ("MATCH (n) RETURN n.name AS x;", "goes through everything"),
        "product": ("MATCH (n:City), (m:Network) RETURN n.name + m.name AS x;", "CartesianProduct"),
        "entry": ("MATCH (n:City {id: $city}) RETURN n.name AS x;", "$city is not looked up through an index"),
        "writes": ("MATCH (n:City) CALL (n) { SET n.x = 1 } RETURN 1 AS x;", "has SET"),
        "procedure": ("CALL db.stats.collect('QUERIES') YIELD section RETURN section AS x;", "db.stats.collect"),
        "columns": ("MATCH (n:City) RETURN n.name AS nom;", "names the columns x, but its query gives nom"),
        "endless": ("MATCH (:City)-[:TWINNED_WITH*2..]-(n:City) RETURN n.name AS x;", "paths of any length"),
        "bounded": ("MATCH (:City)-[:TWINNED_WITH*..3]-(n:City) RETURN n.name AS x;", ""),
        "endless-too": ("MATCH (:City)-[*]-(n:City) RETURN n.name AS x;", "paths of any length"),
        "header": ("MATCH (n:City) RETURN $other AS x;", "the query uses the parameter other"),
        "picture": ("RETURN 1 AS x;\n// picture\nMATCH (n:Cty) RETURN n;", "picture: there is no label Cty"),
        "fine": ("MATCH (n:City) WHERE n.budget_eur IS NULL RETURN n.name AS x;", ""),
    }
    for name, (query, _) in queries.items():
        header = f"// Own\n{'// ' + city if '$city' in query else '//'}\n// column x: It.\n// since: 0.1\n"
        (tmp_path / f"{name}.cypher").write_text(f"{header}{query}\n", encoding="utf-8")
    found = [str(offence) for offence in check_reports(graph, read_reports(tmp_path))]
    for name, (_, said) in queries.items():
        about = [text for text in found if text.startswith((f"Report {name}:", f"Report {name},"))]
        assert [text for text in about if said in text] if said else not about, (name, about)
    assert len(found) == sum(bool(said) for _, said in queries.values())
