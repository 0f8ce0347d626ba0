"""Maps and matrices as pages: the drawing itself is in the page, as SVG, and nothing that a browser would fetch."""

from __future__ import annotations

import html
from collections.abc import Iterable
from string import Template

from kg.queries.display import Block, clean, to_html

PAGE = Template("""\
<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy"
 content="default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>$title</title>
<style>
body { margin: 0 auto; padding: 1rem; max-width: 75rem; font-family: sans-serif; color: #222; }
figure { margin: 0; }
figure svg { max-width: 100%; height: auto; }
table { border-collapse: collapse; font-size: .9rem; }
th, td { padding: .2rem .6rem; border-bottom: 1px solid #ddd; text-align: left; vertical-align: top; }
</style>
</head>
<body>
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
</script>
</body>
</html>
""")


def figure_page(title: str, svg: str, words: Iterable[Block]) -> str:
    """Return the page of a drawing, with the same in words below."""
    return PAGE.substitute(title=html.escape(clean(title)), svg=svg, words=to_html(words))
