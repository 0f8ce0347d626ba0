"""Disk space: looked at before a start, and explained when it runs out all the same."""

from __future__ import annotations

import errno
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from kg.errors import KgError

#: Neo4j's empty store and logs, and room for a first load; below this a start only damages things.
NEEDED_FOR_DATA = 300 * 1024**2
#: All jars of one line.
NEEDED_FOR_JARS = 200 * 1024**2

#: With less than this a server cannot write what it has to as it ends.
_NEEDED_TO_END = 16 * 1024**2

_FULL = (errno.ENOSPC, errno.EDQUOT)
_FORBIDDEN = (errno.EACCES, errno.EPERM, errno.EROFS)


def check_free_space(folder: Path, needed: int) -> None:
    """Refuse when fewer than ``needed`` bytes are free where ``folder`` is or will be.

    Raises:
        KgError: there is too little room; it says how much there is and what to do.
    """
    free = _free(folder)
    if free < needed:
        raise KgError(
            f"The disk that holds {folder} has {free / 1024**2:.0f} MB free, and the local Neo4j needs "
            f"{needed / 1024**2:.0f} MB: free some space there, or set KG_HOME to a folder on another disk."
        )


def is_full(folder: Path) -> bool:
    """Whether the disk that holds a folder has hardly a byte left."""
    return _free(folder) < _NEEDED_TO_END


def _free(folder: Path) -> int:
    """Return the bytes that are free where a folder is or will be."""
    existing = next(place for place in [folder, *folder.parents] if place.exists())
    return shutil.disk_usage(existing).free


@contextmanager
def explain_disk_errors(path: Path) -> Iterator[None]:
    """Turn a full disk and a folder that may not be written into errors that say what to do."""
    try:
        yield
    except OSError as error:
        raise disk_error(error, path) from error


def is_disk_error(error: OSError) -> bool:
    """Whether the disk or its permissions are the cause, and not, say, the network."""
    return error.errno in _FULL + _FORBIDDEN


def disk_error(error: OSError, path: Path) -> KgError:
    """The error for a person that stands for ``error``, met while writing ``path``."""
    if error.errno in _FULL:
        return KgError(
            f"The disk is full: {path} could not be written. Free some space there, or set KG_HOME to a folder on "
            "another disk, and run the command again; what was fetched completely is kept."
        )
    if error.errno in _FORBIDDEN:
        return KgError(f"{path} may not be written by this user: change its owner, or set KG_HOME to another folder.")
    return KgError(f"{path} could not be written ({error.strerror or error}): set KG_HOME to another folder.")
