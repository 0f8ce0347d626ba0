"""The errors that a user can do something about."""

from __future__ import annotations


class KgError(Exception):
    """What went wrong, where, and what to do about it, in one paragraph for a person.

    The command prints the message without a traceback and exits with ``exit_code``; a program catches the class.
    """

    exit_code = 2
