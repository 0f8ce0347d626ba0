"""Which columns of its table a mapping names, and where it does."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from kg.loaders.mapping.blocks import Block
from kg.loaders.mapping.conditions import Condition
from kg.loaders.mapping.document import Loc
from kg.loaders.mapping.members import MembersFrame
from kg.loaders.mapping.model import Mapping
from kg.loaders.mapping.values import Value


@dataclass(frozen=True, slots=True)
class Use:
    """A column that a mapping names; ``short`` where a bare text could have been meant as a constant."""

    column: str
    loc: Loc
    short: bool = False


def uses(mapping: Mapping) -> list[Use]:
    """Return every place where a mapping names a column."""
    found = [Use(column, ("row", place)) for place, column in enumerate(mapping.row)]
    found += [Use(column, ("file", "fill_down", place)) for place, column in enumerate(mapping.file.fill_down)]
    for part in (mapping.skip, mapping.members, mapping.nodes, mapping.facts):
        found += _uses(part, short=False)
    return found


def _uses(part: Any, *, short: bool) -> Iterator[Use]:
    if isinstance(part, Value):
        if part.column is not None:
            yield Use(part.column, (*part.loc, "column"), short)
        for name in ("columns", "first_of"):
            yield from (Use(column, (*part.loc, name, place)) for place, column in enumerate(getattr(part, name)))
    elif isinstance(part, Condition):
        yield Use(part.column, (*part.loc, "column"))
    elif isinstance(part, Block):
        for name in type(part).model_fields:
            yield from _uses(getattr(part, name), short=isinstance(part, MembersFrame))
    elif isinstance(part, dict | tuple):
        for item in part.values() if isinstance(part, dict) else part:
            yield from _uses(item, short=short)


def constants(mapping: Mapping) -> Iterator[Value]:
    """Yield every value of the long form that is a constant."""
    for part in (mapping.nodes, mapping.facts):
        yield from (value for value in _values(part) if value.value is not None)


def _values(part: Any) -> Iterator[Value]:
    if isinstance(part, Value):
        yield part
    elif isinstance(part, Block):
        for name in type(part).model_fields:
            yield from _values(getattr(part, name))
    elif isinstance(part, dict | tuple):
        for item in part.values() if isinstance(part, dict) else part:
            yield from _values(item)
