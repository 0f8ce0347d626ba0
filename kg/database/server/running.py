"""The verbs of the local server: start it when it does not run, look at it; :mod:`stopping` ends it."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import neo4j
from neo4j.exceptions import ClientError, DriverError, Neo4jError

from kg.database.server import configuration, ports, process
from kg.database.server.browser import add_guide, serves_guide
from kg.database.server.disk import NEEDED_FOR_DATA, check_free_space, disk_error
from kg.database.server.exclusive import only_one
from kg.database.server.home import (
    Home,
    ServerState,
    find_home,
    make_password,
    neighbours_ports,
    read_password,
    read_state,
    write_state,
)
from kg.database.server.jars import ensure_jars
from kg.database.server.java import Java, find_java
from kg.database.server.lock import Lock, load_lock
from kg.database.server.progress import Reporter, console_reporter
from kg.database.settings import Settings
from kg.errors import KgError

USERNAME = "neo4j"
DATABASE = "neo4j"
#: Seconds that a start may take in all, and for which the server may write nothing to its logs meanwhile: on a machine that has much
#: else to do it may take minutes, and after a crash it says how far it is with what it recovers.
START_TIMEOUT = 600.0
START_SILENCE = 120.0
_PORT_ATTEMPTS = 5


@dataclass(frozen=True)
class ServerInfo:
    """A local server: where, and how to get in; ``ready`` once it has answered a query."""

    uri: str
    username: str
    password: str = field(repr=False)
    database: str
    http_address: str
    home: Home
    version: str
    pid: int
    ready: bool

    @property
    def bolt_port(self) -> int:
        """The port for drivers."""
        return _port(self.uri)

    @property
    def http_port(self) -> int:
        """The port for Neo4j Browser."""
        return _port(self.http_address)

    @property
    def browser_address(self) -> str:
        """Neo4j Browser, with the address and the user filled in; it never carries the password."""
        authority = self.uri.removeprefix("bolt://")
        return f"{self.http_address}/browser/?connectURL=bolt://{self.username}@{authority}"


def _port(address: str) -> int:
    return int(address.rpartition(":")[2])


def home_of(settings: Settings | None = None) -> Home:
    """The home that these settings (else the environment's) mean."""
    settings = settings or Settings()
    return find_home(settings, load_lock(settings.kg_neo4j_version).line)


def running(home: Home) -> ServerInfo | None:
    """The server of this home if it runs, whether or not it answers already."""
    state, password = read_state(home), read_password(home)
    if state is None or password is None or not process.is_server_of(state.pid, home):
        return None
    return _info(home, state, password)


def _info(home: Home, state: ServerState, password: str) -> ServerInfo:
    return ServerInfo(
        uri=f"bolt://localhost:{state.bolt_port}",
        username=USERNAME,
        password=password,
        database=DATABASE,
        http_address=f"http://localhost:{state.http_port}",
        home=home,
        version=state.version,
        pid=state.pid,
        ready=state.ready,
    )


def ensure_running(
    settings: Settings | None = None, report: Reporter | None = None, *, new_ports: bool = False
) -> ServerInfo:
    """The local server, started first if it does not run; returns once it answers a query.

    Two processes that call this at the same moment end with one server.

    Args:
        settings: which home and which Neo4j line; from the environment unless given.
        report: who hears of the steps; a bar or plain lines on stderr unless given.
        new_ports: when the ports used before are taken by now, move to the next free ones and say so, instead of
            refusing to start.

    Raises:
        KgError: it cannot be started; the message says why and what to do.
    """
    settings = settings or Settings()
    lock = load_lock(settings.kg_neo4j_version)
    home = find_home(settings, lock.line)
    info = running(home)
    if info is not None and info.ready:
        return info
    if sys.platform == "win32":
        raise KgError(
            "The local Neo4j runs on Linux and macOS: on Windows run kg inside WSL, or set NEO4J_URI to use a Neo4j "
            "that runs elsewhere."
        )
    if report is not None:
        return _start_alone(home, lock, report, new_ports)
    with console_reporter() as console:
        return _start_alone(home, lock, console, new_ports)


def _start_alone(home: Home, lock: Lock, report: Reporter, new_ports: bool) -> ServerInfo:
    with only_one(home.lock_file, START_TIMEOUT * 2, lambda: report.step("Waiting for another kg that starts Neo4j")):
        info = running(home)
        if info is None:
            return start_and_remember(home, lock, report, new_ports=new_ports)
        report.step("Waiting for the local Neo4j to answer")
        _wait_for(partial(_has_opened_and_answers, info), info)
        return _remember_ready(info)


def start_and_remember(home: Home, lock: Lock, report: Reporter, *, new_ports: bool) -> ServerInfo:
    """Start the server of a home whose lock the caller holds, and remember that it has answered."""
    return _remember_ready(_start(home, lock, report, new_ports))


def _remember_ready(info: ServerInfo) -> ServerInfo:
    # Known from now on without asking, so that a command which finds it running begins at once.
    state = ServerState(info.pid, info.bolt_port, info.http_port, info.version, ready=True)
    write_state(info.home, state)
    return _info(info.home, state, info.password)


def _start(home: Home, lock: Lock, report: Reporter, new_ports: bool) -> ServerInfo:
    java = find_java(lock)
    check_free_space(home.data, NEEDED_FOR_DATA)
    jars = ensure_jars(lock, home.jars, report)
    remembered = read_state(home)
    neighbours = neighbours_ports(home)
    password = _prepare_password(home)
    tried: list[ports.Pair] = []
    while True:
        try:
            # Kept until the server has opened them, so that the server of another home that starts meanwhile gets others.
            with _keep_ports(remembered, new_ports, tried, neighbours, report) as kept:
                tried.append(kept.pair)
                state = _launch(home, kept.pair, lock, java, jars)
                report.step(f"Starting Neo4j {lock.version} in {home.folder}")
                info = _info(home, state, password)
                _wait_for(partial(_has_opened_and_answers, info), info)
                return info
        except _PortTakenError:
            # Somebody took the port between our look and the server's; move on, unless the address is a promise.
            if (remembered is not None and not new_ports) or len(tried) >= _PORT_ATTEMPTS:
                raise


def _launch(home: Home, pair: ports.Pair, lock: Lock, java: Java, jars: list[Path]) -> ServerState:
    memory = configuration.size_memory(configuration.machine_memory())
    try:
        configuration.write_configuration(home, pair, memory)
        configuration.write_class_path(home, add_guide(home, jars))
        home.user_log.unlink(missing_ok=True)  # what it says is about this start; debug.log keeps the history
        command = configuration.command_line(home, java.program, lock.main_class, memory)
        state = ServerState(process.spawn(home, command), *pair, lock.version)
        write_state(home, state)
    except OSError as error:
        raise disk_error(error, home.server) from error
    return state


def _prepare_password(home: Home) -> str:
    fresh = not (home.data / "databases").exists()
    password = read_password(home)
    if password is None:
        if not fresh:
            raise KgError(
                f"{home.password_file} is gone, and with it the way into the data of the local Neo4j: put the file "
                "back if there is a copy, or start anew with `kg server wipe` and load the data again."
            )
        password = make_password(home)
    if fresh:
        configuration.write_initial_password(home, password)
    return password


def _keep_ports(
    remembered: ServerState | None,
    new_ports: bool,
    tried: Collection[ports.Pair],
    neighbours: Collection[ports.Pair],
    report: Reporter,
) -> ports.Kept:
    if remembered is None:
        return ports.keep_next_free({*tried, *neighbours})
    taken = remembered.bolt_port
    if remembered.ports not in tried:
        try:
            return ports.keep(remembered.ports)
        except ports.TakenError as error:
            taken = error.port
    if not new_ports:
        raise KgError(
            f"Port {taken}, which the local Neo4j of this home used before, is taken by another program: stop that "
            "program (perhaps the server of another kg home, or another Neo4j), or let this server move to the next "
            "free ports with `kg server start --new-ports`."
        )
    kept = ports.keep_next_free({*tried, *neighbours})
    report.note(
        f"The local Neo4j moves to bolt://localhost:{kept.pair[0]} and http://localhost:{kept.pair[1]}, because another "
        f"program has taken port {taken}: whatever still uses the old address reaches that program."
    )
    return kept


class _PortTakenError(KgError):
    """The server found its port taken."""


def _wait_for(ready: Callable[[], bool], info: ServerInfo) -> None:
    began = heard = time.monotonic()
    written = process.written(info.home)
    while not ready():
        if not process.is_server_of(info.pid, info.home):
            raise _ended_early(info.home)
        now = time.monotonic()
        if (more := process.written(info.home)) != written:
            written, heard = more, now
        if now - heard > START_SILENCE or now - began > START_TIMEOUT:
            raise KgError(
                f"The local Neo4j has not answered for {now - began:.0f} seconds. Its process {info.pid} still runs: "
                f"wait and try again, or end it with `kg server stop`. {_log_words(info.home)}"
            )
        time.sleep(0.2)


def _ended_early(home: Home) -> KgError:
    output = "\n".join(process.recent_log(home, 60))
    if "Address already in use" in output or "BindException" in output:
        return _PortTakenError(
            "The local Neo4j ended at once, because another program took its port meanwhile: run the command again, or "
            f"`kg server start --new-ports` to let it move to the next free ports. {_log_words(home)}"
        )
    if "store_lock" in output:
        return KgError(
            f"The local Neo4j ended at once, because another process already uses {home.data}, which kg did not start or "
            f"has lost sight of: find it with `ps -ef | grep {home.server}`, end it, and run the command again."
        )
    if "No space left on device" in output:
        return KgError(
            f"The local Neo4j ended at once, because the disk that holds {home.server} is full: free some space there, "
            f"or set KG_HOME to a folder on another disk. {_log_words(home)}"
        )
    return KgError(
        f"The local Neo4j ended before it answered. If the lines below do not say why, `kg server logs` shows more, and "
        f"`kg server wipe` starts anew with an empty database. {_log_words(home)}"
    )


def _log_words(home: Home) -> str:
    # Without the frames of Java's stack traces; and from the first error on, since its end may be far above the last line.
    lines = [line for line in process.recent_log(home, 200) if not line.lstrip().startswith(("at ", "... "))]
    first_error = next((number for number, line in enumerate(lines) if " ERROR " in line), max(0, len(lines) - 8))
    return f"The last lines in {home.logs}:" + "".join(f"\n    {line}" for line in lines[first_error:][:8])


def answers(info: ServerInfo) -> bool:
    """Whether a query gets its answer; nothing is waited for.

    Raises:
        KgError: the server's password is no longer the one in its file.
    """
    if not ports.answers(info.bolt_port):
        return False
    try:
        with (
            neo4j.GraphDatabase.driver(
                info.uri, auth=(info.username, info.password), connection_timeout=5, connection_acquisition_timeout=5
            ) as driver,
            driver.session(database=info.database) as session,
        ):
            session.run("RETURN 1").consume()
    except ClientError as error:
        # As long as ours is not up, what refuses the password is another server that took the port meanwhile. And one that
        # lets nobody in, because somebody else has tried wrong ones too often, has not looked at this one.
        code = error.code or ""
        if "Security" in code and "RateLimit" not in code and _says(info.home, "Started."):
            raise KgError(
                f"The local Neo4j does not accept the password in {info.home.password_file}: if it was changed in Neo4j "
                "Browser, write the new one into that file; else start anew with `kg server wipe`."
            ) from error
        return False
    except (Neo4jError, DriverError):
        return False
    return True


def _has_opened_and_answers(info: ServerInfo) -> bool:
    # Until ours says that it has opened its port, whatever listens there is another's: it is not to be shown the password,
    # and after three wrong ones a Neo4j lets nobody in for some seconds.
    return _says(info.home, "Bolt enabled on ") and answers(info)


def _says(home: Home, words: str) -> bool:
    """Whether these words are in the server's log, which begins anew with each start."""
    try:
        return words in home.user_log.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return False


def wait_for_browser(info: ServerInfo) -> None:
    """Wait until the web side answers too, some seconds after the first query does."""
    _wait_for(lambda: ports.answers(info.http_port), info)


def has_guide(info: ServerInfo) -> bool:
    """Whether the running server has the guide of this version: one that an earlier version started has none."""
    return serves_guide(info.http_port)
