"""The digest: equal for equal graphs, different as soon as anything that is said differs."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from kg.database.connection import Connection
from kg.database.digest import digest
from kg.loaders.loading import LoadReport
from kg.schema.nodes import City, Organisation
from kg.schema.records import FactRecord, NodeRecord
from kg.schema.relationships import MemberOf, TwinnedWith

Say = Callable[..., LoadReport]


@pytest.fixture
def small(say: Say, database: Connection) -> Connection:
    say(
        "list",
        "2020",
        NodeRecord(City(name="Riga", location=(24.1, 56.9)), ("geonames:1", "wikidata:Q1"), "list", "r"),  # type: ignore[arg-type]
        NodeRecord(City(name="Turku"), ("wikidata:Q2",), "list", "t"),
        NodeRecord(Organisation(name="Network", kind="network"), ("own:n",), "list", "n"),
        FactRecord(MemberOf(start="City/geonames:1", end="Organisation/own:n", since="2001"), "list", "m"),
        FactRecord(TwinnedWith(start="City/geonames:1", end="City/wikidata:Q2"), "list", "w"),
    )
    return database


@pytest.mark.parametrize(
    "edit",
    [
        "MATCH (n:City {name: 'Riga'}) SET n.name = 'Rīga'",
        "MATCH (n:City {name: 'Riga'}) SET n.population = 1",
        "MATCH (n:City {name: 'Riga'}) SET n.location = point({longitude: 24.2, latitude: 56.9})",
        "MATCH (n:City {name: 'Riga'}) REMOVE n.location",
        "MATCH (n:City {name: 'Riga'}) SET n.checked = date('2026-01-01')",
        "MATCH (n:City {name: 'Riga'}) SET n.geonames_id = '9'",
        "MATCH (n:City {name: 'Riga'}) SET n:Reviewed",
        "MATCH (n:City {name: 'Riga'}) SET n.rows = ['x']",
        "MATCH (n:Organisation) REMOVE n:Network",
        "MATCH ()-[r:MEMBER_OF]->() SET r.since = '2002'",
        "MATCH ()-[r:MEMBER_OF]->() SET r.note = 'x'",
        "MATCH ()-[r:MEMBER_OF]->() SET r.missing = ['2021']",
        "MATCH ()-[r:MEMBER_OF]->() DELETE r",
        "MATCH (n:City {name: 'Turku'}) DETACH DELETE n",
        "MATCH (a:City {name: 'Turku'}), (b:Organisation) CREATE (a)-[:MEMBER_OF]->(b)",
        "CREATE (:Entity:City {id: 'geonames:3', name: 'Espoo'})",
        "CREATE (:Entity {id: 'mine'})",
        "CREATE (:Person {name: 'not an entity'})-[:MEMBER_OF]->(:Organisation)",
        "MATCH (s:Source) SET s.licence = 'CC BY 4.0'",
    ],
)
def test_an_edit_by_hand_changes_it(small: Connection, edit: str) -> None:
    before = digest(small).value
    small.run_write(edit)
    assert digest(small).value != before


@pytest.mark.parametrize(
    "edit",
    [
        "MATCH (n:City {name: 'Riga'}) SET n.id = 'wikidata:Q1'",
        "MATCH (n:City {name: 'Turku'}) SET n.id = 'own:city-turku', n.created = 0",
        "MATCH ()-[r]->() WHERE r.key IS NOT NULL SET r.key = r.key + 'x', r.fingerprint = 0",
        "MATCH (n:Entity) SET n.loads = ['list@2020#abc'], n.fingerprint = 1",
        "MATCH (a)-[r:TWINNED_WITH]->(b) WITH a, b, r, properties(r) AS p DELETE r CREATE (b)-[s:TWINNED_WITH]->(a) SET s = p",
        "MATCH (l:Load) SET l.attempt_started = ['x']",
        "CREATE (:Change {id: 'x'})",
        "CREATE (:Note {text: 'of somebody else'})",
    ],
)
def test_what_only_history_decided_leaves_it_alone(small: Connection, edit: str) -> None:
    before = digest(small)
    small.run_write(edit)
    assert digest(small) == before


def test_it_counts_what_it_covers(small: Connection) -> None:
    found = digest(small)
    assert (found.nodes, found.facts, len(found.value)) == (3, 2, 64)


def test_an_empty_graph_has_one_too(database: Connection) -> None:
    assert (digest(database).nodes, digest(database).facts) == (0, 0)
