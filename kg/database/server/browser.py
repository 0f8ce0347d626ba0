"""Neo4j Browser on the local server: our guide and style beside it, and nothing that it could ask other hosts for."""

from __future__ import annotations

import shutil
import zipfile
from http.client import HTTPConnection, HTTPException
from pathlib import Path

from kg.database.server import guide
from kg.database.server.disk import explain_disk_errors
from kg.database.server.home import Home
from kg.database.server.lock import BROWSER_VERSION
from kg.database.server.ports import Pair

#: Below ``/browser/``: what the jar holds there, the server serves.
FOLDER = "kg"
_NAME = f"neo4j-browser-{BROWSER_VERSION}.jar"


def add_guide(home: Home, jars: list[Path]) -> list[Path]:
    """Return the jars with that of Neo4j Browser replaced by a copy which has the guide and the style in it.

    The copy (15 MB, made in the time of a blink) is new with each start, so that it never lags behind the package. Neo4j
    serves one folder ``browser`` of its class path alone, and from the same origin the page needs no word from elsewhere.
    """
    return [_copy_with_guide(home, jar) if jar.name == _NAME else jar for jar in jars]


def _copy_with_guide(home: Home, jar: Path) -> Path:
    copy = home.server / "browser" / _NAME
    partial = copy.with_suffix(".part")
    with explain_disk_errors(copy):
        copy.parent.mkdir(parents=True, exist_ok=True)
        try:
            shutil.copyfile(jar, partial)
            with zipfile.ZipFile(partial, "a", zipfile.ZIP_DEFLATED) as archive:
                archive.writestr(f"browser/{FOLDER}/{guide.STYLE}", guide.style())
                archive.mkdir(f"browser/{FOLDER}/guide")
                archive.writestr(f"browser/{FOLDER}/guide/index.html", guide.guide())
            partial.replace(copy)
        finally:
            partial.unlink(missing_ok=True)
    return copy


def guide_address(http_port: int) -> str:
    """Where the guide is, for ``:play``.

    A folder without the last slash, which the server answers by leading to the one with it: Neo4j Browser asks for style and
    guide at once, and shows above what comes later.
    """
    return f"http://localhost:{http_port}/browser/{FOLDER}/guide"


def style_address(http_port: int) -> str:
    """Where the style is, for ``:style``."""
    return f"http://localhost:{http_port}/browser/{FOLDER}/{guide.STYLE}"


def serves_guide(http_port: int) -> bool:
    """Whether the server on this port has the guide, word for word; nothing but this machine is asked."""
    connection = HTTPConnection("localhost", http_port, timeout=10)
    try:
        connection.request("GET", f"/browser/{FOLDER}/guide/")
        answer = connection.getresponse()
        return answer.status == 200 and answer.read() == guide.guide().encode()
    except (OSError, HTTPException):
        return False
    finally:
        connection.close()


def browser_settings(ports: Pair) -> list[str]:
    """The lines of ``neo4j.conf`` that are for Neo4j Browser."""
    bolt, http = ports
    return [
        "# Neo4j Browser: colours and guide with each connection; its page reaches this server and nobody else.",
        f"browser.post_connect_cmd=style {style_address(http)}; play {guide_address(http)}",
        "browser.remote_content_hostname_whitelist=localhost",
        f"dbms.security.http_static_content_security_policy_header={_content_security(bolt, http)}",
    ]


def _content_security(bolt: int, http: int) -> str:
    # By name or by number: people type either. It asks the port of Bolt by HTTP, too, before it speaks Bolt there.
    reached = " ".join(
        f"{scheme}://{host}:{port}"
        for host in ("localhost", "127.0.0.1")
        for scheme, port in (("ws", bolt), ("http", bolt), ("http", http))
    )
    rules = {
        "default-src": "'none'",
        "script-src": "'self'",
        "worker-src": "'self' blob:",
        "style-src": "'self' 'unsafe-inline'",
        "img-src": "'self' data: blob:",
        "font-src": "'self' data:",
        "media-src": "'self'",
        "manifest-src": "'self'",
        "connect-src": f"'self' {reached}",
        "base-uri": "'none'",
        "form-action": "'none'",
        "frame-ancestors": "'none'",
    }
    return "; ".join(f"{name} {value}" for name, value in rules.items())
