"""A small backup for tests of what reads one."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from kg.database.backup.archive import check_place, new_archive
from kg.database.backup.manifest import ABOUT, Contents, GraphDigest, Manifest


def write_backup(path: Path, rows: Mapping[str, Sequence[Sequence[Any]]], *, force: bool = False) -> Path:
    """Write a backup of rows as they are stored, by kind (``nodes``, ``relationships``), and return where it lies."""
    place = check_place(path, force=force)
    with new_archive(place, force=force) as archive:
        for kind, some in rows.items():
            for row in some:
                archive.row(kind, json.dumps(row).encode() + b"\n")
        contents = Contents(
            nodes=Counter(row[0][0] for row in rows["nodes"]),
            relationships=Counter(row[0] for row in rows["relationships"]),
            content="0" * 32,
            digest=GraphDigest(value="0" * 64, nodes=0, facts=0),
        )
        archive.finish(
            Manifest(
                about=ABOUT,
                taken="2026-01-01T00:00:00+00:00",
                kg="0.1.0",
                neo4j="5.26",
                layout=0,
                contents=contents,
                parts=archive.finish_parts(),
            )
        )
    return place
