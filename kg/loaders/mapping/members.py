"""The short form of a mapping: each row is a member of one organisation. It comes to blocks of the long form."""

from __future__ import annotations

from typing import Annotated, Any, Literal, Self

from pydantic import BeforeValidator, Field, create_model, model_validator

from kg.loaders.mapping.blocks import Block, misplaced
from kg.loaders.mapping.conditions import Conditions
from kg.loaders.mapping.entities import (
    AUTHORITY_LABELS,
    FACT_BLOCKS,
    NODE_BLOCKS,
    FactBlock,
    LocationBlock,
    NodeBlock,
    OrganisationHere,
    code_feed,
    feeds,
    fields_of,
)
from kg.loaders.mapping.values import DateThere, NumberThere, TextThere, Value
from kg.schema.identity import slug
from kg.schema.nodes import NODES
from kg.schema.relationships import MemberOf

_FEEDS = feeds(TextThere, DateThere, NumberThere) | {"location": NumberThere}
_MODELS = [NODES[label] for label in AUTHORITY_LABELS]
_SCHEMES = tuple(dict.fromkeys(scheme for model in _MODELS for scheme in model.schemes if scheme != "own"))
_OF_FACT = fields_of(MemberOf)
_OF_NODE = {name: found for name, found in fields_of(*_MODELS).items() if name != "location" and name not in _OF_FACT}


def _organisation(given: Any) -> Any:
    """Return what stands after ``of`` as a block of an organisation: an id, or the organisation itself."""
    if isinstance(given, str):
        return {"label": "Organisation", "id": given}
    if not isinstance(given, dict):
        return given
    given = {"label": "Organisation", **given}
    name = given.get("name")
    if name is not None:
        given.setdefault("kind", "network")
    if isinstance(name, str) and "id" not in given and slug(name):
        given["id"] = f"own:{slug(name)}"
    return given


class MembersFrame(Block):
    """Each row is a member of one organisation; a bare text is the name of a column."""

    of: Annotated[
        OrganisationHere,
        BeforeValidator(_organisation, json_schema_input_type=str | NODE_BLOCKS["Organisation"]),
    ] = Field(
        description="id of the organisation, such as own:eurocities, or the organisation itself: {id: own:..., name: ...}"
    )
    label: Literal["City", "Region", "Organisation", "authority"] = Field(
        default="authority",
        description="what the members are; authority: municipalities, and regions and other bodies where the words of a name say so",
    )
    when: Conditions = Field(default=(), description="only in rows for which all of these hold")

    def feed(self, name: str) -> Any:
        """Return what feeds a field, None when nothing does."""
        return self.__dict__.get(name)

    @model_validator(mode="after")
    def _check_label(self) -> Self:
        known = NODE_BLOCKS[self.label].model_fields
        for name in (*_OF_NODE, "region"):
            if self.feed(name) is not None and name not in known:
                raise misplaced((name,), f"a member that is a {self.label} has no {name!r}")
        known_schemes = {scheme for label in NODE_BLOCKS[self.label].labels for scheme in NODES[label].schemes}
        for scheme in _SCHEMES:
            if self.feed(scheme) is not None and scheme not in known_schemes:
                raise misplaced((scheme,), f"a member that is a {self.label} has no id in {scheme}")
        if (self.feed("latitude") is None) is not (self.feed("longitude") is None):
            raise ValueError("'latitude' and 'longitude' go together")
        if self.feed("latitude") is not None and "location" not in known:
            raise misplaced(("latitude",), f"a member that is a {self.label} has no place on the globe")
        return self


def _optional(feed: Any, meaning: str) -> Any:
    return feed | None, Field(default=None, description=meaning)


Members = create_model(
    "Members",
    __base__=MembersFrame,
    __doc__=MembersFrame.__doc__,
    **{
        "name": (TextThere, Field(description="name of the member")),
        "own_id": _optional(TextThere, "number or code by which the source calls it"),
        **{name: _optional(_FEEDS[kind], meaning) for name, (kind, _, meaning) in _OF_NODE.items() if name != "name"},
        **{name: _optional(_FEEDS[kind], meaning) for name, (kind, _, meaning) in _OF_FACT.items()},
        "latitude": _optional(_FEEDS["location"], "degrees north"),
        "longitude": _optional(_FEEDS["location"], "degrees east"),
        "region": _optional(TextThere, "name or NUTS code of where it lies: helps to tell namesakes apart"),
        **{scheme: _optional(code_feed(scheme, TextThere), f"code in {scheme}") for scheme in _SCHEMES},
    },
)


def expand(members: MembersFrame, number: int) -> tuple[dict[str, NodeBlock], FactBlock]:
    """Return the blocks of the long form that a short form comes to: a member, an organisation, and the membership."""
    after = "" if number == 1 else f" {number}"
    member, organisation = f"member{after}", f"network{after}"
    kind = NODE_BLOCKS[members.label]
    given: dict[str, Any] = {"label": members.label, "when": members.when}
    given |= {name: members.feed(name) for name in ("own_id", "region", *_OF_NODE) if members.feed(name) is not None}
    codes: dict[str, Value] = {scheme: members.feed(scheme) for scheme in _SCHEMES if members.feed(scheme) is not None}
    if codes:
        given["ids"] = codes
    if members.feed("latitude") is not None:
        given["location"] = LocationBlock(latitude=members.feed("latitude"), longitude=members.feed("longitude"))
    fact: dict[str, Any] = {"type": "MEMBER_OF", "start": member, "end": organisation}
    fact |= {name: members.feed(name) for name in _OF_FACT if members.feed(name) is not None}
    return {member: kind(**given), organisation: members.of}, FACT_BLOCKS["MEMBER_OF"](**fact)
