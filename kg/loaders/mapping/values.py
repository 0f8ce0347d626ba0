"""Where a value comes from: a column, several, or a constant; how it is cut, translated and read."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Annotated, Any, Literal, Self

from pydantic import BeforeValidator, Field, field_validator, model_validator

from kg.errors import quoted
from kg.loaders.mapping.blocks import Block, Scalar, Scalars
from kg.loaders.mapping.layouts import check_layouts

_SOURCES = ("column", "columns", "first_of", "value")


class Value(Block):
    """A value, given by exactly one of ``column``, ``columns``, ``first_of`` and ``value``."""

    column: Scalar | None = Field(default=None, description="the column that holds it")
    columns: Scalars = Field(default=(), description="several columns, joined in this order")
    join: Scalar = Field(default=" ", description="what stands between joined columns")
    first_of: Scalars = Field(default=(), description="several columns, of which the first that is not empty counts")
    value: Scalar | None = Field(default=None, description="the same for every row")
    take: Scalar | None = Field(
        default=None, description="regular expression: only what its first group, or all of it, matches; else empty"
    )
    split: Scalar | None = Field(
        default=None, description="what stands between several values in one cell; a JSON list is taken apart as well"
    )
    values: dict[str, Scalar | None] = Field(
        default={}, description="what to write instead of a text of the table; ~ for nothing"
    )
    others: Literal["keep", "empty", "reject"] = Field(
        default="keep", description="what becomes of a text that `values` does not list"
    )
    default: Scalar | None = Field(default=None, description="what to write where it is empty")
    unreadable: Literal["reject", "empty"] = Field(
        default="reject", description="whether a text that cannot be read rejects the row, or counts as empty"
    )

    @field_validator("take")
    @classmethod
    def _check_take(cls, pattern: str | None) -> str | None:
        return check_pattern(pattern)

    @model_validator(mode="after")
    def _check_source(self) -> Self:
        given = [name for name in _SOURCES if getattr(self, name) not in (None, ())]
        if len(given) != 1:
            raise ValueError(
                f"expected exactly one of {', '.join(_SOURCES)}" + (f", not {' and '.join(given)}" if given else "")
            )
        if self.others != "keep" and not self.values:
            raise ValueError("'others' says what becomes of texts that 'values' does not list; there is no 'values'")
        return self

    @property
    def named_columns(self) -> tuple[str, ...]:
        """The columns that it reads."""
        return (*((self.column,) if self.column is not None else ()), *self.columns, *self.first_of)

    @property
    def told(self) -> str:
        """What it is called in messages."""
        return " + ".join(self.named_columns) or f"the constant {quoted(self.value)}"


class DateValue(Value):
    """A date: a day, a month or a year."""

    date: Scalars = Field(
        default=(),
        description="layouts such as '%d.%m.%Y', '%m/%Y' or '%Y', tried in this order; else they are guessed",
    )

    @field_validator("date")
    @classmethod
    def _check_date(cls, layouts: tuple[str, ...]) -> tuple[str, ...]:
        return check_layouts(layouts)


class NumberValue(Value):
    """A number."""

    decimal: Literal[".", ","] | None = Field(default=None, description="the decimal sign; else it is guessed")


def check_pattern(pattern: str | None) -> str | None:
    """Return a regular expression that is one.

    Raises:
        ValueError: It is none.
    """
    try:
        re.compile(pattern or "")
    except (re.error, OverflowError, RecursionError) as error:
        raise ValueError(f"{quoted(pattern)} is not a regular expression: {error}") from error
    return pattern


def _short(key: str) -> Callable[[Any], Any]:
    def widen(given: Any) -> Any:
        return {key: given} if isinstance(given, str | int | float) else given

    return widen


_Bare = str | int | float | bool
_HERE, _THERE = _short("value"), _short("column")

#: A bare text is the value itself (long form) ...
TextHere = Annotated[Value, BeforeValidator(_HERE, json_schema_input_type=_Bare | Value)]
DateHere = Annotated[DateValue, BeforeValidator(_HERE, json_schema_input_type=_Bare | DateValue)]
NumberHere = Annotated[NumberValue, BeforeValidator(_HERE, json_schema_input_type=_Bare | NumberValue)]
#: ... or the name of a column (short form).
TextThere = Annotated[Value, BeforeValidator(_THERE, json_schema_input_type=_Bare | Value)]
DateThere = Annotated[DateValue, BeforeValidator(_THERE, json_schema_input_type=_Bare | DateValue)]
NumberThere = Annotated[NumberValue, BeforeValidator(_THERE, json_schema_input_type=_Bare | NumberValue)]


def values_in(block: Any) -> Iterator[Value]:
    """Yield every value in a block and in the blocks in it."""
    if isinstance(block, Value):
        yield block
    elif isinstance(block, Block):
        for name in type(block).model_fields:
            yield from values_in(getattr(block, name))
    elif isinstance(block, dict):
        for item in block.values():
            yield from values_in(item)
    elif isinstance(block, tuple):
        for item in block:
            yield from values_in(item)
