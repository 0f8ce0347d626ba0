"""The option ``--picture`` of the commands whose result can be drawn."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

import click

from kg.cli.options import check_writable
from kg.errors import KgError

if TYPE_CHECKING:
    from kg.pictures.drawing import Drawable


def _ready(_context: click.Context, _parameter: click.Parameter, file: Path | None) -> Path | None:
    """Refuse what is sure to fail before a database is asked anything."""
    if file is None:
        return None
    if find_spec("pyvis") is None:
        raise KgError("Pictures need pyvis: install it with pip install 'localgov-kg[pictures]' and run this again.")
    check_writable(file, "--picture")
    if file.suffix.lower() not in (".html", ".htm"):
        raise KgError(f"--picture {file}: a picture is an HTML page. Name a file that ends in .html.")
    return file


picture_option = click.option(
    "--picture",
    type=click.Path(dir_okay=False, writable=True, path_type=Path),
    metavar="FILE.html",
    callback=_ready,
    help="Also draw it: one HTML file that opens without a network connection.",
)


def draw_picture(result: Drawable, file: Path | None) -> None:
    """Write the picture, if one was asked for, and say so on standard error."""
    if file is None:
        return
    from kg.pictures import write_picture

    write_picture(result, file)
    click.echo(f"The picture is in {file}.", err=True)
