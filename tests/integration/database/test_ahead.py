"""What is asked for ahead of a load counts as long as nobody wrote since, and changes nothing but when it is asked for."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import pytest

from kg.database.ahead import Ahead
from kg.database.connection import Connection
from kg.database.digest import digest
from kg.database.skimmed import Skimmed, skim
from kg.editing.undo import undo
from kg.errors import KgError
from kg.loaders.fates import Fates, read_rows
from kg.loaders.loading import LoadReport
from kg.schema.nodes import City, Organisation
from kg.schema.records import FactRecord, NodeRecord
from kg.schema.relationships import MemberOf

Say = Callable[..., LoadReport]
#: Takes what is to happen once a scope was skimmed ahead, and before that is used.
Then = Callable[[Callable[[], object]], None]

EMPTY = "MATCH (n) DETACH DELETE n"


def city(source: str, row: str, *ids: str) -> NodeRecord:
    return NodeRecord(City(name=f"City {row}"), ids, source, row)


def member(row: str, start: str, since: str = "2001") -> FactRecord:
    return FactRecord(MemberOf(start=f"City/{start}", end="Organisation/own:network", since=since), "list", row)


BASE = (
    NodeRecord(Organisation(name="Network"), ("own:network",), "list", "network"),
    city("list", "a", "geonames:1"),
    city("list", "b", "wikidata:Q2"),
    member("m", "geonames:1"),
)
#: Makes one of both cities.
JOINING = city("network", "x", "geonames:1", "wikidata:Q2")


def ahead(connection: Connection, scope: str) -> Skimmed | None:
    with Ahead(connection, scope) as asking:
        return asking.skimmed(connection)


@pytest.fixture
def then(monkeypatch: pytest.MonkeyPatch) -> Then:
    acted = threading.Event()

    def read_then(*given: Any) -> Fates:
        # Who is to load in between needs the turn, so the load that asked must not have it yet.
        if threading.current_thread() is threading.main_thread():
            assert acted.wait(60)
        return read_rows(*given)

    def then(act: Callable[[], object]) -> None:
        def skim_and_act(connection: Connection, scope: str) -> Skimmed:
            monkeypatch.setattr("kg.database.ahead.skim", skim)
            try:
                found = skim(connection, scope)
                act()
                return found
            finally:
                acted.set()

        monkeypatch.setattr("kg.database.ahead.skim", skim_and_act)
        monkeypatch.setattr("kg.loaders.loading.read_rows", read_then)

    return then


def test_what_is_known_of_a_scope_counts_when_nobody_wrote(say: Say, database: Connection) -> None:
    say("list", "2020", *BASE)
    found = ahead(database, "list")
    assert found is not None
    assert (len(found.nodes.ids), found.facts.total) == (3, 1)


def test_a_scope_that_was_never_loaded_is_not_asked_for(say: Say, database: Connection) -> None:
    say("list", "2020", *BASE)
    assert ahead(database, "network") is None


def test_nothing_counts_while_somebody_writes(say: Say, database: Connection) -> None:
    say("list", "2020", *BASE)
    database.run_write("MATCH (l:Load) SET l.complete = false, l.attempt_status = ['running']")
    assert ahead(database, "list") is None


def test_it_does_not_count_once_another_edition_was_loaded(say: Say, database: Connection, then: Then) -> None:
    say("list", "2020", *BASE)
    then(lambda: say("network", "2020", JOINING))
    assert ahead(database, "list") is None


def test_a_load_between_asking_and_writing_leaves_what_it_leaves_before_both(
    say: Say, database: Connection, then: Then
) -> None:
    after = (*BASE, member("n", "wikidata:Q2"))
    say("list", "2020", *BASE)
    then(lambda: say("network", "2020", JOINING))
    say("list", "2021", *after)
    found = digest(database).value
    database.run_write(EMPTY)
    for scope, edition, records in (("list", "2020", BASE), ("network", "2020", (JOINING,)), ("list", "2021", after)):
        say(scope, edition, *records)
    assert found == digest(database).value


def test_a_load_that_is_taken_back_between_asking_and_writing_is_not_taken_for_there(
    say: Say, database: Connection, then: Then
) -> None:
    changed = (*BASE[:-1], member("m", "geonames:1", "2002"))
    say("list", "2020", *BASE)
    say("list", "2021", *changed)
    then(lambda: undo(database, "list"))
    say("list", "2022", *changed)
    found = digest(database).value
    database.run_write(EMPTY)
    say("list", "2020", *BASE)
    say("list", "2022", *changed)
    assert found == digest(database).value


def test_what_cannot_be_asked_for_ahead_is_asked_for_later(
    say: Say, database: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> Skimmed:
        raise KgError("not now")

    say("list", "2020", *BASE)
    before = digest(database).value
    monkeypatch.setattr("kg.database.ahead.skim", fail)
    say("list", "2021", *BASE)
    assert digest(database).value == before
