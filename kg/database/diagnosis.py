"""Why no connection came about, found out by knocking at the door: the driver's own words hide it at times."""

from __future__ import annotations

import socket
import ssl
from enum import Enum
from urllib.parse import urlsplit

#: The greeting of the Bolt protocol, and four versions that a client may ask for: 5.0 to 5.8 and 4.2 to 4.4.
_GREETING = bytes.fromhex("6060b017") + bytes.fromhex("00080805") + bytes.fromhex("00020404") + bytes(8)
#: What Neo4j 5.13 came with; 5.26 speaks it and newer ones.
_OLDEST = (5, 4)
_BOLT_PORT = 7687


class Finding(Enum):
    """What is at an address."""

    NOTHING = "nothing accepts a connection there"
    STRANGER = "something that does not speak Bolt"
    OLD_BOLT = "something that speaks Bolt only in versions older than those of Neo4j 5.26"
    NO_TLS = "something that does not use TLS, although the address asks for it"
    BAD_CERTIFICATE = "a server whose certificate nobody vouches for"
    BOLT = "a server that speaks Bolt"


def knock(uri: str, timeout: float = 5) -> Finding:
    """Find out what is at this address, with a connection of our own.

    Args:
        uri: ``bolt://`` or ``neo4j://``, also with ``+s`` or ``+ssc``.
        timeout: seconds for each step.
    """
    parts = urlsplit(uri)
    scheme, _, security = parts.scheme.partition("+")
    host, port = parts.hostname or "localhost", parts.port or _BOLT_PORT
    if scheme not in ("bolt", "neo4j"):
        return Finding.STRANGER
    try:
        plain = socket.create_connection((host, port), timeout)
    except OSError:
        return Finding.NOTHING
    with plain:
        if not security:
            return _greet(plain)
        context = ssl.create_default_context()
        if security == "ssc":
            context.check_hostname = False
            context.verify_mode = ssl.CERT_NONE
        try:
            secured = context.wrap_socket(plain, server_hostname=host)
        except ssl.SSLCertVerificationError:
            return Finding.BAD_CERTIFICATE
        except OSError:
            return Finding.NO_TLS
        with secured:
            return _greet(secured)


def _greet(connected: socket.socket) -> Finding:
    try:
        connected.sendall(_GREETING)
        answer = connected.recv(4)
    except TimeoutError:
        return Finding.STRANGER
    except OSError:  # broken off in the middle, as by a server that is just ending
        return Finding.NOTHING
    # A version comes as two unused bytes, the minor and the major number; all zero when none of ours will do.
    if len(answer) != 4 or answer[:2] != bytes(2) or answer[3] > 15:
        return Finding.STRANGER
    return Finding.BOLT if (answer[3], answer[2]) >= _OLDEST else Finding.OLD_BOLT
