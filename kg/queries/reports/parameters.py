"""What a person typed for a report's parameters, as values of the declared types and as ids of what is named."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from pydantic import JsonValue

from kg.errors import quoted
from kg.queries.reports.header import Parameter, Report, ReportError
from kg.queries.reports.types import ENTITIES, TYPES, did_you_mean, takes

if TYPE_CHECKING:
    from kg.database.connection import Connection
    from kg.queries.entities import Entity

__all__ = ["ENTITIES", "TYPES", "Call", "as_typed", "check_parameters", "prepare", "typed_value"]


class SameTwiceError(ReportError):
    """Two parameters of one type that name the same: a report that holds one against another has nothing to say on it."""


@dataclass(frozen=True)
class Call:
    """A report with the values to run it with.

    ``values`` are as the query gets them; ``entities`` what the entities among them were resolved to, by parameter.
    """

    report: Report
    values: dict[str, JsonValue]
    entities: dict[str, Entity]

    @property
    def asked(self) -> dict[str, str]:
        """The names of the entities, by parameter."""
        return {name: entity.name for name, entity in self.entities.items()}


def check_parameters(report: Report, given: Mapping[str, str]) -> dict[str, JsonValue]:
    """The values of all parameters of a report, from what a person typed; entities are still what was typed.

    Raises:
        ReportError: a parameter is missing, unknown or not of its type; says which and what it takes.
    """
    by_name = {parameter.name: parameter for parameter in report.parameters}
    if unknown := sorted(given.keys() - by_name.keys()):
        hint = did_you_mean(unknown[0], by_name)
        raise ReportError(
            f"Report {report.name} has no parameter {quoted(unknown[0])};{hint} it takes: "
            f"{', '.join(by_name) or 'none'}."
        )
    values: dict[str, JsonValue] = {}
    for name, parameter in by_name.items():
        if name in given:
            values[name] = typed_value(report, parameter, given[name])
        elif parameter.required:
            example = parameter.example if isinstance(parameter.example, str) else json.dumps(parameter.example)
            raise ReportError(
                f"Report {report.name} needs {name}: {parameter.description} "
                f"Give it as --param {name}=VALUE, for example --param {name}={example}."
            )
        else:
            values[name] = parameter.default
    return values


def typed_value(report: Report, parameter: Parameter, text: str) -> JsonValue:
    """One value of a parameter, from its text.

    Raises:
        ReportError: the text is not of the parameter's type.
    """
    if not isinstance(text, str):
        raise ReportError(f"Report {report.name}: the value of {parameter.name} must be text, not {quoted(text)}.")
    if not text.strip():
        raise ReportError(f"Report {report.name}: the value of {parameter.name} is empty. {parameter.description}")
    if any("\ud800" <= character <= "\udfff" for character in text):
        raise ReportError(f"Report {report.name}: the value of {parameter.name} is not text in UTF-8.")
    if parameter.type in ENTITIES:
        return text
    try:
        return TYPES[parameter.type](text)
    except ValueError as error:
        raise ReportError(
            f"Report {report.name}: {quoted(text)} does not fit {parameter.name}, which is: {takes(parameter.type)}."
        ) from error


def as_typed(values: Mapping[str, str | float | bool | date | None]) -> dict[str, str]:
    """Values of Python as a person would type them; None is left out, so that the default holds.

    >>> as_typed({"network": "EMTA", "at_least": 5, "running": True, "country": None})
    {'network': 'EMTA', 'at_least': '5', 'running': 'yes'}
    """
    return {
        name: ("yes" if value else "no") if isinstance(value, bool) else str(value)
        for name, value in values.items()
        if value is not None
    }


def prepare(connection: Connection, report: Report, given: Mapping[str, str]) -> Call:
    """Check what a person typed and look the names up.

    Raises:
        KgError: a parameter does not fit, or a name is unknown or ambiguous; the message says what to do.
        SameTwiceError: two parameters of one type name the same.
    """
    from kg.queries.entities import resolve

    values = check_parameters(report, given)
    entities: dict[str, Entity] = {}
    named: dict[tuple[str, str], str] = {}
    for parameter in report.parameters:
        value = values[parameter.name]
        if parameter.type in ENTITIES and isinstance(value, str):
            entity = entities[parameter.name] = resolve(connection, value, ENTITIES[parameter.type])
            values[parameter.name] = entity.id
            other = named.setdefault((parameter.type, entity.id), parameter.name)
            if other != parameter.name:
                raise SameTwiceError(
                    f"Report {report.name}: {other} and {parameter.name} are both {entity.name} ({entity.id}): "
                    "name two that differ."
                )
    return Call(report, values, entities)
