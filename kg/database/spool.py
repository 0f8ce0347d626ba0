"""Texts put aside on disk, so that what is read of a large file need not stay in memory."""

from __future__ import annotations

import os
import tempfile
from array import array
from collections.abc import Iterator
from contextlib import contextmanager
from types import TracebackType
from typing import IO, Self

from kg.errors import KgError

#: Up to so many bytes stay in memory: then a small load touches no disk.
IN_MEMORY = 8 << 20

#: So many bytes are written at once.
_CHUNK = 1 << 20


class Spool:
    """Texts by their numbers, in the order in which they were put: 0, 1, 2 and so on.

    What is on disk is a file without a name, which the system removes when the spool is closed or the process ends, however it does.
    """

    def __init__(self) -> None:
        self._file: IO[bytes] | None = None
        #: What comes after what the file holds.
        self._waiting = bytearray()
        self._written = 0
        #: Where each text ends.
        self._ends = array("Q")
        self._end = 0
        self.closed = False

    def put(self, text: str) -> None:
        """Put one more text aside.

        Raises:
            KgError: There is no room for it.
        """
        data = text.encode("utf-8", "surrogatepass")
        self._waiting += data
        self._end += len(data)
        self._ends.append(self._end)
        if len(self._waiting) >= (IN_MEMORY if self._file is None else _CHUNK):
            self._flush()

    def __getitem__(self, number: int) -> str:
        start, end = self._ends[number - 1] if number else 0, self._ends[number]
        if start >= self._written:
            data = bytes(self._waiting[start - self._written : end - self._written])
        elif self._file is not None:
            self._file.seek(start)
            data = self._file.read(end - start)
        else:
            raise ValueError("the spool is closed")
        return data.decode("utf-8", "surrogatepass")

    def __len__(self) -> int:
        return len(self._ends)

    def close(self) -> None:
        """Let its texts go."""
        self.closed = True
        self._waiting.clear()
        if self._file is not None:
            self._file.close()
            self._file = None

    def _flush(self) -> None:
        with _explained():
            if self._file is None:
                # Without a buffer of its own: texts are read here and there, and a buffer would read far more than them.
                self._file = tempfile.TemporaryFile(buffering=0)  # noqa: SIM115 - it is open until close
            self._file.seek(0, os.SEEK_END)
            left = memoryview(self._waiting)
            while left:
                left = left[self._file.write(left) :]
        self._written = self._end
        self._waiting = bytearray()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


@contextmanager
def _explained() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise KgError(
            f"what is read of the input cannot be put aside in {tempfile.gettempdir()} ({error.strerror or error}): a load needs "
            "about as much room there as its files take unpacked. Make room, or name another folder with TMPDIR. Nothing was written"
        ) from error
