"""A mapping file as a model, and what is wrong with it, by line and column."""

from __future__ import annotations

from collections.abc import Iterator
from collections.abc import Mapping as Dictionary
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from kg.errors import KgError, quoted
from kg.loaders.mapping.blocks import Block, instead, nearest
from kg.loaders.mapping.document import Document, Loc, Mark, parse_document, read_document
from kg.loaders.mapping.model import Mapping

#: What a suggested mapping has where only the user knows.
FILL_IN = "TO FILL IN"

#: Mistakes told at once.
_MOST_TOLD = 10


def read_mapping(path: Path) -> tuple[Mapping, Document]:
    """Return a mapping, and the document in which its blocks stand.

    Raises:
        KgError: It cannot be read, is not YAML, or is no mapping; the message says line, column and what was expected.
    """
    return check_mapping(read_document(path))


def parse_mapping(content: bytes, name: str = "mapping.yaml") -> tuple[Mapping, Document]:
    """Return a mapping given as bytes; see :func:`read_mapping`."""
    return check_mapping(parse_document(content, name))


def check_mapping(document: Document) -> tuple[Mapping, Document]:
    """Return the mapping that a document holds; see :func:`read_mapping`."""
    open_places = [(document.values[loc], "this is still to be filled in") for loc in _to_fill_in(document.data, ())]
    if open_places:
        raise _refusal(document, open_places)
    try:
        mapping = Mapping.model_validate(document.data)
    except ValidationError as error:
        found = [_tell(document, dict(detail)) for detail in error.errors(include_url=False)]
        raise _refusal(document, found) from error
    mapping.place(())
    return mapping, document


def refuse(document: Document, found: list[tuple[Loc, str]]) -> KgError:
    """Return the error of a mapping that is well made but does not fit its table: paths and what is wrong there."""
    return _refusal(document, [(document.where(loc), message) for loc, message in found])


def _refusal(document: Document, found: list[tuple[Mark, str]]) -> KgError:
    ordered = sorted(dict.fromkeys(found), key=lambda one: (one[0].line, one[0].column))
    told = [document.complaint(mark, message) for mark, message in ordered[:_MOST_TOLD]]
    if len(ordered) > _MOST_TOLD:
        told.append(f"and {len(ordered) - _MOST_TOLD} more")
    return KgError("\n".join(told))


def _to_fill_in(data: Any, loc: Loc) -> Iterator[Loc]:
    if isinstance(data, dict):
        for key, value in data.items():
            yield from _to_fill_in(value, (*loc, key))
    elif isinstance(data, list):
        for place, value in enumerate(data):
            yield from _to_fill_in(value, (*loc, place))
    elif isinstance(data, str) and FILL_IN in data:
        yield loc


def _tell(document: Document, detail: Dictionary[str, Any]) -> tuple[Mark, str]:
    """Return where a mistake stands, and what it is, in words."""
    loc: Loc = tuple(detail["loc"])
    context = detail.get("ctx", {})
    message = str(detail["msg"]).removeprefix("Value error, ")
    match detail["type"]:
        case "unknown_key":
            return document.where((*document.find(loc), context["key"]), key=True), message
        case "misplaced":
            return document.where((*document.find(loc), *context["at"])), message
        case "missing":
            return document.where(loc), f"{quoted(loc[-1])} is missing{_meaning(loc)}"
        case "union_tag_not_found":
            key = str(context["discriminator"]).strip("'")
            near = nearest(key, [str(name) for name in detail["input"]])
            if near:
                return document.where(
                    (*document.find(loc), near), key=True
                ), f"{quoted(near)} is not known here; did you mean '{key}'?"
            return document.where(document.find(loc), key=True), f"'{key}' is missing"
        case "union_tag_invalid":
            key = str(context["discriminator"]).strip("'")
            known = [one.strip().strip("'") for one in str(context["expected_tags"]).split(",")]
            tag = str(context["tag"])
            return (
                document.where((*document.find(loc), key)),
                f"{quoted(tag)} is not a {key}; {instead(tag, known, 'There are')}",
            )
        case "literal_error":
            given = str(detail["input"])
            known = [one.strip().strip("'") for one in str(context["expected"]).replace(" or ", ", ").split(",")]
            return document.where(loc), f"{quoted(given)} cannot stand here; {instead(given, known, 'Expected')}"
    return document.where(loc), _PLAIN.get(detail["type"], message)


_PLAIN = {
    "string_type": "expected a text here, not a list or keys",
    "dict_type": "expected names with blocks here, such as 'member: {label: City, ...}'",
    "tuple_type": "expected a list here",
    "model_type": "expected keys with values here",
    "model_attributes_type": "expected keys with values here",
    "int_parsing": "expected a whole number",
    "int_type": "expected a whole number",
    "bool_parsing": "expected true or false",
    "bool_type": "expected true or false",
}


def _meaning(loc: Loc) -> str:
    """Return what a missing key is for, where a block of this name has it."""
    kind = _TOP.get(str(loc[0])) if len(loc) == 2 else Mapping if len(loc) == 1 else None
    field = kind.model_fields.get(str(loc[-1])) if kind else None
    return f": {field.description}" if field and field.description else ""


_TOP: dict[str, type[Block]] = {
    name: field.annotation
    for name, field in Mapping.model_fields.items()
    if isinstance(field.annotation, type) and issubclass(field.annotation, Block)
}
