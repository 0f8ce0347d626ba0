"""The countries: one list, in ``kg/data/countries.csv``."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from functools import cache
from importlib import resources

from kg.places.names import normalise

#: Codes that the European Union uses, by their ISO ones.
CODES_IN_USE = {"UK": "GB", "EL": "GR"}


@dataclass(frozen=True, slots=True)
class CountryEntry:
    """A country by its ISO 3166-1 code (XK for Kosovo is user-assigned); ``area`` is core, history or empty."""

    code: str
    name: str
    area: str


@cache
def countries() -> dict[str, CountryEntry]:
    """Return all countries of the list, by code."""
    text = resources.files("kg").joinpath("data", "countries.csv").read_text(encoding="utf-8")
    return {
        row["code"]: CountryEntry(row["code"], row["name"], row["area"]) for row in csv.DictReader(text.splitlines())
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


def mission_area() -> tuple[str, ...]:
    """Return the codes of the mission's area: the members of the Council of Europe and Kosovo.

    Belarus and Russia, which the list marks as history, are not in it: their cities are loaded when asked for.
    """
    return tuple(sorted(entry.code for entry in countries().values() if entry.area == "core"))
