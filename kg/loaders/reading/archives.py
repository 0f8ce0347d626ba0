"""Tables inside zip archives, read where they lie: nothing is unpacked to disk."""

from __future__ import annotations

import io
import stat
import zipfile
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import BinaryIO

from kg.errors import KgError, quoted
from kg.loaders.base import Row
from kg.loaders.reading.delimited import read_delimited
from kg.loaders.reading.grids import Wanted, read_rows
from kg.loaders.reading.streams import MAX_BYTES, Counted, explained
from kg.zips import UNREADABLE_ZIP

#: More members than any publisher's archive has.
MAX_MEMBERS = 10_000
_ENCRYPTED = 0x1


@dataclass(frozen=True, slots=True)
class Member:
    """One file of an archive; ``ignored`` says why it cannot be read here, if so."""

    name: str
    size: int
    ignored: str = ""


def list_members(path: Path) -> list[Member]:
    """Return the files of a zip, each once, with the reason where one cannot be read.

    Raises:
        KgError: It is no zip that can be read.
    """
    with _opened(path) as archive:
        return [
            Member(info.filename, info.file_size, _refusal(info))
            for info in archive.infolist()
            if not info.filename.endswith("/")
        ]


def read_zipped_table(
    path: Path,
    member: str,
    *,
    columns: Collection[str] = (),
    row_id: Callable[[Mapping[str, str]], str] | None = None,
    encoding: str | None = None,
    delimiter: str | None = None,
    header_row: int | None = None,
    names: Sequence[str] = (),
) -> Iterator[Row]:
    """Yield the rows of one table of text in a zip; the other members are not looked at.

    Args:
        path: The archive.
        member: Name of the table, with or without its folder, in whatever case.
        columns: As for ``read_table``, like what follows.
        row_id: The source's own id of a row.
        encoding: Else it is found out.
        delimiter: Else it is found out.
        header_row: Number of the header's line, from 1.
        names: Names of the columns, for a table without a header.

    Raises:
        KgError: The archive cannot be read, has no such member or several, the member is encrypted or refused, or is no table.
    """
    wanted = Wanted(columns, row_id, header_row, names)
    with _opened(path) as archive:
        info = _find(archive, path, member)
        where = f"{path}, member {info.filename}"
        lines = read_delimited(
            lambda: _open_member(archive, info, where), wanted, where=where, encoding=encoding, delimiter=delimiter
        )
        yield from read_rows(lines, wanted, file=f"{path.name}/{PurePosixPath(info.filename).name}", where=where)


@contextmanager
def _opened(path: Path) -> Iterator[zipfile.ZipFile]:
    with explained(path):
        try:
            archive = zipfile.ZipFile(path)
        except UNREADABLE_ZIP as error:
            raise KgError(
                f"{path} is no zip archive that can be read ({error}): is it the right file, and was it downloaded completely?"
            ) from error
        with archive:
            if len(archive.infolist()) > MAX_MEMBERS:
                raise KgError(f"{path} has more than {MAX_MEMBERS:,} members: is it the right archive?")
            yield archive


def _refusal(info: zipfile.ZipInfo) -> str:
    name = PurePosixPath(info.filename.replace("\\", "/"))
    if name.is_absolute() or ".." in name.parts or ":" in (name.parts or (":",))[0]:
        return "its name leads out of the archive"
    if stat.S_ISLNK(info.external_attr >> 16):
        return "it is a link to another file"
    if info.flag_bits & _ENCRYPTED:
        return "it is encrypted"
    return ""


def _find(archive: zipfile.ZipFile, path: Path, member: str) -> zipfile.ZipInfo:
    def last(name: str) -> str:
        return name.replace("\\", "/").rpartition("/")[2].casefold()

    infos = [info for info in archive.infolist() if not info.filename.endswith("/")]
    found = [info for info in infos if info.filename == member] or [
        info for info in infos if last(info.filename) == last(member)
    ]
    if not found:
        there = ", ".join(quoted(info.filename, 60) for info in infos[:10]) + (", …" if len(infos) > 10 else "")
        raise KgError(
            f"{path} has no member {member}: is it the right archive? Its members are {there or 'none at all'}"
        )
    if len(found) > 1:
        raise KgError(f"{path} has {len(found)} members called {member}: which of them is meant cannot be told")
    if refusal := _refusal(found[0]):
        raise KgError(
            f"{path}, member {quoted(found[0].filename)} is not read, for {refusal}: "
            "download the archive from its publisher, or unpack it and load the table itself"
        )
    return found[0]


def _open_member(archive: zipfile.ZipFile, info: zipfile.ZipInfo, where: str, most: int = MAX_BYTES) -> BinaryIO:
    try:
        stream = archive.open(info)
    except (*UNREADABLE_ZIP, RuntimeError) as error:
        raise KgError(f"{where} cannot be read ({error}): download the archive again") from error
    return io.BufferedReader(Counted(stream, where, packed=info.compress_size, most=most), 1 << 16)
