"""What a server has not the memory for is written in smaller transactions: each row once, in its order."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kg.database.backup.restoring import BATCH, _Writing
from kg.database.driver_errors import MemoryLimitError


def writing() -> _Writing:
    archive: Any = SimpleNamespace(manifest=SimpleNamespace(contents=SimpleNamespace(node_count=0)))
    return _Writing(None, archive, None)  # type: ignore[arg-type]


@given(st.lists(st.integers(0, 300), max_size=5), st.integers(1, 300))
def test_each_row_is_written_once(batches: list[int], room: int) -> None:
    done: list[list[Any]] = []
    attempts: list[int] = []

    def create(rows: list[list[Any]]) -> None:
        attempts.append(len(rows))
        if len(rows) > room:
            raise MemoryLimitError("too much")
        done.extend(rows)

    some = writing()
    wanted = []
    for number, size in enumerate(batches):
        rows: list[list[Any]] = [[number, row] for row in range(size)]
        wanted += rows
        some._store(create, rows)
    assert done == wanted
    assert some._most <= BATCH


def test_a_single_row_that_is_too_much_is_told() -> None:
    def create(rows: list[list[Any]]) -> None:
        raise MemoryLimitError("too much")

    with pytest.raises(MemoryLimitError):
        writing()._store(create, [[1], [2]])
