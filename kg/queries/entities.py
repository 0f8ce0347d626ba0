"""From what a user typed to one node of the graph: by id, or by any of its names, with or without its country.

Case, diacritics and punctuation do not matter. In a database names are found by the full-text index ``entity_names`` over
``search_names``, so that it is as fast with 130,000 cities as with ten; without one, by the index of :mod:`kg.queries.names`.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from kg.database.connection import Connection
from kg.database.read import read
from kg.errors import KgError, quoted
from kg.places.countries import CODES_IN_USE, country_named
from kg.places.names import normalise
from kg.queries.results import Partner
from kg.schema.identity import SCHEME_PROPERTIES
from kg.schema.nodes import NODES

#: What is recommended, and recommended for.
PLACES = ("City", "Region")
ANY = tuple(NODES)

#: A place that is so many times larger than the one with just this name, and that has it as a further name, may be meant as well.
LARGER = 20

_LISTED = 10
_SUGGESTED = 5
_ID = re.compile(rf"(?:(?P<label>{'|'.join(NODES)})/)?(?P<id>(?P<scheme>[a-z]+):(?P<code>\S+))")
_LIKE_ID = re.compile(r"(?P<scheme>[A-Za-z]+):\S+")

_KIND_WORDS = {
    "City": "a city",
    "Region": "a region",
    "Country": "a country",
    "Organisation": "a network, association or other organisation",
    "Person": "a person",
    "Project": "a project",
    "Programme": "a programme",
    "Call": "a call",
    "Event": "an event",
    "Theme": "a theme",
}


class UnknownEntityError(KgError):
    """Nothing in the graph has this id or name; ``suggestions`` are lines that name what may have been meant."""

    def __init__(self, message: str, suggestions: Sequence[str] = ()) -> None:
        super().__init__("".join([message, *(f"\n  {line}" for line in suggestions)]))
        self.suggestions = tuple(suggestions)


class AmbiguousEntityError(KgError):
    """Several nodes have this name; the message lists them with their ids."""


@dataclass(frozen=True, slots=True)
class Entity:
    """A node that was found."""

    id: str
    label: str
    name: str
    country: str | None
    population: int | None
    dissolved: str | None = None
    search_names: tuple[str, ...] = ()
    acronym: str | None = None

    def is_shown_as(self, name: str) -> bool:
        """Whether a name, normalised, is the shown one or the acronym."""
        return name in (normalise(self.name), normalise(self.acronym or ""))

    @property
    def partner(self) -> Partner:
        """The node as results show it."""
        return Partner(id=self.id, label=self.label, name=self.name, country=self.country)

    @property
    def line(self) -> str:
        """The node in a list to choose from."""
        inhabitants = "" if self.population is None else f", {self.population:,} inhabitants"
        country = f", {self.country}" if self.country else ""
        return f"{self.id}  {self.name}{country} ({self.label}{inhabitants})"


class Names(Protocol):
    """Where nodes are looked up, by ids and by names."""

    def with_id(self, id_: str, scheme: str, code: str, labels: Sequence[str]) -> list[Entity]:
        """Return the nodes with these labels that have an id (``scheme:code``), own or further."""

    def named(self, name: str, labels: Sequence[str], country: str | None) -> list[Entity]:
        """Return the nodes with these labels, in a country, of which a name is this one (normalised, not empty)."""

    def near(self, name: str, labels: Sequence[str], country: str | None) -> list[Entity]:
        """Return a few nodes with these labels, in a country, of which a name is spelt almost like this one (normalised)."""

    def knows(self, country: str) -> bool:
        """Whether there is something in a country."""

    def is_empty(self) -> bool:
        """Whether there is nothing at all."""


_ENTITY = (
    "n.id AS id, [label IN labels(n) WHERE label IN $labels][0] AS label, n.name AS name, n.country AS country,"
    " n.population AS population, n.dissolved AS dissolved, n.search_names AS search_names, n.acronym AS acronym"
)

_NUMBER = "MATCH (n:Entity) RETURN count(n) AS number"

_BY_ID = f"""\
MATCH (n:Entity {{id: $id}}) RETURN {_ENTITY}
UNION
MATCH (:Identifier {{value: $id}})-[:IDENTIFIES]->(n:Entity) RETURN {_ENTITY}"""


def _by_scheme(scheme: str) -> str:
    labels = [label for label, kind in NODES.items() if scheme in kind.schemes]
    return "\nUNION\n".join(
        f"MATCH (n:{label} {{{SCHEME_PROPERTIES[scheme]}: $code}}) RETURN {_ENTITY}" for label in labels
    )


_BY_SCHEME = {scheme: _by_scheme(scheme) for scheme in SCHEME_PROPERTIES}

_BY_NAME = f"""\
CALL db.index.fulltext.queryNodes('entity_names', $words) YIELD node AS n
WHERE $name IN n.search_names AND any(label IN labels(n) WHERE label IN $labels)
    AND ($country IS NULL OR n.country = $country)
RETURN {_ENTITY}"""

_NEAR = f"""\
CALL db.index.fulltext.queryNodes('entity_names', $words, {{limit: 1000}}) YIELD node AS n, score
WHERE any(label IN labels(n) WHERE label IN $labels) AND ($country IS NULL OR n.country = $country)
RETURN {_ENTITY} ORDER BY score DESC, id LIMIT 300"""


_KNOWN = """\
RETURN EXISTS { MATCH (:City {country: $country}) } OR EXISTS { MATCH (:Country {id: $id}) }
    OR EXISTS { MATCH (:Region {country: $country}) } AS known"""


def resolve(where: Connection | Names, text: str, labels: Sequence[str] = ANY) -> Entity:
    """Return the one node with labels among ``labels`` that ``text`` names.

    An id (``geonames:456172``; any that the node has, also one that a merge retired) names exactly one. A name may be followed by
    its country (``riga, lv``; a code or a name). A node whose shown name or acronym it is comes before those that have it as an
    alternate name, unless one of the latter is more than :data:`LARGER` times as large ('Cologne' is a village in Lombardy).

    Raises:
        UnknownEntityError: If there is none; the message suggests the nearest spellings.
        AmbiguousEntityError: If there are several; the message lists them with their ids.
    """
    names = _names(where)
    text = check_name("the name or id", text).strip()
    match = _ID.fullmatch(text)
    if match and match["scheme"] in SCHEME_PROPERTIES:
        return _resolve_id(names, match, labels)
    name = normalise(text)
    if not name:
        raise UnknownEntityError(f"{quoted(text)} is not a name: give the name or the id of {_kinds(labels)}.")
    found, country = _find_by_name(names, text, labels)
    if not found:
        others, _ = _find_by_name(names, text, ANY) if set(labels) != set(ANY) else ([], None)
        raise _unfit(others[0], labels) if others else _unknown(names, text, labels)
    chosen = choose(found, normalise(text if country is None else text.rpartition(",")[0]))
    if len(chosen) == 1:
        return chosen[0]
    listed = "".join(f"\n  {entity.line}" for entity in chosen[:_LISTED])
    more = f"\n  and {len(chosen) - _LISTED} more" if len(chosen) > _LISTED else ""
    raise AmbiguousEntityError(
        f"{quoted(text)} may be any of {len(chosen)}: give the id of the one meant, or its name with its country.{listed}{more}"
    )


def choose(found: Iterable[Entity], name: str) -> list[Entity]:
    """Return those among the nodes with a name that a user can have meant by it, the largest first.

    Args:
        found: Nodes that have the name, shown or alternate.
        name: The name, normalised.
    """
    ordered = sorted(found, key=lambda entity: (-(entity.population or 0), entity.name, entity.id))
    existing = [entity for entity in ordered if entity.dissolved is None] or ordered
    # Lists of pairs name cities without saying where they are: one that is known to lie somewhere is meant before these.
    placed = [entity for entity in existing if entity.label != "City" or entity.country is not None]
    existing = placed or existing
    by_shown_name = [entity for entity in existing if entity.is_shown_as(name)]
    if not by_shown_name:
        return existing
    largest = max(entity.population or 0 for entity in by_shown_name)
    if not largest:
        return by_shown_name
    return [entity for entity in existing if entity in by_shown_name or (entity.population or 0) > LARGER * largest]


def _resolve_id(names: Names, match: re.Match[str], labels: Sequence[str]) -> Entity:
    wanted = [match["label"]] if match["label"] else list(ANY)
    found = names.with_id(match["id"], match["scheme"], match["code"], wanted)
    fitting = [entity for entity in found if entity.label in labels]
    if len(fitting) == 1:
        return fitting[0]
    if fitting:
        listed = "".join(f"\n  {entity.line}" for entity in fitting)
        raise AmbiguousEntityError(
            f"{quoted(match['id'])} names {len(fitting)} nodes: give the id of the one meant.{listed}"
        )
    if found:
        raise _unfit(found[0], labels)
    raise UnknownEntityError(f"Nothing in the graph has the id {quoted(match['id'])}: check it, or give a name.")


def _unfit(entity: Entity, labels: Sequence[str]) -> UnknownEntityError:
    hint = ", or connect any two things by `kg path`" if set(labels) == set(PLACES) else ""
    return UnknownEntityError(
        f"{entity.name} is {_kinds((entity.label,))}, not {_kinds(labels)}: {entity.line}. Give the name or id of one{hint}."
    )


def _find_by_name(names: Names, text: str, labels: Sequence[str]) -> tuple[list[Entity], str | None]:
    """Return the nodes with the name, and the country by which they were limited."""
    before, comma, after = text.rpartition(",")
    if comma and normalise(before):
        country = country_code(names, after)
        if country is not None:
            found = _named(names, before, labels, country)
            if found:
                return found, country
    return _named(names, text, labels, None), None


def country_code(where: Connection | Names, text: str) -> str | None:
    """Return the ISO code that a code or the name of a country stands for."""
    names = _names(where)
    code = text.strip().upper()
    if re.fullmatch("[A-Z]{2}", code):
        return CODES_IN_USE.get(code, code)
    found = _named(names, text, ("Country",), None)
    return found[0].id.partition(":")[2] if len(found) == 1 else country_named(text)


def _named(names: Names, text: str, labels: Sequence[str], country: str | None) -> list[Entity]:
    name = normalise(text)
    return names.named(name, labels, country) if name else []


def _unknown(names: Names, text: str, labels: Sequence[str]) -> UnknownEntityError:
    like_id = _LIKE_ID.fullmatch(text)
    if like_id:
        return UnknownEntityError(
            f"Nothing in the graph is called {quoted(text)}, and {quoted(like_id['scheme'])} is no scheme of ids: there are "
            f"{', '.join(SCHEME_PROPERTIES)} (as in geonames:456172)."
        )
    before, comma, after = text.rpartition(",")
    country = country_code(names, after) if comma else None
    if comma and not (country and names.knows(country)):
        named = _named(names, before, labels, None)
        if named:
            return UnknownEntityError(
                f"{quoted(after.strip())} is no country that the graph knows. Of the name {quoted(before.strip())} there are:",
                [entity.line for entity in choose(named, normalise(before))[:_LISTED]],
            )
    if country is not None:
        near = _near(names, before, labels, country) or _near(names, before, labels, None)
    else:
        near = _near(names, text, labels, None)
    if not near and names.is_empty():
        return UnknownEntityError(
            f"Nothing in the graph is called {quoted(text)}, for the graph is empty: `kg load starter` loads the first data."
        )
    if not near:
        return UnknownEntityError(
            f"Nothing in the graph is called {quoted(text)} or anything like it: try another spelling or the id of "
            f"{_kinds(labels)}."
        )
    return UnknownEntityError(
        f"Nothing in the graph is called {quoted(text)}. The nearest spellings:", [entity.line for entity in near]
    )


def _near(names: Names, text: str, labels: Sequence[str], country: str | None) -> list[Entity]:
    name = normalise(text)[:200]
    return names.near(name, labels, country) if name else []


def _names(where: Connection | Names) -> Names:
    return DatabaseNames(where) if isinstance(where, Connection) else where


class DatabaseNames:
    """The nodes of a database."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def with_id(self, id_: str, scheme: str, code: str, labels: Sequence[str]) -> list[Entity]:
        """Return the nodes that have an id, stored, secondary or as a property."""
        rows = read(self._connection, _BY_ID, {"id": id_, "labels": list(labels)})
        if not any(row["label"] for row in rows):
            rows = read(self._connection, _BY_SCHEME[scheme], {"code": code, "labels": list(labels)})
        return [_entity(row) for row in rows if row["label"]]

    def named(self, name: str, labels: Sequence[str], country: str | None) -> list[Entity]:
        """Return the nodes that have a name."""
        given = {"words": f'"{name}"', "name": name, "labels": list(labels), "country": country}
        return [_entity(row) for row in _search(self._connection, _BY_NAME, given)]

    def near(self, name: str, labels: Sequence[str], country: str | None) -> list[Entity]:
        """Return those of which a name differs least: by up to one letter in each word, else by up to two."""
        for edits in (1, 2):
            words = " ".join(f"{word}~{edits}" for word in name.split()[:10])
            given = {"words": words, "labels": list(labels), "country": country}
            near = nearest(name, map(_entity, _search(self._connection, _NEAR, given)))
            if near:
                return near
        return []

    def knows(self, country: str) -> bool:
        """Whether a city, a region or the country itself is there."""
        return bool(read(self._connection, _KNOWN, {"country": country, "id": f"iso:{country}"})[0]["known"])

    def is_empty(self) -> bool:
        """Whether there is no node."""
        return not read(self._connection, _NUMBER)[0]["number"]


def nearest(name: str, entities: Iterable[Entity]) -> list[Entity]:
    """Return the few entities of which a name is spelt most like ``name`` (normalised), the nearest first, the larger before."""
    by_name: dict[str, list[Entity]] = {}
    for entity in entities:
        for known in entity.search_names:
            by_name.setdefault(known, []).append(entity)
    close = difflib.get_close_matches(name, list(by_name), n=4 * _SUGGESTED, cutoff=0.6 if len(name) > 3 else 0.75)
    likeness = {known: difflib.SequenceMatcher(None, known, name).ratio() for known in close}
    ranked: dict[Entity, float] = {}
    for known in close:
        for entity in by_name[known]:
            ranked[entity] = max(ranked.get(entity, 0), likeness[known])
    return sorted(ranked, key=lambda entity: (-ranked[entity], -(entity.population or 0), entity.id))[:_SUGGESTED]


def _search(connection: Connection, cypher: str, parameters: dict[str, Any]) -> list[dict[str, Any]]:
    from neo4j.exceptions import ClientError  # the driver is imported when it is used, so that the package stays light

    try:
        return read(connection, cypher, parameters)
    except ClientError as error:
        if "entity_names" in (error.message or ""):
            raise KgError(
                "The database has no index of names yet: `kg load starter` sets up the schema and loads the first data; "
                "`kg schema apply` sets up the schema alone."
            ) from error
        raise


def _entity(row: dict[str, Any]) -> Entity:
    return Entity(
        row["id"],
        row["label"],
        row["name"] or row["id"],
        row["country"],
        row["population"],
        row["dissolved"],
        tuple(row["search_names"] or ()),
        row["acronym"],
    )


def _kinds(labels: Sequence[str]) -> str:
    if set(labels) == set(PLACES):
        return "a city or region"
    return " or ".join(_KIND_WORDS[label] for label in labels) if len(labels) < len(ANY) else "something in the graph"


def check_name(parameter: str, given: object) -> str:
    """Return a name or id, which must be text.

    Raises:
        KgError: If it is something else; the message names the parameter.
    """
    if not isinstance(given, str):
        raise KgError(f"{parameter} must be text, a name such as 'Riga' or an id, not {quoted(given)}.")
    return given
