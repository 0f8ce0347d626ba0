"""Blocks of nodes and facts, made from the schema of the graph, so that every field of it can be filled and no other."""

from __future__ import annotations

import operator
from functools import partial, reduce
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Literal, Self

from pydantic import AfterValidator, BeforeValidator, Field, create_model, model_validator

from kg.loaders.mapping.blocks import Block, Scalar, as_list
from kg.loaders.mapping.conditions import Conditions
from kg.loaders.mapping.constants import (
    check_choice_given,
    check_code_given,
    check_constant,
    check_id_given,
)
from kg.loaders.mapping.kinds import DERIVED, Kind, choices_of, kind_of
from kg.loaders.mapping.values import DateHere, NumberHere, TextHere, Value
from kg.schema.nodes import NODES, Node
from kg.schema.relationships import FACTS, Fact

#: The label of a block whose rows are municipalities, regions or other bodies, told apart by their names.
AUTHORITY = "authority"
AUTHORITY_LABELS = ("City", "Region", "Organisation")


class LocationBlock(Block):
    """A point, in degrees (WGS 84)."""

    latitude: Annotated[NumberHere, AfterValidator(partial(check_constant, "location"))] = Field(
        description="degrees north"
    )
    longitude: Annotated[NumberHere, AfterValidator(partial(check_constant, "location"))] = Field(
        description="degrees east"
    )


def feeds(text: Any, date: Any, number: Any) -> dict[Kind, Any]:
    """Return what feeds a field, by its kind, from what feeds a text, a date and a number; constants are read at once."""

    def read(kind: Kind, feed: Any) -> Any:
        return Annotated[feed, AfterValidator(partial(check_constant, kind))]

    return {
        "text": read("text", text),
        "texts": Annotated[tuple[text, ...], BeforeValidator(as_list, json_schema_input_type=text | list[text])],
        "date": read("date", date),
        "count": read("count", number),
        "amount": read("amount", number),
        "country": read("country", text),
        "website": read("website", text),
        "location": LocationBlock,
    }


_FEEDS = feeds(TextHere, DateHere, NumberHere)


class NodeBlock(Block):
    """A node that a row makes, or names."""

    labels: ClassVar[tuple[str, ...]] = ()

    label: str
    id: Annotated[TextHere, AfterValidator(check_id_given)] | None = Field(
        default=None,
        description="id in the graph, such as own:eurocities; without a name, the node is only referred to",
    )
    own_id: TextHere | None = Field(
        default=None, description="what the source itself calls it: a number or code of its own"
    )
    when: Conditions = Field(default=(), description="only in rows for which all of these hold")

    def feed(self, name: str) -> Any:
        """Return what feeds a field, None when nothing does."""
        return self.__dict__.get(name)

    @property
    def codes(self) -> dict[str, Value]:
        """What feeds the codes of each scheme."""
        ids = self.__dict__.get("ids")
        return {scheme: value for scheme, value in ids.__dict__.items() if value is not None} if ids else {}

    @model_validator(mode="after")
    def _check_named(self) -> Self:
        if not (self.feed("name") or self.id or self.codes or (self.label == "Country" and self.feed("country"))):
            raise ValueError("expected 'name', or 'id' or 'ids' for what is already in the graph")
        if self.own_id and self.id:
            raise ValueError("'id' is the id in the graph, 'own_id' what the source calls it: keep one of them")
        return self


def fields_of(*models: type[Node] | type[Fact]) -> dict[str, tuple[Kind, bool, str]]:
    """Return the fields of models that a mapping can fill: kind, whether it must be, and what it is."""
    found: dict[str, tuple[Kind, bool, str]] = {}
    for model in models:
        for name, field in model.model_fields.items():
            is_end = issubclass(model, Fact) and name in ("start", "end")
            if name not in DERIVED and not is_end:
                required = issubclass(model, Fact) and field.is_required()
                found.setdefault(name, (kind_of(field), required, field.description or ""))
    return found


def _fields(*models: type[Node] | type[Fact]) -> dict[str, Any]:
    fields: dict[str, Any] = {}
    for name, (kind, required, meaning) in fields_of(*models).items():
        feed = _FEEDS[kind]
        declared = (model.model_fields[name] for model in models if name in model.model_fields)
        if choices := next(filter(None, map(choices_of, declared)), ()):
            feed = Annotated[feed, AfterValidator(partial(check_choice_given, choices))]
            meaning = f"{meaning} ({', '.join(choices)})"  # noqa: PLW2901 - the same meaning, said in full
        fields[name] = (
            (feed, Field(description=meaning)) if required else (feed | None, Field(default=None, description=meaning))
        )
    return fields


def code_feed(scheme: str, text: Any) -> Any:
    """Return what feeds a code in a scheme; a constant is checked at once."""
    return Annotated[text, AfterValidator(partial(check_code_given, scheme))]


def _node_block(label: str, labels: tuple[str, ...], meaning: str) -> type[NodeBlock]:
    models = [NODES[one] for one in labels]
    schemes = dict.fromkeys(scheme for model in models for scheme in model.schemes if scheme != "own")
    codes: dict[str, Any] = {
        scheme: (code_feed(scheme, TextHere) | None, Field(default=None, description=f"code in {scheme}"))
        for scheme in schemes
    }
    meant = "Exact ids of the very thing, never of its seat."
    ids = create_model(f"{label.capitalize()}Ids", __base__=Block, __doc__=meant, **codes)
    fields: dict[str, Any] = {"label": (Literal[label], Field(description="what kind of node")), **_fields(*models)}
    if schemes:
        fields["ids"] = (ids | None, Field(default=None, description="exact ids of the very thing, never of its seat"))
    if "City" in labels:
        fields["region"] = (
            TextHere | None,
            Field(default=None, description="name or NUTS code of where it lies: helps to tell namesakes apart"),
        )
    if label == "Country":
        fields["country"] = (TextHere | None, Field(default=None, description="ISO 3166-1 code, or name in English"))
    block = create_model(f"{label.capitalize()}Block", __base__=NodeBlock, __doc__=meaning, **fields)
    block.labels = labels
    return block


class FactBlock(Block):
    """A fact that a row states."""

    type: str
    start: Scalar = Field(description="block of `nodes` where it starts")
    end: Scalar = Field(description="block of `nodes` where it ends")
    when: Conditions = Field(default=(), description="only in rows for which all of these hold")

    @property
    def fields(self) -> dict[str, Any]:
        """What feeds each field that is fed."""
        names = fields_of(FACTS[self.type])
        return {name: self.__dict__[name] for name in names if self.__dict__[name] is not None}


def _fact_block(kind: type[Fact]) -> type[FactBlock]:
    fields: dict[str, Any] = {"type": (Literal[kind.type], Field(description="type of relationship")), **_fields(kind)}
    picture = " ".join((kind.__doc__ or "").split())
    return create_model(f"{kind.__name__}Block", __base__=FactBlock, __doc__=picture, **fields)


NODE_BLOCKS: dict[str, type[NodeBlock]] = {
    label: _node_block(label, (label,), " ".join((model.__doc__ or "").split())) for label, model in NODES.items()
} | {
    AUTHORITY: _node_block(
        AUTHORITY, AUTHORITY_LABELS, "A municipality, a region or another body, told apart by the words in its name."
    )
}
FACT_BLOCKS: dict[str, type[FactBlock]] = {type_: _fact_block(kind) for type_, kind in FACTS.items()}

if TYPE_CHECKING:
    NodeHere = NodeBlock
    FactHere = FactBlock
    OrganisationHere = NodeBlock
else:
    NodeHere = Annotated[reduce(operator.or_, NODE_BLOCKS.values()), Field(discriminator="label")]
    FactHere = Annotated[reduce(operator.or_, FACT_BLOCKS.values()), Field(discriminator="type")]
    OrganisationHere = NODE_BLOCKS["Organisation"]
