"""What two places have in common, read from the graph: every network, project, twin, event and theme that they share.

One query per layer brings all places around a subject at once; none is asked for each candidate. Nothing here weighs anything.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from kg.database.connection import Connection
from kg.database.read import read
from kg.queries.validity import begun, is_over, is_valid, valid
from kg.schema.relationships import FACTS, Spell


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
    """How one of the two has it: the keys of the facts, the body through which, and for a theme in what way."""

    keys: tuple[str, ...]
    body_id: str | None = None
    body_name: str | None = None
    how: str = ""  # theme: SEEKS, OFFERS or PROJECT
    project_name: str | None = None
    ended: bool = False

    @property
    def rank(self) -> tuple[Any, ...]:
        """Sorts the best first: direct before through a body, then by key so that the choice is always the same."""
        return (self.body_id is not None, self.ended, self.body_id or "", self.keys)


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
    def keys(self) -> tuple[str, ...]:
        """The keys of all facts behind it, each once."""
        return tuple(dict.fromkeys(self.ours.keys + self.theirs.keys))


@dataclass(frozen=True, slots=True)
class FactDetail:
    """A fact as the sentences and the provenance need it."""

    key: str
    type: str
    since: str | None
    until: str | None
    as_of: str | None
    sources: tuple[str, ...]

    @property
    def lacks_since(self) -> bool:
        """Whether its type has a beginning and this fact does not give it."""
        return self.since is None and issubclass(FACTS[self.type], Spell)


_THING = "t.id AS id, t.name AS name, t.kind AS kind, t.start AS start, t.end AS end"
_OWN = f"""\
MATCH (s:Entity {{id: $id}})-[m:MEMBER_OF]->(t:Organisation)
WHERE {valid("m")}
RETURN 'network' AS layer, {_THING}, [m.key] AS keys, null AS body_id, null AS body_name, false AS ended
UNION ALL
MATCH (s:Entity {{id: $id}})<-[v:SERVES]-(b:Organisation)-[m:MEMBER_OF]->(t:Organisation)
WHERE {valid("m")} AND {valid("v")}
RETURN 'network' AS layer, {_THING}, [m.key, v.key] AS keys, b.id AS body_id, b.name AS body_name, false AS ended
UNION ALL
MATCH (s:Entity {{id: $id}})-[m:PARTICIPATES_IN]->(t:Project)
WHERE {begun("t")}
RETURN 'project' AS layer, {_THING}, [m.key] AS keys, null AS body_id, null AS body_name,
    coalesce(m.ended <= $as_of, false) AS ended
UNION ALL
MATCH (s:Entity {{id: $id}})<-[v:SERVES]-(b:Organisation)-[m:PARTICIPATES_IN]->(t:Project)
WHERE {begun("t")} AND {valid("v")}
RETURN 'project' AS layer, {_THING}, [m.key, v.key] AS keys, b.id AS body_id, b.name AS body_name,
    coalesce(m.ended <= $as_of, false) AS ended
UNION ALL
MATCH (s:Entity {{id: $id}})-[m:TOOK_PART_IN]->(t:Event)
WHERE {begun("t")} AND {valid("m")}
RETURN 'event' AS layer, {_THING}, [m.key] AS keys, null AS body_id, null AS body_name, false AS ended
UNION ALL
MATCH (s:Entity {{id: $id}})<-[v:SERVES]-(b:Organisation)-[m:TOOK_PART_IN]->(t:Event)
WHERE {begun("t")} AND {valid("m")} AND {valid("v")}
RETURN 'event' AS layer, {_THING}, [m.key, v.key] AS keys, b.id AS body_id, b.name AS body_name, false AS ended"""

_OWN_TWINS = """\
MATCH (s:Entity {id: $id})-[m:TWINNED_WITH]-(t)
RETURN t.id AS id, t.name AS name, m.key AS key, m.since AS since, m.until AS until, m.ended AS ended"""

_OWN_THEMES = f"""\
MATCH (s:Entity {{id: $id}})-[m:SEEKS|OFFERS]->(t:Theme)
WHERE {valid("m")}
RETURN t.id AS id, t.name AS name, type(m) AS how, [m.key] AS keys, null AS project, null AS project_name
UNION ALL
MATCH (s:Entity {{id: $id}})-[m:PARTICIPATES_IN]->(p:Project)-[a:ABOUT]->(t:Theme)
WHERE {begun("p")} AND {valid("m")} AND {valid("a")}
RETURN t.id AS id, t.name AS name, 'PROJECT' AS how, [m.key, a.key] AS keys, p.id AS project, p.name AS project_name"""


def _members(relationship: str, condition: str) -> str:
    """Return the query for all places that have one of ``$things`` themselves, with the number of all who have it."""
    return f"""\
UNWIND $things AS thing
MATCH (t:Entity {{id: thing}})<-[m:{relationship}]-(x)
WHERE {condition}
RETURN thing, count(DISTINCT x) AS members, collect(
    CASE WHEN (x:City OR x:Region) AND ($only IS NULL OR x.id = $only)
        THEN [x.id, m.key, coalesce(m.ended <= $as_of, false)] END) AS places"""


def _members_by_body(relationship: str, condition: str) -> str:
    """Return the query for all places that have one of ``$things`` through a body that serves them."""
    return f"""\
UNWIND $things AS thing
MATCH (t:Entity {{id: thing}})<-[m:{relationship}]-(b:Organisation)-[v:SERVES]->(x)
WHERE {condition} AND {valid("v")} AND ($only IS NULL OR x.id = $only)
RETURN thing, collect([x.id, m.key, v.key, b.id, b.name, coalesce(m.ended <= $as_of, false)]) AS places"""


# A partnership in a project is not dated: one that its source no longer lists still counts as having worked together.
_MEMBERS = {
    "network": _members("MEMBER_OF", valid("m")),
    "project": _members("PARTICIPATES_IN", "true"),
    "event": _members("TOOK_PART_IN", valid("m")),
}
_MEMBERS_BY_BODY = {
    "network": _members_by_body("MEMBER_OF", valid("m")),
    "project": _members_by_body("PARTICIPATES_IN", "true"),
    "event": _members_by_body("TOOK_PART_IN", valid("m")),
}

_TWINS_OF = f"""\
UNWIND $things AS thing
MATCH (t:Entity {{id: thing}})-[m:TWINNED_WITH]-(x)
WHERE {valid("m")}
RETURN thing, count(DISTINCT x) AS members,
    collect(CASE WHEN $only IS NULL OR x.id = $only THEN [x.id, m.key, false] END) AS places"""

_THEME_STATED = f"""\
UNWIND $things AS thing
MATCH (t:Entity {{id: thing}})<-[m:SEEKS|OFFERS]-(x)
WHERE {valid("m")}
RETURN thing, collect([x.id, x:City OR x:Region, type(m), m.key]) AS members"""

# For each member the first project on the theme (by id) that the subject is not in, if there is one.
_THEME_IN_PROJECTS = f"""\
UNWIND $things AS thing
MATCH (t:Entity {{id: thing}})<-[a:ABOUT]-(p:Project)<-[m:PARTICIPATES_IN]-(x)
WHERE {begun("p")} AND {valid("m")} AND {valid("a")}
WITH thing, x, min(CASE WHEN NOT p.id IN $own THEN [p.id, p.name, m.key, a.key] END) AS project
RETURN thing, collect([x.id, x:City OR x:Region, project]) AS members"""

_FACTS = "\nUNION ALL\n".join(
    f"MATCH ()-[f:{type_}]->() WHERE f.key IN $keys\n"
    f"RETURN f.key AS key, '{type_}' AS type, f.since AS since, f.until AS until, f.as_of AS as_of, f.sources AS sources"
    for type_ in FACTS
)


def facts(connection: Connection, keys: Iterable[str]) -> dict[str, FactDetail]:
    """Return the facts with these keys, by key; a key that no fact has is left out."""
    wanted = sorted(set(keys))
    if not wanted:
        return {}
    return {
        row["key"]: FactDetail(
            row["key"], row["type"], row["since"], row["until"], row["as_of"], tuple(row["sources"] or ())
        )
        for row in read(connection, _FACTS, {"keys": wanted})
    }


def shared_with(connection: Connection, subject: str, as_of: date, only: str | None = None) -> dict[str, list[Shared]]:
    """Return for each city or region all that it shares with the subject, directly or through a body that serves either.

    Members are counted as of the date: of a network all direct members, of a project all partners, of an event all who took part,
    of a third place all its twins, of a theme all who seek or offer it or take part in a project about it; the tie of a twinning
    has two. Two places served by the same body share nothing by that body alone. What had not begun on the date is not seen.

    Args:
        connection: The database.
        subject: The id of a city or region.
        as_of: The day as of which.
        only: The id of the only other place wanted; members are counted all the same.
    """
    reader = _Reader(connection, subject, as_of, only)
    found: dict[str, list[Shared]] = defaultdict(list)
    for place, shared in [*reader.memberships(), *reader.twins(), *reader.themes()]:
        if place != subject and only in (None, place):
            found[place].append(shared)
    return dict(found)


@dataclass(slots=True)
class _Holding:
    """A thing with the ways in which the subject has it."""

    row: Mapping[str, Any]
    sides: list[Side] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Reader:
    """Reads one layer after the other for one subject."""

    connection: Connection
    subject: str
    as_of: date
    only: str | None

    def _read(self, cypher: str, **parameters: Any) -> list[dict[str, Any]]:
        given = {"id": self.subject, "as_of": self.as_of.isoformat(), "only": self.only, **parameters}
        return read(self.connection, cypher, given)

    def memberships(self) -> Iterable[tuple[str, Shared]]:
        """Yield shared networks, projects and events."""
        holdings: dict[str, dict[str, _Holding]] = defaultdict(dict)
        for row in self._read(_OWN):
            holding = holdings[row["layer"]].setdefault(row["id"], _Holding(row))
            holding.sides.append(Side(tuple(row["keys"]), row["body_id"], row["body_name"], ended=row["ended"]))
        for layer, things in holdings.items():
            yield from self._layer(layer, things)

    def _layer(self, layer: str, things: Mapping[str, _Holding]) -> Iterable[tuple[str, Shared]]:
        counts: dict[str, int] = {}
        sides: dict[tuple[str, str], list[Side]] = defaultdict(list)
        for row in self._read(_MEMBERS[layer], things=list(things)):
            counts[row["thing"]] = row["members"]
            for place, key, ended in row["places"]:
                sides[row["thing"], place].append(Side((key,), ended=ended))
        for row in self._read(_MEMBERS_BY_BODY[layer], things=list(things)):
            for place, key, serves, body_id, body_name, ended in row["places"]:
                sides[row["thing"], place].append(Side((key, serves), body_id, body_name, ended=ended))
        for (thing_id, place), theirs in sides.items():
            pair = _best_pair(things[thing_id].sides, theirs)
            if pair is None:
                continue
            held = things[thing_id].row
            thing = Thing(
                layer, thing_id, held["name"], counts.get(thing_id, 1), held["kind"], held["start"], held["end"]
            )
            over = layer == "project" and (is_over(self.as_of, held["end"]) or pair[0].ended or pair[1].ended)
            yield place, Shared(thing, *pair, over=over)

    def twins(self) -> Iterable[tuple[str, Shared]]:
        """Yield the subject's own twinnings, current or ended (one for each place), and the twins that it shares."""
        ties: dict[str, Shared] = {}
        for row in sorted(self._read(_OWN_TWINS), key=lambda row: str(row["key"])):
            over = is_over(self.as_of, row["until"], row["ended"])
            if not over and not is_valid(self.as_of, row["since"], row["until"], row["ended"]):
                continue
            side = Side((row["key"],), ended=over)
            tie = Thing("twinning", row["key"], row["name"], 2, start=row["since"], end=row["until"] or row["ended"])
            if row["id"] not in ties or (ties[row["id"]].over and not over):
                ties[row["id"]] = Shared(tie, side, side, over=over)
        yield from ties.items()
        current = {place: shared for place, shared in ties.items() if not shared.over}
        if not current:
            return
        for row in self._read(_TWINS_OF, things=list(current)):
            ours = current[row["thing"]]
            third = Thing("twin", row["thing"], ours.thing.name, row["members"])
            # With two spells between the same two places the last assignment, of the smallest key, stands.
            key_of = {place: key for place, key, _ in sorted(row["places"], reverse=True)}
            for place, key in key_of.items():
                yield place, Shared(third, ours.ours, Side((key,)))

    def themes(self) -> Iterable[tuple[str, Shared]]:
        """Yield shared themes, one entry per theme and place: the closest way in which they share it."""
        names: dict[str, str] = {}
        ours: dict[str, list[Side]] = defaultdict(list)
        own_projects: dict[tuple[str, str], str] = {}
        for row in self._read(_OWN_THEMES):
            names[row["id"]] = row["name"]
            side = Side(tuple(row["keys"]), how=row["how"], project_name=row["project_name"])
            ours[row["id"]].append(side)
            if row["project"]:
                own_projects[row["id"], side.keys[0]] = row["project"]
        if not names:
            return
        counts: dict[str, set[str]] = defaultdict(set)
        theirs: dict[tuple[str, str], list[Side]] = defaultdict(list)
        for row in self._read(_THEME_STATED, things=list(names)):
            for member, is_place, how, key in row["members"]:
                counts[row["thing"]].add(member)
                if is_place:
                    theirs[row["thing"], member].append(Side((key,), how=how))
        own = sorted(set(own_projects.values()))
        for row in self._read(_THEME_IN_PROJECTS, things=list(names), own=own):
            for member, is_place, project in row["members"]:
                counts[row["thing"]].add(member)
                if is_place and project:
                    side = Side((project[2], project[3]), how="PROJECT", project_name=project[1])
                    theirs[row["thing"], member].append(side)
        partners = self._partners(own)
        for (theme, place), sides in theirs.items():
            apart = [
                side
                for side in ours[theme]
                if side.how != "PROJECT" or place not in partners.get(own_projects[theme, side.keys[0]], ())
            ]
            pair = _closest_pair(apart, sides)
            if pair is not None:
                yield place, Shared(Thing("theme", theme, names[theme], len(counts[theme])), *pair)

    def _partners(self, projects: Sequence[str]) -> dict[str, set[str]]:
        """Return for each project its cities and regions."""
        rows = self._read(_MEMBERS["project"], things=list(projects)) if projects else []
        return {row["thing"]: {place[0] for place in row["places"]} for row in rows}


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
