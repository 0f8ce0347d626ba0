"""Names as keep.eu writes them: towns with postal districts, several languages in one cell, remarks of the project."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from kg.places.names import normalise

_CEDEX = re.compile(r"[\s,]*\bc[eé]dex\b.*", re.IGNORECASE)
#: A postal code before a town ("101 Reykjavík"), the number of a district after it ("Dublin 4").
_DIGITS = re.compile(r"^[\d\s-]*\d\s+(?=\D)|\s+\d{1,5}$")
_REMARK = re.compile(
    r"\s*\([^()]*\b(?:drop(?:ped)?[ -]?out|withdr[ae]wn?|inofficial|until|left|end of phase)\b[^()]*\)", re.IGNORECASE
)
#: Partners who are a person with a title; a body may begin with Dr. or St., so those do not count.
_TITLE = re.compile(r"(?:DI|Dipl\.?-?\s?Ing\.|Mag\.|Mgr\.|Mr\.?|Mrs\.?|Ms\.?|Herr|Frau)\s+[A-ZÀ-Ž][\w.-]+\s+[A-ZÀ-Ž]")
_ENGLISH = re.compile(r"\b(?:of|the|for|and)\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Town:
    """A town as a row names it: its name, the same in other languages, and what the row says of where it lies."""

    name: str
    others: tuple[str, ...]


@lru_cache(maxsize=20_000)
def read_town(text: str) -> Town | None:
    """Return a town without postal districts and counties; None when nothing is left.

    >>> read_town("BREST CEDEX 2"), read_town("Bolzano/Bozen"), read_town("Cahir, Co. Tipperary")
    (Town(name='Brest', others=()), Town(name='Bolzano', others=('Bozen',)), Town(name='Cahir', others=()))
    """
    plain = _DIGITS.sub("", _CEDEX.sub("", text)).split(",")[0].split("(")[0]
    names = [spoken(name) for part in plain.split("/") if normalise(name := part.strip(" .;-"))]
    return Town(names[0], tuple(dict.fromkeys(names[1:]))) if names else None


def spoken(name: str) -> str:
    """Return a name in capitals as it is written otherwise; a short one may be an acronym.

    >>> spoken("LUGO"), spoken("ŠILUTĖ DISTRICT"), spoken("TNO")
    ('Lugo', 'Šilutė District', 'TNO')
    """
    return name.title() if name.isupper() and len(name) > 3 else name


@lru_cache(maxsize=50_000)
def read_partner(text: str) -> tuple[str, tuple[str, ...]]:
    """Return the name of a partner and the same in other languages, which are set off by a bar.

    The English one is taken, else the first; the same name twice counts once.

    >>> read_partner("Bánk Község | Municipality of Bánk"), read_partner("City of Kalmar (drop out from 10/11/2016)")
    (('Municipality of Bánk', ('Bánk Község',)), ('City of Kalmar', ()))
    """
    parts = [part.strip(" /|") for part in re.split(r"\s+\|\s+|\s*\n\s*", _REMARK.sub("", text))]
    names = list(dict.fromkeys(part for part in parts if normalise(part)))
    if not names:
        return text, ()
    chosen = next((name for name in names if _ENGLISH.search(name)), names[0])
    return chosen, tuple(name for name in names if name != chosen)


def is_person(name: str) -> bool:
    """Return whether a partner is a person, by a title.

    >>> is_person("DI Herbert Muster, Consultant"), is_person("Mag. Menhart")
    (True, False)
    """
    return _TITLE.match(name) is not None


@lru_cache(maxsize=50_000)
def plain(name: str) -> str:
    """Return a name as it is compared: it is asked for in many rows."""
    return normalise(name)


def commonest(spellings: Mapping[str, int]) -> str:
    """Return the spelling that most rows have; of equals one with small letters, then the first in order.

    >>> commonest({"LUGO": 2, "Lugo": 2})
    'Lugo'
    """
    return min(spellings, key=lambda name: (-spellings[name], name.isupper(), name))


def is_same(name: str, ascii_name: str) -> bool:
    """Return whether a name is the one that GeoNames writes without diacritics.

    >>> is_same("Münster", "Muenster"), is_same("Malmö", "Malmoe"), is_same("Šanov", "Teplice")
    (True, True, False)
    """
    return _folded(name) == _folded(ascii_name)


def _folded(name: str) -> str:
    return re.sub(r"([aou])(?:e|a)", r"\1", plain(name))
