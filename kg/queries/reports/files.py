"""A file that is written whole or not at all, and never over another unless that was asked for."""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from kg.queries.reports.header import ReportError


def check_new(file: Path, *, force: bool) -> None:
    """Refuse a file that is there already, unless it may be replaced.

    Raises:
        ReportError: it is there, or it is a folder.
    """
    if file.is_dir():
        raise ReportError(f"--out {file} is a folder: name a file in it.")
    if file.exists() and not force:
        raise ReportError(f"--out {file} is there already: name another file, or replace it with --force.")


@contextmanager
def new_file(file: Path, *, force: bool = False) -> Iterator[Path]:
    """A path beside ``file`` to write to; it becomes ``file`` at the end of the block, and is removed when the block fails.

    Raises:
        ReportError: the file cannot be written, or is there already and ``force`` is not set.
    """
    check_new(file, force=force)
    # Through a symbolic link, so that it still is one afterwards.
    target = Path(os.path.realpath(file))
    draft = target.with_name(f".{target.name[:100]}.{secrets.token_hex(4)}.part")
    try:
        draft.touch(exist_ok=False)
        if target.exists():
            draft.chmod(target.stat().st_mode & 0o777)
        yield draft
        # Somebody else may have made it meanwhile.
        check_new(file, force=force)
        draft.replace(target)
    except OSError as error:
        raise ReportError(f"--out {file} cannot be written: {error.strerror or error}. Name another file.") from error
    finally:
        with suppress(OSError):
            draft.unlink(missing_ok=True)
