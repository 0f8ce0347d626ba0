"""The small graph for tests, before it is in a database."""

from __future__ import annotations

import doctest

from kg import testing
from kg.schema.nodes import NODES
from kg.schema.relationships import FACTS
from kg.testing import small_records
from kg.testing.invented import SOURCES, TWINS


def test_every_kind_of_node_and_fact_is_there() -> None:
    records = small_records()
    assert {record.node.label for record in records.nodes} == set(NODES)
    assert {record.fact.type for record in records.facts} == set(FACTS)


def test_every_fact_joins_nodes_that_are_there() -> None:
    records = small_records()
    known = {record.reference for record in records.nodes}
    assert {end for record in records.facts for end in (record.fact.start, record.fact.end)} <= known


def test_every_source_has_a_licence_and_says_something() -> None:
    records = small_records()
    said = {node.source for node in records.nodes} | {fact.source for fact in records.facts}
    sources = (*SOURCES, TWINS)
    assert said == {source.id for source in sources}
    assert all(source.licence and source.url for source in sources)


def test_persons_are_recognisably_invented() -> None:
    names = [record.node.name for record in small_records().nodes if record.node.label == "Person"]
    assert names
    assert all(name.endswith(" Invented") for name in names)


def test_a_row_has_one_name_in_its_source() -> None:
    for earlier in (False, True):
        facts = small_records(earlier=earlier).facts
        assert len({(record.source, record.row) for record in facts}) == len(facts)


def test_the_earlier_edition_has_one_member_more_and_no_twins() -> None:
    earlier = {(record.source, record.row) for record in small_records(earlier=True).facts}
    now = {(record.source, record.row) for record in small_records().facts}
    assert {row for _, row in earlier - now} == {"MEMBER_OF:tartu>eurocities"}
    assert {row.partition(":")[0] for _, row in now - earlier} == {"TWINNED_WITH"}


def test_the_examples_in_the_documentation() -> None:
    assert doctest.testmod(testing).attempted
    assert doctest.testmod(testing).failed == 0
