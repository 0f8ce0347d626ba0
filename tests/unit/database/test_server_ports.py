"""Free ports, found with real sockets."""

from __future__ import annotations

import socket
from collections.abc import Iterator

import pytest

from kg.database.server.ports import is_free, next_free_pair, taken_port


@pytest.fixture
def listener() -> Iterator[socket.socket]:
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server


def test_a_port_that_is_listened_on_is_not_free(listener: socket.socket) -> None:
    assert not is_free(listener.getsockname()[1])


def test_a_port_of_all_addresses_is_not_free() -> None:
    with socket.create_server(("0.0.0.0", 0)) as everywhere:
        assert not is_free(everywhere.getsockname()[1])


@pytest.mark.skipif(not socket.has_ipv6, reason="this machine has no IPv6")
def test_a_port_of_ipv6_alone_is_not_free() -> None:
    try:
        server = socket.create_server(("::1", 0), family=socket.AF_INET6)
    except OSError:
        pytest.skip("this machine has no IPv6 loopback address")
    with server:
        assert not is_free(server.getsockname()[1])


def test_a_port_just_left_is_free(listener: socket.socket) -> None:
    port = listener.getsockname()[1]
    with socket.create_connection(("127.0.0.1", port)), listener.accept()[0]:
        pass
    listener.close()
    assert is_free(port)


def test_the_next_pair_is_free_and_of_the_same_step() -> None:
    bolt, http = next_free_pair()
    assert is_free(bolt)
    assert is_free(http)
    assert bolt - 7687 == http - 7474


def test_a_pair_of_which_one_is_taken_is_passed_over() -> None:
    bolt, http = next_free_pair()
    with socket.create_server(("127.0.0.1", http)):
        assert next_free_pair() > (bolt, http)
        assert taken_port((bolt, http)) == http
    assert taken_port((bolt, http)) is None


def test_an_excluded_pair_is_passed_over() -> None:
    first = next_free_pair()
    assert next_free_pair(excluding=[first]) > first
