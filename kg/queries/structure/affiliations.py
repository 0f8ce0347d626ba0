"""The two-mode network of members and what they are in, from rows of the database; pure.

Sociology calls it an affiliation network: members on one side, networks and projects on the other, and links only between the
two (Breiger 1974, The duality of persons and groups, Social Forces 53(2)). An organisation that is a member and has members
stands on both sides, as two vertices.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Literal

from kg.errors import KgError
from kg.queries.results import LeftOut, LeftOutPartner, Partner
from kg.queries.structure.selection import Selection
from kg.queries.validity import is_over


@dataclass(frozen=True, slots=True)
class Listed:
    """A network or project as the database lists it: who is in it, by id; places and organisations apart, undated ones too."""

    id: str
    name: str
    layer: Literal["network", "project"]
    places: Collection[str] = ()
    undated_places: Collection[str] = ()
    organisations: Collection[str] = ()
    undated_organisations: Collection[str] = ()
    sources: Collection[str] = ()


@dataclass(frozen=True, slots=True)
class Who:
    """A member by which it is known."""

    id: str
    label: str
    name: str
    country: str | None = None
    dissolved: str | None = None

    @property
    def partner(self) -> Partner:
        """The node as results show it."""
        return Partner(id=self.id, label=self.label, name=self.name, country=self.country)


@dataclass(frozen=True, slots=True)
class Thing:
    """A network or project with members."""

    id: str
    name: str
    layer: Literal["network", "project"]

    @property
    def partner(self) -> Partner:
        """The node as results show it."""
        return Partner(id=self.id, label="Organisation" if self.layer == "network" else "Project", name=self.name)


@dataclass(frozen=True)
class Affiliations:
    """Members and things, each sorted by id, and who is in what.

    ``links`` are pairs (index of the member, index of the thing), sorted, each once. ``through`` has, for those that a member has
    by a body that serves it alone, the id of that body. ``facts`` counts the facts behind the links, ``undated`` those of them that
    could have a beginning and have none.
    """

    members: tuple[Who, ...]
    things: tuple[Thing, ...]
    links: tuple[tuple[int, int], ...]
    through: Mapping[tuple[int, int], str] = field(default_factory=dict)
    left_out: Mapping[str, LeftOut] = field(default_factory=dict)
    facts: int = 0
    undated: int = 0
    sources: frozenset[str] = frozenset()

    @cached_property
    def things_of(self) -> list[list[int]]:
        """For each member the indices of what it is in."""
        found: list[list[int]] = [[] for _ in self.members]
        for member, thing in self.links:
            found[member].append(thing)
        return found

    @cached_property
    def members_of(self) -> list[list[int]]:
        """For each thing the indices of its members."""
        found: list[list[int]] = [[] for _ in self.things]
        for member, thing in self.links:
            found[thing].append(member)
        return found

    def reached_from(self, member: int) -> int:
        """Return how many other members are in something that this one is in."""
        return len({other for thing in self.things_of[member] for other in self.members_of[thing]} - {member})

    def countries_of(self, members: Iterable[int]) -> dict[str, int]:
        """Return how many of some members are in each country that is known, the most first."""
        countries = Counter(country for member in members if (country := self.members[member].country))
        return dict(sorted(countries.items(), key=lambda one: (-one[1], one[0])))


def affiliate(
    listed: Iterable[Listed],
    who: Mapping[str, Who],
    serves: Mapping[str, Collection[str]],
    selection: Selection,
    left_out: Mapping[str, LeftOut] | None = None,
) -> Affiliations:
    """Return the two-mode network of what was listed, whatever the order in which it was.

    Args:
        listed: Networks and projects with the ids of their members.
        who: The members by id; one that is not there is left out.
        serves: For the id of a body, the ids of the places that it serves.
        selection: What to look at.
        left_out: What the reader left out already.
    """
    out: dict[str, LeftOut] = dict(left_out or {})
    by_id = {one.id: one for one in listed}
    allowed = _allowed(who, selection, out)
    ties = {id_: _ties(one, serves, selection) for id_, one in by_id.items()}
    if selection.members == "places":
        _count_silent_bodies(by_id.values(), serves, out)
    held = {id_: {member: body for member, body in tie.items() if member in allowed} for id_, tie in ties.items()}
    kept = _sized(by_id, held, selection, out)
    ids = sorted(set().union(*(held[id_] for id_ in kept)))
    lost = len({member for members in held.values() for member in members}) - len(ids)
    if lost:
        out["alone"] = LeftOut(reason="members that are only in what was left out", count=lost)
    number = {id_: index for index, id_ in enumerate(ids)}
    links: list[tuple[int, int]] = []
    through: dict[tuple[int, int], str] = {}
    for index, thing in enumerate(kept):
        for member, body in held[thing].items():
            link = (number[member], index)
            links.append(link)
            if body is not None:
                through[link] = body
    facts, undated = _count_facts([by_id[id_] for id_ in kept], held)
    return Affiliations(
        members=tuple(who[id_] for id_ in ids),
        things=tuple(Thing(id_, by_id[id_].name, by_id[id_].layer) for id_ in kept),
        links=tuple(sorted(links)),
        through=through,
        left_out=out,
        facts=facts,
        undated=undated,
        sources=frozenset(source for id_ in kept for source in by_id[id_].sources),
    )


def check_not_empty(affiliations: Affiliations, selection: Selection) -> None:
    """Raise :class:`KgError`, with what was left out, when nothing is left to look at."""
    if affiliations.links:
        return
    what = {"networks": "networks", "projects": "projects", "both": "networks and projects"}[selection.layer]
    whom = "cities and regions" if selection.members == "places" else "members"
    lines = "".join(f"\n  {one.line.text}" for one in affiliations.left_out.values())
    advice = (
        "ask for less (kg central --help has the options)"
        if affiliations.left_out
        else "load some first (kg load starter has the first ones)"
    )
    raise KgError(f"There are no {whom} in {what} as of {selection.as_of.isoformat()} to look at: {advice}.{lines}")


def _allowed(who: Mapping[str, Who], selection: Selection, out: dict[str, LeftOut]) -> set[str]:
    elsewhere = {one.id for one in who.values() if selection.countries and one.country not in selection.countries}
    gone = sorted(
        (one for one in who.values() if one.id not in elsewhere and is_over(selection.as_of, None, one.dissolved)),
        key=lambda one: (one.name, one.id),
    )
    if elsewhere:
        out["country"] = LeftOut(reason="members not in a country asked for", count=len(elsewhere))
    if gone:
        named = tuple(
            LeftOutPartner(
                **one.partner.model_dump(), because=f"{one.name}, until {one.dissolved[:4] if one.dissolved else ''}"
            )
            for one in gone
        )
        out["dissolved"] = LeftOut(reason="no longer a municipality", count=len(gone), partners=named)
    return who.keys() - elsewhere - {one.id for one in gone}


def _ties(one: Listed, serves: Mapping[str, Collection[str]], selection: Selection) -> dict[str, str | None]:
    """Return who is in a thing, each with the body through which, None when directly."""
    ties: dict[str, str | None] = dict.fromkeys([*one.places, *one.undated_places])
    organisations = sorted({*one.organisations, *one.undated_organisations})
    if selection.members == "all":
        return ties | dict.fromkeys(organisations)
    for body in organisations:  # of several bodies the one with the smallest id stands for all
        for place in serves.get(body, ()):
            ties.setdefault(place, body)
    return ties


def _count_silent_bodies(
    listed: Iterable[Listed], serves: Mapping[str, Collection[str]], out: dict[str, LeftOut]
) -> None:
    silent = {body for one in listed for body in (*one.organisations, *one.undated_organisations)} - serves.keys()
    if silent:
        out["organisations"] = LeftOut(
            reason="members that are no city or region and are not known to serve one (--members all counts them)",
            count=len(silent),
        )


def _sized(
    by_id: Mapping[str, Listed],
    held: Mapping[str, Mapping[str, str | None]],
    selection: Selection,
    out: dict[str, LeftOut],
) -> list[str]:
    """Return the ids, sorted, of the things that have as many members as asked for."""
    low, high = selection.min_members, selection.max_members
    small = [id_ for id_ in held if len(held[id_]) < low]
    large = sorted(
        (id_ for id_ in held if high is not None and len(held[id_]) > high), key=lambda id_: (-len(held[id_]), id_)
    )
    if small:
        out["small"] = LeftOut(reason=f"networks and projects with fewer than {low:,} such members", count=len(small))
    if large:
        named = tuple(
            LeftOutPartner(
                **Thing(id_, by_id[id_].name, by_id[id_].layer).partner.model_dump(),
                because=f"{by_id[id_].name}, {len(held[id_]):,} members",
            )
            for id_ in large
        )
        out["large"] = LeftOut(
            reason=f"networks and projects with more than {high:,} such members", count=len(large), partners=named
        )
    return sorted(held.keys() - set(small) - set(large))


def _count_facts(kept: Iterable[Listed], held: Mapping[str, Mapping[str, str | None]]) -> tuple[int, int]:
    """Return how many facts stand behind the links, and how many of them could have a beginning but have none."""
    facts = undated = 0
    served: set[tuple[str, str]] = set()
    for one in kept:
        direct = {member for member, body in held[one.id].items() if body is None}
        by_body = {(body, place) for place, body in held[one.id].items() if body is not None}
        asserted = direct | {body for body, _ in by_body}
        facts += len(asserted)
        served |= by_body
        if one.layer == "network":  # a partnership in a project has no beginning of its own
            without = {*one.undated_places, *one.undated_organisations} - {*one.places, *one.organisations}
            undated += len(asserted & without)
    return facts + len(served), undated
