"""Names in Greek, Cyrillic and other letters, written in Latin ones.

Greek by ELOT 743, Ukrainian by the resolution of 2010, Bulgarian by the streamlined system of 2009, Serbian and Macedonian by their
own Latin alphabets; any other letter by the library anyascii.
"""

from __future__ import annotations

import re
import unicodedata

from kg.places.spelling import alphabet

#: At the beginning of a word these are written otherwise in Ukrainian.
_UKRAINIAN_FIRST = {"є": "ye", "ї": "yi", "й": "y", "ю": "yu", "я": "ya"}
_CYRILLIC = {
    "UA": "ukrainian",
    "BG": "bulgarian",
    **dict.fromkeys(("BA", "ME", "MK", "RS", "XK"), "serbian"),
}
_GREEK_PAIRS = {"ου": "ou", "γγ": "ng", "γξ": "nx", "γχ": "nch"}
_GREEK_WORD = re.compile(r"[\u0370-\u03ff\u1f00-\u1fff]+")
_OTHER_LETTER = re.compile(r"[\u0530-\u1dff]")
_CYRILLIC_WORD = re.compile(r"[\u0400-\u052f]+")
_VOICED = "αβγδεζηιλμνορυω"


def to_latin(text: str, country: str | None) -> str:
    """Return ``text`` in Latin letters; Cyrillic ones by the rules of ``country``, Russian ones unless it has its own.

    >>> to_latin("Θεσσαλονίκη", "GR"), to_latin("Чернігів", "UA"), to_latin("Търговище", "BG")
    ('thessaloniki', 'chernihiv', 'targovishte')
    """
    if text.isascii():
        return text
    if _GREEK_WORD.search(text):
        text = _GREEK_WORD.sub(lambda found: _greek(found.group()), unicodedata.normalize("NFC", text))
    if _CYRILLIC_WORD.search(text):
        name = alphabet_of(country)
        text = _CYRILLIC_WORD.sub(lambda found: _cyrillic(found.group(), name), text)
    if _OTHER_LETTER.search(text):
        from anyascii import anyascii

        text = anyascii(text)
    return text


def alphabet_of(country: str | None) -> str:
    """Return whose alphabet Cyrillic letters of a country are read by."""
    return _CYRILLIC.get(country or "", "russian")


def _cyrillic(word: str, name: str) -> str:
    word, table = word.casefold(), alphabet(name)
    if name == "ukrainian":
        word = word.replace("зг", "zgh")
        first = _UKRAINIAN_FIRST.get(word[0]) or table.get(word[0], word[0])
        return first + "".join(table.get(letter, letter) for letter in word[1:])
    if name == "bulgarian" and word.endswith("ия"):
        word = word[:-2] + "ia"
    return "".join(table.get(letter, letter) for letter in word)


def _greek(word: str) -> str:
    plain = [unicodedata.normalize("NFD", letter) for letter in word.casefold()]
    diaeresis = ["\u0308" in letter for letter in plain]
    accent = ["\u0301" in letter for letter in plain]
    letters = "".join(letter[0] for letter in plain)
    latin, result, position = alphabet("greek"), "", 0
    while position < len(letters):
        pair = letters[position : position + 2]
        if pair == "μπ":
            result += "b" if position in (0, len(letters) - 2) else "mp"
            position += 2
        elif pair in _GREEK_PAIRS:
            result += _GREEK_PAIRS[pair]
            position += 2
        elif pair in ("αυ", "ευ", "ηυ") and not diaeresis[position + 1] and not accent[position]:
            following = letters[position + 2 : position + 3]
            result += latin[pair[0]] + ("v" if following and following in _VOICED else "f")
            position += 2
        else:
            result += latin.get(letters[position], letters[position])
            position += 1
    return result
