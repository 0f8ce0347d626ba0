"""Which requests fit, on plain values."""

from __future__ import annotations

import doctest
from datetime import date
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kg.queries import matching, themes
from kg.queries.matching import COUNTERPARTS, best_of_each, differs_in_role, match_requests, state_on, way_of
from kg.queries.request_results import Request, Verb
from kg.queries.results import Partner
from kg.queries.themes import ThemeWords, nearest_themes
from kg.schema.relationships import Role

TODAY = date(2026, 11, 25)


def request(name: str, verb: Verb, role: Role, *, theme: str = "AI", number: str = "1") -> Request:
    return Request(
        key=f"{name}-{verb}-{theme}-{number}",
        number=number,
        verb=verb,
        partner=Partner(id=f"own:{name.lower()}", label="City", name=name),
        theme=Partner(id=f"own:{theme.lower()}", label="Theme", name=theme),
        role=role,
        state="open",
        since=None,
        until=None,
        closed=None,
        note=None,
        as_of=None,
        sources=(),
    )


@pytest.mark.parametrize(
    ("ours", "theirs", "way"),
    [
        (("seek", "learner"), ("offer", "mentor"), "offers"),
        (("offer", "mentor"), ("seek", "learner"), "seeks"),
        (("seek", "learner"), ("seek", "learner"), "seeks_too"),
        (("offer", "mentor"), ("offer", "mentor"), None),
        (("seek", "lead"), ("offer", "partner"), "offers"),
        (("seek", "lead"), ("offer", "lead"), None),
        (("seek", "partner"), ("seek", "lead"), "seeks_too"),
        (("seek", "partner"), ("seek", "partner"), "seeks_too"),
        (("seek", "learner"), ("seek", "lead"), None),
        (("seek", "learner"), ("offer", "lead"), None),
        (("offer", "lead"), ("seek", "learner"), None),
    ],
)
def test_roles_complete_each_other(ours: tuple[Verb, Role], theirs: tuple[Verb, Role], way: str | None) -> None:
    assert way_of(request("Espoo", *ours), request("Riga", *theirs)) == way


def test_another_theme_or_oneself_never_fits() -> None:
    ours = request("Espoo", "seek", "learner")
    assert way_of(ours, request("Riga", "offer", "mentor", theme="Housing")) is None
    assert way_of(ours, request("Espoo", "offer", "mentor")) is None


ROLES: st.SearchStrategy[Role] = st.sampled_from(get_args(Role))
VERBS: st.SearchStrategy[Verb] = st.sampled_from(get_args(Verb))


@given(VERBS, ROLES, VERBS, ROLES)
def test_who_fits_is_fitted_the_other_way_round(one: Verb, my_role: Role, other: Verb, your_role: Role) -> None:
    mine, yours = request("Espoo", one, my_role), request("Riga", other, your_role)
    mirrored = {"offers": "seeks", "seeks": "offers", "seeks_too": "seeks_too", None: None}
    assert way_of(yours, mine) == mirrored[way_of(mine, yours)]
    assert not (way_of(mine, yours) and differs_in_role(mine, yours))


def test_counterparts_go_in_pairs() -> None:
    assert all(COUNTERPARTS[COUNTERPARTS[role]] == role != COUNTERPARTS[role] for role in get_args(Role))


def test_those_who_complete_each_other_come_first() -> None:
    ours = [request("Espoo", "seek", "lead")]
    theirs = [
        request("Aachen", "seek", "lead"),
        request("Turku", "seek", "partner"),
        request("Riga", "offer", "partner"),
    ]
    found = match_requests(ours, theirs, TODAY)
    assert [match.partner.name for match in found] == ["Riga", "Turku", "Aachen"]
    assert found[2].sentence == "Both seek AI: both as lead."
    assert match_requests(ours, theirs[::-1], TODAY) == found


def test_the_best_of_each_way_are_kept_and_all_counted() -> None:
    theirs = [
        request(name, verb, role)
        for name in ("A", "B", "C")
        for verb, role in (("offer", "mentor"), ("seek", "learner"))
    ]  # type: ignore[arg-type]
    counts, kept = best_of_each(match_requests([request("Espoo", "seek", "learner")], theirs, TODAY), 2)
    assert counts == {"offers": 3, "seeks": 0, "seeks_too": 3}
    assert [(match.way, match.partner.name) for match in kept] == [
        ("offers", "A"),
        ("offers", "B"),
        ("seeks_too", "A"),
        ("seeks_too", "B"),
    ]


@pytest.mark.parametrize(
    ("values", "state"),
    [
        ({}, "open"),
        ({"status": "open", "until": "2026"}, "open"),
        ({"until": "2026-11-24"}, "expired"),
        ({"until": "2026-11"}, "open"),
        ({"status": "met"}, "met"),
        ({"status": "withdrawn", "closed": "2026-11-25", "until": "2026-01"}, "withdrawn"),
        ({"status": "met", "closed": "2026-11-26"}, "open"),
        ({"status": "met", "closed": "2026-11-26", "until": "2026-01"}, "expired"),
        ({"ended": "2026-11-25"}, "ended"),
        ({"ended": "2026-11-26"}, "open"),
    ],
)
def test_what_became_of_a_request_by_a_date(values: dict[str, str], state: str) -> None:
    given = dict.fromkeys(("status", "closed", "until", "ended")) | values
    assert state_on(TODAY, **given) == state


def test_nearest_themes_are_spelt_alike_or_share_a_telling_word() -> None:
    mobility = ThemeWords("own:m", "Urban mobility", ("urban mobility",), "Buses and trams.")
    housing = ThemeWords("own:h", "Housing", ("housing",), "Homes, and who lives in them.")
    assert nearest_themes("Urban mobilty", [housing, mobility]) == [mobility]
    assert nearest_themes("trams for Riga", [housing, mobility]) == [mobility]
    assert nearest_themes("and who", [housing, mobility]) == []


def test_the_examples_in_the_documentation() -> None:
    for module in (matching, themes):
        assert doctest.testmod(module).attempted
        assert doctest.testmod(module).failed == 0
