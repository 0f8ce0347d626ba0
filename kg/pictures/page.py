"""The page of a picture: vis-network's own file written into it, and nothing that a browser would fetch.

pyvis prepares the data for vis-network and carries it; its own page template is not used, because pages made from it load
files from elsewhere.
"""

from __future__ import annotations

import html
import json
from importlib import resources
from string import Template

from kg.errors import KgError
from kg.pictures.blocks import frames
from kg.pictures.drawing import Drawable, Drawing, draw
from kg.pictures.layout import place
from kg.pictures.legend import entries
from kg.pictures.looks import COLOURS, OTHER, shape_of
from kg.pictures.sizes import Box, Point, extent, lines_of, words_on_lines
from kg.queries.display import Line, clean, to_html
from kg.queries.page import page

#: The same shapes in the legend, in a square of 20.
MARKS = {
    "dot": '<circle cx="10" cy="10" r="8"/>',
    "triangle": '<path d="M10 2 18 17H2z"/>',
    "triangleDown": '<path d="M10 18 18 3H2z"/>',
    "square": '<path d="M3 3H17V17H3z"/>',
    "diamond": '<path d="M10 1 19 10 10 19 1 10z"/>',
    "star": '<path d="M10 1 12.4 7.3 19 7.6 13.8 11.8 15.6 18.3 10 14.6 4.4 18.3 6.2 11.8 1 7.6 7.6 7.3z"/>',
    "hexagon": '<path d="M5.5 2H14.5L19 10 14.5 18H5.5L1 10z"/>',
    "box": '<path d="M0 4H20V16H0z"/>',
    "dashed": '<path d="M0 10H20" stroke-width="2" stroke-dasharray="4 4"/>',
    "solid": '<path d="M0 10H20" stroke-width="2"/>',
}
VIS = ("templates", "lib", "vis-9.1.2", "vis-network.min.js")
OPTIONS = {
    # Nothing moves: the positions are part of the page.
    "physics": {"enabled": False},
    "interaction": {"hover": True, "dragNodes": True, "navigationButtons": False},
    "nodes": {"font": {"size": 14, "face": "sans-serif", "multi": False}, "borderWidth": 1},
    "edges": {
        "smooth": False,
        "color": {"color": "#b0b0b0", "hover": "#404040", "highlight": "#404040"},
        "arrowStrikethrough": False,
    },
}

_STYLE = """
body { max-width: 90rem; }
h1 { font-size: 1.3rem; margin: 0 0 .3rem; }
.age { color: #555; font-size: .9rem; }
.legend { display: flex; flex-wrap: wrap; gap: .2rem 1rem; padding: 0; margin: .6rem 0; list-style: none; }
.legend svg { width: 1em; height: 1em; margin-right: .4em; vertical-align: -.1em; stroke: #555; fill: var(--colour); }
#picture { height: 45rem; max-height: 85rem; min-height: 20rem; border: 1px solid #ccc; }
div.vis-tooltip { position: absolute; visibility: hidden; padding: .4rem .6rem; max-width: 30rem; white-space: normal;
 background: #fffff0; border: 1px solid #999; font-size: .9rem; pointer-events: none; z-index: 5; }
table { font-size: .9rem; }
th, td { padding: .2rem .6rem; border-bottom: 1px solid #ddd; }
"""
_BODY = Template("""\
<h1>$title</h1>
$age
<p>$shown</p>
<ul class="legend">$legend</ul>
<div id="picture" role="img" aria-label="$title"></div>
<noscript><p>The picture needs JavaScript; the same in words stands below.</p></noscript>
<details><summary>The same in words</summary>
$words
</details>
<script type="application/json" id="data">$data</script>
<script>
$vis
</script>
<script>
const data = JSON.parse(document.getElementById("data").textContent);
const network = new vis.Network(document.getElementById("picture"),
    {nodes: new vis.DataSet(data.nodes), edges: new vis.DataSet(data.edges)}, data.options);
const [left, upper, right, lower] = data.extent;
const frame = document.getElementById("picture");
// As high as the drawing is wide: no part of the frame is empty, and the letters are as large as the window lets them be.
const room = () => { frame.style.height = 1.02 * Math.min(1.3, 0.95 * frame.clientWidth / (right - left)) * (lower - upper) + 30 + "px"; };
room();
addEventListener("resize", room);
network.on("beforeDrawing", context => {
    context.lineWidth = 1;
    context.strokeStyle = "#ccc";
    context.fillStyle = "#fafafa";
    for (const [x, y, x2, y2] of data.frames) {
        context.fillRect(x, y, x2 - x, y2 - y);
        context.strokeRect(x, y, x2 - x, y2 - y);
    }
});
network.on("afterDrawing", context => {
    const at = network.getPositions();
    context.font = "11px sans-serif";
    context.textAlign = "center";
    context.textBaseline = "middle";
    context.lineJoin = "round";
    context.lineWidth = 4;
    context.strokeStyle = "#fff";
    context.fillStyle = "#505050";
    for (const edge of data.edges.filter(edge => edge.word)) {
        const x = at[edge.from].x + edge.along * (at[edge.to].x - at[edge.from].x);
        const y = at[edge.from].y + edge.along * (at[edge.to].y - at[edge.from].y);
        context.strokeText(edge.word, x, y);
        context.fillText(edge.word, x, y);
    }
});
const show = () => network.moveTo({
    position: {x: (left + right) / 2, y: (upper + lower) / 2},
    scale: Math.min(1.3, 0.95 * frame.clientWidth / (right - left), 0.95 * frame.clientHeight / (lower - upper))
});
show();
// Later, because vis-network itself sets the scale once it has told of the new size.
network.on("resize", () => setTimeout(show));
</script>""")


def picture_page(result: Drawable) -> str:
    """Return the page of a result's picture.

    Raises:
        KgError: pyvis is not installed.
    """
    drawing = draw(result)
    blocks = result.blocks()
    title = next(block.text for block in blocks if isinstance(block, Line))
    body = _BODY.substitute(
        title=html.escape(clean(title)),
        age=to_html(result.data.blocks(keys=False)).replace("<p>", '<p class="age">'),
        shown=html.escape(shown_line(drawing)),
        legend="".join(
            f'<li style="--colour: {entry.colour}"><svg viewBox="0 0 20 20">{MARKS[entry.shape]}</svg>'
            f"{html.escape(entry.text)}</li>"
            for entry in entries(drawing)
        ),
        words=to_html(blocks),
        data=script_json(vis_data(drawing)),
        vis=vis_network(),
    )
    return page(title, body, _STYLE, script=True)


def shown_line(drawing: Drawing) -> str:
    """Return how much of the result the picture shows, and how to see more."""
    return f"{drawing.note} Point at a node or a line for more; drag to move, scroll to zoom.".strip()


def vis_data(drawing: Drawing) -> dict[str, object]:
    """Return nodes, edges and options for vis-network, prepared by pyvis."""
    try:
        from pyvis.network import Network
    except ImportError as error:
        raise missing_pyvis() from error
    # Directed: without it pyvis drops a second line between the same two nodes.
    network = Network(directed=True)
    points = place(drawing)
    for node in drawing.nodes:
        x, y = points[node.id]
        network.add_node(
            node.id,
            label=lines_of(node),
            title=node.note,
            shape=shape_of(node),
            color=COLOURS.get(node.kind, OTHER),
            # vis-network leaves more room above a text than the layout and the PNG do.
            font={"vadjust": 0 if node.shape == "box" else -5},
            size=17 if node.place else 11,
            x=x,
            y=y,
        )
    for edge, share in zip(drawing.edges, words_on_lines(drawing, points), strict=True):
        network.add_edge(
            edge.start,
            edge.end,
            title=edge.note,
            # Not vis-network's label, which has only one place, whatever it covers there.
            word="" if share is None else edge.text,
            along=share,
            arrows="to" if edge.directed else "",
            dashes=edge.dashed,
        )
    nodes, edges, *_ = network.get_network_data()
    # The page shows this much, also after its window changes: vis-network by itself then keeps the height only.
    return {
        "nodes": nodes,
        "edges": edges,
        "options": OPTIONS,
        "extent": _whole(drawing, points),
        "frames": frames(drawing, points),
    }


def _whole(drawing: Drawing, points: dict[str, Point]) -> Box:
    left, upper, right, lower = zip(extent(drawing.nodes, points), *frames(drawing, points), strict=True)
    return min(left), min(upper), max(right), max(lower)


def vis_network() -> str:
    """Return vis-network's file as pyvis carries it, its licence note included.

    Raises:
        KgError: pyvis is not installed, or not the release that is known.
    """
    try:
        file = resources.files("pyvis").joinpath(*VIS)
        text = file.read_text(encoding="utf-8")
    except (ImportError, OSError) as error:
        raise missing_pyvis() from error
    # A script element ends at the first of these, wherever it stands.
    return text.replace("</script", "<\\/script")


def missing_pyvis() -> KgError:
    """Return the error for an installation without pyvis."""
    return KgError("Pictures need pyvis 0.3.2: install it with pip install 'localgov-kg[pictures]' and run this again.")


def script_json(content: object) -> str:
    """Return JSON that ends no script element and opens no comment in it, whatever the names in it are."""
    text = json.dumps(content, ensure_ascii=False)
    return text.replace("&", "\\u0026").replace("<", "\\u003c").replace(">", "\\u003e")
