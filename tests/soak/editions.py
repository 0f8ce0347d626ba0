"""An invented source whose members change from edition to edition."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from datetime import date, timedelta

from kg.loaders.base import Loader, Records, Row
from kg.schema.nodes import City, Organisation
from kg.schema.provenance import Source
from kg.schema.records import FactRecord, NodeRecord
from kg.schema.relationships import FACTS

SOURCE = Source("soak", "Invented members", "Nobody", "CC0 1.0", "https://example.org/soak", "network")
NETWORK = "own:soak-network"
NAME = "Invented Network of the Soak"
_FIRST = date(1900, 1, 1)

#: Cities that the starter has as well, so that who is in the network changes what is recommended.
REAL = (
    ("Riga", "LV", "geonames:456172"),
    ("Tallinn", "EE", "geonames:588409"),
    ("Helsinki", "FI", "geonames:658225"),
    ("Turku", "FI", "geonames:633679"),
    ("Tartu", "EE", "geonames:588335"),
    ("Lviv", "UA", "geonames:702550"),
)


class Members(Loader):
    """One edition: the members with these numbers. The day of an edition is as many days after the first as its number says."""

    name = "soak"
    max_ended_share = 1

    def __init__(self, number: int, members: Sequence[int]) -> None:
        self._number, self._members = number, tuple(members)

    @property
    def scope(self) -> str:
        return "soak"

    @property
    def edition(self) -> str:
        return (_FIRST + timedelta(days=self._number)).isoformat()

    @property
    def sources(self) -> Sequence[Source]:
        return (SOURCE,)

    def checksum(self) -> str:
        return hashlib.sha256(repr((self._number, self._members)).encode()).hexdigest()

    def extract(self) -> Iterable[Row]:
        for line, member in enumerate(self._members):
            yield Row("soak", line, {}, str(member))

    def transform(self, row: Row) -> Records:
        number = int(row.id)
        network = NodeRecord(Organisation(name=NAME, kind="network"), (NETWORK,), SOURCE.id, NETWORK)
        name, country, id_ = REAL[number] if number < len(REAL) else (called(number), "LV", f"own:soak-{number}")
        city = NodeRecord(City(name=name, country=country), (id_,), SOURCE.id, f"city {number}")
        fact = FACTS["MEMBER_OF"].model_validate({"start": city.reference, "end": network.reference})
        return Records((network, city), (FactRecord(fact, SOURCE.id, f"member {number}"),))


def called(number: int) -> str:
    """Return the name of an invented member."""
    return f"Soakham {number}"
