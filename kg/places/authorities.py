"""Local and regional authorities, recognised from their names: "Comune di Genova" is the municipality of Genova.

The words are data, in ``authorities.toml``; ``docs/authorities.md`` says how they were measured. Pure functions on names.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

from kg.places.authority_rules import WORD, Kind, Pattern, Rules, compared, rules_of_file
from kg.places.countries import country_named
from kg.places.names import LONGEST_NAME, normalise

#: What parts a name into the authority, its department, and the same in another language.
_SEPARATORS = re.compile(
    r"\s+[-\u2010-\u2015]+(?=\s)|[\u2013\u2014,;:|()\[\]/\"\u201c\u201d\u201e\u00ab\u00bb\n]+|\s\.\s|\.(?<=[^\W\d_]{4}\.)\s+"
)
#: Two words run together where a line broke ("Junta de Castilla y LeónConsejería").
_RUN_TOGETHER = re.compile(r"([a-z\u00df-\u017f]{3})([A-Z\u00c0-\u00de\u0160\u017d][a-z\u00df-\u017f]{3})")
#: Marks that join two names of one thing, rather than a body and its department.
_EQUALS = frozenset("/(|[")
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
class _Segment:
    """A part of a name: its words as written, their positions, and as compared; ``equal`` when a slash or bracket opens it."""

    text: str
    spans: tuple[tuple[int, int], ...]
    words: tuple[str, ...]
    equal: bool


@dataclass(frozen=True, slots=True)
class _Fit:
    """The best pattern so far, and where in the segment the place begins and ends."""

    pattern: Pattern
    start: int
    end: int


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
        name: The name of a body as a source writes it, in any of the languages of the rules, or in several at once; of one that is
            longer than any, the beginning.
        country: ISO 3166-1 code, or English name; None when it is not known, and then words that mean an authority in some
            countries only say nothing.

    >>> recognise("Comune di Genova", "IT").place, recognise("Region Nordjylland", "DK").kind
    ('Genova', 'region')
    >>> recognise("Museum of the City of Graz", "AT").kind
    'other'
    """
    # What is longer than any name would take long, and goes into no graph.
    name = name[:LONGEST_NAME]
    rules = rules_of_file()
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


def _judge(segment: _Segment, country: str | None, rules: Rules, *, alone: bool, unit: bool) -> _Verdict | None:
    """Return what one part of a name says; None when it neither is an authority nor rules one out.

    Args:
        segment: The part.
        country: ISO code.
        rules: The rules.
        alone: Nothing but a department or an acronym stands before it.
        unit: A department stands before it.
    """
    words = segment.words
    best: _Fit | None = None
    for first, last, whole in _windows(words, rules, unit=unit):
        for pattern in _candidates(words[first:last], country, rules):
            # A region named after an unknown name is where that body is, not whose it is. After a department's words an
            # authority begins with its own, or the department's would be taken for a place.
            if (pattern.kind == "region" and not alone) or (pattern.parts[0] == "*" and not whole):
                continue
            place = _fit(pattern, words[first:last], rules)
            if place is not None and (best is None or pattern.rank > best.pattern.rank):
                best = _Fit(pattern, first + place[0], first + place[1])
        if best is not None:
            break
    if best is not None:
        places = _places(segment, best, rules) if best.end > best.start else ()
        return _Verdict(best.pattern.kind, best.pattern.rule, best.pattern.level, places)
    if (word := _other(words, rules, weak=True)) and not _begins_or_ends_with_unit(words, rules):
        return _Verdict("other", f"word: {word}")
    return None


def _fit(pattern: Pattern, words: Sequence[str], rules: Rules) -> tuple[int, int] | None:
    """Return where the place is, (0, 0) when none is named; None when these words are no authority by this pattern."""
    place = pattern.match(words)
    if place is None or place == (0, 0) or pattern.fixed:
        return place
    # "Culture of the | municipality": a place does not end with a preposition, so these are not its words.
    if pattern.parts[0] == "*" and words[place[1] - 1] in _WHOSE:
        return None
    start, end = _trim(words, place, rules)
    if end < place[1] and pattern.parts[-1] != "*":
        return None
    if pattern.parts[-1] == "+" and _followed_by_other(words, place[1] + pattern.rank[0], rules):
        return None
    if start >= end or _other(words[start:end], rules, weak=pattern.rank[0] < 2 and pattern.parts[0] == "*"):
        return None
    return start, end


def _followed_by_other(words: Sequence[str], after: int, rules: Rules) -> bool:
    """Return whether words after an authority make all the name that of another body ("X Municipality Association")."""
    rest = words[after:]
    return bool(rest) and rules.units.isdisjoint(rest) and _phrase_in(rest[:1], rules.others) is not None


def _windows(words: tuple[str, ...], rules: Rules, *, unit: bool) -> Iterator[tuple[int, int, bool]]:
    """Yield the parts of a segment in which an authority may stand: all of it, before a department, after '... of'.

    The third value says whether the place may stand first in it.
    """
    first = 1 if words[0] == "the" and len(words) > 1 else 0
    yield first, len(words), True
    if unit or words[first] in rules.units or words[first] in _HEADS:
        for after in range(first + 1, len(words)):
            if words[after - 1] in _WHOSE and words[after] not in _WHOSE:
                yield after, len(words), True
    for position, word in enumerate(words):
        if word in rules.units and position > first:
            yield first, position, True
            if position + 1 < len(words) and not _other(words[:position], rules, weak=True):
                after = position + 1
                while after < len(words) - 1 and words[after] in _WHOSE:
                    after += 1
                yield after, len(words), word in rules.departments and after > position + 1


def _candidates(words: Sequence[str], country: str | None, rules: Rules) -> Iterator[Pattern]:
    for word in dict.fromkeys(words):
        for pattern in rules.by_word.get(word, ()):
            if not pattern.countries or country in pattern.countries:
                yield pattern


def _trim(words: Sequence[str], place: tuple[int, int], rules: Rules) -> tuple[int, int]:
    """Return the place without prepositions before it and the department after it."""
    start, end = place
    while start < end and words[start] in _LINKS:
        start += 1
    for position in range(start, end):
        if words[position] in rules.units:
            return start, position
    return start, end


def _places(segment: _Segment, fit: _Fit, rules: Rules) -> tuple[str, ...]:
    """Return the place between two words: its bare name first, where it has one, then as it is written."""
    start, end = fit.start, fit.end
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
    plain = normalise(bare)
    for ending, instead in fit.pattern.endings if len(plain) == len(bare) else ():
        if plain.endswith(ending) and len(bare) - len(ending) >= 3:
            changed = (
                bare if ending == instead else bare[: -len(ending)] + (instead.upper() if bare.isupper() else instead)
            )
            return tuple(dict.fromkeys((changed, bare, written)))
    return tuple(dict.fromkeys((bare, written)))


def _written(segment: _Segment, start: int, end: int) -> str:
    return segment.text[segment.spans[start][0] : segment.spans[end - 1][1]]


def _other(words: Sequence[str], rules: Rules, *, weak: bool) -> str | None:
    """Return the word that makes these words the name of another body, None when there is none; ``weak`` ones count if wanted."""
    if phrase := _phrase_in(words, rules.others):
        return phrase
    for word in words:
        if len(word) > 6 and (word.startswith(rules.beginnings) or word.endswith(rules.endings)):
            return word
        if weak and word in rules.weak and len(words) > 1:
            return word
    return None


def _legal_form(words: Sequence[str], rules: Rules) -> str | None:
    """Return the legal form in a part of a name: a short one only at its end, where it is not a word of another language."""
    form = _phrase_in(words, rules.legal_forms)
    return form if form and (" " in form or len(form) > 3 or words[-1] == form) else None


def _phrase_in(words: Sequence[str], phrases: Mapping[str, tuple[tuple[str, ...], ...]]) -> str | None:
    for position, word in enumerate(words):
        for phrase in phrases.get(word, ()):
            if tuple(words[position : position + len(phrase)]) == phrase:
                return " ".join(phrase)
    return None


def _begins_or_ends_with_unit(words: Sequence[str], rules: Rules) -> bool:
    first = words[1] if words[0] == "the" and len(words) > 1 else words[0]
    return first in rules.departments or words[-1] in rules.departments


def _is_unit(segments: Sequence[_Segment], rules: Rules) -> bool:
    """Return whether what stands before is a department or a mere acronym, so that the next part says whose it is."""
    return all(_begins_or_ends_with_unit(segment.words, rules) or len(segment.words) == 1 for segment in segments)


def _segments(name: str) -> Iterator[_Segment]:
    start, mark = 0, ""
    for separator in [*_SEPARATORS.finditer(name), None]:
        text = name[start : separator.start() if separator else len(name)]
        spans = tuple(found.span() for found in WORD.finditer(text))
        if spans:
            yield _Segment(text, spans, tuple(compared(text[a:b]) for a, b in spans), mark in _EQUALS and bool(mark))
        if separator:
            start, mark = separator.end(), separator[0].strip()[:1]


@lru_cache(maxsize=500)
def _code(country: str | None) -> str | None:
    """Return the code of a country, also of one that the list of countries does not have (the French overseas departments)."""
    if country is None:
        return None
    return country_named(country) or (country.upper() if len(country) == 2 else None)
