"""Names to places: which municipality of the gazetteer is meant, how sure that is, and why."""

from __future__ import annotations

from functools import cache

from kg.places.attempts import Attempt, attempts
from kg.places.choice import CLEAR, CLEAR_IN_SPITE, CONTRADICTION_KM, SAME_PLACE_KM, Weighed, location, margin, weigh
from kg.places.distance import kilometres
from kg.places.gazetteer import Gazetteer, Place, open_gazetteer
from kg.places.query import Candidate, Evidence, PlaceQuery, Resolution, Status
from kg.places.search import Search, territories
from kg.places.variants import Variant

#: Confidence below which nothing is joined.
THRESHOLD = 0.8


class Resolver:
    """Resolves places; pure: the answer follows from the query, the gazetteer, the rules and a person's judgements."""

    def __init__(self, gazetteer: Gazetteer) -> None:
        self._gazetteer = gazetteer
        self._search = Search(gazetteer)

    def resolve(self, query: PlaceQuery) -> Resolution:
        """Return the place that is meant, or the candidates for a person to decide on."""
        if exact := self._by_id(query):
            return exact
        if query.country is None:
            return Resolution("unknown", 0.0)
        countries = territories(query.country)
        doubtful: Resolution | None = None
        for attempt in attempts(query, countries, self._search):
            if doubtful and not attempt.firm:
                break  # its very name is known, only not which of its bearers is meant: one of a like name is not
            answer = self._decide(attempt, query, countries)
            if answer.status == "resolved":
                return answer
            doubtful = doubtful or answer
        return doubtful or Resolution("unknown", 0.0)

    def _by_id(self, query: PlaceQuery) -> Resolution | None:
        for id_ in query.ids:
            scheme, _, code = id_.partition(":")
            place = self._gazetteer.place(int(code)) if scheme == "geonames" and code.isdigit() else None
            if place:
                return Resolution("resolved", 1.0, (_candidate(place, 1.0, (Evidence("id", id_, id_),)),))
        return None

    def _decide(self, attempt: Attempt, query: PlaceQuery, countries: tuple[str, ...]) -> Resolution:
        variant = attempt.variant
        hints = (*variant.hints, *((query.region,) if query.region else ()))
        hinted = [one.place for hint in hints for one in self._search.named(hint, countries)]
        weighed = weigh(attempt.found, query, variant.text, hinted, self._gazetteer)
        sure = variant.weight * weighed[0].found.likeness
        if query.location:
            near = [one for one in weighed if kilometres(location(one.place), query.location) <= CONTRADICTION_KM]
            if not near:
                return Resolution("review", 0.4, _candidates(weighed, 0.4, variant))
            weighed = near
            sure = variant.weight * weighed[0].found.likeness
            if kilometres(location(weighed[0].place), query.location) <= SAME_PLACE_KM:
                sure = max(sure, 0.9)
        elif variant.hints and not weighed[0].hinted:
            # What tells it from its namesakes says that it is elsewhere, or that it is not the best known of them.
            if hinted:
                sure = min(sure, 0.75)
            elif margin(weighed) < CLEAR_IN_SPITE:
                sure = min(sure, 0.5)
        if margin(weighed) < CLEAR:
            sure = min(sure, 0.5)
        status: Status = "resolved" if sure >= THRESHOLD else "review"
        return Resolution(status, sure, _candidates(weighed, sure, variant))

    def region_ids(self, name: str, country: str | None, level: str | None = None) -> tuple[str, ...]:  # noqa: ARG002
        """Return the ids of the region of this name, none when it is not known."""
        return ()


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
    """Return the resolver over the packaged gazetteer, made once."""
    return Resolver(open_gazetteer())
