"""The folder where this user's own things are: the local Neo4j, and what persons decided."""

from __future__ import annotations

import os
from pathlib import Path

import platformdirs

#: Name of the folder that makes the folder around it a home.
FOLDER_NAME = ".kg"


def choose_home(given: Path | None, start: Path) -> tuple[Path, str]:
    """Return ``given``, else the nearest ``.kg`` folder upward from ``start``, else the user's data folder; and why it is that one.

    Nothing is created.
    """
    if given is not None:
        return given.expanduser().absolute(), "KG_HOME is set"
    for folder in [start, *start.parents]:
        if (folder / FOLDER_NAME).is_dir():
            return (folder / FOLDER_NAME).absolute(), f"the nearest {FOLDER_NAME} folder, looking upward from {start}"
    return (
        Path(platformdirs.user_data_dir("kg", appauthor=False)),
        f"the user's data folder: KG_HOME is not set and no {FOLDER_NAME} folder lies here or above",
    )


def judgements_file() -> Path:
    """Return ``KG_JUDGEMENTS``, else ``judgements.csv`` in the home folder: what persons decided on places."""
    if given := os.environ.get("KG_JUDGEMENTS"):
        return Path(given).expanduser().absolute()
    return _home() / "judgements.csv"


def snapshots_folder() -> Path:
    """Return the folder ``snapshots`` in the home folder: graphs as they were when last read, one file for each database."""
    return _home() / "snapshots"


def _home() -> Path:
    home = os.environ.get("KG_HOME")
    return choose_home(Path(home) if home else None, Path.cwd())[0]
