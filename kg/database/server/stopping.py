"""The verbs that end the local server: stop it, end one that is broken, have something done while it stands still, wipe it."""

from __future__ import annotations

import shutil
import signal
from collections.abc import Callable
from pathlib import Path

from kg.database.server import process
from kg.database.server.disk import disk_error, is_full
from kg.database.server.exclusive import only_one
from kg.database.server.home import Home, ServerState, read_state, write_state
from kg.database.server.lock import load_lock
from kg.database.server.progress import Reporter
from kg.database.server.running import START_TIMEOUT, ServerInfo, start_and_remember
from kg.errors import KgError

STOP_TIMEOUT = 120.0
#: Seconds after which a server that was asked to end and whose disk is full is killed.
FULL_DISK_TIMEOUT = 20.0


def stop(home: Home) -> bool:
    """Stop the server of this home so that its store is closed properly; ``False`` when none ran.

    One whose disk is full tries to write for ever: it is killed, and the next start recovers its data.

    Raises:
        KgError: it still runs after two minutes.
    """
    if not home.server.is_dir():
        return False
    with only_one(home.lock_file, START_TIMEOUT * 2):
        return _stop(home)


def _stop(home: Home) -> bool:
    state = read_state(home)
    return False if state is None else _end(home, state)


def end_broken(info: ServerInfo) -> None:
    """Kill a server whose database has stopped for good, unless somebody has started another meanwhile.

    It is not asked to end. Then it would still write to files of which it no longer knows what they hold, and leave a log of
    transactions from which the next start does not recover (seen with 5.26.30: out of memory); and while its disk is full, it tries
    for ever. The log as it was when the database stopped is whole up to the last transaction.

    Raises:
        KgError: it still runs.
    """
    with only_one(info.home.lock_file, START_TIMEOUT * 2):
        state = read_state(info.home)
        if state is not None and state.pid == info.pid:
            _end(info.home, state, signal.SIGKILL)


def _end(home: Home, state: ServerState, by: signal.Signals = signal.SIGTERM) -> bool:
    """End the server that was started as a state says, by a signal; return whether it ran."""
    stopped = False
    if process.is_server_of(state.pid, home):
        ended = process.terminate(state.pid, home, min(FULL_DISK_TIMEOUT, STOP_TIMEOUT), by)
        if not ended and is_full(home.data):
            process.terminate(state.pid, home, STOP_TIMEOUT, signal.SIGKILL)
            # What is remembered of it cannot be written now, and need not be: its process is gone.
            return True
        if not ended and not process.terminate(state.pid, home, STOP_TIMEOUT - FULL_DISK_TIMEOUT, by):
            raise KgError(
                f"The local Neo4j (process {state.pid}) was asked to stop and still runs after {STOP_TIMEOUT:.0f} "
                f"seconds: look at `kg server logs`; `kill -9 {state.pid}` ends it at once, and the next start "
                "recovers its data."
            )
        stopped = True
    if state.pid:
        write_state(home, ServerState(0, *state.ports, state.version))
    return stopped


def restart(home: Home, between: Callable[[], None], report: Reporter) -> ServerInfo:
    """Stop the server of this home, have something done to its files, and start it again; no other kg can start it meanwhile.

    Raises:
        KgError: it does not stop, or does not start again.
    """
    with only_one(home.lock_file, START_TIMEOUT * 2):
        _stop(home)
        between()
        return start_and_remember(home, load_lock(home.line), report, new_ports=True)


def wipe(home: Home) -> bool:
    """Stop the server and remove its data; program files, password and ports are kept. ``False`` when there was none."""
    stop(home)
    if not home.data.exists():
        return False
    with only_one(home.lock_file, START_TIMEOUT * 2):
        try:
            shutil.rmtree(home.data)
        except OSError as error:
            raise disk_error(error, Path(error.filename or home.data)) from error
    return True
