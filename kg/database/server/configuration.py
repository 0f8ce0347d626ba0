"""The configuration of the local server: loopback only, authentication on, files and network closed, sized to fit."""

from __future__ import annotations

import hashlib
import os
import secrets
from dataclasses import dataclass
from pathlib import Path

from kg.database.server.browser import browser_settings
from kg.database.server.home import Home, write_whole
from kg.database.server.ports import Pair

_MEBIBYTE = 1024**2

#: Neo4j opens these parts of Java's own code; the administration program starts a JVM that needs them as well.
OPENED = (
    "--add-opens=java.base/java.nio=ALL-UNNAMED",
    "--add-opens=java.base/java.io=ALL-UNNAMED",
    "--add-opens=java.base/sun.nio.ch=ALL-UNNAMED",
)


@dataclass(frozen=True)
class Memory:
    """How much memory the server may take, in MiB."""

    heap: int
    page_cache: int
    transaction: int


def size_memory(machine: int) -> Memory:
    """Memory for a machine with ``machine`` bytes: a quarter as heap (512 MiB to 2 GiB) and an eighth for the store.

    The ceilings are what the whole knowledge base with a million memberships was measured to need; a larger machine
    has no use for more, and the person in front of it has.
    """
    heap = _between(512, machine // 4 // _MEBIBYTE, 2048)
    return Memory(heap, _between(128, machine // 8 // _MEBIBYTE, 1024), heap // 2)


def _between(least: int, value: int, most: int) -> int:
    return max(least, min(value, most))


def machine_memory() -> int:
    """The memory of this machine in bytes, or of the container that we run in when that is less."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    for limit in ("/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory/memory.limit_in_bytes"):
        try:
            memory = min(memory, int(Path(limit).read_text(encoding="ascii")))
        except (OSError, ValueError):  # no such limit; "max" means none
            continue
    return memory


def settings_text(ports: Pair, memory: Memory) -> str:
    """The text of ``neo4j.conf``. An unknown setting would stop the server, so that none is there by mistake."""
    bolt, http = ports
    lines = [
        "# Written by kg before every start; changes made here are lost.",
        "# Reachable from this machine only, and told so to clients.",
        "server.default_listen_address=127.0.0.1",
        f"server.bolt.listen_address=127.0.0.1:{bolt}",
        f"server.bolt.advertised_address=localhost:{bolt}",
        f"server.http.listen_address=127.0.0.1:{http}",
        f"server.http.advertised_address=localhost:{http}",
        "server.https.enabled=false",
        "dbms.security.auth_enabled=true",
        "# No file and no address can be read from Cypher: LOAD CSV finds neither.",
        "server.directories.import=import",
        "dbms.security.allow_csv_import_from_file_urls=false",
        "internal.dbms.cypher_ip_blocklist=0.0.0.0/0,::/0",
        "# No query runs away. Our longest batch takes seconds; ten minutes leave room for one's own.",
        "db.transaction.timeout=10m",
        f"db.memory.transaction.max={memory.transaction}m",
        f"server.memory.pagecache.size={memory.page_cache}m",
        "# Stopping closes the store in a second; without this, ten more are waited for clients that have left already.",
        "internal.dbms.bolt.netty_server_shutdown_quiet_period=0",
        "# Small on disk: no reserved space, and only the log that recovery needs.",
        "db.tx_log.preallocate=false",
        "db.tx_log.rotation.size=64m",
        "db.tx_log.rotation.retention_policy=2 files",
        "db.logs.query.enabled=OFF",
        "# Nothing is reported to anyone.",
        "dbms.usage_report.enabled=false",
        "client.allow_telemetry=false",
        *browser_settings(ports),
        *(f"server.jvm.additional={flag}" for flag in OPENED),
    ]
    return "\n".join(lines) + "\n"


def write_configuration(home: Home, ports: Pair, memory: Memory) -> None:
    """Write ``neo4j.conf`` and make the folders that it names."""
    write_whole(home.configuration / "neo4j.conf", settings_text(ports, memory))
    for folder in (home.data, home.logs, home.server / "import"):
        folder.mkdir(parents=True, exist_ok=True)


def write_initial_password(home: Home, password: str) -> None:
    """Hand the password to a server that has no data yet, as the salted hash that it keeps itself.

    Neo4j's own way is a command with the password among its arguments, for every user of the machine to see; this file
    is what that command writes (one line: user, algorithm, hash, salt and number of rounds).
    """
    rounds, salt = 1024, secrets.token_bytes(32)
    digest = hashlib.sha256(salt + password.encode()).digest()
    for _ in range(rounds - 1):
        digest = hashlib.sha256(digest).digest()
    line = f"neo4j:SHA-256,{digest.hex()},{salt.hex()},{rounds}:\n"
    write_whole(home.data / "dbms" / "auth.ini", line, mode=0o600)


def command_line(home: Home, program: Path, main_class: str, memory: Memory) -> list[str]:
    """How the server is started; ``--home-dir`` is what its process is recognised by."""
    return [
        str(program),
        f"-Xmx{memory.heap}m",
        "-XX:+UseG1GC",
        "-XX:+ExitOnOutOfMemoryError",
        *OPENED,
        "-Dfile.encoding=UTF-8",
        f"@{class_path_file(home)}",
        main_class,
        home_argument(home),
        f"--config-dir={home.configuration}",
    ]


def home_argument(home: Home) -> str:
    """The argument that tells the server its folder; no other process on the machine has it."""
    return f"--home-dir={home.server}"


def class_path_file(home: Home) -> Path:
    """The file that names the jars."""
    return home.configuration / "class-path.args"


def write_class_path(home: Home, jars: list[Path]) -> None:
    """Name the jars in a file that Java reads arguments from: two hundred paths are too long for a command line."""
    joined = os.pathsep.join(map(str, jars)).replace("\\", "\\\\").replace('"', '\\"')
    write_whole(class_path_file(home), f'-cp "{joined}"\n')
