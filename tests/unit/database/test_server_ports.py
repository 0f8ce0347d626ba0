"""Free ports, found with real sockets."""

from __future__ import annotations

import socket
import subprocess
import sys
from collections.abc import Iterator

import pytest

from kg.database.server import ports
from kg.database.server.ports import TakenError, is_free, keep, keep_next_free


@pytest.fixture
def listener() -> Iterator[socket.socket]:
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server


@pytest.fixture
def elsewhere(monkeypatch: pytest.MonkeyPatch) -> None:
    """Pairs are sought where no server of other tests is started at the same moment."""
    monkeypatch.setattr(ports, "BOLT_PORT", 17687)
    monkeypatch.setattr(ports, "HTTP_PORT", 17474)


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
    with keep_next_free() as kept:
        bolt, http = kept.pair
        assert is_free(bolt)
        assert is_free(http)
        assert bolt - 7687 == http - 7474


def test_a_pair_of_which_one_is_taken_is_passed_over(elsewhere: None) -> None:
    with keep_next_free() as kept:
        bolt, http = kept.pair
    with socket.create_server(("127.0.0.1", http)):
        with keep_next_free() as other:
            assert other.pair > (bolt, http)
        with pytest.raises(TakenError) as caught:
            keep((bolt, http))
        assert caught.value.port == http
    with keep((bolt, http)) as again:
        assert again.pair == (bolt, http)


def test_an_excluded_pair_is_passed_over(elsewhere: None) -> None:
    with keep_next_free() as first:
        pass
    with keep_next_free(excluding=[first.pair]) as other:
        assert other.pair > first.pair


def test_a_kept_pair_is_nobody_elses_until_it_is_let_go(elsewhere: None) -> None:
    with keep_next_free() as kept, keep_next_free() as other:
        assert other.pair != kept.pair
        with pytest.raises(TakenError):
            keep(kept.pair)
    with keep(kept.pair) as again:
        assert again.pair == kept.pair


def test_a_kept_pair_can_be_listened_on(elsewhere: None) -> None:
    """Keeping is for the server, and must not be in its way."""
    with keep_next_free() as kept:
        for port in kept.pair:
            socket.create_server(("127.0.0.1", port)).close()


def test_what_another_process_keeps_is_passed_over_and_free_again_when_it_is_killed(elsewhere: None) -> None:
    with keep_next_free() as kept:
        pair = kept.pair
    keeping = f"import sys; from kg.database.server.ports import keep; kept = keep({pair}); print(flush=True); sys.stdin.read()"
    with subprocess.Popen([sys.executable, "-c", keeping], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as other:
        assert other.stdout is not None
        assert other.stdout.readline()
        with keep_next_free() as kept:
            assert kept.pair > pair
        other.kill()
    with keep(pair) as kept:
        assert kept.pair == pair
