"""Conditions on the cells of a row: which rows to leave out, and when a row has a node or a fact at all."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from typing import Annotated, Self

from pydantic import BeforeValidator, Field, field_validator, model_validator

from kg.errors import quoted
from kg.loaders.mapping.blocks import Block, Scalar, Scalars, as_list
from kg.loaders.mapping.values import check_pattern
from kg.loaders.reading.values import present

_TESTS = ("equals", "differs", "empty", "matches")


class Condition(Block):
    """A condition on one column, by exactly one of ``equals``, ``differs``, ``empty`` and ``matches``."""

    column: Scalar = Field(description="the column")
    equals: Scalars = Field(
        default=(), description="it is this text, or one of these; upper and lower case are the same"
    )
    differs: Scalars = Field(default=(), description="it is not this text, nor any of these")
    empty: bool | None = Field(default=None, description="true: it is empty; false: it is not")
    matches: Scalar | None = Field(default=None, description="a regular expression is found in it")
    rule: Scalar | None = Field(default=None, description="what to call it in the report of skipped rows")

    @field_validator("matches")
    @classmethod
    def _check_matches(cls, pattern: str | None) -> str | None:
        return check_pattern(pattern)

    @model_validator(mode="after")
    def _check_test(self) -> Self:
        given = [name for name in _TESTS if getattr(self, name) not in (None, ())]
        if len(given) != 1:
            raise ValueError(
                f"expected exactly one of {', '.join(_TESTS)}" + (f", not {' and '.join(given)}" if given else "")
            )
        return self

    def holds(self, cells: Mapping[str, str], missing: Collection[str]) -> bool:
        """Return whether it holds for a row, where the texts in ``missing`` mean an empty cell."""
        cell = cells.get(self.column, "")
        if self.empty is not None:
            return (present(cell, missing) is None) is self.empty
        if self.matches is not None:
            return re.search(self.matches, cell) is not None
        if self.equals:
            return cell.casefold() in {text.casefold() for text in self.equals}
        return cell.casefold() not in {text.casefold() for text in self.differs}

    @property
    def told(self) -> str:
        """What it says, in words."""
        if self.rule:
            return self.rule
        if self.empty is not None:
            return f"{self.column} is {'empty' if self.empty else 'not empty'}"
        if self.matches is not None:
            return f"{self.column} matches {quoted(self.matches)}"
        texts = " or ".join(quoted(text) for text in (self.equals or self.differs))
        return f"{self.column} is {'' if self.equals else 'not '}{texts}"


#: One condition or a list of them.
Conditions = Annotated[
    tuple[Condition, ...], BeforeValidator(as_list, json_schema_input_type=Condition | list[Condition])
]
