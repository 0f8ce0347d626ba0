"""What is written for Neo4j's importer, read back by the rules that it has for files."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kg.database.bulk import cells
from kg.database.bulk.columns import POINT, TEXT, TEXTS, WHOLE, column_type, fact_columns, node_columns
from kg.database.bulk.command import import_options, literal, write_instructions
from kg.database.bulk.files import ImportFiles
from kg.database.bulk.first import FirstEdition
from kg.database.loads import LoadHeader
from kg.database.succession import Edition
from kg.schema.cypher import NewFact
from kg.schema.grouping import StoredFact
from kg.schema.nodes import NODES, Point
from kg.schema.provenance import LISTS, Source
from kg.schema.records import FactRecord, NodeRecord
from kg.schema.relationships import FACTS, SELF_LOOP, Fact, TwinnedWith

#: What Java's String.trim() takes away.
BLANKS = "".join(map(chr, range(0x21)))

HEADER = LoadHeader("test", "2024", "0" * 64, "test 1")
SOURCE = Source("test", "Test", "Tester", "CC0", "", "publisher")

ODD = [
    "",
    " ",
    '"',
    '"a"',
    "a\tb",
    "a\nb",
    "\x1f",
    "a\x1f",
    ";",
    "it's; \\ {}",
    "\u00a0a",
    "a\u2028b",
    "😀",
    " a",
    "a ",
    "\x85",
]
TEXTS_OF_ALL_KINDS = st.one_of(st.sampled_from(ODD), st.text(max_size=6))


def unquoted(field: str) -> str:
    """Take the marks off; without any, blanks before a field would be skipped before anything else."""
    assert not re.search("[\t\n\r]", field)
    if field.startswith("\ue000"):
        assert field.endswith("\ue000")
        field = field[1:-1]
    else:
        assert not field or field[0] not in BLANKS
    assert "\ue000" not in field
    return field


def read_text(field: str) -> str | None:
    """Read a field of text as the importer does: no value where there is nothing at all, else trimmed."""
    return unquoted(field).strip(BLANKS) if field else None


def read_texts(field: str) -> list[str] | None:
    """Read a field of a list, whose elements are trimmed."""
    inner = unquoted(field)
    return [element.strip(BLANKS) for element in inner.split("\x1f")] if inner else None


@given(TEXTS_OF_ALL_KINDS)
def test_a_text_is_read_as_it_was_or_is_not_written(value: str) -> None:
    field = cells.text(value)
    if field is None:
        assert re.search("[\x00-\x1f\ue000]", value) or value != value.strip()
    else:
        assert read_text(field) == value


@given(st.lists(TEXTS_OF_ALL_KINDS, max_size=4))
def test_a_list_is_read_as_it_was_or_is_not_written(values: list[str]) -> None:
    field = cells.texts(values)
    if field is None:
        assert not values or any(re.search("[\x00-\x1f\ue000]", value) or value != value.strip() for value in values)
    else:
        assert read_texts(field) == values


@given(st.floats(-180, 180), st.floats(-90, 90))
def test_a_place_keeps_every_digit(longitude: float, latitude: float) -> None:
    found = re.fullmatch(r"\{longitude: (-?[\d.]+), latitude: (-?[\d.]+)\}", cells.point(Point(longitude, latitude)))
    assert found is not None
    assert (float(found[1]), float(found[2])) == (longitude, latitude)


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_a_number_keeps_every_digit(value: float) -> None:
    assert float(cells.number(value)) == value


def test_every_property_of_the_schema_has_a_column() -> None:
    city = node_columns("City")
    assert (city["population"], city["location"], city["names"], city["name"]) == (WHOLE, POINT, TEXTS, TEXT)
    for label, kind in NODES.items():
        assert {*kind.model_fields, *LISTS, "id", "created", "fingerprint", "search_names"} <= node_columns(
            label
        ).keys()
    for type_, fact in FACTS.items():
        assert {*fact.model_fields, *LISTS, "key", "spell"} - {"start", "end"} <= fact_columns(type_).keys()
    assert {"of", "since", "role", "request"} <= fact_columns(SELF_LOOP).keys()


def test_a_type_of_which_nothing_is_known_has_none() -> None:
    with pytest.raises(TypeError, match="no column"):
        column_type(bytes)


@pytest.mark.parametrize("kept", [1, 4_096])
def test_what_a_file_cannot_hold_is_set_afterwards(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kept: int) -> None:
    monkeypatch.setattr("kg.database.bulk.files._KEPT", kept)
    with ImportFiles(tmp_path) as files:
        files.node(0, ("Entity", "Theme"), {"id": TEXT, "rows": TEXTS}, {"id": "own:a", "rows": ["one\ntwo"]})
        files.node(1, ("Entity", "Theme"), {}, {"id": "own:b", "rows": ["one"]})
        columns = {"key": TEXT, "fingerprint": WHOLE, **dict.fromkeys(LISTS, TEXTS), "note": TEXT}
        shared, shown = (("s",), ("x",), ("",)), {"note": " d"}
        for key, row, others in (("l", "c", shown), ("k", "a\nb", shown), ("m", "d", {"note": "n"}), ("n", "e", shown)):
            files.fact(0, 1, columns, NewFact("ABOUT", "own:a", shared, ["own:b", key, 7, [row], ["g"], others]))
    assert (tmp_path / "nodes-Entity-Theme.tsv").read_text() == (
        ":ID\tid:string\trows:string[]\n0\town:a\t\n1\town:b\tone\n"
    )
    blank = "\ue000 \ue000"  # a list of one empty text
    assert (tmp_path / "relationships-ABOUT.tsv").read_text().splitlines()[1:] == [
        f"0\t1\tl\t7\ts\tc\tx\tg\t{blank}\t",
        f"0\t1\tk\t7\ts\t\tx\tg\t{blank}\t",
        f"0\t1\tm\t7\ts\td\tx\tg\t{blank}\tn",
        f"0\t1\tn\t7\ts\te\tx\tg\t{blank}\t",
    ]
    assert files.afterwards() == [
        (
            "UNWIND $rows AS row MATCH (x:Entity {id: row.found}) SET x += row.values",
            {"rows": [{"found": "own:a", "values": {"rows": ["one\ntwo"]}}]},
        ),
        (
            "UNWIND $rows AS row MATCH ()-[x:ABOUT {key: row.found}]->() SET x += row.values",
            {
                "rows": [
                    {"found": "l", "values": {"note": " d"}},
                    {"found": "k", "values": {"note": " d", "rows": ["a\nb"]}},
                    {"found": "n", "values": {"note": " d"}},
                ]
            },
        ),
    ]
    write_instructions(files, "kg load x")
    finish = (tmp_path / "finish.cypher").read_text()
    assert r'UNWIND [{found: "own:a", values: {rows: ["one\ntwo"]}}] AS row MATCH (x:Entity' in finish
    assert finish.index("CREATE CONSTRAINT entity_id") < finish.index("MATCH (x:Entity")


def test_a_literal_is_cypher() -> None:
    assert literal({"a": [1, "b'\"\\é", None], "c": True}) == '{a: [1, "b\'\\"\\\\\\u00e9", null], c: true}'


def test_the_importer_is_given_room_for_the_longest_line(tmp_path: Path) -> None:
    with ImportFiles(tmp_path) as files:
        files.node(0, ("Entity", "Theme"), {"id": TEXT}, {"id": "own:a"})
        assert not any("buffer" in option for option in import_options(files))
        files.node(1, ("Entity", "Theme"), {}, {"id": "x" * 2_000_000})
        assert any(option.startswith("--read-buffer-size=8") for option in import_options(files))


def edition(nodes: Sequence[NodeRecord], facts: Sequence[FactRecord] = ()) -> Edition:
    return Edition.of_records(HEADER, [*nodes, *facts], (SOURCE,), complete=True)


def node(label: str, *ids: str, row: str, **values: Any) -> NodeRecord:
    return NodeRecord(NODES[label](name=row, **values), ids, SOURCE.id, row)


def fact(said: Fact, row: str) -> FactRecord:
    return FactRecord(said, SOURCE.id, row)


def test_rows_that_share_an_id_are_one_node() -> None:
    nodes = [
        node("City", "geonames:1", row="a"),
        node("City", "wikidata:Q1", row="b"),
        node("City", "geonames:1", "wikidata:Q1", row="c"),
        node("City", "geonames:2", row="d"),
        node("Region", "wikidata:Q1", row="e"),
    ]
    made = dict(FirstEdition(edition(nodes), 5).nodes())
    assert [(number, one.label, one.id, one.created) for number, one in made.items()] == [
        (0, "City", "geonames:1", 5),
        (1, "City", "geonames:2", 5),
        (2, "Region", "wikidata:Q1", 5),
    ]
    assert [assertion.row for assertion in made[0].assertions] == ["a", "b", "c"]


def test_rows_of_one_fact_are_one_fact_and_a_tie_has_one_direction() -> None:
    nodes = [node("City", f"geonames:{number}", row=str(number)) for number in (1, 2)]
    facts = [
        fact(TwinnedWith(start="City/geonames:2", end="City/geonames:1"), "x"),
        fact(TwinnedWith(start="City/geonames:1", end="City/geonames:2"), "y"),
        fact(TwinnedWith(start="City/geonames:1", end="City/geonames:1"), "loop"),
    ]
    first = FirstEdition(edition(nodes, facts), 0)
    list(first.nodes())
    made = list(first.facts())
    assert [(start, end, one.properties["rows"]) for start, end, one in made] == [(0, 0, ["loop"]), (0, 1, ["x", "y"])]
    assert [one.relationship for _, _, one in made] == [SELF_LOOP, "TWINNED_WITH"]
    keys = [
        StoredFact("TWINNED_WITH", *ends, "", "", ()).key
        for ends in (("geonames:1", "geonames:1"), ("geonames:1", "geonames:2"))
    ]
    assert [one.properties["key"] for _, _, one in made] == keys
    assert first.written.self_loops.sum() == 1
    assert first.written.counts == {"nodes created": 2, "facts created": 2}
