"""Candidates from the gazetteer: by name, by the beginning of a name, and by similar names."""

from __future__ import annotations

import re
import tomllib
import unicodedata
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from importlib import resources

from kg.places.gazetteer import Gazetteer, Place
from kg.places.keys import place_key, plain_name
from kg.places.names import normalise
from kg.places.spelling import folds, words
from kg.places.transliterate import alphabet_of
from kg.places.variants import is_qualifier

#: Keys shorter than this are too short to be compared by similarity.
SHORTEST_SIMILAR = 5
#: The same for names that were cut short.
SHORTEST_CUT = 4
#: Inhabitants of a place whose name is more likely misspelt than that of a small one is missing from the gazetteer.
WIDELY_KNOWN = 40_000
#: The same for a name with the same key.
KNOWN_ALIKE = 5_000
#: How likely a name is one from which it differs by a word that tells places apart.
APART = 0.5
#: Where many small places have names that differ by an article.
_MANY_ALIKE = frozenset(("AD", "ES", "PT"))
KNOWN = 1_000


@dataclass(frozen=True, slots=True)
class Found:
    """A place that bears a name like the one looked for.

    ``likeness`` from 0 to 1 is that of the names; ``main`` says that it is the place's own one; ``exact`` that it is written with
    the same letters, diacritics included, and has such.
    """

    place: Place
    text: str
    likeness: float
    main: bool
    exact: bool


@cache
def territories(country: str) -> tuple[str, ...]:
    """Return the codes under which a country's places are found: its own, then those of its territories."""
    said = tomllib.loads(resources.files("kg").joinpath("places", "territories.toml").read_text(encoding="utf-8"))
    return (country, *said.get(country, ()))


@cache
def _of_one_spelling(countries: tuple[str, ...]) -> tuple[tuple[str, ...], ...]:
    """Return the countries in groups within which a name has the same key, so that all the world is searched at once."""
    grouped: dict[object, list[str]] = defaultdict(list)
    for country in countries:
        grouped[folds(country), alphabet_of(country)].append(country)
    return tuple(map(tuple, grouped.values()))


class Search:
    """Looks names up in a gazetteer."""

    def __init__(self, gazetteer: Gazetteer) -> None:
        self._gazetteer = gazetteer

    def named(self, text: str, countries: Iterable[str]) -> list[Found]:
        """Return the places with this name, or with one that is written alike."""
        found = []
        for group in _of_one_spelling(tuple(countries)):
            for named in self._gazetteer.named(group, place_key(text, group[0])):
                place = self._gazetteer.place(named.place)
                if place is not None:
                    same = plain_name(named.text, place.country) == plain_name(text, place.country)
                    exact = not text.isascii() and _letters(named.text) == _letters(text)
                    likeness = 1.0 if same else _alike(text, named.text, place.country, place.population)
                    found.append(Found(place, named.text, likeness, named.main, exact))
        return found

    def longer(self, text: str, countries: Iterable[str]) -> list[Found]:
        """Return the places whose own name is this one and a qualifier ("Wörth": Wörth am Rhein), or this one and any word."""
        found = []
        for country in countries:
            plain, key = normalise(text), place_key(text, country)
            if len(key) < SHORTEST_SIMILAR - 1:
                continue
            for longer in self._gazetteer.keys(country, key):
                for named in self._gazetteer.named((country,), longer) if longer != key else ():
                    place = self._gazetteer.place(named.place)
                    full = normalise(named.text)
                    if place is not None and named.main and full.startswith(plain + " "):
                        likely = " " in plain or is_qualifier(full[len(plain) :], country)
                        apart = _tells_apart(plain.split(), full.split())
                        likeness = APART if apart else 0.95 if likely else 0.9
                        found.append(Found(place, named.text, likeness, True, False))
        return found

    def cut_short(self, text: str, countries: Iterable[str]) -> list[Found]:
        """Return the places whose name was cut before a letter that a file could not hold ("San Sebasti": San Sebastián)."""
        found = []
        for country in countries:
            key = place_key(text, country)
            if not text.isascii() or len(key) < SHORTEST_CUT:
                continue
            for longer in self._gazetteer.keys(country, key[:-1]):
                for named in self._gazetteer.named((country,), longer):
                    rest = named.text[len(text) :]
                    if (
                        rest
                        and not rest[0].isascii()
                        and " " not in rest
                        and _letters(named.text).startswith(text.casefold())
                    ):
                        place = self._gazetteer.place(named.place)
                        if place is not None:
                            found.append(Found(place, named.text, 0.97, named.main, False))
        return found

    def similar(self, text: str, countries: Iterable[str]) -> list[Found]:
        """Return the places with the names most similar to this one, within those that begin with the same letter."""
        from rapidfuzz import process
        from rapidfuzz.distance import OSA

        found = []
        for country in countries:
            key = place_key(text, country)
            if len(key) < SHORTEST_SIMILAR:
                continue
            most = 1 if len(key) < 9 else 2
            for similar, distance, _ in process.extract(
                key, self._gazetteer.keys(country, key[0]), scorer=OSA.distance, score_cutoff=most, limit=8
            ):
                for named in self._gazetteer.named((country,), similar):
                    place = self._gazetteer.place(named.place)
                    if place is not None:
                        likeness = _likeness(text, named.text, country, place.population, main=named.main)
                        found.append(Found(place, named.text, likeness - 0.01 * distance, named.main, False))
        return found


def _alike(text: str, other: str, country: str, population: int) -> float:
    """Return how likely a name is another one with the same key.

    Small places have namesakes that differ by an article ("El Campillo", "Campillo") or a double letter ("Molina", "Mollina"), in
    Spain and Portugal more than elsewhere.
    """
    first, second = (_plain_words(name, country) for name in (text, other))
    inner_small = first[:1] == second[:1] or not {*first[:1], *second[:1]} & {*words("small")}
    if inner_small and "".join(_kept(first)) == "".join(_kept(second)):
        return 0.96  # only spaces, a saint, a preposition
    if population >= KNOWN_ALIKE:
        return 0.96
    doubled = "".join(_kept(first)) != "".join(_kept(second)) and _single(first) == _single(second)
    return 0.78 if doubled or country in _MANY_ALIKE else 0.95


def _plain_words(name: str, country: str) -> list[str]:
    return plain_name(name, country).split()


def _kept(given: list[str]) -> list[str]:
    return ["st" if word in words("saint") else word for word in given if word not in words("small")]


def _single(given: list[str]) -> str:
    return re.sub(r"(.)\1+", r"\1", "".join(_kept(given)))


def _likeness(text: str, other: str, country: str, population: int, *, main: bool) -> float:
    """Return how likely a name is another one misspelt; names of small places are often like one another by themselves."""
    from rapidfuzz.distance import OSA

    first, second = (_plain_words(name, country) for name in (text, other))
    if _tells_apart(first, second) or _is_part(first, second):
        return APART
    if len(first) == len(second) > 1:
        different = [pair for pair in zip(first, second, strict=True) if pair[0] != pair[1]]
        equal = [one for one, two in zip(first, second, strict=True) if one == two]
        if len(different) == 1 and max(map(len, equal)) > 4 and sum(map(len, equal)) > 5:
            return 0.95
    joined, other_joined = "".join(first), "".join(second)
    if len(joined) > 5 and population >= KNOWN and sorted(joined) == sorted(other_joined):
        return 0.93  # two letters changed places
    if main and len(joined) > 6 and population >= WIDELY_KNOWN and OSA.distance(joined, other_joined) == 1:
        return 0.92
    return 0.8


def _tells_apart(first: list[str], second: list[str]) -> bool:
    """Whether a word in which two names differ is one by which neighbours are told apart (Nou, Jug, Lower)."""
    return bool(({*first} ^ {*second}) & {*words("apart")})


def _is_part(first: list[str], second: list[str]) -> bool:
    """Whether one of two names has a whole word more than the other."""
    more = {*first} ^ {*second}
    return bool(more - {*words("small"), *words("saint")}) and ({*first} < {*second} or {*second} < {*first})


def _letters(text: str) -> str:
    """Return a name without case, its letters one way where two are in use (Romanian with cedilla or comma)."""
    return unicodedata.normalize("NFC", text).casefold().translate(str.maketrans("şţ", "șț"))
