"""The errors that a user can do something about."""

from __future__ import annotations

import re

#: What would control a terminal, turn the direction of writing, or cannot be written at all: a message may quote any file.
_UNPRINTABLE = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
#: Characters of a line of a message.
_LONGEST = 2_000


class KgError(Exception):
    """What went wrong, where, and what to do about it, in one paragraph for a person.

    The command prints the message without a traceback and exits with ``exit_code``; a program catches the class.
    """

    exit_code = 2

    def __str__(self) -> str:
        """Return the message as it can be shown anywhere: characters that control a terminal as ``\\x1b``, long lines cut."""
        text = _UNPRINTABLE.sub(_escaped, super().__str__())
        if len(text) <= _LONGEST:
            return text
        return "\n".join(_cut(line) for line in text.split("\n"))


def _escaped(match: re.Match[str]) -> str:
    return " " if match[0] in "\t\r" else match[0].encode("unicode_escape").decode("ascii")


def _cut(line: str) -> str:
    # What was wrong stands at the beginning, what to do about it at the end.
    return line if len(line) <= _LONGEST else f"{line[: _LONGEST - 400]} … {line[-397:]}"


def quoted(given: object, most: int = 60) -> str:
    """Return what was given, in quotes and on one line, for a message; a long text is cut to ``most`` characters.

    >>> quoted("Riga"), quoted("a" * 70, most=5), quoted(None)
    ("'Riga'", "'aaaa…'", 'None')
    """
    if isinstance(given, str) and len(given) > most:
        given = given[: most - 1] + "…"
    text = repr(given)
    return text if len(text) <= 4 * most else text[: 4 * most] + "…"
