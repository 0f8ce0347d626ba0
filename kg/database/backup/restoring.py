"""``kg restore``: a backup into an empty database."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from neo4j.exceptions import ClientError

from kg import __version__
from kg.database.backup.archive import Archive, open_archive
from kg.database.backup.manifest import Manifest
from kg.database.backup.survey import Progress, survey
from kg.database.backup.values import NotStorableError, decode
from kg.database.behind import Behind
from kg.database.connection import Connection
from kg.database.driver_errors import MemoryLimitError
from kg.database.layout import BESIDE, LAYOUT, now, standing
from kg.database.schema import apply_schema
from kg.database.turn import turn
from kg.errors import KgError

#: Rows of one transaction, and bytes of their text: enough to amortise the round trip, little enough for a small server.
BATCH = 5_000

# What labels and types there are stands in parameters: nothing that a file says becomes Cypher.
_CREATE_NODES = """\
UNWIND $rows AS row
CREATE (n:$(row[1]))
SET n = row[2]
RETURN collect([row[0], elementId(n)]) AS made"""

_CREATE_RELATIONSHIPS = """\
UNWIND $rows AS row
MATCH (a) WHERE elementId(a) = row[0]
MATCH (b) WHERE elementId(b) = row[1]
CREATE (a)-[r:$(row[2])]->(b)
SET r = row[3]
RETURN count(r) AS made"""

_OCCUPIED = "MATCH (n) WHERE none(label IN labels(n) WHERE label IN $beside) RETURN 1 AS one LIMIT 1"

_MARK = "CREATE (r:Restore {file: $file, began: $now, kg: $kg})"
_UNMARK = "MATCH (r:Restore) DELETE r"

#: What an earlier attempt left, and what is kept beside an empty graph; relationships first, as a node can have a million.
_CLEAR = (
    "MATCH ()-[r]->() CALL (r) { DELETE r } IN TRANSACTIONS OF 10000 ROWS",
    "MATCH (n) WHERE NOT (n:Restore OR n:Turn) CALL (n) { DELETE n } IN TRANSACTIONS OF 10000 ROWS",
)

_AWAIT = "CALL db.awaitIndexes(600)"


@dataclass(frozen=True, slots=True)
class Restored:
    """What was written, and found to be what the backup says.

    Attributes:
        path: The backup.
        manifest: What it says of itself.
        again: Whether a part that an earlier attempt had left was removed first.
    """

    path: Path
    manifest: Manifest
    again: bool

    def __str__(self) -> str:
        contents = self.manifest.contents
        number = f"{contents.node_count:,} nodes and {contents.relationship_count:,} relationships"
        lines = [
            f"{number} of {self.manifest.taken} are restored from {self.path}.",
            f"Digest {contents.digest.value}, as in the backup; every property is as it was.",
        ]
        if self.again:
            lines.insert(0, "A restore had been broken off here: what it left was removed first.")
        if self.manifest.layout < LAYOUT:
            lines.append(
                f"The graph is of layout {self.manifest.layout}, and this kg works with layout {LAYOUT}: run `kg schema migrate`."
            )
        return "\n".join(lines)


def check_backup(path: str | Path) -> Manifest:
    """Return what a backup says of itself, once all of it was read and found whole; no database is asked anything.

    Raises:
        KgError: It is no backup, is damaged, or is of a newer kg.
    """
    with _checked(Path(path)) as archive:
        return archive.manifest


def restore(connection: Connection, path: str | Path, *, progress: Progress | None = None) -> Restored:
    """Make the graph of a backup again in an empty database, and compare what is then there with what the backup says.

    Until it has ended well, the database says that it holds only a part, and kg changes nothing in it; to run the restore again
    removes that part and begins anew.

    Args:
        connection: An empty database: without any node but those that kg keeps beside a graph.
        path: The backup.
        progress: Hears what is being written or read, and how many of it were.

    Raises:
        KgError: It is no backup, is damaged or of a newer layout, or the database is not empty: nothing is written then. Or it
            cannot be written; or what is there afterwards is not what the backup says.
    """
    with _checked(Path(path)) as archive:
        _refuse_occupied(connection)
        # Before there is anything: the turn needs one of the constraints, and an index cannot be made while somebody has it.
        apply_schema(connection)
        with turn(connection, any_layout=True) as mine:
            again = _refuse_occupied(connection)
            marker = {"file": archive.path.name, "now": now(), "kg": __version__}
            mine.write_many([(_UNMARK, {}), (_MARK, marker)])
            for statement in _CLEAR:
                mine.run_schema(statement)
            _Writing(mine, archive, progress).run()
            mine.run_schema(_AWAIT)
            _compare(connection, archive, progress)
            mine.run_write(_UNMARK)
        return Restored(archive.path, archive.manifest, again)


@contextmanager
def _checked(path: Path) -> Iterator[Archive]:
    with open_archive(path) as archive:
        manifest = archive.manifest
        if manifest.layout > LAYOUT:
            raise KgError(
                f"{path} holds a graph of layout {manifest.layout}, written by kg {manifest.kg}, and this kg ({__version__}) knows "
                f"layouts up to {LAYOUT}: update kg (pip install --upgrade localgov-kg). Nothing was written."
            )
        archive.check()
        yield archive


def _refuse_occupied(connection: Connection) -> bool:
    """Refuse a database with anything in it; return whether all that is in it was left by a restore."""
    if standing(connection).restoring:
        return True
    if connection.run_read(_OCCUPIED, {"beside": list(BESIDE)}):
        raise KgError(
            "This database is not empty, and a backup is restored into an empty one only: give another (--uri, --database, or "
            "another KG_HOME for a local server), or empty this one (`kg server wipe` does it to the local server). Nothing was "
            "written."
        )
    return False


def _compare(connection: Connection, archive: Archive, progress: Progress | None) -> None:
    def told(what: str, number: int) -> None:
        if progress is not None:
            progress(f"{what} compared", number)

    found, wanted = survey(connection, None, told), archive.manifest.contents
    if (found.nodes, found.relationships, found.content) != (wanted.nodes, wanted.relationships, wanted.content):
        what = "numbers" if (found.node_count, found.relationship_count) != (
            wanted.node_count,
            wanted.relationship_count,
        ) else "values"  # fmt: skip
        raise KgError(
            f"What is in the database now is not what {archive.path} says: the {what} differ. Did another program write to it "
            "meanwhile? Run the restore again when it is left alone."
        )
    # What a digest is made of may have changed with the layout; what it was made from is compared above.
    if archive.manifest.layout == LAYOUT and found.digest != wanted.digest:
        raise KgError(
            f"What is in the database now is what {archive.path} holds, but its digest {found.digest.value} is not the one in the "
            "file: the file was changed, or another version of kg made it. Take another backup."
        )


class _Writing:
    """Writes nodes, then relationships, one transaction while the rows of the next are read."""

    def __init__(self, connection: Connection, archive: Archive, progress: Progress | None) -> None:
        self._connection = connection
        self._archive = archive
        self._progress = progress
        #: By number, as which the server knows the nodes.
        self._elements: list[str] = [""] * archive.manifest.contents.node_count
        self._most = BATCH

    def run(self) -> None:
        with Behind() as behind:
            self._write("nodes", self._node, self._create_nodes, behind)
            behind.settle()
            self._write("relationships", self._relationship, self._create_relationships, behind)

    def _write(
        self,
        kind: str,
        read: Callable[[int, Any], list[Any]],
        create: Callable[[list[list[Any]]], None],
        behind: Behind,
    ) -> None:
        rows: list[list[Any]] = []
        for number, (where, row) in enumerate(self._archive.rows(kind)):
            try:
                rows.append(read(number, row))
            except (NotStorableError, LookupError, TypeError, ValueError) as error:
                raise KgError(
                    f"{self._archive.path}, {where}, is nothing that kg backup writes ({error}): was the file changed? The "
                    "database holds a part of it; to restore another backup there removes that part."
                ) from error
            if len(rows) >= self._most:
                behind.send(partial(self._store, create, rows))
                rows = []
                if self._progress is not None:
                    self._progress(kind, number + 1)
        if rows:
            behind.send(partial(self._store, create, rows))

    def _node(self, number: int, row: Any) -> list[Any]:
        labels, properties = row
        if number >= len(self._elements):
            raise NotStorableError("one node more than there are")
        if type(labels) is not list or not all(type(label) is str and label for label in labels):
            raise NotStorableError("labels that are none")
        if not set(labels).isdisjoint(("Restore", "Aggregate")):
            raise NotStorableError("a node that is no part of a graph")
        return [number, labels, decode(properties)]

    def _relationship(self, _: int, row: Any) -> list[Any]:
        type_, start, end, properties = row
        if type(type_) is not str or not type_:
            raise NotStorableError("a type that is none")
        if not all(type(end) is int and 0 <= end < len(self._elements) for end in (start, end)):
            raise NotStorableError("an end that is no node")
        return [self._elements[start], self._elements[end], type_, decode(properties)]

    def _store(self, create: Callable[[list[list[Any]]], None], rows: list[list[Any]]) -> None:
        # Once a transaction was too large for the server, all that follow are smaller than that one.
        for begin in range(0, len(rows), most := self._most):
            some = rows[begin : begin + most]
            try:
                create(some)
            except MemoryLimitError:
                if len(some) == 1:
                    raise
                self._most = min(self._most, max(1, len(some) // 2))
                self._store(create, some)
            except ClientError as error:
                raise KgError(
                    f"Neo4j refuses something that is in {self._archive.path}: {error.message} The database holds a part of the "
                    "backup; to restore another one there removes that part."
                ) from error

    def _create_nodes(self, rows: list[list[Any]]) -> None:
        for number, element in self._connection.run_write(_CREATE_NODES, {"rows": rows})[0]["made"]:
            self._elements[number] = element

    def _create_relationships(self, rows: list[list[Any]]) -> None:
        (done,) = self._connection.run_write(_CREATE_RELATIONSHIPS, {"rows": rows})
        if done["made"] != len(rows):
            raise KgError(
                "Nodes that were just made are gone: another program is changing this database. Run the restore again when it "
                "is left alone."
            )
