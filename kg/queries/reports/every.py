"""One run of a report for each of several values of a parameter.

What says which, as somebody types it behind ``--all``::

    network                                   everything of the parameter's type in the graph
    city=country=FI                           of that, what is in a country
    network=EUROCITIES; Polis; own:emta       these, by name or id
    network=MATCH (n:Network) RETURN n.id     what a query of one column gives; it must be a plain read
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from kg.errors import quoted
from kg.queries.reports.behind import NO_ROWS, Behind
from kg.queries.reports.guard import check_plain_read, refused
from kg.queries.reports.header import Parameter, Report, ReportError
from kg.queries.reports.parameters import Call, SameTwiceError, prepare
from kg.queries.reports.running import TIMEOUT, run_call
from kg.queries.reports.text import STARTS, check_text, used_parameters
from kg.queries.reports.types import ENTITIES, TYPES, did_you_mean, takes

if TYPE_CHECKING:
    from kg.database.connection import Connection
    from kg.queries.report_results import ReportResult

#: More runs than this are a query of one's own.
MOST = 1_000

_QUERY = re.compile(rf"\s*(?:{'|'.join(STARTS)})\b", re.IGNORECASE)
_COUNTRY = re.compile(r"\s*country\s*=\s*(\S.*?)\s*", re.IGNORECASE)
_COUNTRIES = "MATCH (n:Country) WHERE n.iso_code IS NOT NULL RETURN n.iso_code AS value ORDER BY n.name LIMIT $most"

#: Names that a query in the place of a report has in messages.
_NAME = "--all"


@dataclass(frozen=True)
class Every:
    """A parameter, and in words of whoever asks which of its values; the empty text is all of them."""

    parameter: str
    which: str

    @property
    def column(self) -> str:
        """The column that stacked rows get: ``for_network``."""
        return f"for_{self.parameter}"


def parse_every(report: Report, text: str, given: Mapping[str, str]) -> Every:
    """Read what stands behind ``--all``.

    Raises:
        ReportError: the report has no such parameter, or it is given as well, or the query is not a plain read.
    """
    name, _, which = (part.strip() for part in text.partition("="))
    named = [parameter.name for parameter in report.parameters]
    if name not in named:
        hint = did_you_mean(name, named)
        raise ReportError(
            f"--all {quoted(text)}: report {report.name} has no parameter {quoted(name)};{hint} it takes: "
            f"{', '.join(named) or 'none'}."
        )
    if name in given:
        raise ReportError(f"{name} is given by --param and by --all: leave one of them out.")
    if _QUERY.match(which):
        if problem := check_text(which):
            raise ReportError(f"--all: {problem}")
        if used := used_parameters(which):
            raise ReportError(f"--all: its query takes no parameters, but it uses ${min(used)}.")
    return Every(name, which)


def values_of(connection: Connection, report: Report, every: Every, timeout: float = TIMEOUT) -> list[str]:
    """The values for which a report is run.

    Raises:
        ReportError: there is none, there are more than ``MOST``, or the query is not a plain read or not of one column.
    """
    (parameter,) = (one for one in report.parameters if one.name == every.parameter)
    if _QUERY.match(every.which):
        values = _queried(connection, every.which, timeout)
    elif not every.which or _COUNTRY.fullmatch(every.which):
        values = _everything(connection, parameter, every.which, timeout)
    else:
        values = [value.strip() for value in every.which.split(";") if value.strip()]
    values = list(dict.fromkeys(values))
    if not values:
        raise ReportError(f"--all {every.parameter}: nothing in the graph is meant by it, so there is nothing to run.")
    if len(values) > MOST:
        raise ReportError(
            f"--all {every.parameter}: it gives more than {MOST:,} values. Name fewer, as with country=FI or a LIMIT."
        )
    return values


def _queried(connection: Connection, query: str, timeout: float) -> list[str]:
    check_plain_read(connection, _NAME, query, {})
    try:
        with connection.stream_read(query, {}, timeout) as stream:
            if len(stream.names) > 1:
                raise ReportError(f"--all: its query must give one column, but it gives {', '.join(stream.names)}.")
            values: list[str] = []
            for row in stream.rows:
                if row[0] is not None:
                    values.append(str(row[0]))
                if len(values) > MOST * 10:
                    break
            return values
    except connection.refusals as error:
        raise refused(_NAME, error) from error


def _everything(connection: Connection, parameter: Parameter, which: str, timeout: float) -> list[str]:
    from kg.database.read import read

    country = None
    if match := _COUNTRY.fullmatch(which):
        try:
            country = TYPES["country"](match[1])
        except ValueError as error:
            raise ReportError(f"--all: {quoted(match[1])} does not fit: {takes('country')}.") from error
    if parameter.type == "country":
        statement = _COUNTRIES
    elif parameter.type in ENTITIES:
        # Networks and associations have a label of their own beside Organisation. All are the schema's names.
        labels = ("Network", "Association") if parameter.type == "network" else ENTITIES[parameter.type]
        statement = (
            f"MATCH (n:{'|'.join(labels)}) WHERE n.ended IS NULL AND ($country IS NULL OR n.country = $country) "
            "RETURN n.id AS value ORDER BY n.name, n.id LIMIT $most"
        )
    else:
        raise ReportError(
            f'--all {parameter.name}: it is a {parameter.type}, so say which: --all "{parameter.name}=ONE; ANOTHER".'
        )
    rows = read(connection, statement, {"country": country, "most": MOST + 1}, timeout=timeout)
    return [row["value"] for row in rows]


def calls(
    connection: Connection, report: Report, given: Mapping[str, str], every: Every, timeout: float = TIMEOUT
) -> Iterator[tuple[str, Call]]:
    """The runs to make, each with the name of its value.

    Raises:
        KgError: a value does not fit, or a name is unknown or ambiguous.
    """
    same: SameTwiceError | None = None
    some = False
    for value in values_of(connection, report, every, timeout):
        try:
            call = prepare(connection, report, {**given, every.parameter: value})
        except SameTwiceError as error:
            # Each city with Riga: not Riga itself.
            same = error
            continue
        some = True
        yield call.asked.get(every.parameter) or str(call.values[every.parameter]), call
    if same is not None and not some:
        raise same


def run_all(
    connection: Connection,
    report: Report,
    given: Mapping[str, str],
    every: Every,
    *,
    limit: int | None = None,
    timeout: float = TIMEOUT,
) -> list[tuple[str, ReportResult]]:
    """Run a report for each value; ``limit`` and ``timeout`` are for each of the runs.

    Raises:
        KgError: as :func:`values_of` and :func:`kg.queries.reports.running.run_report`.
    """
    return [
        (value, run_call(connection, call, limit=limit, timeout=timeout))
        for value, call in calls(connection, report, given, every, timeout)
    ]


#: Values that a line names; the others are counted.
NAMED = 5


def some_of(values: Sequence[str]) -> str:
    """The first few of several values, and how many more there are.

    >>> some_of(["A", "B"]), some_of(["A"] * 7)
    ('A, B', 'A, A, A, A, A and 2 more')
    """
    named = ", ".join(values[:NAMED])
    return f"{named} and {len(values) - NAMED:,} more" if len(values) > NAMED else named


def told_once(found: Sequence[tuple[str, int, Sequence[str]]]) -> list[str]:
    """What is to be said of several runs, each sentence once, with the values that it holds for where it is not for all.

    Args:
        found: of each run the value, how many rows it has and its notes.

    Returns:
        The notes of the runs that have rows (where none has, what all say), then one line on those that have none.
    """
    full = [(value, notes) for value, rows, notes in found if rows]
    if not full:
        same = [note for note in found[0][2] if note != NO_ROWS and all(note in notes for _, _, notes in found)]
        full = [("", same)]
    values: dict[str, list[str]] = defaultdict(list)
    for value, notes in full:
        for note in notes:
            values[note].append(value)
    lines = [note if len(by) == len(full) else f"{some_of(by)}: {note}" for note, by in values.items()]
    empty = [value for value, rows, _ in found if not rows]
    return [*lines, no_rows(empty, len(found))] if empty else lines


def no_rows(empty: Sequence[str], runs: int) -> str:
    """That some of the runs gave no rows, one line."""
    return f"No rows for {len(empty):,} of {runs:,} values: {some_of(empty)}."


def stack(results: Sequence[tuple[str, ReportResult]], every: Every) -> ReportResult:
    """The rows of all runs as one result, with one column more in front that says for which value they are."""
    first = results[0][1]
    rows = tuple({every.column: value, **row} for value, result in results for row in result.rows)
    sources = {source.id: source for _, result in results for source in result.sources}
    ages: dict[str, set[str]] = defaultdict(set)
    for _, result in results:
        for source in result.sources:
            ages[source.id].add(source.as_of)
    # What the runs agree on holds for rows of which the one date is that of several sources.
    dates = {id_: (min(said), min(said)) for id_, said in ages.items() if len(said) == 1 and "" not in said}
    behind = Behind([source.model_dump() for source in sources.values()], dates=dates)
    for row in rows:
        behind.add(row)
    empty = [value for value, result in results if not result.rows]
    completeness = [line for _, result in results if result.rows for line in result.completeness]
    cut = [result.cut for _, result in results if result.cut is not None]
    return first.model_copy(
        update={
            "title": f"{first.title}, for {len(results):,} values of {every.parameter}",
            "parameters": {name: value for name, value in first.parameters.items() if name != every.parameter},
            "asked": {name: value for name, value in first.asked.items() if name != every.parameter},
            "columns": (every.column, *first.columns),
            "rows": rows,
            "as_of": behind.age,
            "sources": behind.sources(),
            "completeness": (
                *dict.fromkeys(completeness or first.completeness),
                *([no_rows(empty, len(results))] if empty else []),
            ),
            "cut": max(cut, default=None),
        }
    )
