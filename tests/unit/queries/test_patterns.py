"""The list of path patterns, and how paths are put together, without a database."""

from __future__ import annotations

import doctest
import math

import pytest

from kg.queries import patterns
from kg.queries.path_results import PathNode
from kg.queries.paths import Route, join, specificity
from kg.queries.patterns import CLAUSES, STRONG, WEAK, between, flip, parse, signatures
from kg.schema.nodes import NODES
from kg.schema.relationships import FACTS

ALL = STRONG + WEAK


def test_every_fact_has_a_clause() -> None:
    assert CLAUSES.keys() == FACTS.keys()
    for clause in CLAUSES.values():
        assert clause.format(start="A", end="B", post="mayor").count("A") >= 1


@pytest.mark.parametrize("pattern", ALL, ids=lambda pattern: pattern.name)
def test_a_pattern_is_possible_short_and_can_be_found_from_the_ends(pattern: patterns.Pattern) -> None:
    assert 2 <= len(pattern.steps) <= 4
    assert any(between([pattern], start, end) for start in NODES for end in NODES)
    for signature in signatures(pattern):
        ahead, behind = signature[1].endswith(">"), flip(signature)[1].endswith(">")
        match len(signature):
            case 3:
                assert ahead or behind
            case 4:
                assert ahead
                assert behind


@pytest.mark.parametrize("pattern", [one for one in ALL if one.sentence], ids=lambda pattern: pattern.name)
def test_a_sentence_names_every_node(pattern: patterns.Pattern) -> None:
    assert pattern.sentence is not None
    names = [f"<{place}>" for place in range(len(pattern.steps) + 1)]
    sentence = pattern.sentence.format(*names)
    assert all(name in sentence for name in names)


def test_no_pattern_stands_twice() -> None:
    names = [one.name for pattern in ALL for one in {pattern, pattern.backwards} if one]
    assert len(set(names)) == len(names)


def test_a_pattern_and_its_reading_from_the_other_end() -> None:
    served = parse("<SERVES MEMBER_OF>", "{0} is served by {1}, a member of {2}")
    assert served.backwards == parse("<MEMBER_OF SERVES>", "{2} is served by {1}, a member of {0}")
    assert parse("MEMBER_OF> <MEMBER_OF").backwards is None
    assert [one.name for one in between([served], "City", "Organisation")] == ["<SERVES MEMBER_OF>"]
    assert [one.name for one in between([served], "Organisation", "Region")] == ["<MEMBER_OF SERVES>"]
    assert between([served], "City", "City") == []


def test_the_directions_of_a_twinning() -> None:
    assert set(signatures(parse("-TWINNED_WITH- PARTICIPATES_IN>"))) == {
        ("TWINNED_WITH>", "PARTICIPATES_IN>"),
        ("<TWINNED_WITH", "PARTICIPATES_IN>"),
    }
    for signature in signatures(parse("-TWINNED_WITH- -TWINNED_WITH-")):
        assert flip(flip(signature)) == signature


@pytest.mark.parametrize("text", ["MEMBER_OF", "KNOWS>", "<MEMBER_OF>", "MEMBER_OF-", "-->"])
def test_what_is_no_step_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="not a step"):
        parse(text)


def test_halves_join_where_they_meet() -> None:
    ahead = [
        Route(("<SERVES", "MEMBER_OF>"), ("bus", "emta"), ("1", "2")),
        Route(("<SERVES", "MEMBER_OF>"), ("bus", "polis"), ("1", "3")),
    ]
    behind = [Route(("<SERVES", "MEMBER_OF>"), ("tram", "emta"), ("5", "4"))]
    whole = ("<SERVES", "MEMBER_OF>", "<MEMBER_OF", "SERVES>")
    (route,) = join(ahead, behind, {whole})
    assert route == Route(whole, ("bus", "emta", "tram"), ("1", "2", "4", "5"))
    assert route.is_simple("riga", "espoo")
    assert not route.is_simple("riga", "bus")
    assert join(ahead, behind, set()) == []


def test_specificity_is_the_product_over_the_inner_nodes() -> None:
    small, large = (PathNode(id="a", label="Event", name="A", facts=facts) for facts in (2, 10_000))
    assert specificity([]) == 1
    assert specificity([small]) == 1 / math.log(3)
    assert specificity([small, large]) == pytest.approx(1 / (math.log(3) * math.log(10_001)))
    assert specificity([small, small, small]) > specificity([large])


def test_the_examples_in_the_documentation() -> None:
    assert doctest.testmod(patterns).failed == 0
