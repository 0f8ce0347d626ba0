"""`kg schema migrate`: the steps from one layout to the next, in their order, and how far a graph has come.

A step can be run again at any point, also after it was broken off: it finds what is still as it was and changes only that. The
node that says the layout keeps which steps were applied, when and by which version of kg.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from kg import __version__
from kg.database import stored
from kg.database.connection import Connection
from kg.database.layout import LAYOUT, now, refuse_half, refuse_newer, standing
from kg.database.loads import UNDONE
from kg.database.operations import Operations
from kg.database.schema import apply_schema, ensure
from kg.database.turn import turn
from kg.schema.dates import SPANS, are_in_order


@dataclass(frozen=True, slots=True)
class Step:
    """What leads from one layout to the next: its name, what it is for, and what does it, returning how much it changed."""

    name: str
    purpose: str
    apply: Callable[[Connection], int]


@dataclass(frozen=True, slots=True)
class Applied:
    """A step that was applied, and how many nodes and facts it changed."""

    number: int
    name: str
    purpose: str
    changed: int


@dataclass(frozen=True, slots=True)
class Migrated:
    """From which layout to which a graph was brought, and by which steps."""

    before: int
    after: int
    steps: tuple[Applied, ...]

    def __str__(self) -> str:
        if not self.steps:
            return f"The graph is of layout {self.after} already: there is nothing to do."
        lines = [f"{step.number}  {step.name}: {step.purpose}; {step.changed:,} changed" for step in self.steps]
        return "\n".join([*lines, f"The graph is of layout {self.after}."])


_BEGIN = """\
MERGE (l:Layout)
ON CREATE SET l.number = $before, l.made = '', l.made_by = '', l.steps = [], l.applied = [], l.versions = []
SET l.under_way = $step"""

_END = """\
MATCH (l:Layout)
SET l.number = $number, l.steps = l.steps + $step, l.applied = l.applied + $now, l.versions = l.versions + $kg, l.under_way = ''"""

# The first kg kept a load that it had refused, as one that had begun and asserted nothing.
_REFUSED = """\
MATCH (l:Load) WHERE l.attempt_status[-1] = 'refused'
SET l.attempt_status = l.attempt_status[..-1] + $undone, l.complete = false
RETURN count(l) AS changed"""

_SPANNED = " OR ".join(f"(x.{first} IS NOT NULL AND x.{last} IS NOT NULL)" for first, last in SPANS)
_DATES = ", ".join(f"x.{name}" for span in SPANS for name in span)
_SPANNED_NODES = f"MATCH (x:Entity) WHERE x.sources IS NOT NULL AND ({_SPANNED}) RETURN x.id AS id, [{_DATES}] AS dates"
_SPANNED_FACTS = f"""\
MATCH ()-[x]->() WHERE x.key IS NOT NULL AND ({_SPANNED})
RETURN type(x) AS type, x.key AS key, [{_DATES}] AS dates"""


def _take_back_refused(connection: Connection) -> int:
    changed: int = connection.run_write(_REFUSED, {"undone": UNDONE})[0]["changed"]
    return changed


def _set_spans_right(connection: Connection) -> int:
    """Derive anew what shows an end before its beginning, as the first kg did where two sources differ."""
    authorities = stored.read_authorities(connection)
    changed = 0
    rows = connection.run_read(_SPANNED_NODES, {}, timeout=stored.READ_TIMEOUT)
    nodes = stored.read_nodes(connection, [row["id"] for row in rows if _is_wrong(row["dates"])])
    for batch in stored.batches(list(nodes.values())):
        operations = Operations(authorities)
        for node in batch:
            operations.put_node(node, node)
        connection.write_many(operations.statements())
        changed += len(batch)
    wrong: dict[str, list[str]] = {}
    for row in connection.run_read(_SPANNED_FACTS, {}, timeout=stored.READ_TIMEOUT):
        if _is_wrong(row["dates"]):
            wrong.setdefault(row["type"], []).append(row["key"])
    for type_, keys in wrong.items():
        facts = stored.read_facts(connection, type_, keys)
        for some in stored.batches(list(facts.values())):
            operations = Operations(authorities)
            for fact in some:
                operations.put_fact(fact, fact)
            connection.write_many(operations.statements())
            changed += len(some)
    return changed


def _is_wrong(dates: Sequence[Any]) -> bool:
    spans: Iterable[tuple[Any, Any]] = zip(dates[::2], dates[1::2], strict=True)
    return any(first and last and not are_in_order(first, last) for first, last in spans)


#: In their order; that at position 0 leads from layout 0 to layout 1. One that is released is never changed, only followed by another.
STEPS: tuple[Step, ...] = (
    Step("refused-loads", "loads that were refused count as taken back", _take_back_refused),
    Step("spans-in-order", "no fact or node shows an end before its beginning", _set_spans_right),
)
assert len(STEPS) == LAYOUT


def migrate(connection: Connection, steps: Sequence[Step] = STEPS) -> Migrated:
    """Bring a graph to the present layout, step by step; run again, it goes on where it was broken off, or changes nothing.

    Args:
        connection: The database.
        steps: All steps that there are, in their order.

    Raises:
        KgError: The graph is of a newer layout, or half restored; or the connection was lost.
    """
    ensure(connection, "load_id")
    applied = []
    with turn(connection, any_layout=True) as mine:
        found = standing(connection)
        refuse_half(found)
        refuse_newer(found)
        before = found.layout
        for number, step in list(enumerate(steps, 1))[before:]:
            mine.run_write(_BEGIN, {"before": before, "step": step.name})
            changed = step.apply(mine)
            mine.run_write(_END, {"number": number, "step": step.name, "now": now(), "kg": __version__})
            applied.append(Applied(number, step.name, step.purpose, changed))
    # Not before, when what a step sets right may stand in their way; and not while one has the turn, as indexes wait for that.
    apply_schema(connection)
    return Migrated(before, max(before, len(steps)), tuple(applied))


def pending(connection: Connection, steps: Sequence[Step] = STEPS) -> tuple[int, tuple[Step, ...]]:
    """Return the layout of a graph, and the steps that lead from it to the present one.

    Raises:
        KgError: The connection was lost.
    """
    layout = standing(connection).layout
    return layout, tuple(steps[layout:])
