"""Maps and matrices as pages: the drawing itself is in the page, as SVG, and nothing that a browser would fetch."""

from __future__ import annotations

import html
from collections.abc import Iterable
from string import Template

from kg.queries.display import Block, clean, to_html
from kg.queries.page import page

_STYLE = """
body { max-width: 75rem; }
figure { margin: 0; }
figure svg { max-width: 100%; height: auto; }
table { font-size: .9rem; }
th, td { padding: .2rem .6rem; border-bottom: 1px solid #ddd; }
"""
_BODY = Template("""\
<figure role="img" aria-label="$title">$svg</figure>
<details><summary>The same in words</summary>
$words
</details>
<script>
// What a mark stands for is shown when it is pointed at.
for (const mark of document.querySelectorAll("figure path[aria-label]")) {
    const title = document.createElementNS(document.querySelector("figure svg").namespaceURI, "title");
    title.textContent = mark.getAttribute("aria-label");
    mark.append(title);
}
</script>""")


def figure_page(title: str, svg: str, words: Iterable[Block]) -> str:
    """Return the page of a drawing, with the same in words below."""
    body = _BODY.substitute(title=html.escape(clean(title)), svg=svg, words=to_html(words))
    return page(title, body, _STYLE, script=True)
