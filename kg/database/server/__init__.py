"""A Neo4j of one's own on this machine: fetched, configured, started and stopped.

``ensure_running()`` is the way in: it starts the server when it does not run and returns where it answers.
"""

from __future__ import annotations

from kg.database.server.home import Home
from kg.database.server.process import recent_log
from kg.database.server.progress import Quiet, Reporter, console_reporter
from kg.database.server.running import (
    ServerInfo,
    answers,
    ensure_running,
    has_guide,
    home_of,
    running,
    wait_for_browser,
)
from kg.database.server.stopping import end_broken, stop, wipe

__all__ = [
    "Home",
    "Quiet",
    "Reporter",
    "ServerInfo",
    "answers",
    "console_reporter",
    "end_broken",
    "ensure_running",
    "has_guide",
    "home_of",
    "recent_log",
    "running",
    "stop",
    "wait_for_browser",
    "wipe",
]
