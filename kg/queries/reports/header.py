"""From the text of a report file to a :class:`Report`; nothing here asks a database."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterable

from pydantic import BaseModel, ConfigDict, JsonValue

from kg.errors import KgError
from kg.queries.reports.text import bare, check_text, used_parameters
from kg.queries.reports.types import ENTITIES, TYPES, did_you_mean

PARAMETER = re.compile(
    r"(?P<name>[a-z][a-z_]*): (?P<type>[a-z ]+?)(?:, default (?P<default>.+?))?,"
    r" for example (?P<example>.+?) - (?P<text>.+)"
)
COLUMN = re.compile(r"(?P<name>[a-z][a-z_]*): (?P<text>.+)")
FIELD = re.compile(r"(?P<field>parameter|column|tags:|since:|needs:|caution:) (?P<rest>.+)")
#: The line between the query and the one for the picture.
PICTURE = re.compile(r"^//\s*picture\s*$", re.MULTILINE)


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

    @property
    def line(self) -> str:
        """The line of a header that says this: ``// parameter at_least: whole number, default 3, for example 2 - ...``."""
        default = "" if self.required else f", default {json.dumps(self.default, ensure_ascii=False)}"
        example = json.dumps(self.example, ensure_ascii=False)
        return f"// parameter {self.name}: {self.type}{default}, for example {example} - {self.description}"


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
    needs: str | None = None
    """What has to be loaded when the starter alone gives no row."""
    caution: str | None = None
    """What a reader of any result has to bear in mind; said with the rows in every form."""
    text: str
    """The whole file as it is, header included: this is what can be pasted elsewhere."""
    query: str
    """The header and the first query: this is what runs."""
    picture: str | None = None
    """The second query, which gives nodes, relationships or paths to draw."""

    @property
    def queries(self) -> tuple[str, ...]:
        """The query, and the picture's where there is one."""
        return (self.query,) if self.picture is None else (self.query, self.picture)


def parse_report(name: str, text: str) -> Report:
    """Read a report file.

    Args:
        name: the file's name without ``.cypher``; it names the report.
        text: the file's text.

    Raises:
        ReportError: the header or a query is not of the form that ``kg.queries.reports`` gives; says which line.
    """
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    header = split_header(text)
    if not header or not header[0]:
        raise ReportError(f"Report {name}: the first line must be its title, as in '// Members of a network'.")
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
            columns.append(parse_column(name, number, field["rest"]))
        else:
            key, rest = field["field"].rstrip(":"), field["rest"].strip()
            # A caution may take several lines, each with the word in front.
            fields[key] = f"{fields[key]} {rest}" if key == "caution" and key in fields else rest
    missing = [what for what, there in (("column", columns), ("since", fields.get("since"))) if not there]
    if missing:
        raise ReportError(f"Report {name}: the header lacks '// {missing[0]}: ...'.")
    for what, names in (("parameter", [one.name for one in parameters]), ("column", [one.name for one in columns])):
        if twice := [one for one, number in Counter(names).items() if number > 1]:
            raise ReportError(f"Report {name}: the header has the {what} {twice[0]} twice.")
    first, picture = split_picture(name, text)
    report = Report(
        name=name,
        title=header[0],
        description=" ".join(line for line in description if line),
        parameters=tuple(parameters),
        columns=tuple(columns),
        tags=tuple(tag.strip() for tag in fields.get("tags", "").split(",") if tag.strip()),
        since=fields["since"],
        needs=fields.get("needs"),
        caution=fields.get("caution"),
        text=text,
        query=first,
        picture=picture,
    )
    check_query(report)
    return report


def split_header(text: str) -> list[str]:
    """The comment lines at the top without their ``//``; lines end where Neo4j has comments end."""
    lines = text.split("\n")
    count = next((index for index, line in enumerate(lines) if not line.startswith("//")), len(lines))
    return [line.removeprefix("//").strip() for line in lines[:count]]


def split_picture(name: str, text: str) -> tuple[str, str | None]:
    """The text up to the line ``// picture``, and the query after it if there is one.

    Raises:
        ReportError: there are two such lines, or there is nothing after it.
    """
    first, *rest = PICTURE.split(text)
    if not rest:
        return text, None
    if len(rest) > 1:
        raise ReportError(f"Report {name}: there are two lines '// picture'; a report has one picture at most.")
    picture = rest[0].strip()
    if not picture:
        raise ReportError(f"Report {name}: there is no query below '// picture'.")
    if not first.rstrip().endswith(";"):
        raise ReportError(f"Report {name}: the query above '// picture' must end with a semicolon.")
    return first, picture + "\n"


def parse_column(report: str, number: int, rest: str) -> Column:
    """Read what stands behind ``// column`` in a header.

    Raises:
        ReportError: it is not of that form.
    """
    column = COLUMN.fullmatch(rest)
    if column is None:
        raise ReportError(f"Report {report}, line {number}: a column reads '// column name: What it is.'")
    return Column(name=column["name"], description=column["text"])


def parse_parameter(report: str, number: int, rest: str) -> Parameter:
    """Read what stands behind ``// parameter`` in a header.

    Raises:
        ReportError: it is not of that form, or its type is none that there is.
    """
    where = f"Report {report}, line {number}"
    known = [*TYPES, *ENTITIES]
    match = PARAMETER.fullmatch(rest)
    if match is None:
        raise ReportError(
            f"{where}: a parameter reads '// parameter name: type, default value, for example value - What it is.' "
            f"Without a default it is required. Types are {', '.join(known)}."
        )
    if match["type"] not in known:
        hint = did_you_mean(match["type"], known)
        raise ReportError(f"{where}: there is no type {match['type']!r};{hint} there are {', '.join(known)}.")
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


def check_query(report: Report) -> None:
    """Refuse a query that writes, that is several, or that uses other parameters than the header names.

    The database refuses to write as well, and ``guard`` looks at the plan; this says it before, with the report's name.

    Raises:
        ReportError: says what.
    """
    if not bare(report.query).strip():
        raise ReportError(f"Report {report.name}: there is no query below the comment header.")
    named = {parameter.name for parameter in report.parameters}
    for what, text in (("the query", report.query), ("the picture's query", report.picture)):
        if text is None:
            continue
        if problem := check_text(text):
            raise ReportError(f"Report {report.name}: {problem}")
        used = used_parameters(text)
        if used - named if what != "the query" else used != named:
            raise ReportError(
                f"Report {report.name}: the header names {_listed(named)}, but {what} uses {_listed(used)}."
            )


def _listed(names: Iterable[str]) -> str:
    """``the parameters a, b``, whatever their number."""
    given = sorted(names)
    return f"the parameter{'s' if given[1:] else ''} {', '.join(given)}" if given else "no parameters"
