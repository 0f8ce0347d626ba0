"""From what a user typed to one theme, or to one of those who may seek and offer."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from dataclasses import dataclass

from kg.database.connection import Connection
from kg.database.read import read
from kg.errors import quoted
from kg.places.names import normalise
from kg.queries.entities import PLACES, Entity, UnknownEntityError, check_name, resolve
from kg.queries.names import NamesInMemory
from kg.schema.relationships import MEMBERS

#: How to see all themes, for messages.
SEE_THEMES = "`kg report run themes` lists the themes"

_THEMES = """\
MATCH (t:Theme) WHERE t.ended IS NULL
RETURN t.id AS id, t.name AS name, t.search_names AS names, t.definition AS definition ORDER BY id"""

_SUGGESTED = 5
#: Words shorter than this ('and', 'the', 'for') say nothing of a theme.
_TELLING = 4
#: How alike two spellings are of one name, from 0 to 1; a word in common weighs less than that.
_ALIKE = 0.6


@dataclass(frozen=True, slots=True)
class ThemeWords:
    """A theme as it is looked for: ``names`` normalised."""

    id: str
    name: str
    names: tuple[str, ...]
    definition: str = ""


def find_theme(where: Connection | NamesInMemory, text: str, *, hint: str = "") -> Entity:
    """Return the theme that a name or id names.

    Args:
        where: The database, or names in memory.
        text: What the user typed.
        hint: What else may be done, as the end of the message.

    Raises:
        UnknownEntityError: There is none; the message has the nearest ones and says how to see all.
        AmbiguousEntityError: There are several.
    """
    try:
        return resolve(where, check_name("theme (--theme)", text), ("Theme",))
    except UnknownEntityError as error:
        known = _themes(where)
        near = nearest_themes(text, known)
        nearest = " The nearest:" if near else ""
        none = "" if known else " The graph has no theme yet: `kg load starter` brings some."
        also = f"; {hint}" if hint else ""
        raise UnknownEntityError(
            f"There is no theme {quoted(text)}. {SEE_THEMES}{also}.{none}{nearest}",
            [f"{theme.id}  {theme.name}" for theme in near],
        ) from error


def _themes(where: Connection | NamesInMemory) -> list[ThemeWords]:
    if not isinstance(where, Connection):
        return [ThemeWords(theme.id, theme.name, theme.search_names) for theme in where.labelled("Theme")]
    return [
        ThemeWords(row["id"], row["name"] or row["id"], tuple(row["names"] or ()), row["definition"] or "")
        for row in read(where, _THEMES)
    ]


def nearest_themes(text: str, themes: Iterable[ThemeWords]) -> list[ThemeWords]:
    """Return the few themes that are spelt most like a text, or share a telling word with it, the nearest first.

    >>> housing = ThemeWords("own:planning", "Urban planning", ("urban planning",), "Land use and housing.")
    >>> [theme.name for theme in nearest_themes("social housing", [housing])]
    ['Urban planning']
    """
    wanted = normalise(text)[:200]
    words = {word for word in wanted.split() if len(word) >= _TELLING}
    ranked = []
    for theme in themes:
        alike = max((difflib.SequenceMatcher(None, wanted, name).ratio() for name in theme.names), default=0.0)
        told = {word for name in (*theme.names, normalise(theme.definition)) for word in name.split()}
        common = len(words & told)
        if alike >= _ALIKE or common:
            ranked.append((-(max(alike - _ALIKE, 0) * 5 + common), theme.name, theme))
    return [theme for *_, theme in sorted(ranked, key=lambda one: one[:2])][:_SUGGESTED]


def find_member(connection: Connection, text: str) -> Entity:
    """Return the city, region or organisation that a name or id names; of one name, a city or region comes first.

    Raises:
        UnknownEntityError: There is none; the message has the nearest spellings.
        AmbiguousEntityError: There are several.
    """
    try:
        return resolve(connection, check_name("place", text), PLACES)
    except UnknownEntityError:
        return resolve(connection, text, MEMBERS)
