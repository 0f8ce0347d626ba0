"""What is asked of the resolver, and what it answers: plain values, used by loaders, resolver and review alike."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

#: ``resolved``: one place, sure enough to be joined to; ``review``: a person must say; ``unknown``: no gazetteer has it.
Status = Literal["resolved", "review", "unknown"]


@dataclass(frozen=True, slots=True)
class PlaceQuery:
    """A municipality as a source writes it.

    ``name`` may be that of the authority ("Comune di Genova"); ``country`` is the ISO 3166-1 code; ``ids`` are exact ids of the
    very place (``geonames:456172``), never of a seat; ``location`` is (longitude, latitude) in degrees, WGS 84; ``region`` a name
    or NUTS code of where it lies; ``subject`` is the source's own id of the place, by which a person's judgements name it.
    """

    name: str
    country: str | None
    names: tuple[str, ...] = ()
    ids: tuple[str, ...] = ()
    location: tuple[float, float] | None = None
    region: str | None = None
    population: int | None = None
    subject: str = ""


@dataclass(frozen=True, slots=True)
class Evidence:
    """One reason for or against a candidate: which value of the query met which value of the gazetteer.

    ``kind`` is 'id', 'name', 'alternate name', 'similar name', 'distance', 'population', 'region', 'judgement', ...
    """

    kind: str
    given: str
    found: str


@dataclass(frozen=True, slots=True)
class Candidate:
    """A place of a gazetteer that may be meant; ``score`` from 0 to 1."""

    id: str
    name: str
    country: str
    location: tuple[float, float]
    population: int
    score: float
    evidence: tuple[Evidence, ...]


@dataclass(frozen=True, slots=True)
class Resolution:
    """The answer: status, confidence from 0 to 1, and the candidates, best first (the first is the answer when resolved)."""

    status: Status
    confidence: float
    candidates: tuple[Candidate, ...] = ()

    @property
    def best(self) -> Candidate | None:
        """The place, when resolved."""
        return self.candidates[0] if self.status == "resolved" else None
