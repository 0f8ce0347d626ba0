"""What of a seek or offer is refused before any database is asked."""

from __future__ import annotations

from datetime import date

import pytest

from kg.editing.requests import Wish, check_theme_name, check_wish
from kg.errors import KgError

TODAY = date(2026, 11, 25)


def test_who_seeks_is_the_learner_and_who_offers_the_mentor() -> None:
    assert check_wish("seek") == Wish("seek", "learner", None, None)
    assert check_wish("offer") == Wish("offer", "mentor", None, None)


@pytest.mark.parametrize("verb", ["seek", "offer"])
@pytest.mark.parametrize("role", ["lead", "partner"])
def test_either_may_be_for_a_project(verb: str, role: str) -> None:
    assert check_wish(verb, role=role).role == role


@pytest.mark.parametrize("until", ["2026-11-25", "2026-11", "2026", " 2027 "])
def test_a_request_may_last_until_today_or_later(until: str) -> None:
    assert check_wish("seek", until=until, today=TODAY).until == until.strip()


@pytest.mark.parametrize(
    ("verb", "options", "message"),
    [
        ("want", {}, "verb must be 'seek' or 'offer'"),
        ("seek", {"role": "mentor"}, "who seeks is the learner.*To be the mentor, use: kg offer add"),
        ("offer", {"role": "learner"}, "who offers is the mentor.*To be the learner, use: kg seek add"),
        ("seek", {"role": "king"}, "must be one of learner, lead, partner, not 'king'"),
        ("seek", {"until": "2026-11-24"}, "2026-11-24 is past"),
        ("seek", {"until": "2026-10"}, "2026-10 is past"),
        ("seek", {"until": "soon"}, "'soon': write 2026, 2026-12 or 2026-12-31"),
        ("seek", {"until": "2027-02-30"}, "cannot be read"),
        ("seek", {"until": ""}, "cannot be read"),
        ("seek", {"until": 2027}, "must be text"),
        ("seek", {"note": ""}, "note \\(--note\\) is empty"),
        ("seek", {"note": " \n"}, "note \\(--note\\) is empty"),
        ("seek", {"note": "\u200b"}, "cannot be stored: empty text"),
        ("seek", {"note": "bell \x07"}, "control character"),
        ("seek", {"note": "a" * 2001}, "longer than 2000 characters"),
        ("seek", {"note": 5}, "must be text"),
        ("seek", {"note": "anna@example.org"}, "e-mail address.*no place in the graph"),
        ("seek", {"note": "+358 40 123 4567"}, "telephone number \\(\\+358 40 123 4567\\)"),
    ],
)
def test_what_makes_no_sense_is_refused(verb: str, options: dict[str, object], message: str) -> None:
    with pytest.raises(KgError, match=message):
        check_wish(verb, today=TODAY, **options)  # type: ignore[arg-type]


def test_the_name_of_a_new_theme_has_a_letter_or_a_digit() -> None:
    assert check_theme_name(" Night\tmayors ") == "Night mayors"
    with pytest.raises(KgError, match="no letter and no digit"):
        check_theme_name("---")
