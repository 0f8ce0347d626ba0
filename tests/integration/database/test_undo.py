"""Taking loads back: the graph is then the one in which they never ran."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from kg.database.connection import Connection
from kg.database.digest import digest
from kg.editing.undo import undo
from kg.errors import KgError
from kg.loaders.loading import LoadReport
from kg.schema.nodes import City, Organisation
from kg.schema.records import FactRecord, NodeRecord
from kg.schema.relationships import MemberOf, TwinnedWith

Say = Callable[..., LoadReport]

EMPTY = "MATCH (n) DETACH DELETE n"
NETWORK = "Organisation/own:network"


def city(source: str, row: str, *ids: str, population: int | None = None) -> NodeRecord:
    return NodeRecord(City(name=f"City {row}", population=population), ids, source, row)


def network(source: str) -> NodeRecord:
    return NodeRecord(Organisation(name="Network"), ("own:network",), source, "network")


def member(source: str, row: str, start: str, since: str | None = None) -> FactRecord:
    return FactRecord(MemberOf(start=f"City/{start}", end=NETWORK, since=since), source, row)


def twins(source: str, row: str, start: str, end: str) -> FactRecord:
    return FactRecord(TwinnedWith(start=f"City/{start}", end=f"City/{end}"), source, row)


#: A list that knows two cities, by an id of either scheme.
BASE = (network("list"), city("list", "a", "geonames:1"), city("list", "b", "wikidata:Q2"))
#: What makes one of them.
JOINING = city("network", "x", "geonames:1", "wikidata:Q2")


def test_a_changed_value_comes_back(say: Say, database: Connection) -> None:
    say("list", "2020", *BASE, member("list", "m", "geonames:1", "2001"))
    before = digest(database).value
    say("list", "2021", *BASE, member("list", "m", "geonames:1", "2002"))
    assert digest(database).value != before
    undone = undo(database, "list")
    assert (undone.facts_changed, undone.facts_removed, undone.nodes_changed) == (1, 0, 0)
    assert digest(database).value == before


def test_what_had_ended_comes_back(say: Say, database: Connection) -> None:
    say("list", "2020", *BASE, member("list", "m", "geonames:1"))
    before = digest(database).value
    say("list", "2021", network("list"), city("list", "b", "wikidata:Q2"))
    assert database.run_read("MATCH ()-[r:MEMBER_OF]->() RETURN r.ended AS ended") == [{"ended": "2021"}]
    undo(database, "list")
    assert digest(database).value == before


def test_what_was_new_goes(say: Say, database: Connection) -> None:
    say("list", "2020", *BASE)
    before = digest(database).value
    say("network", "2021", network("network"), city("network", "c", "geonames:3"), member("network", "m", "geonames:3"))
    undone = undo(database, "network")
    assert (undone.nodes_removed, undone.facts_removed) == (1, 1)
    assert digest(database).value == before


def test_a_join_is_undone_with_the_facts_of_both(say: Say, database: Connection) -> None:
    facts = (member("list", "m", "geonames:1", "2001"), member("list", "n", "wikidata:Q2", "2002"))
    say("list", "2020", *BASE, *facts, twins("list", "t", "geonames:1", "wikidata:Q2"))
    before = digest(database)
    assert say("network", "2021", JOINING).changes["nodes joined"] == 1
    joined = digest(database)
    assert (joined.nodes, joined.facts) == (before.nodes - 1, before.facts - 2)
    undo(database, "network")
    assert digest(database) == before


def test_a_join_is_undone_after_another_load_changed_what_was_joined(say: Say, database: Connection) -> None:
    first = (*BASE, member("list", "m", "geonames:1", "2001"), member("list", "n", "wikidata:Q2", "2002"))
    second = (*BASE, member("list", "m", "geonames:1", "2003"))
    say("list", "2020", *first)
    say("list", "2021", *second)
    never = digest(database).value
    database.run_write(EMPTY)
    say("list", "2020", *first)
    say("network", "2021", JOINING)
    say("list", "2021", *second)
    undo(database, "network")
    assert digest(database).value == never


def test_a_fact_that_came_after_the_join_and_was_a_self_loop_is_there_after_undo(
    say: Say, database: Connection
) -> None:
    rows = (*BASE, twins("list", "t", "geonames:1", "wikidata:Q2"))
    say("list", "2020", *BASE)
    say("list", "2021", *rows)
    never = digest(database).value
    database.run_write(EMPTY)
    say("list", "2020", *BASE)
    say("network", "2021", JOINING)
    say("list", "2021", *rows)
    undo(database, "network")
    assert digest(database).value == never


def test_a_self_loop_that_its_source_gave_up_meanwhile_does_not_come_back(say: Say, database: Connection) -> None:
    rows = (*BASE, twins("list", "t", "geonames:1", "wikidata:Q2"))
    say("list", "2020", *rows)
    say("list", "2021", *BASE)
    never = digest(database).value
    database.run_write(EMPTY)
    say("list", "2020", *rows)
    say("network", "2021", JOINING)
    say("list", "2021", *BASE)
    undo(database, "network")
    assert digest(database).value == never


def test_loading_again_what_was_undone(say: Say, database: Connection) -> None:
    say("list", "2020", *BASE, member("list", "m", "geonames:1", "2001"))
    say("network", "2021", JOINING, network("network"), member("network", "m", "geonames:1", "2002"))
    before = digest(database).value
    undo(database, "network")
    say("network", "2021", JOINING, network("network"), member("network", "m", "geonames:1", "2002"))
    assert digest(database).value == before


def test_undoing_step_by_step_leads_to_nothing(say: Say, database: Connection) -> None:
    for year in ("2019", "2020", "2021"):
        say("list", year, *BASE, member("list", "m", "geonames:1", year))
    for _ in range(3):
        undo(database, "list")
    assert database.run_read("MATCH (n:Entity) RETURN count(n) AS n") == [{"n": 0}]
    assert database.run_read("MATCH (n:Change) RETURN count(n) AS n") == [{"n": 0}]
    with pytest.raises(
        KgError, match=r"nothing is loaded under 'list', so nothing can be taken back; loaded are: nothing"
    ):
        undo(database, "list")


def test_an_older_load_is_refused_with_what_to_undo_first(say: Say, database: Connection) -> None:
    older = say("list", "2020", *BASE).load
    newer = say("list", "2021", *BASE, member("list", "m", "geonames:1")).load
    before = digest(database).value
    with pytest.raises(KgError, match=f"{older} is not the latest load of list: take back first {newer}"):
        undo(database, older)
    with pytest.raises(KgError, match="there is no load 'list@1999#0'"):
        undo(database, "list@1999#0")
    assert digest(database).value == before
    assert undo(database, newer).load == newer


def test_an_unknown_scope_says_what_is_loaded(say: Say, database: Connection) -> None:
    say("list", "2020", *BASE)
    with pytest.raises(KgError, match=r"nothing is loaded under 'lists'.*loaded are: list$"):
        undo(database, "lists")


def test_after_undo_an_older_edition_may_be_loaded(say: Say, database: Connection) -> None:
    say("list", "2021", *BASE)
    with pytest.raises(KgError, match="older than edition 2021"):
        say("list", "2020", *BASE)
    undo(database, "list")
    assert say("list", "2020", *BASE).rows["written"] == 3


def test_a_node_that_another_source_still_names_stays_as_ended(say: Say, database: Connection) -> None:
    say("list", "2020", *BASE)
    say("network", "2020", network("network"), member("network", "m", "geonames:1"))
    undone = undo(database, "list")
    assert undone.nodes_removed == 1
    assert database.run_read("MATCH (n:City) RETURN n.id AS id, n.ended AS ended") == [
        {"id": "geonames:1", "ended": "2020"}
    ]
