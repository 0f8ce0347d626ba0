"""Only plain reads are ever run: what EXPLAIN says of a query, held against lists of what is allowed.

A session in READ mode refuses writes, and not all else that a report has no business with: LOAD CSV reads files of the server's
machine and addresses on the internet, SHOW and TERMINATE TRANSACTIONS and several procedures count as reads too. So a query is
run only when its type is ``r``, every operator of its plan is a known one of a plain read, every procedure one of ``PROCEDURES``
and no path may be of any length. A subquery inside an expression has no operators of its own: it is looked for in the text, before
anything is sent (:mod:`kg.queries.reports.text`), and in what the plan writes of the expression.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from kg.queries.reports.header import Report, ReportError
from kg.queries.reports.text import PROCEDURES, bare, check_calls, check_text

if TYPE_CHECKING:
    from kg.database.connection import Connection, Explained, Parameters

Plan = Mapping[str, Any]

#: Operators of plain reads, of Neo4j 5.26 and of the 2026 line, by the beginnings of their names.
OPERATORS = re.compile(
    r"""
    AllNodesScan | (Partitioned)?(Directed|Undirected)?\w*(Relationships?|Node|Nodes)\w*(Scan|Seek|Lookup|Search)
    | (Multi|Remote|Dynamic|Union|Intersection|Subtraction|Partitioned)\w*(Scan|Seek|Lookup)
    | NodeCountFromCountStore | RelationshipCountFromCountStore
    | (Optional)?Expand | (Pruning|BFSPruning)?VarLengthExpand | VarExpand | Repeat\w* | BidirectionalRepeat\w*
    | \w*Shortest\w* | ProjectEndpoints
    | Argument | Input | SingleRow | EmptyRow | EmptyResult | ProduceResults? | Projection | Filter | Selection | Optional
    | CacheProperties | CachedProperties | RemoteBatchProperties\w* | Eager | Distinct | OrderedDistinct
    | EagerAggregation | OrderedAggregation | Aggregation
    | Limit | ExhaustiveLimit | Skip | Sort | PartialSort | Top | Top1WithTies | PartialTop
    | Union | OrderedUnion | Unwind | UnwindCollection | PartitionedUnwind\w*
    | Apply | (Anti|Let|LetAnti)?SemiApply | (Let)?SelectOr(Anti)?SemiApply | RollUpApply | (Anti)?ConditionalApply
    | CartesianProduct | (Node|Value|NodeLeftOuter|NodeRightOuter|LeftOuter|RightOuter)\w*(HashJoin|MergeJoin)
    | AssertSameNode | AssertSameRelationship | Triadic\w* | PathPropagatingBFS | Anti | NonPipelined\w*
    | NullifyMetadata | ArgumentTracker | ProcedureCall
    """,
    re.VERBOSE,
)
_CALLED = re.compile(r"\s*([\w.`]+)\s*\(")
#: A path without an upper bound, as EXPLAIN puts it.
_ENDLESS = re.compile(r"\*(\d*\.\.)?\]|\{\d*, *\*?\}")
_READS_FILES = re.compile(r"\bLOAD\s+CSV\b", re.IGNORECASE)


def nodes_of(plan: Plan) -> Iterator[Plan]:
    """A plan's operators, the root first."""
    yield plan
    for child in plan.get("children") or ():
        yield from nodes_of(child)


def operator(plan: Plan) -> str:
    """The name of a plan's root, without the database and the kind: ``Expand`` for ``Expand(All)@neo4j``."""
    return re.split(r"[@(]", str(plan.get("operatorType") or ""), maxsplit=1)[0]


def details(plan: Plan) -> str:
    """What a plan's root does it with, as EXPLAIN puts it."""
    return str((plan.get("args") or {}).get("Details") or "")


def not_a_plain_read(explained: Explained) -> str | None:
    """Why a query is not a plain read, as a sentence; None when it is one."""
    if explained.type != "r":
        return "it does more than read, and only reads are run."
    if not explained.plan:
        return "the database does not say what it would do, and only plain reads are run."
    for node in nodes_of(explained.plan):
        name = operator(node)
        if not OPERATORS.fullmatch(name):
            return f"it is not a plain read of the graph: Neo4j would do {name} for it."
        if name == "ProcedureCall":
            called = _CALLED.match(details(node))
            procedure = called[1].replace("`", "") if called else details(node)[:60]
            if procedure not in PROCEDURES:
                return f"it calls {procedure}; a report calls no procedure but {', '.join(sorted(PROCEDURES))}."
        if problem := _hidden(details(node)):
            return problem
        # The shortest of such paths are found without going through all.
        if "Shortest" not in name and _ENDLESS.search(bare(details(node))):
            return f"it follows paths of any length ({details(node)}): give the longest, as in -[*..3]-."
    return None


def _hidden(expressions: str) -> str | None:
    """What a subquery inside an expression would do, from how EXPLAIN writes it: its words are as Neo4j has read them."""
    if _READS_FILES.search(bare(expressions)):
        return "it is not a plain read of the graph: Neo4j would do LOAD CSV for it."
    return check_calls(expressions)


def other_columns(report: Report, given: Sequence[str]) -> str | None:
    """That a query gives other columns than its header names, as a sentence; None when it does not, or nobody knows them."""
    names = [column.name for column in report.columns]
    # py2neo has no names where there are no rows.
    if not given or sorted(given) == sorted(names):
        return None
    return f"its header names the columns {', '.join(names)}, but its query gives {', '.join(given)}."


def explain(
    connection: Connection, name: str, query: str, parameters: Parameters, *, warnings: bool = False
) -> Explained:
    """What the database would do for a query of a report, which is not run.

    Raises:
        ReportError: its text shows that it is no plain read (then it is not sent either), or the database refuses it, as for
            a mistake in its syntax.
    """
    # A Report read from a file was looked at then; one that somebody made by hand was not.
    if problem := check_text(query):
        raise ReportError(f"Report {name}: {problem}")
    try:
        return connection.explain(query, parameters, warnings=warnings)
    except connection.refusals as error:
        raise refused(name, error) from error


def check_plain_read(connection: Connection, name: str, query: str, parameters: Parameters) -> Explained:
    """Refuse a query that is anything but a plain read; return what the database says of one that is, with its warnings.

    Raises:
        ReportError: it is not, or the database refuses it.
    """
    explained = explain(connection, name, query, parameters, warnings=True)
    if problem := not_a_plain_read(explained):
        raise ReportError(f"Report {name}: {problem}")
    return explained


def refused(name: str, error: Exception) -> ReportError:
    """The error for a query that the database refuses: its words, without the query that it repeats."""
    words = str(getattr(error, "message", None) or error)
    said = words.strip().splitlines()
    where = re.search(r"\(line \d+, column \d+", words)
    text = said[0].rstrip(".") if said else "no reason given"
    place = f" {where[0]})" if where and where[0] not in text else ""
    return ReportError(f"Report {name}: Neo4j refuses its query: {text}{place}.")
