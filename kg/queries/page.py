"""The frame of every page of HTML that kg writes: it works offline and may fetch nothing."""

from __future__ import annotations

import html
from string import Template

from kg.queries.display import clean

_PAGE = Template("""\
<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="$policy">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>$title</title>
<style>
body { margin: 0 auto; padding: 1rem; font-family: sans-serif; color: #222; }
p { margin: .2rem 0; }
table { border-collapse: collapse; }
th, td { text-align: left; vertical-align: top; }
$style
</style>
</head>
<body>
$body
</body>
</html>
""")
_POLICY = "default-src 'none'; style-src 'unsafe-inline'"
_WITH_SCRIPT = f"{_POLICY}; script-src 'unsafe-inline'; img-src data:"


def page(title: str, body: str, style: str, *, script: bool = False) -> str:
    """Return a page.

    Args:
        title: Plain text.
        body: HTML, escaped already.
        style: CSS after what all pages share.
        script: Whether scripts that are in the body may run; none from elsewhere ever may.
    """
    return _PAGE.substitute(
        policy=_WITH_SCRIPT if script else _POLICY, title=html.escape(clean(title)), style=style.strip(), body=body
    )
