"""The words of ``authorities.toml``, read once and arranged for a quick search."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib import resources
from typing import Any, Literal

from kg.places.names import normalise

Kind = Literal["municipality", "region", "other"]

WORD = re.compile(r"[^\W_]+")
_OTHER_SCRIPT = re.compile(r"[\u0370-\u03ff\u0400-\u04ff\u1f00-\u1fff]")


@dataclass(frozen=True, slots=True)
class Pattern:
    """Words with ``*`` where the place stands and ``+`` where any words may; ``fixed`` are the words that name the place."""

    kind: Kind
    level: str | None
    parts: tuple[str, ...]
    countries: frozenset[str]
    endings: tuple[tuple[str, str], ...]
    rule: str
    fixed: tuple[str, ...] = ()

    @property
    def rank(self) -> tuple[int, bool, bool]:
        """Rank among patterns that fit: words of its own, then those of the very country, then the one that begins with them."""
        return sum(part not in "*+" for part in self.parts), bool(self.countries), self.parts[0] not in "*+"

    def match(self, words: Sequence[str]) -> tuple[int, int] | None:
        """Return where the place begins and ends among ``words``, (0, 0) when none is named; None when the pattern does not fit."""
        parts = self.parts
        if len(words) < len(parts):
            return None
        if (parts[0] not in "*+" and parts[0] != words[0]) or (parts[-1] not in "*+" and parts[-1] != words[-1]):
            return None
        place = _match(parts, words, 0, 0)
        if place is not None and self.fixed:
            length = len(self.fixed)
            start = next(at for at in range(len(words)) if tuple(words[at : at + length]) == self.fixed)
            return start, start + length
        return place


def _match(parts: tuple[str, ...], words: Sequence[str], part: int, word: int) -> tuple[int, int] | None:
    if part == len(parts):
        return (0, 0) if word == len(words) else None
    if parts[part] not in "*+":
        return _match(parts, words, part + 1, word + 1) if word < len(words) and parts[part] == words[word] else None
    for end in range(word + 1, len(words) - (len(parts) - part - 1) + 1):
        rest = _match(parts, words, part + 1, end)
        if rest is not None:
            return (word, end) if parts[part] == "*" else rest
    return None


@dataclass(frozen=True, slots=True)
class Rules:
    """The words of ``authorities.toml``, ready for use; phrases are found by their first word."""

    by_word: Mapping[str, tuple[Pattern, ...]]
    departments: frozenset[str]
    units: frozenset[str]
    legal_forms: Mapping[str, tuple[tuple[str, ...], ...]]
    others: Mapping[str, tuple[tuple[str, ...], ...]]
    weak: frozenset[str]
    before: tuple[tuple[str, ...], ...]
    after: tuple[tuple[str, ...], ...]
    beginnings: tuple[str, ...]
    endings: tuple[str, ...]
    compounds: Mapping[str, str]
    compound: re.Pattern[str]
    adjectives: Mapping[str, str]


@lru_cache(maxsize=100_000)
def compared(text: str) -> str:
    """Return a word as it is compared: in Latin letters, without case and diacritics."""
    if _OTHER_SCRIPT.search(text):
        from anyascii import anyascii

        text = anyascii(text)
    return normalise(text).replace(" ", "")


@cache
def rules_of_file() -> Rules:
    """Return the rules of the packaged file."""
    text = resources.files("kg.places").joinpath("authorities.toml").read_text(encoding="utf-8")
    data = tomllib.loads(text)
    by_word: dict[str, list[Pattern]] = {}
    for tier in data["tier"]:
        for pattern in _patterns(tier):
            # Found by its longest word, which few names have.
            own = max((part for part in pattern.parts if part not in "*+"), key=len)
            by_word.setdefault(own, []).append(pattern)
    departments = frozenset(data["units"]["words"])
    compounds = {normalise(name): re.sub(r"\s*([-/])\s*", r"\1", name) for name in data["compounds"]["names"]}
    written = "|".join(re.escape(name) for name in sorted(data["compounds"]["names"], key=len, reverse=True))
    return Rules(
        by_word={word: tuple(patterns) for word, patterns in by_word.items()},
        departments=departments,
        units=departments | frozenset(data["units"]["endings"]),
        legal_forms=_phrases(data["other"]["legal_forms"]),
        others=_phrases(data["other"]["words"]),
        weak=frozenset(compared_words(" ".join(data["other"]["weak"]))),
        before=_longest_first(data["kinds"]["before"]),
        after=_longest_first(data["kinds"]["after"]),
        beginnings=tuple(data["other"]["beginnings"]),
        endings=tuple(data["other"]["endings"]),
        compounds=compounds,
        compound=re.compile(written, re.IGNORECASE),
        adjectives={" ".join(compared_words(adjective)): place for adjective, place in data["adjectives"].items()},
    )


def _patterns(tier: Mapping[str, Any]) -> Iterator[Pattern]:
    endings = tuple(sorted(tier.get("endings", {}).items(), key=lambda pair: -len(pair[0])))
    for text in tier["patterns"]:
        plain = text.replace("[", " ").replace("]", " ")
        parts = tuple(part if part in "*+" else compared(part) for part in plain.split())
        fixed = compared_words(text[text.index("[") : text.index("]")]) if "[" in text else ()
        yield Pattern(
            tier["kind"],
            tier.get("level"),
            parts,
            frozenset(tier.get("countries", ())),
            endings if "*" in parts else (),
            f"{tier['language']}: {text}",
            fixed,
        )


def _phrases(texts: Sequence[str]) -> dict[str, tuple[tuple[str, ...], ...]]:
    """Return the phrases as words, by their first."""
    phrases: dict[str, list[tuple[str, ...]]] = {}
    for text in texts:
        words = compared_words(text)
        phrases.setdefault(words[0], []).append(words)
    return {first: tuple(found) for first, found in phrases.items()}


def _longest_first(texts: Sequence[str]) -> tuple[tuple[str, ...], ...]:
    return tuple(sorted((compared_words(text) for text in texts), key=len, reverse=True))


def compared_words(text: str) -> tuple[str, ...]:
    """Return the words of a text as they are compared."""
    return tuple(compared(found[0]) for found in WORD.finditer(text))
