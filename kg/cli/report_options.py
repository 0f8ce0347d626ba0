"""Options that several of the commands on reports share."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

R = TypeVar("R", bound=Callable[..., Any])


def from_option(command: R) -> R:
    """Add ``--from``: a folder of reports of the user's own."""
    return click.option(
        "--from",
        "own",
        type=click.Path(exists=True, file_okay=False, path_type=Path),
        metavar="DIR",
        help="Folder with reports of your own, besides those that come with kg (else KG_REPORTS).",
    )(command)
