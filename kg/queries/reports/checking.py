"""``kg report check``: what is wrong with reports, found out by EXPLAIN on the connected database; nothing is run."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING

from kg.queries.reports.guard import Plan, details, explain, nodes_of, not_a_plain_read, operator, other_columns
from kg.queries.reports.header import Report, ReportError
from kg.queries.reports.text import bare
from kg.queries.reports.types import ENTITIES
from kg.schema.cypher import constraints, indexes
from kg.schema.identity import SCHEME_PROPERTIES
from kg.schema.nodes import KIND_LABELS, NODES
from kg.schema.provenance import LISTS, Source
from kg.schema.relationships import FACTS, SELF_LOOP

if TYPE_CHECKING:
    from kg.database.connection import Connection, Explained

#: Labels and relationship types that the schema has besides the kinds of nodes and facts.
_BOOKKEEPING = ("Entity", "Source", "Load", "Change", "Identifier", "Aggregate")
_LINKS = (SELF_LOOP, "READ", "IDENTIFIES")
#: What the writer, the loads and the changes put on nodes and facts beside the fields of the kinds.
_KEPT = (
    *("id", "key", "search_names", "fingerprint", "ended", "as_of", "of", "value", "edition", "location"),
    *("scope", "checksum", "loader", "dates_facts", "run", "sequence", "complete", "load"),
    *("attempt_started", "attempt_finished", "attempt_status", "fact_types", "fact_counts", "fact_fingerprints"),
    *(f"rows_{name}" for name in ("read", "written", "unchanged", "skipped", "rejected")),
    *("stated_nodes", "stated_facts", "skipped_rules", "skipped_rows", "inputs", "content", "ending"),
)

#: What the schema has, by what the database calls it when it does not know one.
SCHEMA: dict[str, frozenset[str]] = {
    "label": frozenset((*_BOOKKEEPING, *NODES, *KIND_LABELS.values())),
    "relationship type": frozenset((*FACTS, *_LINKS)),
    "property": frozenset(
        (
            *(name for kind in NODES.values() for name in kind.model_fields),
            *(name for kind in FACTS.values() for name in kind.model_fields),
            *(field.name for field in fields(Source)),
            *SCHEME_PROPERTIES.values(),
            *LISTS,
            *_KEPT,
        )
    ),
}

#: Warnings of the database that a name is not known to it.
_UNKNOWN = {"01N50": "label", "01N51": "relationship type", "01N52": "property"}

#: The warning that patterns of a query have nothing in common.
_DISCONNECTED = "03N90"

#: (label, property) pairs with an index that finds one value.
_INDEXED = frozenset(
    found.groups()
    for item in (*constraints(), *indexes())
    if (found := re.search(r"FOR \(n:(\w+)\) (?:ON|REQUIRE) \(?n\.(\w+)", item.statement))
    and "FULLTEXT" not in item.statement
)

#: Operators that find their nodes or relationships through an index.
_SEEKS = re.compile(
    r"(Multi)?(Partitioned)?(Directed|Undirected)?(Node|Relationship)\w*(Seek|Search)|MultiNodeIndexSeek"
)
#: Operators that hand on as many rows as they get, or fewer.
_NARROWING = {"Filter", "Projection", "CacheProperties", "Optional", "Limit", "Distinct", "ProduceResults", "Argument"}


@dataclass(frozen=True)
class Offence:
    """Something wrong with a report."""

    report: str
    text: str

    def __str__(self) -> str:
        return self.text if self.text.startswith("Report ") else f"Report {self.report}: {self.text}"


def check_reports(connection: Connection, reports: Iterable[Report | ReportError]) -> Iterator[Offence]:
    """Everything that is wrong with reports; an error in the place of a report is handed on as it is."""
    for report in reports:
        if isinstance(report, ReportError):
            yield Offence("", f"Report {str(report).removeprefix('Report ')}")
        else:
            yield from check_report(connection, report)


def check_report(connection: Connection, report: Report) -> Iterator[Offence]:
    """Everything that is wrong with both queries of a report."""
    values = {parameter.name: parameter.example for parameter in report.parameters}
    for query, what in zip(report.queries, ("", "picture: "), strict=False):
        try:
            explained = explain(connection, report.name, query, values, warnings=True)
        except ReportError as error:
            yield Offence(report.name, f"{what}{str(error).removeprefix(f'Report {report.name}: ')}")
            continue
        for text in check_explained(report, query, explained):
            yield Offence(report.name, what + text)


def check_explained(report: Report, query: str, explained: Explained) -> Iterator[str]:
    """What is wrong with a query, from what EXPLAIN says of it, one sentence each.

    The rules on how it is entered: each parameter that is required and names something in the graph is looked up through an
    index, or by a label and property that have one; a query may list all nodes of a label (or all relationships of a type) besides, or when no parameter could narrow
    that down, but never all nodes or all relationships; no two sets of rows are multiplied, unless one of them has one row; and
    no path may be of any length.
    """
    if problem := not_a_plain_read(explained):
        yield problem
        return
    if query == report.query and (problem := other_columns(report, explained.columns)):
        yield problem
    yield from unknown_names(explained)
    operators = list(nodes_of(explained.plan))
    disconnected = any(status == _DISCONNECTED for status, _ in explained.warnings)
    for node in operators:
        name = operator(node)
        if re.search(r"AllNodesScan|AllRelationshipsScan", name):
            yield f"it goes through everything in the graph ({name} of {details(node)}): name a label or a type."
        # By the plan alone it would hang on how many nodes there are just now: in a small graph Neo4j multiplies what
        # a pattern ties together. By the warning alone, two nodes that are looked up would be refused.
        if (
            disconnected
            and name == "CartesianProduct"
            and sum(not single(child) for child in node.get("children") or ()) > 1
        ):
            yield "it joins each row with each of another set (CartesianProduct): tie the two together by a pattern."
    seeks = " ".join(details(node) for node in operators if _SEEKS.fullmatch(operator(node)) or _is_procedure(node))
    for parameter in report.parameters:
        used = re.search(rf"\${parameter.name}\b", query)
        if (
            used
            and parameter.required
            and parameter.type in ENTITIES
            and not re.search(rf"\${parameter.name}\b", seeks)
            and not has_index(query, parameter.name)
        ):
            yield (
                f"${parameter.name} is not looked up through an index: begin with "
                f"MATCH (x:Entity {{id: ${parameter.name}}})."
            )


def has_index(query: str, parameter: str) -> bool:
    """Whether a query asks for a parameter by a label and property that have an index.

    Neo4j may do without the index in a graph of a few nodes, and use it in a larger one.

    >>> has_index("MATCH (n:Entity {id: $city}) RETURN n", "city"), has_index("MATCH (n:City {id: $city}) RETURN n", "city")
    (True, False)
    """
    plain = bare(query)
    asked = set(re.findall(rf"\(\s*\w*\s*:\s*(\w+)[^(){{}}]*{{[^{{}}]*?\b(\w+)\s*:\s*\${parameter}\b", plain))
    for name, property_ in re.findall(rf"\b(\w+)\.(\w+)\s*(?:=|IN)\s*\[?[^\]=]*\${parameter}\b", plain):
        asked |= {(label, property_) for label in re.findall(rf"\(\s*{name}\s*:\s*(\w+)", plain)}
    return bool(asked & _INDEXED)


def _is_procedure(node: Plan) -> bool:
    """Whether it is a full-text search, the one procedure with which a query enters."""
    return operator(node) == "ProcedureCall"


def unknown_names(explained: Explained) -> Iterator[str]:
    """Labels, types and properties that neither the database nor the schema has; an empty database knows few of them."""
    for status, text in explained.warnings:
        what = _UNKNOWN.get(status)
        if what is not None:
            for name in re.findall(r"`([^`]+)`", text)[:1]:
                if name not in SCHEMA[what]:
                    yield f"there is no {what} {name}, in the schema or in the database."


def single(plan: Plan) -> bool:
    """Whether a part of a plan gives one row at most, for each row that comes in."""
    name, children = operator(plan), plan.get("children") or ()
    if name == "NodeUniqueIndexSeek":
        return " IN " not in details(plan)
    if name in ("EagerAggregation", "NodeCountFromCountStore", "RelationshipCountFromCountStore"):
        # Without something to group by there is one row; what is grouped by stands first, without AS or a call.
        return name != "EagerAggregation" or bool(re.match(r"\w+\(", details(plan)))
    if name == "Argument" or (name == "Limit" and details(plan) == "1"):
        return True
    if name == "CartesianProduct" or name in _NARROWING:
        return bool(children) and all(single(child) for child in children)
    return False
