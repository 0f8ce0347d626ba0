"""The folder where this user's own files are: what is made once and kept, and a person's judgements on places."""

from __future__ import annotations

import os
from pathlib import Path

import platformdirs

_FOLDER_NAME = ".kg"


def home_folder(start: Path | None = None) -> Path:
    """Return ``KG_HOME``, else the nearest ``.kg`` folder upward from ``start``, else the user's data folder.

    The same rule as for the local server, which lives in the same folder. Nothing is created; ``start`` is the working
    directory unless given.
    """
    if given := os.environ.get("KG_HOME"):
        return Path(given).expanduser().absolute()
    start = (start or Path.cwd()).absolute()
    for folder in (start, *start.parents):
        if (folder / _FOLDER_NAME).is_dir():
            return folder / _FOLDER_NAME
    return Path(platformdirs.user_data_dir("kg", appauthor=False))


def judgements_file() -> Path:
    """Return ``KG_JUDGEMENTS``, else ``judgements.csv`` in the home folder: what persons decided."""
    if given := os.environ.get("KG_JUDGEMENTS"):
        return Path(given).expanduser().absolute()
    return home_folder() / "judgements.csv"
