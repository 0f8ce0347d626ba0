"""Claims of one thing are found together, as by joining them one by one; and facts come in the order of their start nodes."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kg.database.claim_store import TYPES
from kg.database.loads import LoadHeader
from kg.database.names import FactGroups, Names, NodeGroups
from kg.database.succession import Edition
from kg.schema.grouping import Groups, StoredFact
from kg.schema.nodes import City
from kg.schema.records import FactRecord, NodeRecord
from kg.schema.relationships import MemberOf, TwinnedWith

HEADER = LoadHeader("scope", "2020", "abc", "test 1")

IDS = st.lists(st.sampled_from([f"own:{letter}" for letter in "abcdefgh"]), min_size=1, max_size=3, unique=True)
#: Which stored nodes have which of these ids.
STORED = st.dictionaries(st.sampled_from([f"City/own:{letter}" for letter in "abcdefgh"]), st.sampled_from("xyz"))
CITIES = st.sampled_from([f"City/own:{letter}" for letter in "abcde"])


def edition_of(records: Sequence[NodeRecord | FactRecord]) -> Edition:
    return Edition.of_records(HEADER, records, (), complete=True)


@given(st.lists(IDS, max_size=8), STORED)
def test_claims_that_share_an_id_are_one_group_in_the_order_of_the_rows(
    rows: list[list[str]], stored: Mapping[str, str]
) -> None:
    edition = edition_of(
        [NodeRecord(City(name="C"), tuple(ids), "s", f"row {number}") for number, ids in enumerate(rows)]
    )
    names = Names(edition.claims)
    names.learn(stored)
    groups: Groups[str] = Groups()
    for claim in edition.nodes:
        groups.join([*claim.references, *(f"={stored[name]}" for name in claim.references if name in stored)])
    expected: dict[str, tuple[list[int], dict[str, str]]] = {}
    for claim in edition.nodes:
        numbers, found = expected.setdefault(groups.find(claim.references[0]), ([], {}))
        numbers.append(claim.number)
        found |= {name: stored[name] for name in claim.references if name in stored}
    made = NodeGroups(edition.claims, edition.node_numbers, names)
    assert [(list(made[place].claims), list(made[place].existing)) for place in range(len(made))] == [
        (numbers, list(dict.fromkeys(found[name] for name in sorted(found)))) for numbers, found in expected.values()
    ]


@given(st.lists(st.tuples(CITIES, CITIES, st.booleans(), st.sampled_from(["", "2"])), max_size=12), st.booleans())
def test_claims_of_one_fact_are_one_group(facts: list[tuple[str, str, bool, str]], together: bool) -> None:
    ids = {f"City/own:{letter}": "n0" if together and letter in "ab" else f"n{letter}" for letter in "abcde"}
    ids["Organisation/own:o"] = "no"
    edition = edition_of(
        [
            FactRecord(
                TwinnedWith(start=start, end=end) if twin else MemberOf(start=start, end="Organisation/own:o"),
                "s",
                f"row {number}",
                spell,
            )
            for number, (start, end, twin, spell) in enumerate(facts)
        ]
    )
    names = Names(edition.claims)
    names.learn(ids)
    expected: dict[str, list[int]] = defaultdict(list)
    for claim in edition.facts:
        fact = StoredFact(claim.type, ids[claim.start], ids[claim.end], claim.part, claim.spell, ()).ordered()
        expected[fact.key].append(claim.number)
    groups = FactGroups(edition.claims, edition.fact_numbers, *names.ranked(edition.ends))
    made = [same for batch in groups.batches(3) for same in batch]
    found = {}
    for same in made:
        told_by = edition.claims.told_by.all[same.told_by]
        found[StoredFact(TYPES[same.type], same.start, same.end, *told_by, ()).key] = list(same.claims)
    assert found == expected
    assert [same.start for same in made] == sorted(same.start for same in made)


def test_an_end_that_names_nothing_is_an_error() -> None:
    edition = edition_of([FactRecord(TwinnedWith(start="City/own:a", end="City/own:b"), "s", "r")])
    with pytest.raises(KeyError, match="City/own:a"):
        Names(edition.claims).ranked(np.asarray(edition.ends))
