"""What a backup says of itself: what it is of, how much is in it, and what each of its parts must be."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from kg.errors import KgError

FORMAT = "kg backup"
#: Of the file, not of the graph in it; goes up when an older kg could not read it.
VERSION = 1

#: Bytes of a part after which the next one begins, of the longest row, and so of the longest part.
PART = 32 << 20
LONGEST = 64 << 20
MOST_PARTS = 20_000

Number = Annotated[int, Field(ge=0)]
Hexadecimal = Annotated[str, Field(pattern=r"^[0-9a-f]{32,64}$")]


class _Model(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


class Part(_Model):
    """One member of the archive: rows of JSON, one a line."""

    name: Annotated[str, Field(pattern=r"^(nodes|relationships)/[0-9]{5}\.jsonl$")]
    rows: Number
    bytes: Annotated[int, Field(ge=0, le=PART + LONGEST)]
    sha256: Hexadecimal

    @property
    def kind(self) -> str:
        """``nodes`` or ``relationships``."""
        return self.name.partition("/")[0]


class GraphDigest(_Model):
    """What ``kg digest`` said of the graph."""

    value: Hexadecimal
    nodes: Number
    facts: Number


class Contents(_Model):
    """How much there is, and one number over all of it.

    ``nodes`` are numbers by labels, written ``City:Entity``; ``relationships`` by type. ``content`` covers every label, type and
    property of every node and relationship, whatever their order; ``digest`` what the graph says.
    """

    nodes: dict[str, Number]
    relationships: dict[str, Number]
    content: Hexadecimal
    digest: GraphDigest

    @property
    def node_count(self) -> int:
        """How many nodes."""
        return sum(self.nodes.values())

    @property
    def relationship_count(self) -> int:
        """How many relationships."""
        return sum(self.relationships.values())


class Manifest(_Model):
    """The member ``manifest.json``."""

    format: Literal["kg backup"] = "kg backup"
    version: Number = VERSION
    about: str
    taken: str
    kg: str
    neo4j: str
    layout: Number
    contents: Contents
    parts: Annotated[tuple[Part, ...], Field(max_length=MOST_PARTS, strict=False)]


class _Beginning(BaseModel):
    """What every version of the file has."""

    format: Literal["kg backup"]
    version: int


ABOUT = (
    "A graph of kg (localgov-kg), restored with `kg restore FILE`. Each line of nodes/*.jsonl is [labels, properties], nodes "
    "numbered from 0 in their order; each line of relationships/*.jsonl is [type, number of its start, number of its end, "
    'properties]. {"$": ...} is a value that JSON has no form for. kg/database/backup/values.py reads them.'
)


def read_manifest(text: bytes, file: str) -> Manifest:
    """Return a manifest from its text.

    Raises:
        KgError: It is none, is of a newer kg, or is wrong.
    """
    try:
        beginning = _Beginning.model_validate_json(text)
    except ValidationError as error:
        raise KgError(f"{file} is no backup of kg: what it says of itself cannot be read.") from error
    if beginning.version > VERSION:
        raise KgError(
            f"{file} is a backup in a form of a newer kg (version {beginning.version}, and this one reads {VERSION}): update "
            "kg (pip install --upgrade localgov-kg) and run the command again."
        )
    try:
        return Manifest.model_validate_json(text)
    except ValidationError as error:
        where = ".".join(str(step) for step in error.errors()[0]["loc"])
        raise KgError(
            f"{file} is damaged, or was not made by kg backup: {where or 'manifest.json'} in what it says of itself is wrong. "
            "Take another backup."
        ) from error
