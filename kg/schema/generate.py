"""The files made from the schema: ``python -m kg.schema.generate``.

They are ``cypher/schema/*.cypher``, the style and the picture in ``cypher/browser/``, and ``docs/schema.md``.
"""

from __future__ import annotations

import inspect
import types
import typing
from collections.abc import Iterator
from pathlib import Path
from typing import Literal

from kg.schema import cypher, look
from kg.schema.dates import PartialDate
from kg.schema.identity import SCHEME_PROPERTIES, SCHEMES
from kg.schema.nodes import KIND_LABELS, NODES, Node, Record
from kg.schema.provenance import AUTHORITIES
from kg.schema.relationships import FACTS, Fact

CHECKOUT = Path(__file__).resolve().parents[2]

_HEADER = "// Made from kg/schema by `make generate`; a test fails when it is out of date.\n"

_INTRODUCTION = """\
# What is in the graph

Made from `kg/schema` by `make generate`; a test fails when it is out of date. The constraints and indexes stand in
`cypher/schema/`, and `kg schema apply` makes them.

```mermaid
{diagram}
```

"""

_PROVENANCE = f"""\
## What every node and fact carries

The graph is a function of what its sources assert. Each node of these labels (all of them also `Entity`) and each relationship
carries its assertions as five lists of equal length: `sources` (ids of `Source` nodes), `rows` (the row of that source), `loads`
(the load that first brought it), `given` (what the row said, as JSON: `v` the values, `e` the edition that first gave them, `i`
the ids of a node, `f` and `t` the ends of a fact) and `missing` (empty, or the date of the edition that no longer had it).

The other properties are derived from these: by authority of the source ({", ".join(AUTHORITIES)}), then the newer statement.
`as_of` is the date for which the sources say so; `ended` is set when no source lists it any more; `kg why` shows who said what.

A node's `id` is given once, by the best scheme then known ({", ".join(SCHEMES)}), and kept. Its codes are properties
({", ".join(f"`{property_}`" for property_ in SCHEME_PROPERTIES.values())}); a second code of one scheme is a node
`(:Identifier {{value}})-[:IDENTIFIES]->()`. A fact's `key` follows from its type, its ends and, where needed, its spell.

A fact whose two ends turn out to be one node is kept aside as `SELF_LOOP` (`of` names its type), until they part again.

Besides: `Source` (a publisher's data set), `Load` (one edition, `-[:READ]->` its sources) and `Change` (what a load changed, as
it was before, so that `kg undo` can bring it back). `Layout` says by which rules all this is laid down, and which steps of `kg schema
migrate` were applied; `Aggregate` keeps counts; `Restore` is there while a restore is under way, and `Turn` while
somebody writes; `Forgotten` has a hash of each id of a person whom loads leave out. These five touch no other node.

"""


def schema_page() -> str:
    """Return the text of ``docs/schema.md``."""
    parts = [_INTRODUCTION.format(diagram=diagram()), "## Nodes\n\n"]
    for label, node in NODES.items():
        schemes = ", ".join(f"`{scheme}`" for scheme in node.schemes)
        second = (
            "".join(f" or `{kind_label}`" for kind_label in KIND_LABELS.values()) if label == "Organisation" else ""
        )
        parts.append(f"### {label}\n\n{_text(node)}\n\nIds: {schemes}.")
        parts.append(f" Second label{second.removeprefix(' or')}, by its kind.\n\n" if second else "\n\n")
        parts.append(_table(node))
    parts.append("## Facts\n\n")
    for type_, fact in FACTS.items():
        parts.append(f"### {type_}\n\n`{_text(fact).partition(': ')[0]}`")
        parts.append(_beside(fact))
        parts.append(_table(fact))
    parts.append(_PROVENANCE)
    return "".join(parts).rstrip() + "\n"


def _beside(fact: type[Fact]) -> str:
    meaning = _text(fact).partition(": ")[2]
    part = f"Two facts between the same ends differ by their {fact.part}." if fact.part else ""
    return "\n\n" + "".join(
        f"{sentence}\n\n" for sentence in (meaning and f"{meaning[0].upper()}{meaning[1:]}.", part) if sentence
    )


def _text(kind: type[Record]) -> str:
    return inspect.cleandoc(kind.__doc__ or "")


def _table(kind: type[Record]) -> str:
    rows = [
        f"| `{name}` | {_type(field.annotation)} | {field.description or ''} |\n"
        for name, field in kind.model_fields.items()
        if name not in ("start", "end") or issubclass(kind, Node)
    ]
    return "| property | type | meaning |\n|---|---|---|\n" + "".join(sorted(rows)) + "\n"


def _type(annotation: object) -> str:
    if typing.get_origin(annotation) in (typing.Union, types.UnionType):
        return " or ".join(_type(part) for part in typing.get_args(annotation) if part is not type(None))
    if annotation == PartialDate:
        return "date, may be partial"
    if typing.get_origin(annotation) is typing.Annotated:
        return _type(typing.get_args(annotation)[0])
    if typing.get_origin(annotation) is Literal:
        return "one of " + ", ".join(f"`{choice}`" for choice in typing.get_args(annotation))
    if typing.get_origin(annotation) is tuple:
        return "list of text"
    names: dict[object, str] = {str: "text", int: "whole number", float: "number"}
    return names.get(annotation) or str(getattr(annotation, "__name__", "")).lower()


def diagram() -> str:
    """Return the model as a Mermaid flow chart: an arrow for each pair of labels that a relationship type joins."""
    lines = ["flowchart LR"]
    lines += [f"    {start} -- {type_} --> {end}" for type_, fact in FACTS.items() for start, end in fact.pairs]
    return "\n".join(lines)


def cypher_file(items: list[cypher.SchemaItem]) -> str:
    """Return statements as the text of a file that cypher-shell runs."""
    return _HEADER + "".join(f"{item.statement};\n" for item in items)


def files() -> Iterator[tuple[Path, str]]:
    """Yield every generated file, relative to the checkout, with its text."""
    yield Path("cypher/schema/constraints.cypher"), cypher_file(cypher.constraints())
    yield Path("cypher/schema/indexes.cypher"), cypher_file(cypher.indexes())
    yield Path("cypher/browser/style.grass"), look.style_sheet()
    yield Path("cypher/browser/model.svg"), look.model_picture()
    yield Path("docs/schema.md"), schema_page()


def main() -> None:
    """Write the files."""
    for path, text in files():
        (CHECKOUT / path).parent.mkdir(parents=True, exist_ok=True)
        (CHECKOUT / path).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
