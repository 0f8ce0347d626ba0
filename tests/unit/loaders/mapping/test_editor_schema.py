"""The JSON Schema of mappings: up to date, a schema, and of one mind with the models."""

from __future__ import annotations

import json
import re
from pathlib import Path

import jsonschema
import pytest
import yaml

from kg.loaders.mapping.editor_schema import PAGE, schema_text
from kg.loaders.mapping.entities import FACT_BLOCKS, NODE_BLOCKS
from kg.loaders.mapping.kinds import DERIVED
from kg.loaders.mapping.reading import parse_mapping
from kg.schema.nodes import NODES
from kg.schema.relationships import FACTS

DATA = Path(__file__).parents[3] / "data" / "table"
SCHEMA = json.loads(schema_text())
VALIDATOR = jsonschema.Draft202012Validator(SCHEMA)


def test_the_file_is_up_to_date() -> None:
    assert PAGE.read_text(encoding="utf-8") == schema_text(), "run python -m kg.loaders.mapping.editor_schema"


def test_it_is_a_schema() -> None:
    jsonschema.Draft202012Validator.check_schema(SCHEMA)


@pytest.mark.parametrize("path", sorted(DATA.glob("*.yaml")), ids=lambda path: path.name)
def test_mappings_that_load_are_valid_in_an_editor(path: Path) -> None:
    VALIDATOR.validate(yaml.safe_load(path.read_text(encoding="utf-8")))


def test_an_unknown_key_is_marked_in_an_editor() -> None:
    mapping = yaml.safe_load((DATA / "short.yaml").read_text(encoding="utf-8"))
    mapping["members"]["nmae"] = "Town"
    with pytest.raises(jsonschema.ValidationError):
        VALIDATOR.validate(mapping)


@pytest.mark.parametrize("label", NODES)
def test_every_field_of_a_node_can_be_filled(label: str) -> None:
    assert set(NODES[label].model_fields) - set(DERIVED) <= set(NODE_BLOCKS[label].model_fields)


@pytest.mark.parametrize("type_", FACTS)
def test_every_field_of_a_fact_can_be_filled(type_: str) -> None:
    assert set(FACTS[type_].model_fields) <= set(FACT_BLOCKS[type_].model_fields)


EXAMPLES = re.findall(
    r"```yaml\n(.*?)```", (PAGE.parent / "loaders" / "table.md").read_text(encoding="utf-8"), re.DOTALL
)


@pytest.mark.parametrize("example", EXAMPLES)
def test_the_examples_of_the_docs_page_are_mappings(example: str) -> None:
    parse_mapping(example.encode())
    VALIDATOR.validate(yaml.load(example, Loader=yaml.BaseLoader))


def test_both_forms_of_the_docs_page_come_to_the_same() -> None:
    short, long = (parse_mapping(example.encode())[0] for example in EXAMPLES[:2])
    assert [node.model_dump() for node in short.all_nodes.values()] == [
        node.model_dump() for node in long.all_nodes.values()
    ]
    assert [fact.model_dump() for fact in short.all_facts] == [fact.model_dump() for fact in long.all_facts]
