"""What an export says of each kind of node and fact: the properties that the schema documents, and nothing else that is stored.

So neither what sources gave word by word nor anything that somebody wrote into the database by hand gets out.
"""

from __future__ import annotations

import types
import typing
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from kg.schema.identity import SCHEME_PROPERTIES
from kg.schema.nodes import NODES, Point, Record
from kg.schema.relationships import FACTS

#: Of a value: text (dates are text, since they may be partial), whole numbers, numbers, lists of text.
Kind = Literal["text", "whole", "number", "list"]

#: A node or fact: its values by column, ``None`` where there is none.
Row = dict[str, typing.Any]


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table, or an attribute."""

    name: str
    kind: Kind


_LAST = [Column("as_of", "text"), Column("ended", "text"), Column("sources", "list")]


def _kind(annotation: object) -> Kind | None:
    """Return how values of a type are written; none for points, which become two columns."""
    if typing.get_origin(annotation) is typing.Annotated:
        return _kind(typing.get_args(annotation)[0])
    if typing.get_origin(annotation) in (typing.Union, types.UnionType):
        (some,) = (part for part in typing.get_args(annotation) if part is not types.NoneType)
        return _kind(some)
    if typing.get_origin(annotation) is tuple:
        return "list"
    if annotation is Point:
        return None
    kinds: dict[object, Kind] = {int: "whole", float: "number"}
    return kinds.get(annotation, "text")


def _columns(kind: type[Record], *without: str) -> list[Column]:
    found = []
    for name, field in kind.model_fields.items():
        if name in without:
            continue
        written = _kind(field.annotation)
        found += (
            [Column("longitude", "number"), Column("latitude", "number")]
            if written is None
            else [Column(name, written)]
        )
    return found


#: The columns of each kind of node, by label. ``ended`` is the day since which no source lists it.
NODE_COLUMNS: Mapping[str, tuple[Column, ...]] = {
    label: (
        Column("id", "text"),
        Column("label", "text"),
        *_columns(kind, "as_of"),
        *(Column(SCHEME_PROPERTIES[scheme], "text") for scheme in kind.schemes),
        *_LAST,
    )
    for label, kind in NODES.items()
}

#: The columns of each kind of fact, by type; ``start`` and ``end`` are ids of nodes.
FACT_COLUMNS: Mapping[str, tuple[Column, ...]] = {
    type_: (
        *(Column(name, "text") for name in ("key", "type", "start", "end")),
        *_columns(kind, "start", "end", "as_of"),
        *_LAST,
    )
    for type_, kind in FACTS.items()
}


def every(columns: Mapping[str, tuple[Column, ...]]) -> tuple[Column, ...]:
    """Return all columns of some kinds, each once; a name means the same, and has the same values, wherever it stands."""
    found = {column.name: column for some in columns.values() for column in some}
    last = {column.name for column in _LAST}
    return (*(column for name, column in found.items() if name not in last), *_LAST)
