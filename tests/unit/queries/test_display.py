"""Tables where there is little room: in a terminal and on a page."""

from __future__ import annotations

import doctest
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console

from kg.queries import display
from kg.queries.display import Line, Table, shared, to_html, to_rich, to_text

ROW = (
    "Organisation",
    "geonames:456172",
    632614,
    "2024-05-03",
    "A long text that may be broken where there is a blank.",
)


def table(columns: int) -> Table:
    return Table(tuple(f"Column {number}" for number in range(columns)), (ROW[:1] * columns,))


def test_a_table_that_fits_by_breaking_lines_keeps_its_words_whole() -> None:
    text = to_text([Table(("Kind", "Id", "Inhabitants", "As of", "Text"), (ROW,))], 80)
    for whole in ("Organisation", "geonames:456172", "632,614", "2024-05-03"):
        assert whole in text
    assert max(map(len, text.splitlines())) <= 80
    assert "Kind: " not in text


def test_a_table_that_cannot_fit_becomes_lines_and_says_so() -> None:
    text = to_text([Line("Title", "heading"), table(9)], 80)
    assert text.count("Organisation") == 9
    assert "Column 8: Organisation" in text.splitlines()
    assert "widen the terminal, or write a .csv or .xlsx file" in " ".join(text.split())
    needed = int(text.partition("needs a width of ")[2].partition(":")[0])
    assert "Column 8: " not in to_text([table(9)], needed)
    assert "Column 8: " in to_text([table(9)], needed - 1)


def test_an_empty_cell_has_no_line() -> None:
    wide = Table((*table(9).columns, "Empty"), ((*table(9).rows[0], None),))
    assert "Empty" not in to_text([wide], 80)


def test_the_width_is_that_of_the_console() -> None:
    console = Console(width=60, file=io.StringIO())
    console.print(to_rich([table(9)]))
    assert "Column 8: Organisation" in console.file.getvalue()  # type: ignore[attr-defined]


@given(st.lists(st.lists(st.text(max_size=60), min_size=4, max_size=4), min_size=1, max_size=3))
def test_no_word_of_a_dozen_letters_is_ever_broken(rows: list[list[str]]) -> None:
    words = [[f"word{index}{number}" for index in range(4)] for number in range(len(rows))]
    mixed = tuple(
        tuple(f"{cell} {word}" for cell, word in zip(*pair, strict=True)) for pair in zip(rows, words, strict=True)
    )
    for width in (40, 60, 80):
        text = to_text([Table(("A", "B", "C", "D"), mixed)], width)
        assert all(word in text for line in words for word in line)


@given(st.lists(st.tuples(st.integers(1, 20), st.integers(0, 60)), min_size=1, max_size=8), st.integers(0, 200))
def test_room_is_shared_without_rest(columns: list[tuple[int, int]], more: int) -> None:
    least = [one for one, _ in columns]
    wanted = [one + further for one, further in columns]
    widths = shared(sum(least) + more, least, wanted)
    assert all(one <= width <= most for one, width, most in zip(least, widths, wanted, strict=True))
    assert sum(widths) == min(sum(least) + more, sum(wanted))


@pytest.mark.parametrize("whole", [632614, 0.25, -5, "2024", "2024-05", "2024-05-03", "605800"])
def test_numbers_and_dates_of_a_page_are_never_broken(whole: int | float | str) -> None:
    assert "white-space: nowrap" in to_html([Table(("A",), ((whole,),))])


def test_only_words_longer_than_any_are_broken_on_a_page() -> None:
    assert "overflow-wrap" not in to_html([Table(("A",), (("Organisation of the Municipalities",),))])
    assert "overflow-wrap: anywhere" in to_html([Table(("A",), (("https://example.org/" + "x" * 40,),))])


def test_the_examples_in_the_documentation() -> None:
    assert doctest.testmod(display).failed == 0
