"""Which properties nodes and facts may have, and by which type the importer reads each; it all follows from the schema."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from pydantic import BaseModel

from kg.schema.identity import SCHEME_PROPERTIES
from kg.schema.nodes import NODES, Point
from kg.schema.provenance import LISTS
from kg.schema.relationships import FACTS, SELF_LOOP

#: Types as a header names them; a whole number is one of 64 bits, as Cypher makes it.
TEXT, TEXTS, WHOLE, WHOLES, NUMBER, TRUTH, POINT = (
    "string",
    "string[]",
    "long",
    "long[]",
    "double",
    "boolean",
    "point{crs:WGS-84}",
)

Columns = Mapping[str, str]

_PROVENANCE = {"fingerprint": WHOLE, **dict.fromkeys(LISTS, TEXTS), "ended": TEXT}


@cache
def node_columns(label: str) -> Columns:
    """Return the properties that a node of a kind may have, with the type of each; see :func:`kg.database.stored.node_row`."""
    kind = NODES[label]
    ids = {"id": TEXT, **{SCHEME_PROPERTIES[scheme]: TEXT for scheme in kind.schemes}}
    return ids | _values(kind) | {"created": WHOLE, "search_names": TEXTS} | _PROVENANCE


@cache
def fact_columns(relationship: str) -> Columns:
    """Return the properties that a relationship of a type may have, likewise; see :func:`kg.database.stored.fact_row`."""
    kinds = FACTS.values() if relationship == SELF_LOOP else (FACTS[relationship],)
    values: dict[str, str] = {}
    for kind in kinds:
        values |= _values(kind)
    ends = ("start", "end")
    return {
        "key": TEXT,
        "of": TEXT,
        "spell": TEXT,
        **{name: type_ for name, type_ in values.items() if name not in ends},
        **_PROVENANCE,
    }


def _values(kind: type[BaseModel]) -> dict[str, str]:
    return {name: column_type(field.annotation) for name, field in kind.model_fields.items()}


def column_type(annotation: Any) -> str:
    """Return the type of the column for a field that is annotated so.

    Raises:
        TypeError: There is none: the schema has something new, for which one must be chosen here.
    """
    if isinstance(annotation, type) and issubclass(annotation, Point):
        return POINT
    match get_origin(annotation):
        case origin if origin is Annotated:
            return column_type(get_args(annotation)[0])
        case origin if origin in (Union, UnionType):
            (some,) = {column_type(part) for part in get_args(annotation) if part is not NoneType}
            return some
        case origin if origin is Literal:
            (kind,) = {type(value) for value in get_args(annotation)}
            return column_type(kind)
        case origin if origin is tuple:
            return f"{column_type(get_args(annotation)[0])}[]"
    types = {str: TEXT, bool: TRUTH, int: WHOLE, float: NUMBER}
    if annotation not in types:
        raise TypeError(f"no column for {annotation}")
    return types[annotation]
