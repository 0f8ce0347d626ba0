"""``kg backup``: everything in a database, in one file."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from kg import __version__
from kg.database.backup.archive import check_place, new_archive
from kg.database.backup.manifest import ABOUT, Contents, Manifest
from kg.database.backup.survey import Progress, survey
from kg.database.connection import Connection
from kg.database.layout import now, refuse_half, refuse_newer, standing
from kg.database.schema import ensure
from kg.database.state import is_settled, state_of
from kg.database.turn import turn
from kg.errors import KgError

_UNSETTLED = "In it is a load that was broken off (`kg sources --loaded` names it): after a restore, run that load again or take it back."


@dataclass(frozen=True, slots=True)
class BackedUp:
    """What was written.

    Attributes:
        path: Where.
        size: Its bytes.
        contents: How much is in it, and the sums over it.
        layout: The layout of the graph.
        notes: What whoever keeps it should know.
    """

    path: Path
    size: int
    contents: Contents
    layout: int
    notes: tuple[str, ...]

    def __str__(self) -> str:
        number = f"{self.contents.node_count:,} nodes and {self.contents.relationship_count:,} relationships"
        where = f"{number} are in {self.path} ({self.size / 1e6:,.1f} MB)."
        return "\n".join([where, f"Digest {self.contents.digest.value}", *self.notes])


def backup(
    connection: Connection, path: str | Path, *, force: bool = False, progress: Progress | None = None
) -> BackedUp:
    """Write everything that is in a database to one file, from which :func:`kg.database.backup.restoring.restore` makes it again.

    Whoever wants to load or undo meanwhile waits, so that what is written is one state of the graph.

    Args:
        connection: The database, of which nothing is changed.
        path: The file.
        force: Replace a file that is there already.
        progress: Hears what is being read, and how many of it were.

    Raises:
        KgError: The file is there, or cannot be written; the graph is half restored or of a newer layout; another program changed
            it meanwhile. Nothing is left at ``path`` then, or what was there before.
    """
    place = check_place(Path(path), force=force)
    # Without it, nothing would keep a load from changing the graph meanwhile.
    ensure(connection, "load_id")
    with turn(connection, any_layout=True):
        found = standing(connection)
        refuse_half(found)
        refuse_newer(found)
        state = state_of(connection)
        with new_archive(place, force=force) as archive:
            contents = survey(connection, archive.row, progress)
            if state_of(connection) != state:
                raise KgError(
                    "The graph was changed by another program while it was read, and what was read may not fit together: run "
                    "this again when it is left alone. No backup was written."
                )
            archive.finish(
                Manifest(
                    about=ABOUT,
                    taken=now(),
                    kg=__version__,
                    neo4j=connection.server_version(),
                    layout=found.layout,
                    contents=contents,
                    parts=archive.finish_parts(),
                )
            )
    notes = () if is_settled(state) else (_UNSETTLED,)
    return BackedUp(place, place.stat().st_size, contents, found.layout, notes)
