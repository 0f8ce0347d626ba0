"""Who is left out, who is chosen, and which filters contradict each other, without a database."""

from __future__ import annotations

import doctest
import math
from collections import Counter
from datetime import date
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kg.errors import KgError
from kg.queries import ranking
from kg.queries.comparison import Pairs
from kg.queries.entities import Entity
from kg.queries.filters import Filters, Wanted
from kg.queries.improve import improvement
from kg.queries.kinds.kind import Weights
from kg.queries.kinds.shapes import Shape
from kg.queries.ranking import EXISTING, Ranking, pick, sort_out
from kg.queries.snapshot.graph import Snapshot
from kg.queries.snapshot.tables import FactRow, NodeRow, Tables, in_order
from kg.queries.world import World

DAY = date(2026, 11, 22)
NEAR = Weights(terms={"distance": Shape(at=(0.0, 1000.0), worth=(1.0, 0.0))})


def city(id_: str, country: str | None = "FI", **values: Any) -> NodeRow:
    return NodeRow(id_, "City", id_.title(), country, **{"population": 1000, **values})


def sorted_out(
    tables: Tables, as_of: date = DAY, **options: Any
) -> tuple[list[str], dict[str, tuple[str, str | None]]]:
    """Return who stays for the first city, and each other one with its rule and reason."""
    snapshot = Snapshot.from_tables(tables, as_of)
    ids = snapshot.places.ids
    others = np.arange(1, len(ids), dtype=np.int64)
    kept, left_out = sort_out(snapshot, 0, others, **options)
    return [ids[place] for place in kept], {ids[one.place]: (one.rule, one.because) for one in left_out}


CITIES = [city("a", "LV"), city("b", "LV"), city("c"), city("d"), city("e", dissolved="2011-06"), city("f", None)]


def test_ones_own_country_is_left_out_unless_it_is_asked_for() -> None:
    known = in_order(CITIES, [])
    kept, left_out = sorted_out(known)
    assert (kept, left_out["b"]) == (["c", "d", "f"], ("own_country", None))
    kept, _ = sorted_out(known, countries=["LV"])
    assert "b" in kept
    kept, _ = sorted_out(known, at_home=True)
    assert "b" in kept
    kept, left_out = sorted_out(known, exclude_countries=["FI"])
    assert (kept, left_out["c"]) == (["f"], ("country", None))


def test_a_place_without_a_country_is_nobodys_compatriot() -> None:
    kept, _ = sorted_out(in_order([city("a", None), city("b", None)], []))
    assert kept == ["b"]


def test_a_municipality_that_was_merged_was_one_before() -> None:
    known = in_order(CITIES, [])
    assert sorted_out(known)[1]["e"] == ("dissolved", "E, until 2011")
    assert "e" in sorted_out(known, date(2010, 1, 1))[0]


def test_current_partners_are_named_by_kind() -> None:
    nodes = [
        *CITIES,
        NodeRow("p:now", "Project", "NOW", start="2025", end="2028"),
        NodeRow("p:then", "Project", "THEN", start="2015", end="2019"),
        NodeRow("p:open", "Project", "OPEN"),
    ]
    facts = [
        FactRow("TWINNED_WITH", "t1", "a", "c", since="1961"),
        FactRow("TWINNED_WITH", "t2", "a", "d", until="2012"),
        FactRow("TWINNED_WITH", "t3", "a", "f"),
        *(FactRow("PARTICIPATES_IN", f"a{name}", "a", f"p:{name}") for name in ("now", "then", "open")),
        FactRow("PARTICIPATES_IN", "p1", "d", "p:now"),
        FactRow("PARTICIPATES_IN", "p2", "d", "p:open"),
        FactRow("PARTICIPATES_IN", "p3", "f", "p:then"),
    ]
    known = in_order(nodes, facts)
    twinned = {"c": ("current_twinning", "C, since 1961"), "f": ("current_twinning", "F, since an unknown date")}
    together = {"d": ("current_project", "D, in NOW, OPEN (no known end)")}
    rest = {"b": ("own_country", None), "e": ("dissolved", "E, until 2011")}
    assert sorted_out(known, existing=EXISTING["twinning"])[1] == rest | twinned
    assert sorted_out(known, existing=EXISTING["project"])[1] == rest | together
    assert sorted_out(known, existing=EXISTING["exchange"])[1] == rest | twinned | together
    assert sorted_out(known)[1] == rest


def test_ties_go_by_id_and_the_best_are_the_first_of_all() -> None:
    nodes = [city("a", "LV", longitude=24.0, latitude=57.0)]
    nodes += [city(f"b{number}", longitude=24.0 + number // 2, latitude=57.0) for number in range(20)]
    world = World.of(Snapshot.from_tables(in_order(nodes, []), DAY))
    found = Ranking.of(Pairs(world, 0, np.arange(1, 21, dtype=np.int64)), NEAR)
    order = [(-found.score(at), world.snapshot.places.ids[found.pairs.others[at]]) for at in found.order()]
    assert order == sorted(order)
    assert found.order(7).tolist() == found.order()[:7].tolist()


@given(
    st.lists(st.tuples(st.booleans(), st.integers(0, 4)), max_size=40),
    st.integers(1, 15),
    st.none() | st.floats(0.01, 1),
    st.none() | st.integers(1, 4),
)
def test_a_list_keeps_its_promises(
    places: list[tuple[bool, int]], top: int, share: float | None, spread: int | None
) -> None:
    newcomer, country = [one for one, _ in places], [one for _, one in places]
    chosen, passed = pick(range(len(places)), top, newcomer=newcomer, country=country, share=share, spread=spread)
    plain, _ = pick(range(len(places)), top, newcomer=newcomer, country=country, spread=spread)
    assert chosen == sorted(set(chosen))
    assert len(chosen) <= top
    if spread is None:
        assert len(chosen) == min(top, len(places))
        assert passed == 0
    else:
        assert all(number <= spread for one, number in Counter(country[at] for at in chosen).items() if one)
    if share is None:
        assert chosen == plain
    else:
        room = Counter(country[at] for at, new in enumerate(newcomer) if new)
        there_are = sum(number if spread is None or not one else min(spread, number) for one, number in room.items())
        got = sum(newcomer[at] for at in chosen)
        assert got >= min(math.ceil(round(share * len(plain), 9)), there_are)
        if got > sum(newcomer[at] for at in plain):
            assert set(chosen) != set(plain)


def test_enough_newcomers_by_themselves_change_nothing() -> None:
    chosen, _ = pick(range(6), 3, newcomer=[False, True, True, False, True, True], country=[0] * 6, share=0.34)
    assert chosen == [0, 1, 2]


FI = Entity("r:fi", "Region", "Uusimaa", "FI", None)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"min_population": 5, "max_population": 4}, "nobody can be between"),
        ({"countries": ("FI",), "exclude_countries": ("FI",)}, "cannot be both asked for"),
        ({"newcomers": 0}, "above 0 and at most 1"),
        ({"newcomers": 1.5}, "above 0 and at most 1"),
        ({"newcomers": float("nan")}, "above 0 and at most 1"),
        ({"newcomers": "a third"}, "above 0 and at most 1"),
        ({"spread": 0}, "1 or more"),
        ({"spread": 1.5}, "1 or more"),
    ],
)
def test_filters_that_make_no_sense(options: dict[str, Any], message: str) -> None:
    with pytest.raises(KgError, match=message):
        Filters(**options)


def test_a_region_of_a_country_that_is_not_wanted_is_refused() -> None:
    with pytest.raises(KgError, match="Uusimaa .* is in FI, which is refused"):
        Wanted(Filters(exclude_countries=("FI",)), regions=(FI,))
    with pytest.raises(KgError, match="not among the countries asked for .*: EE, SE. Nobody can be in both"):
        Wanted(Filters(countries=("EE", "SE")), regions=(FI,))
    wanted = Wanted(Filters(countries=("FI",), min_population=5), regions=(FI,))
    assert (wanted.narrows, wanted.asked) == (True, "country, population, region")
    assert not Wanted(Filters(exclude_countries=("FI",), spread=2, newcomers=0.5)).narrows


def test_what_would_improve_an_answer() -> None:
    nodes = [
        city("a", "LV", longitude=24.0, latitude=57.0),
        city("b", None, population=None),
        NodeRow("n", "Organisation", "Network"),
        NodeRow("p", "Project", "Project"),
    ]
    facts = [
        FactRow("MEMBER_OF", "m", "a", "n"),
        FactRow("PARTICIPATES_IN", "p", "a", "p"),
    ]
    snapshot = Snapshot.from_tables(in_order(nodes, facts), DAY)
    assert improvement(snapshot, 0, "A") == (
        "What would improve this: the graph knows no twin town (kg load wikidata FILE)."
    )
    alone = improvement(snapshot, 1, "B")
    assert alone is not None
    assert alone.startswith("Nothing in the graph joins B to anybody: ")
    for missing in (
        "no network of it",
        "no twin town",
        "no project",
        "no number of inhabitants",
        "no location",
        "no country",
    ):
        assert missing in alone
    twinned = in_order(nodes, [*facts, FactRow("TWINNED_WITH", "t", "a", "b")])
    assert improvement(Snapshot.from_tables(twinned, DAY), 0, "A") is None


def test_the_examples_in_the_documentation() -> None:
    result = doctest.testmod(ranking)
    assert result.attempted
    assert result.failed == 0
