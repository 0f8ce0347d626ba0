"""The facts behind the few links that a sentence names: keys, age, and bodies through which."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from kg.database.connection import Connection
from kg.queries.evidence import FactDetail
from kg.queries.structure.affiliations import Affiliations
from kg.queries.structure.reader import facts_between, read_who
from kg.queries.structure.selection import Selection
from kg.queries.validity import old_year

Link = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Named:
    """What is known of the facts behind links, each a pair (index of the member, index of the thing)."""

    affiliations: Affiliations
    selection: Selection
    keys_of: Mapping[tuple[str, str], tuple[str, ...]]
    details: Mapping[str, FactDetail]
    bodies: Mapping[str, str]

    def keys(self, links: Iterable[Link]) -> tuple[str, ...]:
        """Return the keys of the facts behind links, each once."""
        pairs = (pair for link in links for pair in _pairs(self.affiliations, link))
        return tuple(dict.fromkeys(key for pair in pairs for key in self.keys_of.get(pair, ())))

    def year(self, links: Iterable[Link]) -> int | None:
        """Return the year that a sentence must give for its facts, if they are old."""
        known = (self.details[key].as_of for key in self.keys(links) if key in self.details)
        return old_year(self.selection.as_of, *known)

    def through(self, link: Link) -> str:
        """Return by which body a member has something, as a clause; empty when directly."""
        body = self.affiliations.through.get(link)
        return f", through {self.bodies[body]}" if body else ""


def name_links(
    connection: Connection, affiliations: Affiliations, selection: Selection, links: Iterable[Link]
) -> Named:
    """Read the facts behind the links that sentences name."""
    wanted = list(links)
    keys, details = facts_between(
        connection, (pair for link in wanted for pair in _pairs(affiliations, link)), selection
    )
    bodies = {affiliations.through[link] for link in wanted if link in affiliations.through}
    who = read_who(connection, bodies)
    return Named(
        affiliations,
        selection,
        keys,
        details,
        {id_: who[id_].name if id_ in who else id_ for id_ in bodies},
    )


def _pairs(affiliations: Affiliations, link: Link) -> list[tuple[str, str]]:
    """Return the ends of the facts behind a link: one fact, or that of the body and that by which it serves the place."""
    member, thing = affiliations.members[link[0]].id, affiliations.things[link[1]].id
    body = affiliations.through.get(link)
    return [(member, thing)] if body is None else [(body, thing), (body, member)]
