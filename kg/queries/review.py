"""``kg review list``: the places that a person must decide on."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from kg.database.connection import Connection
from kg.database.read import read
from kg.places.judgements import Judgements
from kg.queries.display import Block, Cell, Line, Table
from kg.queries.results import Model, Result
from kg.schema.identity import best_first

_OPEN = """\
MATCH (n:City)
WHERE n.resolution IS NOT NULL AND n.geonames_id IS NULL AND ($status = 'all' OR n.resolution = $status)
    AND ($source = '' OR $source IN n.sources) AND n.ended IS NULL
RETURN n.name AS name, n.country AS country, n.resolution AS status, n.candidates AS candidates,
    n.sources AS sources, n.given AS given, COUNT { (n)--() } AS facts
ORDER BY facts DESC, name, n.id"""


class Choice(Model):
    """A place of the gazetteer that may be meant: which value of each side matched, and how sure that is (0 to 1)."""

    id: str
    name: str
    score: float
    evidence: tuple[tuple[str, str, str], ...]

    def __str__(self) -> str:
        told = "; ".join(
            f"{kind} {given!r}" if given == found else f"{kind} {given!r} ~ {found!r}"
            for kind, given, found in self.evidence
        )
        return f"{self.id}  {self.name}  {self.score:.2f}  {told}"


class OpenPlace(Model):
    """A place that no gazetteer's place was joined to; ``subject`` is the source's own id of it, by which it is answered."""

    subject: str
    name: str
    country: str | None
    source: str
    status: str
    facts: int
    choices: tuple[Choice, ...]
    unsure: str = ""


class ReviewList(Result):
    """What there is to decide, what touches most facts first."""

    places: tuple[OpenPlace, ...]
    total: int

    def blocks(self) -> list[Block]:
        """Return the places, each with its candidates."""
        if not self.places:
            return [Line("Nothing is to be decided.")]
        rows = tuple(
            (
                place.subject,
                f"{place.name}, {place.country or '?'}" + (f"\n({place.unsure})" if place.unsure else ""),
                place.source,
                place.facts,
                "\n".join(map(str, place.choices)) or "no gazetteer has it",
            )
            for place in self.places
        )
        shown = (
            f"{len(self.places)} of {self.total} places" if len(self.places) < self.total else f"{self.total} places"
        )
        return [
            Line(f"{shown} that are joined to no gazetteer's place.", "heading"),
            Table(("Subject", "Place", "Source", "Facts", "May be"), rows),
            Line("Answer with: kg review yes SUBJECT CANDIDATE --reason TEXT (or no, or unsure)."),
        ]

    def records(self) -> list[dict[str, Cell]]:
        """Return one row per place and candidate."""
        return [
            {
                "subject": place.subject,
                "name": place.name,
                "country": place.country,
                "source": place.source,
                "status": place.status,
                "facts": place.facts,
                "candidate": choice.id if choice else None,
                "candidate_name": choice.name if choice else None,
                "score": choice.score if choice else None,
                "evidence": "; ".join(" ".join(one) for one in choice.evidence) if choice else None,
            }
            for place in self.places
            for choice in (place.choices or (None,))
        ]


def open_places(
    connection: Connection, judgements: Judgements, *, status: str = "review", source: str = "", top: int = 20
) -> ReviewList:
    """Return the places of the graph that a person must decide on, without those candidates that somebody ruled out.

    Args:
        connection: The database.
        judgements: What persons said already.
        status: ``review`` (there are candidates), ``unknown`` (no gazetteer has it) or ``all``.
        source: Only what this source says.
        top: At most so many.
    """
    places = []
    for row in read(connection, _OPEN, {"status": status, "source": source}):
        place = _open_place(row, judgements, source)
        if place.choices or place.status != "review":
            places.append(place)
    return ReviewList(places=tuple(places[:top]), total=len(places))


def _open_place(row: Mapping[str, Any], judgements: Judgements, wanted: str) -> OpenPlace:
    told_by, ids = next(
        (source, json.loads(given)["i"])
        for source, given in zip(row["sources"], row["given"], strict=True)
        if (not wanted or source == wanted) and "resolution" in json.loads(given)["v"]
    )
    subject = own_of(ids)
    choices = [Choice(**json.loads(text)) for text in row["candidates"] or ()]
    doubts = [judgements.standing.get(frozenset((subject, choice.id))) for choice in choices]
    unsure = [said for said in doubts if said is not None and said.answer == "unsure"]
    return OpenPlace(
        subject=subject,
        name=row["name"],
        country=row["country"],
        source=told_by,
        status=row["status"],
        facts=row["facts"],
        choices=tuple(choice for choice in choices if not judgements.no(subject, choice.id)),
        unsure="; ".join(f"{said.by} was unsure on {said.date}" for said in unsure),
    )


def own_of(ids: list[str]) -> str:
    """Return the id by which a source itself calls a place: of its ids the one in the scheme that is least used by others."""
    return best_first(ids)[-1]
