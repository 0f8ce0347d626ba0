"""Spells: when one source says that something was so, then was not, then was so again."""

from __future__ import annotations

import random
from collections import defaultdict

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kg.schema.dates import first_day, last_day
from kg.schema.records import FactRecord, number_spells
from kg.schema.relationships import HoldsPost, MemberOf, Serves, TwinnedWith

years = st.none() | st.integers(2000, 2012).map(str)


@st.composite
def rows(draw: st.DrawFn) -> list[FactRecord]:
    records = []
    for number in range(draw(st.integers(0, 6))):
        since, until = draw(years), draw(years)
        if since and until and until < since:
            since, until = until, since
        fact = MemberOf(
            start=f"City/own:{draw(st.sampled_from('ab'))}", end="Organisation/own:n", since=since, until=until
        )
        records.append(FactRecord(fact, draw(st.sampled_from(["one", "other"])), str(number)))
    return records


@given(rows(), st.randoms(use_true_random=False))
def test_numbering_does_not_depend_on_order(records: list[FactRecord], chance: random.Random) -> None:
    mixed = list(records)
    chance.shuffle(mixed)
    assert {r.row: r.spell for r in number_spells(mixed)} == {r.row: r.spell for r in number_spells(records)}


@given(rows())
def test_spells_of_a_source_never_overlap(records: list[FactRecord]) -> None:
    numbered = number_spells(records)
    assert [r.row for r in numbered] == [r.row for r in records]
    spells: dict[tuple[str, str], dict[int, list[MemberOf]]] = defaultdict(lambda: defaultdict(list))
    for record in numbered:
        assert isinstance(record.fact, MemberOf)
        spells[record.source, record.fact.start][int(record.spell or 1)].append(record.fact)
    for by_number in spells.values():
        assert sorted(by_number) == list(range(1, len(by_number) + 1))
        for number in range(2, len(by_number) + 1):
            begins = min(first_day(fact.since) for fact in by_number[number] if fact.since)
            assert all(fact.until and last_day(fact.until) < begins for fact in by_number[number - 1])


def member(since: str | None, until: str | None, row: str = "1", source: str = "s") -> FactRecord:
    return FactRecord(MemberOf(start="City/own:a", end="Organisation/own:n", since=since, until=until), source, row)


@pytest.mark.parametrize(
    ("spans", "spells"),
    [
        ([("2001", "2003"), ("2005", None)], ["", "2"]),
        ([("2005", None), ("2001", "2003")], ["2", ""]),
        ([("2001", "2003"), ("2003", None)], ["", ""]),
        ([("2001", "2003-06"), ("2003-07", None)], ["", "2"]),
        ([("2001", None), ("2005", None)], ["", ""]),
        ([(None, "2003"), ("2005", None)], ["", "2"]),
        ([(None, None), ("2005", None)], ["", ""]),
        ([("2001", "2002"), ("2004", "2005"), ("2007", None)], ["", "2", "3"]),
        ([("2001", "2009"), ("2002", "2003"), ("2005", "2006")], ["", "", ""]),
    ],
)
def test_a_spell_begins_after_everything_before_it_ended(
    spans: list[tuple[str | None, str | None]], spells: list[str]
) -> None:
    records = [member(since, until, str(number)) for number, (since, until) in enumerate(spans)]
    assert [record.spell for record in number_spells(records)] == spells


def test_a_single_row_is_the_first_spell_whenever_it_starts() -> None:
    assert [record.spell for record in number_spells([member("2020", None)])] == [""]


def test_sources_number_their_own_spells() -> None:
    records = [member("2001", "2002"), member("2005", None, source="other")]
    assert [record.spell for record in number_spells(records)] == ["", ""]


def test_posts_are_told_apart_before_spells_and_twins_have_no_direction() -> None:
    mayor, speaker = (
        FactRecord(HoldsPost(start="Person/own:p", end="City/own:a", post=post, since=since, until=since), "s", post)
        for post, since in (("mayor", "2001"), ("speaker", "2005"))
    )
    there = FactRecord(TwinnedWith(start="City/own:a", end="City/own:b", since="2001", until="2002"), "s", "1")
    back = FactRecord(TwinnedWith(start="City/own:b", end="City/own:a", since="2005"), "s", "2")
    assert [record.spell for record in number_spells([mayor, speaker, there, back])] == ["", "", "", "2"]


def test_what_does_not_last_has_no_spells() -> None:
    serves = FactRecord(Serves(start="Organisation/own:n", end="City/own:a"), "s", "1")
    assert number_spells([serves, serves]) == [serves, serves]
