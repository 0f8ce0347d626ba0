"""Networks as a PNG: the same nodes at the same positions as in the page, drawn without a browser."""

from __future__ import annotations

import math
from collections.abc import Sequence

from kg.pictures.drawing import Drawing, Node
from kg.pictures.layout import LINE, extent, place, size, wrap
from kg.pictures.page import COLOURS, MOST_WORDS, OTHER, shape_of
from kg.pictures.vega import Spec


def _polygon(corners: int, inner: float = 1.0) -> str:
    """Return a star's or polygon's outline as Vega draws shapes: in a square from -1 to 1."""
    steps = corners * (2 if inner < 1 else 1)
    points = []
    for step in range(steps):
        radius = inner if inner < 1 and step % 2 else 1.0
        angle = 2 * math.pi * step / steps - math.pi / 2
        points.append(f"{radius * math.cos(angle):.3f},{radius * math.sin(angle):.3f}")
    return f"M{'L'.join(points)}Z"


#: vis-network's shapes as Vega calls or draws them.
SHAPES = {
    "dot": "circle",
    "triangle": "triangle-up",
    "triangleDown": "triangle-down",
    "square": "square",
    "diamond": "diamond",
    "star": _polygon(5, 0.45),
    "hexagon": _polygon(6),
}


def still_spec(drawing: Drawing) -> tuple[Spec, float]:
    """Return a drawing for Vega-Lite, and its longer side in pixels."""
    points = place(drawing)
    left, upper, right, lower = extent(drawing.nodes, points)
    width, height = max(right - left, 400.0), max(lower - upper, 200.0)
    at = {id_: (x - left, y - upper) for id_, (x, y) in points.items()}
    words = len(drawing.edges) <= MOST_WORDS
    lines = [
        {
            "x": at[edge.start][0],
            "y": at[edge.start][1],
            "x2": at[edge.end][0],
            "y2": at[edge.end][1],
            "mx": (at[edge.start][0] + at[edge.end][0]) / 2,
            "my": (at[edge.start][1] + at[edge.end][1]) / 2,
            "dashed": edge.dashed,
            "text": edge.text if words else "",
        }
        for edge in drawing.edges
    ]
    dots = [node for node in drawing.nodes if node.shape != "box"]
    boxes = [node for node in drawing.nodes if node.shape == "box"]
    kinds = list(dict.fromkeys(node.kind for node in dots))
    shapes = {node.kind: SHAPES[shape_of(node)] for node in dots}
    layers: list[Spec] = [
        {
            "data": {"values": lines},
            "mark": {"type": "rule", "color": "#b0b0b0"},
            "encoding": {
                **{channel: _raw(channel) for channel in ("x", "y", "x2", "y2")},
                "strokeDash": {"condition": {"test": "datum.dashed", "value": [4, 4]}, "value": [1, 0]},
            },
        },
        {
            "data": {"values": [_box(node, at) for node in boxes]},
            "mark": {"type": "rect", "stroke": "#777777", "cornerRadius": 3},
            "encoding": {
                **{channel: _raw(channel) for channel in ("x", "y", "x2", "y2")},
                "color": {"field": "colour", "type": "nominal", "scale": None},
            },
        },
        {
            "data": {
                "values": [
                    {"x": at[node.id][0], "y": at[node.id][1], "kind": node.kind, "area": 1100 if node.place else 420}
                    for node in dots
                ]
            },
            "mark": {"type": "point", "filled": True, "opacity": 1, "stroke": "#555555", "strokeWidth": 0.7},
            "encoding": {
                "x": _raw("x"),
                "y": _raw("y"),
                "size": {"field": "area", "type": "quantitative", "scale": None, "legend": None},
                "color": _by_kind(kinds, [COLOURS.get(kind, OTHER) for kind in kinds]),
                "shape": _by_kind(kinds, [shapes[kind] for kind in kinds]),
            },
        },
        *_texts(
            [{"x": line["mx"], "y": line["my"], "text": line["text"]} for line in lines if line["text"]], 11, "#505050"
        ),
        *_texts([_node_text(node, at) for node in dots], 13, "#1a1a1a"),
        _text([_node_text(node, at) for node in boxes], 13, "#1a1a1a"),
    ]
    return {"width": width, "height": height, "layer": layers}, max(width, height)


def _raw(channel: str) -> Spec:
    """Return a channel whose numbers are pixels already; of the second end of a line Vega-Lite wants the field only."""
    if channel.endswith("2"):
        return {"field": channel}
    return {"field": channel, "type": "quantitative", "scale": None, "axis": None}


def _by_kind(kinds: Sequence[str], values: Sequence[str]) -> Spec:
    legend = {"title": None, "orient": "top", "direction": "horizontal", "symbolSize": 140, "columns": 8}
    return {
        "field": "kind",
        "type": "nominal",
        "scale": {"domain": list(kinds), "range": list(values)},
        "legend": legend,
    }


def _box(node: Node, at: dict[str, tuple[float, float]]) -> Spec:
    (x, y), (wide, high) = at[node.id], size(node)
    return {
        "x": x - wide / 2,
        "x2": x + wide / 2,
        "y": y - high / 2 + 3,
        "y2": y + high / 2 - 3,
        "colour": COLOURS.get(node.kind, OTHER),
    }


def _node_text(node: Node, at: dict[str, tuple[float, float]]) -> Spec:
    x, y = at[node.id]
    text = wrap(node.text)
    # The position is that of the first line's middle.
    below = 26.0 if node.place else 20.0
    first = -(text.count("\n") * LINE) / 2 if node.shape == "box" else below
    return {"x": x, "y": y + first, "text": text}


def _texts(values: list[Spec], font: int, colour: str) -> list[Spec]:
    """Return texts over lines: a light edge first, then the letters, since Vega draws an edge over them."""
    return [_text(values, font, colour, edge=True), _text(values, font, colour)]


def _text(values: list[Spec], font: int, colour: str, *, edge: bool = False) -> Spec:
    mark = {"type": "text", "fontSize": font, "lineHeight": LINE, "lineBreak": "\n", "baseline": "middle", "limit": 0}
    around = {"stroke": "white", "strokeWidth": 4} if edge else {}
    return {
        "data": {"values": values},
        "mark": {**mark, "color": colour, **around},
        "encoding": {"x": _raw("x"), "y": _raw("y"), "text": {"field": "text", "type": "nominal"}},
    }
