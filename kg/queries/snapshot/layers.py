"""Sparse rows: what each place has in one layer, and sums along them in an order that no subset changes.

Both engines score with these functions, one on the whole graph, the other on the part that surrounds a place. Sums therefore run
over the entries of a row one after the other, in the order of ids, so that a part gives the very number that the whole gives.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Indices = NDArray[np.int64]
Floats = NDArray[np.float64]


def floats(values: Any) -> Floats:
    """Return values as an array of floats."""
    return np.asarray(values, np.float64)


@dataclass(frozen=True, slots=True, eq=False)
class Rows:
    """A sparse matrix of ``n`` rows: the columns of row ``i`` are ``columns[starts[i]:starts[i + 1]]``, ascending.

    ``weights`` and ``marks`` are aligned with ``columns``; what a mark is, the layer says.
    """

    starts: Indices
    columns: Indices
    weights: Floats
    marks: Indices
    width: int

    @classmethod
    def of(cls, entries: Iterable[tuple[int, int, float, int]], height: int, width: int) -> Rows:
        """Return the matrix of entries (row, column, weight, mark); of two in one cell the first in their order stays."""
        table = np.array(list(entries), dtype=np.float64).reshape(-1, 4)
        rows, columns, weights, marks = table.T
        return cls.of_arrays(rows, columns, weights, marks, height, width)

    @classmethod
    def of_arrays(
        cls,
        rows: NDArray[Any],
        columns: NDArray[Any],
        weights: NDArray[Any],
        marks: NDArray[Any],
        height: int,
        width: int,
    ) -> Rows:
        """Return the matrix of entries that stand in four arrays of one length."""
        order = np.lexsort((marks, weights, columns, rows))
        rows, columns = rows[order].astype(np.int64), columns[order].astype(np.int64)
        first = np.ones(len(rows), bool)
        first[1:] = (rows[1:] != rows[:-1]) | (columns[1:] != columns[:-1])
        rows, columns, order = rows[first], columns[first], order[first]
        starts = np.zeros(height + 1, np.int64)
        np.cumsum(np.bincount(rows, minlength=height), out=starts[1:])
        return cls(starts, columns, weights[order].astype(np.float64), marks[order].astype(np.int64), width)

    @property
    def height(self) -> int:
        """The number of rows."""
        return len(self.starts) - 1

    @property
    def counts(self) -> Indices:
        """The number of entries of each row."""
        return np.diff(self.starts)

    def row(self, row: int) -> Indices:
        """Return the columns of a row."""
        return self.columns[self.starts[row] : self.starts[row + 1]]

    def entries(self, rows: Indices | Sequence[int]) -> tuple[Indices, Indices]:
        """Return for the entries of these rows, row by row, the position of the row in ``rows`` and that of the entry."""
        rows = np.asarray(rows, np.int64)
        starts = self.starts[rows]
        counts = self.starts[rows + 1] - starts
        of = np.repeat(np.arange(len(rows)), counts)
        return of, np.arange(len(of)) + np.repeat(starts - np.cumsum(counts) + counts, counts)

    def sums(self, rows: Indices | Sequence[int], values: Floats) -> Floats:
        """Return for each of these rows the sum of ``values`` (shape ``(width,)``) over its columns."""
        of, at = self.entries(rows)
        return np.asarray(np.bincount(of, weights=values[self.columns[at]], minlength=len(rows)), np.float64)

    def transposed(self) -> Rows:
        """Return the matrix with rows and columns exchanged."""
        rows = np.repeat(np.arange(self.height), self.counts)
        order = np.lexsort((rows, self.columns))
        starts = np.zeros(self.width + 1, np.int64)
        np.cumsum(np.bincount(self.columns, minlength=self.width), out=starts[1:])
        return Rows(starts, rows[order], self.weights[order], self.marks[order], self.height)
