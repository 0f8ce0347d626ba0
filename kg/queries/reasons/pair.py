"""One pair of places, and what a reason is before it has its age and its worth."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import NamedTuple

from kg.places.countries import countries
from kg.queries.comparison import Pairs
from kg.queries.snapshot.graph import Layer, Snapshot, held_by
from kg.queries.snapshot.layers import Floats
from kg.queries.snapshot.tables import FactRow, NodeRow

#: Of a count of more facts than this, only the first are named as evidence.
MOST_EVIDENCE = 20


class Reason(NamedTuple):
    """What stands behind a number: in words without an age or a full stop, and the facts, or the ids of what is compared."""

    text: str
    facts: tuple[FactRow, ...] = ()
    observed: float | None = None
    expected: float | None = None


@dataclass(frozen=True, slots=True)
class Pair:
    """One of some pairs.

    Attributes:
        pairs: All of them, counted once for all.
        at: The position of this one.
    """

    pairs: Pairs
    at: int

    @property
    def snapshot(self) -> Snapshot:
        """The graph around the two."""
        return self.pairs.snapshot

    @property
    def subject(self) -> int:
        """The position of the place that looks for partners."""
        return self.pairs.subject

    @property
    def other(self) -> int:
        """The position of the other place."""
        return int(self.pairs.others[self.at])

    @property
    def ours(self) -> str:
        """The name of the place that looks for partners."""
        return self._name(self.subject, self.other)

    @property
    def theirs(self) -> str:
        """The name of the other place."""
        return self._name(self.other, self.subject)

    @property
    def ids(self) -> tuple[str, str]:
        """The ids of the two."""
        places = self.snapshot.places
        return places.ids[self.subject], places.ids[self.other]

    def row(self, position: int) -> NodeRow:
        """Return a place."""
        # Of a place that is not compared itself, a part of a graph has no name until it is asked for.
        places = self.snapshot.places
        return self.snapshot.node(places.ids[position]) or places.rows[position]

    def of(self, values: Floats) -> float:
        """Return the value of this pair among those of all."""
        return float(values[self.at])

    def name(self, id_: str) -> str:
        """Return the name of a node, its id where it is not known."""
        node = self.snapshot.node(id_)
        return id_ if node is None else node.name

    def country(self, position: int) -> str:
        """Return the name of the country of a place."""
        return self.country_name(self.row(position).country or "")

    def country_name(self, code: str) -> str:
        """Return the name of a country, its code where neither the list nor the graph has one."""
        known, node = countries().get(code), self.snapshot.node(f"iso:{code}")
        return known.name if known else node.name if node else code or "an unknown country"

    def _name(self, position: int, than: int) -> str:
        name = self.row(position).name
        # Two of one name are told apart by their ids where their country does not do it.
        if name != self.row(than).name:
            return name
        country, other = self.row(position).country, self.row(than).country
        return f"{name} ({country if country and country != other else self.row(position).id})"


class Way(NamedTuple):
    """How a place has something: the facts, and the body through which, if any."""

    facts: tuple[FactRow, ...]
    body: str | None = None


def ways(pair: Pair, place: int, type_: str, counts: Callable[[FactRow], bool]) -> dict[str, list[Way]]:
    """Return for each thing that a place has by facts of a type in which ways: itself, or through bodies that serve it.

    Where it has something itself, bodies do not come in.
    """
    snapshot, id_ = pair.snapshot, pair.row(place).id
    found: dict[str, list[Way]] = {}
    for fact in snapshot.facts_of(type_, id_):
        holder, thing = held_by(fact)
        if holder == id_ and counts(fact):
            found.setdefault(thing, [Way((fact,))])
    through: dict[str, list[Way]] = {}
    for serves in snapshot.facts_of("SERVES", id_):
        if serves.end == id_ and snapshot.is_valid(serves):
            for fact in snapshot.facts_of(type_, serves.start):
                holder, thing = held_by(fact)
                if holder == serves.start and counts(fact):
                    through.setdefault(thing, []).append(Way((fact, serves), serves.start))
    return {**through, **found}


class Common(NamedTuple):
    """A thing of both, and how each has it."""

    id: str
    ours: Way
    theirs: Way

    @property
    def facts(self) -> tuple[FactRow, ...]:
        """The facts behind it."""
        return tuple(dict.fromkeys((*self.ours.facts, *self.theirs.facts)))


def common(pair: Pair, layer: Layer, type_: str, counts: Callable[[FactRow], bool]) -> list[Common]:
    """Return what both have, that of which there are fewest first (people by id); not what one body alone has for both."""
    snapshot = pair.snapshot
    own, theirs = (ways(pair, place, type_, counts) for place in (pair.subject, pair.other))
    found = []
    for thing in own.keys() & theirs.keys():
        both = [(one, other) for one in own[thing] for other in theirs[thing] if not one.body or one.body != other.body]
        if both:
            found.append(Common(thing, *both[0]))
    # Networks are counted over the whole graph, of which there may be a part only.
    sizes = pair.pairs.world.members if layer is snapshot.networks else layer.sizes
    size = dict(zip(layer.things, sizes.tolist(), strict=True)) if found and layer is not snapshot.people else {}
    return sorted(found, key=lambda one: (size.get(one.id, 0.0), one.id))


def facts_of(things: Iterable[Common | Way]) -> tuple[FactRow, ...]:
    """Return the facts behind some things, each once, no more than can be listed."""
    return listed(fact for one in things for fact in one.facts)


def listed(facts: Iterable[FactRow]) -> tuple[FactRow, ...]:
    """Return facts, each once, no more than can be listed."""
    return tuple(dict.fromkeys(facts))[:MOST_EVIDENCE]
