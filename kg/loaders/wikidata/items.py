"""Places that Wikidata names by item: one description of each, from all that a file says of it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from kg.errors import quoted
from kg.loaders.localities import Localities, Placed
from kg.loaders.wikidata.labels import name_and_area, one_country, tier
from kg.places.query import PlaceQuery

ITEM = re.compile(r"Q[1-9][0-9]{0,10}")
_ENTITY = re.compile(r"(https?://www\.wikidata\.org/(entity|wiki)/)?(?P<id>Q[1-9][0-9]{0,10})")
_NUMBER = re.compile(r"\+?[0-9]{1,12}(\.[0-9]+)?")
_GEONAMES = re.compile(r"[1-9][0-9]{0,9}")
_NUTS = re.compile(r"[A-Z]{2}[0-9A-Z]{1,3}")


@dataclass
class Item:
    """All that a file says of an item: it may state several coordinates, populations and codes, in as many rows."""

    labels: set[str] = field(default_factory=set)
    countries: set[str] = field(default_factory=set)
    locations: set[tuple[float, float]] = field(default_factory=set)
    populations: set[int] = field(default_factory=set)
    geonames: set[str] = field(default_factory=set)
    nuts: set[str] = field(default_factory=set)
    kinds: set[str] = field(default_factory=set)

    def label(self, id_: str) -> str:
        """Return the label, the item's own number when it has none."""
        return min(self.labels - {id_}, default=id_)


def item_id(text: str) -> str:
    """Return the number of an item, from its address or by itself.

    >>> item_id("http://www.wikidata.org/entity/Q1773")
    'Q1773'

    Raises:
        ValueError: It is none.
    """
    if match := _ENTITY.fullmatch(text):
        return match["id"]
    raise ValueError(f"{quoted(text)} is no Wikidata item")


def add_values(
    item: Item,
    *,
    label: str = "",
    country: str = "",
    population: str = "",
    longitude: str = "",
    latitude: str = "",
) -> None:
    """Add what a row says of an item; what is empty, or is no number or no place on the globe, says nothing."""
    item.labels |= {label} - {""}
    item.countries |= {country} - {""}
    if _NUMBER.fullmatch(population):
        item.populations.add(int(float(population)))
    try:
        point = float(longitude), float(latitude)
    except ValueError:
        return
    if abs(point[0]) <= 180 and abs(point[1]) <= 90:
        item.locations.add(point)


class Items:
    """The items of one file, and the records of those that are municipalities or regions."""

    def __init__(self, localities: Localities, items: Mapping[str, Item]) -> None:
        self._localities = localities
        self._items = items
        self._placed: dict[str, Placed] = {}

    def label(self, id_: str) -> str:
        """Return what an item is called."""
        return self._items[id_].label(id_)

    def reason_to_skip(self, ids: Iterable[str]) -> str | None:
        """Return the rule by which a row with these items is left out: one is known to be neither municipality nor region."""
        for id_ in ids:
            kinds = self._items[id_].kinds
            if kinds and not kinds & {"municipality", "region"}:
                return f"neither a municipality nor a region but of the kind {min(kinds)}"
        return None

    def place(self, id_: str) -> Placed:
        """Return the records of a municipality or region."""
        if id_ not in self._placed:
            self._placed[id_] = self._make(id_, self._items[id_])
        return self._placed[id_]

    def _make(self, id_: str, item: Item) -> Placed:
        """Return a region where Wikidata says so, or, where it says nothing, the label."""
        label, own = item.label(id_), (f"wikidata:{id_}",)
        name, area = name_and_area(label)
        country, population = one_country(item.countries), max(item.populations, default=None)
        level = tier(label, country)
        if "municipality" not in item.kinds and ("region" in item.kinds or level):
            nuts = [f"nuts:{code}" for code in sorted(item.nuts) if _NUTS.fullmatch(code)]
            return self._localities.region(
                id_, name, country, level=level, ids=nuts, own_ids=own, population=population
            )
        geonames = [f"geonames:{code}" for code in sorted(item.geonames) if _GEONAMES.fullmatch(code)]
        query = PlaceQuery(
            name,
            country,
            ids=(*geonames, *own),
            location=min(item.locations, default=None),
            region=area,
            population=population,
        )
        return self._localities.city(id_, query, own_ids=own)
