"""The record of what was loaded: one Load node per edition of a scope, in one or more attempts."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from typing import Any

from kg.database.connection import Connection
from kg.database.content import content_of
from kg.database.layout import record
from kg.errors import KgError
from kg.schema.dates import first_day
from kg.schema.provenance import Source

#: Status of a load of which nothing is in the graph any more.
UNDONE = "undone"

#: Status of an attempt that did not come to its end: the process was killed, the connection lost, or there was an error.
INTERRUPTED = "interrupted"

_PUT_SOURCES = """\
UNWIND $rows AS row
MERGE (s:Source {id: row.id})
SET s += row"""

_BEGIN = """\
MERGE (l:Load {id: $id})
ON CREATE SET l.attempt_started = [], l.attempt_finished = [], l.attempt_status = []
SET l += $properties, l.sequence = $sequence, l.complete = false,
    l.attempt_started = l.attempt_started + $now,
    l.attempt_finished = l.attempt_finished + '',
    l.attempt_status = l.attempt_status + 'running'
WITH l
UNWIND $sources AS source
MATCH (s:Source {id: source})
MERGE (l)-[:READ]->(s)"""

# Whoever begins has the turn, so no other attempt is under way, whatever is written of it.
_INTERRUPT = """\
MATCH (l:Load) WHERE 'running' IN l.attempt_status
SET l.attempt_status = [status IN l.attempt_status | CASE status WHEN 'running' THEN $interrupted ELSE status END],
    l.ending = null"""

_LAST_SEQUENCE = "MATCH (l:Load) RETURN coalesce(max(l.sequence), 0) AS last"

_FINISH = """\
MATCH (l:Load {id: $id})
SET l += $properties, l.complete = true, l.ending = null,
    l.attempt_finished = l.attempt_finished[..-1] + $now,
    l.attempt_status = l.attempt_status[..-1] + 'complete'"""

_TOTALS = """\
MATCH ()-[r]->() WHERE r.key IS NOT NULL
RETURN type(r) AS type, count(r) AS count, sum(r.fingerprint) AS total
ORDER BY type"""

_SET_EDITIONS = """\
MATCH (s:Source) WHERE s.id IN $sources
OPTIONAL MATCH (l:Load {complete: true, dates_facts: true})-[:READ]->(s)
WITH s, max(l.edition) AS edition
SET s.edition = edition"""

_LOADED = """\
MATCH (l:Load)-[:READ]->(s:Source)
WHERE l.attempt_status[-1] <> $undone
WITH s, l ORDER BY l.sequence
WITH s, collect(DISTINCT l.scope + ' of ' + l.edition + CASE WHEN l.complete THEN '' WHEN l.attempt_status[-1] = 'undoing' THEN ' (being undone)' ELSE ' (not finished)' END) AS loaded
RETURN s.id AS id, s.title AS title, s.publisher AS publisher, s.licence AS licence, s.url AS url, loaded
ORDER BY id"""

_FINISHED = """\
MATCH (l:Load {id: $id, complete: true}) WHERE l.attempt_status[-1] = 'complete'
RETURN properties(l) AS properties"""

_OF_SCOPE = """\
MATCH (l:Load {scope: $scope})
RETURN l.id AS id, l.edition AS edition, l.complete AS complete, l.attempt_status[-1] AS status
ORDER BY l.sequence DESC"""


@dataclass(frozen=True, slots=True)
class LoadHeader:
    """Which edition of which scope a load reads.

    ``scope`` is the source's file layout, and where one file is only a part, that part (``geonames?country=FI``); ``edition`` the
    partial date of the edition; ``checksum`` hexadecimal digits over what was read; ``dates_facts`` says whether the edition is
    the age of its facts, which it is not where each row has a date of its own.
    """

    scope: str
    edition: str
    checksum: str
    loader: str
    dates_facts: bool = True
    run: int = 1

    def __post_init__(self) -> None:
        first_day(self.edition)
        if "@" in self.scope:
            raise ValueError(f"a scope cannot contain '@': {self.scope!r}")

    @property
    def id(self) -> str:
        """The id of the Load node, from which scope and edition can be read back."""
        return f"{self.scope}@{self.edition}#{self.checksum[:12]}" + (f".{self.run}" if self.run > 1 else "")


def place_in_history(connection: Connection, header: LoadHeader) -> LoadHeader:
    """Return the header as the next in the history of its scope.

    The same edition and checksum as the latest load continues or repeats that one; the same as one further back, with another in
    between, is a new load.

    Raises:
        KgError: A newer edition of the scope is already loaded in full.
    """
    past = history(connection, header.scope)
    refuse_older(header, (row["edition"] for row in past if row["complete"]))
    standing = [row["id"] for row in past if row["status"] != UNDONE]
    while header.id in standing[1:]:
        header = replace(header, run=header.run + 1)
    return header


def refuse_older(header: LoadHeader, editions: Iterable[str]) -> None:
    """Refuse an edition that comes after a newer one.

    Args:
        header: The edition.
        editions: Those of its scope that were read in full, the latest first.

    Raises:
        KgError: One of them is newer.
    """
    for edition in editions:
        if first_day(edition) > first_day(header.edition):
            raise KgError(
                f"edition {header.edition} of {header.scope} is older than edition {edition}, which is already "
                "loaded: facts would seem to come back and leave again. Load editions in their order; to start over from "
                f"the older one, take the newer back first with: kg undo '{header.scope}'"
            )


def begin(connection: Connection, header: LoadHeader, sources: Sequence[Source]) -> None:
    """Open the Load, or open it once more: the same scope, edition and checksum continue an interrupted load.

    What is known of its sources is stored with it, and with the first of all, of which layout the graph is. The caller has the turn
    (:func:`kg.database.turn.turn`): attempts that are still called running were cut off, and are called so from now on.
    """
    (row,) = connection.run_read(_LAST_SEQUENCE, {})
    parameters = {
        "id": header.id,
        "properties": asdict(header),
        "sequence": row["last"] + 1,
        "now": _now(),
        "sources": sorted(source.id for source in sources),
    }
    put_sources = (_PUT_SOURCES, {"rows": [asdict(source) for source in sources]})
    interrupt = (_INTERRUPT, {"interrupted": INTERRUPTED})
    connection.write_many([record(), put_sources, interrupt, (_BEGIN, parameters)])


def first_attempt(header: LoadHeader) -> dict[str, Any]:
    """Return the properties of the Load as :func:`begin` leaves it, when it is the first of all."""
    attempt = {"attempt_started": [_now()], "attempt_finished": [""], "attempt_status": ["running"]}
    return {"id": header.id, **asdict(header), "sequence": 1, "complete": False, **attempt}


def finish(
    connection: Connection,
    header: LoadHeader,
    sources: Iterable[str],
    *,
    counts: Mapping[str, int],
    stated: Mapping[str, int],
    skipped: Mapping[str, int] | None = None,
    inputs: str | None = None,
) -> None:
    """Close the Load as complete, with count and fingerprint sum per relationship type as they now stand.

    ``counts`` says what became of its rows, ``skipped`` by which rule those were that are left out on purpose, ``stated`` how many
    nodes and facts the edition speaks of. With ``inputs``, what its records follow from besides the files, the same edition is known
    again (see :mod:`kg.loaders.repeats`).
    """
    totals = fact_totals(connection)
    properties: dict[str, Any] = {f"rows_{name}": number for name, number in counts.items()}
    properties |= {f"stated_{name}": number for name, number in stated.items()}
    properties["skipped_rules"] = list(skipped or {})
    properties["skipped_rows"] = list((skipped or {}).values())
    properties["inputs"] = inputs
    properties["content"] = content_of(connection, totals) if inputs else None
    properties["fact_types"] = list(totals)
    properties["fact_counts"] = [count for count, _ in totals.values()]
    properties["fact_fingerprints"] = [total for _, total in totals.values()]
    parameters = {"id": header.id, "properties": properties, "now": _now()}
    connection.write_many([(_FINISH, parameters), set_editions(sources)])


def fact_totals(connection: Connection) -> dict[str, tuple[int, int]]:
    """Return the number of facts and the sum of their fingerprints per relationship type, types without facts left out."""
    return {row["type"]: (row["count"], row["total"]) for row in connection.run_read(_TOTALS, {})}


def finished(connection: Connection, id_: str) -> dict[str, Any] | None:
    """Return what is kept of a load whose last attempt ended in full, nothing where there is none."""
    rows = connection.run_read(_FINISHED, {"id": id_})
    return rows[0]["properties"] if rows else None


def history(connection: Connection, scope: str) -> list[dict[str, Any]]:
    """Return the loads of a scope (``id``, ``edition``, ``complete``, ``status``), the latest first."""
    return connection.run_read(_OF_SCOPE, {"scope": scope})


def set_editions(sources: Iterable[str]) -> tuple[str, dict[str, Any]]:
    """Return the statement that derives the edition shown on each source from the loads that read it."""
    return _SET_EDITIONS, {"sources": sorted(sources)}


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")


_STANDING = """\
MATCH (l:Load) WHERE l.attempt_status[-1] <> $undone
OPTIONAL MATCH (l)-[:READ]->(s:Source)
WITH l, s ORDER BY s.id
WITH l, collect(s.id) AS sources
RETURN l.loader AS loader, l.scope AS scope, l.edition AS edition, l.complete AS complete,
    l.attempt_finished[-1] AS finished, l.rows_read AS rows, coalesce(l.rows_rejected, 0) AS rejected,
    coalesce(l.stated_nodes, 0) AS nodes, coalesce(l.stated_facts, 0) AS facts, sources
ORDER BY l.sequence"""


def standing_loads(connection: Connection) -> list[dict[str, Any]]:
    """Return the loads that stand, the first first: loader, scope, edition, when finished, rows, statements made, sources."""
    rows = connection.run_read(_STANDING, {"undone": UNDONE})
    return [{**row, "loader": row["loader"].rpartition(" ")[0]} for row in rows]


def loaded_sources(connection: Connection) -> list[dict[str, Any]]:
    """Return the sources that standing loads read: id, title, publisher, licence, address, and the scopes and editions loaded."""
    return connection.run_read(_LOADED, {"undone": UNDONE})
