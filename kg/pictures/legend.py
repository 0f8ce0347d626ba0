"""What the legend of a picture says: an entry for each shape, colour and kind of line that occurs."""

from __future__ import annotations

from dataclasses import dataclass

from kg.pictures.drawing import Drawing
from kg.pictures.looks import COLOURS, OTHER, shape_of
from kg.pictures.sizes import MOST_WORDS

#: Kinds of lines that the legend names.
MOST_KINDS = 4


@dataclass(frozen=True, slots=True)
class Entry:
    """An entry: a shape as vis-network calls it, or ``dashed`` or ``solid`` for a line, its colour and what it is."""

    text: str
    shape: str
    colour: str


def entries(drawing: Drawing) -> list[Entry]:
    """Return the legend: kinds of nodes in the order in which they are drawn, then the dashed lines."""
    kinds = dict.fromkeys((node.kind, shape_of(node)) for node in drawing.nodes)
    legend = [Entry(kind, shape, COLOURS.get(kind, OTHER)) for kind, shape in kinds]
    if drawing.dashes and any(edge.dashed for edge in drawing.edges):
        legend.append(Entry(drawing.dashes, "dashed", "none"))
    words = sorted({edge.text for edge in drawing.edges if edge.text})
    if len(drawing.edges) > MOST_WORDS and words:
        # They have no room beside the lines.
        legend.append(
            Entry(", ".join(words[:MOST_KINDS]) + (" ..." if len(words) > MOST_KINDS else ""), "solid", "none")
        )
    return legend
