"""The guide and the style of Neo4j Browser, from ``cypher/browser/``: as the local server serves them, and as files."""

from __future__ import annotations

import base64
import html
import re
from pathlib import Path

from kg.errors import KgError
from kg.resources import cypher_directory

STYLE = "style.grass"
GUIDE = "guide.html"
MODEL = "model.svg"

_RUNNABLE = re.compile(r'<pre class="runnable">(.*?)</pre>', re.DOTALL)
_SLIDE = re.compile(r"<slide\b.*?</slide>", re.DOTALL)
_TITLE = re.compile(r"<h3>(.*?)</h3>", re.DOTALL)

_PAGE = """\
<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<title>Guide to the graph</title>
<style>
body { max-width: 60rem; margin: 2rem auto; padding: 0 1rem; font-family: sans-serif; line-height: 1.5; }
slide, carousel, article { display: block; }
pre { background: #eee; padding: 0.7rem; white-space: pre-wrap; }
</style>
</head>
<body>
<p><em>To read beside Neo4j: copy a query from a grey box, paste it there, run it. What is said of clicks, arrows and cards holds
where Neo4j Browser itself plays this guide.</em></p>
GUIDE
</body>
</html>
"""

_INSTRUCTIONS = """\
Colours and a guide for Neo4j Browser

For a Neo4j that kg does not run itself: a server elsewhere, Neo4j Desktop, or Neo4j Aura. (On the local server of kg,
`kg server browser` has all this set up already.) Nothing here changes data.

read-me-first.html  The guide, to be read in any web browser beside Neo4j: copy a query, paste it, run it.
queries.cypher      All queries of the guide in one file, also for cypher-shell. Dropped anywhere on the page of Neo4j
                    Browser (the one that a server shows at its port 7474), it becomes a favourite.
style.grass         The colours. Drop the file anywhere on the page of Neo4j Browser: they hold from then on.
guide.html          The guide for the command :play of that Neo4j Browser. It must come from a web server that the database
                    trusts: put it there, and name the host in neo4j.conf
                        browser.remote_content_hostname_whitelist=HOST
                        browser.post_connect_cmd=style https://HOST/style.grass; play https://HOST/guide.html
                    The web server has to allow other origins (the header Access-Control-Allow-Origin) and to echo the
                    headers that a request of the kind OPTIONS asks for.
model.svg           The picture of the model, also in the guide.

Neo4j Aura has settings that nobody but its makers can change, and its query page neither plays guides of others nor
reads .grass files as far as we know: there, use read-me-first.html and queries.cypher, and choose colours by hand.
"""


def _read(name: str) -> str:
    path = cypher_directory() / "browser" / name
    try:
        return path.read_text(encoding="utf-8")
    except OSError as error:
        raise KgError(f"{path}, a part of this package, cannot be read: install the package again.") from error


def style() -> str:
    """Return the style sheet, in GraSS."""
    return _read(STYLE)


def guide() -> str:
    """Return the guide as Neo4j Browser plays it: one file, the picture of the model written into it."""
    picture = base64.b64encode(_read(MODEL).encode()).decode()
    return _read(GUIDE).replace(f'src="{MODEL}"', f'src="data:image/svg+xml;base64,{picture}"')


def steps() -> list[tuple[str, list[str]]]:
    """Return the title of each step of the guide, with the queries in it."""
    return [
        (html.unescape(_TITLE.findall(slide)[0]), [html.unescape(query) for query in _RUNNABLE.findall(slide)])
        for slide in _SLIDE.findall(_read(GUIDE))
    ]


def files() -> dict[str, str]:
    """Return name and text of each file for a Neo4j that runs elsewhere."""
    queries = "\n".join(
        f"// {title}\n{query};\n" if number == 0 else f"{query};\n"
        for title, all_of_step in steps()
        for number, query in enumerate(all_of_step)
    )
    return {
        "README.txt": _INSTRUCTIONS,
        STYLE: style(),
        GUIDE: guide(),
        MODEL: _read(MODEL),
        "read-me-first.html": _PAGE.replace("GUIDE", guide()),
        "queries.cypher": queries,
    }


def write_files(folder: Path, *, force: bool = False) -> list[Path]:
    """Write the files for a Neo4j that runs elsewhere, and return where.

    Raises:
        KgError: the folder cannot be written to, or one of the files is there already and ``force`` is not set.
    """
    texts = files()
    there = [name for name in texts if (folder / name).exists()]
    if there and not force:
        raise KgError(
            f"{folder / there[0]} is there already: name another folder, or write over it with --force (it may be yours)."
        )
    written = []
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name, text in texts.items():
            (folder / name).write_text(text, encoding="utf-8", newline="\n")
            written.append(folder / name)
    except OSError as error:
        raise KgError(
            f"{error.filename or folder} cannot be written ({error.strerror}): name a folder that you may write to."
        ) from error
    return written
