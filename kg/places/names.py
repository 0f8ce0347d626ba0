"""Names of places and organisations, reduced to a form in which spellings can be compared.

Pure functions: the loaders store the result as ``search_names``, the queries compare what a user typed with it. Both must use
this one function, or a name that was stored would not be found.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

#: Characters that a name may have; what is longer is none, and is not looked at.
LONGEST_NAME = 2_000

#: Letters that carry no combining mark in Unicode and yet are a variant of a basic one (after case folding).
_SPECIAL_LETTERS = str.maketrans(
    {
        "ł": "l",
        "ø": "o",
        "đ": "d",
        "ð": "d",
        "þ": "th",
        "æ": "ae",
        "œ": "oe",
        "ß": "ss",
        "ħ": "h",
        "ŧ": "t",
        "ŋ": "n",
        "ĸ": "k",
        "ı": "i",
        "ə": "e",
    }
)
_NOT_ALPHANUMERIC = re.compile(r"[\W_]+")


def normalise(name: str) -> str:
    """Return ``name`` without case, diacritics and punctuation, its words separated by one space.

    Applying it twice changes nothing more. A name in another script stays in that script: transliteration is the business of
    alternate names. The result is empty when the name holds no letter and no digit.

    >>> normalise("Rīga"), normalise("Łódź"), normalise("Saint-Étienne"), normalise("STRASSE") == normalise("Straße")
    ('riga', 'lodz', 'saint etienne', True)
    """
    if name.isascii():
        # Nothing to decompose; names of Europe are mostly this.
        return _NOT_ALPHANUMERIC.sub(" ", name.lower()).strip()
    text = name
    # Case folding can compose what was decomposed (U+0345) and decomposition can yield capitals (U+1D2C), so both go twice.
    for _ in range(2):
        text = unicodedata.normalize("NFKD", text).casefold()
    text = "".join(letter for letter in text if not unicodedata.category(letter).startswith("M"))
    return _NOT_ALPHANUMERIC.sub(" ", text.translate(_SPECIAL_LETTERS)).strip()


def search_names(names: Iterable[str]) -> list[str]:
    """Return the normalised ``names``, each once, in the order in which they first appear, without empty ones.

    >>> search_names(["Riga", "Rīga", "", "Рига"])
    ['riga', 'рига']
    """
    return list(dict.fromkeys(filter(None, map(normalise, names))))
