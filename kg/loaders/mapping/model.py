"""The model of a mapping: what may stand in it. The blocks of nodes and facts are made from the schema of the graph."""

from __future__ import annotations

import re
from typing import Annotated, Literal, Self

from pydantic import BeforeValidator, Field, PrivateAttr, field_validator, model_validator

from kg.errors import quoted
from kg.loaders.mapping.blocks import Block, Scalar, Scalars, as_list, instead, misplaced
from kg.loaders.mapping.conditions import Conditions
from kg.loaders.mapping.document import Loc
from kg.loaders.mapping.entities import FactBlock, FactHere, NodeBlock, NodeHere
from kg.loaders.mapping.layouts import check_layouts
from kg.loaders.mapping.members import Members, expand
from kg.loaders.reading.values import MISSING
from kg.schema.dates import check_partial_date
from kg.schema.relationships import FACTS

#: Names for separators, as people write them.
SEPARATORS = {"comma": ",", "semicolon": ";", "tab": "\t", "\\t": "\t", "bar": "|", "pipe": "|"}


class SourceBlock(Block):
    """Whose list it is."""

    id: Scalar = Field(description="short name of the source in the graph: lower-case letters, digits, hyphens")
    title: Scalar = Field(description="what the list is called")
    publisher: Scalar = Field(description="who published it")
    licence: Scalar = Field(default="none stated", description="under which terms it may be used")
    url: Scalar = Field(default="", description="where it was found")
    authority: Literal["network", "publisher", "aggregator"] = Field(
        default="publisher",
        description="who says so: the network itself, the publisher of the facts, or who compiled other people's facts",
    )

    @field_validator("id")
    @classmethod
    def _check_id(cls, text: str) -> str:
        if not re.fullmatch(r"[a-z0-9][a-z0-9-]{0,59}", text):
            raise ValueError(f"{quoted(text)} is not the id of a source: write lower-case letters, digits and hyphens")
        return text


class FileBlock(Block):
    """How the table is written; all of it is found out unless it is said."""

    format: Literal["csv", "tsv", "xlsx", "jsonl", "json", "parquet"] | None = Field(
        default=None, description="kind of file; else found out from its content"
    )
    sheet: Scalar | None = Field(default=None, description="sheet of a workbook; else the first with the columns")
    header: Annotated[int, Field(ge=1, le=10_000)] | None = Field(
        default=None, description="line of the header, counted from 1; else the first line with the columns"
    )
    columns: Scalars = Field(default=(), description="names for the columns, where the file has no header")
    encoding: Scalar | None = Field(default=None, description="such as utf-8 or cp1252; else found out")
    delimiter: Scalar | None = Field(default=None, description="what stands between cells; else found out")
    fill_down: Scalars = Field(
        default=(), description="columns in which an empty cell means the same as the one above (merged cells)"
    )
    empty: Scalars = Field(
        default=(), description="texts that mean an empty cell; else the usual ones, such as - and n/a"
    )
    date: Scalars = Field(default=(), description="layouts of all dates, such as '%d.%m.%Y'; else they are guessed")
    decimal: Literal[".", ","] | None = Field(
        default=None, description="decimal sign of all numbers; else it is guessed"
    )

    @field_validator("date")
    @classmethod
    def _check_date(cls, layouts: tuple[str, ...]) -> tuple[str, ...]:
        return check_layouts(layouts)

    @field_validator("delimiter")
    @classmethod
    def _check_delimiter(cls, text: str | None) -> str | None:
        text = SEPARATORS.get(text, text) if text else text
        if text is not None and len(text) != 1:
            raise ValueError(f"{quoted(text)} is not one character, nor one of {', '.join(SEPARATORS)}")
        return text

    @property
    def missing(self) -> frozenset[str]:
        """What stands in a cell for nothing, in small letters."""
        return frozenset(("", *(text.casefold() for text in self.empty))) if self.empty else MISSING

    @model_validator(mode="after")
    def _check_header(self) -> Self:
        if self.columns and self.header:
            raise ValueError("'columns' is for a file without a header, 'header' for one with: keep one of them")
        if len(set(self.columns)) != len(self.columns):
            raise ValueError("'columns' has a name twice")
        return self


class Mapping(Block):
    """A mapping: whose table it is, how it is written, and what its rows say."""

    source: SourceBlock = Field(description="whose list it is")
    edition: Scalar | None = Field(
        default=None, description="day, month or year of which the list is; else --edition says it"
    )
    part: Scalar | None = Field(
        default=None,
        description="which part of the source the table is, where the source comes in several (a country, a network)",
    )
    file: FileBlock = Field(default=FileBlock(), description="how the table is written")
    row: Scalars = Field(
        default=(), description="columns that together name a row in every edition; else those that name its nodes"
    )
    skip: Conditions = Field(default=(), description="rows to leave out: those for which one of these holds")
    members: Annotated[
        tuple[Members, ...],
        BeforeValidator(as_list, json_schema_input_type=Members | list[Members]),
    ] = Field(default=(), description="short form: each row is a member of an organisation")
    nodes: dict[str, NodeHere] = Field(
        default={}, description="blocks, each of which makes a node of a row, by names of your own"
    )
    facts: tuple[FactHere, ...] = Field(default=(), description="relationships between the blocks of `nodes`")

    _all_nodes: dict[str, NodeBlock] = PrivateAttr(default_factory=dict)
    _all_facts: tuple[FactBlock, ...] = PrivateAttr(default=())

    @field_validator("edition")
    @classmethod
    def _check_edition(cls, text: str | None) -> str | None:
        return text and check_partial_date(text)

    @field_validator("part")
    @classmethod
    def _check_part(cls, text: str | None) -> str | None:
        if text and (not re.fullmatch(r"[^\s@?/]+", text) or len(text) > 80):
            raise ValueError(f"{quoted(text)}: a part is one word of at most 80 characters without @ ? /")
        return text

    @model_validator(mode="after")
    def _check_whole(self) -> Self:
        if not self.nodes and not self.members:
            raise ValueError("nothing is made of a row: give 'members' (the short form) or 'nodes' and 'facts'")
        nodes: dict[str, NodeBlock] = {}
        facts: list[FactBlock] = []
        for number, members in enumerate(self.members, start=1):
            more, fact = expand(members, number)
            nodes |= more
            facts.append(fact)
        for name in self.nodes:
            if name in nodes:
                raise misplaced(
                    ("nodes", name), f"'members' makes a block {quoted(name)} of its own: give this one another name"
                )
        self._all_nodes = nodes | self.nodes
        self._all_facts = (*facts, *self.facts)
        for place, fact in enumerate(self.facts):
            self._check_ends(fact, ("facts", place))
        self._check_persons()
        return self

    def _check_ends(self, fact: FactBlock, at: Loc) -> None:
        labels = []
        for end in ("start", "end"):
            name = getattr(fact, end)
            if name not in self._all_nodes:
                raise misplaced(
                    (*at, end), f"there is no block {quoted(name)}; {instead(name, list(self._all_nodes), 'There are')}"
                )
            labels.append(self._all_nodes[name].labels)
        pairs = FACTS[fact.type].pairs
        if not any((start, end) in pairs for start in labels[0] for end in labels[1]):
            known = ", ".join(f"{start} to {end}" for start, end in pairs)
            raise misplaced(
                (*at, "type"),
                f"{fact.type} does not join {' or '.join(labels[0])} to {' or '.join(labels[1])}, but {known}",
            )

    def _check_persons(self) -> None:
        """A name alone never tells who a person is."""
        posts = {fact.start for fact in self.facts if fact.type == "HOLDS_POST"}
        for name, node in self.nodes.items():
            if node.label == "Person" and not (node.own_id or node.id or node.codes or name in posts):
                raise misplaced(
                    ("nodes", name),
                    "a person is never told by the name alone: give 'own_id' or 'ids: {wikidata: ...}', or a fact HOLDS_POST that "
                    "starts here",
                )

    @property
    def all_nodes(self) -> dict[str, NodeBlock]:
        """The blocks of nodes, those of the short form included."""
        return self._all_nodes

    @property
    def all_facts(self) -> tuple[FactBlock, ...]:
        """The blocks of facts, those of the short form included."""
        return self._all_facts
