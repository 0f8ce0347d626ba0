"""Of whom a consortium is chosen, how their scores are arranged, and which theme a user's words name."""

from __future__ import annotations

import doctest
from collections.abc import Sequence
from datetime import date

import numpy as np
import pytest
from numpy.typing import NDArray

from kg.errors import KgError
from kg.queries import consortium_themes
from kg.queries.consortium_candidates import CANDIDATES, COUNTRIES, choose, score_matrix
from kg.queries.consortium_problem import Candidate
from kg.queries.consortium_request import check_request, check_time_limit
from kg.queries.consortium_themes import Way, match_themes
from kg.queries.evidence import FactDetail, Link


def one(name: str, country: str | None = "LV", *, on_theme: bool = False) -> Candidate:
    return Candidate(f"own:{name}", "City", name, country, True, True, on_theme)


def test_a_country_or_theme_far_down_the_list_still_comes_in() -> None:
    lead = one("lead")
    many = [one(f"latvian-{number:03}") for number in range(100)]
    late = [one("finn", "FI"), one("swede", "SE"), one("mover", on_theme=True)]
    chosen = choose([lead], [*many, *late])
    assert len(chosen) == CANDIDATES
    assert chosen[0] == lead
    assert set(late) <= set(chosen)
    # The others are the best, in their order.
    assert list(chosen[1:-3]) == many[: CANDIDATES - 4]
    assert len(set(chosen)) == len(chosen)


def test_countries_do_not_take_all_places() -> None:
    others = [one("latvian-1"), one("latvian-2"), *(one(f"c{number}", f"X{number}") for number in range(60))]
    chosen = choose([one("lead")], others)
    assert others[1] in chosen
    assert others[:COUNTRIES] == list(chosen[1 : COUNTRIES + 1])


def test_few_are_all_taken_and_named_ones_always() -> None:
    named = [one(f"named-{number}") for number in range(45)]
    assert choose(named, [one("other")]) == tuple(named)
    assert choose(named[:1], [one("other")]) == (named[0], one("other"))


def by_place(unknown: str = "") -> object:
    def score(pairs: Sequence[tuple[str, str]], *, kind: str) -> NDArray[np.float64]:
        assert kind == "project"
        assert len(set(pairs)) == len(pairs), "each once"
        # The first counts ten times: a score is not the same both ways.
        return np.array([np.nan if unknown in pair else 10 * ord(pair[0][-1]) + ord(pair[1][-1]) for pair in pairs])

    return score


def test_the_matrix_of_scores() -> None:
    candidates = [one("a"), one("b"), one("c")]
    kept, scores = score_matrix(candidates, 1, by_place(), "project")  # type: ignore[arg-type]
    assert kept == tuple(candidates)
    assert np.array_equal(scores, scores.T)
    assert scores[0, 2] == 10 * ord("a") + ord("c"), "as the lead would be recommended it"
    assert scores[1, 2] == 11 * (ord("b") + ord("c")) / 2, "the mean of both ways"


def test_a_place_whose_scores_are_not_known_is_no_candidate() -> None:
    candidates = [one("a"), one("b"), one("c")]
    kept, scores = score_matrix(candidates, 1, by_place("own:b"), "project")  # type: ignore[arg-type]
    assert kept == (candidates[0], candidates[2])
    assert scores.shape == (2, 2)
    assert np.isfinite(scores).all()
    with pytest.raises(KgError, match="b .own:b. cannot be scored"):
        score_matrix(candidates, 2, by_place("own:b"), "project")  # type: ignore[arg-type]


def test_the_only_candidate_has_no_scores() -> None:
    kept, scores = score_matrix([one("a")], 1, by_place(), "project")  # type: ignore[arg-type]
    assert len(kept) == 1
    assert scores.shape == (1, 1)


THEMES = [
    {"name": "Sustainable urban mobility", "names": ["Transport"], "definition": "Walking and cycling."},
    {"name": "Urban planning", "names": None, "definition": "Land use, mobility and housing."},
    {"name": "Housing", "names": None, "definition": None},
]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("urban mobility", [0]),
        ("Mobility, URBAN", [0]),
        ("urban", [0, 1]),
        ("transport", [0]),
        ("land use", [1]),
        ("housing", [2]),
        ("fishing", []),
        ("", []),
        ("...", []),
    ],
)
def test_the_words_of_a_theme(text: str, found: list[int]) -> None:
    assert match_themes(text, THEMES) == [THEMES[position] for position in found]


LINK = Link("k", "own:porto", "own:thing")
OLD = FactDetail("k", "MEMBER_OF", "own:porto", "own:thing", None, None, "2019", None, ())


@pytest.mark.parametrize(
    ("way", "sentence"),
    [
        (Way("SEEKS", (LINK,)), "Porto seeks heat."),
        (Way("OFFERS", (LINK,)), "Porto offers heat."),
        (
            Way("PARTICIPATES_IN", (LINK,), "A", "2024", "2028"),
            "Porto takes part in A (2024 to 2028), a project about heat.",
        ),
        (
            Way("PARTICIPATES_IN", (LINK,), "A", "2024", "2025"),
            "Porto took part in A (2024 to 2025), a project about heat.",
        ),
        (Way("PARTICIPATES_IN", (LINK,), "A", "2024-05"), "Porto takes part in A (since 2024), a project about heat."),
        (
            Way("PARTICIPATES_IN", (LINK,), "A", None, "2020"),
            "Porto took part in A (until 2020), a project about heat.",
        ),
        (
            Way("TOOK_PART_IN", (LINK,), "E", "2025-11-04", "2025-11-06"),
            "Porto took part in E (2025), an event about heat.",
        ),
        (
            Way("MEMBER_OF", (LINK,), "N", body="STCP"),
            "Porto is served by STCP, which is a member of N, a network about heat.",
        ),
    ],
)
def test_how_a_place_is_concerned_with_a_theme(way: Way, sentence: str) -> None:
    assert way.sentence("Porto", "heat", {}, date(2026, 11, 22)) == sentence
    assert way.sentence("Porto", "heat", {"k": OLD}, date(2026, 11, 22)) == sentence[:-1] + ", as of 2019."


def test_what_a_place_says_of_itself_comes_first_and_the_latest_before_others() -> None:
    ways = [
        Way("OFFERS", (LINK,)),
        Way("PARTICIPATES_IN", (LINK,), "new", "2024", "2028"),
        Way("PARTICIPATES_IN", (LINK,), "old", "2015", "2019"),
        Way("PARTICIPATES_IN", (LINK,), "undated"),
        Way("MEMBER_OF", (LINK,), "network"),
        Way("PARTICIPATES_IN", (LINK,), "by a body", "2025", body="STCP"),
    ]
    mixed = ways[::-1]
    mixed.sort(key=lambda way: way.rank)
    assert mixed == ways


@pytest.mark.parametrize(("given", "means"), [(2, 2), ("2", 2), ("most", "most"), (0, 0)])
def test_how_many_on_the_theme(given: int | str, means: int | str) -> None:
    assert check_request("horizon-ria", 3, theme_members=given).theme_members == means


@pytest.mark.parametrize("wrong", [True, 1.5, -1, "-1", "²", None])
def test_what_is_no_number_of_members(wrong: object) -> None:
    with pytest.raises(KgError, match="theme_members"):
        check_request("horizon-ria", 3, theme_members=wrong)  # type: ignore[arg-type]
    with pytest.raises(KgError, match="size"):
        check_request("horizon-ria", wrong)  # type: ignore[arg-type]


@pytest.mark.parametrize("wrong", [-1, float("nan"), True, "10", None])
def test_what_is_no_time(wrong: object) -> None:
    with pytest.raises(KgError, match="time_limit"):
        check_time_limit(wrong)
    assert check_time_limit(0) == 0


@pytest.mark.parametrize("wrong", [5, [5], [None], None])
def test_what_are_no_names(wrong: object) -> None:
    with pytest.raises(KgError, match="including"):
        check_request("horizon-ria", 3, including=wrong)  # type: ignore[arg-type]
    assert check_request("horizon-ria", 3, including="Espoo", without=("Porto",)).including == ("Espoo",)


def test_the_examples_in_the_documentation() -> None:
    result = doctest.testmod(consortium_themes)
    assert result.attempted
    assert result.failed == 0
