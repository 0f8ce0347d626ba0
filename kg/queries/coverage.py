"""``kg coverage``: how much of what there is, is in the graph; as keep.eu says of itself, programme by programme."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from kg.database.connection import Connection
from kg.database.read import read
from kg.queries.display import Block, Cell, Line, Table
from kg.queries.results import Model, Result
from kg.schema.dates import last_day
from kg.schema.nodes import NODES
from kg.schema.relationships import FACTS

_NETWORKS = """\
MATCH (o:Organisation)
OPTIONAL MATCH (m)-[r:MEMBER_OF]->(o) WHERE r.ended IS NULL
WITH o, count(r) AS members, count(r.since) AS dated, count(DISTINCT m.country) AS countries,
    count(CASE WHEN m.resolution IS NOT NULL AND m.geonames_id IS NULL THEN 1 END) AS unplaced
WHERE members > 0 OR o.members_stated IS NOT NULL
RETURN o.id AS id, o.name AS name, o.members_stated AS stated, members, dated, countries, unplaced
ORDER BY o.members_stated IS NULL, members DESC, name"""

_NODE_FIELDS = "MATCH (n:{label}) WHERE n.ended IS NULL RETURN count(n) AS total, {counts}"
_FACT_FIELDS = "MATCH ()-[n:{label}]->() WHERE n.ended IS NULL RETURN count(n) AS total, {counts}"

_EDITIONS = """\
MATCH (l:Load)-[:READ]->(s:Source) WHERE l.complete
WITH s, l ORDER BY l.sequence
RETURN s.id AS id, s.title AS title, collect(DISTINCT l.edition) AS editions
ORDER BY id"""

#: What can be said of every node and fact alike is no field of its own.
_NOT_COUNTED = frozenset(("name", "as_of", "start", "end", "candidates", "resolution"))
_IDS = ("geonames_id", "wikidata_id", "lau_id", "nuts_id", "pic")


class NetworkCoverage(Model):
    """Members in the graph against what the network says it has; members without a gazetteer's place are ``unplaced``."""

    id: str
    name: str
    stated: int | None
    members: int
    dated: int
    countries: int
    unplaced: int

    @property
    def share(self) -> float | None:
        """Members in the graph as share of those stated."""
        return self.members / self.stated if self.stated else None


class FieldCoverage(Model):
    """How many nodes or facts of a kind have a field."""

    kind: str
    field: str
    filled: int
    total: int


class EditionAge(Model):
    """The newest edition of a source that is loaded, and its age in days."""

    source: str
    title: str
    edition: str
    days: int


class Coverage(Result):
    """How complete and how old the graph is."""

    networks: tuple[NetworkCoverage, ...]
    fields: tuple[FieldCoverage, ...]
    editions: tuple[EditionAge, ...]

    def blocks(self) -> list[Block]:
        """Return three tables: networks, fields, editions."""
        networks = tuple(
            (
                network.name,
                network.members,
                network.stated,
                _percent(network.members, network.stated),
                network.countries,
                _percent(network.dated, network.members),
                network.unplaced,
            )
            for network in self.networks
        )
        fields = tuple(
            (one.kind, one.field, one.filled, one.total, _percent(one.filled, one.total)) for one in self.fields
        )
        editions = tuple((one.source, one.title, one.edition, _age(one.days)) for one in self.editions)
        return [
            Line("Members in the graph, and how many the network says it has", "heading"),
            Table(("Network", "In graph", "Stated", "Share", "Countries", "With date", "Without place"), networks),
            Line("How full the fields are", "heading"),
            Table(("Kind", "Field", "Filled", "Of", "Share"), fields),
            Line("How old the editions are", "heading"),
            Table(("Source", "Title", "Edition", "Age"), editions),
        ]

    def records(self) -> list[dict[str, Cell]]:
        """Return one row per network."""
        return [{**network.model_dump(), "share": network.share} for network in self.networks]


def coverage(connection: Connection, today: date) -> Coverage:
    """Return what share of each network's stated members is in the graph, how full each field is, and how old each edition.

    Args:
        connection: The database.
        today: The day from which ages count.
    """
    fields = [
        *(_fields(connection, _NODE_FIELDS, kind, _node_fields(kind)) for kind in NODES),
        *(_fields(connection, _FACT_FIELDS, kind, _fact_fields(kind)) for kind in FACTS),
    ]
    editions = [_edition(row, today) for row in read(connection, _EDITIONS)]
    return Coverage(
        networks=tuple(NetworkCoverage(**row) for row in read(connection, _NETWORKS)),
        fields=tuple(field for some in fields for field in some),
        editions=tuple(sorted(editions, key=lambda one: (one.days, one.source))),
    )


def _node_fields(label: str) -> list[str]:
    node = NODES[label]
    ids = [name for name in _IDS if name.removesuffix("_id") in node.schemes]
    return [*(name for name in node.model_fields if name not in _NOT_COUNTED), *ids]


def _fact_fields(type_: str) -> list[str]:
    return [name for name in FACTS[type_].model_fields if name not in _NOT_COUNTED]


def _fields(connection: Connection, statement: str, kind: str, names: list[str]) -> list[FieldCoverage]:
    if not names:
        return []
    # A list that nobody fills is stored as none.
    counts = ", ".join(f"count(n.{name}) AS {name}" for name in names)
    (row,) = read(connection, statement.format(label=kind, counts=counts))
    if not row["total"]:
        return []
    return [FieldCoverage(kind=kind, field=name, filled=row[name], total=row["total"]) for name in names]


def _edition(row: Mapping[str, Any], today: date) -> EditionAge:
    newest = max(row["editions"], key=last_day)
    return EditionAge(
        source=row["id"], title=row["title"], edition=newest, days=max((today - last_day(newest)).days, 0)
    )


def _percent(part: int, whole: int | None) -> str:
    return f"{part / whole:.0%}" if whole else ""


def _age(days: int) -> str:
    return f"{days} days" if days < 60 else f"{days // 30} months" if days < 730 else f"{days // 365} years"
