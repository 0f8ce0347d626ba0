"""Names to places: which municipality of the gazetteer is meant, how sure that is, and why."""

from __future__ import annotations

from functools import cache

from kg.places.distance import kilometres
from kg.places.gazetteer import Gazetteer, Place, open_gazetteer
from kg.places.keys import place_key
from kg.places.names import normalise
from kg.places.query import Candidate, Evidence, PlaceQuery, Resolution
from kg.places.variants import Variant, variants

#: Two places of one name nearer than this are one for our purposes: a town and its district, or a village of the same commune.
SAME_PLACE_KM = 15.0
#: Farther than this from where the source says, a place is not the one that is meant.
CONTRADICTION_KM = 50.0
#: How many times larger a place must be than its namesake, to be meant when nothing else tells them apart.
CLEARLY_LARGER = 4.0


class Resolver:
    """Resolves places; pure: the answer follows from the query, the gazetteer, the rules and a person's judgements."""

    def __init__(self, gazetteer: Gazetteer) -> None:
        self._gazetteer = gazetteer

    def resolve(self, query: PlaceQuery) -> Resolution:
        """Return the place that is meant, or the candidates for a person to decide on."""
        for id_ in query.ids:
            scheme, _, code = id_.partition(":")
            place = self._gazetteer.place(int(code)) if scheme == "geonames" and code.isdigit() else None
            if place:
                return Resolution("resolved", 1.0, (_candidate(place, 1.0, (Evidence("id", id_, id_),)),))
        if query.country is None:
            return Resolution("unknown", 0.0)
        doubtful: Resolution | None = None
        for name in (query.name, *query.names):
            for variant in variants(name):
                found = self._named(variant, query.country)
                if not found:
                    continue
                answer = self._decide(found, query)
                if answer.status == "resolved":
                    return answer
                doubtful = doubtful or answer
        return doubtful or Resolution("unknown", 0.0)

    def _named(self, variant: Variant, country: str) -> list[Candidate]:
        """Return the places with a name like this one, best first."""
        plain, found = normalise(variant.text), []
        for named in self._gazetteer.named(country, place_key(variant.text, country)):
            place = self._gazetteer.place(named.place)
            if place is None:
                continue
            same = normalise(named.text) == plain
            score = (1.0 if same else 0.96) * (1.0 if named.main else 0.97) * variant.weight
            kind = ("name" if named.main else "alternate name") if same else "similar name"
            found.append(_candidate(place, score, (Evidence(kind, variant.text, named.text),)))
        return sorted(found, key=lambda one: (-one.score, -one.population, one.id))

    def _decide(self, found: list[Candidate], query: PlaceQuery) -> Resolution:
        if query.location:
            near = [one for one in found if kilometres(one.location, query.location) <= CONTRADICTION_KM]
            if not near:
                return Resolution("review", 0.5, tuple(found))
            near.sort(key=lambda one: kilometres(one.location, query.location or one.location))
            return Resolution("resolved", near[0].score, tuple(near))
        best_score = found[0].score
        level = [one for one in found if one.score >= best_score - 0.001]
        level.sort(key=lambda one: -one.population)
        best = level[0]
        rivals = [one for one in level[1:] if kilometres(one.location, best.location) > SAME_PLACE_KM]
        if rivals and best.population < CLEARLY_LARGER * rivals[0].population:
            return Resolution("review", 0.5, tuple(level))
        return Resolution("resolved", best.score, (best, *(one for one in found if one is not best)))

    def region_ids(self, name: str, country: str | None, level: str | None = None) -> tuple[str, ...]:  # noqa: ARG002
        """Return the ids of the region of this name, none when it is not known."""
        return ()


def _candidate(place: Place, score: float, evidence: tuple[Evidence, ...]) -> Candidate:
    return Candidate(
        f"geonames:{place.id}",
        place.name,
        place.country,
        (place.longitude, place.latitude),
        place.population,
        score,
        evidence,
    )


@cache
def default_resolver() -> Resolver:
    """Return the resolver over the packaged gazetteer, made once."""
    return Resolver(open_gazetteer())
