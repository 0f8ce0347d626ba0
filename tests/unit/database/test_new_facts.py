"""Facts made straight from claims are those that would be stored after all the steps that were left out."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import chain

from hypothesis import given
from hypothesis import strategies as st

from kg.database import new_facts
from kg.database.loads import LoadHeader
from kg.database.names import FactGroups, Names
from kg.database.new_facts import NewFacts
from kg.database.stored import fact_row
from kg.database.succession import Edition
from kg.schema.cypher import NewFact
from kg.schema.grouping import StoredFact
from kg.schema.records import FactRecord
from kg.schema.relationships import HoldsPost, MemberOf, TwinnedWith

IDS = {f"City/own:{letter}": f"own:{letter}" for letter in "abc"} | {"City/wikidata:Q1": "own:a"}
DATES = st.none() | st.sampled_from(["1990", "2001-05", "2001-05-09"])
TEXTS = st.text(st.sampled_from('a",v:{}\\é'), min_size=1, max_size=6).filter(str.strip)
AUTHORITIES = {"s": "network", "t": "aggregator"}


@st.composite
def twinnings(draw: st.DrawFn) -> TwinnedWith:
    start, end = draw(st.tuples(*[st.sampled_from(sorted(IDS))] * 2))
    return TwinnedWith(start=start, end=end, since=draw(DATES), as_of=draw(DATES))


@st.composite
def memberships(draw: st.DrawFn) -> MemberOf:
    since, until = draw(st.sampled_from([(None, None), ("1990", None), ("1990", "2001")]))
    return MemberOf(
        start=draw(st.sampled_from(sorted(IDS))), end="Organisation/own:o", since=since, until=until, role=draw(TEXTS)
    )


@st.composite
def posts(draw: st.DrawFn) -> HoldsPost:
    return HoldsPost(start="Person/own:p", end="Organisation/own:o", post=draw(TEXTS), as_of=draw(DATES))


RECORDS = st.builds(
    FactRecord,
    st.one_of(twinnings(), memberships(), posts()),
    source=st.sampled_from(sorted(AUTHORITIES)),
    row=TEXTS,
    spell=st.sampled_from(["", "2"]),
)


def made_of(edition: Edition) -> list[tuple[NewFact, StoredFact]]:
    """Each fact as it is made, and as all its claims together make it."""
    names = Names(edition.claims)
    names.learn(IDS | {"Organisation/own:o": "own:o", "Person/own:p": "own:p"})
    groups = FactGroups(edition.claims, edition.fact_numbers, *names.ranked(edition.ends))
    new = NewFacts(edition.claims, AUTHORITIES)
    made = []
    for same in chain.from_iterable(groups.batches()):
        claims = [edition.claims.fact(number) for number in same.claims]
        first, assertions = claims[0], tuple([claim.assertion for claim in claims])
        fact = StoredFact(first.type, same.start, same.end, first.part, first.spell, assertions)
        made.append((new.make(same, new.key_of(same)), fact))
    return made


@given(st.lists(RECORDS, min_size=1, max_size=6), st.sampled_from([1, 4_096]))
def test_a_fact_is_what_its_claims_make_of_it(records: Sequence[FactRecord], kept: int) -> None:
    header = LoadHeader("scope", "2020", "abc", "test 1")
    before, new_facts._KEPT = new_facts._KEPT, kept
    try:
        made = made_of(Edition.of_records(header, records, (), complete=True))
    finally:
        new_facts._KEPT = before
    for fact, stored in made:
        row = fact_row(stored, AUTHORITIES)
        assert (fact.relationship, fact.start, fact.row[0]) == (stored.relationship, row["start"], row["end"])
        assert {name: _listed(value) for name, value in fact.properties.items()} == row["properties"]
        assert fact.fingerprint == stored.fingerprint


def _listed(value: object) -> object:
    return list(value) if isinstance(value, tuple) else value
