"""The Cypher that follows from the schema: constraints, indexes and the batch statements of the writer.

All of it runs unchanged on Neo4j 5.26 and the 2026.x line, Community Edition, without APOC.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from kg.schema.identity import SCHEME_PROPERTIES
from kg.schema.nodes import KIND_LABELS, NODES
from kg.schema.relationships import FACTS, SELF_LOOP


@dataclass(frozen=True, slots=True)
class SchemaItem:
    """A named constraint or index, and the statement that makes it."""

    name: str
    statement: str


def constraints() -> list[SchemaItem]:
    """Return every uniqueness constraint, each with the index that Neo4j keeps for it."""
    items = [_unique_node("entity_id", "Entity", "id")]
    for label, kind in NODES.items():
        for scheme in kind.schemes:
            property_ = SCHEME_PROPERTIES[scheme]
            items.append(_unique_node(f"{label.lower()}_{property_}", label, property_))
    items += [
        _unique_node("source_id", "Source", "id"),
        _unique_node("load_id", "Load", "id"),
        _unique_node("change_id", "Change", "id"),
        _unique_node("identifier_value", "Identifier", "value"),
    ]
    items += [
        SchemaItem(
            f"{type_.lower()}_key",
            f"CREATE CONSTRAINT {type_.lower()}_key IF NOT EXISTS FOR ()-[r:{type_}]-() REQUIRE r.key IS UNIQUE",
        )
        for type_ in (*FACTS, SELF_LOOP)
    ]
    return items


def indexes() -> list[SchemaItem]:
    """Return every other index: those that queries enter by."""
    return [
        SchemaItem(
            "entity_names",
            "CREATE FULLTEXT INDEX entity_names IF NOT EXISTS FOR (n:Entity) ON EACH [n.search_names]",
        ),
        _index("city_name", "City", "name"),
        _index("city_country", "City", "country"),
        _index("city_country_population", "City", "country", "population"),
        _index("region_name", "Region", "name"),
        _index("region_country_population", "Region", "country", "population"),
        _index("organisation_name", "Organisation", "name"),
        _index("organisation_acronym", "Organisation", "acronym"),
        _index("project_name", "Project", "name"),
        _index("person_name", "Person", "name"),
        _index("change_load", "Change", "load"),
        _index("load_scope", "Load", "scope"),
        SchemaItem("city_location", "CREATE POINT INDEX city_location IF NOT EXISTS FOR (n:City) ON (n.location)"),
    ]


def _unique_node(name: str, label: str, property_: str) -> SchemaItem:
    return SchemaItem(name, f"CREATE CONSTRAINT {name} IF NOT EXISTS FOR (n:{label}) REQUIRE n.{property_} IS UNIQUE")


def _index(name: str, label: str, *properties: str) -> SchemaItem:
    on = ", ".join(f"n.{property_}" for property_ in properties)
    return SchemaItem(name, f"CREATE INDEX {name} IF NOT EXISTS FOR (n:{label}) ON ({on})")


def find_nodes(label: str, scheme: str) -> str:
    """Return the statement that finds nodes by their codes in a scheme: ``$codes`` -> rows ``code``, ``id``."""
    return f"UNWIND $codes AS code MATCH (n:{label} {{{SCHEME_PROPERTIES[scheme]}: code}}) RETURN code, n.id AS id"


def find_nodes_by_identifier(label: str) -> str:
    """Return the statement that finds nodes by further ids: ``$values`` (``scheme:code``) -> rows ``value``, ``id``."""
    return (
        f"UNWIND $values AS value MATCH (:Identifier {{value: value}})-[:IDENTIFIES]->(n:{label}) "
        "RETURN value, n.id AS id"
    )


def create_nodes(label: str) -> str:
    """Return the batch statement that makes nodes: ``$rows`` of maps ``id``, ``properties``, ``location`` (or null), ``kind``."""
    return f"UNWIND $rows AS row\nCREATE (n:Entity:{label})\n{_set_node(label)}"


def update_nodes(label: str) -> str:
    """Return the batch statement that replaces all properties of nodes, found by ``row.id``."""
    return f"UNWIND $rows AS row\nMATCH (n:Entity {{id: row.id}})\n{_set_node(label)}"


def _set_node(label: str) -> str:
    lines = ["SET n = row.properties"]
    if "location" in NODES[label].model_fields:
        lines.append(
            "SET n.location = CASE WHEN row.location IS NULL THEN null\n"
            "    ELSE point({longitude: row.location[0], latitude: row.location[1]}) END"
        )
    if label == "Organisation":
        lines.append(f"REMOVE n:{':'.join(KIND_LABELS.values())}")
        lines += [
            f"FOREACH (_ IN CASE row.properties.kind WHEN '{kind}' THEN [1] ELSE [] END | SET n:{second})"
            for kind, second in KIND_LABELS.items()
        ]
    return "\n".join(lines)


#: What many facts of one batch share, and what each has of its own besides its values.
SHARED_BY_FACTS = ("sources", "loads", "missing")
OF_EACH_FACT = ("key", "fingerprint", "rows", "given")


class NewFact(NamedTuple):
    """A fact as :func:`create_facts` makes it.

    Attributes:
        relationship: The type that it is stored as.
        start: The id of its start.
        shared: Its properties that are :data:`SHARED_BY_FACTS`.
        row: The id of its end, its properties :data:`OF_EACH_FACT`, and a map of all others.
    """

    relationship: str
    start: str
    shared: tuple[Sequence[str] | None, ...]
    row: list[Any]

    @property
    def own(self) -> list[Any]:
        """Its properties that are :data:`OF_EACH_FACT`."""
        return self.row[1:-1]

    @property
    def others(self) -> dict[str, Any]:
        """All others."""
        others: dict[str, Any] = self.row[-1]
        return others

    @property
    def fingerprint(self) -> int:
        """The fingerprint of its assertions."""
        fingerprint: int = self.own[OF_EACH_FACT.index("fingerprint")]
        return fingerprint

    @property
    def properties(self) -> dict[str, Any]:
        """All its properties."""
        own = dict(zip(OF_EACH_FACT, self.own, strict=True))
        return {**own, **dict(zip(SHARED_BY_FACTS, self.shared, strict=True)), **self.others}


def new_fact(relationship: str, row: Mapping[str, Any]) -> NewFact:
    """Return the fact that a row (maps ``start``, ``end``, ``properties``) tells of."""
    properties = dict(row["properties"])
    shared = tuple([properties.pop(name, None) for name in SHARED_BY_FACTS])
    own = [properties.pop(name, None) for name in OF_EACH_FACT]
    return NewFact(relationship, row["start"], shared, [row["end"], *own, properties])


def create_facts(type_: str) -> str:
    """Return the batch statement that makes facts: ``$kinds``, as :func:`kinds_of_facts` makes them."""
    own = [f"{name}: row[{place}]" for place, name in enumerate(OF_EACH_FACT, start=1)]
    shared = [f"{name}: kind.{name}" for name in SHARED_BY_FACTS]
    return (
        "UNWIND $kinds AS kind\n"
        "UNWIND kind.starts AS some\nMATCH (start:Entity {id: some[0]})\n"
        "UNWIND some[1] AS row\nMATCH (end:Entity {id: row[0]})\n"
        f"CREATE (start)-[fact:{type_} {{{', '.join([*own, *shared])}}}]->(end)\n"
        f"SET fact += row[{len(own) + 1}]"
    )


def kinds_of_facts(facts: Iterable[NewFact]) -> list[dict[str, Any]]:
    """Return facts as :func:`create_facts` asks for them: what they share once, the start once for all that follow each other there.

    The server then reads a third less, and looks for each start once.
    """
    kinds: dict[tuple[tuple[str, ...], ...], dict[str, Any]] = {}
    for _, start, shared, row in facts:
        which = tuple([tuple(one or ()) for one in shared])
        kind = kinds.get(which)
        if kind is None:
            kind = kinds[which] = {**dict(zip(SHARED_BY_FACTS, shared, strict=True)), "starts": []}
        starts = kind["starts"]
        if not starts or starts[-1][0] != start:
            starts.append([start, []])
        starts[-1][1].append(row)
    return list(kinds.values())


def update_facts(type_: str) -> str:
    """Return the batch statement that replaces all properties of facts, found by ``row.key``."""
    return f"UNWIND $rows AS row\nMATCH ()-[fact:{type_} {{key: row.key}}]->()\nSET fact = row.properties"


def delete_facts(type_: str) -> str:
    """Return the batch statement that removes facts: ``$keys``."""
    return f"UNWIND $keys AS key\nMATCH ()-[fact:{type_} {{key: key}}]->()\nDELETE fact"
