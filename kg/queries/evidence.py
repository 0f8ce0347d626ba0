"""What two places have in common, read from the graph: every network, project, twin, event and theme that they share.

A few queries bring all places around a subject at once; none is asked for each candidate. Nothing here weighs anything.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, NamedTuple

from kg.database.connection import Connection
from kg.database.read import read
from kg.queries.validity import begun, is_over, is_valid, valid
from kg.schema.relationships import FACTS, Spell


class Link(NamedTuple):
    """A fact by its key and the ids of its ends, in either order."""

    key: str
    one: str
    other: str


@dataclass(frozen=True, slots=True)
class Thing:
    """What two places share. ``members`` counts whoever has it: see :func:`shared_with`."""

    layer: str  # network, project, twin, event, theme; twinning for the tie of the two themselves
    id: str
    name: str
    members: int
    kind: str | None = None
    start: str | None = None
    end: str | None = None


@dataclass(frozen=True, slots=True)
class Side:
    """How one of the two has it: the facts, the body through which, and for a theme in what way."""

    links: tuple[Link, ...]
    body_id: str | None = None
    body_name: str | None = None
    how: str = ""  # theme: SEEKS, OFFERS or PROJECT
    project_id: str | None = None
    project_name: str | None = None
    ended: bool = False

    @property
    def rank(self) -> tuple[Any, ...]:
        """Sorts the best first: direct before through a body, then by id and key so that the choice is always the same."""
        return (self.body_id is not None, self.ended, self.body_id or "", self.project_id or "", self.links)


@dataclass(frozen=True, slots=True)
class Shared:
    """One thing that two places share, and how each has it."""

    thing: Thing
    ours: Side
    theirs: Side
    over: bool = False  # a project or twinning of both that has ended

    @property
    def direct(self) -> bool:
        """Whether both have it themselves, not through a body that serves them."""
        return self.ours.body_id is None and self.theirs.body_id is None

    @property
    def links(self) -> tuple[Link, ...]:
        """All facts behind it, each once."""
        return tuple({link.key: link for link in self.ours.links + self.theirs.links}.values())

    @property
    def keys(self) -> tuple[str, ...]:
        """The keys of all facts behind it, each once."""
        return tuple(link.key for link in self.links)


@dataclass(frozen=True, slots=True)
class FactDetail:
    """A fact as the sentences and the provenance need it."""

    key: str
    type: str
    start: str
    end: str
    since: str | None
    until: str | None
    as_of: str | None
    post: str | None
    sources: tuple[str, ...]

    @property
    def lacks_since(self) -> bool:
        """Whether its type has a beginning and this fact does not give it."""
        return self.since is None and issubclass(FACTS[self.type], Spell)


_LAYERS = {"MEMBER_OF": "network", "PARTICIPATES_IN": "project", "TOOK_PART_IN": "event"}
_SHAREABLE = "|".join(_LAYERS)

# A partnership in a project is not dated: one that its source no longer lists still counts as having worked together.
_HELD = f"(m:PARTICIPATES_IN OR ({valid('m')}))"

_OWN = f"""\
MATCH (s:Entity {{id: $id}})-[m:{_SHAREABLE}|SEEKS|OFFERS|TWINNED_WITH]-(t)
WHERE (startNode(m) = s OR m:TWINNED_WITH) AND (m:TWINNED_WITH OR {_HELD}) AND {begun("t")}
RETURN type(m) AS type, t.id AS id, t.name AS name, t.kind AS kind, t.start AS start, t.end AS end, m.key AS key,
    m.since AS since, m.until AS until, m.ended AS ended"""

_OWN_BY_BODY = f"""\
MATCH (s:Entity {{id: $id}})<-[v:SERVES]-(b:Organisation)-[m:{_SHAREABLE}]->(t)
WHERE {_HELD} AND {valid("v")} AND {begun("t")}
RETURN type(m) AS type, t.id AS id, t.name AS name, t.kind AS kind, t.start AS start, t.end AS end, m.key AS key,
    m.ended AS ended, b.id AS body_id, b.name AS body_name, v.key AS serves"""

_OWN_PROJECT_THEMES = f"""\
MATCH (s:Entity {{id: $id}})-[m:PARTICIPATES_IN]->(p:Project)-[a:ABOUT]->(t:Theme)
WHERE {begun("p")} AND {valid("m")} AND {valid("a")}
RETURN t.id AS id, t.name AS name, p.id AS project, p.name AS project_name, m.key AS key, a.key AS about"""

# Everybody who has one of $things themselves: of a network the members, of a third place its twins. Of a theme all are
# returned, because who works on it in a project is counted with them; of other things only places.
_MEMBERS = f"""\
UNWIND $things AS thing
MATCH (t:Entity {{id: thing}})-[m:{_SHAREABLE}|SEEKS|OFFERS|TWINNED_WITH]-(x)
WHERE (CASE WHEN t:City OR t:Region THEN m:TWINNED_WITH ELSE endNode(m) = t END) AND {_HELD}
RETURN thing, count(DISTINCT x) AS members, collect(
    CASE WHEN t:Theme OR ((x:City OR x:Region) AND ($only IS NULL OR x.id = $only))
        THEN [x.id, x:City OR x:Region, type(m), m.key, m.ended] END) AS holders"""

_MEMBERS_BY_BODY = f"""\
UNWIND $things AS thing
MATCH (t:Entity {{id: thing}})<-[m:{_SHAREABLE}]-(b:Organisation)-[v:SERVES]->(x)
WHERE {_HELD} AND {valid("v")} AND ($only IS NULL OR x.id = $only)
RETURN thing, collect([x.id, b.id, b.name, m.key, v.key, m.ended]) AS holders"""

# For each member the first project on the theme (by id) that the subject is not in, if there is one.
_THEME_IN_PROJECTS = f"""\
UNWIND $things AS thing
MATCH (t:Entity {{id: thing}})<-[a:ABOUT]-(p:Project)<-[m:PARTICIPATES_IN]-(x)
WHERE {begun("p")} AND {valid("m")} AND {valid("a")}
WITH thing, x, min(CASE WHEN NOT p.id IN $own THEN [p.id, p.name, m.key, a.key] END) AS project
RETURN thing, collect([x.id, x:City OR x:Region, project]) AS holders"""

# A fact whose rows have no date of their own is as old as the newest edition of a source that still lists it.
_FACTS = """\
UNWIND $links AS link
MATCH (a:Entity {id: link[1]})-[f]-(b:Entity {id: link[2]})
WHERE f.key = link[0]
RETURN DISTINCT f.key AS key, type(f) AS type, startNode(f).id AS start, endNode(f).id AS end, f.since AS since,
    f.until AS until, f.post AS post, f.sources AS sources, coalesce(f.as_of, COLLECT {
        UNWIND range(0, size(f.sources) - 1) AS i
        MATCH (s:Source {id: f.sources[i]})
        WHERE s.edition IS NOT NULL AND (f.missing[i] = '' OR f.ended IS NOT NULL)
        RETURN s.edition AS edition ORDER BY edition DESC LIMIT 1
    }[0]) AS as_of"""


def facts(connection: Connection, links: Iterable[Link]) -> dict[str, FactDetail]:
    """Return these facts, by key."""
    wanted = sorted(set(links))
    if not wanted:
        return {}
    return {
        row["key"]: FactDetail(**{**row, "sources": tuple(row["sources"] or ())})
        for row in read(connection, _FACTS, {"links": [list(link) for link in wanted]})
    }


def shared_with(connection: Connection, subject: str, as_of: date, only: str | None = None) -> dict[str, list[Shared]]:
    """Return for each city or region all that it shares with the subject, directly or through a body that serves either.

    Members are counted as of the date: of a network all direct members, of a project all partners, of an event all who took part,
    of a third place all its twins, of a theme all who seek or offer it or take part in a project about it; the tie of a twinning
    has two. Two places served by the same body share nothing by that body alone. What had not begun on the date is not seen.

    A theme is shared when both state it (SEEKS or OFFERS), or when one or both work on it in a project; there only projects count
    in which the other does not take part, since a common project is a reason of its own.

    Args:
        connection: The database.
        subject: The id of a city or region.
        as_of: The day as of which.
        only: The id of the only other place wanted; members are counted all the same.
    """
    found: dict[str, list[Shared]] = defaultdict(list)
    for place, shared in _Reader(connection, subject, as_of, only).read():
        if place != subject and only in (None, place):
            found[place].append(shared)
    return dict(found)


Sides = dict[str, list[Side]]


@dataclass(slots=True)
class _Holding:
    """A thing with the ways in which the subject has it, and those in which each other place does."""

    layer: str
    row: Mapping[str, Any]
    ours: list[Side] = field(default_factory=list)
    theirs: Sides = field(default_factory=lambda: defaultdict(list))
    members: int = 1


@dataclass(frozen=True, slots=True)
class _Reader:
    """Reads all that surrounds one subject."""

    connection: Connection
    subject: str
    as_of: date
    only: str | None

    def read(self) -> Iterable[tuple[str, Shared]]:
        """Yield each place with each thing that it shares with the subject."""
        own = self._query(_OWN)
        things = self._things(own)
        twins = self._twins(own)
        themes = self._themes(own)
        current = {place: tie for place, tie in twins.items() if not tie.over}
        members = self._query(_MEMBERS, things=[*things, *current, *themes]) if things or current or themes else []
        holders = {row["thing"]: row for row in members}
        yield from self._memberships(things, holders)
        yield from twins.items()
        yield from self._shared_twins(current, holders)
        yield from self._shared_themes(themes, things, holders)

    def _query(self, cypher: str, **parameters: Any) -> list[dict[str, Any]]:
        given = {"id": self.subject, "as_of": self.as_of.isoformat(), "only": self.only, **parameters}
        return read(self.connection, cypher, given)

    def _ended(self, ended: str | None) -> bool:
        return is_over(self.as_of, None, ended)

    def _things(self, own: Iterable[Mapping[str, Any]]) -> dict[str, _Holding]:
        """Return the subject's networks, projects and events, its own and those of the bodies that serve it."""
        things: dict[str, _Holding] = {}
        for row in [*own, *self._query(_OWN_BY_BODY)]:
            if row["type"] in _LAYERS:
                holding = things.setdefault(row["id"], _Holding(_LAYERS[row["type"]], row))
                ended = self._ended(row["ended"])
                body = row.get("body_id")
                links = [Link(row["key"], body or self.subject, row["id"])]
                if body:
                    links.append(Link(row["serves"], body, self.subject))
                holding.ours.append(Side(tuple(links), body, row.get("body_name"), ended=ended))
        return things

    def _memberships(
        self, things: Mapping[str, _Holding], holders: Mapping[str, Mapping[str, Any]]
    ) -> Iterable[tuple[str, Shared]]:
        if not things:
            return
        for id_, holding in things.items():
            if id_ in holders:
                holding.members = holders[id_]["members"]
                for place, _, _, key, ended in holders[id_]["holders"]:
                    holding.theirs[place].append(Side((Link(key, place, id_),), ended=self._ended(ended)))
        for row in self._query(_MEMBERS_BY_BODY, things=list(things)):
            id_ = row["thing"]
            for place, body, name, key, serves, ended in row["holders"]:
                links = (Link(key, body, id_), Link(serves, body, place))
                things[id_].theirs[place].append(Side(links, body, name, ended=self._ended(ended)))
        for id_, holding in things.items():
            held = holding.row
            thing = Thing(holding.layer, id_, held["name"], holding.members, held["kind"], held["start"], held["end"])
            finished = holding.layer == "project" and is_over(self.as_of, held["end"])
            for place, theirs in holding.theirs.items():
                pair = _best_pair(holding.ours, theirs)
                if pair is not None:
                    over = finished or (holding.layer == "project" and (pair[0].ended or pair[1].ended))
                    yield place, Shared(thing, *pair, over=over)

    def _twins(self, own: Iterable[Mapping[str, Any]]) -> dict[str, Shared]:
        """Return the subject's own twinnings, current or ended, one for each place."""
        ties: dict[str, Shared] = {}
        for row in sorted(own, key=lambda row: str(row["key"])):
            over = is_over(self.as_of, row["until"], row["ended"])
            begun_by_then = over or is_valid(self.as_of, row["since"], row["until"], row["ended"])
            if row["type"] != "TWINNED_WITH" or not begun_by_then:
                continue
            side = Side((Link(row["key"], self.subject, row["id"]),), ended=over)
            tie = Thing("twinning", row["key"], row["name"], 2, start=row["since"], end=row["until"] or row["ended"])
            if row["id"] not in ties or (ties[row["id"]].over and not over):
                ties[row["id"]] = Shared(tie, side, side, over=over)
        return ties

    def _shared_twins(
        self, current: Mapping[str, Shared], holders: Mapping[str, Mapping[str, Any]]
    ) -> Iterable[tuple[str, Shared]]:
        for third, tie in current.items():
            thing = Thing("twin", third, tie.thing.name, holders[third]["members"])
            # With two spells between the same two places the last entry, of the smallest key, stands.
            keys = {place: key for place, _, _, key, _ in sorted(holders[third]["holders"], reverse=True)}
            for place, key in keys.items():
                yield place, Shared(thing, tie.ours, Side((Link(key, place, third),)))

    def _themes(self, own: Iterable[Mapping[str, Any]]) -> dict[str, _Holding]:
        """Return the themes that the subject seeks or offers or works on in a project."""
        themes: dict[str, _Holding] = {}
        for row in own:
            if row["type"] in ("SEEKS", "OFFERS"):
                side = Side((Link(row["key"], self.subject, row["id"]),), how=row["type"])
                themes.setdefault(row["id"], _Holding("theme", row)).ours.append(side)
        for row in self._query(_OWN_PROJECT_THEMES):
            project = row["project"]
            links = (Link(row["key"], self.subject, project), Link(row["about"], project, row["id"]))
            side = Side(links, how="PROJECT", project_id=project, project_name=row["project_name"])
            themes.setdefault(row["id"], _Holding("theme", row)).ours.append(side)
        return themes

    def _shared_themes(
        self,
        themes: Mapping[str, _Holding],
        things: Mapping[str, _Holding],
        holders: Mapping[str, Mapping[str, Any]],
    ) -> Iterable[tuple[str, Shared]]:
        if not themes:
            return
        counted: dict[str, set[str]] = {id_: set() for id_ in themes}
        for id_ in themes.keys() & holders.keys():
            for member, is_place, how, key, _ in holders[id_]["holders"]:
                counted[id_].add(member)
                if is_place:
                    themes[id_].theirs[member].append(Side((Link(key, member, id_),), how=how))
        own = sorted({side.project_id for holding in themes.values() for side in holding.ours if side.project_id})
        for row in self._query(_THEME_IN_PROJECTS, things=list(themes), own=own):
            id_ = row["thing"]
            for member, is_place, project in row["holders"]:
                counted[id_].add(member)
                if is_place and project:
                    links = (Link(project[2], member, project[0]), Link(project[3], project[0], id_))
                    side = Side(links, how="PROJECT", project_id=project[0], project_name=project[1])
                    themes[id_].theirs[member].append(side)
        for id_, holding in themes.items():
            thing = Thing("theme", id_, holding.row["name"], len(counted[id_]))
            for place, theirs in holding.theirs.items():
                apart = [
                    side
                    for side in holding.ours
                    if side.project_id is None or not _has_directly(things[side.project_id], place)
                ]
                pair = _closest_pair(apart, theirs)
                if pair is not None:
                    yield place, Shared(thing, *pair)


def _has_directly(holding: _Holding, place: str) -> bool:
    return any(side.body_id is None for side in holding.theirs.get(place, ()))


def _best_pair(ours: Sequence[Side], theirs: Sequence[Side]) -> tuple[Side, Side] | None:
    """Return the most direct way in which both have a thing; None when only one body, that serves both, has it."""
    pairs = [
        (one, other)
        for one in ours
        for other in theirs
        if one.body_id is None or other.body_id is None or one.body_id != other.body_id
    ]
    return min(pairs, key=lambda pair: (not _both_direct(pair), _ranks(pair)), default=None)


def _both_direct(pair: tuple[Side, Side]) -> bool:
    return pair[0].body_id is None and pair[1].body_id is None


def _ranks(pair: tuple[Side, Side]) -> tuple[Any, ...]:
    return tuple(sorted((pair[0].rank, pair[1].rank), reverse=True))


_HOW_CLOSE = {"matched": 0, "same": 1, "project": 2}


def _closest_pair(ours: Sequence[Side], theirs: Sequence[Side]) -> tuple[Side, Side] | None:
    """Return the pair in which one seeks what the other offers, else in which both do the same, else by a project."""
    pairs = [(one, other) for one in ours for other in theirs]
    return min(pairs, key=lambda pair: (_HOW_CLOSE[how_theme_is_shared(*pair)], _ranks(pair)), default=None)


def how_theme_is_shared(ours: Side, theirs: Side) -> str:
    """Return ``matched`` (one seeks, the other offers), ``same`` (both seek or both offer) or ``project`` (at least one by a project)."""
    if "PROJECT" in (ours.how, theirs.how):
        return "project"
    return "same" if ours.how == theirs.how else "matched"
