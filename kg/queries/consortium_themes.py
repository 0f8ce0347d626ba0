"""Who is concerned with a theme, and how: by a wish or an offer, a project, an event or a network about it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from kg.database.connection import Connection
from kg.database.read import read
from kg.errors import KgError, quoted
from kg.places.names import normalise
from kg.queries.entities import Entity, UnknownEntityError, check_name, resolve
from kg.queries.evidence import FactDetail, Link
from kg.queries.validity import begun, is_over, old_year, valid

#: The strongest first: what a place says of itself, then what it does, then where it belongs.
HOW = ("OFFERS", "SEEKS", "PARTICIPATES_IN", "TOOK_PART_IN", "MEMBER_OF")

_TIES = "PARTICIPATES_IN|TOOK_PART_IN|MEMBER_OF"
_OPEN = f"({valid('m')}) AND coalesce(m.status, 'open') = 'open'"

_THEMES = (
    "MATCH (n:Theme) RETURN n.id AS id, n.name AS name, n.names AS names, n.definition AS definition ORDER BY name, id"
)

_STATED = f"""\
UNWIND $ids AS id
MATCH (x:Entity {{id: id}})-[m:SEEKS|OFFERS]->(t:Theme {{id: $theme}})
WHERE {_OPEN}
RETURN id, type(m) AS how, m.key AS key"""

_CONCERNED = f"""\
UNWIND $ids AS id
MATCH (x:Entity {{id: id}})-[m:{_TIES}]->(p)-[a:ABOUT]->(t:Theme {{id: $theme}})
WHERE {valid("m")} AND {valid("a")} AND {begun("p")}
RETURN id, type(m) AS how, m.key AS key, a.key AS about, p.id AS thing, p.name AS name, p.start AS start, p.end AS end"""

_CONCERNED_BY_BODY = f"""\
UNWIND $ids AS id
MATCH (x:Entity {{id: id}})<-[v:SERVES]-(b:Organisation)-[m:{_TIES}]->(p)-[a:ABOUT]->(t:Theme {{id: $theme}})
WHERE {valid("v")} AND {valid("m")} AND {valid("a")} AND {begun("p")}
RETURN id, type(m) AS how, m.key AS key, a.key AS about, p.id AS thing, p.name AS name, p.start AS start, p.end AS end,
    b.id AS body, b.name AS body_name, v.key AS serves"""

# Members of networks are not sought here: a network on a theme may have thousands, and those that fit are candidates anyway.
_PARTICIPANTS = f"""\
MATCH (t:Theme {{id: $theme}})
CALL (t) {{
    MATCH (t)<-[m:SEEKS|OFFERS]-(x:City|Region)
    WHERE {_OPEN}
    RETURN x
    UNION ALL
    MATCH (t)<-[a:ABOUT]-(p:Project|Event)<-[m:PARTICIPATES_IN|TOOK_PART_IN]-(x:City|Region)
    WHERE {valid("m")} AND {valid("a")} AND {begun("p")}
    RETURN x
}}
WITH x, count(*) AS ways
WHERE x.dissolved IS NULL
RETURN x.id AS id ORDER BY ways DESC, id LIMIT $limit"""


@dataclass(frozen=True, slots=True)
class Way:
    """One way in which a place is concerned with a theme: what it has, through which body, and the facts behind it."""

    how: str
    links: tuple[Link, ...]
    name: str = ""
    start: str | None = None
    end: str | None = None
    body: str = ""

    @property
    def rank(self) -> tuple[Any, ...]:
        """Sorts the strongest first: own before a body's, the latest before others."""
        latest = "".join(chr(0x10FFFF - ord(character)) for character in self.end or self.start or "")
        return (bool(self.body), HOW.index(self.how), not latest, latest, self.name, self.links)

    def sentence(self, place: str, theme: str, details: Mapping[str, FactDetail], as_of: date) -> str:
        """Return it in words, with the age of the facts where they are old."""
        year = old_year(as_of, *(details[link.key].as_of for link in self.links if link.key in details))
        age = f", as of {year}" if year else ""
        return f"{self._words(place, theme, as_of)}{age}."

    def _words(self, place: str, theme: str, as_of: date) -> str:
        if self.how in ("SEEKS", "OFFERS"):
            return f"{place} {self.how.lower()} {theme}"
        who = f"{place} is served by {self.body}, which" if self.body else place
        what = f"{self.name}{_years(self.how, self.start, self.end)}"
        match self.how:
            case "PARTICIPATES_IN":
                verb = "took" if is_over(as_of, self.end) else "takes"
                return f"{who} {verb} part in {what}, a project about {theme}"
            case "TOOK_PART_IN":
                return f"{who} took part in {what}, an event about {theme}"
            case _:
                return f"{who} is a member of {what}, a network about {theme}"


def _years(how: str, start: str | None, end: str | None) -> str:
    years = sorted({text[:4] for text in (start, end) if text})
    if how != "TOOK_PART_IN" and not (start and end):
        years = [f"since {start[:4]}"] if start else [f"until {end[:4]}"] if end else []
    return f" ({' to '.join(years)})" if years else ""


def find_theme(connection: Connection, text: str) -> Entity:
    """Return the theme that a text names: by id or name, else the one whose name, or else definition, has all its words.

    Raises:
        KgError: If no theme or several fit; the message lists them.
    """
    try:
        return resolve(connection, check_name("theme (--theme)", text), ("Theme",))
    except UnknownEntityError:
        themes = read(connection, _THEMES)
    found = match_themes(text, themes)
    if len(found) == 1:
        return Entity(found[0]["id"], "Theme", found[0]["name"], None, None)
    listed = "".join(f"\n  {theme['id']}  {theme['name']}" for theme in found or themes)
    if found:
        raise KgError(f"The theme {quoted(text)} may be any of {len(found)}: give the id of the one meant.{listed}")
    raise KgError(
        f"No theme in the graph fits {quoted(text)}. " + (f"There are:{listed}" if themes else "It has no themes yet.")
    )


def match_themes(text: str, themes: Iterable[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """Return the themes whose names have all words of a text, or, when there are none, whose definitions have.

    >>> mobility = {"name": "Sustainable urban mobility", "names": None, "definition": "Public transport and walking."}
    >>> housing = {"name": "Housing", "names": None, "definition": "Homes and urban space."}
    >>> [[theme["name"] for theme in match_themes(text, [mobility, housing])] for text in ("urban mobility", "homes", "sea")]
    [['Sustainable urban mobility'], ['Housing'], []]
    """
    words, themes = set(normalise(text).split()), list(themes)
    if not words:
        return []
    by_name = [
        theme for theme in themes if words <= set(normalise(" ".join([theme["name"], *(theme["names"] or ())])).split())
    ]
    if by_name:
        return by_name
    return [
        theme for theme in themes if words <= set(normalise(f"{theme['name']} {theme['definition'] or ''}").split())
    ]


def participants(connection: Connection, theme: str, as_of: date, limit: int) -> list[str]:
    """Return the ids of cities and regions that seek or offer a theme or take part in projects or events about it.

    Those with the most ways come first, then by id; at most ``limit``.
    """
    given = {"theme": theme, "as_of": as_of.isoformat(), "limit": limit}
    return [row["id"] for row in read(connection, _PARTICIPANTS, given)]


def ways(connection: Connection, theme: str, ids: Sequence[str], as_of: date) -> dict[str, tuple[Way, ...]]:
    """Return how each of some places is concerned with a theme, the strongest way first; one that is not has no entry."""
    found: dict[str, set[Way]] = {}
    given = {"theme": theme, "ids": list(ids), "as_of": as_of.isoformat()}
    for row in read(connection, _STATED, given):
        found.setdefault(row["id"], set()).add(Way(row["how"], (Link(row["key"], row["id"], theme),)))
    for row in [*read(connection, _CONCERNED, given), *read(connection, _CONCERNED_BY_BODY, given)]:
        body = row.get("body")
        links = [Link(row["key"], body or row["id"], row["thing"]), Link(row["about"], row["thing"], theme)]
        if body:
            links.append(Link(row["serves"], body, row["id"]))
        way = Way(row["how"], tuple(links), row["name"], row["start"], row["end"], row.get("body_name") or "")
        found.setdefault(row["id"], set()).add(way)
    return {id_: tuple(sorted(each, key=lambda way: way.rank)) for id_, each in found.items()}
