"""Leaves out what rows say of persons who asked to be forgotten."""

from __future__ import annotations

from kg.database.forgotten import Forgotten
from kg.loaders.base import Outcome, Records, Skipped
from kg.schema.identity import split_reference
from kg.schema.nodes import Person
from kg.schema.records import FactRecord, NodeRecord

#: The rule by which a row is left out that says nothing else.
RULE = "a person who asked to be forgotten"


def without_forgotten(outcome: Outcome, forgotten: Forgotten) -> Outcome:
    """Return what is made of a row, without what it says of these persons."""
    if not forgotten or not isinstance(outcome, Records):
        return outcome
    nodes = [record for record in outcome.nodes if not _describes(record, forgotten)]
    facts = [record for record in outcome.facts if not _is_about(record, forgotten)]
    if len(nodes) == len(outcome.nodes) and len(facts) == len(outcome.facts):
        return outcome
    return Records(nodes, facts) if nodes or facts else Skipped(RULE)


def _describes(record: NodeRecord, forgotten: Forgotten) -> bool:
    return isinstance(record.node, Person) and any(map(forgotten.has, record.ids))


def _is_about(record: FactRecord, forgotten: Forgotten) -> bool:
    ends = (split_reference(end) for end in (record.fact.start, record.fact.end))
    return any(label == Person.label and forgotten.has(id_) for label, id_ in ends)
