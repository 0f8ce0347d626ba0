"""The ways in which a source's writing of a municipality may hold its name, likeliest first."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from kg.places.names import normalise
from kg.places.spelling import words


@dataclass(frozen=True, slots=True)
class Variant:
    """A name to look for; ``weight`` from 0 to 1 says how likely it is the very place's; ``rule`` how it was come by."""

    text: str
    weight: float
    rule: str


def variants(name: str) -> Iterator[Variant]:
    """Yield the names to look for, each once, the most trustworthy first."""
    seen: set[str] = set()
    for variant in _all(name):
        plain = normalise(variant.text)
        if plain and plain not in seen:
            seen.add(plain)
            yield variant


_BRACKETS = re.compile(r"\(([^()]*)\)|\[([^\[\]]*)\]")
_PARTS = re.compile(r"\s*/\s*|\s+[-–—]\s+|\s*[;|=]\s*|\s+-|-\s+")


def _all(name: str) -> Iterator[Variant]:
    name = re.sub(r"\bs/\s*", "sur ", " ".join(name.split()), flags=re.IGNORECASE)
    yield Variant(name, 1.0, "as written")
    bare = _without_authority(name)
    if bare:
        yield Variant(bare, 0.99, "without the words of the authority")
    outside = _BRACKETS.sub(" ", name).strip()
    inside = [first or second for first, second in _BRACKETS.findall(name)]
    if inside and outside:
        yield Variant(outside, 0.98, "without brackets")
    parts = [part for part in _PARTS.split(outside) if part.strip()]
    if len(parts) > 1:
        for part in parts:
            yield Variant(part, 0.97, "one of several names")
            if plain := _without_authority(part):
                yield Variant(plain, 0.96, "one of several names")
    before, comma, _ = outside.partition(",")
    if comma:
        yield Variant(before, 0.96, "before the comma")
        if plain := _without_authority(before):
            yield Variant(plain, 0.95, "before the comma")
    for part in inside:
        yield Variant(part, 0.9, "in brackets")
    unnumbered = re.sub(r"\bcedex\b.*|\b\d+\b", " ", outside, flags=re.IGNORECASE).strip()
    if unnumbered != outside:
        yield Variant(unnumbered, 0.95, "without numbers")


@cache
def _patterns() -> tuple[re.Pattern[str], re.Pattern[str]]:
    before = "|".join(sorted(words("authority", "before"), key=len, reverse=True))
    after = "|".join(sorted(words("authority", "after"), key=len, reverse=True))
    return re.compile(rf"^(?:{before})\s+(?=\S)"), re.compile(rf"(?<=\S)\s+(?:{after})$")


def _without_authority(name: str) -> str:
    """Return the name without words of an authority, normalised; empty when it has none."""
    plain = normalise(name)
    before, after = _patterns()
    bare = after.sub("", before.sub("", plain))
    return bare if bare != plain else ""
