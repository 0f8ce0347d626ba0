"""Files that are put in place when all of them are written, and never over others unless that was asked for."""

from __future__ import annotations

import secrets
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from kg.errors import KgError
from kg.queries.export.credits import CITATION_BEGINS
from kg.queries.export.tables import FACTS_FOLDER, NODES_FOLDER
from kg.queries.snapshot.parquet import FILES as SNAPSHOT_FILES
from kg.schema.nodes import NODES
from kg.schema.relationships import FACTS

#: What says under which licences an export stands, and how it is cited.
LICENCE_FILE, CITATION_FILE = "LICENCE.txt", "CITATION.cff"


def beside(file: Path) -> tuple[Path, Path]:
    """Return the files that go beside one: for ``riga.graphml``, ``riga.LICENCE.txt`` and ``riga.CITATION.cff``."""
    return file.with_name(f"{file.stem}.{LICENCE_FILE}"), file.with_name(f"{file.stem}.{CITATION_FILE}")


def check_files(files: Sequence[Path], option: str, *, force: bool) -> None:
    """Refuse files that are there already, unless they may be replaced.

    Raises:
        KgError: One is there or is a folder, or there is no folder for it.
    """
    _check_parent(files[0], option)
    for file in files:
        if file.is_dir():
            raise KgError(f"{option} {file} is a folder: name a file in it.")
        if file.exists() and not force:
            which = "is there already" if file == files[0] else f"would come with {file}, which is there already"
            raise KgError(f"{option} {files[0]} {which}: name another file, or replace it with --force.")


def check_folder(folder: Path, option: str, *, force: bool) -> None:
    """Refuse a folder that holds anything, unless it is an export that may be replaced.

    Raises:
        KgError: It does, it is a file, or there is no folder for it.
    """
    _check_parent(folder, option)
    if folder.is_dir():
        names = {path.name for path in folder.iterdir()}
        if not names:
            return
        if not _is_export(folder, names):
            raise KgError(
                f"{option} {folder} is a folder with other things in it, which are never replaced: name a new one."
            )
        if not force:
            raise KgError(
                f"{option} {folder} holds an export already: name another folder, or replace it with --force."
            )
    elif folder.exists():
        raise KgError(f"{option} {folder} is a file: name a folder.")


def _is_export(folder: Path, names: set[str]) -> bool:
    """Whether a folder has all that an export has, and nothing that somebody may have put there since."""
    return (
        {LICENCE_FILE, CITATION_FILE} <= names
        and names <= {NODES_FOLDER, FACTS_FOLDER, *SNAPSHOT_FILES, LICENCE_FILE, CITATION_FILE}
        and all((folder / name).is_file() for name in names & {*SNAPSHOT_FILES})
        and (folder / CITATION_FILE).read_text(encoding="utf-8", errors="replace").startswith(CITATION_BEGINS)
        and all(
            file.is_file() and file.suffix in (".csv", ".parquet") and file.stem in kinds
            for name, kinds in ((NODES_FOLDER, NODES), (FACTS_FOLDER, FACTS))
            if name in names
            for file in (folder / name).iterdir()
        )
    )


def _check_parent(path: Path, option: str) -> None:
    if not path.parent.is_dir():
        raise KgError(f"{option} {path} cannot be written: there is no folder {path.parent}.")
    try:
        # Permissions alone do not say it: nobody, whatever they are allowed, can make anything in /proc.
        draft = _draft(path)
        draft.mkdir()
        draft.rmdir()
    except OSError as error:
        raise _refused(path, option, error) from error


@contextmanager
def new_files(files: Sequence[Path], option: str, *, force: bool) -> Iterator[Path]:
    """A folder to write files of these names to; at the end of the block they are put in place, all of the same folder.

    When the block fails nothing is left behind.

    Raises:
        KgError: See :func:`check_files`; or they cannot be written.
    """
    check_files(files, option, force=force)
    with _drafted(files[0], option) as draft:
        yield draft
        # Somebody else may have made them meanwhile.
        check_files(files, option, force=force)
        for file in files:
            if file.exists():
                (draft / file.name).chmod(file.stat().st_mode & 0o777)
            (draft / file.name).replace(file)


@contextmanager
def new_folder(folder: Path, option: str, *, force: bool) -> Iterator[Path]:
    """A folder to write to, which takes the place of another at the end of the block; when that fails, nothing has changed.

    Raises:
        KgError: See :func:`check_folder`; or it cannot be written.
    """
    check_folder(folder, option, force=force)
    with _drafted(folder, option) as draft:
        yield draft
        check_folder(folder, option, force=force)
        if not folder.exists():
            draft.rename(folder)
            return
        old = _draft(folder)
        folder.rename(old)
        try:
            draft.rename(folder)
        except OSError:
            old.rename(folder)
            raise
        shutil.rmtree(old)


@contextmanager
def _drafted(path: Path, option: str) -> Iterator[Path]:
    draft = _draft(path)
    try:
        draft.mkdir()
        yield draft
    except OSError as error:
        raise _refused(path, option, error) from error
    finally:
        shutil.rmtree(draft, ignore_errors=True)


def _draft(path: Path) -> Path:
    return path.with_name(f".{path.name[:100]}.{secrets.token_hex(4)}.part")


def _refused(path: Path, option: str, error: OSError) -> KgError:
    return KgError(f"{option} {path} cannot be written: {error.strerror or error}. Name another place.")
