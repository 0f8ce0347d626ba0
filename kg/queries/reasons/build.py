"""The reasons of a score: for every feature its sentence, and the terms that sum to the score."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date

import numpy as np
from numpy.typing import NDArray

from kg.queries.comparison import Pairs
from kg.queries.evidence import FactDetail, Link
from kg.queries.kinds.kind import Weights
from kg.queries.reasons import networks, places, projects, twins
from kg.queries.reasons.pair import Pair, Reason
from kg.queries.results import Term
from kg.queries.validity import old_year

#: For every feature what its reason is called, and what says it.
REASONS: Mapping[str, tuple[str, Callable[[Pair], Reason]]] = {
    "distance": ("Distance", places.distance),
    "size": ("Size", places.size),
    "population": ("Inhabitants", places.population),
    "twin_countries": ("Countries that twin", places.twin_countries),
    "twin_regions": ("Regions that twin", places.twin_regions),
    "twin_region_countries": ("Regions and countries that twin", places.twin_region_countries),
    "own_twins_there": ("Twin towns there", twins.own_twins_there),
    "their_twins_here": ("Twin towns here", twins.their_twins_here),
    "twin_towns": ("Active in twinning", twins.twin_towns),
    "shared_twins": ("Shared twin towns", twins.shared_twins),
    "specific_twins": ("Specific twin towns", twins.specific_twins),
    "twin_paths": ("Twins of twins", twins.twin_paths),
    "near_twins": ("Neighbours that twin", twins.near_twins),
    "near_twins_wide": ("Surroundings that twin", twins.near_twins_wide),
    "near_twins_widest": ("Areas that twin", twins.near_twins_widest),
    "small_networks": ("Active in networks", networks.small_networks),
    "network_affinity": ("Networks that would fit", networks.network_affinity),
    "network_affinity_back": ("Networks that would fit it", networks.network_affinity_back),
    "network_countries": ("Countries that meet in networks", places.network_countries),
    "shared_small_networks": ("Shared small networks", networks.shared_small_networks),
    "shared_networks": ("Shared networks", networks.shared_networks),
    "shared_projects": ("Common projects", projects.shared_projects),
    "project_activity": ("Active in projects", projects.project_activity),
    "project_paths": ("Partners of partners", projects.project_paths),
    "project_countries": ("Countries with common projects", places.project_countries),
    "project_regions": ("Regions with common projects", places.project_regions),
    "programme_share": ("Same programmes", places.programme_share),
    "themes_matched": ("One seeks what the other offers", projects.themes_matched),
    "themes_shared": ("Same wish", projects.themes_shared),
    "themes_in_projects": ("Same themes in projects", projects.themes_in_projects),
    "shared_events": ("Same events", networks.shared_events),
    "shared_people": ("Same people", networks.shared_people),
}


@dataclass(frozen=True, slots=True)
class Found:
    """A reason with its worth, before its age is known."""

    feature: str
    value: float
    reason: Reason
    ids: tuple[str, str]


def find(pairs: Pairs, worth: NDArray[np.float64], weights: Weights, at: int) -> tuple[Found, ...]:
    """Return the reasons for one of some pairs, those worth nothing left out, the weightiest first, then by feature.

    Args:
        pairs: The pairs that were scored.
        worth: What each feature is worth, shape ``(n, len(weights.terms))``.
        weights: The weights by which.
        at: The position of the pair.
    """
    pair = Pair(pairs, at)
    found = [
        Found(feature, value, REASONS[feature][1](pair), pair.ids)
        for feature, value in zip(weights.terms, worth[at].tolist(), strict=True)
        if value
    ]
    return tuple(sorted(found, key=lambda one: (-one.value, one.feature)))


def links(found: Iterable[Found]) -> list[Link]:
    """Return the facts behind some reasons."""
    return [Link(fact.key, fact.start, fact.end) for one in found for fact in one.reason.facts]


def terms(found: Iterable[Found], details: Mapping[str, FactDetail], as_of: date) -> tuple[Term, ...]:
    """Return reasons as terms, each with the age of its facts where that is old.

    Args:
        found: The reasons.
        details: The facts by key, for the age of one that has none of its own; a missing one has that of its row.
        as_of: The date as of which.
    """
    return tuple(_term(one, details, as_of) for one in found)


def _term(one: Found, details: Mapping[str, FactDetail], as_of: date) -> Term:
    reason = one.reason
    ages = (details[fact.key].as_of if fact.key in details else fact.as_of for fact in reason.facts)
    year = old_year(as_of, *ages)
    return Term(
        type=one.feature,
        label=REASONS[one.feature][0],
        value=one.value,
        sentence=f"{reason.text}, as of {year}." if year else f"{reason.text}.",
        evidence=tuple(fact.key for fact in reason.facts) or one.ids,
        observed=reason.observed,
        expected=reason.expected,
    )
