"""A door between a driver and a Neo4j: connections that are cut, answers that are errors, and a record of what was asked."""

from __future__ import annotations

import queue
import socket
import threading
from collections.abc import Callable
from contextlib import suppress
from types import TracebackType
from typing import Self

from tests.integration.bolt import Statement, statement_in

#: Tags of Bolt's messages (the Bolt protocol specification, 'Messages').
_SUCCESS, _IGNORED, _FAILURE = 0x70, 0x7E, 0x7F
_RUN, _RESET = 0x10, 0x0F
_IGNORED_MESSAGE = bytes([0, 2, 0xB0, _IGNORED, 0, 0])


#: Given the message of a statement, the code of the error to answer with, or none.
Fail = Callable[[bytes], str | None]


class Proxy:
    """Passes everything on to ``target``, on loopback, from a port of its own.

    Args:
        target: Host and port of a Neo4j.
        cut_after: Bytes from the client after which a connection is cut, once for each of them: ``[1000, 50]`` cuts the first
            connection after 1,000 bytes, whichever comes next after 50, and leaves all others alone.
        fail: Asked with the message of each statement that the server has taken; a string is the code of an error that the
            client hears instead.
        heard: Where every statement that a client sends is put, in the order in which they come.
    """

    def __init__(
        self,
        target: tuple[str, int],
        *,
        cut_after: list[int] | None = None,
        fail: Fail | None = None,
        heard: list[Statement] | None = None,
    ) -> None:
        self._target = target
        self._cut_after = list(cut_after or ())
        self._fail = fail
        self._heard = heard
        self._lock = threading.Lock()
        self._open: set[socket.socket] = set()
        self._talks: list[_Talk] = []
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.cuts = 0
        self.failures = 0

    @property
    def port(self) -> int:
        """Where to connect."""
        return int(self._listener.getsockname()[1])

    def cut(self) -> None:
        """Cut all connections that are open."""
        with self._lock:
            open_, self._open = self._open, set()
        self.cuts += bool(open_)
        for one in open_:
            _close(one)

    def cut_where(self, text: bytes) -> int:
        """Cut the connections whose latest statement holds this text, and return how many; only with ``fail`` are they known."""
        with self._lock:
            found = [talk for talk in self._talks if text in talk.latest]
            self._talks = [talk for talk in self._talks if talk not in found]
        for talk in found:
            for one in talk.sockets:
                _close(one)
        self.cuts += bool(found)
        return len(found)

    def __enter__(self) -> Self:
        threading.Thread(target=self._accept, daemon=True).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        # Shut down first: closing alone leaves accept() waiting.
        with suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self.cut()

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            server = socket.create_connection(self._target)
            # Messages are passed on one by one: without this the system keeps the second until the first is acknowledged, 40 ms.
            for one in (client, server):
                one.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            with self._lock:
                self._open |= {client, server}
            up, down = self._up, self._down
            if self._fail is not None or self._heard is not None:
                talk = _Talk(self, self._fail or _never, (client, server))
                up, down = talk.ways
                with self._lock:
                    self._talks.append(talk)
            for way in (up, down):
                threading.Thread(target=self._passing, args=(way, client, server), daemon=True).start()

    def _passing(
        self, way: Callable[[socket.socket, socket.socket], None], client: socket.socket, server: socket.socket
    ) -> None:
        with suppress(OSError, EOFError):
            way(client, server)
        _close(client)
        _close(server)

    def _up(self, client: socket.socket, server: socket.socket) -> None:
        sent = 0
        while data := client.recv(65536):
            sent += len(data)
            with self._lock:
                if self._cut_after and sent >= self._cut_after[0]:
                    self._cut_after.pop(0)
                    self.cuts += 1
                    return
            server.sendall(data)

    def _down(self, client: socket.socket, server: socket.socket) -> None:
        while data := server.recv(65536):
            client.sendall(data)

    def hear(self, message: bytes) -> None:
        """Keep the statement in a message, if it has one and somebody wants it."""
        if self._heard is not None and (statement := statement_in(message)) is not None:
            self._heard.append(statement)

    def error_for(self, statement: bytes, fail: Fail) -> str | None:
        """Return the code of the error that takes the place of the answer to a statement, if one does."""
        with self._lock:
            code = fail(statement)
            self.failures += code is not None
        return code


def _never(_statement: bytes) -> None:
    """No statement is answered with an error."""


class _Talk:
    """One connection, message by message: after an error the server, as far as the client hears, ignores all up to RESET."""

    def __init__(self, proxy: Proxy, fail: Fail, sockets: tuple[socket.socket, socket.socket]) -> None:
        self._proxy = proxy
        self._fail = fail
        self.sockets = sockets
        self.latest = b""
        self._asked: queue.SimpleQueue[tuple[int, bytes]] = queue.SimpleQueue()
        self._manifest: queue.SimpleQueue[bool] = queue.SimpleQueue()
        self.ways = (self._up, self._down)

    def _up(self, client: socket.socket, server: socket.socket) -> None:
        server.sendall(_exactly(client, 20))
        if self._manifest.get():
            server.sendall(_exactly(client, 4) + _number(client))
        while True:
            tag, raw = _message(client)
            if tag is not None:
                self._asked.put((tag, raw))
                self._proxy.hear(raw)
            if tag == _RUN:
                self.latest = raw
            server.sendall(raw)

    def _down(self, client: socket.socket, server: socket.socket) -> None:
        hello = _handshake(server)
        self._manifest.put(len(hello) > 4)
        client.sendall(hello)
        failed = False
        while True:
            tag, raw = _message(server)
            if tag not in (_SUCCESS, _FAILURE, _IGNORED):  # a record, or a sign of life
                if not failed or tag is None:
                    client.sendall(raw)
                continue
            asked, statement = self._asked.get()
            failed = failed and asked != _RESET
            if failed:
                raw = _IGNORED_MESSAGE
            elif asked == _RUN and tag == _SUCCESS and (code := self._proxy.error_for(statement, self._fail)):
                failed, raw = True, _failure(code)
            client.sendall(raw)


def _message(source: socket.socket) -> tuple[int | None, bytes]:
    """The tag of a message, none where it is empty, and all its bytes."""
    raw, tag = b"", None
    while size := int.from_bytes(head := _exactly(source, 2), "big"):
        chunk = _exactly(source, size)
        tag = chunk[1] if not raw else tag
        raw += head + chunk
    return tag, raw + b"\0\0"


def _handshake(server: socket.socket) -> bytes:
    """What the server says of versions: the one it chose, or the manifest of all it knows (from Bolt 5.7 on)."""
    said = _exactly(server, 4)
    if said != b"\0\0\1\xff":
        return said
    ranges = _number(server)
    said += ranges + _exactly(server, 4 * sum((byte & 0x7F) << 7 * at for at, byte in enumerate(ranges)))
    return said + _number(server)  # what it is capable of


def _number(source: socket.socket) -> bytes:
    """A number whose bytes go on while their highest bit is set."""
    number = _exactly(source, 1)
    while number[-1] & 0x80:
        number += _exactly(source, 1)
    return number


def _failure(code: str) -> bytes:
    """A message FAILURE as the versions up to 5.6 have it, and those from 5.7."""
    entries = {
        "code": code,
        "neo4j_code": code,
        "message": "injected",
        "description": "injected",
        "gql_status": "50N42",
    }
    packed = bytes([0xB1, _FAILURE, 0xA0 + len(entries)]) + b"".join(_text(k) + _text(v) for k, v in entries.items())
    return len(packed).to_bytes(2, "big") + packed + b"\0\0"


def _text(text: str) -> bytes:
    encoded = text.encode()
    return bytes([0xD0, len(encoded)]) + encoded


def _exactly(source: socket.socket, size: int) -> bytes:
    data = b""
    while len(data) < size:
        more = source.recv(size - len(data))
        if not more:
            raise EOFError
        data += more
    return data


def _close(one: socket.socket) -> None:
    with suppress(OSError):
        one.shutdown(socket.SHUT_RDWR)
    one.close()
