"""Cells of tables that a spreadsheet program may open: shown, and never run; and read back as they were."""

from __future__ import annotations

import re

#: First characters that make a spreadsheet run a cell, with their full-width forms.
RUNNABLE = (
    "=+-@\t\r\n\N{FULLWIDTH EQUALS SIGN}\N{FULLWIDTH PLUS SIGN}\N{FULLWIDTH HYPHEN-MINUS}\N{FULLWIDTH COMMERCIAL AT}"
)


def runs(text: str) -> bool:
    """Whether a spreadsheet could take a text for a formula; some programs skip blanks before it."""
    return any(first in RUNNABLE for first in (*text[:1], *text.strip()[:1]))


def guarded(text: str) -> str:
    """Return a text as a cell that no spreadsheet runs: with an apostrophe before what would be a formula.

    One that has such an apostrophe already gets another, so that :func:`unguarded` gives back what was there.

    >>> guarded("=1+1"), guarded("'=1+1"), guarded("'s-Hertogenbosch")
    ("'=1+1", "''=1+1", "'s-Hertogenbosch")
    """
    return f"'{text}" if runs(text.lstrip("'")) else text


_LONE_RETURN = re.compile(r"\r(?!\n)")


def written(text: str) -> str:
    """Return a text as it goes into a file of CSV whose lines end with a line feed.

    Python puts no quotation marks around a carriage return there, and a spreadsheet begins a new row at it: it becomes a line feed.

    >>> written("Riga\\r=1+1")
    'Riga\\n=1+1'
    """
    return guarded(_LONE_RETURN.sub("\n", text))


def unguarded(text: str) -> str:
    """Return what :func:`guarded` was given.

    >>> unguarded("'=1+1"), unguarded("''=1+1"), unguarded("'s-Hertogenbosch")
    ('=1+1', "'=1+1", "'s-Hertogenbosch")
    """
    return text[1:] if text[:1] == "'" and runs(text.lstrip("'")) else text
