"""How old what an answer rests on is, without a database."""

from __future__ import annotations

from kg.queries.evidence import FactDetail
from kg.queries.provenance import ages
from kg.queries.results import Data, SourceData


def member(as_of: str | None, *sources: str) -> FactDetail:
    return FactDetail("k", "MEMBER_OF", "own:a", "own:b", None, None, as_of, None, sources)


def test_a_source_is_as_old_as_the_facts_that_it_alone_states() -> None:
    assert ages([member("2019", "polis"), member("2025-05", "polis"), member("2020", "emta")]) == {
        "polis": "2019 to May 2025",
        "emta": "2020",
    }


def test_a_fact_of_two_sources_or_without_a_date_says_nothing_of_their_age() -> None:
    assert ages([member("2019", "polis", "emta"), member(None, "emta")]) == {}


def test_an_answer_says_how_old_each_source_is_and_what_is_missing() -> None:
    data = Data(
        sources=(SourceData(id="emta", title="EMTA web site", age="2019"), SourceData(id="x", title="Another")),
        editions={},
        as_of="2026-11-29",
        facts=2,
        facts_without_since=0,
        completeness=("The graph has 25 of the 35 members that EMTA states.",),
    )
    said = [getattr(block, "text", "") for block in data.blocks(keys=False)]
    assert said == [
        "As of 2026-11-29. 2 facts used.",
        "Sources: EMTA web site (as of 2019); Another.",
        "The graph has 25 of the 35 members that EMTA states.",
    ]
