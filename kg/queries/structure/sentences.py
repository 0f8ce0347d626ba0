"""Words that the sentences on structure share."""

from __future__ import annotations

from collections.abc import Mapping, Sequence


def counted(number: int, noun: str, plural: str | None = None) -> str:
    """Return a number with its noun.

    >>> counted(1, "network"), counted(1200, "network"), counted(2, "country", "countries")
    ('1 network', '1,200 networks', '2 countries')
    """
    return f"{number:,} {noun if number == 1 else plural or noun + 's'}"


def several(names: Sequence[str]) -> str:
    """Return names as one phrase.

    >>> several(["EMTA"]), several(["EMTA", "Polis", "UBC"])
    ('EMTA', 'EMTA, Polis and UBC')
    """
    return " and ".join(filter(None, (", ".join(names[:-1]), *names[-1:])))


def percent(share: float) -> str:
    """Return a share in per cent, with as many digits as a small one needs.

    >>> percent(0.1234), percent(0.000456), percent(1), percent(1e-9)
    ('12 %', '0.046 %', '100 %', 'less than 0.001 %')
    """
    if 0 < share < 1e-5:
        return "less than 0.001 %"
    return f"{100 * share:.0f} %" if share >= 0.1 else f"{100 * share:.2g} %"


def by_country(countries: Mapping[str, int], named: int = 3) -> str:
    """Return from how many countries something is, and which most are from.

    >>> by_country({"DE": 4, "FI": 1, "LV": 1, "PL": 1}), by_country({"FI": 2}), by_country({})
    ('4 countries, most of them DE (4), FI (1) and LV (1)', 'FI', 'unknown country')
    """
    if not countries:
        return "unknown country"
    if len(countries) == 1:
        return next(iter(countries))
    most = several([f"{country} ({count:,})" for country, count in list(countries.items())[:named]])
    return f"{len(countries):,} countries, {'most of them ' if len(countries) > named else ''}{most}"


def age(year: int | None) -> str:
    """Return how a sentence gives the year of its oldest fact."""
    return f", as of {year}" if year else ""
