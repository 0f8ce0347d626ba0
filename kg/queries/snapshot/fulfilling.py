"""Which places of a graph in memory fulfil what is asked for: :func:`kg.queries.filters.fulfilling` without a database."""

from __future__ import annotations

from collections.abc import Iterator

from kg.queries.filters import Wanted
from kg.queries.snapshot.graph import Snapshot

#: So many levels of regions are gone down, as in a database.
_LEVELS = 6


def fulfilling_in(snapshot: Snapshot, wanted: Wanted) -> list[str]:
    """Return the ids of all cities and regions that fulfil what is asked for, ascending; refused countries are not looked at.

    Args:
        snapshot: The graph, as of the day as of which memberships and requests count.
        wanted: What is asked for.
    """
    filters, rows = wanted.filters, snapshot.places.rows
    low, high = filters.min_population, filters.max_population
    found = {
        row.id
        for row in rows
        if (low is None or (row.population is not None and row.population >= low))
        and (high is None or (row.population is not None and row.population <= high))
    }
    if filters.countries:
        found &= {row.id for row in rows if row.country in filters.countries}
    if wanted.regions:
        found &= {id_ for region in wanted.regions for id_ in _within(snapshot, region.id)}
    if wanted.networks:
        found &= {id_ for network in wanted.networks for id_ in _valid_starts(snapshot, "MEMBER_OF", network.id)}
    if wanted.themes:
        found &= {id_ for theme in wanted.themes for id_ in _concerned(snapshot, theme.id)}
    return sorted(found)


def _within(snapshot: Snapshot, region: str) -> set[str]:
    found: set[str] = set()
    level = {region}
    for _ in range(_LEVELS):
        level = {
            fact.start
            for above in level
            for fact in snapshot.facts_of("LOCATED_IN", above)
            if fact.end == above and fact.start not in found
        }
        found |= level
    return found


def _concerned(snapshot: Snapshot, theme: str) -> Iterator[str]:
    for request in ("SEEKS", "OFFERS"):
        yield from _valid_starts(snapshot, request, theme)
    for project in _valid_starts(snapshot, "ABOUT", theme):
        for fact in snapshot.facts_of("PARTICIPATES_IN", project):
            if fact.end == project and snapshot.has_begun(fact):
                yield fact.start


def _valid_starts(snapshot: Snapshot, type_: str, end: str) -> Iterator[str]:
    return (fact.start for fact in snapshot.facts_of(type_, end) if fact.end == end and snapshot.is_valid(fact))
