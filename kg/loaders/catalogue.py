"""The sources that kg can load, for people: what they are, whose, under which licence, and how to get and load them."""

from __future__ import annotations

from dataclasses import dataclass

from kg.loaders.geonames import GEONAMES
from kg.loaders.starter import EDITION


@dataclass(frozen=True, slots=True)
class Entry:
    """One loader and what it reads."""

    id: str
    title: str
    publisher: str
    licence: str
    url: str
    command: str

    def as_row(self) -> dict[str, str]:
        """Return the entry as a row to print."""
        return {
            "id": self.id,
            "title": self.title,
            "publisher": self.publisher,
            "licence": self.licence,
            "url": self.url,
            "command": self.command,
        }


CATALOGUE = (
    Entry(
        "starter",
        f"Starter knowledge base, {EDITION}",
        "localgov-kg, from the publishers named in each row",
        "MIT; single facts, each with its source",
        "",
        "kg load starter",
    ),
    Entry(
        GEONAMES.id,
        GEONAMES.title,
        GEONAMES.publisher,
        GEONAMES.licence,
        GEONAMES.url,
        "kg load geonames [--min-population N] [--country CODE ...]",
    ),
)
