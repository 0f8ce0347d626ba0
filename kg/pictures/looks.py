"""Colours and shapes of the kinds of nodes and of reasons, the same in every picture."""

from __future__ import annotations

from kg.pictures.drawing import HEADINGS, Node
from kg.schema.look import LOOKS
from kg.schema.nodes import NODES

#: Those of the kinds of node, and paler ones for reasons, where text is inside.
COLOURS = {
    **{label: LOOKS[label].colour for label in NODES},
    **dict.fromkeys(HEADINGS, "#E3E3E3"),
    "Shared networks": "#F5CD85",
    "Shared small networks": "#F5CD85",
    "Networks that would fit": "#F8DFB0",
    "Networks that would fit it": "#F8DFB0",
    "Active in networks": "#F8DFB0",
    "Countries that meet in networks": "#F8DFB0",
    "Common projects": "#8FD6C1",
    "Partners of partners": "#CFE8DF",
    "Active in projects": "#CFE8DF",
    "Countries with common projects": "#CFE8DF",
    "Regions with common projects": "#CFE8DF",
    "Same programmes": "#CFE8DF",
    "Shared twin towns": "#A8D3F0",
    "Specific twin towns": "#A8D3F0",
    "Twins of twins": "#CDE5F6",
    "Twin towns there": "#CDE5F6",
    "Twin towns here": "#CDE5F6",
    "Active in twinning": "#CDE5F6",
    "Neighbours that twin": "#CDE5F6",
    "Surroundings that twin": "#CDE5F6",
    "Areas that twin": "#CDE5F6",
    "Countries that twin": "#CDE5F6",
    "Regions that twin": "#CDE5F6",
    "Regions and countries that twin": "#CDE5F6",
    "Same events": "#E6BFD5",
    "Same people": "#F7F2A8",
    "One seeks what the other offers": "#F0A880",
    "Same wish": "#F3BE9F",
    "Same themes in projects": "#F7D7C4",
}
OTHER = "#CCCCCC"
#: Shapes, as vis-network calls them: a kind is never told by its colour alone. Others are boxes with their text inside.
SHAPES = {
    "City": "dot",
    "Region": "triangle",
    "Country": "square",
    "Organisation": "diamond",
    "Project": "triangleDown",
    "Person": "star",
    "Programme": "hexagon",
}


def shape_of(node: Node) -> str:
    """Return the shape of a node, as vis-network calls it."""
    return node.shape if node.shape == "box" else SHAPES.get(node.kind, "dot")
