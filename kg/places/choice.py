"""Which of several places with one name is meant, and how sure that is."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from kg.places.distance import kilometres
from kg.places.gazetteer import Gazetteer, Place
from kg.places.query import Evidence, PlaceQuery
from kg.places.search import Found

#: Two places of one name nearer than this are one for our purposes: a town and its district, or a village of the same commune.
SAME_PLACE_KM = 15.0
#: Farther than this from where the source says, a place is not the one that is meant.
CONTRADICTION_KM = 50.0
#: How far a place may lie from the one by which a source tells it from its namesakes ("Kells, Co. Kilkenny").
HINT_KM = 60.0

# Weights are decimal logarithms of odds; fitted on the coordinates of the tables of twins.
_POPULATION = 1.0
_NAMES = 1.0
_MAIN_NAME = 2.5
#: Where the gazetteer's own name is but one of several transliterations, that it is the own one says little.
_MAIN_TRANSLITERATED = 0.5
_TRANSLITERATED = frozenset(("AM", "BG", "BY", "CY", "GE", "GR", "MK", "RS", "RU", "UA"))
_SAME_LETTERS = 3.0
_EXACT_LETTERS = 1.0
_NEAR = 3.0
_HINTED = 2.0
_QUARTER = -0.3
#: The odds, as a logarithm, from which on the first is taken.
CLEAR = 0.4
#: The same when the source tells the place from its namesakes by something that is not understood.
CLEAR_IN_SPITE = 2.5

#: Populations below this are not compared: many are those of a part.
_LEAST_POPULATION = 500
#: A unit that has so much fewer inhabitants than the place is another one: a district of the city, the rural municipality around the
#: town, a village of the same name. The first holds for a place of that very name; the second for one found by another reading of the
#: name, or where no location confirms it. Chosen on the Covenant of Mayors and the tables of twins.
_SMALLER, _SMALLER_UNCONFIRMED = 5.0, 2.5
#: The same for a unit with more inhabitants. A municipality of many villages often has ten times as many as the one for which it is
#: named, so more is needed where the very name is found; a location settles this, but for one only like it.
_LARGER, _LARGER_OTHER_READING = 50.0, 5.0
#: Populations that differ by no more than this may be of one place at two times.
_SAME_POPULATION = 2.0


@dataclass(frozen=True, slots=True)
class Weighed:
    """A place found, what speaks for it, and how much; ``hinted`` when something else in the name does."""

    found: Found
    weight: float
    hinted: bool
    evidence: tuple[Evidence, ...]

    @property
    def place(self) -> Place:
        """The place itself."""
        return self.found.place


def location(place: Place) -> tuple[float, float]:
    """Return longitude and latitude."""
    return place.longitude, place.latitude


def weigh(
    found: Iterable[Found], query: PlaceQuery, given: str, hinted: Sequence[Place], gazetteer: Gazetteer
) -> list[Weighed]:
    """Return what was found, each place once, the likeliest first; ``hinted`` are the places that the source names besides."""
    best: dict[int, Weighed] = {}
    several = list(found)
    for one in several:
        weighed = _weighed(one, query, given, hinted, gazetteer if len(several) > 1 else None)
        if one.place.id not in best or best[one.place.id].weight < weighed.weight:
            best[one.place.id] = weighed
    return sorted(best.values(), key=lambda one: (-one.weight, one.place.id))


def _weighed(
    one: Found, query: PlaceQuery, given: str, hinted: Sequence[Place], gazetteer: Gazetteer | None
) -> Weighed:
    place = one.place
    kind = ("name" if one.main else "alternate name") if one.likeness == 1.0 else "similar name"
    evidence = [Evidence(kind, given, one.text)]
    weight = _POPULATION * math.log10(max(place.population, 200)) + _NAMES * math.log10(place.names + 1)
    weight += (
        (_MAIN_TRANSLITERATED if place.country in _TRANSLITERATED else _MAIN_NAME) * one.main
        + _EXACT_LETTERS * one.exact
        - _SAME_LETTERS * (one.likeness < 1.0)
    )
    if query.population:
        evidence.append(Evidence("population", str(query.population), str(place.population)))
        weight -= min(2.0, 2 * abs(math.log10(max(place.population, 200) / max(query.population, 200))))
    helped = False
    for other in hinted:
        distance = kilometres(location(place), location(other))
        if distance <= HINT_KM:
            same = other.id == place.id
            evidence.append(Evidence("alternate name" if same else "distance", other.name, f"{distance:.0f} km"))
            weight += _HINTED
            helped = True
            break
    if query.location:
        distance = kilometres(location(place), query.location)
        evidence.append(Evidence("distance", "{:.5f} {:.5f}".format(*query.location), f"{distance:.0f} km"))
        weight += _NEAR if distance <= SAME_PLACE_KM else 0.0
    if gazetteer is not None and gazetteer.larger_near(place, 8.0, 8.0):
        weight += _QUARTER
    return Weighed(one, weight, helped, tuple(evidence))


def margin(weighed: Sequence[Weighed]) -> float:
    """Return by how much the first outweighs the first other that is not next to it; infinite when there is none."""
    first = weighed[0]
    for other in weighed[1:]:
        if kilometres(location(first.place), location(other.place)) > SAME_PLACE_KM:
            return first.weight - other.weight
    return math.inf


def is_of_another_size(one: Weighed, query: PlaceQuery, rule: str) -> bool:
    """Whether the populations of query and place are those of two different units; ``rule`` is how the name was read."""
    if not query.population or query.population < _LEAST_POPULATION or not one.place.population:
        return False
    very_name = one.found.main and one.found.likeness == 1.0 and rule == "as written"
    confirmed = query.location is not None and kilometres(location(one.place), query.location) <= SAME_PLACE_KM
    larger = query.population / one.place.population
    if larger < 1.0:
        return 1 / larger > (_SMALLER if very_name and confirmed else _SMALLER_UNCONFIRMED)
    if confirmed and rule != "similar name":
        return False
    return larger > (_LARGER if very_name else _LARGER_OTHER_READING)


def is_rather(other: Weighed, one: Weighed, query: PlaceQuery) -> bool:
    """Whether ``other``, which lies elsewhere, bears the name itself, and ``one``, which the location confirms, only one like it.

    One of both values of the source is wrong then. Another name of the place will do, unless population speaks for ``other``.
    """
    if not (other.found.main and other.found.likeness == 1.0) or (one.found.main and one.found.likeness == 1.0):
        return False
    return one.found.likeness < 1.0 or (
        query.population is not None
        and _ratio(other.place.population, query.population)
        <= _SAME_POPULATION
        < _ratio(one.place.population, query.population)
    )


def _ratio(one: int, other: int) -> float:
    return max(one, other, 1) / max(min(one, other), 1)
