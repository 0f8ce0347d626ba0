"""A person is removed for good, and no later load brings them back."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner

from kg.cli import root
from kg.database.check import check
from kg.database.connection import Connection
from kg.database.digest import digest
from kg.database.forgotten import Forgotten, read_forgotten
from kg.editing.forget import forget, remember
from kg.editing.merge import merge
from kg.editing.undo import undo
from kg.errors import KgError
from kg.graph import KnowledgeGraph
from kg.loaders.loading import LoadReport
from kg.places.judgements import read_judgements
from kg.schema.nodes import Event, Organisation, Person
from kg.schema.records import FactRecord, NodeRecord
from kg.schema.relationships import HoldsPost, TookPartIn
from tests.integration.conftest import Address

Say = Callable[..., LoadReport]

NETWORK = NodeRecord(Organisation(name="Network", kind="network"), ("own:n",), "list", "n")
FORUM = NodeRecord(Event(name="Forum"), ("own:forum",), "list", "e")
ANNA = NodeRecord(Person(name="Anna Änder"), ("wikidata:Q5", "own:anna"), "list", "p1")
BRUNO = NodeRecord(Person(name="Bruno Other"), ("own:bruno",), "list", "p2")
POST = FactRecord(HoldsPost(start="Person/own:anna", end="Organisation/own:n", post="chair"), "list", "h1")
TALK = FactRecord(TookPartIn(start="Person/wikidata:Q5", end="Event/own:forum", role="speaker"), "list", "t1")
OTHER = FactRecord(HoldsPost(start="Person/own:bruno", end="Organisation/own:n", post="director"), "list", "h2")
#: What must not be left anywhere in the database.
TRACES = ("Anna", "Änder", "anna", "Q5")


@pytest.fixture
def small(say: Say, database: Connection) -> Connection:
    say("list", "2020", NETWORK, FORUM, ANNA, BRUNO, POST, TALK, OTHER)
    return database


def everything(connection: Connection) -> str:
    nodes = connection.run_read("MATCH (n) RETURN labels(n) AS labels, properties(n) AS properties")
    facts = connection.run_read("MATCH ()-[r]->() RETURN type(r) AS type, properties(r) AS properties")
    return json.dumps([nodes, facts], default=str, ensure_ascii=False)


@pytest.mark.parametrize("name", ["wikidata:Q5", "own:anna", "Anna Änder", "anna ander"])
def test_nothing_of_the_person_is_left(small: Connection, name: str) -> None:
    assert all(trace in everything(small) for trace in TRACES)
    forgot = forget(small, name)
    assert (forgot.persons, forgot.facts, forgot.ids) == (1, 2, 2)
    left = everything(small)
    assert [trace for trace in TRACES if trace in left] == []
    assert "Bruno Other" in left


def test_nor_in_what_a_load_changed(say: Say, small: Connection) -> None:
    say("list", "2021", NETWORK, FORUM, BRUNO, OTHER)
    assert small.run_read("MATCH (c:Change) RETURN count(c) AS number") == [{"number": 3}]
    forget(small, "Anna Änder")
    assert [trace for trace in TRACES if trace in everything(small)] == []
    assert small.run_read("MATCH (c:Change) RETURN count(c) AS number") == [{"number": 0}]


def test_nor_in_the_statement_that_two_were_one(small: Connection, tmp_path: Path) -> None:
    merge(small, "own:anna", "own:anna-2", by="somebody", judgements=read_judgements(tmp_path / "judgements.csv"))
    forget(small, "own:anna")
    assert [trace for trace in TRACES if trace in everything(small)] == []


def test_the_next_edition_and_the_same_one_do_not_bring_them_back(say: Say, small: Connection) -> None:
    forget(small, "own:anna")
    after = digest(small)
    report = say("list", "2020", NETWORK, FORUM, ANNA, BRUNO, POST, TALK, OTHER)
    assert report.skipped == {"a person who asked to be forgotten": 3}
    assert digest(small) == after
    say("list", "2021", NETWORK, FORUM, ANNA, BRUNO, POST, TALK, OTHER)
    assert [trace for trace in TRACES if trace in everything(small)] == []
    assert check(small).findings == []


def test_what_a_row_says_besides_is_kept(say: Say, small: Connection) -> None:
    forget(small, "own:anna")
    say("list", "2021", NETWORK, FORUM, ANNA, BRUNO, POST, TALK, OTHER)
    assert small.run_read("MATCH (p:Person)-[:HOLDS_POST]->(o) RETURN p.name AS who, o.name AS where") == [
        {"who": "Bruno Other", "where": "Network"}
    ]


def test_every_rule_holds_afterwards_and_the_load_can_be_undone(small: Connection) -> None:
    forget(small, "own:anna")
    assert check(small).findings == []
    undo(small, "list")
    assert small.run_read("MATCH (n:Entity) RETURN count(n) AS number") == [{"number": 0}]


def test_who_is_not_in_the_graph_can_be_kept_out_of_it(say: Say, small: Connection) -> None:
    forgot = forget(small, "wikidata:Q77")
    assert (forgot.persons, forgot.facts, forgot.ids) == (0, 0, 1)
    say("other", "2020", NodeRecord(Person(name="Carla"), ("wikidata:Q77",), "list", "c"))
    assert "Carla" not in everything(small)


def test_twice_is_as_good_as_once(small: Connection) -> None:
    forget(small, "own:anna")
    before = everything(small)
    forgot = forget(small, "own:anna")
    assert (forgot.persons, forgot.facts, forgot.ids) == (0, 0, 0)
    assert everything(small) == before


def test_one_who_takes_it_back_is_loaded_again(say: Say, small: Connection) -> None:
    before = digest(small)
    forget(small, "own:anna")
    assert remember(small, "own:anna")
    assert remember(small, "wikidata:Q5")
    assert not remember(small, "own:bruno")
    say("list", "2020", NETWORK, FORUM, ANNA, BRUNO, POST, TALK, OTHER)
    assert digest(small) == before


def test_of_two_with_one_name_none_is_removed_unless_both_are_meant(say: Say, small: Connection) -> None:
    say("other", "2020", NodeRecord(Person(name="Anna Ander"), ("own:anna-b",), "list", "x"))
    with pytest.raises(KgError, match="2 persons are called 'Anna Änder' .own:anna-b; wikidata:Q5 of Network"):
        forget(small, "Anna Änder")
    assert not read_forgotten(small)
    assert forget(small, "Anna Änder", everyone=True).persons == 2


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("Nobody", "nobody in the graph is called 'Nobody'"),
        ("", "nobody in the graph"),
        ("wikidata:5", "is not an id"),
        ("geonames:1", "nobody in the graph"),
    ],
)
def test_who_is_meant_must_be_clear(small: Connection, name: str, message: str) -> None:
    with pytest.raises(KgError, match=message):
        forget(small, name)


def test_the_list_is_of_hashes_with_a_key_of_its_own() -> None:
    one, other = (Forgotten().with_ids(["wikidata:Q5"]) for _ in range(2))
    assert one.has("wikidata:Q5")
    assert not one.has("wikidata:Q6")
    assert one.hashes != other.hashes
    assert "Q5" not in str(one)
    assert not one.without_ids(["wikidata:Q5"]).has("wikidata:Q5")


def test_the_file_that_is_kept_of_the_graph_goes_too(small: Connection) -> None:
    from kg.queries.snapshot.store import kept, snapshot_of

    graph = KnowledgeGraph(small)
    snapshot_of(small)
    path = kept(small).path
    assert path.is_file()
    graph.forget("own:anna")
    assert not path.is_file()


def test_the_report_shows_all_that_is_kept(small: Connection) -> None:
    rows = KnowledgeGraph(small).report("kept-about-person", person="Anna Änder").rows
    assert [(row["says"], row["about"]) for row in rows] == [
        ("event", "Forum"),
        ("post", "Network"),
        ("the person", None),
    ]
    forget(small, "own:anna")
    with pytest.raises(KgError, match="Anna"):
        KnowledgeGraph(small).report("kept-about-person", person="Anna Änder")


def test_the_command_asks_first(small: Connection, address: Address) -> None:
    result = CliRunner().invoke(root, ["forget", "own:anna"], env=address.environment, input="n\n")
    assert result.exit_code == 1
    assert "Anna" in everything(small)


def test_the_command_says_what_it_did(small: Connection, address: Address) -> None:
    result = CliRunner().invoke(root, ["forget", "own:anna", "--yes"], env=address.environment)
    assert result.output.splitlines()[-1] == "Removed 1 person and 2 facts; 2 ids are kept out of later loads."
    result = CliRunner().invoke(root, ["forget", "own:anna", "--take-back"], env=address.environment)
    assert result.output.splitlines()[-1] == "own:anna may be loaded again."
