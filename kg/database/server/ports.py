"""Two free ports of this machine, one for Bolt (drivers) and one for HTTP (Neo4j Browser), kept until a server has them."""

from __future__ import annotations

import errno
import socket
import sys
from collections.abc import Collection
from contextlib import ExitStack
from dataclasses import dataclass
from types import TracebackType
from typing import Self

from kg.errors import KgError

BOLT_PORT = 7687
HTTP_PORT = 7474
PAIRS = 200

Pair = tuple[int, int]


def is_free(port: int) -> bool:
    """Whether nothing listens on this port on the loopback addresses."""
    return not answers(port) and _can_listen(port)


def answers(port: int, timeout: float = 1.0) -> bool:
    """Whether something accepts connections on this port of ``localhost``, over IPv4 or IPv6."""
    for host in ("127.0.0.1", "::1"):
        try:
            with socket.create_connection((host, port), timeout=timeout):
                return True
        except OSError:
            continue
    return False


def _can_listen(port: int) -> bool:
    # The server opens its ports in this way too: a port that a stopped server has just left is free.
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        if sys.platform != "win32":
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
            probe.listen(1)
        except OSError as error:
            if error.errno in (errno.EADDRINUSE, errno.EACCES):
                return False
            raise
    return True


@dataclass(frozen=True)
class Kept:
    """A pair of ports that no other kg of this machine chooses as long as it is kept: leave the block, and it is let go.

    A server opens its ports seconds after they were chosen for it. Meanwhile they are kept by holding the UDP ports of the
    same numbers, which nothing of Neo4j uses: like the TCP ports themselves, and unlike a file, one process at a time has
    them whoever its user is and whatever folders it uses, and the system takes them back when it ends in whatever way.
    """

    pair: Pair
    _sockets: ExitStack

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._sockets.close()


class TakenError(Exception):
    """A port that something listens on already, or that another kg keeps for the server that it starts."""

    def __init__(self, port: int) -> None:
        super().__init__(f"port {port} is taken")
        self.port = port


def keep(pair: Pair) -> Kept:
    """Keep both ports.

    Raises:
        TakenError: one of them is taken, or kept by another.
    """
    with ExitStack() as opened:
        for port in pair:
            _hold(port, opened.enter_context(socket.socket(socket.AF_INET, socket.SOCK_DGRAM)))
        return Kept(pair, opened.pop_all())


def _hold(port: int, held: socket.socket) -> None:
    try:
        held.bind(("127.0.0.1", port))
    except OSError as error:
        if error.errno in (errno.EADDRINUSE, errno.EACCES):
            raise TakenError(port) from error
        raise
    # Looked at only when nobody else keeps it: to try whether a port can be opened, for the blink of an eye that it takes,
    # is in the way of the very server that it is kept for.
    if not is_free(port):
        raise TakenError(port)


def keep_next_free(excluding: Collection[Pair] = ()) -> Kept:
    """Keep the first pair, from 7687 and 7474 upward, of which both ports are free.

    Raises:
        KgError: all of the first 200 pairs are taken.
    """
    for offset in range(PAIRS):
        pair = (BOLT_PORT + offset, HTTP_PORT + offset)
        if pair in excluding:
            continue
        try:
            return keep(pair)
        except TakenError:
            continue
    raise KgError(
        f"None of the {PAIRS} pairs of ports from {BOLT_PORT} and {HTTP_PORT} upward is free on this machine: stop the "
        "programs that listen there, or set NEO4J_URI to use a Neo4j that runs elsewhere."
    )
