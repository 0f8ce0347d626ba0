"""Local and regional authorities, recognised from their names: "Comune di Genova" is the municipality of Genova.

The words are data, in ``authorities.toml``; ``docs/authorities.md`` says how they were measured. Pure functions on names.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache, lru_cache
from importlib import resources
from typing import Any, Literal

from kg.places.countries import country_named
from kg.places.names import normalise

Kind = Literal["municipality", "region", "other"]

#: What parts a name into the authority, its department, and the same in another language.
_SEPARATORS = re.compile(
    r"\s+[-\u2010-\u2015]+(?=\s)|[\u2013\u2014,;:|()\[\]/\"\u201c\u201d\u201e\u00ab\u00bb\n]+|\s\.\s|\.(?<=[^\W\d_]{4}\.)\s+"
)
#: Two words run together where a line broke ("Junta de Castilla y LeónConsejería").
_RUN_TOGETHER = re.compile(r"([a-z\u00df-\u017f]{3})([A-Z\u00c0-\u00de\u0160\u017d][a-z\u00df-\u017f]{3})")
#: Marks that join two names of one thing, rather than a body and its department.
_EQUALS = frozenset("/(|[")
_WORD = re.compile(r"[^\W_]+")
_OTHER_SCRIPT = re.compile(r"[\u0370-\u03ff\u0400-\u04ff\u1f00-\u1fff]")
#: Articles and prepositions that may stand between the words of an authority and the place.
_LINKS = frozenset(["the", "of", "di", "de", "del", "della", "d", "da", "do", "du", "der", "von", "van", "in", "w"])
#: Prepositions by which a department says whose it is.
_WHOSE = frozenset(
    [
        "of",
        "la",
        "le",
        "les",
        "l",
        "the",
        "der",
        "des",
        "del",
        "della",
        "dell",
        "de",
        "du",
        "da",
        "do",
        "van",
        "bei",
        "at",
        "in",
    ]
)
#: What speaks for an authority, as a department does.
_HEADS = frozenset(["mayor", "council", "administration", "government", "board", "executive", "governor", "president"])


@dataclass(frozen=True, slots=True)
class Recognised:
    """What a name says of its bearer.

    ``place`` is the name left when the words of the authority are taken away, in the spelling of the source; empty when the name
    does not say whose authority it is ("Consejería de Cultura"); all of the name for another body. ``places`` are all such names,
    likeliest first: without a word such as "district", nominatives of inflected ones, and those of other languages.
    ``level`` is the tier of a region; ``rule`` says which pattern or word decided.
    """

    kind: Kind
    place: str
    level: str | None
    rule: str
    places: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Pattern:
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
class _Rules:
    """The file, ready for use."""

    by_word: Mapping[str, tuple[_Pattern, ...]]
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


@dataclass(frozen=True, slots=True)
class _Segment:
    """A part of a name: its words as written, their positions, and as compared; ``equal`` when a slash or bracket opens it."""

    text: str
    spans: tuple[tuple[int, int], ...]
    words: tuple[str, ...]
    equal: bool


@dataclass(frozen=True, slots=True)
class _Verdict:
    kind: Kind
    rule: str
    level: str | None = None
    places: tuple[str, ...] = field(default=())


@lru_cache(maxsize=50_000)
def recognise(name: str, country: str | None) -> Recognised:
    """Return whether a name is that of a municipality, of a region or of another body, and the place that it names.

    Args:
        name: The name of a body as a source writes it, in any of the languages of the rules, or in several at once.
        country: ISO 3166-1 code, or English name; None when it is not known, and then words that mean an authority in some
            countries only say nothing.

    >>> recognise("Comune di Genova", "IT").place, recognise("Region Nordjylland", "DK").kind
    ('Genova', 'region')
    >>> recognise("Museum of the City of Graz", "AT").kind
    'other'
    """
    rules = _rules()
    code = _code(country)
    text = rules.compound.sub(lambda found: rules.compounds[normalise(found[0])], name) if " - " in name else name
    segments = list(_segments(_RUN_TOGETHER.sub(r"\1 ; \2", text)))
    for segment in segments:
        if form := _legal_form(segment.words, rules):
            return Recognised("other", name, None, f"legal form: {form}", (name,))
    found: _Verdict | None = None
    places: list[str] = []
    for position, segment in enumerate(segments):
        unit = position > 0 and segments[0].words[0] in rules.departments
        verdict = _judge(segment, code, rules, alone=position == 0 or _is_unit(segments[:position], rules), unit=unit)
        if found is None:
            if verdict is not None and verdict.kind == "other":
                if unit:
                    continue
                return Recognised("other", name, None, verdict.rule, (name,))
            found = verdict
            places += verdict.places if verdict else ()
        elif verdict is not None and verdict.kind == found.kind and segment.equal:
            places += verdict.places
    if found is None:
        return Recognised("other", name, None, "no authority named", (name,))
    distinct = tuple(dict.fromkeys(places))
    return Recognised(found.kind, distinct[0] if distinct else "", found.level, found.rule, distinct)


def _judge(segment: _Segment, country: str | None, rules: _Rules, *, alone: bool, unit: bool) -> _Verdict | None:
    """Return what one part of a name says; None when it neither is an authority nor rules one out.

    Args:
        segment: The part.
        country: ISO code.
        rules: The rules.
        alone: Nothing but a department or an acronym stands before it.
        unit: A department stands before it.
    """
    words = segment.words
    best: tuple[tuple[int, bool, bool], _Pattern, int, int] | None = None
    for first, last in _windows(words, rules, unit=unit):
        window = words[first:last]
        for pattern in _candidates(window, country, rules):
            # A region named after an unknown name is where that body is, not whose it is.
            if pattern.kind == "region" and not alone:
                continue
            place = pattern.match(window)
            if place is None:
                continue
            start, end = place if pattern.fixed else _trim(window, place, rules)
            if place != (0, 0) and (
                start >= end or _other(window[start:end], rules, weak=pattern.rank[0] < 2 and pattern.parts[0] == "*")
            ):
                continue
            if best is None or pattern.rank > best[0]:
                best = (pattern.rank, pattern, first + start, first + end)
        if best is not None:
            break
    if best is not None:
        _, pattern, start, end = best
        places = _places(segment, start, end, pattern, rules) if end > start else ()
        return _Verdict(pattern.kind, pattern.rule, pattern.level, places)
    if (word := _other(words, rules, weak=True)) and not _begins_or_ends_with_unit(words, rules):
        return _Verdict("other", f"word: {word}")
    return None


def _windows(words: tuple[str, ...], rules: _Rules, *, unit: bool) -> Iterator[tuple[int, int]]:
    """Yield the parts of a segment in which an authority may stand: all of it, before a department, after '... of'."""
    first = 1 if words[0] == "the" and len(words) > 1 else 0
    yield first, len(words)
    if unit or words[first] in rules.units or words[first] in _HEADS:
        for after in range(first + 1, len(words)):
            if words[after - 1] in _WHOSE and words[after] not in _WHOSE:
                yield after, len(words)
    for position, word in enumerate(words):
        if word in rules.units and position > first:
            yield first, position
            if position + 1 < len(words) and not _other(words[:position], rules, weak=True):
                after = position + 1
                while after < len(words) - 1 and words[after] in _WHOSE:
                    after += 1
                yield after, len(words)


def _candidates(words: Sequence[str], country: str | None, rules: _Rules) -> Iterator[_Pattern]:
    for word in dict.fromkeys(words):
        for pattern in rules.by_word.get(word, ()):
            if not pattern.countries or country in pattern.countries:
                yield pattern


def _trim(words: Sequence[str], place: tuple[int, int], rules: _Rules) -> tuple[int, int]:
    """Return the place without prepositions before it and the department after it."""
    start, end = place
    while start < end and words[start] in _LINKS:
        start += 1
    for position in range(start, end):
        if words[position] in rules.units:
            return start, position
    return start, end


def _places(segment: _Segment, start: int, end: int, pattern: _Pattern, rules: _Rules) -> tuple[str, ...]:
    """Return the place between two words: its bare name first, where it has one, then as it is written."""
    words = segment.words[start:end]
    written = _written(segment, start, end)
    if nominative := rules.adjectives.get(" ".join(words)):
        return nominative, written
    for phrase in rules.after:
        if len(phrase) < len(words) and words[-len(phrase) :] == phrase:
            end -= len(phrase)
            break
    for phrase in rules.before:
        if len(phrase) < end - start and segment.words[start : start + len(phrase)] == phrase:
            start += len(phrase)
            break
    bare = _written(segment, start, end)
    for ending, instead in pattern.endings:
        if bare.casefold().endswith(ending) and len(bare) - len(ending) >= 3:
            stem = bare[: len(bare) - len(ending)]
            return tuple(dict.fromkeys((stem + (instead.upper() if bare.isupper() else instead), bare, written)))
    return tuple(dict.fromkeys((bare, written)))


def _written(segment: _Segment, start: int, end: int) -> str:
    return segment.text[segment.spans[start][0] : segment.spans[end - 1][1]]


def _other(words: Sequence[str], rules: _Rules, *, weak: bool) -> str | None:
    """Return the word that makes these words the name of another body, None when there is none; ``weak`` ones count if wanted."""
    if phrase := _phrase_in(words, rules.others):
        return phrase
    for word in words:
        if len(word) > 6 and (word.startswith(rules.beginnings) or word.endswith(rules.endings)):
            return word
        if weak and word in rules.weak:
            return word
    return None


def _legal_form(words: Sequence[str], rules: _Rules) -> str | None:
    """Return the legal form in a part of a name: a short one only at its end, where it is not a word of another language."""
    form = _phrase_in(words, rules.legal_forms)
    return form if form and (" " in form or len(form) > 3 or words[-1] == form) else None


def _phrase_in(words: Sequence[str], phrases: Mapping[str, tuple[tuple[str, ...], ...]]) -> str | None:
    for position, word in enumerate(words):
        for phrase in phrases.get(word, ()):
            if tuple(words[position : position + len(phrase)]) == phrase:
                return " ".join(phrase)
    return None


def _begins_or_ends_with_unit(words: Sequence[str], rules: _Rules) -> bool:
    first = words[1] if words[0] == "the" and len(words) > 1 else words[0]
    return first in rules.departments or words[-1] in rules.departments


def _is_unit(segments: Sequence[_Segment], rules: _Rules) -> bool:
    """Return whether what stands before is a department or a mere acronym, so that the next part says whose it is."""
    return all(_begins_or_ends_with_unit(segment.words, rules) or len(segment.words) == 1 for segment in segments)


def _segments(name: str) -> Iterator[_Segment]:
    start, mark = 0, ""
    for separator in [*_SEPARATORS.finditer(name), None]:
        text = name[start : separator.start() if separator else len(name)]
        spans = tuple(found.span() for found in _WORD.finditer(text))
        if spans:
            yield _Segment(text, spans, tuple(_word(text[a:b]) for a, b in spans), mark in _EQUALS and bool(mark))
        if separator:
            start, mark = separator.end(), separator[0].strip()[:1]


@lru_cache(maxsize=100_000)
def _word(text: str) -> str:
    """Return a word as it is compared: in Latin letters, without case and diacritics."""
    if _OTHER_SCRIPT.search(text):
        from anyascii import anyascii

        text = anyascii(text)
    return normalise(text).replace(" ", "")


@lru_cache(maxsize=500)
def _code(country: str | None) -> str | None:
    """Return the code of a country, also of one that the list of countries does not have (the French overseas departments)."""
    if country is None:
        return None
    return country_named(country) or (country.upper() if len(country) == 2 else None)


@cache
def _rules() -> _Rules:
    text = resources.files("kg.places").joinpath("authorities.toml").read_text(encoding="utf-8")
    data = tomllib.loads(text)
    by_word: dict[str, list[_Pattern]] = {}
    for tier in data["tier"]:
        for pattern in _patterns(tier):
            # Found by its longest word, which few names have.
            own = max((part for part in pattern.parts if part not in "*+"), key=len)
            by_word.setdefault(own, []).append(pattern)
    departments = frozenset(data["units"]["words"])
    compounds = {normalise(name): re.sub(r"\s*([-/])\s*", r"\1", name) for name in data["compounds"]["names"]}
    written = "|".join(re.escape(name) for name in sorted(data["compounds"]["names"], key=len, reverse=True))
    return _Rules(
        by_word={word: tuple(patterns) for word, patterns in by_word.items()},
        departments=departments,
        units=departments | frozenset(data["units"]["endings"]),
        legal_forms=_phrases(data["other"]["legal_forms"]),
        others=_phrases(data["other"]["words"]),
        weak=frozenset(_words(" ".join(data["other"]["weak"]))),
        before=_longest_first(data["kinds"]["before"]),
        after=_longest_first(data["kinds"]["after"]),
        beginnings=tuple(data["other"]["beginnings"]),
        endings=tuple(data["other"]["endings"]),
        compounds=compounds,
        compound=re.compile(written, re.IGNORECASE),
        adjectives={" ".join(_words(adjective)): place for adjective, place in data["adjectives"].items()},
    )


def _patterns(tier: Mapping[str, Any]) -> Iterator[_Pattern]:
    endings = tuple(sorted(tier.get("endings", {}).items(), key=lambda pair: -len(pair[0])))
    for text in tier["patterns"]:
        plain = text.replace("[", " ").replace("]", " ")
        parts = tuple(part if part in "*+" else _word(part) for part in plain.split())
        fixed = _words(text[text.index("[") : text.index("]")]) if "[" in text else ()
        yield _Pattern(
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
        words = _words(text)
        phrases.setdefault(words[0], []).append(words)
    return {first: tuple(found) for first, found in phrases.items()}


def _longest_first(texts: Sequence[str]) -> tuple[tuple[str, ...], ...]:
    return tuple(sorted((_words(text) for text in texts), key=len, reverse=True))


def _words(text: str) -> tuple[str, ...]:
    return tuple(_word(found[0]) for found in _WORD.finditer(text))
