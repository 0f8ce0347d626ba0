"""The countries: one list, in ``kg/data/countries.csv``."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib import resources

from kg.places.names import normalise
from kg.schema.dates import first_day, last_day

#: Codes that the European Union uses, by their ISO ones.
CODES_IN_USE = {"UK": "GB", "EL": "GR"}


@dataclass(frozen=True, slots=True)
class CountryEntry:
    """A country by its ISO 3166-1 code (XK for Kosovo is user-assigned); ``area`` is core, history or empty.

    ``eu_since`` and ``eu_until`` are the first and the last day as a member state of the European Union, empty where there is none.
    """

    code: str
    name: str
    area: str
    eu_since: str = ""
    eu_until: str = ""


@cache
def countries() -> dict[str, CountryEntry]:
    """Return all countries of the list, by code."""
    text = resources.files("kg").joinpath("data", "countries.csv").read_text(encoding="utf-8")
    return {
        row["code"]: CountryEntry(row["code"], row["name"], row["area"], row["eu_since"], row["eu_until"])
        for row in csv.DictReader(text.splitlines())
    }


def country_named(text: str) -> str | None:
    """Return the ISO code of the country of the list with this code, in either case, or this English name; None unless one is.

    >>> country_named("lv"), country_named("UK"), country_named("latvia"), country_named("Atlantis")
    ('LV', 'GB', 'LV', None)
    """
    code = text.strip().upper()
    code = CODES_IN_USE.get(code, code)
    if code in countries():
        return code
    name = normalise(text)
    return next((entry.code for entry in countries().values() if normalise(entry.name) == name), None)


def in_european_union(code: str | None, day: date) -> bool:
    """Return whether the country with an ISO code was a member state of the European Union on a day; False for an unknown one.

    >>> [in_european_union("GB", date(2020, 1, 31)), in_european_union("GB", date(2020, 2, 1)), in_european_union(None, date.today())]
    [True, False, False]
    """
    entry = countries().get(code or "")
    if entry is None or not entry.eu_since or first_day(entry.eu_since) > day:
        return False
    return not entry.eu_until or last_day(entry.eu_until) >= day


def mission_area() -> tuple[str, ...]:
    """Return the codes of the mission's area: the members of the Council of Europe and Kosovo.

    Belarus and Russia, which the list marks as history, are not in it: their cities are loaded when asked for.
    """
    return tuple(sorted(entry.code for entry in countries().values() if entry.area == "core"))
