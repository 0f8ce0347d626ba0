"""The verbs of the knowledge graph by which a part of it is taken out, for other programs."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from kg.database.connection import Connection

if TYPE_CHECKING:
    from kg.queries.export.part import Part
    from kg.queries.export.run import Exported, Progress


class Exports:
    """The part of :class:`kg.graph.KnowledgeGraph` that takes parts of the graph out."""

    connection: Connection

    def part(
        self,
        *,
        around: str | None = None,
        steps: int | None = None,
        networks: str | Sequence[str] = (),
        as_of: str | date | None = None,
    ) -> Part:
        """Return a part of the graph in memory, with ``to_df``, ``facts_df``, ``to_networkx`` and ``to_igraph``.

        Which part, :func:`kg.queries.export.scope.check_asked` says; all of it unless told.
        """
        from kg.queries.export.part import part
        from kg.queries.export.scope import check_asked

        return part(self.connection, check_asked(around, steps, networks, as_of))

    def export(
        self,
        out: str | Path,
        form: str | None = None,
        *,
        around: str | None = None,
        steps: int | None = None,
        networks: str | Sequence[str] = (),
        as_of: str | date | None = None,
        force: bool = False,
        progress: Progress | None = None,
    ) -> Exported:
        """Write the graph or a part of it as GraphML, CSV or Parquet, with its licences and sources beside it.

        ``g.export("riga.graphml", around="Riga", steps=2)``, ``g.export("graph", "parquet")``. How it is written,
        :func:`kg.queries.export.run.check_target` says; which part, :func:`kg.queries.export.scope.check_asked`.
        """
        from kg.queries.export.run import check_target, export
        from kg.queries.export.scope import check_asked

        asked = check_asked(around, steps, networks, as_of)
        return export(self.connection, asked, check_target(out, form, force=force), progress=progress)

    def export_snapshot(self, folder: str | Path, *, force: bool = False) -> Exported:
        """Write what recommendations need of the graph as Parquet, with its licences and sources: for other engines.

        ``g.export_snapshot("europe")``. See :func:`kg.queries.export.snapshot.export_snapshot`.
        """
        from kg.queries.export.snapshot import export_snapshot

        return export_snapshot(self.connection, folder, force=force)
