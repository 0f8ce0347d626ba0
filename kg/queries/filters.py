"""What partners must be: checked options, and which places of the graph fulfil them."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence, Set
from dataclasses import dataclass
from datetime import date
from typing import Any

from kg.database.connection import Connection
from kg.database.read import read
from kg.errors import KgError, quoted
from kg.queries.entities import Entity, country_code, resolve
from kg.queries.names import NamesInMemory
from kg.queries.paths import is_whole
from kg.queries.themes import find_theme
from kg.queries.validity import begun, valid

_HAS_COUNTRY = "UNWIND $codes AS code MATCH (n:City {country: code}) RETURN DISTINCT code"
_COUNTRIES = "MATCH (n:City) WHERE n.country IS NOT NULL RETURN DISTINCT n.country AS code"

_BY_SIZE = "($low IS NULL OR n.population >= $low) AND ($high IS NULL OR n.population <= $high)"

# Each set by a statement of its own that begins at what is asked for: who is asked for, and not everybody, is looked at.
_IN_COUNTRIES = f"""\
MATCH (n:City) WHERE n.country IN $countries AND {_BY_SIZE} RETURN collect(n.id) AS ids
UNION ALL
MATCH (n:Region) WHERE n.country IN $countries AND {_BY_SIZE} RETURN collect(n.id) AS ids"""
_OF_SIZE = f"""\
MATCH (n:City) WHERE {_BY_SIZE} RETURN collect(n.id) AS ids
UNION ALL
MATCH (n:Region) WHERE {_BY_SIZE} RETURN collect(n.id) AS ids"""
_IN_REGIONS = f"""\
UNWIND $regions AS region
MATCH (:Entity {{id: region}})<-[:LOCATED_IN*1..6]-(n:City|Region)
WHERE {_BY_SIZE}
RETURN collect(DISTINCT n.id) AS ids"""
_IN_NETWORKS = f"""\
UNWIND $networks AS network
MATCH (:Entity {{id: network}})<-[m:MEMBER_OF]-(n:City|Region)
WHERE {valid("m")} AND {_BY_SIZE}
RETURN collect(DISTINCT n.id) AS ids"""
_ON_THEMES = f"""\
UNWIND $themes AS theme
MATCH (t:Entity {{id: theme}})
CALL (t) {{
    MATCH (t)<-[m:SEEKS|OFFERS]-(n:City|Region) WHERE {valid("m")} RETURN n
    UNION
    MATCH (t)<-[a:ABOUT]-(p:Project)<-[m:PARTICIPATES_IN]-(n:City|Region)
    WHERE {begun("p")} AND {valid("a")} RETURN n
}}
WITH n WHERE {_BY_SIZE}
RETURN collect(DISTINCT n.id) AS ids"""


@dataclass(frozen=True, slots=True)
class Filters:
    """What a partner must be; empty and None ask nothing.

    ``newcomers`` and ``spread`` are about the list as a whole: which share of it is for places with few partnerships, and how many
    of one country may be in it.
    """

    countries: tuple[str, ...] = ()
    exclude_countries: tuple[str, ...] = ()
    min_population: int | None = None
    max_population: int | None = None
    newcomers: float | None = None
    spread: int | None = None

    def __post_init__(self) -> None:
        low, high = self.min_population, self.max_population
        for name, number in (("min_population (--min-population)", low), ("max_population (--max-population)", high)):
            if number is not None and (not is_whole(number) or number < 0):
                raise KgError(f"{name} must be a whole number, 0 or more, not {quoted(number)}.")
        if low is not None and high is not None and low > high:
            raise KgError(
                f"min_population (--min-population) {low} is more than max_population (--max-population) {high}: nobody can "
                "be between."
            )
        both = sorted(set(self.countries) & set(self.exclude_countries))
        if both:
            raise KgError(
                f"{', '.join(both)} cannot be both asked for (countries, --country) and refused (exclude_countries, "
                "--exclude-country)."
            )
        share: Any = self.newcomers
        if share is not None and (
            isinstance(share, bool)
            or not isinstance(share, int | float)
            or not math.isfinite(share)
            or not 0 < share <= 1
        ):
            raise KgError(
                f"newcomers (--newcomers) must be a share of the list, above 0 and at most 1 such as 0.33, not {quoted(share)}."
            )
        if self.spread is not None and (not is_whole(self.spread) or self.spread < 1):
            raise KgError(
                f"spread (--spread) must be a whole number of partners per country, 1 or more, not {quoted(self.spread)}."
            )


@dataclass(frozen=True, slots=True)
class Wanted:
    """Filters with their names resolved to nodes of the graph."""

    filters: Filters
    regions: tuple[Entity, ...] = ()
    networks: tuple[Entity, ...] = ()
    themes: tuple[Entity, ...] = ()

    def __post_init__(self) -> None:
        for region in self.regions:
            if region.country is None:
                continue
            if region.country in self.filters.exclude_countries:
                raise KgError(
                    f"The region {region.name} (regions, --region) is in {region.country}, which is refused (exclude_countries, "
                    "--exclude-country)."
                )
            if self.filters.countries and region.country not in self.filters.countries:
                raise KgError(
                    f"The region {region.name} (regions, --region) is in {region.country}, which is not among the countries asked "
                    f"for (countries, --country): {', '.join(self.filters.countries)}. Nobody can be in both."
                )

    @property
    def narrows(self) -> bool:
        """Whether it says whom to compare, so that all who fulfil it are."""
        filters = self.filters
        sized = filters.min_population is not None or filters.max_population is not None
        return sized or bool(filters.countries or self.regions or self.networks or self.themes)

    @property
    def asked(self) -> str:
        """What it asks for, in a few words."""
        filters = self.filters
        sized = filters.min_population is not None or filters.max_population is not None
        parts = {
            "country": filters.countries,
            "population": sized,
            "region": self.regions,
            "network": self.networks,
            "theme": self.themes,
        }
        return ", ".join(name for name, given in parts.items() if given)


def fulfilling(connection: Connection, wanted: Wanted, as_of: date) -> list[str]:
    """Return the ids of all cities and regions that fulfil what is asked for, ascending; refused countries are not looked at.

    One of the countries, one of the regions (or a region in it), a member of one of the networks, and concerned with one of the
    themes: by seeking or offering it, or by a project about it.

    Args:
        connection: The database.
        wanted: What is asked for.
        as_of: The day as of which memberships and requests count.
    """
    filters = wanted.filters
    given: dict[str, Any] = {
        "as_of": as_of.isoformat(),
        "low": filters.min_population,
        "high": filters.max_population,
        "countries": list(filters.countries),
        "regions": [entity.id for entity in wanted.regions],
        "networks": [entity.id for entity in wanted.networks],
        "themes": [entity.id for entity in wanted.themes],
    }
    statements = {
        "countries": _IN_COUNTRIES,
        "regions": _IN_REGIONS,
        "networks": _IN_NETWORKS,
        "themes": _ON_THEMES,
    }
    asked = [statement for name, statement in statements.items() if given[name]] or [_OF_SIZE]
    sets = [{id_ for row in read(connection, statement, given) for id_ in row["ids"]} for statement in asked]
    return sorted(set.intersection(*sets))


def find_wanted(
    where: Connection | NamesInMemory,
    filters: Filters,
    regions: str | Sequence[str] = (),
    networks: str | Sequence[str] = (),
    themes: str | Sequence[str] = (),
) -> Wanted:
    """Return filters with their names resolved.

    Raises:
        KgError: If a name is unknown or ambiguous, or what is asked for contradicts itself.
    """

    def found(parameter: str, given: str | Sequence[str], labels: tuple[str, ...]) -> tuple[Entity, ...]:
        return tuple(resolve(where, text, labels) for text in listed(parameter, given, "names or ids"))

    return Wanted(
        filters,
        found("regions (--region)", regions, ("Region",)),
        found("networks (--network)", networks, ("Organisation",)),
        tuple(find_theme(where, text) for text in listed("themes (--theme)", themes, "names or ids")),
    )


def listed(
    parameter: str, given: object, what: str = "codes or names of countries, such as 'FI' or ['FI', 'EE']"
) -> tuple[str, ...]:
    """Return one text, or a sequence of them, as a tuple.

    Raises:
        KgError: If it is neither; the message names the parameter.
    """
    if isinstance(given, str):
        return (given,)
    found = tuple(given) if isinstance(given, Iterable) else (given,)
    texts = tuple(one for one in found if isinstance(one, str))
    if texts != found:
        raise KgError(f"{parameter} must be {what}, not {quoted(given)}.")
    return texts


def country_codes(where: Connection | NamesInMemory, countries: Sequence[str]) -> tuple[str, ...]:
    """Return the ISO codes of countries given as codes or names.

    Raises:
        KgError: If the graph has no city in one of them; the message lists those that it has.
    """
    wanted = {text: country_code(where, text) or text for text in dict.fromkeys(countries)}
    if not wanted:
        return ()
    known = _with_cities(where, wanted.values())
    for text, code in wanted.items():
        if code not in known:
            choices = ", ".join(sorted(_with_cities(where)))
            raise KgError(
                f"The graph has no city in the country {quoted(text)}. It has cities in: {choices or 'none'}."
            )
    return tuple(dict.fromkeys(wanted.values()))


def _with_cities(where: Connection | NamesInMemory, among: Iterable[str] | None = None) -> Set[str]:
    """Return the countries of cities; in a database only those among some, where these are given."""
    if not isinstance(where, Connection):
        return where.countries_of_cities
    rows = read(where, _COUNTRIES) if among is None else read(where, _HAS_COUNTRY, {"codes": list(among)})
    return {row["code"] for row in rows}
