"""Pictures as files: .html, which opens without a network connection, or .png."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from kg.errors import KgError
from kg.pictures.drawing import Drawable, draw
from kg.pictures.figure import figure_page
from kg.pictures.heat import CELL, matrix_spec
from kg.pictures.maps import Spots, map_spec, spots_of_members, spots_of_partners
from kg.pictures.page import picture_page
from kg.pictures.projection import WIDTH
from kg.pictures.still import still_spec
from kg.pictures.vega import Spec, framed, lettering, to_png, to_svg
from kg.queries.display import Block, Line, clean
from kg.queries.matrix import CountryMatrix
from kg.queries.members import Location, NetworkMembers
from kg.queries.results import Data, Recommendations

ENDINGS = (".html", ".png")
#: Letters of a line below a title for each pixel of width.
LETTERS_A_PIXEL = 1 / 6.3


def check_ending(file: str | Path) -> None:
    """Refuse a file of another kind than can be written.

    Raises:
        KgError: It is called neither .html nor .png.
    """
    if Path(file).suffix.lower() not in ENDINGS:
        raise KgError(f"{file}: its ending does not say how to draw it. Name a file that ends in .html or .png.")


def write_picture(result: Drawable, path: str | Path) -> None:
    """Write a result as a picture of nodes and lines: an HTML file that opens without a network connection, or a PNG.

    Args:
        result: from ``recommend``, ``explain``, ``path``, ``neighbourhood`` or ``network_members``.
        path: the file to write, .html or .png; one that is there is replaced.

    Raises:
        KgError: The extra ``pictures`` is not installed, or the file cannot be written.
    """
    write_bytes(path, network_picture(result, Path(path).suffix))


def network_picture(result: Drawable, ending: str, *, scale: float = 2.0) -> bytes:
    """Return the picture of nodes and lines as a file with this ending has it; ``scale`` as in :func:`map_picture`."""
    if ending.lower() != ".png":
        return picture_page(result).encode()
    drawing = draw(result)
    spec, side = still_spec(drawing)
    note = [drawing.note] if drawing.note else []
    width = float(spec["width"])
    return to_png(framed(spec, _title(result.blocks()), lines_below(note, result.data, width), width), side, scale)


def write_map(
    result: Recommendations | NetworkMembers, path: str | Path, locations: Mapping[str, Location] | None = None
) -> None:
    """Write recommended partners or members of networks on the map of Europe, as .html or .png; as :func:`write_picture`.

    Args:
        result: from ``recommend`` or ``network_members``.
        path: the file to write; one that is there is replaced.
        locations: for recommendations, where the places are; from ``locations``.
    """
    write_bytes(path, map_picture(result, Path(path).suffix, locations or {}))


def map_picture(
    result: Recommendations | NetworkMembers, ending: str, locations: Mapping[str, Location], *, scale: float = 2.0
) -> bytes:
    """Return the map as a file with this ending has it.

    Args:
        result: from ``recommend`` or ``network_members``.
        ending: ``.html`` or ``.png``.
        locations: for recommendations, where the places are; from ``locations``.
        scale: of a PNG, pixels for each unit: 1 is enough in a notebook, and takes a quarter of the time and the space.

    Raises:
        KgError: Nothing of the result has a place.
    """
    spots = spots_of_members(result) if isinstance(result, NetworkMembers) else spots_of_partners(result, locations)
    check_not_empty(spots, result.blocks())
    spec, notes = map_spec(spots)
    return _figure(spec, result.blocks(), notes, result.data, ending, WIDTH, scale)


def check_not_empty(spots: Spots, blocks: list[Block]) -> None:
    """Refuse a map without a place.

    Raises:
        KgError: There is none.
    """
    if not spots.spots:
        raise KgError(
            f"{_title(blocks)}: there is nothing to draw, since the graph has nobody there of whom it knows where they are. "
            "Load places with kg load geonames, or ask for another."
        )


def write_matrix(result: CountryMatrix, path: str | Path) -> None:
    """Write the country partnership matrix, as .html or .png; as :func:`write_picture`."""
    write_bytes(path, matrix_picture(result, Path(path).suffix))


def matrix_picture(result: CountryMatrix, ending: str, *, scale: float = 2.0) -> bytes:
    """Return the matrix as a file with this ending has it; ``scale`` as in :func:`map_picture`.

    Raises:
        KgError: There is no partnership.
    """
    if not result.countries:
        raise KgError(
            f"There is nothing to draw: the graph has no {result.query.of} of places whose country it knows, as of "
            f"{result.query.as_of}. `kg sources` lists what can be loaded; --of chooses another kind."
        )
    spec, notes = matrix_spec(result)
    # Two side by side, each with its axis and the legend of its colours.
    width = max(2 * (CELL * len(result.countries) + 120), 600)
    return _figure(spec, result.blocks(), notes, result.data, ending, width, scale)


def _figure(
    spec: Spec, blocks: list[Block], notes: list[str], data: Data, ending: str, width: float, scale: float
) -> bytes:
    title = _title(blocks)
    whole = framed(spec, title, lines_below(notes, data, width), width)
    if ending.lower() == ".png":
        return to_png(whole, 2.2 * width, scale)
    return figure_page(title, to_svg(whole), blocks).encode()


def _title(blocks: list[Block]) -> str:
    return clean(next(block.text for block in blocks if isinstance(block, Line)))


def lines_below(notes: list[str], data: Data, width: float) -> list[str]:
    """Return the lines below a title: notes, age and sources, none longer than the picture is wide (pixels)."""
    said = [block.text for block in data.blocks(keys=False) if isinstance(block, Line)]
    most = max(int(width * LETTERS_A_PIXEL / lettering(width)), 40)
    lines: list[str] = []
    for text in (*notes, *said):
        line = ""
        for word in clean(text).split():
            if line and len(line) + 1 + len(word) > most:
                lines.append(line)
                line = ""
            line = f"{line} {word}".strip()
        lines.append(line)
    return lines


def write_bytes(path: str | Path, content: bytes) -> None:
    """Write a file whole.

    Raises:
        KgError: It cannot be written.
    """
    try:
        Path(path).write_bytes(content)
    except OSError as error:
        raise KgError(f"The picture cannot be written to {path}: {error.strerror}. Name another file.") from error
