"""The Cypher made from the schema, and the files that show it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kg.schema import cypher
from kg.schema.generate import CHECKOUT, files
from kg.schema.identity import SCHEME_PROPERTIES
from kg.schema.nodes import NODES
from kg.schema.relationships import FACTS


@pytest.mark.parametrize(("path", "text"), [pytest.param(path, text, id=str(path)) for path, text in files()])
def test_generated_files_are_current(path: Path, text: str) -> None:
    assert (CHECKOUT / path).read_text(encoding="utf-8") == text, "run make generate"


def test_names_are_unique_and_every_statement_may_run_twice() -> None:
    items = [*cypher.constraints(), *cypher.indexes()]
    assert len({item.name for item in items}) == len(items)
    for item in items:
        assert re.match(rf"CREATE (CONSTRAINT|(FULLTEXT |POINT )?INDEX) {item.name} IF NOT EXISTS FOR ", item.statement)
        assert "\n" not in item.statement


def test_everything_that_must_be_unique_is() -> None:
    statements = [item.statement for item in cypher.constraints()]
    for label, kind in NODES.items():
        for scheme in kind.schemes:
            assert any(f"(n:{label}) REQUIRE n.{SCHEME_PROPERTIES[scheme]} IS UNIQUE" in text for text in statements)
    for type_ in FACTS:
        assert any(f"()-[r:{type_}]-() REQUIRE r.key IS UNIQUE" in text for text in statements)
    assert any("(n:Entity) REQUIRE n.id IS UNIQUE" in text for text in statements)
    assert any("(n:Identifier) REQUIRE n.value IS UNIQUE" in text for text in statements)


@pytest.mark.parametrize("label", NODES)
def test_batch_statements_take_everything_as_parameters(label: str) -> None:
    for statement in (cypher.create_nodes(label), cypher.update_nodes(label)):
        assert statement.startswith("UNWIND $rows AS row\n")
        assert ("point(" in statement) == (label == "City")
        assert (":Network" in statement) == (label == "Organisation")
    for scheme in NODES[label].schemes:
        assert "$codes" in cypher.find_nodes(label, scheme)


@pytest.mark.parametrize("type_", FACTS)
def test_batch_statements_of_facts(type_: str) -> None:
    assert cypher.create_facts(type_).count("$") == 1
    assert f"[fact:{type_} {{key: row.key}}]" in cypher.update_facts(type_)
    assert cypher.delete_facts(type_).endswith("DELETE fact")


_LISTS = st.lists(st.sampled_from("ab"), min_size=1, max_size=2)
_ROWS = st.lists(
    st.fixed_dictionaries(
        {
            "start": st.sampled_from("xyz"),
            "end": st.sampled_from("xyz"),
            "properties": st.fixed_dictionaries(
                {"key": st.text(max_size=3), "fingerprint": st.integers(0, 9), "until": st.text(max_size=3)},
                optional=dict.fromkeys(("sources", "rows", "loads", "given", "missing"), _LISTS),
            ),
        }
    )
)


@given(_ROWS)
def test_facts_that_are_put_together_stay_what_they_are(rows: Sequence[Mapping[str, Any]]) -> None:
    def apart(kind: Mapping[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
        shared = {name: kind[name] for name in cypher.SHARED_BY_FACTS}
        for start, some in kind["starts"]:
            for end, *own, values in some:
                properties = shared | dict(zip(cypher.OF_EACH_FACT, own, strict=True)) | values
                yield start, end, {name: value for name, value in properties.items() if value is not None}

    found = [
        fact
        for kind in cypher.kinds_of_facts(cypher.new_fact("MEMBER_OF", row) for row in rows)
        for fact in apart(kind)
    ]
    assert sorted(map(_text, found)) == sorted(_text((row["start"], row["end"], row["properties"])) for row in rows)


def _text(fact: tuple[str, str, Mapping[str, Any]]) -> str:
    start, end, properties = fact
    return repr((start, end, sorted(properties.items())))
