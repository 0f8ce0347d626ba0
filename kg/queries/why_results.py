"""What ``kg why`` answers: who says so, row by row."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pydantic import Field

from kg.queries.display import Block, Cell, Line, Table
from kg.queries.results import Model, Partner, Result, SourceData


class Statement(Model):
    """What one row of one source says. ``missing`` is empty while the source lists it, else when it no longer did."""

    source: SourceData
    row: str
    edition: str | None
    load: str
    values: Mapping[str, Any]
    missing: str


class Why(Result):
    """Who says so: a fact or a node, the values shown, and what each source gave."""

    key: str
    type: str
    sentence: str
    start: Partner | None = None
    end: Partner | None = None
    shown: Mapping[str, Any]
    ended: str | None
    statements: tuple[Statement, ...]
    differences: Mapping[str, Mapping[str, Any]] = Field(
        description="values in which sources differ: field -> source id -> value"
    )

    def blocks(self) -> list[Block]:
        """Return the sentence, each source with what it gave, and where they differ."""
        blocks: list[Block] = [Line(self.sentence, "heading")]
        if self.ended:
            blocks.append(Line(f"History: no source lists it since {self.ended}."))
        rows = tuple(
            (
                _source_lines(statement.source),
                statement.row,
                statement.edition,
                statement.load,
                _values(statement.values),
                statement.missing or "listed",
            )
            for statement in self.statements
        )
        blocks.append(Table(("Source", "Row", "Edition", "First loaded by", "Gives", "Missing since"), rows))
        for field, values in self.differences.items():
            said = "; ".join(f"{source}: {_value(value)}" for source, value in values.items())
            blocks.append(Line(f"Sources differ in {field}: {said}. Shown: {_value(self.shown.get(field))}."))
        return blocks

    def records(self) -> list[dict[str, Cell]]:
        """Return one row per source's row."""
        return [
            {
                "key": self.key,
                "type": self.type,
                "source": statement.source.id,
                "title": statement.source.title,
                "publisher": statement.source.publisher,
                "licence": statement.source.licence,
                "url": statement.source.url,
                "row": statement.row,
                "edition": statement.edition,
                "load": statement.load,
                "values": _values(statement.values),
                "missing": statement.missing,
            }
            for statement in self.statements
        ]


class WhyBetween(Result):
    """Who says so: every fact that joins two nodes directly, in either direction."""

    start: Partner
    end: Partner
    facts: tuple[Why, ...]

    def blocks(self) -> list[Block]:
        """Return the facts one after the other."""
        if not self.facts:
            return [
                Line(
                    f"No fact joins {self.start.name} and {self.end.name} directly; "
                    f"`kg path {self.start.id} {self.end.id}` shows what lies between."
                )
            ]
        return [block for fact in self.facts for block in fact.blocks()]

    def records(self) -> list[dict[str, Cell]]:
        """Return one row per fact and source's row."""
        return [record for fact in self.facts for record in fact.records()]


def _source_lines(source: SourceData) -> str:
    details = ", ".join(filter(None, (source.publisher, source.licence)))
    return "\n".join(filter(None, (source.title, details, source.url)))


def _values(values: Mapping[str, Any]) -> str:
    return "\n".join(f"{name}: {_value(value)}" for name, value in values.items())


def _value(value: object) -> str:
    if isinstance(value, list | tuple):
        return ", ".join(map(str, value))
    return "nothing" if value is None else str(value)
