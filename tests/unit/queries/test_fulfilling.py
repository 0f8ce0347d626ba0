"""Which places of a graph in memory fulfil what is asked for."""

from __future__ import annotations

from datetime import date

import pytest

from kg.queries.entities import Entity
from kg.queries.filters import Filters, Wanted
from kg.queries.snapshot.fulfilling import fulfilling_in
from kg.queries.snapshot.graph import Snapshot
from kg.queries.snapshot.tables import FactRow, NodeRow, in_order

NODES = [
    NodeRow("c:a", "City", "A", "LV", 100),
    NodeRow("c:b", "City", "B", "LV", 200),
    NodeRow("c:c", "City", "C", "FI", 300),
    NodeRow("c:d", "City", "D", "FI"),
    NodeRow("r:inner", "Region", "Inner", "LV", 1_000),
    NodeRow("r:outer", "Region", "Outer", "LV", 2_000),
    NodeRow("o:n", "Organisation", "N"),
    NodeRow("o:body", "Organisation", "Body"),
    NodeRow("p:begun", "Project", "P", start="2020"),
    NodeRow("p:later", "Project", "L", start="2030"),
    NodeRow("t:t", "Theme", "T"),
]
_FACTS = [
    ("LOCATED_IN", "c:a", "r:inner", {}),
    ("LOCATED_IN", "r:inner", "r:outer", {}),
    ("LOCATED_IN", "c:b", "r:outer", {}),
    ("MEMBER_OF", "c:a", "o:n", {}),
    ("MEMBER_OF", "c:b", "o:n", {"until": "2019"}),
    ("MEMBER_OF", "o:body", "o:n", {}),
    ("SEEKS", "c:a", "t:t", {"status": "met", "closed": "2024"}),
    ("OFFERS", "c:b", "t:t", {}),
    ("ABOUT", "p:begun", "t:t", {}),
    ("ABOUT", "p:later", "t:t", {}),
    ("PARTICIPATES_IN", "c:c", "p:begun", {}),
    ("PARTICIPATES_IN", "c:d", "p:later", {}),
]
FACTS = [
    FactRow(type_, f"k{number}", start, end)._replace(**values)
    for number, (type_, start, end, values) in enumerate(_FACTS)
]


def thing(id_: str, label: str) -> tuple[Entity, ...]:
    return (Entity(id_, label, id_, None, None),)


@pytest.mark.parametrize(
    ("wanted", "ids"),
    [
        (Wanted(Filters(countries=("FI",))), "c:c c:d"),
        (Wanted(Filters(min_population=200, max_population=1_000)), "c:b c:c r:inner"),
        (Wanted(Filters(), regions=thing("r:outer", "Region")), "c:a c:b r:inner"),
        (Wanted(Filters(), regions=thing("r:inner", "Region")), "c:a"),
        (Wanted(Filters(), networks=thing("o:n", "Organisation")), "c:a"),
        (Wanted(Filters(), themes=thing("t:t", "Theme")), "c:b c:c"),
        (Wanted(Filters(countries=("LV",)), themes=thing("t:t", "Theme")), "c:b"),
        (Wanted(Filters(min_population=250), regions=thing("r:outer", "Region")), "r:inner"),
    ],
)
def test_each_thing_asked_for_narrows(wanted: Wanted, ids: str) -> None:
    assert fulfilling_in(_snapshot(2026), wanted) == ids.split()


def test_facts_count_as_of_the_date() -> None:
    assert fulfilling_in(_snapshot(2018), Wanted(Filters(), networks=thing("o:n", "Organisation"))) == ["c:a", "c:b"]
    assert fulfilling_in(_snapshot(2018), Wanted(Filters(), themes=thing("t:t", "Theme"))) == ["c:a", "c:b"]


def test_regions_in_a_circle_end() -> None:
    tables = in_order(NODES, [*FACTS, FactRow("LOCATED_IN", "k", "r:outer", "r:inner")])
    snapshot = Snapshot.from_tables(tables, date(2026, 1, 1))
    found = fulfilling_in(snapshot, Wanted(Filters(), regions=thing("r:inner", "Region")))
    assert found == ["c:a", "c:b", "r:inner", "r:outer"]


def _snapshot(year: int) -> Snapshot:
    return Snapshot.from_tables(in_order(NODES, FACTS), date(year, 1, 1))
