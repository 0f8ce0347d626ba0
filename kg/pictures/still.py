"""Networks as a PNG: the same nodes at the same positions as in the page, drawn without a browser."""

from __future__ import annotations

import math
from collections.abc import Sequence

from kg.pictures.blocks import frames
from kg.pictures.drawing import Drawing, Node
from kg.pictures.layout import place
from kg.pictures.legend import Entry, entries
from kg.pictures.looks import COLOURS, OTHER, shape_of
from kg.pictures.sizes import BELOW, LINE, Point, bounds, extent, lines_of, words_on_lines
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


#: Pixels of the letters.
FONT = 14
#: Pixels of the legend above the drawing: of a row, of a letter, and around an entry.
ROW, LEGEND_LETTER, AROUND = 22.0, 7.2, 46.0


def still_spec(drawing: Drawing) -> tuple[Spec, float]:
    """Return a drawing for Vega-Lite, its legend above it, and its longer side in pixels."""
    points = place(drawing)
    left, upper, right, lower = extent(drawing.nodes, points)
    around = frames(drawing, points)
    if around:
        left, right = min(left, *(box[0] for box in around)), max(right, *(box[2] for box in around))
        lower = max(lower, *(box[3] for box in around))
    width = max(right - left, 560.0)
    left -= (width - right + left) / 2
    legend = _legend(entries(drawing), width)
    upper -= 12.0 + max(y for _, _, y in legend) + ROW / 2
    height = lower - upper + 4
    at = {id_: (x - left, y - upper) for id_, (x, y) in points.items()}
    where = words_on_lines(drawing, points)
    lines = [_line(at[edge.start], at[edge.end], dashed=edge.dashed) for edge in drawing.edges]
    words = [
        {
            "x": at[edge.start][0] + share * (at[edge.end][0] - at[edge.start][0]),
            "y": at[edge.start][1] + share * (at[edge.end][1] - at[edge.start][1]),
            "text": edge.text,
        }
        for edge, share in zip(drawing.edges, where, strict=True)
        if share is not None
    ]
    boxes = [_box(node, at) for node in drawing.nodes if node.shape == "box"]
    marks = [_mark(at[node.id], node.kind, shape_of(node), 1100 if node.place else 420) for node in _dots(drawing)]
    for entry, x, y in legend:
        if entry.shape in ("dashed", "solid"):
            lines.append(_line((x, y), (x + 26, y), dashed=entry.shape == "dashed"))
        elif entry.shape == "box":
            boxes.append({"x": x + 2, "x2": x + 24, "y": y - 7, "y2": y + 7, "colour": entry.colour})
        else:
            marks.append(_mark((x + 13, y), entry.text, entry.shape, 170))
    layers: list[Spec] = [
        _rects(
            [
                {
                    "x": box[0] - left,
                    "y": box[1] - upper,
                    "x2": box[2] - left,
                    "y2": box[3] - upper,
                    "colour": "#fafafa",
                }
                for box in around
            ],
            "#cccccc",
        ),
        {
            "data": {"values": lines},
            "mark": {"type": "rule", "color": "#b0b0b0"},
            "encoding": {
                **{channel: _raw(channel) for channel in ("x", "y", "x2", "y2")},
                "strokeDash": {"condition": {"test": "datum.dashed", "value": [4, 4]}, "value": [1, 0]},
            },
        },
        _rects(boxes, "#777777"),
        {
            "data": {"values": marks},
            "mark": {"type": "point", "filled": True, "opacity": 1, "stroke": "#555555", "strokeWidth": 0.7},
            "encoding": {
                "x": _raw("x"),
                "y": _raw("y"),
                "size": {"field": "area", "type": "quantitative", "scale": None, "legend": None},
                "color": {"field": "colour", "type": "nominal", "scale": None},
                "shape": {"field": "shape", "type": "nominal", "scale": None},
            },
        },
        *_texts(words, 11, "#505050"),
        *_texts([_node_text(node, at) for node in _dots(drawing)], FONT, "#1a1a1a"),
        _text([_node_text(node, at) for node in drawing.nodes if node.shape == "box"], FONT, "#1a1a1a"),
        _text([{"x": x + 34, "y": y, "text": entry.text} for entry, x, y in legend], FONT, "#1a1a1a", align="left"),
    ]
    return {"width": width, "height": height, "layer": layers}, max(width, height)


def _dots(drawing: Drawing) -> list[Node]:
    return [node for node in drawing.nodes if node.shape != "box"]


def _legend(given: Sequence[Entry], width: float) -> list[tuple[Entry, float, float]]:
    """Return where each entry of the legend begins: in as many rows as it needs."""
    placed: list[tuple[Entry, float, float]] = []
    x, y = 0.0, ROW / 2
    for entry in given:
        wide = len(entry.text) * LEGEND_LETTER + AROUND
        if x and x + wide > width:
            x, y = 0.0, y + ROW
        placed.append((entry, x, y))
        x += wide
    return placed


def _line(start: Point, end: Point, *, dashed: bool) -> Spec:
    return {"x": start[0], "y": start[1], "x2": end[0], "y2": end[1], "dashed": dashed}


def _mark(at: Point, kind: str, shape: str, area: float) -> Spec:
    return {"x": at[0], "y": at[1], "colour": COLOURS.get(kind, OTHER), "shape": SHAPES[shape], "area": area}


def _rects(values: Sequence[Spec], stroke: str) -> Spec:
    return {
        "data": {"values": list(values)},
        "mark": {"type": "rect", "stroke": stroke, "cornerRadius": 3},
        "encoding": {
            **{channel: _raw(channel) for channel in ("x", "y", "x2", "y2")},
            "color": {"field": "colour", "type": "nominal", "scale": None},
        },
    }


def _raw(channel: str) -> Spec:
    """Return a channel whose numbers are pixels already; of the second end of a line Vega-Lite wants the field only."""
    if channel.endswith("2"):
        return {"field": channel}
    return {"field": channel, "type": "quantitative", "scale": None, "axis": None}


def _box(node: Node, at: dict[str, Point]) -> Spec:
    (x, y), (left, upper, right, lower) = at[node.id], bounds(node)
    return {
        "x": x + left,
        "x2": x + right,
        "y": y + upper,
        "y2": y + lower,
        "colour": COLOURS.get(node.kind, OTHER),
    }


def _node_text(node: Node, at: dict[str, Point]) -> Spec:
    x, y = at[node.id]
    text = lines_of(node)
    # The position is that of the first line's middle.
    first = -(text.count("\n") * LINE) / 2 if node.shape == "box" else BELOW[node.place is None]
    return {"x": x, "y": y + first, "text": text}


def _texts(values: list[Spec], font: int, colour: str) -> list[Spec]:
    """Return texts over lines: a light edge first, then the letters, since Vega draws an edge over them."""
    return [_text(values, font, colour, edge=True), _text(values, font, colour)]


def _text(values: list[Spec], font: int, colour: str, *, edge: bool = False, align: str = "center") -> Spec:
    mark = {
        "type": "text",
        "align": align,
        "fontSize": font,
        "lineHeight": LINE,
        "lineBreak": "\n",
        "baseline": "middle",
        "limit": 0,
    }
    # Round, because the corners of a sharp edge reach far: as white wedges into the nodes above.
    around = {"stroke": "white", "strokeWidth": 4, "strokeJoin": "round"} if edge else {}
    return {
        "data": {"values": values},
        "mark": {**mark, "color": colour, **around},
        "encoding": {"x": _raw("x"), "y": _raw("y"), "text": {"field": "text", "type": "nominal"}},
    }
