"""The process of the local server: started apart from ours, recognised again, and ended gently."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path

from kg.database.server.configuration import home_argument
from kg.database.server.disk import explain_disk_errors
from kg.database.server.home import Home

#: The servers that this very process started: an ended child stays in the process table until its parent asks for it.
_children: dict[int, subprocess.Popen[bytes]] = {}
_commands: dict[int, list[str]] = {}


def spawn(home: Home, command: list[str]) -> int:
    """Start the server as a session of its own, so that it outlives this process, and return its process id."""
    # NEO4J_* would change its folders, and NEO4J_PASSWORD has no place in another process's environment.
    environment = {name: value for name, value in os.environ.items() if not name.startswith("NEO4J_")}
    with explain_disk_errors(home.output), home.output.open("wb") as output:
        child = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            cwd=home.server,
            env=environment,
            start_new_session=True,
        )
    _children[child.pid], _commands[child.pid] = child, command
    return child.pid


def is_server_of(pid: int, home: Home) -> bool:
    """Whether this process runs and is the server of this home, and not a stranger with a reused process id."""
    if pid <= 0:
        return False
    child = _children.get(pid)
    if child is not None:
        # Java's launcher starts itself once more, and meanwhile the process has no arguments that could be compared.
        return child.poll() is None and home_argument(home) in _commands[pid]
    return home_argument(home) in _arguments(pid)


def _arguments(pid: int) -> list[str]:
    if sys.platform.startswith("linux"):
        try:
            return Path(f"/proc/{pid}/cmdline").read_bytes().decode(errors="surrogateescape").split("\0")
        except OSError:
            return []
    listed = subprocess.run(
        ["ps", "-ww", "-o", "command=", "-p", str(pid)], capture_output=True, text=True, check=False
    ).stdout.strip()
    # ps does not tell arguments with blanks apart; a home with a blank in its path is found as a part of the line.
    found = listed.find("--home-dir=")
    return [listed[found:].partition(" --config-dir=")[0]] if found >= 0 else []


def terminate(pid: int, home: Home, timeout: float, by: signal.Signals = signal.SIGTERM) -> bool:
    """Ask the server to end, which closes its store properly, and say whether it did within ``timeout`` seconds.

    ``by`` is the signal: SIGKILL asks nobody.
    """
    try:
        os.kill(pid, by)
    except ProcessLookupError:
        return True
    deadline = time.monotonic() + timeout
    while is_server_of(pid, home):
        if time.monotonic() > deadline:
            return False
        time.sleep(0.1)
    return True


def last_lines(path: Path, number: int) -> list[str]:
    """The last lines of a text file; none when it is not there."""
    try:
        with path.open("rb") as file:
            file.seek(0, os.SEEK_END)
            file.seek(max(0, file.tell() - 400 * number))
            text = file.read().decode("utf-8", errors="replace")
    except OSError:
        return []
    return text.splitlines()[-number:]


def recent_log(home: Home, number: int) -> list[str]:
    """The last lines that the server wrote: its log, then what its process printed (Java's own complaints)."""
    return (last_lines(home.user_log, number) + [line for line in last_lines(home.output, number) if line])[-number:]


def written(home: Home) -> int:
    """How many bytes the server has written to its logs, and its process printed: while it grows, it is at work."""
    total = 0
    for path in (home.user_log, home.debug_log, home.output):
        with suppress(OSError):
            total += path.stat().st_size
    return total
