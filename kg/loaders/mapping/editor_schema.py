"""``docs/mapping.schema.json``, by which an editor completes and checks a mapping: ``python -m kg.loaders.mapping.editor_schema``."""

from __future__ import annotations

import json
from pathlib import Path

from kg.loaders.mapping.model import Mapping

PAGE = Path(__file__).resolve().parents[3] / "docs" / "mapping.schema.json"


def schema_text() -> str:
    """Return the JSON Schema of mappings (draft 2020-12), made from the models that check them."""
    schema = Mapping.model_json_schema()
    schema = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Mapping of a table for kg load table",
        **{key: value for key, value in schema.items() if key != "title"},
    }
    return json.dumps(schema, indent=1, ensure_ascii=False) + "\n"


def main() -> None:
    """Write the file."""
    PAGE.write_text(schema_text(), encoding="utf-8")


if __name__ == "__main__":
    main()
