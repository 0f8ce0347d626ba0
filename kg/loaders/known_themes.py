"""Themes that the starter has, so that tables of what cities seek and offer call them by the same own id and they stay one node."""

from __future__ import annotations

import csv
from functools import cache
from importlib import resources

from kg.places.names import normalise


@cache
def _by_name() -> dict[str, tuple[str, str]]:
    """Return own id and name of the starter's themes by each of their names, normalised, and by their ids."""
    text = resources.files("kg").joinpath("data", "themes.csv").read_text(encoding="utf-8")
    found: dict[str, tuple[str, str]] = {}
    for row in csv.DictReader(text.splitlines()):
        for name in (row["name"], row["id"], *row["names"].split(";")):
            if key := normalise(name):
                found.setdefault(key, (f"own:{row['id']}", row["name"]))
    return found


def known_theme(name: str) -> tuple[str, str] | None:
    """Return the own id and the name of the starter's theme that bears this very name, None when none does.

    >>> known_theme("urban mobility")
    ('own:sustainable-mobility', 'Sustainable urban mobility and public transport')
    """
    return _by_name().get(normalise(name))
