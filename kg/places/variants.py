"""The ways in which a source's writing of a municipality may hold its name, likeliest first."""

from __future__ import annotations

import itertools
import math
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from kg.places.authorities import recognise
from kg.places.names import normalise
from kg.places.spelling import groups, tables, words
from kg.places.transliterate import to_latin


@dataclass(frozen=True, slots=True)
class Variant:
    """A name to look for.

    ``weight`` from 0 to 1 says how likely it is the very place's, ``rule`` how it was come by, ``hints`` what else was written,
    which may say where it lies ("Lagoa (Algarve)": Algarve).
    """

    text: str
    weight: float
    rule: str
    hints: tuple[str, ...] = ()


#: Where a municipality may be called a community.
_COMMUNITIES = frozenset(("MD", "RO", "UA"))
#: Where a slash stands for "on the river".
_RIVER_SLASH = frozenset(("AT", "DE"))
#: More nominatives than this are not tried: the name is a sentence.
_MOST_CASES = 40
#: More commas than this part a list of municipalities.
_MOST_COMMAS = 2
#: What tells a town from its namesakes, cut short: "Neumarkt i.d.OPf.", "Kleinzell i. M.".
_CUT_QUALIFIER = re.compile(r"\s+[abio]\.?\s*(?:d\.?\s*)?\w{1,4}\.?$", re.IGNORECASE)
_BRACKETS = re.compile(r"\(([^()]*)(?:\)|$)|\[([^\[\]]*)(?:\]|$)")
_PARTS = re.compile(r"\s*/\s*|\s+[-–—]\s+|\s*[;|=]\s*|\s+[-–—]|[-–—]\s+|(?<=[^\W\d_]{4})\.\s+(?=[^\W\d_]{3})")
#: Post offices add these: "Menton Cedex 2", "Dublin 4", "København K", "Leeuwarden NL-8911", "RA Emmen".
_POSTAL = re.compile(
    r"\b[cC][eEéÉ][dD][eE][xX]\b.*|\b[A-Za-z]{1,3}[-–]?\d[\w-]*|\b\d[\d.,]*[A-Za-z]{0,2}\b"
    r"|(?<=\w\s)(?:[A-ZØ]|SV|NV|NØ|SØ)$|^[A-Z]{2}(?=\s[A-Z][a-z])"
)


def variants(name: str, country: str | None) -> tuple[Variant, ...]:
    """Return the names to look for, each once, the most trustworthy first."""
    found: dict[str, Variant] = {}
    for variant in _all(name, country):
        plain = normalise(variant.text)
        if len(plain) > 1:
            found.setdefault(plain, variant)
    return tuple(found.values())


def is_of_another_body(name: str, country: str | None) -> bool:
    """Whether a word of the name says that its bearer is a region, an association or another body, and no municipality."""
    outside, inside = _outside(_written_out(name, country))
    before, _, after = outside.partition(",")
    if any(recognise(part, country).rule.startswith(("word", "legal")) for part in (*inside, after) if part):
        return True
    if " " not in before:
        return False  # "Kirchen" is a town
    recognised = recognise(before, country)
    return recognised.kind == "region" or (recognised.kind == "other" and recognised.rule != "no authority named")


def _outside(name: str) -> tuple[str, tuple[str, ...]]:
    """Return a name without what it has in brackets, and that."""
    inside = tuple(first or second for first, second in _BRACKETS.findall(name))
    return " ".join(_BRACKETS.sub(" ", name).split()), inside


def _all(name: str, country: str | None) -> Iterator[Variant]:
    given, name = name.strip(), _written_out(name, country)
    yield Variant(name, 1.0, "as written")
    if is_of_another_body(name, country):
        return
    yield from _bare(name, 0.99, "without the words of the authority", country)
    outside, inside = _outside(name)
    if inside and outside:
        yield from _with_bare(outside, 0.99, "without brackets", country, inside)
    before, comma, after = outside.partition(",")
    if comma:
        weight = 0.97 if after.count(",") < _MOST_COMMAS else 0.7
        yield from _with_bare(before, weight, "before the comma", country, (*after.split(","), *inside))
    if country in _RIVER_SLASH and (cut := _CUT_QUALIFIER.search(given)):
        yield from _with_bare(given[: cut.start()], 0.95, "without its qualifier", country, (cut.group(),))
    unnumbered = " ".join(_POSTAL.sub(" ", outside).split()).strip(" ,-–/")
    if unnumbered != outside:
        yield from _with_bare(unnumbered, 0.97, "without what the post adds", country, inside)
    parts = [part for part in _PARTS.split(outside) if part.strip()]
    if len(parts) > 1 and country in _RIVER_SLASH and "/" in outside:
        # What stands after the slash is the river on which it lies, or the range.
        yield from _with_bare(parts[0], 0.96, "before the slash", country, tuple(parts[1:]))
    elif len(parts) > 1:
        for place, part in enumerate(parts):
            others = tuple(other for number, other in enumerate(parts) if number != place)
            yield from _with_bare(part, 0.96 if place == 0 else 0.93, "one of several names", country, others)
    for part in inside:
        yield from _with_bare(part, 0.85, "in brackets", country, (outside,))


def _with_bare(
    text: str, weight: float, rule: str, country: str | None, hints: tuple[str, ...] = ()
) -> Iterator[Variant]:
    yield Variant(text, weight, rule, hints)
    yield from _bare(text, weight - 0.005, rule, country, hints)


def _bare(text: str, weight: float, rule: str, country: str | None, hints: tuple[str, ...] = ()) -> Iterator[Variant]:
    """Yield the names left when the words of an authority are taken away, in the nominative too."""
    recognised = recognise(text, country)
    if recognised.kind == "municipality":
        for place in recognised.places:
            yield Variant(place, weight, rule, hints)
    if country in _COMMUNITIES:
        plain = normalise(text)
        for word in sorted(words("community"), key=len, reverse=True):
            if plain.endswith(f" {word}"):
                yield Variant(plain.removesuffix(f" {word}"), weight, rule, hints)
                break
    ending = normalise(text).split(" ")
    for length in (2, 1):
        if len(ending) > length and " ".join(ending[-length:]) in _country_words(country):
            yield Variant(" ".join(text.split()[:-length]), weight, "without the country", hints)


@cache
def _country_words(country: str | None) -> frozenset[str]:
    from kg.places.countries import countries

    own = countries().get(country or "")
    listed = dict(groups("country_words"))
    return frozenset((*((normalise(own.name),) if own else ()), *listed.get(country or "", ())))


def _written_out(name: str, country: str | None) -> str:
    """Return the name with the country's abbreviations of small words written out: "s/ Mer", "a. d. Ruhr"."""
    for pattern, to in _abbreviations(country):
        name = pattern.sub(to, name)
    return " ".join(name.split())


@cache
def _abbreviations(country: str | None) -> tuple[tuple[re.Pattern[str], str], ...]:
    return tuple(
        (re.compile(pattern, re.IGNORECASE), to)
        for group in tables("abbreviations")
        if not group["countries"] or country in group["countries"]
        for pattern, to in group["rules"]
    )


def nominatives(text: str, country: str | None) -> Iterator[str]:
    """Yield what a name may be in the nominative, when it stands in another case without a word that says so ("Älmhults")."""
    cases = [_cases(word, country) for word in normalise(to_latin(text, country)).split()]
    if not _genitives(country) or math.prod(map(len, cases)) > _MOST_CASES:
        return
    for words_of in itertools.islice(itertools.product(*cases), 1, None):  # the first is the name as it is written
        yield " ".join(words_of)


def _cases(word: str, country: str | None) -> tuple[str, ...]:
    """Return a word and what it may be in the nominative."""
    changed = [
        word[: len(word) - len(ending)] + instead
        for ending, instead in _genitives(country)
        if word.endswith(ending) and len(word) - len(ending) > 2
    ]
    return (word, *dict.fromkeys(changed))


@cache
def _genitives(country: str | None) -> tuple[tuple[str, str], ...]:
    return tuple(
        (ending, nominative)
        for group in tables("genitives")
        if country in group["countries"]
        for ending, nominatives_of in group["endings"].items()
        for nominative in nominatives_of
    )


_JOINTS = re.compile(r"\s*[-–—/+&]\s*|\s+(?:i|y|e|et|en|und|and|og|och|ja|a|и|και|kai)\s+|\s{2,}", re.IGNORECASE)


def joined(name: str) -> tuple[str, ...]:
    """Return the names of which a merged municipality's is made ("Montferrer i Castellbò"), in order; none when it is one name."""
    parts = tuple(part for part in _JOINTS.split(_BRACKETS.sub(" ", name).strip()) if len(normalise(part)) > 2)
    return parts if len(parts) > 1 else ()


#: What joins two names, neither of which says where the other lies.
_AND = frozenset(["a", "and", "e", "en", "et", "i", "ja", "kai", "og", "och", "und", "y"])


def _is_hyphen(gap: str) -> bool:
    return gap in ("-", "–", "—")


def beginnings(name: str) -> Iterator[tuple[str, str]]:
    """Yield the name cut in two at each space, later cuts first ("Barbastro Huesca": Barbastro, Huesca)."""
    for cut in reversed([found.span() for found in re.finditer(r"[\s\-–—,]+", name.strip())]):
        first, second = name.strip()[: cut[0]], name.strip()[cut[1] :]
        plain = normalise(first).split()
        if not plain or plain[-1] in words("small") or len("".join(plain)) < 4 or len(normalise(second)) < 2:
            continue
        if normalise(second).split()[0] not in _AND and not _is_hyphen(name.strip()[cut[0] : cut[1]]):
            yield first, second


def of_a_district(name: str) -> bool:
    """Whether a word of the name says that it is that of a part of a city."""
    return _has_word(name, "district")


def of_a_settlement(name: str) -> bool:
    """Whether a word of the name says that it is that of a settlement within a municipality ("Dresden OT Pillnitz")."""
    return _has_word(name, "settlement")


def _has_word(name: str, of: str) -> bool:
    plain = f" {normalise(name)} "
    return any(f" {word} " in plain for word in words(of))


def qualified(name: str, country: str | None) -> tuple[Variant, ...]:
    """Return the name without what only tells it from its namesakes ("Fischen im Allgäu"), that being a hint."""
    plain = normalise(_written_out(_BRACKETS.sub(" ", name), country))
    found = []
    for pattern in _qualifiers(country):
        match = pattern.search(plain)
        if match and match.start() > 2:
            found.append(Variant(plain[: match.start()], 0.9, "without its qualifier", (match.group(1),)))
    return tuple(found)


def is_qualifier(rest: str, country: str | None) -> bool:
    """Whether words that follow a name only tell it from its namesakes ("am Rhein")."""
    return any(pattern.match(f" {normalise(rest)}") for pattern in _qualifiers(country))


@cache
def _qualifiers(country: str | None) -> tuple[re.Pattern[str], ...]:
    return tuple(
        re.compile(rf"\s(?:{'|'.join(sorted(group['words'], key=len, reverse=True))})\s(.+)$")
        for group in tables("qualifiers")
        if country in group["countries"]
    )
