"""Which place of the gazetteer each local administrative unit is: at most one unit for a place, and none far from its region.

Names alone would join `Sainte-Colombe` of the Charente to one near Paris. The file says in which NUTS 3 region a unit lies, and
where that region is follows from the places of all its other units: so a place far from those is not the unit, and of several
namesakes the one among them is.
"""

from __future__ import annotations

import heapq
import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from statistics import median
from typing import TYPE_CHECKING

from kg.loaders.lau_files import Unit, is_same_name, levels
from kg.places.query import Candidate, Evidence, PlaceQuery, Resolution

if TYPE_CHECKING:
    from kg.places.resolve import Resolver

#: Rules by which a unit is not joined to a place.
UNKNOWN = "no place of the gazetteer has its name"
DOUBTFUL = "several places of the gazetteer may be meant"
FAR = "the place of its name lies far from its NUTS region"
LARGER = "the place of its name has several times as many inhabitants"
CONTESTED = "another unit has the better claim to the place of its name"

#: Least score of a namesake that is taken because it lies in the region.
_SURE_ENOUGH = 0.95
#: A place belongs to a region whose third nearest known place is at most this many times as far as usual there ...
_TIMES_USUAL = 5.0
#: ... or, where the populations agree this well, this many times.
_TIMES_WHEN_ALIKE = 8.0
_ALIKE = 1.25
#: How many times as many inhabitants a place may have as the unit; a unit, with its hamlets, may well have many more.
_TIMES_LARGER = 4
#: Kilometres: what counts as usual at least, in regions of many small units.
_USUAL_AT_LEAST = 6.0
_NEIGHBOURS = 3
#: A region with fewer known places than this says nothing of where it is; the one around it does.
_FEWEST_PLACES = 5
_KM_PER_DEGREE = 111.2

_Spot = tuple[float, float]


def query_of(unit: Unit) -> PlaceQuery:
    """Return what is asked of the resolver about a unit."""
    return PlaceQuery(
        unit.name,
        unit.country,
        unit.names,
        region=unit.nuts,
        population=unit.population,
        subject=f"lau:{unit.id}",
    )


@dataclass(frozen=True)
class Settled:
    """The answers for all units of a file; it stands in for the resolver, which knows only one unit at a time."""

    answers: Mapping[str, Resolution]
    reasons: Mapping[str, str] = field(default_factory=dict)

    def resolve(self, query: PlaceQuery) -> Resolution:
        """Return the answer for the unit that the query is about; a place that is another's, or elsewhere, is none."""
        return self.answers.get(query.subject, Resolution("unknown", 0.0))

    def region_ids(self, name: str, country: str | None, level: str | None = None) -> tuple[str, ...]:  # noqa: ARG002
        """Return none: regions have their NUTS codes."""
        return ()


def settle(units: Sequence[Unit], resolver: Resolver) -> Settled:
    """Resolve all units of a file; the order of the units makes no difference.

    Args:
        units: The units; ids are distinct.
        resolver: Answers for one unit at a time, by name and country.
    """
    answers = {unit.id: resolver.resolve(query_of(unit)) for unit in units}
    neighbourhoods = _Neighbourhoods(units, answers)
    chosen: dict[str, Candidate] = {}
    reasons: dict[str, str] = {}
    for unit in units:
        answer = answers[unit.id]
        found = answer.best if _is_judged(answer) else _in_region(unit, answer, neighbourhoods)
        if found:
            chosen[unit.id] = found
        elif answer.best:
            reasons[unit.id] = LARGER if _is_larger(unit, answer.best) else FAR
        else:
            reasons[unit.id] = DOUBTFUL if answer.candidates else UNKNOWN
    for losers in _contests(units, chosen):
        for unit in losers:
            del chosen[unit.id]
            reasons[unit.id] = CONTESTED
    settled = {
        f"lau:{unit.id}": _answered(unit, answers[unit.id], chosen.get(unit.id))
        for unit in units
        if unit.id in chosen or answers[unit.id].status == "review"
    }
    return Settled(settled, reasons)


def _is_judged(answer: Resolution) -> bool:
    """Whether a person has said so."""
    return answer.best is not None and any(one.kind == "judgement" for one in answer.best.evidence)


def _answered(unit: Unit, answer: Resolution, found: Candidate | None) -> Resolution:
    if found is None:
        return answer
    if found == answer.best:
        return Resolution("resolved", answer.confidence, (found,))
    evidence = (*found.evidence, Evidence("region", unit.nuts, found.name))
    best = Candidate(found.id, found.name, found.country, found.location, found.population, found.score, evidence)
    return Resolution("resolved", found.score, (best,))


def _in_region(unit: Unit, answer: Resolution, neighbourhoods: _Neighbourhoods) -> Candidate | None:
    """Return the place that lies where the unit does: the resolver's own, else the only one of its namesakes."""
    if answer.best and not _is_larger(unit, answer.best) and neighbourhoods.holds(unit, answer.best):
        return answer.best
    others = (one for one in answer.candidates if one is not answer.best and one.score >= _SURE_ENOUGH)
    within = [
        one
        for one in others
        if is_same_name(unit, one.name) and not _is_larger(unit, one) and neighbourhoods.holds(unit, one, known=True)
    ]
    return within[0] if len(within) == 1 else None


def _is_larger(unit: Unit, place: Candidate) -> bool:
    return bool(unit.population) and place.population > _TIMES_LARGER * (unit.population or 0)


def _contests(units: Iterable[Unit], chosen: Mapping[str, Candidate]) -> Iterator[list[Unit]]:
    """Yield, for each place that several units claim, those that do not get it: all of them when none has a clear claim."""
    claims: defaultdict[str, list[Unit]] = defaultdict(list)
    for unit in units:
        if unit.id in chosen:
            claims[chosen[unit.id].id].append(unit)
    for claimants in claims.values():
        if len(claimants) > 1:
            winner = _winner(claimants, chosen)
            yield [unit for unit in claimants if unit is not winner]


def _winner(claimants: Sequence[Unit], chosen: Mapping[str, Candidate]) -> Unit | None:
    """Return the unit whose name is the place's very own, and of several such the one whose population is clearly nearest."""
    exact = [unit for unit in claimants if is_same_name(unit, chosen[unit.id].name)]
    rivals = exact or list(claimants)
    if len(rivals) == 1:
        return rivals[0]
    ranked = sorted(rivals, key=lambda unit: (_unlikeness(unit, chosen[unit.id]), unit.id))
    first, second = (_unlikeness(unit, chosen[unit.id]) for unit in ranked[:2])
    return ranked[0] if first * _ALIKE < second else None


def _unlikeness(unit: Unit, place: Candidate) -> float:
    """Return how many times larger one population is than the other, 1 or more; infinite when one is not known."""
    if not unit.population or not place.population:
        return math.inf
    ratio = unit.population / place.population
    return max(ratio, 1 / ratio)


@dataclass(frozen=True)
class _Area:
    """Where the known places of a region are, by unit."""

    spots: tuple[tuple[str, _Spot], ...]

    def far(self, unit: str, spot: _Spot) -> float:
        """Return how far the third nearest place is, the unit's own apart, in kilometres."""
        x, y = spot
        squares = ((x - a) ** 2 + (y - b) ** 2 for id_, (a, b) in self.spots if id_ != unit)
        return math.sqrt(heapq.nsmallest(_NEIGHBOURS, squares)[-1])

    @cached_property
    def usual(self) -> float:
        """How far that is for the places of the region themselves."""
        return max(_USUAL_AT_LEAST, median(self.far(unit, spot) for unit, spot in self.spots))


class _Neighbourhoods:
    """Where regions are, from the places of those units that nobody else claims."""

    def __init__(self, units: Iterable[Unit], answers: Mapping[str, Resolution]) -> None:
        claims = Counter(answer.best.id for answer in answers.values() if answer.best)
        known: defaultdict[str, list[tuple[str, _Spot]]] = defaultdict(list)
        for unit in units:
            best = answers[unit.id].best
            if best and claims[best.id] == 1:
                for code in levels(unit.nuts):
                    known[code].append((unit.id, _spot(best)))
        self._areas = {code: _Area(tuple(spots)) for code, spots in known.items() if len(spots) >= _FEWEST_PLACES}

    def holds(self, unit: Unit, place: Candidate, *, known: bool = False) -> bool:
        """Whether a place lies in the unit's region; where the region is not known, ``not known``."""
        area = next((self._areas[code] for code in levels(unit.nuts) if code in self._areas), None)
        if area is None:
            return not known
        times = area.far(unit.id, _spot(place)) / area.usual
        return times <= _TIMES_USUAL or (times <= _TIMES_WHEN_ALIKE and _unlikeness(unit, place) <= _ALIKE)


def _spot(place: Candidate) -> _Spot:
    """Return a place in kilometres on a plane, which is near enough within a region."""
    longitude, latitude = place.location
    return longitude * math.cos(math.radians(latitude)) * _KM_PER_DEGREE, latitude * _KM_PER_DEGREE
