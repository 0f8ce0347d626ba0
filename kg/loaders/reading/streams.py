"""Bytes of a file, packed or not, counted while they are read, so that a small file cannot unpack into a huge one."""

from __future__ import annotations

import gzip
import io
import lzma
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, Protocol

from kg.errors import KgError

#: What one table may come to, unpacked.
MAX_BYTES = 4 * 1024**3
#: How many times its packed size a table may come to, once it is past ``FREE_BYTES``; tables of text come to 5 to 30 times.
MAX_RATIO = 200
FREE_BYTES = 32 * 1024**2


class Readable(Protocol):
    """What bytes are read from: a file, one that is unpacked while it is read, or a member of an archive."""

    def read(self, size: int = -1, /) -> bytes | None:
        """Return at most so many bytes, none at the end."""

    def close(self) -> None:
        """Close it."""


class Counted(io.RawIOBase):
    """A stream that is unpacked while it is read, and refuses to go on past a size or a ratio.

    Args:
        stream: What yields the unpacked bytes.
        where: The file, and the member in it, for messages.
        packed: Number of bytes as packed, 0 when not packed.
        most: Number of unpacked bytes allowed.
        below: The packed file, to be closed with it.
    """

    def __init__(
        self, stream: Readable, where: str, *, packed: int = 0, most: int = MAX_BYTES, below: Readable | None = None
    ) -> None:
        self._stream = stream
        self._below = below
        self._where = where
        self._packed = packed
        self._most = most
        self.count = 0

    def readable(self) -> bool:
        """Return that it can be read."""
        return True

    def readinto(self, buffer: bytearray | memoryview) -> int:  # type: ignore[override]
        """Fill the buffer, and count."""
        piece = self._stream.read(len(buffer)) or b""
        buffer[: len(piece)] = piece
        self.count += len(piece)
        if self.count > self._most:
            raise KgError(
                f"{self._where} comes to more than {self._most / 1024**2:,.0f} MB when it is read: that is no table that this can "
                "load; cut it into parts"
            )
        if self._packed and self.count > max(FREE_BYTES, MAX_RATIO * self._packed):
            raise KgError(
                f"{self._where} unpacks to more than {MAX_RATIO} times its size, as no table does: it is damaged or was made to "
                "do harm; download it again from its publisher"
            )
        return len(piece)

    def close(self) -> None:
        """Close what is under it, too."""
        self._stream.close()
        if self._below is not None:
            self._below.close()
        super().close()


@contextmanager
def explained(where: object) -> Iterator[None]:
    """Turn what goes wrong below a file's bytes into a message for a person.

    Raises:
        KgError: The file is not there, may not be read, or what is packed is damaged.
    """
    try:
        yield
    except gzip.BadGzipFile as error:
        raise KgError(f"{where} is damaged ({error}): download it again") from error
    except (EOFError, zlib.error, lzma.LZMAError, zipfile.BadZipFile) as error:
        raise KgError(f"{where} ends too early or is damaged, as after a broken download: download it again") from error
    except OSError as error:
        raise KgError(f"cannot read {where}: {error.strerror or error}") from error


def open_bytes(path: Path, most: int = MAX_BYTES) -> BinaryIO:
    """Open a file to read its bytes, unpacked when it is gzip, whatever its ending.

    Raises:
        KgError: It cannot be opened; while reading, it comes to too much.
    """
    with explained(path):
        file = path.open("rb")
        if file.read(2) != b"\x1f\x8b":
            file.seek(0)
            return io.BufferedReader(Counted(file, str(path), most=most), 1 << 16)
        file.seek(0)
        size = path.stat().st_size
        unpacked = gzip.GzipFile(fileobj=file, mode="rb")
        return io.BufferedReader(Counted(unpacked, str(path), packed=size, most=most, below=file), 1 << 16)
