"""The jars of the local server: checked against the lock before every start, fetched by jgo when missing or damaged."""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor, as_completed
from pathlib import Path

from kg.database.server.disk import NEEDED_FOR_JARS, check_free_space, disk_error, explain_disk_errors, is_disk_error
from kg.database.server.exclusive import only_one
from kg.database.server.lock import Jar, Lock
from kg.database.server.progress import Reporter
from kg.errors import KgError

THREADS = 8
ATTEMPTS = 3

#: Brings one jar into a folder laid out like a Maven repository and returns its path there.
Fetch = Callable[[Jar, Path], Path]


def ensure_jars(lock: Lock, folder: Path, report: Reporter, fetch: Fetch | None = None) -> list[Path]:
    """The paths of all jars of this Neo4j, in class path order, each with the content that the lock states.

    Missing and damaged ones are fetched: first into a folder of their own, then moved into place when their checksum is
    right, so that an interrupted run leaves no half jar where a whole one belongs.

    Raises:
        KgError: a jar cannot be fetched, or what comes has another checksum; or the disk is full.
    """
    if damaged_jars(lock, folder):
        with only_one(folder / ".lock", 600, lambda: report.step("Waiting for another kg that fetches Neo4j")):
            missing = damaged_jars(lock, folder)
            if missing:
                _fetch_all(lock, missing, folder, report, fetch or jgo_fetch())
    return [folder / jar.path for jar in lock.jars]


def damaged_jars(lock: Lock, folder: Path) -> list[Jar]:
    """The jars that are missing in the folder or differ from the lock."""
    with ThreadPoolExecutor(THREADS) as pool:
        right = list(pool.map(lambda jar: _checksum(folder / jar.path) == jar.sha256, lock.jars))
    return [jar for jar, is_right in zip(lock.jars, right, strict=True) if not is_right]


def _checksum(path: Path) -> str | None:
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except FileNotFoundError:
        return None


def _fetch_all(lock: Lock, missing: list[Jar], folder: Path, report: Reporter, fetch: Fetch) -> None:
    share = len(missing) / len(lock.jars)
    check_free_space(folder, int(NEEDED_FOR_JARS * share))
    for jar in missing:
        (folder / jar.path).unlink(missing_ok=True)
    incoming = folder / ".incoming"
    shutil.rmtree(incoming, ignore_errors=True)  # what a killed run left half-way
    text = f"Fetching Neo4j {lock.version} (about {150 * share:.0f} MB, once)"
    report.count(text, 0, len(missing))
    with ThreadPoolExecutor(THREADS) as pool:
        tasks = [pool.submit(_fetch_one, jar, folder, incoming, fetch) for jar in missing]
        try:
            for done, task in enumerate(as_completed(tasks), start=1):
                task.result()
                report.count(text, done, len(missing))
        except BaseException:
            pool.shutdown(wait=True, cancel_futures=True)
            raise
    shutil.rmtree(incoming, ignore_errors=True)


def _fetch_one(jar: Jar, folder: Path, incoming: Path, fetch: Fetch) -> None:
    problem = ""
    for _ in range(ATTEMPTS):
        (incoming / jar.path).unlink(missing_ok=True)
        try:
            fetched = fetch(jar, incoming)
            if _checksum(fetched) == jar.sha256:
                with explain_disk_errors(folder / jar.path):
                    (folder / jar.path).parent.mkdir(parents=True, exist_ok=True)
                    fetched.replace(folder / jar.path)
                return
            problem = "what came has another SHA-256 than the lock file of this package states"
        except KgError:
            raise
        except Exception as error:  # jgo lets through whatever its HTTP library raises, and RuntimeError of its own
            if isinstance(error, OSError) and is_disk_error(error):
                raise disk_error(error, folder / jar.path) from error
            problem = f"{type(error).__name__} while fetching it"
    raise KgError(
        f"{jar.path.name}, a part of Neo4j, could not be brought into {folder}: {problem}, {ATTEMPTS} times in a row. "
        "Check the network connection (a proxy is taken from HTTPS_PROXY) and run the command again; what was fetched "
        "completely is kept. Or set NEO4J_URI to use a Neo4j that runs elsewhere."
    )


def jgo_fetch(repositories: dict[str, str] | None = None) -> Fetch:
    """Fetch by jgo, from the Maven repository that it knows, or from these (name and address).

    Raises:
        KgError: jgo is not installed.
    """
    try:
        from jgo.maven import MavenContext
    except ImportError as error:
        raise KgError(
            "A Neo4j of one's own needs the packages that fetch and run it: `pip install 'localgov-kg[local]'`. "
            "Or set NEO4J_URI to use a Neo4j that runs elsewhere."
        ) from error

    def fetch(jar: Jar, folder: Path) -> Path:
        context = MavenContext(repo_cache=folder, timeout=30, remote_repos=repositories)
        component = context.project(jar.group, jar.artifact).at_version(jar.version)
        return Path(component.artifact(jar.classifier, "jar").resolve())

    return fetch
