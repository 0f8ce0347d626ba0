"""Two free ports of this machine: one for Bolt (drivers), one for HTTP (Neo4j Browser)."""

from __future__ import annotations

import errno
import socket
import sys
from collections.abc import Collection

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


def next_free_pair(excluding: Collection[Pair] = ()) -> Pair:
    """The first pair, from 7687 and 7474 upward, of which both ports are free.

    Raises:
        KgError: all of the first 200 pairs are taken.
    """
    for offset in range(PAIRS):
        pair = (BOLT_PORT + offset, HTTP_PORT + offset)
        if pair not in excluding and all(map(is_free, pair)):
            return pair
    raise KgError(
        f"None of the {PAIRS} pairs of ports from {BOLT_PORT} and {HTTP_PORT} upward is free on this machine: stop the "
        "programs that listen there, or set NEO4J_URI to use a Neo4j that runs elsewhere."
    )


def taken_port(pair: Pair) -> int | None:
    """The first of the two ports that something listens on already."""
    return next((port for port in pair if not is_free(port)), None)
