"""Values follow from assertions alone: by authority, then age, whatever the order in which sources were loaded."""

from __future__ import annotations

import itertools
import json
import random
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kg.schema.provenance import (
    AUTHORITIES,
    Assertion,
    Source,
    compact,
    derive,
    fingerprint,
    from_lists,
    rank,
    to_lists,
)

TRUSTED = {name: name for name in AUTHORITIES}


def said(
    source: str = "publisher",
    row: str = "1",
    *,
    edition: str = "2020",
    missing: str = "",
    scope: str = "scope",
    **values: object,
) -> Assertion:
    given_ = {"v": values, "e": edition, "i": ["own:x"]}
    return Assertion(source, row, f"{scope}@{edition}#abc", compact(given_), missing)


editions = st.sampled_from(["2019", "2020", "2020-05"])
assertions = st.builds(
    lambda source, row, edition, missing, values: said(source, row, edition=edition, missing=missing, **values),
    st.sampled_from(AUTHORITIES),
    st.sampled_from("ab"),
    editions,
    st.sampled_from(["", "2021", "2022"]),
    st.fixed_dictionaries(
        {},
        optional={
            "name": st.sampled_from(["Riga", "Rīga", "Rēga"]),
            "names": st.lists(st.sampled_from(["Riga", "Ryga"]), min_size=1),
            "population": st.integers(1, 3),
            "as_of": editions,
            "location": st.just([1.0, 2.0]),
        },
    ),
)
some = st.lists(assertions, max_size=6, unique_by=lambda assertion: assertion.identity)


@given(some, st.randoms(use_true_random=False))
def test_values_do_not_depend_on_order(given_: list[Assertion], chance: random.Random) -> None:
    mixed = list(given_)
    chance.shuffle(mixed)
    assert derive(mixed, TRUSTED) == derive(given_, TRUSTED)
    assert fingerprint(mixed) == fingerprint(given_)
    assert rank(mixed, TRUSTED) == rank(given_, TRUSTED)
    assert to_lists(mixed) == to_lists(given_)


@given(some)
def test_every_shown_value_was_given_by_someone(given_: list[Assertion]) -> None:
    shown = derive(given_, TRUSTED)
    for name in ("name", "population", "location", "as_of"):
        if name in shown:
            assert shown[name] in [assertion.values.get(name) for assertion in given_]
    assert ("ended" in shown) == bool(given_ and all(assertion.missing for assertion in given_))
    assert shown.get("name") not in shown.get("names", [])
    assert shown.get("names") != []


@given(some)
def test_lists_are_parallel_and_can_be_read_back(given_: list[Assertion]) -> None:
    lists = to_lists(given_)
    assert {len(column) for column in lists.values()} == {len(given_)}
    assert sorted(from_lists(lists), key=repr) == sorted(given_, key=repr)
    assert [*zip(lists["sources"], lists["rows"], strict=True)] == sorted(
        zip(lists["sources"], lists["rows"], strict=True)
    )


@pytest.mark.parametrize(("better", "worse"), [*itertools.pairwise(AUTHORITIES)])
def test_authority_comes_before_age(better: str, worse: str) -> None:
    assert derive([said(worse, edition="2026", population=1), said(better, edition="1990", population=2)], TRUSTED) == {
        "population": 2
    }


def test_among_equals_the_newer_statement_is_shown() -> None:
    authorities = {"a": "publisher", "b": "publisher"}
    old, new = said("a", edition="2026", as_of="2019", population=1), said("b", edition="2020", population=2)
    assert derive([old, new], authorities)["population"] == 2


def test_what_is_still_listed_comes_before_what_is_gone() -> None:
    gone = said("person", population=1, missing="2021")
    assert derive([gone, said("aggregator", population=2)], TRUSTED) == {"population": 2}
    assert derive([gone], TRUSTED) == {"population": 1, "ended": "2021"}


def test_a_fact_ended_when_the_last_source_dropped_it() -> None:
    both = [said("network", missing="2019"), said("publisher", missing="2021-03")]
    assert derive(both, TRUSTED)["ended"] == "2021-03"


def test_each_value_comes_from_the_first_who_has_one() -> None:
    assert derive([said("network", role="full"), said("aggregator", role="x", since="2001")], TRUSTED) == {
        "role": "full",
        "since": "2001",
    }


def test_names_that_lost_become_alternate_names() -> None:
    shown = derive(
        [said("network", name="Riga", names=["Рига"]), said("aggregator", name="Rīga", names=["Riga", "Ryga"])], TRUSTED
    )
    assert (shown["name"], shown["names"]) == ("Riga", ["Ryga", "Rīga", "Рига"])


def test_the_age_is_the_newest_that_rows_give_and_none_when_an_edition_dates_one() -> None:
    rows = [said("network", as_of="2019"), said("aggregator", as_of="2020-05")]
    assert derive(rows, TRUSTED)["as_of"] == "2020-05"
    assert "as_of" not in derive([*rows, said("publisher")], TRUSTED)
    assert derive([*rows, said("publisher", missing="2021")], TRUSTED)["as_of"] == "2020-05"


def test_nothing_asserted_shows_nothing() -> None:
    assert derive([], TRUSTED) == {}
    assert fingerprint([]) == 0


@given(some)
def test_a_fingerprint_has_40_bits(given_: list[Assertion]) -> None:
    assert 0 <= fingerprint(given_) < 2**40


def test_a_fingerprint_follows_what_is_said_and_not_when() -> None:
    one = said(population=1)
    assert fingerprint([one]) == fingerprint([said(population=1, edition="2026")])
    others = [
        said(population=2),
        said("network", population=1),
        said(row="2", population=1),
        said(population=1, missing="2021"),
        said(population=1, scope="other"),
        replace(one, given=one.given.replace("own:x", "own:y")),
    ]
    assert len({fingerprint([other]) for other in [one, *others]}) == 7


def test_the_date_of_a_value_moves_only_with_the_value() -> None:
    first = said(population=1, edition="2019")
    again = first.said_again(said(population=1, edition="2020"))
    assert again == first
    changed = first.said_again(said(population=2, edition="2021"))
    assert (changed.dated, changed.values, changed.load) == ("2021", {"population": 2}, first.load)


def test_what_left_keeps_the_date_on_which_it_left_and_may_come_back() -> None:
    gone = said(population=1).gone("2021")
    assert gone.missing == "2021"
    assert gone.gone("2022") == gone
    assert gone.said_again(said(population=1, edition="2023")) == said(population=1)


def test_identity_stays_from_edition_to_edition() -> None:
    assert said(population=1, edition="2019").identity == said(population=2, edition="2020", missing="2021").identity
    assert said().identity != said(scope="other").identity
    assert said().scope == "scope"


def test_a_source_has_an_authority_that_there_is() -> None:
    with pytest.raises(ValueError, match="authority 'king' is none of person, network"):
        Source("x", "X", "X", "", "", "king")


def test_of_a_span_that_cannot_be_the_more_trusted_end_is_shown() -> None:
    begins = said("network", "n", since="2010")
    ended = said("publisher", "p", until="2008")
    assert derive([begins, ended], TRUSTED) == {"since": "2010"}
    assert derive([said("network", "n", until="2008"), said("publisher", "p", since="2010")], TRUSTED) == {
        "until": "2008"
    }
    assert derive([begins, said("publisher", "p", until="2010-06")], TRUSTED) == {"since": "2010", "until": "2010-06"}


texts = st.text(max_size=8) | st.sampled_from([',"v":', '"i":[', '\\"', "\x00\x7f\u2028é", '{"e":"'])
json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.characters() | texts,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
    max_leaves=8,
)


@given(json_values)
def test_compact_is_what_the_standard_library_writes(value: object) -> None:
    assert compact(value) == json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


@given(
    st.dictionaries(
        texts, st.floats(allow_nan=False) | st.integers() | texts | st.lists(texts, max_size=2), max_size=3
    ),
    st.fixed_dictionaries({"i": st.lists(texts, min_size=1, max_size=3)})
    | st.fixed_dictionaries({"f": texts, "t": texts}),
    st.booleans(),
)
def test_names_and_values_are_cut_out_of_what_was_given(
    values: dict[str, object], names: dict[str, object], is_compact: bool
) -> None:
    everything = {"v": values, "e": "2020-05", **names}
    one = Assertion("list", "1", "scope@2020-05#abc", compact(everything) if is_compact else json.dumps(everything))
    assert one.texts == (compact(names), compact(values))
    assert (one.names, one.values) == (names, values)


def test_the_same_values_in_other_words_of_json_are_said_again() -> None:
    before = said(population=1)
    again = replace(said(edition="2021", population=1), given='{"v": {"population": 1}, "e": "2021", "i": ["own:x"]}')
    assert before.said_again(again) == before
    assert before.gone("2021").said_again(again) == before


@given(
    st.fixed_dictionaries(
        {"name": st.sampled_from(["Riga", "Rīga"])},
        optional={
            "names": st.lists(st.sampled_from(["Riga", "Rīga", "Рига"])),
            "location": st.just([24.1, 56.9]),
            "as_of": st.sampled_from(["2019", "2020-05"]),
            "start": st.sampled_from(["2001", "2010"]),
            "end": st.sampled_from(["2005", "2020"]),
            "population": st.integers(0, 3),
        },
    )
)
def test_what_one_source_says_is_shown_as_what_two_say_alike(values: dict[str, object]) -> None:
    one, other = (
        Assertion(source, "1", "scope@2020#abc", compact({"v": values, "e": "2020", "i": ["own:a"]})) for source in "ab"
    )
    authorities = {"a": "network", "b": "network"}
    assert derive([one], authorities) == derive([one, other], authorities)
