"""What the server is told, and what it is not."""

from __future__ import annotations

import hashlib
import os
import stat
from pathlib import Path

import pytest

from kg.database.server.configuration import (
    Memory,
    command_line,
    machine_memory,
    settings_text,
    size_memory,
    write_class_path,
    write_initial_password,
)
from kg.database.server.home import Home

GIGABYTE = 1024**3
MEMORY = Memory(heap=1024, page_cache=256, transaction=512)


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path / "a home", "for the test", "5.26", tmp_path / "jars")


@pytest.mark.parametrize(
    ("machine", "expected"),
    [
        (1 * GIGABYTE, Memory(512, 128, 256)),
        (4 * GIGABYTE, Memory(1024, 512, 512)),
        (8 * GIGABYTE, Memory(2048, 1024, 1024)),
        (512 * GIGABYTE, Memory(2048, 1024, 1024)),
    ],
)
def test_memory_grows_with_the_machine_up_to_a_ceiling(machine: int, expected: Memory) -> None:
    assert size_memory(machine) == expected


def test_this_machine_has_some_memory() -> None:
    assert machine_memory() > 100 * 1024**2


def test_every_listening_address_is_the_loopback_address() -> None:
    settings = dict(
        line.split("=", 1) for line in settings_text((7690, 7480), MEMORY).splitlines() if not line.startswith("#")
    )
    listening = {name: value for name, value in settings.items() if name.endswith("listen_address")}
    assert listening == {
        "server.default_listen_address": "127.0.0.1",
        "server.bolt.listen_address": "127.0.0.1:7690",
        "server.http.listen_address": "127.0.0.1:7480",
    }
    assert settings["server.bolt.advertised_address"] == "localhost:7690"
    assert settings["server.http.advertised_address"] == "localhost:7480"
    assert settings["dbms.security.auth_enabled"] == "true"


def test_the_first_password_is_handed_over_as_a_salted_hash(home: Home) -> None:
    write_initial_password(home, "correct horse")
    path = home.data / "dbms" / "auth.ini"
    user, credential, rest = path.read_text().split(":")
    algorithm, digest, salt, rounds = credential.split(",")
    expected = bytes.fromhex(salt) + b"correct horse"
    for _ in range(int(rounds)):
        expected = hashlib.sha256(expected).digest()
    assert (user, algorithm, digest, rest) == ("neo4j", "SHA-256", expected.hex(), "\n")
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_the_same_password_has_another_hash_each_time(home: Home) -> None:
    hashes = set()
    for _ in range(3):
        write_initial_password(home, "correct horse")
        hashes.add((home.data / "dbms" / "auth.ini").read_text())
    assert len(hashes) == 3


def test_the_command_line_names_its_home_and_the_jars_in_a_file(home: Home) -> None:
    jars = [Path("/some jars/a.jar"), Path('/some jars/with "quotes".jar')]
    write_class_path(home, jars)
    command = command_line(home, Path("/java"), "org.example.Main", MEMORY)
    assert command[0] == "/java"
    assert f"--home-dir={home.server}" in command
    file = next(argument for argument in command if argument.startswith("@"))[1:]
    expected = os.pathsep.join(["/some jars/a.jar", '/some jars/with \\"quotes\\".jar'])
    assert Path(file).read_text() == f'-cp "{expected}"\n'
