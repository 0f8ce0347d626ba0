"""Many texts in order, of which only a part is in memory at a time: the rest waits in a file that has no name."""

from __future__ import annotations

import heapq
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack
from types import TracebackType
from typing import IO, Self

#: So many bytes of text are kept before they go to a file.
_MOST = 32 << 20


class SortedLines:
    """Texts without line breaks, given in any order and read back in that of their UTF-8, which is that of their characters.

    Use it as a context manager: the files go with it.
    """

    def __init__(self, most: int = _MOST) -> None:
        self._most = most
        self._lines: list[bytes] = []
        self._size = 0
        self._runs: list[IO[bytes]] = []
        self._open = ExitStack()

    def add(self, line: str) -> None:
        """Take one text."""
        encoded = line.encode()
        self._lines.append(encoded)
        self._size += len(encoded)
        if self._size > self._most:
            self._set_down()

    def _set_down(self) -> None:
        self._lines.sort()
        run = self._open.enter_context(tempfile.TemporaryFile(prefix="kg-"))  # noqa: SIM115 - closed with all others
        run.writelines(line + b"\n" for line in self._lines)
        self._runs.append(run)
        self._lines.clear()
        self._size = 0

    def __iter__(self) -> Iterator[bytes]:
        self._lines.sort()
        for run in self._runs:
            run.seek(0)
        # Without their ends, as the end of a line comes after some characters.
        yield from heapq.merge(*((line[:-1] for line in run) for run in self._runs), self._lines)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._open.close()
