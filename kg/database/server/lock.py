"""The lock files that say which jars make up each Neo4j line, with their SHA-256; and the command that writes them.

A lock file holds names, versions and checksums only: no address of any repository. Regenerate one after a release with
``python -m kg.database.server.lock 5.26.30`` (a developer's command; it needs the ``local`` extra and the network).
"""

from __future__ import annotations

import hashlib
import re
import sys
import tempfile
import tomllib
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path

from kg.errors import KgError

#: The Neo4j Browser jar is released on its own; this one serves both lines.
BROWSER_VERSION = "5.24.0"


@dataclass(frozen=True)
class Jar:
    """One file of the server: where it lies in a Maven repository folder and what it must contain."""

    group: str
    artifact: str
    version: str
    sha256: str
    classifier: str = ""

    @property
    def path(self) -> Path:
        """The place below a repository folder, in Maven's layout."""
        suffix = f"-{self.classifier}" if self.classifier else ""
        return Path(*self.group.split("."), self.artifact, self.version, f"{self.artifact}-{self.version}{suffix}.jar")


@dataclass(frozen=True)
class Lock:
    """One Neo4j line: its exact version, how it is started, which Java it takes, and its jars in class path order."""

    line: str
    version: str
    main_class: str
    java_versions: tuple[int, ...]
    java_or_later: bool
    jars: tuple[Jar, ...]

    def accepts_java(self, major: int) -> bool:
        """Whether a Java of this major version can run it."""
        return major in self.java_versions or (self.java_or_later and major > max(self.java_versions))

    @property
    def java_words(self) -> str:
        """The accepted Java versions for a sentence: ``17 or 21``, ``21 or later``."""
        return " or ".join([*map(str, self.java_versions), *(["later"] if self.java_or_later else [])])


@dataclass(frozen=True)
class _Line:
    main_class: str
    java_versions: tuple[int, ...]
    java_or_later: bool


_LINES = {
    "5.26": _Line("org.neo4j.server.CommunityEntryPoint", (17, 21), java_or_later=False),
    "2026": _Line("org.neo4j.server.Neo4jCommunity", (21,), java_or_later=True),
}

DEFAULT_LINE = "5.26"


def _line_of(version: str) -> str | None:
    return next((line for line in _LINES if version == line or version.startswith(line + ".")), None)


@cache
def load_lock(version: str = DEFAULT_LINE) -> Lock:
    """The lock of a line (``5.26``, ``2026``) or of the exact version shipped for it (``5.26.30``).

    Raises:
        KgError: the version is none of those that this package ships a lock for.
    """
    line = _line_of(version)
    if line is None:
        raise KgError(_unknown(version))
    lock = read_lock(files(__package__).joinpath("locks", f"neo4j-{line}.toml").read_text(encoding="utf-8"))
    if version not in (line, lock.version):
        raise KgError(_unknown(version, lock.version))
    return lock


def _unknown(version: str, shipped: str | None = None) -> str:
    shipped_words = f" (this package ships {shipped})" if shipped else ""
    lines = " or ".join(_LINES)
    return f"KG_NEO4J_VERSION={version} is not a Neo4j that kg can run by itself{shipped_words}: set it to {lines}."


def read_lock(text: str) -> Lock:
    """Parse a lock file's text."""
    data = tomllib.loads(text)
    line = data["neo4j"]["line"]
    return Lock(
        line=line,
        version=data["neo4j"]["version"],
        main_class=_LINES[line].main_class,
        java_versions=_LINES[line].java_versions,
        java_or_later=_LINES[line].java_or_later,
        jars=tuple(
            Jar(
                group=entry["groupId"],
                artifact=entry["artifactId"],
                version=entry["version"],
                classifier=entry.get("classifier", ""),
                sha256=entry["sha256"],
            )
            for entry in data["dependencies"]
        ),
    )


def write_lock(lock: Lock) -> str:
    """The text of a lock file; the entries have the names that jgo gives them, so its tools read the file too."""
    lines = [
        "# Written by `python -m kg.database.server.lock`; do not edit by hand.",
        "[neo4j]",
        f'line = "{lock.line}"',
        f'version = "{lock.version}"',
    ]
    for jar in lock.jars:
        lines += ["", "[[dependencies]]", f'groupId = "{jar.group}"', f'artifactId = "{jar.artifact}"']
        lines += [f'version = "{jar.version}"', 'packaging = "jar"']
        lines += [f'classifier = "{jar.classifier}"'] if jar.classifier else []
        lines += [f'sha256 = "{jar.sha256}"']
    return "\n".join(lines) + "\n"


def resolve_lock(version: str, folder: Path) -> Lock:
    """Ask jgo which jars a Neo4j version needs, fetch them into ``folder`` and note their checksums."""
    from jgo.maven import MavenContext

    line = _line_of(version)
    if line is None or not re.fullmatch(r"[0-9]+\.[0-9]+\.[0-9]+", version):
        raise KgError(f"{version!r} is not an exact version of one of the lines {', '.join(_LINES)}.")
    context = MavenContext(repo_cache=folder, timeout=60)
    wanted = [
        f"org.neo4j:neo4j:{version}",
        f"org.neo4j.app:neo4j-server:{version}",
        f"org.neo4j.client:neo4j-browser:{BROWSER_VERSION}",
    ]
    given, further = context.resolver.resolve([context.create_dependency(coordinate) for coordinate in wanted])

    def locked(dependency: object) -> Jar:
        artifact = dependency.artifact  # type: ignore[attr-defined]
        with artifact.resolve().open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
        return Jar(artifact.groupId, artifact.artifactId, artifact.version, digest, artifact.classifier or "")

    jars = [dependency for dependency in [*given, *further] if dependency.artifact.packaging == "jar"]
    with ThreadPoolExecutor(8) as pool:
        ordered = tuple(pool.map(locked, jars))
    return Lock(line, version, _LINES[line].main_class, _LINES[line].java_versions, _LINES[line].java_or_later, ordered)


def main(arguments: Sequence[str]) -> None:
    """Write the lock file of each exact version given into this package's ``locks`` folder."""
    for version in arguments:
        with tempfile.TemporaryDirectory() as folder:
            lock = resolve_lock(version, Path(folder))
        target = Path(__file__).parent / "locks" / f"neo4j-{lock.line}.toml"
        target.write_text(write_lock(lock), encoding="utf-8")
        sys.stdout.write(f"{target.name}: Neo4j {lock.version}, {len(lock.jars)} jars\n")


if __name__ == "__main__":
    main(sys.argv[1:])
