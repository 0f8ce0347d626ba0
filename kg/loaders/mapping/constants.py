"""Constants of a mapping, read when the mapping is, so that a wrong one is told once, by its line, and not with every row."""

from __future__ import annotations

import csv
from functools import cache
from importlib import resources
from typing import Any

from kg.errors import quoted
from kg.loaders.mapping.blocks import nearest
from kg.loaders.mapping.kinds import Kind, as_code, read_as
from kg.loaders.mapping.values import Value
from kg.schema.identity import check_id
from kg.schema.nodes import check_text


def check_constant(kind: Kind, value: Value) -> Value:
    """Return a value that is no constant, or one that can be read as this kind.

    Raises:
        ValueError: It cannot.
    """
    if value.value is not None:
        text = check_text(value.values.get(value.value) or value.value)
        given: dict[str, Any] = value.__dict__
        read_as(kind, text, layouts=given.get("date", ()), decimal=given.get("decimal"))
    return value


def check_choice_given(choices: tuple[str, ...], value: Value) -> Value:
    """Return a value of which no constant and no translation is other than one of a few texts.

    Raises:
        ValueError: One is.
    """
    constants = [value.values.get(value.value, value.value)] if value.value is not None else [*value.values.values()]
    for text in (*constants, value.default):
        if text is not None and text not in choices:
            raise ValueError(f"{quoted(text)} cannot stand here; expected one of {', '.join(choices)}")
    return value


def check_code_given(scheme: str, value: Value) -> Value:
    """Return a value that is no constant, or a code of this scheme.

    Raises:
        ValueError: It is none.
    """
    if value.value is not None:
        check_id(as_code(scheme, value.value))
    return value


def check_id_given(value: Value) -> Value:
    """Return a value that is no constant, or an id; for what is none, the message names those of the starter that are like it.

    Raises:
        ValueError: It is none.
    """
    if value.value is None:
        return value
    try:
        check_id(value.value)
    except ValueError as error:
        known = starter_organisations()
        near = nearest(value.value, known)
        hint = f" Is it {known[near]} ({near})?" if near else ""
        raise ValueError(
            f"{quoted(value.value)} is not an id, such as own:eurocities.{hint} What is not in the graph yet is described: "
            "{id: own:..., name: ...}"
        ) from error
    return value


@cache
def starter_organisations() -> dict[str, str]:
    """Return the ids of the starter's organisations by their names, acronyms and own ids."""
    text = resources.files("kg").joinpath("data", "organisations.csv").read_text(encoding="utf-8")
    found: dict[str, str] = {}
    for row in csv.DictReader(text.splitlines()):
        for name in (row["name"], row["acronym"], row["id"]):
            if name:
                found.setdefault(name, f"own:{row['id']}")
    return found
