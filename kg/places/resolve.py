"""Names to places: which municipality of the gazetteer is meant, how sure that is, and why."""

from __future__ import annotations

from functools import cache

from kg.places.query import PlaceQuery, Resolution


class Resolver:
    """Resolves places; pure: the answer follows from the query, the gazetteer, the rules and a person's judgements."""

    def resolve(self, query: PlaceQuery) -> Resolution:  # noqa: ARG002
        """Return the place that is meant, or the candidates for a person to decide on."""
        return Resolution("unknown", 0.0)

    def region_ids(self, name: str, country: str | None, level: str | None = None) -> tuple[str, ...]:  # noqa: ARG002
        """Return the ids of the region of this name, none when it is not known."""
        return ()


@cache
def default_resolver() -> Resolver:
    """Return the resolver over the packaged gazetteer, made once."""
    return Resolver()
