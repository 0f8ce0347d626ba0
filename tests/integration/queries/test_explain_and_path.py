"""Explanations and paths on the small graph."""

from __future__ import annotations

import itertools
import math

import pytest

from kg.database.connection import Connection
from kg.errors import KgError
from kg.queries.explain import explain
from kg.queries.kinds.kind import Weights
from kg.queries.kinds.names import KINDS
from kg.queries.kinds.shapes import Shape
from kg.queries.path_results import Path, Paths
from kg.queries.paths import path
from kg.queries.patterns import WEAK_LABELS
from kg.queries.recommend import recommend

pytestmark = pytest.mark.integration

TODAY = "2026-11-22"


def paths(graph: Connection, start: str, end: str, top: int = 100) -> Paths:
    return path(graph, start, end, as_of=TODAY, top=top)


def patterns(found: Paths) -> list[str]:
    return [one.pattern for one in found.paths]


@pytest.mark.parametrize("kind", KINDS)
def test_explain_says_what_recommend_says(graph: Connection, kind: str) -> None:
    answer = recommend(graph, "Riga", kind=kind, as_of=TODAY, top=5, include_existing=True)
    assert answer.recommendations
    for row in answer.recommendations:
        explanation = explain(graph, "Riga", row.partner.id, kind=kind, as_of=TODAY, top=3)
        assert (explanation.score, explanation.terms) == (row.score, row.terms)


def test_that_the_two_work_together_already_is_set_aside(graph: Connection) -> None:
    """Riga has one twin town in Germany: Rostock, which is not what speaks for Rostock."""
    one_twin = Weights(terms={"own_twins_there": Shape(at=(0.0, 9.0), worth=(0.0, 9.0))})
    explanation = explain(graph, "Riga", "Rostock", kind="twinning", as_of=TODAY, weights=one_twin)
    assert explanation.terms == ()
    explanation = explain(graph, "Riga", "Aachen", kind="twinning", as_of=TODAY, weights=one_twin)
    assert [term.sentence for term in explanation.terms] == ["Riga already has one twin town in Germany: Rostock."]
    assert explanation.terms[0].evidence == ("t-riga-rostock",)


def test_explain_of_two_that_share_nothing(graph: Connection) -> None:
    shared = Weights(terms={"shared_networks": Shape(at=(0.0, 9.0), worth=(0.0, 9.0))})
    explanation = explain(graph, "own:gozo", "own:lonely", as_of=TODAY, weights=shared)
    assert (explanation.score, explanation.terms, explanation.paths) == (0, (), ())
    assert "Nothing in the graph speaks for or against it" in str(explanation)


def test_a_path_through_something_small_comes_first(graph: Connection) -> None:
    found = paths(graph, "Riga", "Espoo")
    small, large = patterns_through(found, "own:eurocities"), patterns_through(found, "own:covenant")
    assert small < large
    assert [one.specificity for one in found.paths] == sorted((one.specificity for one in found.paths), reverse=True)
    for one in found.paths:
        assert one.specificity == math.prod(1 / math.log(1 + node.facts) for node in one.nodes[1:-1])


def patterns_through(found: Paths, node: str) -> int:
    return next(rank for rank, one in enumerate(found.paths) if len(one.nodes) == 3 and one.nodes[1].id == node)


def test_paths_of_every_length_with_their_sentences(graph: Connection) -> None:
    found = {one.sentence for one in paths(graph, "Riga", "Espoo").paths}
    assert {
        "Riga and Espoo are both members of EUROCITIES.",
        "Riga and Espoo have both taken part in THEN.",
        "Riga is a member of Culture Forum; Culture Forum is part of EUROCITIES; Espoo is a member of EUROCITIES.",
        "Florence is twinned with Riga; Florence has taken part in THEN; Espoo has taken part in THEN, as of 2017.",
        "Anna Ozola, who has a post at Riga, and Bert Virtanen, who has one at Espoo, both took part in Smart City Congress.",
        "Riga and Espoo are served by members of European Metropolitan Transport Authorities: Riga by Rīgas satiksme, Espoo by Helsinki Region Transport, as of 2019.",
    } <= found


def test_the_facts_of_a_path_exist_and_join_its_nodes(graph: Connection) -> None:
    for start, end in (("Riga", "Espoo"), ("Anna Ozola", "EMTA"), ("Rostock", "Köln"), ("HEAT ONE", "EUROCITIES")):
        for one in paths(graph, start, end).paths:
            check(graph, one)


def check(graph: Connection, one: Path) -> None:
    assert len(one.relationships) == len(one.nodes) - 1
    assert len({node.id for node in one.nodes}) == len(one.nodes)
    for (before, after), fact in zip(itertools.pairwise(one.nodes), one.relationships, strict=True):
        assert {before.id, after.id} == {fact.start, fact.end}
        rows = graph.run_read(
            "MATCH (a {id: $start})-[r {key: $key}]->(b {id: $end}) RETURN type(r) AS type",
            {"start": fact.start, "end": fact.end, "key": fact.key},
        )
        assert rows == [{"type": fact.type}]


def test_a_path_reads_the_same_from_the_other_end(graph: Connection) -> None:
    for start, end in (("Riga", "Espoo"), ("Riga", "Kyiv"), ("Anna Ozola", "Espoo"), ("EUROCITIES", "Tallinn")):
        there, back = paths(graph, start, end), paths(graph, end, start)
        assert {tuple(fact.key for fact in one.relationships) for one in there.paths} == {
            tuple(fact.key for fact in reversed(one.relationships)) for one in back.paths
        }


def test_a_country_joins_two_only_when_nothing_else_does(graph: Connection) -> None:
    strong = paths(graph, "Riga", "Espoo")
    assert not any(one.weak for one in strong.paths)
    assert not any(node.label in WEAK_LABELS for one in strong.paths for node in one.nodes[1:-1])
    last_resort = paths(graph, "Rostock", "Köln")
    assert [one.sentence for one in last_resort.paths] == ["Rostock and Köln both lie in Germany."]
    assert last_resort.paths[0].weak
    assert "Only weak connections" in str(last_resort)


def test_a_direct_fact_comes_first(graph: Connection) -> None:
    found = paths(graph, "Riga", "Rostock")
    assert found.paths[0].sentence == "Rostock is twinned with Riga."
    assert found.paths[0].specificity == 1
    assert not found.paths[0].weak


def test_any_two_things(graph: Connection) -> None:
    assert "HOLDS_POST> <SERVES MEMBER_OF>" in patterns(paths(graph, "Anna Ozola", "emta"))
    assert "HOLDS_POST> MEMBER_OF>" in patterns(paths(graph, "Anna Ozola", "EUROCITIES"))
    assert "TOOK_PART_IN> <TOOK_PART_IN" in patterns(paths(graph, "Anna Ozola", "Bert Virtanen"))
    assert "LOCATED_IN" in patterns(paths(graph, "Riga", "Latvia"))
    assert "FUNDED_BY> <FUNDED_BY" not in patterns(paths(graph, "HEAT ONE", "THEN"))  # Riga is in both
    (anna,) = [one for one in paths(graph, "Anna Ozola", "Riga").paths if one.pattern == "HOLDS_POST"]
    assert anna.sentence == "Anna Ozola is deputy mayor at Riga."


def test_what_was_not_true_is_no_path(graph: Connection) -> None:
    today = paths(graph, "Riga", "Reims")
    assert not any("EUROCITIES" in one.sentence for one in today.paths)
    then = path(graph, "Riga", "Reims", as_of="2005", top=100)
    assert any("EUROCITIES" in one.sentence for one in then.paths)


def test_only_so_many_paths(graph: Connection) -> None:
    assert len(paths(graph, "Riga", "Espoo", top=2).paths) == 2
    assert paths(graph, "Riga", "Espoo", top=2).paths == paths(graph, "Riga", "Espoo").paths[:2]


def test_questions_that_make_no_sense(graph: Connection) -> None:
    with pytest.raises(KgError, match="give two different ones"):
        paths(graph, "Riga", "Rīga")
    with pytest.raises(KgError, match=r"not a city or region: own:eurocities .* `kg path`"):
        explain(graph, "Riga", "EUROCITIES", as_of=TODAY)
    with pytest.raises(KgError, match="between 1 and 1000"):
        paths(graph, "Riga", "Espoo", top=0)
