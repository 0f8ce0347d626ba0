"""Names to places: which municipality of the gazetteer is meant, how sure that is, and why."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache

from kg.places.choice import CLEAR, CONTRADICTION_KM, HINT_KM, SAME_PLACE_KM, Weighed, location, margin, weigh
from kg.places.distance import kilometres
from kg.places.gazetteer import Gazetteer, Place, open_gazetteer
from kg.places.query import Candidate, Evidence, PlaceQuery, Resolution
from kg.places.search import Found, Search, territories
from kg.places.variants import (
    Variant,
    beginnings,
    is_of_another_body,
    joined,
    nominatives,
    of_a_district,
    qualified,
    variants,
)

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
        for variant, found in self._attempts(query, countries):
            if not found:
                continue
            answer = self._decide(variant, found, query, countries)
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

    def _attempts(self, query: PlaceQuery, countries: tuple[str, ...]) -> Iterator[tuple[Variant, list[Found]]]:
        names = tuple(dict.fromkeys((query.name, *query.names)))
        ways = [variant for name in names for variant in variants(name, query.country)]
        for variant in ways:
            yield variant, self._search.named(variant.text, countries)
        if is_of_another_body(query.name, query.country):
            return
        for variant in ways:
            yield from self._of_joined(variant.text, countries)
            yield from self._of_two(variant.text, countries)
        for variant in ways:
            cut = self._search.cut_short(variant.text, countries)
            yield Variant(variant.text, variant.weight * 0.95, "name cut short", variant.hints), cut
            for nominative in nominatives(variant.text, query.country):
                found = self._search.named(nominative, countries)
                yield Variant(nominative, variant.weight * 0.9, "in the nominative", variant.hints), found
        for variant in ways:
            longer = self._search.longer(variant.text, countries)
            yield Variant(variant.text, variant.weight * 0.8, "longer name", variant.hints), longer
        for variant in ways:
            similar = self._search.similar(variant.text, countries)
            yield Variant(variant.text, variant.weight * 0.93, "similar name", variant.hints), similar
        for name in names:
            for variant in qualified(name, query.country):
                found = self._search.named(variant.text, countries)
                yield from self._near(variant.text, found, variant.hints[0], countries, "without its qualifier", 20.0)
                yield Variant(variant.text, 0.7, "without its qualifier"), found

    def _of_joined(self, name: str, countries: tuple[str, ...]) -> Iterator[tuple[Variant, list[Found]]]:
        """Find a municipality named for several places: by two of them that lie near each other."""
        parts = joined(name)
        found = [self._search.named(part, countries) for part in parts]
        for number, part in enumerate(parts):
            others = [other.place for place, group in enumerate(found) if place != number for other in group]
            near = _near_any(found[number], others, SAME_PLACE_KM)
            if near:
                yield Variant(part, 0.95, "joined names"), near
        for number, part in enumerate(parts):
            yield Variant(part, 0.7, "one of joined names"), found[number]

    def _of_two(self, name: str, countries: tuple[str, ...]) -> Iterator[tuple[Variant, list[Found]]]:
        """Find a place written with the one that it lies in or near: "Barbastro Huesca", "Sint-Andries Brugge"."""
        for first, second in beginnings(name):
            found = self._search.named(first, countries)
            if found:
                yield from self._near(first, found, second, countries, "with a place nearby", HINT_KM)
            if of_a_district(name):
                yield Variant(first, 0.9, "city of a district"), found
                yield Variant(second, 0.9, "city of a district"), self._search.named(second, countries)

    def _near(
        self, text: str, found: list[Found], hint: str, countries: tuple[str, ...], rule: str, most: float
    ) -> Iterator[tuple[Variant, list[Found]]]:
        near = _near_any(found, [one.place for one in self._search.named(hint, countries)], most)
        if near:
            yield Variant(text, 0.93, rule, (hint,)), near

    def _decide(
        self, variant: Variant, found: list[Found], query: PlaceQuery, countries: tuple[str, ...]
    ) -> Resolution:
        hinted = [one.place for hint in variant.hints for one in self._search.named(hint, countries)]
        weighed = weigh(found, query, variant.text, hinted, self._gazetteer)
        if query.location:
            near = [one for one in weighed if kilometres(location(one.place), query.location) <= CONTRADICTION_KM]
            if not near:
                return Resolution("review", 0.4, _candidates(weighed, 0.4, variant))
            weighed = near
        sure = variant.weight * weighed[0].found.likeness
        if margin(weighed) < CLEAR:
            return Resolution("review", 0.5, _candidates(weighed, 0.5, variant))
        if sure < THRESHOLD:
            return Resolution("review", sure, _candidates(weighed, sure, variant))
        return Resolution("resolved", sure, _candidates(weighed, sure, variant))

    def region_ids(self, name: str, country: str | None, level: str | None = None) -> tuple[str, ...]:  # noqa: ARG002
        """Return the ids of the region of this name, none when it is not known."""
        return ()


def _near_any(found: list[Found], others: list[Place], most: float) -> list[Found]:
    """Return the places that lie near one of others, which they are not themselves."""
    return [
        one for one in found if any(0 < kilometres(location(one.place), location(other)) <= most for other in others)
    ]


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
