"""The errors that a user can do something about."""

from __future__ import annotations


class KgError(Exception):
    """What went wrong, where, and what to do about it, in one paragraph for a person.

    The command prints the message without a traceback and exits with ``exit_code``; a program catches the class.
    """

    exit_code = 2


def quoted(given: object, most: int = 60) -> str:
    """Return what was given, in quotes and on one line, for a message; a long text is cut to ``most`` characters.

    >>> quoted("Riga"), quoted("a" * 70, most=5), quoted(None)
    ("'Riga'", "'aaaa…'", 'None')
    """
    if isinstance(given, str) and len(given) > most:
        given = given[: most - 1] + "…"
    text = repr(given)
    return text if len(text) <= 4 * most else text[: 4 * most] + "…"
