"""The facts behind an answer, as its sentences and its provenance need them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple

from kg.database.connection import Connection
from kg.database.read import read
from kg.schema.relationships import FACTS, Spell


class Link(NamedTuple):
    """A fact by its key and the ids of its ends, in either order."""

    key: str
    one: str
    other: str


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
