"""Which folder the local server lives in, and what lies where below it."""

from __future__ import annotations

import json
import os
import secrets
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from kg.database.passwords import Password, check_private
from kg.database.server.disk import explain_disk_errors
from kg.database.settings import Settings
from kg.home import choose_home


@dataclass(frozen=True)
class Home:
    """The folder of the local server and why it is this one.

    One home holds one server per Neo4j line (``5.26``, ``2026``), each with data of its own, because the newer line
    changes the files of the older one beyond return. They share the program files in ``jars``.
    """

    folder: Path
    reason: str
    line: str
    jars: Path

    @property
    def server(self) -> Path:
        """The folder that Neo4j knows as its home."""
        return self.folder / f"neo4j-{self.line}"

    @property
    def data(self) -> Path:
        """The store, its logs of transactions, and the users."""
        return self.server / "data"

    @property
    def logs(self) -> Path:
        """The folder of logs."""
        return self.server / "logs"

    @property
    def configuration(self) -> Path:
        """The folder of ``neo4j.conf``."""
        return self.server / "conf"

    @property
    def user_log(self) -> Path:
        """Neo4j's log for people."""
        return self.logs / "neo4j.log"

    @property
    def debug_log(self) -> Path:
        """Neo4j's log of all that it does."""
        return self.logs / "debug.log"

    @property
    def output(self) -> Path:
        """What the server process prints."""
        return self.logs / "console.log"

    @property
    def password_file(self) -> Path:
        """The password of user ``neo4j``, for the owner of the file alone."""
        return self.server / "password"

    @property
    def state_file(self) -> Path:
        """Process id and ports, as ``ServerState``."""
        return self.server / "server.json"

    @property
    def lock_file(self) -> Path:
        """Held while the server is started, stopped or wiped."""
        return self.server / "start.lock"


def find_home(settings: Settings, line: str, start: Path | None = None) -> Home:
    """The home to use: ``KG_HOME``, else the nearest ``.kg`` folder upward from ``start``, else the user's data folder.

    Nothing is created. ``start`` is the working directory unless given.
    """
    folder, reason = choose_home(settings.kg_home, start or Path.cwd())
    return Home(folder, reason, line, settings.kg_jars.expanduser().absolute() if settings.kg_jars else folder / "jars")


@dataclass(frozen=True)
class ServerState:
    """What a home remembers of its server between runs of ``kg``.

    ``pid`` is 0 when it was stopped; ``ready`` says that it has answered a query since it was started.
    """

    pid: int
    bolt_port: int
    http_port: int
    version: str
    ready: bool = False

    @property
    def ports(self) -> tuple[int, int]:
        """Bolt, then HTTP."""
        return self.bolt_port, self.http_port


def read_state(home: Home) -> ServerState | None:
    """The remembered state, or ``None`` when there is none or its file is damaged (then the server counts as new)."""
    try:
        data: dict[str, Any] = json.loads(home.state_file.read_text(encoding="utf-8"))
        return ServerState(
            pid=int(data["pid"]),
            bolt_port=int(data["bolt_port"]),
            http_port=int(data["http_port"]),
            version=str(data["version"]),
            ready=data.get("ready") is True,
        )
    except (OSError, ValueError, KeyError, TypeError, OverflowError, RecursionError):
        return None


def neighbours_ports(home: Home) -> set[tuple[int, int]]:
    """The ports that the other Neo4j lines of the same home remember: theirs, even while they do not run."""
    neighbours = [replace(home, line=folder.name.removeprefix("neo4j-")) for folder in home.folder.glob("neo4j-*")]
    return {state.ports for other in neighbours if other.line != home.line and (state := read_state(other))}


def write_state(home: Home, state: ServerState) -> None:
    """Remember the state; a reader sees the old file or the new one, never half of it."""
    write_whole(home.state_file, json.dumps(state.__dict__, indent=2) + "\n")


def read_password(home: Home) -> str | None:
    """The password of the local server, or ``None`` before its first start.

    Raises:
        KgError: every user of the machine may read its file, as after copying it.
    """
    try:
        check_private(home.password_file)
        return Password.of(home.password_file.read_text(encoding="utf-8").strip() or None)
    except (FileNotFoundError, NotADirectoryError):
        return None


def make_password(home: Home) -> str:
    """Choose a random password and keep it in a file that its owner alone can read."""
    password = Password(secrets.token_urlsafe(24))
    write_whole(home.password_file, password + "\n", mode=0o600)
    return password


def write_whole(path: Path, text: str, mode: int = 0o644) -> None:
    """Write a small file under a temporary name and move it into place, with this mode from the first byte on."""
    temporary = path.with_name(f"{path.name}.{os.getpid()}.part")
    with explain_disk_errors(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        temporary.unlink(missing_ok=True)
        try:
            descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
            with os.fdopen(descriptor, "w", encoding="utf-8") as file:
                file.write(text)
            temporary.replace(path)
        finally:
            temporary.unlink(missing_ok=True)
