"""Ids, references and keys: what names a thing, and that it always names the same one."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kg.schema.identity import (
    SCHEME_PROPERTIES,
    SCHEMES,
    best_first,
    check_id,
    fact_key,
    reference,
    references_of,
    slug,
    split_reference,
)

ids = st.one_of(
    st.integers(1, 10**9).map(lambda number: f"geonames:{number}"),
    st.integers(1, 10**9).map(lambda number: f"wikidata:Q{number}"),
    st.text("abc-", min_size=1, max_size=5).map(lambda code: f"own:a{code}"),
    st.text("0123456789", min_size=1, max_size=9).map(lambda code: f"pic:{code}"),
)


@pytest.mark.parametrize(
    "text",
    [
        "geonames:456172",
        "wikidata:Q1773",
        "iso:LV",
        "own:cemr",
        "lau:LV0001000",
        "nuts:LV00",
        "gcom:LV0001",
        "cordis:101",
        "pic:999",
    ],
)
def test_ids_in_every_scheme(text: str) -> None:
    assert check_id(text) == text


@pytest.mark.parametrize(
    "text",
    [
        "",
        "456172",
        "geonames:",
        "geonames:0456",
        "geonames:12a",
        "geonames:-1",
        "geonames:１２３",
        "geonames:1２３",
        "geonames:456172\n",
        "wikidata:1773",
        "wikidata:q1773",
        "wikidata:Q0",
        "wikidata:Q１",
        "iso:lv",
        "iso:LVA",
        "own:Riga",
        "own:a b",
        "own:",
        "lau:a\x00b",
        "lau: 1",
        "lau:1 ",
        "lau:a\x7fb",
        "lau:a\x85b",
        "lau:" + "1" * 121,
        "isni:1",
        "Geonames:1",
        " geonames:1",
    ],
)
def test_what_is_no_id_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="is not an id"):
        check_id(text)


def test_every_scheme_has_a_property_of_its_own() -> None:
    assert set(SCHEMES) == set(SCHEME_PROPERTIES)
    assert len(set(SCHEME_PROPERTIES.values())) == len(SCHEMES)


@given(st.lists(ids))
def test_the_order_of_ids_does_not_depend_on_how_they_come(some: list[str]) -> None:
    ordered = best_first(some)
    assert ordered == best_first(reversed(some))
    assert set(ordered) == set(some)
    ranks = [SCHEMES.index(id_.partition(":")[0]) for id_ in ordered]
    assert ranks == sorted(ranks)


@given(st.sets(st.integers(1, 10**10 - 1), min_size=1))
def test_numbers_come_in_numerical_order(numbers: set[int]) -> None:
    assert best_first(f"geonames:{number}" for number in numbers) == [
        f"geonames:{number}" for number in sorted(numbers)
    ]


def test_a_reference_can_be_read_back() -> None:
    assert split_reference(reference("City", "lau:a/b")) == ("City", "lau:a/b")


codes = st.one_of(
    st.text(max_size=6),
    st.text("019Qaz:._/- \n\x7f", max_size=6),
    st.sampled_from(["456172", "0456172", "Q1773", "LV", "a" * 120, "a" * 121, "9" * 10, "9" * 11]),
)


@given(
    st.sampled_from(("City", "Region", "Town")), st.sampled_from((*SCHEMES, "", "osm")), st.sampled_from(":/"), codes
)
def test_the_pattern_of_references_takes_what_is_an_id_of_its_schemes(
    label: str, scheme: str, colon: str, code: str
) -> None:
    schemes = {"City": ("geonames", "lau", "own"), "Region": SCHEMES}
    id_ = f"{scheme}{colon}{code}"
    try:
        is_one = check_id(id_).partition(":")[0] in schemes.get(label, ())
    except ValueError:
        is_one = False
    assert bool(references_of(schemes).fullmatch(f"{label}/{id_}")) == is_one


@given(ids, ids)
def test_only_an_undirected_key_is_the_same_in_both_directions(start: str, end: str) -> None:
    there = fact_key("TWINNED_WITH", start, end, undirected=True)
    assert there == fact_key("TWINNED_WITH", end, start, undirected=True)
    assert re.fullmatch(r"[0-9a-f]{24}", there)
    if start != end:
        assert fact_key("MEMBER_OF", start, end) != fact_key("MEMBER_OF", end, start)


def test_everything_that_tells_facts_apart_is_in_the_key() -> None:
    keys = {
        fact_key("MEMBER_OF", "a", "b"),
        fact_key("SERVES", "a", "b"),
        fact_key("MEMBER_OF", "a", "c"),
        fact_key("MEMBER_OF", "c", "b"),
        fact_key("MEMBER_OF", "a", "b", spell="2"),
        fact_key("MEMBER_OF", "a", "b", part="2"),
        fact_key("MEMBER_OF", "a", "b", part="2", spell="2"),
    }
    assert len(keys) == 7


@given(st.text())
def test_a_slug_is_a_code_of_our_own_or_nothing(text: str) -> None:
    code = slug(text)
    assert slug(code) == code
    assert not code or check_id(f"own:{code}")
