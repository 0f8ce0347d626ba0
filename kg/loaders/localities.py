"""What a row says of a municipality, as records: one way for all loaders, so that all resolve places alike."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from kg.places.countries import countries
from kg.places.query import PlaceQuery, Resolution
from kg.schema.identity import reference, slug
from kg.schema.nodes import City, Country, Point, Region
from kg.schema.records import FactRecord, NodeRecord
from kg.schema.relationships import LocatedIn

if TYPE_CHECKING:
    from kg.places.resolve import Resolver

#: Candidates kept with a place that a person must decide on.
_MOST_CANDIDATES = 5


@dataclass(frozen=True, slots=True)
class Placed:
    """A place in records: the reference by which facts call it, the nodes and facts that describe it, and how sure that is."""

    reference: str
    nodes: tuple[NodeRecord, ...]
    facts: tuple[FactRecord, ...]
    resolution: Resolution | None = None


class Localities:
    """Makes the records of municipalities and regions of one source.

    A place is called, in facts, by its own name in that source (``gcom:LV0007``, or an id of ours made from ``key``); what the
    resolver found is a further id of the same record. So when a place is resolved otherwise by the next edition, or by a person,
    its facts go with it, and nobody seems to leave and rejoin.
    """

    def __init__(self, source: str, resolver: Resolver) -> None:
        self._source = source
        self._resolver = resolver

    def city(
        self,
        key: str,
        query: PlaceQuery,
        *,
        own_ids: Iterable[str] = (),
        name: str | None = None,
        **values: Any,
    ) -> Placed:
        """Return the records of a municipality.

        Args:
            key: What tells this place from all others of the source: its id there, or country, name and whatever else the
                query holds. Equal keys must come with equal queries and values.
            query: What the source says of the place.
            own_ids: The source's own ids of the very place in a scheme of their own (``gcom:LV0007``).
            name: The name to show, when the query's is that of the authority.
            values: Further values of :class:`~kg.schema.nodes.City`: ``website``, ``as_of``, ``population``, ``location``.
        """
        own = tuple(own_ids) or (own_id(self._source, key),)
        resolution = self._resolver.resolve(replace(query, subject=query.subject or own[0]))
        best = resolution.best
        population, location = values.pop("population", query.population), values.pop("location", query.location)
        city = City(
            name=name or query.name,
            names=query.names,
            country=query.country,
            population=population,
            location=Point(*location) if location else None,
            resolution=None if best or query.ids else resolution.status,
            candidates=() if best or query.ids else _told(resolution),
            **values,
        )
        ids = dict.fromkeys((*query.ids, *((best.id,) if best else ()), *own))
        return self._placed(NodeRecord(city, tuple(ids), self._source, key), own[0], query.country, resolution)

    def region(
        self,
        key: str,
        name: str,
        country: str | None,
        *,
        level: str | None = None,
        ids: Iterable[str] = (),
        own_ids: Iterable[str] = (),
        **values: Any,
    ) -> Placed:
        """Return the records of a region; ``ids`` are exact ids of it, found ones are added.

        Args as for :meth:`city`; ``level`` is the tier (province, county, voivodeship, ...).
        """
        own = tuple(own_ids) or (own_id(self._source, f"region {key}"),)
        found = self._resolver.region_ids(name, country, level)
        all_ids = dict.fromkeys((*ids, *found, *own))
        region = Region(name=name, country=country, level=level, **values)
        return self._placed(NodeRecord(region, tuple(all_ids), self._source, key), own[0], country, None)

    def _placed(self, record: NodeRecord, called: str, country: str | None, resolution: Resolution | None) -> Placed:
        here = reference(record.node.label, called)
        if country not in countries():
            # The list ends where the mission's area does; the record of a place beyond it still says its country.
            return Placed(here, (record,), (), resolution)
        there = country_record(country, self._source)
        located = LocatedIn(start=here, end=there.reference)
        return Placed(here, (record, there), (FactRecord(located, self._source, record.row),), resolution)


@lru_cache(maxsize=1000)
def country_record(code: str, source: str) -> NodeRecord:
    """Return the record of a country.

    Raises:
        ValueError: There is no such country in the list.
    """
    entry = countries().get(code)
    if entry is None:
        raise ValueError(f"no country has the code {code!r}")
    return NodeRecord(Country(name=entry.name), (f"iso:{code}",), source, code)


def own_id(source: str, key: str) -> str:
    """Return an id of ours for what a source calls ``key``: readable, and distinct by a hash of the very key.

    >>> own_id("etmun", "LV|Rīga")
    'own:etmun.lv-riga.b9b63b437e'
    """
    digest = hashlib.blake2b(f"{source}\x1f{key}".encode(), digest_size=5).hexdigest()
    readable = slug(key)[:60].strip("-")
    return f"own:{slug(source)[:30].strip('-')}.{readable + '.' if readable else ''}{digest}"


def _told(resolution: Resolution) -> tuple[str, ...]:
    """Return the candidates as texts of JSON, to be kept with the place until a person decides."""
    return tuple(
        json.dumps(
            {
                "id": candidate.id,
                "name": candidate.name,
                "score": round(candidate.score, 3),
                "evidence": [[one.kind, one.given, one.found] for one in candidate.evidence],
            },
            ensure_ascii=False,
        )
        for candidate in resolution.candidates[:_MOST_CANDIDATES]
    )
