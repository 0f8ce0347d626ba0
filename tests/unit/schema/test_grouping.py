"""Which assertions speak of the same node: joining, parting again, and what becomes of the facts."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from kg.schema.grouping import Groups, StoredFact, StoredNode, new_id, regroup
from kg.schema.identity import check_id
from kg.schema.provenance import Assertion, compact


def node(id_: str, *called: tuple[str, ...], created: int = 0, label: str = "City") -> StoredNode:
    assertions = tuple(
        Assertion("s", f"{id_}/{number}", "scope@2020#a", compact({"v": {}, "e": "2020", "i": list(ids)}))
        for number, ids in enumerate(called)
    )
    return StoredNode(label, id_, created, assertions)


def fact(type_: str, start: str, end: str, names: tuple[str, str], row: str = "1") -> StoredFact:
    given_ = compact({"v": {}, "e": "2020", "f": names[0], "t": names[1]})
    return StoredFact(type_, start, end, "", "", (Assertion("s", row, "scope@2020#a", given_),)).ordered()


A = node("geonames:1", ("geonames:1",))
B = node("wikidata:Q2", ("wikidata:Q2",), created=1)
N = node("own:n", ("own:n",), label="Organisation")
LINK = node("x", ("geonames:1", "wikidata:Q2")).assertions[0]
JOINED_A = StoredNode("City", A.id, A.created, (*A.assertions, LINK))

member_a = fact("MEMBER_OF", A.id, N.id, ("City/geonames:1", "Organisation/own:n"), "ma")
member_b = fact("MEMBER_OF", B.id, N.id, ("City/wikidata:Q2", "Organisation/own:n"), "mb")
twins = fact("TWINNED_WITH", A.id, B.id, ("City/wikidata:Q2", "City/geonames:1"), "t")


def test_nodes_that_share_an_id_become_the_older_one() -> None:
    joined = regroup([B, JOINED_A], [member_a, member_b, twins])
    (one,) = joined.nodes
    assert (one.id, one.ids, len(one.assertions)) == ("geonames:1", ["geonames:1", "wikidata:Q2"], 3)
    facts = {f.relationship: f for f in joined.facts}
    assert facts.keys() == {"MEMBER_OF", "SELF_LOOP"}
    member, loop = facts["MEMBER_OF"], facts["SELF_LOOP"]
    assert (member.start, member.end, len(member.assertions)) == ("geonames:1", "own:n", 2)
    assert (loop.type, loop.start, loop.end) == ("TWINNED_WITH", "geonames:1", "geonames:1")


def test_what_joined_parts_again_when_the_link_goes() -> None:
    before = (member_a, member_b, twins)
    joined = regroup([JOINED_A, B], before)
    (one,) = joined.nodes
    unlinked = StoredNode(one.label, one.id, one.created, tuple(a for a in one.assertions if a != LINK))
    parted = regroup([unlinked], joined.facts, now=5)
    assert {n.id: n.ids for n in parted.nodes} == {A.id: A.ids, B.id: B.ids}
    assert {(f.start, f.end, f.key) for f in parted.facts} == {(f.start, f.end, f.key) for f in before}


def test_regrouping_what_is_grouped_changes_nothing() -> None:
    first = regroup([JOINED_A, B], [member_a, member_b])
    again = regroup(first.nodes, first.facts)
    assert (again.nodes, again.facts) == (first.nodes, first.facts)


def test_a_parted_node_does_not_take_an_id_that_is_taken() -> None:
    both = StoredNode("City", "geonames:1", 0, (*A.assertions, *B.assertions))
    parted = regroup([both], [], taken={"wikidata:Q2"})
    assert sorted(n.id for n in parted.nodes) == ["geonames:1", "own:city-wikidata-q2"]


def test_an_undirected_fact_keeps_the_smaller_id_first_when_its_ends_move() -> None:
    other = node("geonames:5", ("geonames:5",))
    link = node("y", ("geonames:5", "wikidata:Q2")).assertions[0]
    old = StoredNode("City", "geonames:5", -1, (*other.assertions, link))
    between = fact("TWINNED_WITH", "wikidata:Q2", "own:z", ("City/own:z", "City/wikidata:Q2"))
    assert (between.start, between.end) == ("own:z", "wikidata:Q2")
    (moved,) = regroup([old, B], [between]).facts
    assert (moved.start, moved.end) == ("geonames:5", "own:z")


def test_twins_said_in_both_directions_are_united() -> None:
    one = fact("TWINNED_WITH", A.id, "own:z", ("City/geonames:1", "City/own:z"), "1")
    other = fact("TWINNED_WITH", B.id, "own:z", ("City/own:z", "City/wikidata:Q2"), "2")
    (united,) = regroup([JOINED_A, B], [one, other]).facts
    assert (united.start, united.end, len(united.assertions)) == ("geonames:1", "own:z", 2)


def test_labels_never_join() -> None:
    region = node("wikidata:Q2x", ("wikidata:Q2",), label="Region")
    assert len(regroup([B, region], []).nodes) == 2


def test_a_node_that_nobody_asserts_stays_while_a_fact_touches_it() -> None:
    empty = StoredNode("City", "geonames:1", 0, ())
    assert regroup([empty], [member_a]).nodes == [empty]
    assert regroup([empty], []).nodes == []


def test_the_first_id_of_a_scheme_is_the_property_and_the_others_are_further() -> None:
    city = node(
        "geonames:10", ("geonames:10", "own:riga"), ("geonames:2", "wikidata:Q1"), ("wikidata:Q3", "geonames:2")
    )
    assert city.scalar_ids == {"geonames_id": "2", "wikidata_id": "Q1", "own_id": "riga"}
    assert city.further_ids == ["geonames:10", "wikidata:Q3"]
    assert city.canonical_reference == "City/geonames:2"


@given(st.lists(st.sets(st.integers(0, 8), min_size=1, max_size=3)))
def test_groups_are_the_connected_components(sets: list[set[int]]) -> None:
    groups: Groups[int] = Groups()
    for items in sets:
        groups.join(sorted(items))
    for one in range(9):
        reached = {one}
        while (more := reached.union(*(items for items in sets if items & reached))) != reached:
            reached = more
        assert {other for other in range(9) if groups.find(other) == groups.find(one)} == reached


@given(st.sets(st.sampled_from(["geonames:1", "wikidata:Q1", "own:a"]), min_size=1), st.integers(0, 3))
def test_a_new_id_is_valid_and_free(ids: set[str], number: int) -> None:
    taken: set[str] = set()
    for _ in range(number + 4):
        made = new_id("City", ids, taken)
        assert made not in taken
        assert check_id(made)
        taken.add(made)
