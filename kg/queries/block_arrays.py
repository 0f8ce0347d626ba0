"""What is reckoned of a block's arrays, whoever the places are: sums, distances, the best and the most alike."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
from scipy import sparse

from kg.queries import candidates as ways
from kg.queries import standing
from kg.queries.measures import kilometres
from kg.queries.snapshot.layers import Floats, Indices, Rows, floats


def alike_in(there: Indices, sizes: Floats, population: Floats) -> Iterator[Indices]:
    """Yield for each population the places of a country that are most alike in size, of those equally alike the first by id.

    Args:
        there: The places, by size, then by id.
        sizes: Their sizes.
        population: The populations.
    """
    if not len(there):
        return
    # Of so many that are smaller and so many that are larger the last that comes in is known: all that are nearer stand in a row,
    # and before or behind them those that are as far as it.
    each = ways.IN_EACH
    middle = np.searchsorted(sizes, population)
    window = middle[:, None] + np.arange(-each, each)
    apart = np.where((window >= 0) & (window < len(sizes)), _apart(sizes, window, population[:, None]), np.inf)
    number = min(each, len(sizes))
    last = np.partition(apart, number - 1, axis=1)[:, number - 1]
    nearer = apart < last[:, None]
    count = nearer.sum(axis=1)
    start = np.where(count > 0, middle - each + nearer.argmax(axis=1), middle)
    end = start + count
    before = np.where((start > 0) & (_apart(sizes, start - 1, population) == last), start - 1, start)
    after = np.where((end < len(sizes)) & (_apart(sizes, end, population) == last), end, end - 1)
    first = np.where(before < start, np.searchsorted(sizes, sizes[np.maximum(before, 0)]), start)
    behind = np.where(after >= end, np.searchsorted(sizes, sizes[np.maximum(after, 0)], side="right"), end)
    limits = np.column_stack([first, start, end, behind, number - count]).tolist()
    for farther, near, further, beyond, rest in limits:
        if farther == near:
            yield there[near : further + rest]
        elif further == beyond:
            yield np.concatenate([there[farther : farther + rest], there[near:further]])
        else:
            tied = np.sort(np.concatenate([there[farther:near], there[further:beyond]]))
            yield np.concatenate([tied[:rest], there[near:further]])


def highest(worth: Floats, places: Indices, number: int) -> Indices:
    """Return the places of the highest worth above 0, of those that are worth the same the first by id."""
    if len(worth) > number:
        some = worth >= np.partition(worth, len(worth) - number)[len(worth) - number]
        worth, places = worth[some], places[some]
    order = np.argsort(places)
    worth, places = worth[order], places[order]
    best = standing.highest(worth, number)
    return np.asarray(places[best[worth[best] > 0.0]], np.int64)


def _apart(sizes: Floats, at: Indices, population: Floats) -> Floats:
    return floats(np.abs(np.log((sizes[np.clip(at, 0, len(sizes) - 1)] + 300.0) / (population + 300.0))))


def kilometres_between(some: Floats, others: Floats) -> Floats:
    """Return how far apart points on the unit sphere are, shape ``(some, others)``."""
    return floats(kilometres(chords_between(some, others)))


def chords_between(some: Floats, others: Floats) -> Floats:
    """Return the straight lines between points on the unit sphere, shape ``(some, others)``."""
    # Axis by axis, which gives the same sums as all axes at once in half the time.
    apart = [(others[None, :, axis] - some[:, None, axis]) ** 2 for axis in range(3)]
    return floats(np.sqrt(apart[0] + apart[1] + apart[2]))


def worth_by_size(sizes: Floats) -> Floats:
    """Return what it says of two that both have a thing which so many have: the less, the more have it."""
    return floats(1.0 / np.log(1.0 + np.maximum(sizes, 2.0)))


def ones(rows: Rows) -> sparse.csr_array:
    """Return rows as a matrix with a one in each entry."""
    cells = (np.ones(len(rows.columns)), rows.columns, rows.starts)
    return sparse.csr_array(cells, shape=(rows.height, rows.width))


def some_rows(rows: Rows, some: Indices, worth: Floats) -> sparse.csr_array:
    """Return some rows with what each column is worth, what is worth nothing left out."""
    of, at = rows.entries(some)
    column = rows.columns[at]
    kept = np.flatnonzero(worth[column])
    cells = (worth[column[kept]], (of[kept], column[kept]))
    return sorted_rows(cells, (len(some), rows.width))


def sorted_rows(cells: Any, shape: tuple[int, int]) -> sparse.csr_array:
    """Return a matrix of which each row is summed in order of columns."""
    found = sparse.csr_array(cells, shape=shape)
    found.sort_indices()
    return found


def positions(some: Indices, number: int) -> Indices:
    """Return where each of so many stands among some, -1 where it does not."""
    found = np.full(number, -1)
    found[some] = np.arange(len(some))
    return found
