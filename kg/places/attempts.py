"""The ways to look a query up, firm ones first: what to look for, and what the gazetteer has under it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from kg.places.choice import HINT_KM, SAME_PLACE_KM, location
from kg.places.distance import kilometres
from kg.places.districts import NumberedDistrict, numbered_district
from kg.places.gazetteer import Place
from kg.places.query import PlaceQuery
from kg.places.search import Found, Search
from kg.places.variants import (
    Variant,
    beginnings,
    is_of_another_body,
    joined,
    nominatives,
    of_a_district,
    of_a_settlement,
    qualified,
    variants,
)

#: How near a place must lie to the one after which it is named ("Villanova di Camposampiero").
_QUALIFIER_KM = 20.0
#: What a place must have to be taken for one with a longer or shorter name.
_CITY_OF_A_DISTRICT = 0.7
_LONE_LIKENESS = 0.9
_LONE_POPULATION = 500
#: Where qualifiers are added to the names of towns that are known without them. In the south most belong to the name.
_TOLD_APART = frozenset(("AT", "BE", "CH", "CZ", "DE", "GB", "HR", "IE", "LI", "LU", "NL", "PL", "SI", "SK"))


@dataclass(frozen=True, slots=True)
class Attempt:
    """A name looked for, and what bears it; ``firm`` when the name itself was found, not one that is only like it."""

    variant: Variant
    found: list[Found]
    firm: bool = True


def attempts(query: PlaceQuery, countries: Sequence[str], search: Search) -> Iterator[Attempt]:
    """Yield the ways to look a query up in these countries, the most trustworthy first, each with something found."""
    for attempt in _all(query, countries, search):
        if attempt.found:
            yield attempt


def _all(query: PlaceQuery, countries: Sequence[str], search: Search) -> Iterator[Attempt]:
    names = tuple(dict.fromkeys((query.name, *query.names)))
    if query.country is None:
        # On all the earth there is always a place of a like name.
        for name in names:
            yield Attempt(Variant(name, 1.0, "as written"), search.named(name, countries))
        return
    for name in names:
        if district := numbered_district(name, query.country, search):
            yield from _of_numbered(name, district, countries, search)
            return
    ways = [variant for name in names for variant in variants(name, query.country)]
    for variant in ways:
        yield Attempt(variant, search.named(variant.text, countries))
    if is_of_another_body(query.name, query.country):
        return
    for variant in ways:
        yield from _of_joined(variant.text, countries, search)
        yield from _of_two(variant.text, countries, search)
    for name in names:
        for variant in qualified(name, query.country):
            found = search.named(variant.text, countries)
            yield from _near(
                Variant(variant.text, 0.93, variant.rule, variant.hints), found, countries, search, _QUALIFIER_KM
            )
    yield from _like_it(names, ways, query.country, countries, search)


def _of_numbered(name: str, district: NumberedDistrict, countries: Sequence[str], search: Search) -> Iterator[Attempt]:
    """Find a district of a city that is told by its number; the city itself is only shown to a person."""
    spot = location(district.city)
    for text, rule in ((name, "as written"), *((text, "number of a district") for text in district.names)):
        exact = [
            one
            for one in search.named(text, countries)
            if one.likeness == 1.0
            and one.place.id != district.city.id
            and kilometres(location(one.place), spot) <= _QUALIFIER_KM
        ]
        yield Attempt(Variant(text, 0.95, rule), exact)
    whole = [Found(district.city, district.city.name, 1.0, True, False)]
    yield Attempt(Variant(name, _CITY_OF_A_DISTRICT, "city of a district"), whole)


def _like_it(
    names: Sequence[str], ways: Sequence[Variant], country: str | None, countries: Sequence[str], search: Search
) -> Iterator[Attempt]:
    """Look for names that are only like the one given."""
    for variant in ways:
        text, hints = variant.text, variant.hints
        cut = search.cut_short(text, countries)
        yield Attempt(Variant(text, variant.weight * 0.95, "name cut short", hints), cut, firm=False)
        for nominative in nominatives(text, country):
            changed = Variant(nominative, variant.weight * 0.9, "in the nominative", hints)
            yield Attempt(changed, search.named(nominative, countries), firm=False)
    for variant in ways:
        changed = Variant(variant.text, variant.weight * 0.93, "similar name", variant.hints)
        yield Attempt(changed, search.similar(variant.text, countries), firm=False)
    for variant in ways:
        longer = search.longer(variant.text, countries)
        weight = 0.9 if _is_lone(longer) else 0.7
        changed = Variant(variant.text, variant.weight * weight, "longer name", variant.hints)
        yield Attempt(changed, longer, firm=False)
    for name in names:
        for variant in qualified(name, country):
            found = search.named(variant.text, countries)
            certain = country in _TOLD_APART and _is_lone(found)
            changed = Variant(variant.text, 0.85 if certain else 0.7, variant.rule)
            yield Attempt(changed, found, firm=False)
        for part in joined(name):
            # A county or a merged municipality is not the first of the places for which it is named.
            yield Attempt(Variant(part, 0.7, "one of joined names"), search.named(part, countries), firm=False)


def _is_lone(found: Sequence[Found]) -> bool:
    """Whether one place alone, or several next to each other, bears a name as its own."""
    return (
        len({one.place.id for one in found}) > 0
        and all(one.main and one.likeness >= _LONE_LIKENESS for one in found)
        and max(one.place.population for one in found) >= _LONE_POPULATION
        and all(kilometres(location(one.place), location(found[0].place)) <= SAME_PLACE_KM for one in found)
    )


def _of_joined(name: str, countries: Sequence[str], search: Search) -> Iterator[Attempt]:
    """Find a municipality named for several places: by two of them that lie near each other."""
    parts = joined(name)
    found = [search.named(part, countries) for part in parts]
    for number, part in enumerate(parts):
        others = [other.place for place, group in enumerate(found) if place != number for other in group]
        own = [one for one in found[number] if one.main]  # "Hersfeld-Rotenburg" is no municipality of Bad Hersfeld
        near = _near_any(own, others, SAME_PLACE_KM)
        yield Attempt(Variant(part, 0.95, "joined names"), near)


def _of_two(name: str, countries: Sequence[str], search: Search) -> Iterator[Attempt]:
    """Find a place written with the one that it lies in or near: "Barbastro Huesca", "Sint-Andries Brugge"."""
    district, settlement = of_a_district(name), of_a_settlement(name)
    whole: list[Found] = []
    for first, second in beginnings(name):
        found = [one for one in search.named(first, countries) if one.main and one.likeness == 1.0]
        yield from _near(Variant(first, 0.93, "with a place nearby", (second,)), found, countries, search, HINT_KM)
        if district:
            whole += [*found, *search.named(second, countries)]
    yield Attempt(Variant(name, 0.9 if settlement else _CITY_OF_A_DISTRICT, "city of a district"), whole)


def _near(
    variant: Variant, found: list[Found], countries: Sequence[str], search: Search, most: float
) -> Iterator[Attempt]:
    if found:
        others = [one.place for hint in variant.hints for one in search.named(hint, countries)]
        yield Attempt(variant, _near_any(found, others, most))


def _near_any(found: list[Found], others: list[Place], most: float) -> list[Found]:
    """Return the places that lie near one of others, which they are not themselves."""
    return [
        one
        for one in found
        if any(
            one.place.id != other.id and kilometres(location(one.place), location(other)) <= most for other in others
        )
    ]
