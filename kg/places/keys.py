"""Keys under which spellings of one name meet.

A key is looser than :func:`kg.places.names.normalise`: it is only ever used to find candidates, whose names are then compared.
"""

from __future__ import annotations

import re
from functools import cache, lru_cache

from kg.places.names import normalise
from kg.places.spelling import folds, words
from kg.places.transliterate import to_latin

_DOUBLED = re.compile(r"(.)\1+")


@lru_cache(maxsize=50_000)
def place_key(text: str, country: str | None) -> str:
    """Return the key of a name: Latin letters, small words and spaces left out, spellings that vary in that country folded.

    >>> place_key("Saint-Étienne", "FR") == place_key("St Etienne", "FR"), place_key("Muenchen", "DE") == place_key("München", "DE")
    (True, True)
    >>> place_key("Χανιά", "GR") == place_key("Hania", "GR") == place_key("Chaniá", "GR"), place_key("-", "FR")
    (True, '')
    """
    given = plain_name(text, country).split()
    kept = [_saints().get(word, word) for word in given if word not in _small()] or given
    joined = "".join(kept)
    for pattern, to in folds(country):
        joined = pattern.sub(to, joined)
    return _DOUBLED.sub(r"\1", joined)


@lru_cache(maxsize=50_000)
def plain_name(text: str, country: str | None) -> str:
    """Return a name as spellings are compared: in Latin letters, without case, diacritics and punctuation."""
    return normalise(to_latin(text, country))


@cache
def _small() -> frozenset[str]:
    return frozenset(words("small"))


@cache
def _saints() -> dict[str, str]:
    return dict.fromkeys(words("saint"), "st")
