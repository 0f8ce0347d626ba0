"""A first edition into the files of the importer, with its sources and the record of its load."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from kg.database import loads, stored
from kg.database.bulk.columns import TEXT, TEXTS, TRUTH, WHOLE, Columns, fact_columns, node_columns
from kg.database.bulk.files import ImportFiles
from kg.database.bulk.first import FirstEdition
from kg.database.succession import Edition
from kg.database.writer import Progress
from kg.database.written import Written
from kg.schema.grouping import StoredNode
from kg.schema.nodes import KIND_LABELS

_SOURCE: Columns = dict.fromkeys(("id", "title", "publisher", "licence", "url", "authority"), TEXT)
_LOAD: Columns = {
    **dict.fromkeys(("id", "scope", "edition", "checksum", "loader"), TEXT),
    **dict.fromkeys(("dates_facts", "complete"), TRUTH),
    **dict.fromkeys(("run", "sequence"), WHOLE),
    **dict.fromkeys(("attempt_started", "attempt_finished", "attempt_status"), TEXTS),
}
_IDENTIFIER: Columns = {"value": TEXT}

#: Between two reports of how far it is.
_SOME = 5_000


@dataclass(frozen=True)
class Prepared:
    """What is in the files.

    Attributes:
        written: What the edition did, as the writer into a database would say.
        nodes: How many nodes there are, of all kinds.
        stated: How many nodes and facts the edition speaks of.
        totals: The number of facts and the sum of their fingerprints by type of relationship.
    """

    written: Written
    nodes: int
    stated: Mapping[str, int]
    totals: Mapping[str, tuple[int, int]]


def write_edition(files: ImportFiles, edition: Edition, progress: Progress | None = None) -> Prepared:
    """Write all that a first edition leaves in an empty database, with its load as one that is under way.

    So the same edition, loaded into the database afterwards, finishes the load: it finds everything there.
    """
    authorities = edition.authorities
    first = FirstEdition(edition, int(time.time() * 1000))
    further: list[tuple[int, str]] = []
    nodes = 0
    for number, node in first.nodes():
        properties = _properties(node, authorities)
        files.node(number, _labels(node.label, properties), node_columns(node.label), properties)
        further += [(number, value) for value in node.further_ids]
        nodes = number + 1
        if progress and nodes % _SOME == 0:
            progress("files of nodes", nodes, len(edition.nodes))
    totals: dict[str, tuple[int, int]] = {}
    for done, (start, end, fact) in enumerate(first.facts(), start=1):
        type_ = fact.relationship
        files.fact(start, end, fact_columns(type_), fact)
        count, total = totals.get(type_, (0, 0))
        totals[type_] = count + 1, total + fact.fingerprint
        if progress and done % _SOME == 0:
            progress("files of facts", done, len(edition.facts))
    values = {value: nodes + place for place, value in enumerate(dict.fromkeys(value for _, value in further))}
    for value, number in values.items():
        files.node(number, ("Identifier",), _IDENTIFIER, {"value": value})
    for number, value in further:
        files.relationship("IDENTIFIES", values[value], number)
    _write_load(files, edition, nodes + len(values))
    return Prepared(first.written, files.number_of_nodes, _stated(edition), totals)


def reckon(edition: Edition) -> Prepared:
    """Return what would be written."""
    first = FirstEdition(edition, 0)
    nodes = sum(1 for _ in first.nodes())
    totals = Counter(fact.relationship for _, _, fact in first.facts())
    return Prepared(first.written, nodes, _stated(edition), {type_: (number, 0) for type_, number in totals.items()})


def _stated(edition: Edition) -> dict[str, int]:
    return {"nodes": len(edition.nodes), "facts": len(edition.facts)}


def _write_load(files: ImportFiles, edition: Edition, number: int) -> None:
    files.node(number, ("Load",), _LOAD, loads.first_attempt(edition.header))
    sources = {source.id: source for source in edition.sources}
    for place, source in enumerate(sources.values(), start=number + 1):
        files.node(place, ("Source",), _SOURCE, asdict(source))
        files.relationship("READ", number, place)


def _labels(label: str, properties: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the labels of a node; an organisation may have one more, by what it shows as its kind."""
    second = KIND_LABELS.get(properties.get("kind", "")) if label == "Organisation" else None
    return ("Entity", label, second) if second else ("Entity", label)


def _properties(node: StoredNode, authorities: Mapping[str, str]) -> dict[str, Any]:
    row = stored.node_row(node, authorities)
    properties: dict[str, Any] = row["properties"]
    if row["location"] is not None:
        properties["location"] = row["location"]
    return properties
