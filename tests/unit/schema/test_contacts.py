"""Notes hold no contacts: what looks like one is refused, and what merely has digits in it is not."""

from __future__ import annotations

import doctest

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from kg.schema import contacts
from kg.schema.contacts import check_no_contact
from kg.schema.relationships import Seeks


@pytest.mark.parametrize(
    "text",
    [
        "write to anna@example.org",
        "anna @ example.org",
        "anna (at) example.org",
        "anna [AT] example",
        "anna at example dot org",
        "mailto:anna",
        "call +358 40 123 4567",
        "0401234567",
        "(09) 816 21234",
        "tel. 81621",
        "phone: 81 62 12",
        "67026000",
        "33 12 34 56",
        "612 345 678",
        "0049 30 1234567",
        "+49(30)123456-78",
        "040 123 4567 until 2026-12-31",
        "Anna, 612345678.",
        "Ask Anna +2000-00000 for it",
    ],
)
def test_a_contact_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="e-mail address|telephone number"):
        check_no_contact(text)


@pytest.mark.parametrize(
    "text",
    [
        "For 12 schools, 2027-2029, some 1 500 000 euro",
        "EUR 67026000",
        "12 345 678 inhabitants",
        "1,300,000 residents",
        "cities of 100 000-500 000",
        "Horizon Europe grant 101147950, HORIZON-MISS-2023-CIT-02-01",
        "until 31.12.2026, from 01/05/2026 - 31/12/2026",
        "from 2026-01 to 2027-12",
        "call 2026-2027, mobile 2030",
        "https://keep.eu/projects/12345678/",
        "Meet @ noon, 14:00-16:30",
        "Article 6.1.2, SDG 11, ISO 37120",
    ],
)
def test_dates_amounts_and_numbers_of_projects_are_no_contacts(text: str) -> None:
    assert check_no_contact(text) == text


@given(st.from_regex(r"\+[1-9][0-9]{1,2}[ -]?[0-9]{2,3}[ -]?[0-9]{3}[ -]?[0-9]{2,4}", fullmatch=True))
def test_an_international_number_is_refused_however_it_is_grouped(number: str) -> None:
    with pytest.raises(ValueError, match="telephone number"):
        check_no_contact(f"Ask Anna {number} for it")


def test_no_source_can_bring_one_in() -> None:
    with pytest.raises(ValidationError, match="e-mail address"):
        Seeks(start="City/own:a", end="Theme/own:b", request="1", note="anna@example.org")


def test_the_examples_in_the_documentation() -> None:
    assert doctest.testmod(contacts).attempted
    assert doctest.testmod(contacts).failed == 0
