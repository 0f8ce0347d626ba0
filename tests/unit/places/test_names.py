from __future__ import annotations

import doctest

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kg.places import names
from kg.places.names import normalise, search_names


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("Rīga", "riga"),
        ("RIGA", "riga"),
        ("Łódź", "lodz"),
        ("Tromsø", "tromso"),
        ("Gießen", "giessen"),
        ("Đakovo", "dakovo"),
        ("Næstved", "naestved"),
        ("İzmir", "izmir"),
        ("Diyarbakır", "diyarbakir"),
        ("L'Hospitalet de  Llobregat", "l hospitalet de llobregat"),
        ("L’Aquila", "l aquila"),
        ("Frankfurt (Oder)", "frankfurt oder"),
        ("Αθήνα", "αθηνα"),
        ("Київ", "киів"),
        ("  ", ""),
        ("_-_", ""),
    ],
)
def test_a_name_loses_case_marks_and_punctuation(name: str, expected: str) -> None:
    assert normalise(name) == expected


@given(st.text())
def test_normalising_twice_changes_nothing(name: str) -> None:
    assert normalise(normalise(name)) == normalise(name)


@given(st.text(alphabet=st.characters(categories=["Lu", "Ll"], max_codepoint=0x2FF)))
def test_upper_and_lower_case_meet(name: str) -> None:
    assert normalise(name) == normalise(name.lower())


@given(st.lists(st.text()))
def test_search_names_are_distinct_and_normal(given_names: list[str]) -> None:
    result = search_names(given_names)
    assert len(set(result)) == len(result)
    assert all(name and normalise(name) == name for name in result)


def test_the_examples_in_the_documentation() -> None:
    assert doctest.testmod(names).failed == 0
