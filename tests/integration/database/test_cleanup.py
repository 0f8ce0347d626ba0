"""What reports see of a load that ends what its edition lacks: all of it, or none."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence

import pytest

from kg.database import stored
from kg.database.connection import Connection
from kg.database.operations import Operations
from kg.database.shrinking import Statements, Store
from kg.database.state import loads_of
from kg.editing.undo import undo
from kg.errors import KgError
from kg.queries.reports.folders import find_report
from kg.queries.reports.running import CHANGED, UNDER_WAY, run_report
from kg.schema.nodes import City, Organisation
from kg.schema.records import FactRecord, NodeRecord
from kg.schema.relationships import MemberOf
from tests.integration.database.conftest import Say

PLACES = tuple("abcdefg")
LAST = 2

End = Callable[[Callable[[int], None]], None]


def members(places: Sequence[str]) -> list[NodeRecord | FactRecord]:
    """A network and the cities that are in it."""
    network = NodeRecord(Organisation(name="The Network", kind="network"), ("own:network",), "list", "network")
    cities = [NodeRecord(City(name=f"City {place}"), (f"own:{place}",), "list", place) for place in places]
    facts = [
        FactRecord(MemberOf(start=f"City/own:{place}", end="Organisation/own:network"), "list", f"m-{place}")
        for place in places
    ]
    return [network, *cities, *facts]


@pytest.fixture
def ending(say: Say, monkeypatch: pytest.MonkeyPatch) -> End:
    """Load an edition that lacks all members but two, in transactions of two; after each the function hears how many are left."""
    say("list", "2024", *members(PLACES))
    store, batches = Store.store, stored.batches

    def end(after: Callable[[int], None]) -> None:
        def store_and_tell(self: Store, operations: Operations, statements: Statements | None = None) -> None:
            store(self, operations, statements)
            if operations.left is not None:
                after(operations.left)

        monkeypatch.setattr(stored, "batches", lambda items, size=2: batches(items, min(size, 2)))
        monkeypatch.setattr(Store, "store", store_and_tell)
        say("list", "2025", *members(PLACES[:LAST]))

    return end


def break_off(ending: End) -> None:
    """End some members, and go no further."""

    def after(left: int) -> None:
        raise KgError("the power went")

    with pytest.raises(KgError, match="the power went"):
        ending(after)


def test_a_report_asked_for_in_the_middle_of_a_clean_up_comes_after_it(
    ending: End, database: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    half, asked = threading.Event(), threading.Event()

    def after(left: int) -> None:
        half.set()
        assert asked.wait(60)

    loading = threading.Thread(target=ending, args=(after,))
    loading.start()

    def pause(seconds: float) -> None:
        asked.set()
        loading.join(60)

    monkeypatch.setattr("kg.database.state.sleep", pause)
    try:
        assert half.wait(60)
        result = run_report(database, find_report("network-members"), {"network": "The Network"})
    finally:
        asked.set()
        loading.join(60)
    assert len(result.rows) == LAST
    assert not {CHANGED, UNDER_WAY} & set(result.notes)


def test_each_step_of_a_clean_up_shows_in_the_state_of_the_loads(ending: End, database: Connection) -> None:
    states = [loads_of(database)]
    left = []

    def after(number: int) -> None:
        left.append(number)
        states.append(loads_of(database))

    ending(after)
    states.append(loads_of(database))
    assert left == [3, 1, 0]
    assert all(state not in states[:place] for place, state in enumerate(states))
    assert not states[-1]["ending"]


def test_a_clean_up_that_was_broken_off_is_said_and_not_waited_for(
    ending: End, database: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    break_off(ending)
    monkeypatch.setattr("kg.database.state._STANDSTILL", 0.2)
    result = run_report(database, find_report("network-members"), {"network": "The Network"})
    assert LAST < len(result.rows) < len(PLACES)
    assert any("not finished" in note for note in result.notes)


def test_of_a_clean_up_that_was_broken_off_nothing_is_left_once_it_is_taken_back(
    ending: End, database: Connection
) -> None:
    break_off(ending)
    assert loads_of(database)["ending"]
    undo(database, "list")
    assert not loads_of(database)["ending"]
    result = run_report(database, find_report("network-members"), {"network": "The Network"})
    assert len(result.rows) == len(PLACES)


def test_the_same_edition_once_more_ends_the_rest(ending: End, say: Say, database: Connection) -> None:
    break_off(ending)
    ending(lambda left: None)
    result = run_report(database, find_report("network-members"), {"network": "The Network"})
    assert len(result.rows) == LAST
    assert not loads_of(database)["ending"]
