"""Organisations that the starter has, so that loaders of public data call them by the same own id and they stay one node."""

from __future__ import annotations

import csv
from collections import defaultdict
from functools import cache
from importlib import resources

from kg.places.names import normalise
from kg.schema.nodes import Organisation


@cache
def _by_name() -> dict[str, dict[str, frozenset[str]]]:
    """Return, for each normalised name, the starter's organisations of that name with the countries stated for each."""
    text = resources.files("kg").joinpath("data", "organisations.csv").read_text(encoding="utf-8")
    countries: dict[str, set[str]] = defaultdict(set)
    bearers: dict[str, set[str]] = defaultdict(set)
    for row in csv.DictReader(text.splitlines()):
        if row["country"]:
            countries[row["id"]].add(row["country"])
        for name in (row["name"], *row["names"].split(";")):
            if key := normalise(name):
                bearers[key].add(row["id"])
    return {name: {id_: frozenset(countries[id_]) for id_ in ids} for name, ids in bearers.items()}


@cache
def known_by_id() -> dict[str, Organisation]:
    """Return the starter's organisations by own id, as name and kind describe them, so that a graph without the starter has them."""
    text = resources.files("kg").joinpath("data", "organisations.csv").read_text(encoding="utf-8")
    found: dict[str, Organisation] = {}
    for row in csv.DictReader(text.splitlines()):
        found.setdefault(f"own:{row['id']}", Organisation(name=row["name"], kind=row["kind"] or None))
    return found


def known_organisation(name: str, country: str | None = None) -> str | None:
    """Return the own id of the starter's organisation that bears this very name, None unless exactly one does.

    A country, where both sides state one, must be the same; an acronym alone is no name, since many bodies share one.

    >>> known_organisation("EUROCITIES"), known_organisation("Nantes Métropole", "FR"), known_organisation("Nantes", "FR")
    ('own:eurocities', 'own:nantes-metropole', None)
    """
    found = [
        id_
        for id_, countries in _by_name().get(normalise(name), {}).items()
        if country is None or not countries or country in countries
    ]
    return f"own:{found[0]}" if len(found) == 1 else None
