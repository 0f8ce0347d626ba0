"""Names of regions to ids: those that the starter knows, and one of ours that is the same for every source."""

from __future__ import annotations

import csv
import re
from dataclasses import dataclass
from functools import cache
from importlib import resources

from kg.places.authorities import recognise
from kg.places.names import normalise
from kg.places.spelling import groups
from kg.places.transliterate import to_latin


@dataclass(frozen=True, slots=True)
class _Known:
    """A region of the starter: its ids, its names as compared, and its tier."""

    ids: tuple[str, ...]
    country: str
    names: frozenset[str]
    tier: str


def region_ids(name: str, country: str | None, level: str | None = None) -> tuple[str, ...]:
    """Return the ids of the region of this name: of the starter's one where it is meant, and ``own:region-{cc}-{tier}-{stem}``.

    Two tiers of one name are two regions (the province and the region of Murcia). None without a country, or for a name that is
    not written in letters.

    >>> region_ids("Provincie Gelderland", "NL")
    ('wikidata:Q775', 'own:gelderland', 'own:region-nl-province-gelderland')
    >>> region_ids("Lubelskie", "PL", "voivodeship")
    ('own:region-pl-voivodeship-lubelskie',)
    """
    if country is None:
        return ()
    recognised = recognise(name, country)
    is_region = recognised.kind == "region" and recognised.place
    tier = tier_of(level) or (tier_of(recognised.level) if is_region else "")
    stem = normalise(to_latin(recognised.place if is_region else name, country))
    called = {stem, normalise(name), *(normalise(place) for place in recognised.places if is_region)}
    known = [
        one
        for one in _known()
        if one.country == country and one.names & called and (not tier or not one.tier or tier == one.tier)
    ]
    ids = known[0].ids if len(known) == 1 else ()
    code = "-".join(re.findall(r"[a-z0-9]+", stem))[:80].strip("-")
    own = (f"own:region-{country.lower()}-{tier}-{code}" if tier else f"own:region-{country.lower()}-{code}",)
    return (*ids, *(own if code else ()))


def tier_of(level: str | None) -> str:
    """Return the tier that a word for one stands for, empty when it is not known.

    >>> tier_of("megye"), tier_of("Autonomous community"), tier_of(None)
    ('county', 'region', '')
    """
    word = normalise(level or "")
    return next((tier for tier, said in groups("tiers") if word in said), "")


@cache
def _known() -> tuple[_Known, ...]:
    text = resources.files("kg").joinpath("data", "regions.csv").read_text(encoding="utf-8")
    return tuple(_of(row) for row in csv.DictReader(text.splitlines()))


def _of(row: dict[str, str]) -> _Known:
    names = {row["name"], *filter(None, row["names"].split(";"))}
    wikidata = (f"wikidata:{row['wikidata_id']}",) if row["wikidata_id"] else ()
    return _Known(
        (*wikidata, f"own:{row['id']}"),
        row["country"],
        frozenset(normalise(name) for name in names),
        tier_of(row["level"]),
    )
