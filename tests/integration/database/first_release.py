"""What the graph in ``tests/data/backup/first-release.kgbackup`` was loaded from, all of it invented.

The file was made with the kg of commit 6d4f4cf, the first whose README says how it is used: this module ran there too, loaded
``EDITIONS`` into an empty database, had ``REFUSED`` refused and ``TAKEN_BACK`` loaded and undone; then the first kg that has
`kg backup` wrote the file, from that database as it was. So it imports nothing that was not there then.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence

from kg.loaders.base import Loader, Outcome, Records, Row
from kg.schema.nodes import City, Country, Event, Organisation, Person, Point, Project, Region, Theme
from kg.schema.provenance import Source
from kg.schema.records import FactRecord, NodeRecord
from kg.schema.relationships import About, HoldsPost, LocatedIn, MemberOf, ParticipatesIn, TwinnedWith

SOURCES = (
    Source("gazetteer", "Invented gazetteer", "Nobody", "CC0", "https://example.org/g", "publisher"),
    Source("network", "Invented members", "Nobody's Network", "CC0", "https://example.org/n", "network"),
    Source("wiki", "Invented encyclopaedia", "Nobody", "CC0", "https://example.org/w", "aggregator"),
)


class Invented(Loader):
    """An edition of invented records, one row each."""

    name = "invented"
    max_ended_share = 0.5

    def __init__(self, scope: str, edition: str, records: Sequence[NodeRecord | FactRecord]) -> None:
        self._scope, self._edition, self._records = scope, edition, records

    @property
    def scope(self) -> str:
        return self._scope

    @property
    def edition(self) -> str:
        return self._edition

    @property
    def sources(self) -> Sequence[Source]:
        named = {record.source for record in self._records}
        return [source for source in SOURCES if source.id in named]

    def checksum(self) -> str:
        return hashlib.sha256(repr(self._records).encode()).hexdigest()

    def extract(self) -> Iterable[Row]:
        return [Row("invented", line, {}, record.row) for line, record in enumerate(self._records)]

    def transform(self, row: Row) -> Outcome:
        record = self._records[row.line]
        return Records(nodes=(record,)) if isinstance(record, NodeRecord) else Records(facts=(record,))


def _city(number: int, *ids: str, **more: object) -> NodeRecord:
    node = City(name=f"Mörk-{number}", country="FI", location=Point(20 + number / 7, 60 + number / 13), **more)  # type: ignore[arg-type]
    return NodeRecord(node, (f"geonames:{9_000_000 + number}", *ids), "gazetteer", f"c{number}")


def _at(number: int) -> str:
    return f"City/geonames:{9_000_000 + number}"


_PLACES: list[NodeRecord | FactRecord] = [
    NodeRecord(Country(name="Finland"), ("iso:FI",), "gazetteer", "FI"),
    NodeRecord(Region(name="Mörkland", level="region", country="FI"), ("own:morkland",), "gazetteer", "r"),
    *(_city(number, population=number * 1_000) for number in range(1, 13)),
    # More than a number with a fraction could say exactly.
    _city(13, "wikidata:Q900013", "wikidata:Q900014", population=2**53 + 1),
    *(FactRecord(LocatedIn(start=_at(n), end="Region/own:morkland"), "gazetteer", f"in{n}") for n in range(1, 14)),
    FactRecord(LocatedIn(start="Region/own:morkland", end="Country/iso:FI"), "gazetteer", "rin"),
]


def _members(*numbers: int, until: str | None = None) -> list[NodeRecord | FactRecord]:
    return [
        NodeRecord(
            Organisation(name="Invented Network", acronym="IN", kind="network", founded="1990"),
            ("own:in",),
            "network",
            "in",
        ),
        *(
            FactRecord(
                MemberOf(start=_at(number), end="Organisation/own:in", since=f"{1990 + number}", until=until),
                "network",
                f"m{number}",
            )
            for number in numbers
        ),
    ]


_WIKI: list[NodeRecord | FactRecord] = [
    # One and the same as a city of the gazetteer, by an id that both have.
    NodeRecord(City(name="Moerk", names=("Mørk",)), ("wikidata:Q900013",), "wiki", "w13"),
    NodeRecord(Organisation(name="IN (network)", dissolved="1985"), ("own:in",), "wiki", "win"),
    NodeRecord(
        Project(name="DARK", title="Dark skies", start="2019", end="2021", budget_eur=0.1 + 0.2),
        ("own:dark",),
        "wiki",
        "p",
    ),
    NodeRecord(Event(name="Night of 2020", start="2020-10-25"), ("own:night",), "wiki", "e"),
    NodeRecord(Theme(name="Darkness"), ("own:darkness",), "wiki", "t"),
    NodeRecord(Person(name="Ingrid Invented"), ("own:ingrid",), "wiki", "i"),
    FactRecord(
        HoldsPost(start="Person/own:ingrid", end="Organisation/own:in", post="chair", since="2019"), "wiki", "ip"
    ),
    FactRecord(About(start="Project/own:dark", end="Theme/own:darkness"), "wiki", "pt"),
    FactRecord(About(start="Event/own:night", end="Theme/own:darkness"), "wiki", "et"),
    *(
        FactRecord(ParticipatesIn(start=_at(n), end="Project/own:dark", budget_eur=1e6 / n), "wiki", f"pp{n}")
        for n in (1, 2, 3)
    ),
    # Until is before the since of the network's own list: what the first kg showed of both.
    FactRecord(MemberOf(start=_at(7), end="Organisation/own:in", until="1995"), "wiki", "wm7"),
    # Left and came back.
    FactRecord(MemberOf(start=_at(12), end="Organisation/own:in", since="1980", until="1985"), "wiki", "wm12"),
    FactRecord(MemberOf(start=_at(12), end="Organisation/own:in", since="2001"), "wiki", "wm12b"),
    FactRecord(TwinnedWith(start=_at(2), end=_at(1), since="1970"), "wiki", "tw"),
    FactRecord(TwinnedWith(start=_at(3), end="City/wikidata:Q900013"), "wiki", "tw3"),
]

#: In the order in which they were loaded. Of the second list of members one has left.
EDITIONS = (
    Invented("gazetteer", "2023", _PLACES),
    Invented("network", "2024-01", _members(*range(1, 11))),
    Invented("wiki", "2022", _WIKI),
    Invented("network", "2025-01", _members(*range(2, 11))),
)
#: Lacks more than may be missing.
REFUSED = Invented("network", "2026-01", _members(2))
TAKEN_BACK = Invented("wiki-extra", "2024", [NodeRecord(Theme(name="Light"), ("own:light",), "wiki", "l")])
