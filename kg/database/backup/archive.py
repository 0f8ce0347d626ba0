"""The file of a backup: a zip of parts and of a manifest that says what each part must be.

It is written beside its place and moved there when it is whole, for the eyes of its owner alone. It is read where it lies: nothing
is unpacked to disk, and no more than one row is in memory, so that neither a name nor a size in it can do harm.
"""

from __future__ import annotations

import hashlib
import json
import os
import secrets
import zipfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO

from kg.database.backup.manifest import LONGEST, MOST_PARTS, PART, Manifest, Part, read_manifest
from kg.errors import KgError
from kg.zips import UNREADABLE_ZIP, check_members

_MANIFEST = "manifest.json"
_LONGEST_MANIFEST = 16 << 20
#: Read at a time where only a sum is made.
_BLOCK = 1 << 20
#: Of zlib's levels: at 6 a backup takes a third longer and is a sixteenth smaller.
_LEVEL = 4
#: ValueError is its word for an offset before the beginning of the file.
_UNREADABLE = (*UNREADABLE_ZIP, ValueError)


def check_place(path: Path, *, force: bool) -> Path:
    """Return where a backup is put, following a link, before a database is asked anything.

    Raises:
        KgError: A file is there and may not be replaced, it is no file, or nothing can be made beside it.
    """
    path = Path(os.path.realpath(path.expanduser()))
    if path.is_dir():
        raise KgError(f"{path} is a folder: name a file in it.")
    if path.exists() and not path.is_file():
        raise KgError(f"{path} is no ordinary file: name another one.")
    if path.exists() and not force:
        raise KgError(f"{path} is there already: name another file, or replace it with --force.")
    if not path.parent.is_dir():
        raise KgError(f"{path} cannot be written: there is no folder {path.parent}.")
    draft = _draft(path)
    try:
        _create(draft).close()
        draft.unlink()
    except OSError as error:
        raise _refused(path, error) from error
    return path


class ArchiveWriter:
    """Writes rows to an archive, part by part; nodes first, then relationships."""

    def __init__(self, archive: zipfile.ZipFile) -> None:
        self._archive = archive
        self._kind = ""
        self._member: IO[bytes] | None = None
        self._rows = self._bytes = 0
        self._sum = hashlib.sha256()
        self.parts: list[Part] = []

    def row(self, kind: str, line: bytes) -> None:
        """Write a row of a kind, ``nodes`` or ``relationships``: a line of JSON with its end."""
        if self._member is None or kind != self._kind or self._bytes > PART:
            self._begin(kind)
        assert self._member is not None
        self._member.write(line)
        self._sum.update(line)
        self._rows += 1
        self._bytes += len(line)

    def _begin(self, kind: str) -> None:
        self._end()
        self._kind = kind
        self._member = self._archive.open(self._name, "w")

    @property
    def _name(self) -> str:
        number = 1 + sum(part.kind == self._kind for part in self.parts)
        return f"{self._kind}/{number:05}.jsonl"

    def _end(self) -> None:
        if self._member is not None:
            self._member.close()
            if len(self.parts) == MOST_PARTS:
                raise KgError(f"This database is larger than a backup can be ({MOST_PARTS:,} parts).")
            self.parts.append(Part(name=self._name, rows=self._rows, bytes=self._bytes, sha256=self._sum.hexdigest()))
        self._member, self._rows, self._bytes, self._sum = None, 0, 0, hashlib.sha256()

    def close(self) -> None:
        """Close the part that is being written, if there is one."""
        if self._member is not None:
            self._member.close()

    def finish_parts(self) -> tuple[Part, ...]:
        """End the last part, and return what all of them are."""
        self._end()
        return tuple(self.parts)

    def finish(self, manifest: Manifest) -> None:
        """Write the manifest."""
        self._archive.writestr(_MANIFEST, manifest.model_dump_json(indent=1))


@contextmanager
def new_archive(path: Path, *, force: bool) -> Iterator[ArchiveWriter]:
    """An archive that is put in place at the end of the block; when that fails, nothing has changed.

    Args:
        path: From :func:`check_place`.
        force: Replace what is there.

    Raises:
        KgError: It cannot be written, or somebody put a file there meanwhile.
    """
    draft = _draft(path)
    try:
        try:
            with _create(draft) as file:
                with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED, compresslevel=_LEVEL) as archive:
                    writer = ArchiveWriter(archive)
                    try:
                        yield writer
                    finally:
                        # An archive with an open member cannot be closed, and would say so instead of what went wrong.
                        writer.close()
                file.flush()
                os.fsync(file.fileno())
            _place(draft, path, force=force)
        except OSError as error:
            raise _refused(path, error) from error
    finally:
        draft.unlink(missing_ok=True)


def _create(path: Path) -> IO[bytes]:
    return os.fdopen(os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600), "w+b")


def _place(draft: Path, path: Path, *, force: bool) -> None:
    if force:
        draft.replace(path)
    else:
        try:
            # Unlike a move, this never takes the place of another.
            path.hardlink_to(draft)
        except FileExistsError:
            raise KgError(f"{path} was made by somebody else meanwhile: name another file.") from None
        except OSError:  # a file system without links
            if path.exists():
                raise KgError(f"{path} was made by somebody else meanwhile: name another file.") from None
            draft.replace(path)
    with suppress(OSError):  # no such thing on Windows
        folder = os.open(path.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)


def _draft(path: Path) -> Path:
    return path.with_name(f".{path.name[:100]}.{secrets.token_hex(4)}.part")


def _refused(path: Path, error: OSError) -> KgError:
    return KgError(f"{path} cannot be written: {error.strerror or error}. Nothing was left there; name another place.")


class Archive:
    """A backup that is open for reading."""

    def __init__(self, path: Path, archive: zipfile.ZipFile, manifest: Manifest) -> None:
        self.path = path
        self.manifest = manifest
        self._archive = archive

    def check(self) -> None:
        """Read every part once and compare it with the manifest.

        Raises:
            KgError: One is not what it was when the backup was taken.
        """
        for part in self.manifest.parts:
            found, size = hashlib.sha256(), 0
            with self._open(part) as member:
                while block := member.read(_BLOCK):
                    found.update(block)
                    size += len(block)
            if size != part.bytes or found.hexdigest() != part.sha256:
                raise _damaged(self.path, f"{part.name} is not what was written")

    def rows(self, kind: str) -> Iterator[tuple[str, object]]:
        """Yield the rows of a kind as they were written, each with where it stands.

        Raises:
            KgError: One cannot be read.
        """
        for part in self.manifest.parts:
            if part.kind != kind:
                continue
            number = 0
            with self._open(part) as member:
                while line := member.readline(LONGEST + 1):
                    number += 1
                    where = f"{part.name}, line {number}"
                    if len(line) > LONGEST:
                        raise _damaged(self.path, f"{where} is too long")
                    try:
                        row = json.loads(line)
                    except (ValueError, RecursionError) as error:
                        raise _damaged(self.path, f"{where} is no JSON") from error
                    yield where, row
            if number != part.rows:
                raise _damaged(self.path, f"{part.name} has {number:,} rows and should have {part.rows:,}")

    @contextmanager
    def _open(self, part: Part) -> Iterator[IO[bytes]]:
        try:
            with self._archive.open(part.name) as member:
                yield member
        except (*_UNREADABLE, OSError) as error:
            raise _damaged(self.path, f"{part.name}: {error}") from error


@contextmanager
def open_archive(path: Path) -> Iterator[Archive]:
    """Open a backup: what it says of itself is read and agrees with what is in it, by names and sizes.

    Raises:
        KgError: It is no backup, is damaged, cannot be read, or is of a newer kg.
    """
    try:
        if path.expanduser().exists() and not path.expanduser().is_file():  # a pipe would be waited for without end
            raise KgError(f"{path} cannot be read: it is no file.")
        file = path.expanduser().open("rb")
    except OSError as error:
        raise KgError(f"{path} cannot be read: {error.strerror or error}.") from error
    with file:
        try:
            archive = zipfile.ZipFile(file)
        except _UNREADABLE as error:
            raise KgError(
                f"{path} is no backup of kg, or only the beginning of one: {str(error).rstrip('.')}. Was it copied completely?"
            ) from error
        except OSError as error:
            raise KgError(f"{path} cannot be read: {error.strerror or error}.") from error
        with archive:
            size = os.fstat(file.fileno()).st_size
            yield Archive(path, archive, _checked(path, archive, size))


def _checked(path: Path, archive: zipfile.ZipFile, size: int) -> Manifest:
    infos = archive.infolist()
    members = {info.filename: info for info in infos}
    about = members.pop(_MANIFEST, None)
    if about is None:
        raise KgError(f"{path} is a zip archive but no backup of kg: it has no {_MANIFEST}.")
    if about.file_size > _LONGEST_MANIFEST:
        raise _damaged(path, f"its {_MANIFEST} is too long")
    try:
        check_members(archive, size)
        text = archive.read(about)
    except (*_UNREADABLE, OSError, RuntimeError) as error:
        raise _damaged(path, f"{_MANIFEST}: {error}") from error
    manifest = read_manifest(text, str(path))
    if len(infos) != len(members) + 1:
        raise _damaged(path, "two of its members have one name")
    # Members that lie over each other can say to be a thousand times more than the file could hold.
    if sum(info.compress_size for info in infos) > size:
        raise _damaged(path, "its members take more than there is")
    _check_members(path, manifest, members)
    return manifest


def _check_members(path: Path, manifest: Manifest, members: Mapping[str, zipfile.ZipInfo]) -> None:
    parts = {part.name: part for part in manifest.parts}
    for name in sorted(parts.keys() ^ members.keys()):
        raise _damaged(path, f"{name!r} is missing" if name in parts else f"{name[:100]!r} does not belong to a backup")
    for name, info in members.items():
        if info.file_size != parts[name].bytes:
            raise _damaged(path, f"{name} has {info.file_size:,} bytes and should have {parts[name].bytes:,}")
        if info.flag_bits & 0x1 or info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            raise _damaged(path, f"{name} is encrypted or packed in another way")
    # The shortest row is [[],{}] and its end.
    if any(part.rows * 8 > part.bytes for part in manifest.parts):
        raise _damaged(path, "a part has more rows than it has room for")
    contents = manifest.contents
    for kind, number in (("nodes", contents.node_count), ("relationships", contents.relationship_count)):
        if sum(part.rows for part in manifest.parts if part.kind == kind) != number:
            raise _damaged(path, f"the number of {kind} is not that of their rows")


def _damaged(path: Path, what: str) -> KgError:
    return KgError(f"{path} is damaged: {what}. Copy it again from where it was kept, or take another backup.")
