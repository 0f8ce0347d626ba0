"""Texts in order, whether they fit into memory or not."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from kg.database.sorted_lines import SortedLines

LINES = st.lists(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\n"), max_size=20))


@given(LINES, st.integers(0, 100))
def test_they_come_back_in_the_order_of_their_characters(lines: list[str], most: int) -> None:
    with SortedLines(most) as some:
        for line in lines:
            some.add(line)
        assert [line.decode() for line in some] == sorted(lines)
