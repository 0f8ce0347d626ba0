"""What ``spelling.toml`` says of how names are written."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from functools import cache
from importlib import resources
from typing import Any


@cache
def _said() -> dict[str, Any]:
    return tomllib.loads(resources.files("kg").joinpath("places", "spelling.toml").read_text(encoding="utf-8"))


@cache
def words(*path: str) -> tuple[str, ...]:
    """Return a list of words, by the names under which it stands in the file."""
    found: Any = _said()
    for name in path:
        found = found[name]
    return tuple(found)


@cache
def tables(name: str) -> tuple[Mapping[str, Any], ...]:
    """Return the tables of the file that bear a name."""
    return tuple(_said()[name])


@cache
def alphabet(name: str) -> dict[str, str]:
    """Return what is written in Latin letters for each letter of an alphabet."""
    said = _said()["alphabet"][name]
    latin = ("" if letters == "-" else letters for letters in said["latin"].split())
    return dict(zip(said["letters"].split(), latin, strict=True))


@cache
def folds(country: str | None) -> tuple[tuple[re.Pattern[str], str], ...]:
    """Return which spellings are made equal in a country: patterns and what replaces them, in order."""
    return tuple(
        (re.compile(pattern), to)
        for group in _said()["folds"].values()
        if country in group["countries"]
        for pattern, to in group["rules"]
    )


@cache
def groups(name: str) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """Return a table of lists of words, by the names that they have there."""
    return tuple((key, tuple(listed)) for key, listed in _said()[name].items())
