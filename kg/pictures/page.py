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
from kg.pictures.drawing import REASONS_PER_PARTNER, Drawable, Drawing, Node, draw
from kg.pictures.layout import extent, place, wrap
from kg.queries.display import Line, clean, to_html
from kg.queries.page import page
from kg.schema.look import LOOKS
from kg.schema.nodes import NODES

#: Those of the kinds of node, and paler ones for reasons, where text is inside.
COLOURS = {
    **{label: LOOKS[label].colour for label in NODES},
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
}
#: Lines have their word beside them up to this many; beyond it they show it when pointed at.
MOST_WORDS = 40
VIS = ("templates", "lib", "vis-9.1.2", "vis-network.min.js")
OPTIONS = {
    # Nothing moves: the positions are part of the page.
    "physics": {"enabled": False},
    "interaction": {"hover": True, "dragNodes": True, "navigationButtons": False},
    "nodes": {"font": {"size": 14, "face": "sans-serif", "multi": False}, "borderWidth": 1},
    "edges": {
        "smooth": False,
        "color": {"color": "#b0b0b0", "hover": "#404040", "highlight": "#404040"},
        "font": {"size": 11, "face": "sans-serif", "color": "#606060", "multi": False},
        "arrowStrikethrough": False,
    },
}

_STYLE = """
body { max-width: 90rem; }
h1 { font-size: 1.3rem; margin: 0 0 .3rem; }
.age { color: #555; font-size: .9rem; }
.legend { display: flex; flex-wrap: wrap; gap: .2rem 1rem; padding: 0; margin: .6rem 0; list-style: none; }
.legend svg { width: 1em; height: 1em; margin-right: .4em; vertical-align: -.1em; stroke: #555; fill: var(--colour); }
#picture { height: 45rem; border: 1px solid #ccc; }
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
            f'<li style="--colour: {COLOURS.get(kind, OTHER)}"><svg viewBox="0 0 20 20">{MARKS[shape]}</svg>'
            f"{html.escape(kind)}</li>"
            for kind, shape in {node.kind: shape_of(node) for node in drawing.nodes}.items()
        ),
        words=to_html(blocks),
        data=script_json(vis_data(drawing)),
        vis=vis_network(),
    )
    return page(title, body, _STYLE, script=True)


def shape_of(node: Node) -> str:
    """Return the shape of a node, as vis-network calls it."""
    return node.shape if node.shape == "box" else SHAPES.get(node.kind, "dot")


def shown_line(drawing: Drawing) -> str:
    """Return how much of the result the picture shows."""
    if drawing.left_out:
        boxes = any(node.id.startswith("reason:") for node in drawing.nodes)
        each = f" (of a partner's reasons the {REASONS_PER_PARTNER} weightiest)" if boxes else ""
        return f"Shown: the {len(drawing.nodes)} most specific nodes{each}; {drawing.left_out} more are left out."
    return "Point at a node or a line for more; drag to move, scroll to zoom."


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
            label=wrap(node.text),
            title=node.note,
            shape=shape_of(node),
            color=COLOURS.get(node.kind, OTHER),
            size=20 if node.place else 12,
            x=x,
            y=y,
        )
    words = len(drawing.edges) <= MOST_WORDS
    for edge in drawing.edges:
        network.add_edge(
            edge.start,
            edge.end,
            title=edge.note,
            label=edge.text if words else "",
            arrows="to" if edge.directed else "",
            dashes=edge.dashed,
        )
    nodes, edges, *_ = network.get_network_data()
    # The page shows this much, also after its window changes: vis-network by itself then keeps the height only.
    return {"nodes": nodes, "edges": edges, "options": OPTIONS, "extent": extent(drawing.nodes, points)}


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
