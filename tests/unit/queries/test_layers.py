"""Sparse rows: against dense arithmetic, and the same sums whatever else is asked."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from kg.queries.snapshot.layers import Rows

CELLS = st.dictionaries(st.tuples(st.integers(0, 5), st.integers(0, 7)), st.floats(0.1, 9), max_size=20)


def rows_of(cells: dict[tuple[int, int], float]) -> Rows:
    return Rows.of(((row, column, weight, -1) for (row, column), weight in cells.items()), 6, 8)


@given(CELLS)
def test_columns_of_each_row_ascend(cells: dict[tuple[int, int], float]) -> None:
    rows = rows_of(cells)
    assert [rows.row(at).tolist() for at in range(6)] == [
        sorted(column for row, column in cells if row == at) for at in range(6)
    ]


@given(CELLS)
def test_transposed_twice_is_the_same(cells: dict[tuple[int, int], float]) -> None:
    rows = rows_of(cells)
    back = rows.transposed().transposed()
    assert back.starts.tolist() == rows.starts.tolist()
    assert back.columns.tolist() == rows.columns.tolist()
    assert back.weights.tolist() == rows.weights.tolist()


@given(CELLS, st.lists(st.integers(0, 5), max_size=8), st.lists(st.floats(-5, 5), min_size=8, max_size=8))
def test_sums_are_those_of_a_dense_matrix(
    cells: dict[tuple[int, int], float], asked: list[int], values: list[float]
) -> None:
    dense = np.zeros((6, 8))
    for cell in cells:
        dense[cell] = 1.0
    found = rows_of(cells).sums(asked, np.array(values))
    assert np.allclose(found, (dense @ np.array(values))[asked] if asked else [])


@given(CELLS, st.permutations(list(range(6))), st.lists(st.floats(-5, 5), min_size=8, max_size=8))
def test_a_sum_does_not_depend_on_which_other_rows_are_asked_for(
    cells: dict[tuple[int, int], float], order: list[int], values: list[float]
) -> None:
    rows, worth = rows_of(cells), np.array(values)
    together = rows.sums(order, worth)
    assert together.tolist() == [float(rows.sums([row], worth)[0]) for row in order]


def test_of_two_entries_in_one_cell_the_first_stays() -> None:
    rows = Rows.of([(0, 1, 0.5, 3), (0, 1, 0.5, 2)], 1, 2)
    assert rows.columns.tolist() == [1]
    assert rows.marks.tolist() == [2]


def test_entries_name_the_position_of_the_row_that_was_asked_for() -> None:
    rows = Rows.of([(0, 1, 1.0, -1), (2, 0, 1.0, -1), (2, 3, 1.0, -1)], 3, 4)
    of, at = rows.entries([2, 0, 2])
    assert of.tolist() == [0, 0, 1, 2, 2]
    assert rows.columns[at].tolist() == [0, 3, 1, 0, 3]
