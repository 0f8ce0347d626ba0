"""Numbered districts of large cities ("Budapest XIII", "Praha 6"): authorities of their own, never the city."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from kg.places.gazetteer import Place
from kg.places.names import normalise
from kg.places.search import Search
from kg.places.spelling import groups, words

#: Inhabitants of a city whose districts are known by their numbers alone, and of one whose districts must be called so.
_CITY = 400_000
_CITY_SAID = 50_000
_NUMBER = re.compile(r"(\d{1,2})(?:st|nd|rd|th|e|er|eme|o|a)?")
_ROMAN = re.compile(r"x{0,2}(?:ix|iv|v?i{0,3})")
_VALUES = {"i": 1, "v": 5, "x": 10}


@dataclass(frozen=True, slots=True)
class NumberedDistrict:
    """A district of a city, and how the gazetteer may write it."""

    city: Place
    names: tuple[str, ...]


def numbered_district(name: str, country: str | None, search: Search) -> NumberedDistrict | None:
    """Return the district that a name says by its number, None when it says none.

    The number alone will do where large cities have such districts; elsewhere ("Dublin 4") it is the post's.
    """
    templates = dict(groups("numbered_districts")).get(country or "")
    if templates is None or "cedex" in normalise(name):
        return None
    given = normalise(name).split()
    numbers = [(place, value) for place, word in enumerate(given) if (value := _value(word))]
    if len(numbers) != 1:
        return None
    ((place, number),) = numbers
    others = " ".join((*given[:place], "|", *given[place + 1 :]))
    called = any(f" {word} " in f" {others} " for word in words("district"))
    if not called and place != len(given) - 1:
        return None  # "Riese Pio X", but "6 octobre"
    city = _city(given[:place] + given[place + 1 :], country or "", search, _CITY_SAID if called else _CITY)
    if city is None:
        return None
    values = {"city": city.name, "number": number, "figures": _roman(number)}
    return NumberedDistrict(city, tuple(template.format(**values) for template in templates))


def _city(given: Sequence[str], country: str, search: Search, population: int) -> Place | None:
    found = (
        one.place
        for word in given
        if len(word) > 3
        for one in search.named(word, (country,))
        if one.likeness == 1.0 and one.place.population >= population
    )
    return max(found, key=lambda place: (place.population, place.id), default=None)


def _value(word: str) -> int:
    """Return the number that a word says, in Arabic or Roman figures; 0 when none."""
    if match := _NUMBER.fullmatch(word):
        return int(match[1])
    return sum(_signed(word)) if _ROMAN.fullmatch(word) else 0


def _signed(word: str) -> Iterator[int]:
    values = [_VALUES[letter] for letter in word]
    for value, following in zip(values, (*values[1:], 0), strict=True):
        yield -value if value < following else value


def _roman(number: int) -> str:
    tens, ones = divmod(number, 10)
    return "X" * tens + ("", "I", "II", "III", "IV", "V", "VI", "VII", "VIII", "IX")[ones]
