"""Members as lists of members write them: whether a name in a list of municipalities is that of a municipality at all.

Such a list is nearly always right, so only words that no municipality bears speak against it; the rules for partners of projects
(:mod:`kg.places.authorities`), which take a name for an authority only when it says so, would refuse Forest, Spa and La Unión.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from kg.places.authorities import recognise
from kg.places.names import normalise

#: Of normalised names: several municipalities acting as one.
_INTERMUNICIPAL = re.compile(
    r"\b(?:unione(?! sarda)|uniao d[aeo]s?|unions? (?:of|des?|de los|de les)|comunita|communaute|metropole|agglomeration|comuni|"
    r"municipis|federazione|federation|mancomunidad|mancomunitat|mikroregion|consorzio|consorcio|consorci|aggregazione|"
    r"associations? (?:des?|of) (?:communes|municipalities)|associazione (?:intercomunale|dei comuni)|agrupacio|"
    r"comunidade intermunicipal|(?:consell|consejo) comarcal|verband|metropolitan (?:area|city|region))\b"
    r"|\b(?:\d+|pays|armor|en) communes\b|\b(?:communes en)\b"
)
#: Bodies that are no authority.
_ASSOCIATION = re.compile(
    r"\b(?:egyesulet|egyesulete|associazione|associacao|asociacion|asbl|gal(?= \w)|agence|agencia|agenzia|agency|"
    r"naturpark|parco|parc naturel|committee|organisation)\b"
)
#: Districts of Moldova and its neighbours; the town of the same name is another authority.
_DISTRICT = re.compile(r"\bra[yi]on\b")
#: Where a name ends and begins to say in which region the municipality lies.
_TAIL = re.compile(r"\s*(?:,|\()\s*")


@dataclass(frozen=True, slots=True)
class Body:
    """What a name in a list of members says: the label of its node, its name, and what else it tells.

    ``kind`` is that of an organisation, ``level`` the tier of a region; ``lies_in`` where a municipality says that it lies.
    """

    label: Literal["City", "Region", "Organisation"]
    name: str
    kind: str | None = None
    level: str | None = None
    lies_in: str | None = None


@lru_cache(maxsize=50_000)
def read_member(name: str, country: str | None) -> Body:
    """Return what a name in a list of municipalities is, which is a municipality unless the name itself says otherwise.

    >>> read_member("Forest", "BE").label, read_member("Unione Reno Galliera", "IT").kind
    ('City', 'intermunicipal body')
    >>> read_member("Province of Chieti", "IT").level, read_member("Zolochiv, Lviv region", "UA").lies_in
    ('province', 'Lviv region')
    """
    plain = normalise(name)
    if _INTERMUNICIPAL.search(plain):
        return Body("Organisation", name, kind="intermunicipal body")
    if _ASSOCIATION.search(plain):
        return Body("Organisation", name, kind="association")
    if _DISTRICT.search(plain):
        return Body("Region", name, level="district")
    found = recognise(name, country)
    if found.kind != "region":
        return Body("City", name)
    head, *tail = _TAIL.split(name, maxsplit=1)
    if head and tail and recognise(head, country).kind != "region":
        return Body("City", head, lies_in=tail[0].rstrip(") "))
    return Body("Region", name, level=found.level)
