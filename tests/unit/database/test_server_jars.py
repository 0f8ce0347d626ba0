"""Fetching and checking jars, by jgo from a repository on this machine."""

from __future__ import annotations

import hashlib
import threading
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from kg.database.server.jars import Fetch, damaged_jars, ensure_jars, jgo_fetch
from kg.database.server.lock import Jar, Lock
from kg.database.server.progress import Quiet
from kg.errors import KgError

pytest.importorskip("jgo", reason="the extra `local` is not installed")

CONTENT = {name: f"the classes of {name}\n".encode() * 500 for name in ("kernel", "server", "browser")}


class Repository:
    """A Maven repository over HTTP on the loopback address, which counts what it is asked for."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.asked: Counter[str] = Counter()
        repository = self

        class Handler(SimpleHTTPRequestHandler):
            def do_GET(self) -> None:
                repository.asked[Path(self.path).name] += 1
                super().do_GET()

            def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - its name in the library
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Handler, directory=str(folder)))

    @property
    def fetch(self) -> Fetch:
        return jgo_fetch({"here": f"http://127.0.0.1:{self.server.server_port}"})


@pytest.fixture
def lock() -> Lock:
    jars = [Jar("org.example", name, "1.0", hashlib.sha256(data).hexdigest()) for name, data in CONTENT.items()]
    return Lock("5.26", "5.26.30", "Main", (21,), java_or_later=False, jars=tuple(jars))


@pytest.fixture
def repository(tmp_path: Path, lock: Lock) -> Iterator[Repository]:
    repository = Repository(tmp_path / "repository")
    for jar in lock.jars:
        path = repository.folder / jar.path
        path.parent.mkdir(parents=True)
        path.write_bytes(CONTENT[jar.artifact])
    with repository.server as server:
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
        yield repository
        server.shutdown()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "jars"


def test_missing_jars_are_fetched_once(lock: Lock, folder: Path, repository: Repository) -> None:
    paths = ensure_jars(lock, folder, Quiet(), repository.fetch)
    assert [path.read_bytes() for path in paths] == list(CONTENT.values())
    repository.asked.clear()
    assert ensure_jars(lock, folder, Quiet(), repository.fetch) == paths
    assert not repository.asked


def test_a_half_downloaded_jar_is_found_and_fetched_again(lock: Lock, folder: Path, repository: Repository) -> None:
    paths = ensure_jars(lock, folder, Quiet(), repository.fetch)
    repository.asked.clear()
    paths[1].write_bytes(CONTENT["server"][:100])
    assert damaged_jars(lock, folder) == [lock.jars[1]]
    ensure_jars(lock, folder, Quiet(), repository.fetch)
    assert paths[1].read_bytes() == CONTENT["server"]
    assert {name for name in repository.asked if name.endswith(".jar")} == {"server-1.0.jar"}


def test_what_an_interrupted_run_left_is_not_taken_for_whole(lock: Lock, folder: Path, repository: Repository) -> None:
    half = folder / ".incoming" / lock.jars[0].path
    half.parent.mkdir(parents=True)
    half.write_bytes(b"half")
    paths = ensure_jars(lock, folder, Quiet(), repository.fetch)
    assert paths[0].read_bytes() == CONTENT["kernel"]
    assert not (folder / ".incoming").exists()


def test_a_wrong_checksum_is_an_error_and_leaves_no_jar(lock: Lock, folder: Path, repository: Repository) -> None:
    (repository.folder / lock.jars[2].path).write_bytes(b"something else")
    with pytest.raises(KgError, match=r"browser-1\.0\.jar.*another SHA-256") as caught:
        ensure_jars(lock, folder, Quiet(), repository.fetch)
    assert "\n" not in str(caught.value)
    assert not (folder / lock.jars[2].path).exists()


def test_a_jar_that_breaks_off_is_an_error(lock: Lock, folder: Path, repository: Repository) -> None:
    def break_off(jar: Jar, incoming: Path) -> Path:
        path = repository.fetch(jar, incoming)
        path.write_bytes(path.read_bytes()[:1000])
        return path

    with pytest.raises(KgError, match="run the command again; what was fetched completely is kept"):
        ensure_jars(lock, folder, Quiet(), break_off)


def test_a_jar_that_is_not_there_is_an_error_without_an_address(
    lock: Lock, folder: Path, repository: Repository
) -> None:
    (repository.folder / lock.jars[0].path).unlink()
    with pytest.raises(KgError, match=r"kernel-1\.0\.jar.*Check the network") as caught:
        ensure_jars(lock, folder, Quiet(), repository.fetch)
    assert "http" not in str(caught.value)


def test_without_a_network_it_says_so_and_keeps_what_it_has(lock: Lock, folder: Path, repository: Repository) -> None:
    paths = ensure_jars(lock, folder, Quiet(), repository.fetch)
    paths[0].unlink()
    repository.server.shutdown()
    repository.server.server_close()
    with pytest.raises(KgError, match="Check the network connection"):
        ensure_jars(lock, folder, Quiet(), repository.fetch)
    assert paths[1].read_bytes() == CONTENT["server"]


def test_a_full_disk_is_called_by_its_name(lock: Lock, folder: Path) -> None:
    full = Path("/dev/full")
    if not full.exists():
        pytest.skip("only Linux has a device that is always full")

    def fetch(jar: Jar, incoming: Path) -> Path:
        full.write_bytes(CONTENT[jar.artifact])
        return incoming / jar.path

    with pytest.raises(KgError, match=r"The disk is full.*KG_HOME"):
        ensure_jars(lock, folder, Quiet(), fetch)


def test_two_at_once_fetch_each_jar_once(lock: Lock, folder: Path, repository: Repository) -> None:
    with ThreadPoolExecutor(2) as pool:
        both = [pool.submit(ensure_jars, lock, folder, Quiet(), repository.fetch) for _ in range(2)]
        first, second = (task.result() for task in both)
    assert first == second
    assert {name: times for name, times in repository.asked.items() if name.endswith(".jar")} == {
        f"{name}-1.0.jar": 1 for name in CONTENT
    }
