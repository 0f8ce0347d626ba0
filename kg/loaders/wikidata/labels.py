"""English labels of Wikidata items: what of them is the name, where it says the place lies, and which name a region.

Wikidata disambiguates places by a comma ("Porcia, Friuli-Venezia Giulia", "Brody, Żary County"), so a word for a tier counts only
before the first comma.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache

from kg.places.authorities import recognise
from kg.places.countries import countries

#: English names of tiers that names of authorities do not have, at the end of a label.
_TIER_AT_END = re.compile(r".+ \(?(?P<tier>County|Department|Kreis)\)?")
_TIERS = {"County": "county", "Department": "department", "Kreis": "district"}
#: What may be a tier above municipalities, a municipality or a part of one: districts of Moldova, Latvia and Seoul; regional
#: councils of Israel. Then the label does not say.
_UNDECIDED = frozenset(["en: * district", "de: bezirk *", "en: * regional council"])


def one_country(codes: Iterable[str]) -> str | None:
    """Return the country of a place for which Wikidata may state several: the only one, or the only one of the mission's area.

    >>> one_country(["LV"]), one_country(["RU", "UA"]), one_country(["RS", "XK"])
    ('LV', 'UA', None)
    """
    known = {code for code in codes if code in countries()}
    if len(known) > 1:
        known = {code for code in known if countries()[code].area == "core"}
    return known.pop() if len(known) == 1 else None


def name_and_area(label: str) -> tuple[str, str | None]:
    """Return the name in a label and, where one stands behind a comma, the area in which the place lies.

    >>> name_and_area("Porcia, Friuli-Venezia Giulia"), name_and_area("Riga")
    (('Porcia', 'Friuli-Venezia Giulia'), ('Riga', None))
    """
    name, comma, area = label.partition(", ")
    return (name, area) if comma and name and area else (label, None)


@lru_cache(maxsize=100_000)
def tier(label: str, country: str | None = None) -> str | None:
    """Return the tier of the region that a label names; None when it names a municipality, or does not say.

    >>> tier("Tartu County"), tier("Province of Rieti"), tier("Brody, Żary County"), tier("Ventspils District"), tier("Riga")
    ('county', 'province', None, None, None)
    """
    name, _ = name_and_area(label)
    if match := _TIER_AT_END.fullmatch(name):
        return _TIERS[match["tier"]]
    recognised = recognise(name, country)
    if recognised.kind == "region" and recognised.rule not in _UNDECIDED:
        return recognised.level or "region"
    return None
