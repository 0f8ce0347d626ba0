"""Canned reports: one ``.cypher`` file each, with a comment header that people, Neo4j Browser and this module read.

A report file is plain Cypher. Its first line is ``// Title``, which Neo4j Browser shows as the name of a favourite;
then come a description and, in this form, what it takes and gives::

    // parameter network: network, for example "own:eurocities" - The network or association.
    // parameter country: country, default null, for example "FI" - Only members in this country.
    // column member: The member.
    // tags: network, membership
    // since: 0.1

and then one reading query. A parameter without a default has to be given. Defaults and examples are JSON, which for
these values is Cypher too: what stands there can be pasted behind ``:param network =>``.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from pathlib import Path

from pydantic import BaseModel, ConfigDict, JsonValue

from kg.errors import KgError, quoted
from kg.resources import cypher_directory
from kg.schema.dates import check_partial_date

PARAMETER = re.compile(
    r"(?P<name>[a-z][a-z_]*): (?P<type>[a-z ]+?)(?:, default (?P<default>.+?))?,"
    r" for example (?P<example>.+?) - (?P<text>.+)"
)
COLUMN = re.compile(r"(?P<name>[a-z][a-z_]*): (?P<text>.+)")
FIELD = re.compile(r"(?P<field>parameter|column|tags:|since:) (?P<rest>.+)")
#: Strings, backticked names and comments, in which a word is not a keyword and a dollar sign no parameter.
QUOTED = re.compile(r"'(?:[^'\\]|\\.)*'|\"(?:[^\"\\]|\\.)*\"|`[^`]*`|//[^\n]*|/\*.*?\*/", re.DOTALL)
WRITING = re.compile(
    r"\b(CREATE|MERGE|DELETE|SET|REMOVE|DROP|ALTER|GRANT|DENY|FOREACH|LOAD\s+CSV|IN\s+TRANSACTIONS)\b", re.IGNORECASE
)


class ReportError(KgError):
    """A report that there is not, a file that is not a report, or a parameter that does not fit."""


class Column(BaseModel):
    """One column of a report's result."""

    model_config = ConfigDict(frozen=True)

    name: str
    description: str


class Parameter(BaseModel):
    """What a report takes: its name, its type (a key of ``TYPES`` or ``ENTITIES``), default and an example."""

    model_config = ConfigDict(frozen=True)

    name: str
    type: str
    required: bool
    default: JsonValue = None
    example: JsonValue
    description: str


class Report(BaseModel):
    """One report file, read."""

    model_config = ConfigDict(frozen=True)

    name: str
    title: str
    description: str
    parameters: tuple[Parameter, ...]
    columns: tuple[Column, ...]
    tags: tuple[str, ...]
    since: str
    text: str
    """The whole file as it is, header included: this is what runs and what can be pasted elsewhere."""


def text_value(text: str) -> str:
    """Any text."""
    return text


def integer_value(text: str) -> int:
    """A whole number, such as ``50000``."""
    return int(text)


def number_value(text: str) -> float:
    """A number, such as ``0.5``."""
    return float(text)


def boolean_value(text: str) -> bool:
    """``yes`` or ``no``, in any of the usual spellings."""
    lowered = text.strip().lower()
    if lowered in {"yes", "y", "true", "1"}:
        return True
    if lowered in {"no", "n", "false", "0"}:
        return False
    raise ValueError(text)


def date_value(text: str) -> str:
    """A year, a month or a day: ``2024``, ``2024-05`` or ``2024-05-03``."""
    return check_partial_date(text)


def country_value(text: str) -> str:
    """A country as two letters, such as ``FI``."""
    if not re.fullmatch(r"[A-Za-z]{2}", text):
        raise ValueError(text)
    return text.upper()


#: parameter type -> how its text is read; the docstring's first line says what it takes.
TYPES: dict[str, Callable[[str], JsonValue]] = {
    "text": text_value,
    "whole number": integer_value,
    "number": number_value,
    "yes or no": boolean_value,
    "date": date_value,
    "country": country_value,
}

#: parameter type -> labels among which a name is looked for; the value that the query gets is the node's id.
ENTITIES: dict[str, tuple[str, ...]] = {
    "city": ("City",),
    "region": ("Region",),
    "place": ("City", "Region"),
    "network": ("Organisation",),
    "organisation": ("Organisation",),
    "person": ("Person",),
    "project": ("Project",),
    "programme": ("Programme",),
    "event": ("Event",),
    "theme": ("Theme",),
}


def parse_report(name: str, text: str) -> Report:
    """Read a report file.

    Args:
        name: the file's name without ``.cypher``; it names the report.
        text: the file's text.

    Raises:
        ReportError: the header or the query is not of the form that this module's docstring gives; says which line.
    """
    header, query = split_header(text)
    if not header or not header[0]:
        raise ReportError(f"Report {name}: the first line must be its title, as in '// Members of a network'.")
    if not query.strip():
        raise ReportError(f"Report {name}: there is no query below the comment header.")
    description: list[str] = []
    parameters: list[Parameter] = []
    columns: list[Column] = []
    fields: dict[str, str] = {}
    for number, line in enumerate(header[1:], start=2):
        field = FIELD.fullmatch(line)
        if field is None:
            description.append(line)
        elif field["field"] == "parameter":
            parameters.append(parse_parameter(name, number, field["rest"]))
        elif field["field"] == "column":
            column = COLUMN.fullmatch(field["rest"])
            if column is None:
                raise ReportError(f"Report {name}, line {number}: a column reads '// column name: What it is.'")
            columns.append(Column(name=column["name"], description=column["text"]))
        else:
            fields[field["field"].rstrip(":")] = field["rest"].strip()
    missing = [what for what, there in (("column", columns), ("since", fields.get("since"))) if not there]
    if missing:
        raise ReportError(f"Report {name}: the header lacks '// {missing[0]}: ...'.")
    report = Report(
        name=name,
        title=header[0],
        description=" ".join(line for line in description if line),
        parameters=tuple(parameters),
        columns=tuple(columns),
        tags=tuple(tag.strip() for tag in fields.get("tags", "").split(",") if tag.strip()),
        since=fields["since"],
        text=text,
    )
    check_query(report, query)
    return report


def split_header(text: str) -> tuple[list[str], str]:
    """The comment lines at the top without their ``//``, and everything after them."""
    lines = text.splitlines()
    count = next((index for index, line in enumerate(lines) if not line.startswith("//")), len(lines))
    return [line.removeprefix("//").strip() for line in lines[:count]], "\n".join(lines[count:])


def parse_parameter(report: str, number: int, rest: str) -> Parameter:
    """Read what stands behind ``// parameter`` in a header.

    Raises:
        ReportError: it is not of that form, or its type is none that there is.
    """
    where = f"Report {report}, line {number}"
    match = PARAMETER.fullmatch(rest)
    if match is None:
        raise ReportError(
            f"{where}: a parameter reads '// parameter name: type, default value, for example value - What it is.'"
        )
    if match["type"] not in TYPES | ENTITIES:
        raise ReportError(f"{where}: there is no type {match['type']!r}; there are {', '.join([*TYPES, *ENTITIES])}.")
    try:
        default = None if match["default"] is None else json.loads(match["default"])
        example = json.loads(match["example"])
    except ValueError as error:
        raise ReportError(f"{where}: default and example are JSON, texts in double quotes ({error}).") from error
    return Parameter(
        name=match["name"],
        type=match["type"],
        required=match["default"] is None,
        default=default,
        example=example,
        description=match["text"],
    )


def check_query(report: Report, query: str) -> None:
    """Refuse a query that writes, that is several, or that uses other parameters than the header names.

    The database refuses to write as well (every read is sent as one); this says it before, with the report's name.

    Raises:
        ReportError: says what.
    """
    bare = QUOTED.sub(" ", query)
    if ";" in bare.strip().removesuffix(";"):
        raise ReportError(f"Report {report.name}: it must be one query; a semicolon parts it in two.")
    if writing := WRITING.search(bare):
        raise ReportError(f"Report {report.name}: a report only reads, but this one has {writing[0].upper()}.")
    used = set(re.findall(r"\$([A-Za-z_][A-Za-z0-9_]*)", bare))
    named = {parameter.name for parameter in report.parameters}
    if used != named:
        raise ReportError(
            f"Report {report.name}: the header names the parameters {sorted(named)}, but the query uses {sorted(used)}."
        )


def check_parameters(report: Report, given: Mapping[str, str]) -> dict[str, JsonValue]:
    """The values of all parameters of a report, from what a person typed; entities are still what was typed.

    Raises:
        ReportError: a parameter is missing, unknown or not of its type; says which and what it takes.
    """
    by_name = {parameter.name: parameter for parameter in report.parameters}
    if unknown := sorted(given.keys() - by_name.keys()):
        takes = ", ".join(by_name) or "none"
        raise ReportError(f"Report {report.name} has no parameter {quoted(unknown[0])}; it takes: {takes}.")
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
    if parameter.type in ENTITIES:
        return text
    read = TYPES[parameter.type]
    try:
        return read(text)
    except ValueError as error:
        takes = (read.__doc__ or "").splitlines()[0].rstrip(".")
        raise ReportError(
            f"Report {report.name}: {quoted(text)} does not fit {parameter.name}, which is: {takes}."
        ) from error


def list_reports(directory: Path | None = None) -> list[Report]:
    """All reports, by name. Needs no database.

    Raises:
        ReportError: a file there is not a report.
    """
    folder = directory or cypher_directory() / "reports"
    return [parse_report(path.stem, path.read_text(encoding="utf-8")) for path in sorted(folder.glob("*.cypher"))]


def find_report(name: str, directory: Path | None = None) -> Report:
    """The report of this name.

    Raises:
        ReportError: there is none; says which there are.
    """
    reports = {report.name: report for report in list_reports(directory)}
    if name not in reports:
        raise ReportError(f"There is no report {quoted(name)}; there are: {', '.join(reports)}. See kg report list.")
    return reports[name]
