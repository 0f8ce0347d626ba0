"""Consortia without a database: against brute force on up to twelve candidates, and what is said when there can be none."""

from __future__ import annotations

import doctest
from collections.abc import Sequence
from datetime import date
from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kg.places.countries import in_european_union
from kg.queries import consortium_problem, consortium_solver
from kg.queries.consortium_problem import Candidate, Problem, Scores, candidate, conditions, refuse
from kg.queries.consortium_rules import Rule, all_rules, find_rule
from kg.queries.consortium_solver import alternatives, improve, most_among, simple_bound, solve, unsatisfiable

TODAY = date(2026, 11, 22)
RULES = {rule.id: rule for rule in all_rules().rules}


def made(rule: Rule, places: Sequence[tuple[str, str | None, bool]], label: str = "City") -> tuple[Candidate, ...]:
    return tuple(
        candidate(rule, TODAY, id_=f"own:{name}", label=label, name=name, country=country, on_theme=on_theme)
        for name, country, on_theme in places
    )


def symmetric(rows: list[list[float]] | Scores) -> Scores:
    upper = np.triu(np.asarray(rows, dtype=float), 1)
    return upper + upper.T


def problem_of(
    rule: Rule,
    candidates: tuple[Candidate, ...],
    scores: Scores,
    size: int,
    *,
    fixed: Sequence[int] = (0,),
    theme_members: int = 0,
    paired: Sequence[tuple[int, int]] = (),
) -> Problem:
    asked = conditions(rule, candidates, theme="mobility", theme_members=theme_members, paired=paired)
    return Problem(candidates, scores, size, frozenset(fixed), asked)


def brute_force(problem: Problem) -> float | None:
    """The greatest value of all sets that satisfy the problem, each looked at."""
    everybody = range(len(problem.candidates))
    values = [
        problem.value(members) for members in combinations(everybody, problem.size) if problem.satisfied_by(members)
    ]
    return max(values, default=None)


@st.composite
def problems(draw: st.DrawFn) -> Problem:
    rule = draw(st.sampled_from([RULES["horizon-ria"], RULES["netzerocities-twinning"], RULES["interreg-europe"]]))
    number = draw(st.integers(max(rule.min_members, 3), 12))
    places = [
        (f"c{one:02}", draw(st.sampled_from(["LV", "FI", "SE", "UA", "CH", "US", None])), draw(st.booleans()))
        for one in range(number)
    ]
    few = draw(st.booleans())
    score = st.integers(-2, 3).map(float) if few else st.floats(-1, 3, allow_nan=False).map(lambda x: round(x, 6))
    scores = np.zeros((number, number))
    for pair in combinations(range(number), 2):
        scores[pair] = draw(score)
    size = draw(st.integers(rule.min_members, min(number, rule.max_members or number)))
    fixed = {0, *draw(st.lists(st.integers(1, number - 1), max_size=min(2, size - 1)))}
    paired = draw(st.lists(st.sampled_from(list(combinations(range(number), 2))), max_size=6, unique=True))
    return problem_of(
        rule,
        made(rule, places),
        symmetric(scores),
        size,
        fixed=sorted(fixed),
        theme_members=draw(st.integers(0, 3)),
        paired=paired,
    )


@settings(max_examples=60, deadline=None)
@given(problems())
def test_equal_to_brute_force(problem: Problem) -> None:
    solution, best = solve(problem), brute_force(problem)
    if best is None:
        assert solution is None
        needed = unsatisfiable(problem)
        assert needed
        # What is named cannot be met, and no part of it could be left out.
        assert brute_force(with_only(problem, needed)) is None
        for spared in needed:
            assert brute_force(with_only(problem, [other for other in needed if other is not spared])) is not None
        return
    assert solution is not None
    assert unsatisfiable(problem) is None
    assert problem.satisfied_by(solution.members)
    assert solution.value == pytest.approx(best, abs=1e-6)
    assert solution.proven
    assert solution.gap == 0
    assert solution.value <= simple_bound(problem) + 1e-9


@settings(max_examples=30, deadline=None)
@given(problems())
def test_as_many_as_possible_on_the_theme(problem: Problem) -> None:
    on_theme = {number for number, one in enumerate(problem.candidates) if one.on_theme}
    everybody = range(len(problem.candidates))
    sets = [set(members) for members in combinations(everybody, problem.size) if problem.satisfied_by(members)]
    assert most_among(problem, on_theme) == max((len(members & on_theme) for members in sets), default=0)


def with_only(problem: Problem, asked: Sequence[consortium_problem.Condition]) -> Problem:
    return Problem(problem.candidates, problem.scores, problem.size, problem.fixed, tuple(asked))


@settings(max_examples=40, deadline=None)
@given(problems())
def test_alternatives_are_the_best_replacements_that_keep_the_rule(problem: Problem) -> None:
    solution = solve(problem)
    if solution is None:
        return
    found = alternatives(problem, solution.members)
    assert found.keys() == solution.members - {0}
    for seat, options in found.items():
        swaps = {}
        for other in set(range(len(problem.candidates))) - solution.members:
            members = solution.members - {seat} | {other}
            if all(condition.met(members) for condition in problem.conditions):
                swaps[other] = problem.value(members)
        best = sorted(swaps.values(), reverse=True)[:2]
        assert [value for _, value in options] == pytest.approx(best)
        assert [swaps[other] for other, _ in options] == pytest.approx(best)


def random_problem(number: int, size: int, seed: int) -> Problem:
    rng = np.random.default_rng(seed)
    codes = ["LV", "FI", "SE", "DE", "FR", "ES", "IT", "PL"]
    rule = RULES["horizon-ria"]
    places = [(f"c{one:02}", codes[one % len(codes)], one % 5 == 0) for one in range(number)]
    return problem_of(rule, made(rule, places), symmetric(rng.random((number, number))), size, theme_members=2)


def test_a_search_that_is_cut_short_states_a_gap_that_holds() -> None:
    problem = random_problem(24, 9, seed=7)
    cut, full = solve(problem, time_limit=0.0), solve(problem, time_limit=60)
    assert cut is not None
    assert full is not None
    assert full.proven
    assert not cut.proven
    assert cut.gap > 0
    assert problem.satisfied_by(cut.members)
    assert cut.value <= full.value + 1e-9
    assert full.value <= cut.bound


def test_the_same_question_has_the_same_answer() -> None:
    problem = random_problem(20, 6, seed=3)
    assert solve(problem) == solve(problem)


def test_swaps_never_make_it_worse() -> None:
    problem = random_problem(15, 5, seed=1)
    start = frozenset((0, 1, 2, 5, 10))
    assert problem.satisfied_by(start)
    better = improve(problem, start)
    assert problem.satisfied_by(better)
    assert problem.value(better) > problem.value(start)


@pytest.mark.parametrize(
    ("rule", "places", "size", "fixed", "theme_members", "message"),
    [
        (
            "horizon-ria",
            [("a", "LV", True), ("b", "LV", True), ("c", "FI", True), ("d", "US", True)],
            3,
            (0,),
            1,
            "countries associated to Horizon Europe: among the 4 candidates there are only 2 countries",
        ),
        (
            "horizon-ria",
            [("a", "UA", True), ("b", "GB", True), ("c", "CH", True)],
            3,
            (0,),
            1,
            "at least 1 in the European Union: among the 3 candidates there are none in the European Union",
        ),
        (
            "horizon-ria",
            [("a", "LV", False), ("b", "FI", True), ("c", "SE", False)],
            3,
            (0,),
            2,
            "at least 2 on mobility: among the 3 candidates there is only 1 on mobility",
        ),
        (
            "horizon-ria",
            [("a", "LV", True), ("b", "LV", True), ("c", "FI", True), ("d", "SE", True)],
            3,
            (0, 1),
            1,
            "beside the 2 members named, a consortium of 3 can have only 2 countries",
        ),
    ],
)
def test_a_condition_that_cannot_be_met_is_named(
    rule: str,
    places: list[tuple[str, str | None, bool]],
    size: int,
    fixed: tuple[int, ...],
    theme_members: int,
    message: str,
) -> None:
    scores = np.zeros((len(places), len(places)))
    problem = problem_of(RULES[rule], made(RULES[rule], places), scores, size, fixed=fixed, theme_members=theme_members)
    assert solve(problem) is None
    needed = unsatisfiable(problem)
    assert needed is not None
    assert message in str(needed[0].shortage(problem))


def test_conditions_that_cannot_be_met_together_are_named_together() -> None:
    rule = RULES["horizon-ria"]
    # Three countries and three on the theme are there, but those on the theme are all of one country.
    candidates = made(
        rule, [("a", "LV", True), ("b", "LV", True), ("c", "LV", True), ("d", "FI", False), ("e", "SE", False)]
    )
    problem = problem_of(rule, candidates, np.zeros((5, 5)), 3, theme_members=3)
    needed = unsatisfiable(problem)
    assert needed is not None
    assert [type(condition).__name__ for condition in needed] == ["Countries", "AtLeast"]
    assert [condition.shortage(problem) for condition in needed] == [None, None]


def test_two_that_are_paired_already_are_never_together() -> None:
    rule = RULES["netzerocities-twinning"]
    candidates = made(rule, [("a", "LV", True), ("b", "FI", True), ("c", "SE", True)])
    scores = symmetric([[0, 9, 1], [0, 0, 1], [0, 0, 0]])
    paired = problem_of(rule, candidates, scores, 2, paired=[(1, 0)])
    solution = solve(paired)
    assert solution is not None
    assert solution.members == {0, 2}
    both = problem_of(rule, candidates, scores, 2, fixed=(0, 1), paired=[(1, 0)])
    needed = unsatisfiable(both)
    assert needed is not None
    assert "a and b are, and both must be members" in str(needed[0].shortage(both))


def test_who_a_rule_refuses() -> None:
    urban, nzc = RULES["eui-city-to-city"], RULES["netzerocities-twinning"]
    (riga, liepaja, espoo, kyiv, nowhere) = made(
        urban,
        [("Riga", "LV", True), ("Liepaja", "LV", True), ("Espoo", "FI", True), ("Kyiv", "UA", True), ("X", None, True)],
    )
    (vidzeme,) = made(urban, [("Vidzeme", "LV", True)], label="Region")
    assert refuse(urban, riga, riga) is None
    assert refuse(urban, espoo, riga) is None
    assert refuse(urban, liepaja, riga) == "is in the same country as the lead (Latvia)"
    assert refuse(urban, kyiv, riga) == "is not in the European Union (Ukraine)"
    assert refuse(urban, nowhere, riga) == "is not in the European Union (country unknown)"
    assert refuse(urban, vidzeme, riga) == "is not a city"
    assert refuse(nzc, *made(nzc, [("Kyiv", "UA", True), ("Riga", "LV", True)])) is None
    assert (
        refuse(RULES["horizon-ia"], *made(RULES["horizon-ia"], [("Boston", "US", True), ("Riga", "LV", True)])) is None
    )


def test_membership_of_the_union_is_that_of_the_day() -> None:
    rule = find_rule("eui-city-to-city")
    given = {"id_": "own:leeds", "label": "City", "name": "Leeds", "country": "GB", "on_theme": True}
    assert candidate(rule, date(2019, 6, 1), **given).in_eu
    assert not candidate(rule, TODAY, **given).in_eu
    assert [in_european_union("HR", date(2013, month, 1)) for month in (6, 7)] == [False, True]


@pytest.mark.parametrize(
    "scores", [np.zeros((2, 2)), np.full((3, 3), np.nan), symmetric([[0, 1, 2], [0, 0, 1], [0, 0, 0]]) + np.eye(3, k=1)]
)
def test_scores_that_are_not_those_of_all_pairs_are_refused(scores: Scores) -> None:
    rule = RULES["horizon-ria"]
    candidates = made(rule, [("a", "LV", True), ("b", "FI", True), ("c", "SE", True)])
    with pytest.raises(ValueError, match="scores"):
        problem_of(rule, candidates, scores, 3)


def test_the_examples_in_the_documentation() -> None:
    for module in (consortium_problem, consortium_solver):
        result = doctest.testmod(module)
        assert result.attempted
        assert result.failed == 0
