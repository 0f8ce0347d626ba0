"""Consortia on the small graph, by the library and as a user runs the command, against every set of its candidates."""

from __future__ import annotations

import csv
import io
import json
import math
from collections.abc import Callable
from itertools import combinations, permutations

import numpy as np
import pytest
from click.testing import CliRunner, Result

from kg.cli import main, root
from kg.database.connection import Connection
from kg.errors import KgError
from kg.graph import KnowledgeGraph
from kg.queries.consortium_results import Consortium
from kg.queries.pairs import score_pairs

pytestmark = pytest.mark.integration

TODAY = "2026-11-22"
RIGA, ESPOO, TALLINN, AACHEN = "geonames:456172", "geonames:660129", "geonames:588409", "geonames:3247449"
REIMS, KYIV = "geonames:2984114", "geonames:703448"
#: Left out, so that what remains can be counted.
TOWNS = tuple(f"own:town-{number}" for number in range(60))
SMALL = {"theme": "heat", "rule": "horizon-ria", "without": TOWNS, "as_of": TODAY}

Run = Callable[..., Result]


@pytest.fixture(scope="module")
def knowledge(graph: Connection) -> KnowledgeGraph:
    return KnowledgeGraph(graph)


@pytest.fixture
def run(graph: Connection, kg_environment: dict[str, str]) -> Run:
    return lambda *arguments: CliRunner().invoke(root, list(arguments))


@pytest.fixture(scope="module")
def four(knowledge: KnowledgeGraph) -> Consortium:
    return knowledge.consortium("Riga", size=4, including=["Espoo"], theme_members=3, **SMALL)


def test_no_set_of_its_candidates_is_better(four: Consortium, graph: Connection) -> None:
    """Every set of four with Riga and Espoo, from three countries, three of them on the theme."""
    on_theme = {RIGA, REIMS, TALLINN, ESPOO, KYIV}  # Espoo by its transport authority
    rows = graph.run_read(
        "MATCH (n:City|Region) WHERE n.population > 0 RETURN n.id AS id, n.country AS country, n.dissolved AS d"
    )
    country = {row["id"]: row["country"] for row in rows if row["id"] not in TOWNS and row["d"] is None}
    best = -math.inf
    pairs = list(permutations(country, 2))
    one_way = dict(zip(pairs, score_pairs(graph, pairs, kind="project", as_of=TODAY), strict=True))
    # As the lead would be recommended the other; for two others the mean of both ways.
    scores = {
        (one, other): one_way[RIGA, one if other == RIGA else other]
        if RIGA in (one, other)
        else (one_way[one, other] + one_way[other, one]) / 2
        for one, other in combinations(sorted(country), 2)
    }
    for others in combinations(sorted(country.keys() - {RIGA, ESPOO}), 2):
        members = sorted({RIGA, ESPOO, *others})
        # Riga and Espoo are in the Union, and so is everything here but Kyiv, Lonely (associated) and the one in Kosovo.
        if len(on_theme & set(members)) >= 3 and len({country[member] for member in members}) >= 3:
            best = max(best, sum(scores[pair] for pair in combinations(members, 2)))
    assert four.proven
    assert four.gap == 0
    assert four.value == pytest.approx(best)


def test_what_an_answer_holds(four: Consortium) -> None:
    assert [member.role for member in four.members].count("lead") == 1
    lead, *others = four.members
    assert (lead.partner.id, lead.score, lead.terms) == (RIGA, None, ())
    assert {member.partner.id: member.role for member in others}[ESPOO] == "asked for"
    assert sum(member.contribution for member in four.members) == pytest.approx(2 * four.value)
    for member in others:
        assert member.score == pytest.approx(sum(term.value for term in member.terms))
        assert len(member.alternatives) == 2
        assert "in the European Union" in member.conditions or member.partner.country in ("UA", "CH", "XK")
        for one in member.alternatives:
            assert one.change == pytest.approx(one.value - four.value)
            assert one.partner.id not in {other.partner.id for other in four.members}
            # Only of a seat that was not free to choose can another be better.
            assert member.role == "asked for" or one.change <= 1e-9
    assert [reason.sentence for reason in lead.theme] == [
        "Riga took part in HEAT ONE (2020 to 2022), a project about Heat planning."
    ]
    espoo = next(member for member in others if member.partner.id == ESPOO)
    assert [reason.sentence for reason in espoo.theme] == [
        "Espoo is served by Helsinki Region Transport, which takes part in HEAT TWO (since 2021), a project about Heat planning."
    ]
    assert espoo.theme[0].evidence == ("p-hsl-heat", "a-two-heat", "s-hsl-espoo")
    asked = {condition.asked: condition for condition in four.conditions}
    assert len(asked["at least 3 on Heat planning"].members) >= 3
    assert four.rule.id == "horizon-ria"
    assert four.data.facts > 0
    assert four.data.sources
    assert four.query.theme.name == "Heat planning"
    assert four.refused is None


def test_the_same_question_has_the_same_answer(four: Consortium, knowledge: KnowledgeGraph) -> None:
    assert knowledge.consortium("Riga", size=4, including=["Espoo"], theme_members=3, **SMALL) == four


def test_as_many_as_possible_on_the_theme(knowledge: KnowledgeGraph) -> None:
    found = knowledge.consortium("Riga", size=5, theme_members="most", **SMALL)
    assert found.query.theme_members == 5
    assert {member.partner.id for member in found.members} == {RIGA, REIMS, TALLINN, ESPOO, KYIV}


def test_paired_already(knowledge: KnowledgeGraph) -> None:
    asked = {**SMALL, "rule": "netzerocities-twinning", "theme_members": 0}
    found = knowledge.consortium("Riga", size=3, **asked)
    assert KYIV not in {member.partner.id for member in found.members}
    with pytest.raises(KgError, match="Riga and Kyiv are, and both must be members"):
        knowledge.consortium("Riga", size=3, including=["Kyiv"], **asked)
    assert found.refused is not None
    assert "Vidzeme is not a city" in {partner.because for partner in found.refused.partners}


def test_another_scorer_may_be_given(graph: Connection) -> None:
    from kg.queries.consortium import consortium

    def by_name(pairs: object, *, kind: str) -> np.ndarray:
        assert kind == "twinning"
        assert isinstance(pairs, list)
        return np.array([np.nan if REIMS in pair else 10.0 if AACHEN in pair else 1.0 for pair in pairs])

    found = consortium(
        graph,
        "Riga",
        "Heat planning",
        "horizon-ia",
        3,
        score_pairs=by_name,
        kind="twinning",
        without=TOWNS,
        as_of=TODAY,
    )
    ids = {member.partner.id for member in found.members}
    assert AACHEN in ids
    assert REIMS not in ids, "of which no score is known"
    assert found.value == 21
    with pytest.raises(KgError, match="Reims .* cannot be scored"):
        consortium(
            graph,
            "Riga",
            "own:heat",
            "horizon-ia",
            3,
            score_pairs=by_name,
            kind="twinning",
            including="Reims",
            as_of=TODAY,
        )


def test_a_lead_that_nothing_joins_to_anybody(knowledge: KnowledgeGraph) -> None:
    found = knowledge.consortium("Lonely", theme="own:heat", rule="horizon-ria", size=4, as_of=TODAY)
    assert found.proven
    assert "Lonely" in str(found)


def test_the_command(run: Run) -> None:
    arguments = [
        "consortium",
        "--lead",
        "Riga",
        "--theme",
        "heat",
        "--rule",
        "horizon-ria",
        "--size",
        "4",
        "--as-of",
        TODAY,
    ]
    table = run(*arguments, "--with", "Espoo")
    assert table.exit_code == 0, table.output
    for text in ("A consortium of 4 led by Riga, LV", "Asked for.", "Proven: no other set", "at least 3 countries"):
        assert text in table.stdout
    assert "Rule as of 2026-11-25, from https://eur-lex.europa.eu/eli/reg/2021/695/oj" in table.stdout
    answer = json.loads(run(*arguments, "--format", "json").stdout)
    assert answer["proven"] is True
    assert answer["rule"]["checked_on"]
    assert Consortium.model_validate(answer).value == answer["value"]
    rows = list(csv.DictReader(io.StringIO(run(*arguments, "--format", "csv").stdout)))
    assert {row["what"] for row in rows} >= {"theme", "condition", "tie", "alternative"}
    assert sorted({row["seat"] for row in rows}) == ["1", "2", "3", "4"]


def test_a_search_that_is_cut_short_says_so(run: Run) -> None:
    arguments = [
        "consortium",
        "--lead",
        "Riga",
        "--theme",
        "heat",
        "--rule",
        "horizon-ria",
        "--size",
        "7",
        "--as-of",
        TODAY,
    ]
    cut = run(*arguments, "--time-limit", "0")
    assert cut.exit_code == 0, cut.output
    assert "Not proven to be the best" in cut.stdout
    assert "gap" in cut.stdout


LEAD, RULE, SIZE, THEME = ("--lead", "Riga"), ("--rule", "horizon-ria"), ("--size", "4"), ("--theme", "heat")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ([*RULE, *SIZE, *THEME, "--lead", "Rgia"], "geonames:456172  Riga, LV"),
        ([*RULE, *SIZE, *THEME, "--lead", "EUROCITIES"], "not a city or region"),
        (
            [*LEAD, *RULE, *SIZE, "--theme", "fishing"],
            "No theme in the graph fits 'fishing'. There are:\n  own:heat  Heat planning",
        ),
        ([*LEAD, *RULE, *SIZE, "--theme", ""], "No theme in the graph fits"),
        ([*LEAD, *RULE, *SIZE, *THEME, "--without", "Rīga"], "Riga cannot lead and be left out"),
        ([*LEAD, *RULE, *SIZE, *THEME, "--with", "Espoo", "--without", "Esbo"], "Espoo cannot be asked for"),
        ([*LEAD, *RULE, *SIZE, *THEME, "--with", "Espoo", "--with", "Esbo"], "Espoo is named twice"),
        ([*LEAD, *RULE, *SIZE, *THEME, "--with", "Riga"], "Riga is the lead already"),
        (
            [*LEAD, *RULE, *SIZE, *THEME, "--without", "Espoo", "--without", "Esbo"],
            "named twice among those to be left out",
        ),
        ([*LEAD, *RULE, *SIZE, *THEME, "--with", "Altstadt"], "Altstadt cannot be a member"),
        ([*LEAD, *RULE, *THEME, "--size", "90"], "there are only 40 candidates"),
        (
            [*LEAD, *RULE, *THEME, "--size", "3", "--with", "Espoo", "--with", "Tallinn", "--with", "Reims"],
            "has no room for the lead and 3 more",
        ),
        (
            [*LEAD, *RULE, *THEME, "--size", "3", "--with", "Vidzeme"],
            "beside the 2 members named, a consortium of 3 can have only 2 countries",
        ),
        (
            ["--lead", "Kyiv", "--rule", "interreg-europe", "--size", "5", *THEME],
            "Kyiv cannot lead this by the rule interreg-europe: it is not in the European Union and Norway, where a lead must be",
        ),
        (
            ["--lead", "Vidzeme", "--rule", "eui-city-to-city", "--size", "2", *THEME],
            "Vidzeme cannot lead this by the rule eui-city-to-city: it is not a city",
        ),
        (
            [*LEAD, *RULE, *THEME, "--size", "10", "--theme-members", "9"],
            "at least 9 on Heat planning: among the 40 candidates there are only 5 on Heat planning",
        ),
    ],
)
def test_what_cannot_be_is_said_with_exit_code_2(run: Run, arguments: list[str], message: str) -> None:
    result = run("consortium", *arguments)
    assert isinstance(result.exception, KgError), result.output
    assert result.exception.exit_code == 2
    assert message in str(result.exception)


def test_no_traceback(graph: Connection, kg_environment: dict[str, str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["consortium", *LEAD, *THEME, *SIZE, "--rule", "eui-city-to-city"])
    assert ended.value.code == 2
    said = capsys.readouterr().err
    assert said.startswith("kg: size (--size) 4 is above what eui-city-to-city allows")
    assert "Traceback" not in said
