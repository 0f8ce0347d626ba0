"""Which code page a text is in, told by which one makes of its bytes the letters that a language of Europe has.

General guessers look at the frequencies of running text, and take French names of towns for Polish ones more often than not
(docs/dependencies.md has the figures). A table of names is told better by alphabets: bytes of French under the Central
European page give č, ę, ŕ and ů, which no single language has together, and bytes of Greek give capitals inside of words.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from functools import cache
from itertools import pairwise

#: The letters beyond ASCII of each language, small; behind the bar those that are rare in it.
_LANGUAGES: dict[str, tuple[str, ...]] = {
    "cp1252": (
        "éèêàçôîâûëï|ùœüæÿ",  # French
        "áéíóúñü|ªºç",  # Spanish
        "àèéíòóúç|ïü·ñ",  # Catalan, Occitan
        "áâãàçéêíóôõú|üº",  # Portuguese
        "äöüß|é",  # German
        "éëïèöü|ûêâôá",  # Dutch, Frisian
        "àèéìòù|óîôâü",  # Italian
        "åäö|é",  # Swedish, Finnish
        "åæøö|éüäô",  # Danish, Norwegian
        "áéíóúýðþæö|",  # Icelandic
        "áíóúýæøð|",  # Faroese
        "áéíóú|",  # Irish
        "äõöüšž|",  # Estonian
        "ëç|",  # Albanian
    ),
    "cp1250": (
        "ąćęłńóśźż|éüö",  # Polish
        "áčďéěíňóřšťúůýž|üöä",  # Czech
        "áäčďéíĺľňóôŕšťúýž|üö",  # Slovak
        "áéíóöőúüű|ä",  # Hungarian
        "ăâîşţșț|éöüáäő",  # Romanian
        "čćđšž|áéöü",  # Croatian, Bosnian, Serbian, Slovenian
        "äöüß|ë",  # German, Albanian
    ),
    "cp1257": (
        "āčēģīķļņšūž|ōŗ",  # Latvian
        "ąčęėįšųūž|",  # Lithuanian
        "äõöüšž|",  # Estonian
        "|éóåæøćłńśźżß",  # of the neighbours
    ),
    "cp1254": ("çğıöşüi|âîû",),  # Turkish; the small letter of İ is taken for i
    "cp1251": (
        "абвгдежзийклмнопрстуфхцчшщъьюя|ѝ",  # Bulgarian
        "абвгдежзийклмнопрстуфхцчшщъыьэюя|ё",  # Russian
        "абвгґдеєжзиіїйклмнопрстуфхцчшщьюя|",  # Ukrainian
        "абвгдежзійклмнопрстуўфхцчшыьэюяё|",  # Belarusian
        "абвгдђежзијклљмнњопрстћуфхцчџшѓќѕ|",  # Serbian, Macedonian
    ),
    "cp1253": ("αάβγδεέζηήθιίκλμνξοόπρσςτυύφχψωώ|ϊϋΐΰ",),  # Greek
}
_LANGUAGES["iso8859_2"] = _LANGUAGES["cp1250"]

#: The usual one, and then in this order where several do equally well.
CODE_PAGES = ("cp1252", "cp1250", "cp1257", "cp1254", "cp1251", "cp1253", "iso8859_2")

#: Marks that any page may have among its words.
_MARKS = frozenset("\u00a0–—‘’‚“”„«»‹›…•°§€£©®™´·№½\u00ad")
_WORD = re.compile(r"[^\W\d_]+")
#: A rare letter of a language says less for it, and so does a letter where several languages of a page meet.
_RARE = 0.6
_MIXED = 0.9
#: A file is in the page of Western Europe unless another does better by more than this.
_USUAL = 0.04


def likeliest_page(evidence: bytes) -> str | None:
    """Return the code page that makes the likeliest text of these bytes, or None when none makes any.

    >>> likeliest_page("Orléans;Besançon;Nîmes".encode("cp1252")), likeliest_page("Łódź;Kraków".encode("cp1250"))
    ('cp1252', 'cp1250')

    Args:
        evidence: Lines of the file with bytes beyond ASCII.
    """
    scores = {page: _score(evidence, page) for page in CODE_PAGES}
    scores[CODE_PAGES[0]] += _USUAL
    best = max(CODE_PAGES, key=lambda page: scores[page])
    return best if scores[best] > _USUAL else None


def _score(evidence: bytes, page: str) -> float:
    """Return what share of the letters and marks beyond ASCII one language of the page has, from -1 to 1."""
    text = evidence.decode(page, "replace")
    foreign = Counter(letter for letter in text if not letter.isascii())
    beyond = foreign.total()
    if not beyond:
        return 0.0
    bad = sum(number for letter, number in foreign.items() if not letter.isalpha() and letter not in _MARKS)
    letters: Counter[str] = Counter()
    for word, number in Counter(_WORD.findall(text)).items():
        if word.isascii():
            continue
        high = [letter for letter in word if not letter.isascii()]
        if _is_unlikely(word, high):
            bad += number * len(high)
        else:
            for letter in high:
                letters[letter.lower()[0]] += number
    fits = max(sum(weights.get(letter, 0.0) * n for letter, n in letters.items()) for weights in _weights(page))
    return (fits - bad) / beyond


def _is_unlikely(word: str, high: list[str]) -> bool:
    """Return whether no language writes such a word: scripts mixed, capitals inside, or hardly a plain letter among Latin ones."""
    scripts = {_script(letter) for letter in word}
    if len(scripts) > 1:
        return True
    if any(later.isupper() and earlier.islower() for earlier, later in pairwise(word)):
        return True
    return scripts == {"LATIN"} and len(high) > 3 and len(high) * 4 > len(word) * 3


@cache
def _script(letter: str) -> str:
    return unicodedata.name(letter, "LATIN").partition(" ")[0] if letter not in "ªº" else "LATIN"


@cache
def _weights(page: str) -> list[dict[str, float]]:
    found = []
    for language in _LANGUAGES[page]:
        common, _, rare = language.partition("|")
        found.append(dict.fromkeys(rare, _RARE) | dict.fromkeys(common, 1.0))
    rare_first = sorted((weight, letter) for weights in found for letter, weight in weights.items())
    everything = {letter: min(_MIXED, weight) for weight, letter in rare_first}
    return [*found, everything]
