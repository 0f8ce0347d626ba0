"""The verbs of the knowledge graph that look after the whole of it: its schema, its digest, backups, and moving to a newer layout."""

from __future__ import annotations

from abc import abstractmethod
from contextlib import AbstractContextManager
from pathlib import Path
from typing import TYPE_CHECKING

from kg.counting import Change
from kg.database import digest as digests
from kg.database import schema
from kg.database.connection import Connection
from kg.database.layout import remark, standing

if TYPE_CHECKING:
    from kg.database.backup.restoring import Restored
    from kg.database.backup.survey import Progress
    from kg.database.backup.taking import BackedUp
    from kg.database.check import Checked
    from kg.database.migrations import Migrated


class Upkeep:
    """The part of :class:`kg.graph.KnowledgeGraph` that looks after all of it."""

    connection: Connection

    @abstractmethod
    def _change(self) -> AbstractContextManager[Change]:
        """Return a block in which the graph is changed, after which what is counted over all of it is counted again."""

    def apply_schema(self) -> None:
        """Make the constraints and indexes that the database lacks."""
        schema.apply_schema(self.connection)

    def check_schema(self) -> list[str]:
        """Return what the database lacks or has differently, and whether its layout is another, one sentence each."""
        said = remark(standing(self.connection))
        return [*schema.check_schema(self.connection), *([said] if said else [])]

    def migrate_schema(self) -> Migrated:
        """Bring a graph that an older kg wrote to the present layout; see :func:`kg.database.migrations.migrate`."""
        from kg.database.migrations import migrate

        with self._change() as change:
            migrated = migrate(self.connection)
            change.changed_nothing = not any(step.changed for step in migrated.steps)
        return migrated

    def digest(self) -> digests.Digest:
        """Return one number for what the graph says; see :func:`kg.database.digest.digest`."""
        return digests.digest(self.connection)

    def backup(self, path: str | Path, *, force: bool = False, progress: Progress | None = None) -> BackedUp:
        """Write everything in the database to one file; see :func:`kg.database.backup.taking.backup`."""
        from kg.database.backup.taking import backup

        return backup(self.connection, path, force=force, progress=progress)

    def restore(self, path: str | Path, *, progress: Progress | None = None) -> Restored:
        """Make the graph of a backup again in an empty database; see :func:`kg.database.backup.restoring.restore`."""
        from kg.database.backup.restoring import restore
        from kg.queries.choose import forget

        with self._change():
            restored = restore(self.connection, path, progress=progress)
        forget(self.connection)
        return restored

    def check(self, *, most: int = 20) -> Checked:
        """Return what breaks the rules of the graph, of each rule the first ``most``; see :func:`kg.database.check.check`."""
        from kg.database.check import check

        return check(self.connection, most=most)
