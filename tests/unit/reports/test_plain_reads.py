"""What is refused before and after the database is asked what it would do."""

from __future__ import annotations

from typing import Any

import pytest

from kg.database.connection import Explained
from kg.queries.reports.checking import SCHEMA, check_explained, single, unknown_names
from kg.queries.reports.guard import OPERATORS, not_a_plain_read, operator
from kg.queries.reports.header import ReportError, parse_report
from kg.queries.reports.text import check_text


def plan(name: str, details: str = "", *children: dict[str, Any]) -> dict[str, Any]:
    made: dict[str, Any] = {"operatorType": f"{name}@neo4j", "args": {"Details": details}}
    return made | ({"children": list(children)} if children else {})


@pytest.mark.parametrize(
    "query",
    [
        "MATCH (n:City) RETURN n.name, 'CREATE; $x' AS text // SET",
        "CALL db.index.fulltext.queryNodes('entity_names', $words) YIELD node RETURN node.name;",
        "MATCH (n) CALL (n) { MATCH (n)--(m) RETURN count(m) AS c } RETURN c, date.truncate('month', date()) AS m",
        "MATCH (n) WHERE n.created IS NULL AND (n.id IN ['a']) RETURN point.distance(n.location, n.location) AS d",
    ],
)
def test_plain_reads_pass(query: str) -> None:
    assert check_text(query) is None


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("MATCH (n) CALL (n) { CREATE (m:City) RETURN m } RETURN m", "this one has CREATE"),
        ("MATCH (n) CALL (n) { WITH n DELETE n } IN TRANSACTIONS RETURN 1", "this one has DELETE"),
        ("LOAD CSV FROM 'file:///etc/passwd' AS row RETURN row", "this one has LOAD CSV"),
        ("RETURN [x IN [1] | COLLECT { LOAD /* */ CSV FROM 'x' AS r RETURN r }] AS y", "this one has LOAD CSV"),
        ("RETURN 1 AS y // it's\rUNION RETURN COLLECT { LOAD CSV FROM 'x' AS r RETURN r } AS y", "has LOAD CSV"),
        ("RETURN COLLECT { CALL dbms.listConfig() YIELD name RETURN name } AS y", "dbms.listConfig"),
        ("RETURN COLLECT { CALL `dbms` . `listConfig`() YIELD name RETURN name } AS y", "dbms.listConfig"),
        ("CALL tx.setMetaData({a: 1}) RETURN 1", "tx.setMetaData"),
        ("RETURN genai.vector.encode('x', 'OpenAI', {}) AS x", "genai.vector.encode"),
        ("RETURN 'a\\u0027 AS x SET n.y = 1 //' AS x", "could hide"),
        ("SHOW TRANSACTIONS", "this one has SHOW"),
        ("RETURN [x IN [1] | COLLECT { LOAD\u180eCSV FROM 'x' AS r RETURN r }] AS y", "U+180E"),
        ("MATCH (n) RETURN n.größe AS x", "U+00F6 is none: put a name that needs it in backticks"),
        ("TERMINATE TRANSACTION 'neo4j-transaction-1'", "this one has TERMINATE"),
        ("INSERT (n:City)", "this one has INSERT"),
        ("MATCH (n) CALL (n) { MATCH (m) RETURN m } IN 2 CONCURRENT TRANSACTIONS RETURN m", "CONCURRENT TRANSACTIONS"),
        ("EXPLAIN MATCH (n) RETURN n", "starts with one of"),
        ("CYPHER runtime=slotted MATCH (n) RETURN n", "starts with one of"),
        ("USE other MATCH (n) RETURN n", "this one has USE"),
        ("START DATABASE neo4j", "starts with one of"),
        ("MATCH (n) RETURN n; MATCH (m) RETURN m", "a semicolon parts it"),
    ],
)
def test_what_is_more_than_a_plain_read_is_refused_by_its_text(query: str, said: str) -> None:
    assert said in str(check_text(query))


@pytest.mark.parametrize(
    ("type_", "root", "said"),
    [
        ("rw", plan("ProduceResults"), "does more than read"),
        ("s", plan("ProduceResults"), "does more than read"),
        ("r", {}, "does not say"),
        ("r", plan("ProduceResults", "", plan("LoadCSV")), "would do LoadCSV"),
        ("r", plan("ShowSettings"), "would do ShowSettings"),
        ("r", plan("TerminateTransactions"), "would do TerminateTransactions"),
        ("r", plan("Apply", "", plan("Argument"), plan("ProcedureCall", "db.stats.collect($a)")), "db.stats.collect"),
        ("r", plan("ProcedureCall", "what is this"), "it calls what is this"),
        ("r", plan("Projection", '[x IN $autolist_0 | COLLECT { LOAD CSV FROM "x" AS r RETURN r }] AS y'), "LOAD CSV"),
        ("r", plan("ProcedureCall", "db.labels(COLLECT { LOAD CSV FROM $x AS r RETURN r })"), "LOAD CSV"),
        (
            "r",
            plan("Projection", "[x IN $autolist_0 | COLLECT { CALL db.stats.collect($x) YIELD a }] AS y"),
            "db.stats",
        ),
        ("r", plan("Projection", "genai.vector.encode($a, $b) AS y"), "genai.vector.encode"),
        ("r", plan("VarLengthExpand(All)", "(a)-[anon_0*2..]-(b)"), "paths of any length"),
        ("r", plan("Repeat(Trail)", "(a) (...){1, *} (b)"), "paths of any length"),
    ],
)
def test_what_is_more_than_a_plain_read_is_refused_by_its_plan(type_: str, root: dict[str, Any], said: str) -> None:
    assert said in str(not_a_plain_read(Explained(type_, root, ())))


@pytest.mark.parametrize(
    "root",
    [
        plan("Projection", '"LOAD CSV" AS a, `LOAD CSV FROM` AS b, date.truncate($month, $day) AS c'),
        plan("Sort", "call ASC, `call` DESC"),
        plan("VarLengthExpand(Pruning)", "(a)-[:X*..3]-(b)"),
        plan("StatefulShortestPath(All, Trail)", "SHORTEST 1 (a)-[`anon_0`*]-(b)\n        expanding from: a"),
        plan("ProcedureCall", "db.index.fulltext.queryNodes($a, $b) :: (node :: NODE, score :: FLOAT)"),
    ],
)
def test_plans_of_plain_reads_pass(root: dict[str, Any]) -> None:
    assert not_a_plain_read(Explained("r", root, ())) is None


@pytest.mark.parametrize(
    "name", ["Create", "Merge", "SetLabels", "RunQueryAt", "TransactionForeach", "SystemProcedureCall"]
)
def test_operators_that_do_more_are_not_on_the_list(name: str) -> None:
    assert not OPERATORS.fullmatch(name)


@pytest.mark.parametrize(
    "name", ["VarLengthExpand(Pruning)@neo4j", "NodeUniqueIndexSeek", "StatefulShortestPath(Into)", "EagerAggregation"]
)
def test_operators_that_only_read_are(name: str) -> None:
    assert OPERATORS.fullmatch(operator({"operatorType": name}))


@pytest.mark.parametrize("end", ["\r", "\r\n", "\u2028", "\x0b", "\x85"])
def test_nothing_hides_behind_a_line_that_ends_otherwise_for_python_than_for_neo4j(end: str) -> None:
    hidden = "RETURN COLLECT { LOAD CSV FROM 'x' AS r RETURN r } AS name //'"
    text = REPORT.text.partition("MATCH")[0] + f"// x{end}RETURN '\n{hidden};\n"
    with pytest.raises(ReportError):
        parse_report("own", text)


def test_one_row_at_most() -> None:
    seek = plan("NodeUniqueIndexSeek", "UNIQUE a:Entity(id) WHERE id = $first")
    assert single(plan("Filter", "a.x = 1", seek))
    assert single(plan("EagerAggregation", "count(n) AS c", plan("NodeByLabelScan", "n:City")))
    assert not single(
        plan("EagerAggregation", "n.country AS country, count(n) AS c", plan("NodeByLabelScan", "n:City"))
    )
    assert not single(plan("NodeUniqueIndexSeek", "UNIQUE a:Entity(id) WHERE id IN [$first, $second]"))
    assert not single(plan("Expand(All)", "(a)--(b)", seek))


REPORT = parse_report(
    "own",
    """\
// Own
// parameter city: city, for example "geonames:1" - Which.
// column name: Name.
// since: 0.1
MATCH (n:City {id: $city}) RETURN n.name AS name;
""",
)


@pytest.mark.parametrize(
    ("root", "said"),
    [
        (
            plan("Filter", "n.id = $city", plan("NodeByLabelScan", "n:City")),
            ["$city is not looked up through an index"],
        ),
        (plan("NodeUniqueIndexSeek", "UNIQUE n:Entity(id) WHERE id = $city"), []),
        (plan("NodeIndexSeek", "RANGE INDEX n:City(name) WHERE name = $cityname"), ["$city is not looked up"]),
        (
            plan("Apply", "", plan("NodeUniqueIndexSeek", "id = $city"), plan("AllNodesScan", "m")),
            ["goes through everything in the graph (AllNodesScan of m)"],
        ),
        (
            plan(
                "CartesianProduct",
                "",
                plan("Expand(All)", "(n)--(m)", plan("NodeUniqueIndexSeek", "id = $city")),
                plan("NodeByLabelScan", "o:City"),
            ),
            ["joins each row with each"],
        ),
        (
            plan("CartesianProduct", "", plan("NodeUniqueIndexSeek", "id = $city"), plan("NodeByLabelScan", "o:City")),
            [],
        ),
    ],
)
def test_how_a_report_enters_the_graph(root: dict[str, Any], said: list[str]) -> None:
    found = list(check_explained(REPORT, REPORT.query, Explained("r", root, (("03N90", "info: cartesian product."),))))
    assert len(found) == len(said)
    assert all(expected in text for expected, text in zip(said, found, strict=True))


def test_what_neo4j_does_only_because_the_graph_is_small_is_no_mistake() -> None:
    by_id = parse_report("own", REPORT.text.replace("n:City {id", "n:Entity {id"))
    scan = plan("Filter", "n.id = $city", plan("NodeIndexScan", "RANGE INDEX n:Entity(id) WHERE id IS NOT NULL"))
    assert list(check_explained(by_id, by_id.query, Explained("r", scan, ()))) == []
    product = plan("CartesianProduct", "", plan("NodeByLabelScan", "a:Project"), plan("NodeByLabelScan", "b:Programme"))
    assert list(check_explained(by_id, by_id.query, Explained("r", product, ()))) == []


def test_a_name_that_only_the_schema_knows_is_no_mistake() -> None:
    warnings = (
        ("01N50", "warn: label does not exist. The label `Theme` does not exist."),
        ("01N50", "warn: label does not exist. The label `Cty` does not exist."),
        ("01N51", "warn: relationship type does not exist. The relationship type `MEMBR_OF` does not exist."),
        ("01N52", "warn: property key does not exist. The property `budget_eur` does not exist."),
        ("03N90", "info: cartesian product."),
    )
    assert list(unknown_names(Explained("r", {}, warnings))) == [
        "there is no label Cty, in the schema or in the database.",
        "there is no relationship type MEMBR_OF, in the schema or in the database.",
    ]


def test_the_schemas_names_are_all_there() -> None:
    assert {"Entity", "City", "Network", "Source"} <= SCHEMA["label"]
    assert {"MEMBER_OF", "READ"} <= SCHEMA["relationship type"]
    assert {"id", "key", "sources", "population", "since", "geonames_id", "licence", "stated_facts"} <= SCHEMA[
        "property"
    ]
