"""One run of a report: its rows one by one, or all of them as a :class:`ReportResult`."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, Any

from pydantic import JsonValue

from kg.database.driver_errors import BusyError, TimedOutError
from kg.database.state import State, between_cleanups, is_settled, loads_of
from kg.queries.reports.behind import Behind, look_behind
from kg.queries.reports.cells import plain
from kg.queries.reports.guard import check_plain_read, other_columns, refused
from kg.queries.reports.header import Report, ReportError
from kg.queries.reports.parameters import Call, prepare
from kg.queries.reports.text import bare

if TYPE_CHECKING:
    from kg.database.connection import Connection, Explained
    from kg.queries.report_results import ReportResult

#: Seconds that a report is given.
TIMEOUT = 60.0

#: Runs of a report whose rows may be of two states of the graph, because a load began, cleaned up or ended meanwhile.
RUNS = 4

#: Said of rows that may be of two states of the graph.
CHANGED = (
    "The graph was changed while this was read: some rows may be from before that and some from after it. Ask again."
)
UNDER_WAY = (
    "A load is not finished, under way or broken off: some of what it brings or ends may be missing here, and some not. "
    "`kg sources --loaded` names it."
)

Row = dict[str, JsonValue]


@dataclass
class Rows:
    """The rows of a run as they come.

    ``behind`` has seen those that came; ``cut`` says whether there were more than the limit; ``loads`` is the state of all loads
    before the first row, and ``changed`` whether it was another after the last.
    """

    call: Call
    behind: Behind
    explained: Explained
    loads: State
    _source: Iterator[Row]
    _connection: Connection
    limit: int | None = None
    cut: bool = False
    changed: bool = False

    def __iter__(self) -> Iterator[Row]:
        for row in islice(self._source, self.limit):
            self.behind.add(row)
            yield row
        self.cut = self.limit is not None and next(self._source, None) is not None
        self.changed = loads_of(self._connection) != self.loads

    @property
    def completeness(self) -> tuple[str, ...]:
        """What is known to be missing; where no row came, also the names in the query that nobody knows."""
        known = self.behind.completeness
        if self.changed:
            known = (*known, CHANGED)
        elif not is_settled(self.loads) and not any("is not finished" in text for text in known):
            known = (*known, UNDER_WAY)
        if self.behind.rows:
            return known
        # Imported here because hardly any report needs it.
        from kg.queries.reports.checking import unknown_names

        unknown = [f"The query may be wrong: {text}" for text in unknown_names(self.explained)]
        return (*known, *unknown)

    @property
    def notes(self) -> tuple[str, ...]:
        """What a reader has to know besides the rows that came."""
        needs = self.call.report.needs
        return notes_of(
            self.behind.age,
            self.completeness,
            self.limit if self.cut else None,
            None if self.behind.rows else needs,
        )


def notes_of(age: str, completeness: Iterable[str], cut: int | None, needs: str | None) -> tuple[str, ...]:
    """The age of rows, what is missing, after how many they were cut, and what has to be loaded for there to be any."""
    lines = [age, *completeness]
    if cut is not None:
        lines.append(f"Cut after {cut:,} rows: there are more. --limit N gives more of them.")
    if needs:
        lines.append(f"This report needs {needs.rstrip('.')}.")
    return tuple(lines)


@contextmanager
def open_rows(
    connection: Connection, call: Call, *, limit: int | None = None, timeout: float = TIMEOUT
) -> Iterator[Rows]:
    """Run a report and hand its rows out while they come, in constant memory.

    Args:
        connection: where to.
        call: from ``prepare``.
        limit: so many rows at most.
        timeout: seconds after which the server ends the query, from its start to its last row.

    Raises:
        KgError: the query is not a plain read, takes too long, or the database refuses it.
    """
    report = call.report
    names = [column.name for column in report.columns]
    with _explained(connection, report, timeout):
        explained = check_plain_read(connection, report.name, report.query, call.values)
        # How complete the members are is of use only to who reads them.
        members = call.entities.values() if re.search(r"\bMEMBER_OF\b", bare(report.query)) else ()
        # A load says so before it writes anything, whenever it ended something, and again when it has written all.
        loads = between_cleanups(connection, timeout)
        behind = look_behind(connection, members, report.caution)
    with _explained(connection, report, timeout), connection.stream_read(report.query, call.values, timeout) as stream:
        if problem := other_columns(report, stream.names):
            raise ReportError(f"Report {report.name}: {problem}")
        places = [(name, stream.names.index(name)) for name in names] if stream.names else []
        yield Rows(
            call, behind, explained, loads, _rows(connection, call, timeout, places, stream.rows), connection, limit
        )


def _rows(
    connection: Connection,
    call: Call,
    timeout: float,
    places: Sequence[tuple[str, int]],
    rows: Iterator[Sequence[Any]],
) -> Iterator[Row]:
    with _explained(connection, call.report, timeout):
        for values in rows:
            yield {name: plain(values[place]) for name, place in places}


@contextmanager
def _explained(connection: Connection, report: Report, timeout: float) -> Iterator[None]:
    """What the database says of a query, in words for who runs the report."""
    try:
        yield
    except TimedOutError as error:
        raise ReportError(
            f"Report {report.name} took longer than {timeout:g} seconds and was ended. Ask for less with its parameters, "
            f"or give it longer: --timeout {max(2 * timeout, 1):g}."
        ) from error
    except BusyError as error:
        if "OutOfMemory" in str(getattr(error.__cause__, "code", "")):
            raise ReportError(
                f"Report {report.name} needs more memory than the server gives one query and was ended. Ask for less with "
                "its parameters."
            ) from error
        raise
    except connection.refusals as error:
        raise refused(report.name, error) from error


def run_report(
    connection: Connection,
    report: Report,
    given: Mapping[str, str],
    *,
    limit: int | None = None,
    timeout: float = TIMEOUT,
) -> ReportResult:
    """Run a report, reading only.

    Args:
        connection: where to.
        report: from ``find_report``.
        given: the parameters as a person typed them; entities by name (``Riga``, ``riga, lv``) or id.
        limit: so many rows at most; the result says when it was cut.
        timeout: seconds after which the server ends the query.

    Raises:
        KgError: a parameter does not fit, a name is unknown or ambiguous, the query is not a plain read, takes too
            long or is refused; the message says what to do.
    """
    return run_call(connection, prepare(connection, report, given), limit=limit, timeout=timeout)


def run_call(connection: Connection, call: Call, *, limit: int | None = None, timeout: float = TIMEOUT) -> ReportResult:
    """Run a report with values that are looked up already; see :func:`run_report`.

    A load that begins, cleans up or ends meanwhile makes it run again, after its clean-up; one that goes on is said in the result.
    """
    from kg.queries.report_results import ReportResult

    runs = 0
    while True:
        with open_rows(connection, call, limit=limit, timeout=timeout) as rows:
            found = tuple(rows)
        runs += 1
        if runs == RUNS or not rows.changed:
            break
    return ReportResult(
        report=call.report.name,
        title=call.report.title,
        parameters=call.values,
        asked=call.asked,
        columns=tuple(column.name for column in call.report.columns),
        rows=found,
        as_of=rows.behind.age,
        sources=rows.behind.sources(),
        completeness=rows.completeness,
        cut=limit if rows.cut else None,
        needs=call.report.needs,
    )
