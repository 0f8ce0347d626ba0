"""Passwords: how they are kept out of what is shown, and from which files they are read."""

from __future__ import annotations

import os
import stat
from pathlib import Path
from typing import Self

from kg.errors import KgError

#: Bytes of the line of a password.
_LONGEST = 10_000
_SHOWN = "'**********'"


class Password(str):
    """A password: a text like any other, but for how it is shown.

    What shows the values of variables shows stars instead: a traceback with them, a debugger, a notebook, the ``repr`` of a
    dictionary that it is in.

    >>> Password("correct horse"), {"password": Password("correct horse")}
    ('**********', {'password': '**********'})
    """

    __slots__ = ()

    def __repr__(self) -> str:
        return _SHOWN

    @classmethod
    def of(cls, text: str | None) -> Self | None:
        """The same text as a password; None stays None."""
        return None if text is None else cls(text)


def check_private(path: Path) -> None:
    """Refuse a file that holds a password and that every user of the machine may read or change.

    A pipe, such as a shell makes of ``<(pass show neo4j)``, is nobody else's; where there are no permissions (Windows), there is
    nothing to look at.

    Raises:
        KgError: says which file, and how to close it.
        OSError: there is no such file.
    """
    if os.name != "posix":
        return
    status = path.stat()
    if stat.S_ISREG(status.st_mode) and status.st_mode & (stat.S_IROTH | stat.S_IWOTH):
        raise KgError(
            f"Every user of this machine may read or change {path} (mode {stat.S_IMODE(status.st_mode):04o}), which holds a "
            f"password: close it with `chmod 600 {path}`, and choose another password if others may have seen this one."
        )


def read_password_file(path: Path) -> Password:
    """The first line of a file.

    Raises:
        KgError: every user of the machine may read it, it cannot be read, or it is not text.
    """
    try:
        check_private(path)
        with path.open("rb") as file:
            line = file.readline(_LONGEST + 1)
        if len(line) > _LONGEST:
            raise KgError(
                f"The password file {path} begins with a line of more than {_LONGEST:,} bytes: is it the right file?"
            )
        return Password(line.decode().partition("\n")[0].partition("\r")[0])
    except UnicodeDecodeError:
        # Without the cause, which has what was read in it.
        raise KgError(f"The password file {path} is not text in UTF-8: save it as such.") from None
    except OSError as error:
        raise KgError(f"The password file {path} cannot be read: {error.strerror}.") from error
