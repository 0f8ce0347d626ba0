"""Ways to write, or to reach files, addresses or the server, from a report or a query of a user's: none gets beyond EXPLAIN."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from neo4j.exceptions import ClientError

from kg.cli import main
from kg.database.connection import VERSION, Connection
from kg.database.opening import open_connection
from kg.queries.report_results import run_report
from kg.queries.reports.guard import not_a_plain_read
from kg.queries.reports.header import Column, Report, ReportError
from kg.queries.reports.text import STARTS, check_text
from tests.integration.bolt import Statement
from tests.integration.proxy import Proxy

from .conftest import Address

if TYPE_CHECKING:
    import py2neo

#: Each as a whole query, which has a column x where it has rows.
ATTEMPTS = {
    # Writing clauses, plain and in disguise.
    "create": "CREATE (n:City) RETURN n AS x",
    "insert": "INSERT (n:City) RETURN n AS x",
    "merge": "MATCH (n) MERGE (m:City) RETURN m AS x",
    "merge on": "MERGE (m:City {id: '1'}) ON CREATE SET m.a = 1 ON MATCH SET m.b = 2 RETURN m AS x",
    "set": "MATCH (n) SET n.name = 'x' RETURN n AS x",
    "set all": "MATCH (n) SET n = {} RETURN n AS x",
    "set label": "MATCH (n) SET n:Gone RETURN n AS x",
    "set dynamic label": "MATCH (n) SET n:$('Gone') RETURN n AS x",
    "set dynamic property": "MATCH (n) SET n[toLower('NAME')] = 'x' RETURN n AS x",
    "set of properties()": "MATCH (n), (m) SET n += properties(m) RETURN n AS x",
    "remove": "MATCH (n) REMOVE n.name RETURN n AS x",
    "delete": "MATCH (n) DELETE n RETURN 1 AS x",
    "detach delete": "MATCH (n) DETACH DELETE n RETURN 1 AS x",
    "foreach": "MATCH (n) FOREACH (i IN [1] | SET n.a = i) RETURN n AS x",
    "foreach create": "UNWIND [1] AS x FOREACH (i IN [1] | CREATE (:City)) RETURN x",
    "lower case": "match (n) set n.name = 'x' return n as x",
    "blanks": "MATCH (n)\n\t\rSET\nn.name = 'x' RETURN n AS x",
    "behind a comment": "MATCH (n) /* only reads */ SET/**/n.name = 'x' RETURN n AS x",
    "behind a comment that ends in a return": "MATCH (n) // reads\rSET n.name = 'x' RETURN n AS x",
    "behind a string with a comment": "MATCH (n) WHERE n.a <> '//' SET n.name = 'x' RETURN n AS x",
    "between strings": "MATCH (n) WHERE n.a <> '\\'' SET n.name = '\\'' RETURN n AS x",
    "between names": "MATCH (`'`) SET `'`.name = 1 RETURN `'` AS x",
    "behind a doubled backtick": "MATCH (`a``b`) SET `a``b`.name = 1 RETURN 1 AS x",
    # Letters that are no letters.
    "escaped letter": "MATCH (n) \\u0053ET n.name = 'x' RETURN n AS x",
    "escaped word": "\\u0043\\u0052\\u0045\\u0041\\u0054\\u0045 (n:City) RETURN n AS x",
    "escaped quote": "RETURN '\\u0027 AS x MATCH (n) SET n.y = 1 //' AS x",
    "escaped end of a comment": "RETURN 1 AS x /* \\u002a/ CREATE (n:City) //*/",
    "many u": "MATCH (n) \\uuu0053ET n.name = 'x' RETURN n AS x",
    "wide letters": "MATCH (n) ＳＥＴ n.name = 'x' RETURN n AS x",
    "long s": "MATCH (n) \u017fET n.name = 'x' RETURN n AS x",
    "no-break space": "RETURN [i IN [1] | COLLECT { LOAD\u00a0CSV FROM 'file:///a' AS r RETURN r }] AS x",
    "vowel separator": "RETURN [i IN [1] | COLLECT { LOAD\u180eCSV FROM 'file:///a' AS r RETURN r }] AS x",
    "joiner": "RETURN [i IN [1] | COLLECT { LOAD\u200bCSV FROM 'file:///a' AS r RETURN r }] AS x",
    "file separator": "RETURN [i IN [1] | COLLECT { LOAD\x1cCSV FROM 'file:///a' AS r RETURN r }] AS x",
    # Subqueries.
    "call": "MATCH (n) CALL (n) { CREATE (m:City) RETURN m } RETURN m AS x",
    "call with": "MATCH (n) CALL { WITH n SET n.a = 1 } RETURN n AS x",
    "call within call": "CALL () { CALL () { CREATE (m:City) RETURN m } RETURN m } RETURN m AS x",
    "call in transactions": "MATCH (n) CALL (n) { DETACH DELETE n } IN TRANSACTIONS RETURN 1 AS x",
    "read in transactions": "MATCH (n) CALL (n) { MATCH (m) RETURN m } IN TRANSACTIONS OF 2 ROWS RETURN m AS x",
    "read in many at once": "MATCH (n) CALL (n) { MATCH (m) RETURN m } IN 3 CONCURRENT TRANSACTIONS RETURN m AS x",
    "call in transactions that go on": "MATCH (n) CALL (n) { SET n.a = 1 } IN TRANSACTIONS ON ERROR CONTINUE RETURN 1 AS x",
    "exists": "MATCH (n) WHERE EXISTS { CREATE (m:City) } RETURN n AS x",
    "count": "RETURN COUNT { MATCH (n) SET n.a = 1 RETURN n } AS x",
    "collect": "RETURN COLLECT { MERGE (n:City) RETURN n } AS x",
    "union": "RETURN 1 AS x UNION CREATE (n:City) RETURN 2 AS x",
    # Procedures and functions.
    "db.createLabel": "CALL db.createLabel('x')",
    "db.createProperty": "CALL db.createProperty('x')",
    "db.create.setNodeVectorProperty": "MATCH (n) CALL db.create.setNodeVectorProperty(n, 'a', [1.0]) RETURN n AS x",
    "db.clearQueryCaches": "CALL db.clearQueryCaches() YIELD value RETURN value AS x",
    "db.prepareForReplanning": "CALL db.prepareForReplanning() RETURN 1 AS x",
    "db.stats.collect": "CALL db.stats.collect('QUERIES') YIELD section RETURN section AS x",
    "db.index await": "CALL db.awaitIndexes(300) RETURN 1 AS x",
    "dbms.listConfig": "CALL dbms.listConfig() YIELD name RETURN name AS x",
    "dbms.killConnection": "CALL dbms.killConnection('bolt-1') YIELD message RETURN message AS x",
    "dbms.queryJmx": "CALL dbms.queryJmx('*:*') YIELD name RETURN name AS x",
    "dbms.setConfigValue": "CALL dbms.setConfigValue('db.transaction.timeout', '0')",
    "dbms.security": "CALL dbms.security.createUser('x', 'password1', false)",
    "standalone": "CALL dbms.listConfig",
    "optional call": "OPTIONAL CALL dbms.listConfig() YIELD name RETURN name AS x",
    "tx.setMetaData": "CALL tx.setMetaData({a: 1}) RETURN 1 AS x",
    "name in backticks": "CALL `dbms`.`listConfig`() YIELD name RETURN name AS x",
    "name with blanks": "CALL dbms /* */ . listConfig () YIELD name RETURN name AS x",
    "in an expression": "RETURN [i IN [1] | COLLECT { CALL db.stats.collect('QUERIES') YIELD section RETURN section }] AS x",
    "in an argument": "CALL db.index.fulltext.queryNodes('a', COLLECT { CALL dbms.listConfig() YIELD name RETURN name }[0]) "
    "YIELD node RETURN node AS x",
    "apoc writes": "CALL apoc.cypher.doIt('CREATE (n)', {}) YIELD value RETURN value AS x",
    "apoc runs": "CALL apoc.cypher.run('MATCH (n) RETURN n', {}) YIELD value RETURN value AS x",
    "apoc loads": "CALL apoc.load.json('file:///etc/passwd') YIELD value RETURN value AS x",
    "apoc exports": "CALL apoc.export.csv.all('/tmp/x', {}) YIELD file RETURN file AS x",
    "apoc function": "RETURN apoc.util.sha1(['x']) AS x",
    "genai": "RETURN genai.vector.encode('x', 'OpenAI', {}) AS x",
    "function in an expression": "RETURN [i IN [1] | `apoc` . `text`.join(['x'], ',')] AS x",
    "graph by name": "RETURN graph.names() AS x",
    # Files and addresses.
    "file": "LOAD CSV FROM 'file:///etc/passwd' AS x RETURN x",
    "file behind a read": "MATCH (n) LOAD CSV WITH HEADERS FROM 'file:///etc/passwd' AS x RETURN x",
    "http": "LOAD CSV FROM 'http://127.0.0.1:9/' AS x RETURN x",
    "http with what the graph has": "MATCH (n) WITH collect(n.name) AS all LOAD CSV FROM 'http://127.0.0.1:9/' + all[0] AS x RETURN x",
    "ftp": "UNWIND ['ftp://127.0.0.1:9/'] AS url LOAD CSV FROM url AS x RETURN x",
    "file in collect": "RETURN COLLECT { LOAD CSV FROM 'file:///etc/passwd' AS r RETURN r } AS x",
    "file in exists": "MATCH (n) WHERE EXISTS { LOAD CSV FROM 'file:///etc/passwd' AS r RETURN r } RETURN n AS x",
    "file in count": "RETURN COUNT { LOAD CSV FROM 'file:///etc/passwd' AS r RETURN r } AS x",
    "file in a list": "RETURN [i IN [1] | COLLECT { LOAD CSV FROM 'file:///etc/passwd' AS r RETURN r }] AS x",
    "file in a case": "RETURN CASE WHEN true THEN COLLECT { LOAD CSV FROM 'file:///a' AS r RETURN r } END AS x",
    "file in an order": "MATCH (n) RETURN n AS x ORDER BY COLLECT { LOAD CSV FROM 'file:///a' AS r RETURN r[0] }",
    "file in an argument": "CALL db.index.fulltext.queryNodes('a', COLLECT { LOAD CSV FROM 'file:///a' AS r RETURN r[0] }[0]) "
    "YIELD node RETURN node AS x",
    "file in a reduce": "RETURN reduce(a = [], i IN [1] | a + COLLECT { LOAD CSV FROM 'file:///a' AS r RETURN r }) AS x",
    "file over lines": "RETURN [i IN [1] | COLLECT { LOAD\n/* */ // x\n CSV FROM 'file:///a' AS r RETURN r }] AS x",
    "periodic commit": "USING PERIODIC COMMIT LOAD CSV FROM 'file:///a' AS r CREATE (n:City)",
    # The server, its users and databases.
    "show transactions": "SHOW TRANSACTIONS",
    "show and terminate": "SHOW TRANSACTIONS YIELD transactionId AS t TERMINATE TRANSACTIONS t YIELD message AS x RETURN x",
    "terminate": "TERMINATE TRANSACTIONS 'neo4j-transaction-1'",
    "show settings": "SHOW SETTINGS YIELD name AS x RETURN x",
    "show procedures": "SHOW PROCEDURES EXECUTABLE YIELD name AS x RETURN x",
    "show functions": "SHOW FUNCTIONS",
    "show indexes": "SHOW INDEXES",
    "show constraints": "SHOW CONSTRAINTS",
    "show users": "SHOW USERS",
    "show current user": "SHOW CURRENT USER",
    "show privileges": "SHOW PRIVILEGES",
    "show databases": "SHOW DATABASES",
    "show servers": "SHOW SERVERS",
    "create index": "CREATE INDEX pwn FOR (n:City) ON (n.a)",
    "create fulltext index": "CREATE FULLTEXT INDEX pwn FOR (n:City) ON EACH [n.a]",
    "drop index": "DROP INDEX entity_names IF EXISTS",
    "create constraint": "CREATE CONSTRAINT pwn FOR (n:City) REQUIRE n.a IS UNIQUE",
    "drop constraint": "DROP CONSTRAINT entity_id IF EXISTS",
    "create user": "CREATE USER pwn SET PASSWORD 'password1' CHANGE NOT REQUIRED",
    "create or replace user": "CREATE OR REPLACE USER neo4j SET PASSWORD 'password1'",
    "alter user": "ALTER USER neo4j SET PASSWORD 'password1'",
    "alter current user": "ALTER CURRENT USER SET PASSWORD FROM 'a' TO 'password1'",
    "rename user": "RENAME USER neo4j TO pwn",
    "drop user": "DROP USER neo4j IF EXISTS",
    "create role": "CREATE ROLE pwn",
    "grant role": "GRANT ROLE admin TO neo4j",
    "grant": "GRANT ALL ON DBMS TO PUBLIC",
    "deny": "DENY TRAVERSE ON GRAPH * TO PUBLIC",
    "revoke": "REVOKE ROLE admin FROM neo4j",
    "create database": "CREATE DATABASE pwn",
    "alter database": "ALTER DATABASE neo4j SET ACCESS READ ONLY",
    "stop database": "STOP DATABASE neo4j",
    "start database": "START DATABASE neo4j",
    "drop database": "DROP DATABASE neo4j IF EXISTS",
    "create alias": "CREATE ALIAS pwn FOR DATABASE neo4j",
    "enable server": "ENABLE SERVER 'pwn'",
    "deallocate": "DEALLOCATE DATABASES FROM SERVER 'pwn'",
    # Another database, another mode, several statements.
    "use": "USE neo4j MATCH (n) RETURN n AS x",
    "use system": "USE system SHOW USERS",
    "use in a subquery": "CALL () { USE neo4j MATCH (n) RETURN n } RETURN n AS x",
    "use by name": "USE graph.byName('neo4j') MATCH (n) RETURN n AS x",
    "explain": "EXPLAIN MATCH (n) RETURN n AS x",
    "profile": "PROFILE MATCH (n) RETURN n AS x",
    "profile a write": "PROFILE CREATE (n:City) RETURN n AS x",
    "cypher": "CYPHER runtime=slotted MATCH (n) RETURN n AS x",
    "cypher 5": "CYPHER 5 CREATE (n:City) RETURN n AS x",
    "cypher and profile": "CYPHER 5 planner=cost PROFILE CREATE (n:City) RETURN n AS x",
    "comment and profile": "/* */ PROFILE CREATE (n:City) RETURN n AS x",
    "two statements": "MATCH (n) RETURN n AS x; CREATE (n:City)",
    "two writes": "RETURN 1 AS x;\nMATCH (n) DETACH DELETE n;",
    "semicolons and comments": "RETURN 1 AS x /* ; */ ; // ;\n DROP INDEX entity_names",
    "command of cypher-shell": ":param x => 1\nCREATE (n:City)",
    "parameter as a clause": "MATCH (n) $x RETURN n AS x",
    "parameter as properties": "CREATE (n:City $x) RETURN n AS x",
    # Without an end.
    "endless path": "MATCH (a)-[*]-(b) RETURN b AS x",
    "endless from two": "MATCH p = (a:City)-[:TWINNED_WITH*2..]-(b) RETURN count(p) AS x",
    "endless pattern": "MATCH (a)((b)-[r]-(c) WHERE b.a < c.a){1,}(d) RETURN count(*) AS x",
    "endless plus": "MATCH (a)-[:TWINNED_WITH]-+(b) RETURN count(*) AS x",
    "endless star": "MATCH (a)(()-[r:TWINNED_WITH]-()-[:MEMBER_OF]-())*(b) RETURN count(r) AS x",
    "endless in an expression": "RETURN [i IN [1] | COUNT { MATCH (a)-[*]-(b) }] AS x",
}  # fmt: skip

#: Of these Neo4j says that they are plain reads, or runs them as such: they are refused for what they are written like.
BY_TEXT_ALONE = {
    "use",
    "use in a subquery",
    "cypher",
    "explain",
}


def report(query: str) -> Report:
    """A report that no file has been read for, so that nobody has looked at its header or text."""
    return Report(
        name="own",
        title="Own",
        description="",
        parameters=(),
        columns=(Column(name="x", description="It."),),
        tags=(),
        since="0.1",
        text=query,
        query=query,
    )


@pytest.fixture(scope="module")
def by_driver(address: Address, proxy: Proxy) -> Iterator[Connection]:
    uri = f"bolt://127.0.0.1:{proxy.port}"
    with open_connection(uri, address.username, address.password, address.database) as opened:
        yield opened


@pytest.fixture(scope="module")
def by_py2neo(address: Address, proxy: Proxy) -> Iterator[Connection]:
    py2neo = pytest.importorskip("py2neo", reason="the extra `py2neo` is not installed")
    uri = f"bolt://127.0.0.1:{proxy.port}"
    graph: py2neo.Graph = py2neo.Graph(uri, auth=(address.username, address.password), name=address.database)
    yield open_connection(graph=graph)
    graph.service.connector.close()


@pytest.fixture(params=["driver", "py2neo"])
def connection_through_proxy(request: pytest.FixtureRequest, heard: list[Statement]) -> Connection:
    opened: Connection = request.getfixturevalue(f"by_{request.param}")
    heard.clear()
    return opened


@pytest.fixture
def kg_through_proxy(
    address: Address, proxy: Proxy, heard: list[Statement], monkeypatch: pytest.MonkeyPatch
) -> list[Statement]:
    for name, value in {**address.environment, "NEO4J_URI": f"bolt://127.0.0.1:{proxy.port}"}.items():
        monkeypatch.setenv(name, value)
    heard.clear()
    return heard


def kg(*arguments: str | Path) -> int:
    try:
        main([str(argument) for argument in arguments])
    except SystemExit as ended:
        return int(ended.code or 0)
    return 0


def more_than_explain(heard: list[Statement]) -> list[str]:
    """What was sent besides EXPLAIN and the question for the version, with which every connection begins."""
    return [one.text for one in heard if one.text != VERSION and not one.text.startswith("EXPLAIN ")]


every_attempt = pytest.mark.parametrize("query", ATTEMPTS.values(), ids=ATTEMPTS.keys())


def test_there_are_many() -> None:
    assert len(set(ATTEMPTS.values())) == len(ATTEMPTS) >= 60


@every_attempt
def test_a_report_made_by_hand_gets_no_further_than_explain(
    query: str, connection_through_proxy: Connection, heard: list[Statement]
) -> None:
    with pytest.raises(ReportError):
        run_report(connection_through_proxy, report(query), {})
    assert more_than_explain(heard) == []


@every_attempt
def test_a_report_in_a_file_gets_no_further_than_explain(
    query: str, kg_through_proxy: list[Statement], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    text = f"// Own\n// column x: It.\n// since: 0.1\n{query};\n"
    (tmp_path / "own.cypher").write_bytes(text.encode())
    assert kg("report", "run", "own", "--from", tmp_path) == 2
    assert capsys.readouterr().err.startswith("kg: Report own")
    assert more_than_explain(kg_through_proxy) == []


def test_a_check_of_all_reports_sends_nothing_else(
    kg_through_proxy: list[Statement], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for number, query in enumerate(ATTEMPTS.values()):
        text = f"// Own\n// column x: It.\n// since: 0.1\n{query};\n"
        (tmp_path / f"own{number}.cypher").write_bytes(text.encode())
    assert kg("report", "check", "--from", tmp_path) == 1
    said = capsys.readouterr().err
    assert all(f"Report own{number}" in said for number in range(len(ATTEMPTS)))
    assert more_than_explain(kg_through_proxy) == []


@pytest.mark.parametrize("query", [query for query in ATTEMPTS.values() if query.upper().startswith(STARTS)])
def test_a_query_for_the_values_of_a_parameter_gets_no_further_than_explain(
    query: str, kg_through_proxy: list[Statement], capsys: pytest.CaptureFixture[str]
) -> None:
    assert kg("report", "run", "network-members", "--all", f"network={query}") == 2
    assert capsys.readouterr().err.startswith(("kg: --all", "kg: Report --all"))
    assert more_than_explain(kg_through_proxy) == []


@pytest.mark.parametrize("name", [name for name in ATTEMPTS if name not in BY_TEXT_ALONE])
def test_the_plan_alone_says_so_too(name: str, by_driver: Connection) -> None:
    """Whatever a text could be made to look like: of a query that Neo4j would run, the plan is not that of a plain read."""
    try:
        explained = by_driver.explain(ATTEMPTS[name], {"x": None})
    except ClientError:
        return
    assert not_a_plain_read(explained) is not None


@pytest.mark.parametrize("name", sorted(BY_TEXT_ALONE))
def test_the_text_alone_says_so(name: str) -> None:
    assert check_text(ATTEMPTS[name]) is not None


def test_nothing_was_changed(database: Connection, by_driver: Connection) -> None:
    """What a plain read gives still comes."""
    found = run_report(by_driver, report("MATCH (n:City) RETURN n.name AS x"), {})
    assert found.rows == ()
    database.run_write("CREATE (:City {name: 'Rīga'})")
    assert run_report(by_driver, report("MATCH (n:City) RETURN n.name AS x"), {}).rows == ({"x": "Rīga"},)
