"""Each way in which connecting fails has its own error. What answers here are real sockets on the loopback address."""

from __future__ import annotations

import shutil
import socket
import ssl
import struct
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import neo4j
import pytest

from kg.database.diagnosis import Finding, knock
from kg.database.opening import open_connection
from kg.errors import KgError


@contextmanager
def answering(talk: Callable[[socket.socket], None]) -> Iterator[int]:
    """A server on the loopback address that talks like this with everyone who connects; its port."""

    def accept() -> None:
        while True:
            try:
                connected, _ = server.accept()
            except OSError:  # closed: the test is over
                return
            with connected:
                connected.settimeout(5)
                try:
                    talk(connected)
                except (OSError, struct.error):  # the other side has heard enough
                    continue

    with socket.create_server(("127.0.0.1", 0)) as server:
        thread = threading.Thread(target=accept, daemon=True)
        thread.start()
        yield server.getsockname()[1]
        server.shutdown(socket.SHUT_RDWR)
    thread.join(5)


def saying(answer: bytes) -> Callable[[socket.socket], None]:
    """Reads what comes and says this."""

    def talk(connected: socket.socket) -> None:
        connected.recv(64)
        connected.sendall(answer)

    return talk


def packed(value: Any) -> bytes:
    """A small value as the Bolt protocol writes it."""
    match value:
        case str():
            return bytes([0xD0, len(value.encode())]) + value.encode()
        case list():
            return bytes([0x90 + len(value)]) + b"".join(map(packed, value))
        case dict():
            return bytes([0xA0 + len(value)]) + b"".join(packed(k) + packed(v) for k, v in value.items())
    raise TypeError(value)


HELLO, GOODBYE, RUN, PULL, SUCCESS, RECORD, FAILURE = 0x01, 0x02, 0x10, 0x3F, 0x70, 0x71, 0x7F
NO_PROCEDURE = {"code": "Neo.ClientError.Procedure.ProcedureNotFound", "message": "no such procedure"}


def bolt(
    agent: str, *, rows: list[str] | None = None, protocol: tuple[int, int] = (5, 4)
) -> Callable[[socket.socket], None]:
    """Speaks just enough Bolt to introduce itself and to answer a query with these rows; ``None`` is a failure."""

    def answers(request: int) -> list[tuple[int, Any]]:
        if request == HELLO:
            return [(SUCCESS, {"server": agent, "connection_id": "bolt-1"})]
        if request == RUN:
            return [(SUCCESS, {"fields": ["version"]})] if rows is not None else [(FAILURE, NO_PROCEDURE)]
        if request == PULL:
            return [*((RECORD, [row]) for row in rows or []), (SUCCESS, {})]
        return [(SUCCESS, {})]

    def talk(connected: socket.socket) -> None:
        stream = connected.makefile("rwb")
        stream.read(20)
        stream.write(bytes([0, 0, protocol[1], protocol[0]]))
        stream.flush()
        message = b""
        while head := stream.read(2):
            size = struct.unpack("!H", head)[0]
            if size:
                message += stream.read(size)
                continue
            if not message or message[1] == GOODBYE:
                return
            for tag, value in answers(message[1]):
                answer = bytes([0xB1, tag]) + packed(value)
                stream.write(struct.pack("!H", len(answer)) + answer + b"\0\0")
            stream.flush()
            message = b""

    return talk


def _error(uri: str) -> str:
    with pytest.raises(KgError) as caught:
        open_connection(uri, "neo4j", "password")
    assert caught.value.exit_code == 2
    assert "\n" not in str(caught.value)
    return str(caught.value)


def _unused_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    assert isinstance(port, int)
    return port


@pytest.mark.parametrize("scheme", ["bolt", "neo4j", "bolt+s", "neo4j+ssc"])
def test_nobody_there(scheme: str) -> None:
    uri = f"{scheme}://127.0.0.1:{_unused_port()}"
    assert f"No Neo4j answers at {uri}" in _error(uri)


def test_a_host_that_does_not_exist() -> None:
    assert "No Neo4j answers at bolt://no-such-host.invalid" in _error("bolt://no-such-host.invalid")


@pytest.mark.parametrize("scheme", ["bolt", "neo4j"])
@pytest.mark.parametrize("answer", [b"HTTP/1.1 400 Bad Request\r\n\r\n", b"SSH-2.0-OpenSSH_9.2\r\n", b""])
def test_something_that_is_not_neo4j(scheme: str, answer: bytes) -> None:
    with answering(saying(answer)) as port:
        assert "is not a Neo4j that speaks Bolt" in _error(f"{scheme}://127.0.0.1:{port}")


def test_a_neo4j_too_old_to_have_a_protocol_in_common() -> None:
    with answering(saying(bytes(4))) as port:
        assert "before the Neo4j 5.26 that kg needs" in _error(f"bolt://127.0.0.1:{port}")


@pytest.mark.parametrize("protocol", [(4, 4), (5, 1)])
def test_a_neo4j_that_speaks_an_old_protocol(protocol: tuple[int, int]) -> None:
    with answering(bolt("Neo4j/4.4.37", rows=["4.4.37"], protocol=protocol)) as port:
        assert "before the Neo4j 5.26 that kg needs" in _error(f"bolt://127.0.0.1:{port}")


def test_a_neo4j_that_is_too_old() -> None:
    with answering(bolt("Neo4j/5.25.1", rows=["5.25.1"])) as port:
        assert "is version 5.25.1, and kg needs 5.26 or later" in _error(f"bolt://127.0.0.1:{port}")


@pytest.mark.parametrize("version", ["5.26.0", "5.27-aura", "2026.08.1"])
def test_a_neo4j_that_is_new_enough(version: str) -> None:
    talk = bolt(f"Neo4j/{version}", rows=[version])
    with answering(talk) as port, open_connection(f"bolt://127.0.0.1:{port}") as opened:
        assert opened.server_version() == version


@pytest.mark.parametrize(("agent", "rows"), [("Neo4j/5.2.0", []), ("Neo4j/5.2.0", None), ("GraphThing/1.0", [])])
def test_another_database_that_speaks_bolt(agent: str, rows: list[str] | None) -> None:
    with answering(bolt(agent, rows=rows)) as port:
        assert "speaks Bolt but is not Neo4j" in _error(f"bolt://127.0.0.1:{port}")


@pytest.mark.parametrize("scheme", ["bolt+s", "bolt+ssc", "neo4j+s", "neo4j+ssc"])
def test_tls_where_there_is_none(scheme: str) -> None:
    with answering(saying(bytes([0, 0, 4, 4]))) as port:
        assert f"leave +{scheme.partition('+')[2]} out of the address" in _error(f"{scheme}://127.0.0.1:{port}")


@pytest.mark.parametrize(
    "uri",
    ["http://localhost:7474", "localhost:7687", "bolt://", "bolt:localhost", "bolt://localhost:abc", "neo4j+x://there"],
)
def test_what_is_no_address(uri: str) -> None:
    assert repr(uri) in _error(uri)


def test_a_password_in_the_settings_needs_no_option(monkeypatch: pytest.MonkeyPatch) -> None:
    with answering(bolt("Neo4j/5.26.0", rows=["5.26.0"])) as port:
        monkeypatch.setenv("NEO4J_URI", f"bolt://127.0.0.1:{port}")
        monkeypatch.setenv("NEO4J_PASSWORD", "correct horse")
        monkeypatch.setenv("NEO4J_DATABASE", "networks")
        with open_connection() as opened:
            assert opened.database == "networks"


@pytest.mark.parametrize("given", [{"username": "anna"}, {"password": "x"}])
def test_a_user_without_an_address_is_refused(given: dict[str, str]) -> None:
    with pytest.raises(KgError, match="needs an address"):
        open_connection(**given)


def test_a_driver_and_an_address_at_once_are_refused() -> None:
    with (
        neo4j.GraphDatabase.driver("bolt://127.0.0.1:1") as driver,
        pytest.raises(KgError, match="has its address and user already"),
    ):
        open_connection("bolt://127.0.0.1:2", driver=driver)


def test_the_driver_does_not_print_its_retries(capfd: pytest.CaptureFixture[str]) -> None:
    program = (
        "from kg.database.opening import open_connection\n"
        "from kg.errors import KgError\n"
        "try: open_connection('neo4j://127.0.0.1:1', 'neo4j', 'x')\n"
        "except KgError: pass\n"
    )
    subprocess.run([sys.executable, "-c", program], check=True)
    assert capfd.readouterr() == ("", "")


def test_a_silent_server_is_a_stranger() -> None:
    silence = threading.Event()
    with answering(lambda _: silence.wait(5) and None) as port:
        assert knock(f"bolt://127.0.0.1:{port}", timeout=0.05) is Finding.STRANGER
        silence.set()


@pytest.mark.skipif(shutil.which("openssl") is None, reason="no openssl here to make a certificate with")
def test_a_certificate_that_nobody_vouches_for(tmp_path: Path) -> None:
    key, certificate = tmp_path / "key.pem", tmp_path / "certificate.pem"
    subprocess.run(
        [
            *[
                "openssl",
                "req",
                "-x509",
                "-newkey",
                "rsa:2048",
                "-nodes",
                "-subj",
                "/CN=localhost",
                "-days",
                "1",
                "-keyout",
            ],
            key,
            "-out",
            certificate,
        ],
        capture_output=True,
        check=True,
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)

    def talk(connected: socket.socket) -> None:
        with context.wrap_socket(connected, server_side=True) as secured:
            bolt("Neo4j/5.26.0", rows=["5.26.0"])(secured)

    with answering(talk) as port:
        assert "write +ssc instead of +s" in _error(f"bolt+s://localhost:{port}")
        with open_connection(f"bolt+ssc://localhost:{port}") as opened:
            assert opened.server_version() == "5.26.0"
