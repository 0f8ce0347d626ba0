"""The lock files that ship with the package."""

from __future__ import annotations

import re
from importlib.resources import files

import pytest

from kg.database.server.lock import load_lock, read_lock, write_lock
from kg.errors import KgError

LINES = ["5.26", "2026"]


@pytest.mark.parametrize("line", LINES)
def test_a_line_is_locked_with_a_checksum_for_each_jar(line: str) -> None:
    lock = load_lock(line)
    assert lock.version.startswith(f"{line}.")
    assert len(lock.jars) > 200
    assert all(re.fullmatch("[0-9a-f]{64}", jar.sha256) for jar in lock.jars)
    assert len({jar.path for jar in lock.jars}) == len(lock.jars)
    assert {"neo4j", "neo4j-server", "neo4j-browser"} <= {jar.artifact for jar in lock.jars}


@pytest.mark.parametrize("line", LINES)
def test_no_lock_holds_an_address(line: str) -> None:
    text = files("kg.database.server").joinpath("locks", f"neo4j-{line}.toml").read_text(encoding="utf-8")
    assert "://" not in text
    assert "www." not in text


@pytest.mark.parametrize("line", LINES)
def test_a_written_lock_reads_back(line: str) -> None:
    lock = load_lock(line)
    assert read_lock(write_lock(lock)) == lock


def test_the_exact_version_that_is_shipped_can_be_asked_for() -> None:
    assert load_lock(load_lock("5.26").version) == load_lock("5.26")


@pytest.mark.parametrize("version", ["4.4", "5.25", "5.26.1", "5.260", "2025.01.0", "latest", "../../etc/passwd"])
def test_any_other_version_is_refused(version: str) -> None:
    with pytest.raises(KgError, match=r"KG_NEO4J_VERSION.*5\.26 or 2026"):
        load_lock(version)


def test_a_jar_lies_where_maven_would_put_it() -> None:
    jar = next(jar for jar in load_lock("5.26").jars if jar.artifact == "neo4j-server")
    assert jar.path.as_posix() == f"org/neo4j/app/neo4j-server/{jar.version}/neo4j-server-{jar.version}.jar"
